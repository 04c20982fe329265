"""Own figures beside those of the peer libraries, on invented people of fixed seeds.

Run by the interpreter of `.venv-peers`, which prints every pair as JSON; test_peers.py compares them. Each
check imports its peer itself, so that the test can read their names without having the libraries.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np

from socialroi.stats import btyd, causal, discrimination, survival
from socialroi.stats.intervals import Z
from socialroi.stats.nuisance import deal_folds

#: own figures, the peer's, and the relative difference allowed
Pair = tuple[Iterable[float], Iterable[float], float]
ROUNDING = 1e-9
#: A jackknife of a few hundred people is this near the formula it stands for.
JACKKNIFE = 0.02


# ---- invented people


@cache
def buyers(n=3_000):
    """x, t_x and age in weeks of customers of the BG/NBD model, bought one by one; mean spend."""
    rng = np.random.default_rng(11)
    rows = []
    for pace, leaves, age in zip(
        rng.gamma(0.6, 1 / 6, n), rng.beta(0.9, 2.5, n), rng.uniform(20, 80, n), strict=True
    ):
        x = now = last = 0.0
        while (now := now + rng.exponential(1 / pace)) < age:
            x, last = x + 1, now
            if rng.random() < leaves:
                break
        rows.append((x, last, age))
    x, last, age = np.array(rows).T
    shape = np.maximum(6 * x, 1e-9)
    spend = np.where(x > 0, rng.gamma(shape) / shape * 6 / rng.gamma(4, 1 / 15, n), 0.0)
    return x, last, age, spend


@cache
def waits(n=2_000, cut_off=0.5, seed=0):
    """Whole days, whether the event came, and weights."""
    rng = np.random.default_rng(seed)
    return rng.integers(1, 200, n), rng.random(n) >= cut_off, rng.uniform(0.5, 2.0, n)


@cache
def messages(n=4_000):
    """Margin after a message, whether anything was bought, whether it was answered, columns, folds."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(n, 4))
    a = (rng.random(n) < 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.4 * x[:, 1])))).astype(float)
    level = x @ [0.5, 0.3, -0.2, 0.0] + 0.4 * a
    y, bought = level + rng.normal(size=n), (rng.random(n) < 1 / (1 + np.exp(-level))).astype(float)
    fold = deal_folds(a.astype(int), np.arange(n), 5, 0)
    return y, bought, a, x, [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)]


@cache
def answers(n=400):
    """Two seven-point scores of the same people, and who left."""
    rng = np.random.default_rng(9)
    ease = rng.integers(1, 8, n)
    liked = np.clip(ease + rng.integers(-2, 3, n), 1, 7)
    return ease, liked, rng.random(n) < 0.1 + 0.08 * ease


def jackknife(figure: Callable[[np.ndarray], float], groups: Iterable[np.ndarray]) -> float:
    """Standard error of a figure of rows: each left out once, within each group."""
    groups = list(groups)
    everybody = np.sort(np.concatenate(groups))
    total = 0.0
    for rows in groups:
        left_out = np.array([figure(everybody[everybody != row]) for row in rows])
        total += (len(rows) - 1) / len(rows) * float(((left_out - left_out.mean()) ** 2).sum())
    return total**0.5


# ---- buying


def bgnbd_parameters() -> Pair:
    from lifetimes import BetaGeoFitter

    peer = BetaGeoFitter().fit(*buyers()[:3], tol=1e-9)
    return btyd.fit_bgnbd(*buyers()[:3]).fit.values, peer.params_[["r", "alpha", "a", "b"]], 1e-4


def bgnbd_likelihood() -> Pair:
    """The log-likelihood at the same parameters; the peer's is a mean."""
    from lifetimes import BetaGeoFitter

    own, (x, last, age) = btyd.fit_bgnbd(*buyers()[:3]).fit, buyers()[:3]
    peer = BetaGeoFitter._negative_log_likelihood(np.log(own.values), x, last, age, np.ones(len(x)), 0.0)
    return [own.log_likelihood], [-peer * len(x)], ROUNDING


def bgnbd_errors() -> Pair:
    """Standard errors; the peer takes second differences for them."""
    from lifetimes import BetaGeoFitter

    peer = BetaGeoFitter().fit(*buyers()[:3], tol=1e-9)
    own = btyd.fit_bgnbd(*buyers()[:3]).fit.errors
    return own.values(), peer.standard_errors_[list(own)], 1e-3


def _bgnbd_pair():
    from lifetimes import BetaGeoFitter

    own, peer = btyd.fit_bgnbd(*buyers()[:3]), BetaGeoFitter().fit(*buyers()[:3])
    peer.params_[["r", "alpha", "a", "b"]] = own.fit.values
    return own, peer


def bgnbd_p_alive() -> Pair:
    own, peer = _bgnbd_pair()
    return own.p_alive(*buyers()[:3]), peer.conditional_probability_alive(*buyers()[:3]), ROUNDING


def bgnbd_expected_purchases() -> Pair:
    own, peer = _bgnbd_pair()
    ahead = peer.conditional_expected_number_of_purchases_up_to_time
    return own.expected_purchases(39.0, *buyers()[:3]), ahead(39.0, *buyers()[:3]), ROUNDING


def bgnbd_expected_of_a_new_customer() -> Pair:
    own, peer = _bgnbd_pair()
    weeks = np.array([1.0, 4.0, 13.0, 52.0, 104.0])
    return own.expected(weeks), peer.expected_number_of_purchases_up_to_time(weeks), ROUNDING


def pareto_parameters() -> Pair:
    """The peer climbs without slopes, hence three digits."""
    from lifetimes import ParetoNBDFitter

    peer = ParetoNBDFitter().fit(*buyers()[:3], tol=1e-9, maxiter=5_000)
    return btyd.fit_pareto_nbd(*buyers()[:3]).fit.values, peer.params_[["r", "alpha", "s", "beta"]], 1e-3


def _pareto_pair():
    from lifetimes import ParetoNBDFitter

    own, peer = btyd.fit_pareto_nbd(*buyers()[:3]), ParetoNBDFitter()
    peer.fit(*(column[:50] for column in buyers()[:3]))
    peer.params_[["r", "alpha", "s", "beta"]] = own.fit.values
    return own, peer


def pareto_p_alive() -> Pair:
    own, peer = _pareto_pair()
    return own.p_alive(*buyers()[:3]), peer.conditional_probability_alive(*buyers()[:3]), 1e-7


def pareto_expected_purchases() -> Pair:
    own, peer = _pareto_pair()
    ahead = peer.conditional_expected_number_of_purchases_up_to_time
    return own.expected_purchases(39.0, *buyers()[:3]), ahead(39.0, *buyers()[:3]), 1e-7


def _spent():
    x, _, _, spend = buyers()
    return x[x > 0], spend[x > 0]


def gamma_gamma_parameters() -> Pair:
    from lifetimes import GammaGammaFitter

    peer = GammaGammaFitter().fit(*_spent(), tol=1e-9)
    return btyd.fit_gamma_gamma(*_spent()).fit.values, peer.params_[["p", "q", "v"]], 1e-4


def gamma_gamma_conditional_mean() -> Pair:
    from lifetimes import GammaGammaFitter

    own, peer = btyd.fit_gamma_gamma(*_spent()), GammaGammaFitter().fit(*_spent())
    peer.params_[["p", "q", "v"]] = own.fit.values
    return own.conditional_mean(*_spent()), peer.conditional_expected_average_profit(*_spent()), ROUNDING


# ---- survival


def curve_and_interval_of_lifelines() -> Pair:
    from lifelines import KaplanMeierFitter

    own, peer = survival.kaplan_meier(*waits()[:2]), KaplanMeierFitter().fit(*waits()[:2])
    limits = peer.confidence_interval_survival_function_.loc[own.times].to_numpy().T
    return (
        np.concatenate([own.survival, own.low, own.high]),
        np.concatenate([peer.survival_function_.loc[own.times].to_numpy().ravel(), *limits]),
        ROUNDING,
    )


def curve_and_interval_of_scikit_survival() -> Pair:
    from sksurv.nonparametric import kaplan_meier_estimator

    days, event, _ = waits()
    own = survival.kaplan_meier(days, event)
    grid, curve, limits = kaplan_meier_estimator(event, days, conf_type="log-log")
    at = np.searchsorted(grid, own.times)
    return (
        np.concatenate([own.survival, own.low, own.high]),
        np.concatenate([curve[at], *limits[:, at]]),
        ROUNDING,
    )


def curve_and_greenwood_of_statsmodels() -> Pair:
    from statsmodels.duration.survfunc import SurvfuncRight

    days, event, _ = waits()
    own, peer = survival.kaplan_meier(days, event), SurvfuncRight(days, event.astype(int))
    return (
        np.concatenate([own.survival, own.variance**0.5]),
        np.concatenate([peer.surv_prob, peer.surv_prob_se]),
        ROUNDING,
    )


def counted_people_of_statsmodels() -> Pair:
    """People counted per day, as a database gives them, against the peer on one row each."""
    from statsmodels.duration.survfunc import SurvfuncRight

    days, event, _ = waits()
    many = np.random.default_rng(2).integers(1, 5, len(days))
    own = survival.from_counts(
        np.arange(200), np.bincount(days, many * event, 200), np.bincount(days, many * ~event, 200)
    )
    peer = SurvfuncRight(np.repeat(days, many), np.repeat(event, many).astype(int))
    return (
        np.concatenate([own.survival, own.variance**0.5]),
        np.concatenate([peer.surv_prob, peer.surv_prob_se]),
        ROUNDING,
    )


def median_and_interval_of_statsmodels() -> Pair:
    from statsmodels.duration.survfunc import SurvfuncRight

    days, event, _ = waits()
    own, peer = survival.kaplan_meier(days, event).quantile(0.5), SurvfuncRight(days, event.astype(int))
    limits = peer.quantile_ci(0.5, method="cloglog")
    return [own.value, own.low, own.high], [peer.quantile(0.5), *limits], ROUNDING


def median_and_interval_of_lifelines() -> Pair:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    own, peer = survival.kaplan_meier(*waits()[:2]).quantile(0.5), KaplanMeierFitter().fit(*waits()[:2])
    limits = median_survival_times(peer.confidence_interval_survival_function_).to_numpy().ravel()
    return [own.value, own.low, own.high], [peer.median_survival_time_, *limits], ROUNDING


def weighted_curve_of_lifelines() -> Pair:
    from lifelines import KaplanMeierFitter

    days, event, weight = waits()
    own, peer = survival.kaplan_meier(days, event, weight), KaplanMeierFitter()
    curve = peer.fit(days, event, weights=weight).survival_function_.loc[own.times]
    return own.survival, curve.to_numpy().ravel(), ROUNDING


def weighted_error_by_jackknife_of_lifelines() -> Pair:
    """The peer takes weights for counts in its own interval, so its curve is asked again without each one."""
    from lifelines import KaplanMeierFitter

    days, event, weight = waits(400, 0.3, 3)
    own = survival.kaplan_meier(days, event, weight)
    at = int(np.searchsorted(own.times, 90, side="right")) - 1

    def share(rows: np.ndarray) -> float:
        curve = KaplanMeierFitter().fit(days[rows], event[rows], weights=weight[rows], timeline=[90])
        return float(curve.survival_function_.iloc[0, 0])

    return [own.variance[at] ** 0.5], [jackknife(share, [np.arange(len(days))])], JACKKNIFE


def restricted_mean_of_lifelines() -> Pair:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    own, peer = survival.kaplan_meier(*waits()[:2]).rmst(150), KaplanMeierFitter().fit(*waits()[:2])
    return [own.value], [restricted_mean_survival_time(peer, t=150)], ROUNDING


def restricted_error_where_everybody_is_followed() -> Pair:
    """The peer's variance is that of min(T, tau) among people, which without censoring tells the error's.

    It integrates in steps, hence three digits.
    """
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    days, event, _ = waits(2_000, 0.0, 4)
    own, peer = survival.kaplan_meier(days, event).rmst(150), KaplanMeierFitter().fit(days, event)
    variance = restricted_mean_survival_time(peer, t=150, return_variance=True)[1]
    return [(own.high - own.low) / 2 / Z], [(variance / len(days)) ** 0.5], 1e-3


def restricted_error_by_jackknife_of_lifelines() -> Pair:
    """With censoring the peer's variance tells nothing, so its mean is asked again without each one."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    days, event, _ = waits(400, 0.3, 3)
    own = survival.kaplan_meier(days, event).rmst(150)

    def mean(rows: np.ndarray) -> float:
        return float(restricted_mean_survival_time(KaplanMeierFitter().fit(days[rows], event[rows]), t=150))

    return [(own.high - own.low) / 2 / Z], [jackknife(mean, [np.arange(len(days))])], JACKKNIFE


# ---- effects


def _learners():
    from sklearn.linear_model import LinearRegression, LogisticRegression

    return LinearRegression(), LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000)


def _of_doubleml(y: np.ndarray, score: str) -> list[float]:
    """Effect and standard error on our folds, in standard errors."""
    from doubleml import DoubleMLData, DoubleMLIRM

    _, _, a, x, folds = messages()
    linear, logistic = _learners()
    outcome = logistic if set(y) == {0.0, 1.0} else linear
    table = DoubleMLData.from_arrays(x, y, a)
    model = DoubleMLIRM(table, outcome, logistic, score=score, draw_sample_splitting=False)
    model.set_sample_splitting([folds])
    model.fit()
    return [float(model.coef[0] / model.se[0]), float(model.se[0])]


def _own(y: np.ndarray, estimand: causal.Estimand) -> list[float]:
    _, _, a, x, _ = messages()
    found = causal.estimate(y, a, x, estimand=estimand, splits=1)
    return [found.value / found.se, found.se]


def effect_on_all_of_doubleml() -> Pair:
    return _own(messages()[0], "ATE"), _of_doubleml(messages()[0], "ATE"), 1e-3


def effect_on_the_answered_of_doubleml() -> Pair:
    return _own(messages()[0], "ATT"), _of_doubleml(messages()[0], "ATTE"), 1e-3


def effect_on_buying_at_all_of_doubleml() -> Pair:
    return _own(messages()[1], "ATE"), _of_doubleml(messages()[1], "ATE"), 1e-3


def effect_on_buying_of_the_answered_of_doubleml() -> Pair:
    return _own(messages()[1], "ATT"), _of_doubleml(messages()[1], "ATTE"), 1e-3


def effect_on_all_of_econml() -> Pair:
    from econml.dr import LinearDRLearner

    y, _, a, x, folds = messages()
    linear, logistic = _learners()
    learner = LinearDRLearner(model_propensity=logistic, model_regression=linear, cv=folds)
    found = learner.fit(y, a, X=None, W=x).intercept__inference(T=1)
    error = float(found.stderr)
    # this peer learns one outcome model for both arms together
    return _own(y, "ATE"), [float(found.point_estimate) / error, error], 5e-3


# ---- telling who leaves


def area_of_scikit_learn() -> Pair:
    from sklearn.metrics import roc_auc_score

    ease, liked, left = answers()
    own = [discrimination.delong(score, left).value for score in (ease, liked)]
    return own, [roc_auc_score(left, score) for score in (ease, liked)], ROUNDING


def error_by_jackknife_of_scikit_learn() -> Pair:
    """DeLong's variance is the jackknife within those who left and within those who stayed."""
    from sklearn.metrics import roc_auc_score

    ease, _, left = answers()
    own = discrimination.delong(ease, left)
    logits = np.log(np.array([own.low, own.high]) / (1 - np.array([own.low, own.high])))
    se = float(np.diff(logits)[0]) / 2 / Z * own.value * (1 - own.value)
    groups = np.flatnonzero(left), np.flatnonzero(~left)
    return [se], [jackknife(lambda rows: roc_auc_score(left[rows], ease[rows]), groups)], 1e-6


def error_of_a_gap_by_jackknife_of_scikit_learn() -> Pair:
    from sklearn.metrics import roc_auc_score

    ease, liked, left = answers()
    own = discrimination.compare(ease, liked, left)

    def gap(rows: np.ndarray) -> float:
        return roc_auc_score(left[rows], ease[rows]) - roc_auc_score(left[rows], liked[rows])

    groups = np.flatnonzero(left), np.flatnonzero(~left)
    return [own.value.value, own.se], [gap(np.arange(len(left))), jackknife(gap, groups)], 1e-2


CHECKS: tuple[Callable[[], Pair], ...] = (
    bgnbd_parameters,
    bgnbd_likelihood,
    bgnbd_errors,
    bgnbd_p_alive,
    bgnbd_expected_purchases,
    bgnbd_expected_of_a_new_customer,
    pareto_parameters,
    pareto_p_alive,
    pareto_expected_purchases,
    gamma_gamma_parameters,
    gamma_gamma_conditional_mean,
    curve_and_interval_of_lifelines,
    curve_and_interval_of_scikit_survival,
    curve_and_greenwood_of_statsmodels,
    counted_people_of_statsmodels,
    median_and_interval_of_statsmodels,
    median_and_interval_of_lifelines,
    weighted_curve_of_lifelines,
    weighted_error_by_jackknife_of_lifelines,
    restricted_mean_of_lifelines,
    restricted_error_where_everybody_is_followed,
    restricted_error_by_jackknife_of_lifelines,
    effect_on_all_of_doubleml,
    effect_on_the_answered_of_doubleml,
    effect_on_buying_at_all_of_doubleml,
    effect_on_buying_of_the_answered_of_doubleml,
    effect_on_all_of_econml,
    area_of_scikit_learn,
    error_by_jackknife_of_scikit_learn,
    error_of_a_gap_by_jackknife_of_scikit_learn,
)


def main() -> None:
    """Every pair by the name of its check, as one JSON object."""
    found = {}
    for check in CHECKS:
        own, peer, within = check()
        figures = {"own": list(map(float, own)), "peer": list(map(float, peer)), "within": within}
        found[check.__name__] = figures
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the peers warn about pandas and about themselves
    main()

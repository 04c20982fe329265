"""Adjusted comparisons: published data, a plain second implementation, edges, properties."""

import doctest
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.discrete.discrete_model import Logit, Probit
from statsmodels.treatment.treatment_effects import TreatmentEffect

from socialroi.result import Unknown
from socialroi.stats import boosted, causal, nuisance
from socialroi.stats.causal import Assignment, estimate, plain_difference
from socialroi.stats.clusters import covariance, customer_codes, standard_error
from socialroi.stats.contrasts import contrast
from socialroi.stats.diagnostics import weights

ALL = ("ATE", "ATT", "ATU", "ATO")


def confounded(seed, n=600, binary=True):
    """x drives both treatment and outcome; the effect grows with x."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    a = (rng.random(n) < 1 / (1 + np.exp(-0.7 * x[:, 0]))).astype(float)
    level = 0.8 * x[:, 0] + 0.4 * x[:, 1] + a * (0.5 + 0.4 * x[:, 0])
    y = rng.random(n) < 1 / (1 + np.exp(-level)) if binary else level + rng.normal(size=n)
    return y.astype(float), a, x


@pytest.fixture(scope="module")
def births():
    """4,642 births of Pennsylvania (Cattaneo 2010), as statsmodels ships them for its own tests."""
    folder = Path(sm.__file__).parent / "treatment" / "tests" / "results"
    path = folder / "cataneo2.csv"
    if not path.exists():
        pytest.skip("this statsmodels comes without its test data (cataneo2.csv)")
    return pd.read_csv(path)


# ---- published numbers -----------------------------------------------------------------------


def test_aipw_of_the_births_is_statas(births):
    # Stata teffects aipw (bweight prenatal1 mmarried mage fbaby)
    #                     (mbsmoke mmarried c.mage##c.mage fbaby medu, probit): -230.98920111258
    y, a = births["bweight"].to_numpy(float), births["mbsmoke_"].to_numpy(float)
    drivers = sm.add_constant(births[["mmarried_", "mage", "mage2", "fbaby_", "medu"]].to_numpy(float))
    e = Probit(a, drivers).fit(disp=0, tol=1e-12).predict()
    x = sm.add_constant(births[["prenatal1_", "mmarried_", "mage", "fbaby_"]].to_numpy(float))
    m1, m0 = (sm.OLS(y[a == arm], x[a == arm]).fit().predict(x) for arm in (1, 0))
    answer = contrast("ATE", y, a, e, (m1, m0))
    assert answer.value == pytest.approx(-230.98920111258, abs=1e-6)
    assert answer.control.value == pytest.approx(3403.3552531738, abs=1e-6)
    # the influence-function error takes the nuisances as known: 25.39 against Stata's 26.21
    assert standard_error(answer.influence, customer_codes(None, len(y))) == pytest.approx(25.39, abs=0.01)


def test_regression_and_weighting_of_the_births_are_statas(births):
    # Stata teffects ra (same models as above): -239.63921146434; teffects ipw: -230.68863779526
    y, a = births["bweight"].to_numpy(float), births["mbsmoke_"].to_numpy(float)
    x = births[["prenatal1_", "mmarried_", "mage", "fbaby_"]].to_numpy(float)
    m1, m0 = Assignment.of(a, x, folds=1).outcome_models(y)[0]
    assert (m1 - m0).mean() == pytest.approx(-239.63921146434, abs=1e-4)
    drivers = sm.add_constant(births[["mmarried_", "mage", "mage2", "fbaby_", "medu"]].to_numpy(float))
    w = weights("ATE", a, Probit(a, drivers).fit(disp=0, tol=1e-12).predict())
    means = [np.average(y[a == arm], weights=w[a == arm]) for arm in (1, 0)]
    assert means[0] - means[1] == pytest.approx(-230.68863779526, abs=1e-6)


def test_without_folds_the_births_agree_with_statsmodels(births):
    names = ["prenatal1_", "mmarried_", "mage", "mage2", "fbaby_", "medu"]
    x, y, a = births[names].to_numpy(float), births["bweight"], births["mbsmoke_"].to_numpy()
    selection = Logit(a, sm.add_constant(x)).fit(disp=0, tol=1e-12)
    peer = TreatmentEffect(sm.OLS(y.to_numpy(float), sm.add_constant(x)), a, results_select=selection)
    effects = Assignment.of(a, x, folds=1).effects(y, ALL)
    # the penalty of 1e-6 per row moves the fifth digit
    assert effects["ATE"].value == pytest.approx(peer.aipw(return_results=False)[0], rel=5e-5)
    e, z = selection.predict(), sm.add_constant(x)
    m1, m0 = (sm.OLS(y[a == arm], z[a == arm]).fit().predict(z) for arm in (1, 0))
    for name in ALL:
        expected = contrast(name, y.to_numpy(float), a.astype(float), e, (np.asarray(m1), np.asarray(m0)))
        assert effects[name].value == pytest.approx(expected.value, rel=5e-5)


# ---- a plain second implementation -----------------------------------------------------------


def plain_effect(y, a, x, fold, estimand):
    """The formulas written out row by row with statsmodels fits, for given folds."""
    n, z = len(y), sm.add_constant(x)
    e, m1, m0 = np.empty(n), np.empty(n), np.empty(n)
    for k in np.unique(fold):
        out, rest = fold == k, fold != k
        e[out] = Logit(a[rest], z[rest]).fit(disp=0).predict(z[out])
        for arm, m in ((1, m1), (0, m0)):
            learn = rest & (a == arm)
            m[out] = Logit(y[learn], z[learn]).fit(disp=0).predict(z[out])
    p = a.mean()
    if estimand == "ATE":
        psi = m1 - m0 + a * (y - m1) / e - (1 - a) * (y - m0) / (1 - e)
        return psi.mean(), psi - psi.mean()
    if estimand == "ATT":
        psi = (a - (1 - a) * e / (1 - e)) * (y - m0) / p
        return psi.mean(), psi - a * psi.mean() / p
    if estimand == "ATU":
        q = 1 - p
        psi = (a * (1 - e) / e - (1 - a)) * (y - m1) / q
        return psi.mean(), psi - (1 - a) * psi.mean() / q
    h = e * (1 - e)
    num = h * (m1 - m0) + a * (1 - e) * (y - m1) - (1 - a) * e * (y - m0)
    start = num.mean() / h.mean()
    influence = (num + (1 - 2 * e) * (a - e) * (m1 - m0 - start) - h * start) / h.mean()
    return start + influence.mean(), influence - influence.mean()


@pytest.mark.parametrize("estimand", ALL)
def test_effects_match_a_plain_implementation_on_the_same_folds(estimand):
    y, a, x = confounded(1, 1500)
    effect = estimate(y, a, x, estimand=estimand, folds=4, seed=5, splits=1)
    fold = nuisance.deal_folds(a.astype(int), np.arange(1500), 4, 5)
    value, influence = plain_effect(y, a, x, fold, estimand)
    se = influence.std(ddof=1) / math.sqrt(1500)
    # leave-one-fold-out fits are Newton steps from the common fit: equal to a hundredth of the error
    assert effect.value == pytest.approx(value, abs=0.01 * se)
    assert effect.se == pytest.approx(se, rel=0.002)
    assert effect.influence == pytest.approx(influence, abs=0.02)


def test_clustered_error_by_hand():
    # sums per customer 3, -1, -2: G/(G-1) * 14 = 21; over 4 rows
    influence, customer = np.array([1.0, 2.0, -1.0, -2.0]), np.array([0, 0, 1, 2])
    assert standard_error(influence, customer) == pytest.approx(math.sqrt(21) / 4)
    assert covariance([influence], customer)[0, 0] == pytest.approx(21 / 16)


def test_plain_difference_is_welch_without_clusters():
    y, a, _ = confounded(2, binary=False)
    value = plain_difference(y, a)
    welch = math.sqrt(y[a == 1].var() / (a == 1).sum() + y[a == 0].var() / (a == 0).sum())
    assert value.value == pytest.approx(y[a == 1].mean() - y[a == 0].mean())
    assert (value.high - value.low) / 2 == pytest.approx(1.96 * welch, rel=2e-3)


# ---- parts of an effect ----------------------------------------------------------------------


def test_parts_of_an_effect_fit_together():
    y, a, x = confounded(3)
    for effect in Assignment.of(a, x).effects(y, ALL).values():
        assert effect.value == pytest.approx(effect.treated_mean - effect.control_mean)
        assert effect.estimate.low == effect.low < effect.value < effect.high
        assert effect.influence.mean() == pytest.approx(0, abs=1e-10)
        assert effect.ratio.value == pytest.approx(effect.treated_mean / effect.control_mean)
        assert (effect.n_treated, effect.n_control) == (a.sum(), 600 - a.sum())
        assert effect.naive.value > effect.value
        assert sum(effect.overlap.treated_counts) == effect.n_treated
        assert sum(effect.overlap.control_counts) == effect.n_control
        assert [check.name for check in effect.checks] == ["balance", "overlap", "effective_size"]


def test_balance_table_by_hand():
    y, a, x = confounded(4)
    fitted = Assignment.of(a, x, names=["recency", "orders", "spend"], splits=1)
    table, w = fitted.effects(y, ("ATT",))["ATT"].balance, fitted.weights("ATT")
    column, one = x[:, 0], a == 1
    scale = math.sqrt((column[one].var() + column[~one].var()) / 2)
    after = np.average(column[one], weights=w[one]) - np.average(column[~one], weights=w[~one])
    assert table.names == ("recency", "orders", "spend")
    assert table.before[0] == pytest.approx((column[one].mean() - column[~one].mean()) / scale)
    assert table.after[0] == pytest.approx(after / scale)
    assert table.before[0] > 0.4 > 0.1 > abs(table.after[0])


def test_effective_size_by_hand():
    y, a, x = confounded(4)
    fitted = Assignment.of(a, x, splits=1)
    effect, w = fitted.effects(y, ("ATT",))["ATT"], fitted.weights("ATT")[a == 0]
    assert effect.ess.control == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert effect.ess.treated == pytest.approx(a.sum())
    assert effect.ess.largest_control == pytest.approx(w.max() / w.sum())


def test_a_comparison_group_that_melts_away_is_refused_for_the_treated_but_not_for_overlap():
    # the treated are nearly all of a kind that is rare among the others (the job-training data)
    rng = np.random.default_rng(5)
    x = rng.normal(size=(3000, 1))
    a = (rng.random(3000) < 1 / (1 + np.exp(-(4 * x[:, 0] - 4)))).astype(float)
    y = (rng.random(3000) < 0.3 + 0.3 * (x[:, 0] > 1)).astype(float)
    effects = Assignment.of(a, x).effects(y)
    failed = {check.name for check in effects["ATT"].checks if not check.passed}
    assert "overlap" in failed
    assert effects["ATT"].overlap.clipped > 0
    assert effects["ATO"].checks[1].passed
    assert all(
        "needed" in c.sentence or "accepted" in c.sentence for c in effects["ATT"].checks if not c.passed
    )


def test_parts_of_an_outcome_add_up_exactly_with_the_mean_of_splits():
    rng = np.random.default_rng(6)
    y, a, x = confounded(6, binary=False)
    parts = [y * 0.3, np.maximum(y, 0) * 0.2, rng.normal(size=600)]
    fitted = Assignment.of(a, x)
    total = fitted.effects(np.sum(parts, axis=0), ("ATO",), "linear", "mean")["ATO"]
    each = [fitted.effects(part, ("ATO",), "linear", "mean")["ATO"] for part in parts]
    assert sum(one.value for one in each) == pytest.approx(total.value, abs=1e-10)
    assert sum(one.influence for one in each) == pytest.approx(total.influence, abs=1e-9)


def test_several_splits_move_less_than_one():
    y, a, x = confounded(7, 300)
    spread = [np.std([estimate(y, a, x, seed=100 * s, splits=k).value for s in range(12)]) for k in (1, 5)]
    assert spread[1] < spread[0]


# ---- folds -----------------------------------------------------------------------------------


def test_a_customer_is_never_in_two_folds_and_arms_are_spread():
    rng = np.random.default_rng(8)
    customer = rng.integers(0, 150, 600)
    arm = (rng.random(600) < 0.15).astype(int)
    fold = nuisance.deal_folds(arm, customer, 5, 0)
    assert all(len(set(fold[customer == one])) == 1 for one in np.unique(customer))
    held = [len(set(customer[(fold == k) & (arm == 1)])) for k in range(5)]
    # two kinds of customers hold treated rows (with and without untreated ones), each dealt evenly
    assert max(held) - min(held) <= 2


def test_with_customers_the_order_of_rows_does_not_matter():
    y, a, x = confounded(9)
    customer = np.array([f"c{i}" for i in np.random.default_rng(9).integers(0, 200, 600)])
    shuffled = np.random.default_rng(10).permutation(600)
    first = estimate(y, a, x, customer)
    second = estimate(y[shuffled], a[shuffled], x[shuffled], customer[shuffled])
    assert second.value == pytest.approx(first.value, abs=1e-9)
    assert second.se == pytest.approx(first.se, rel=1e-9)
    assert second.influence == pytest.approx(first.influence[shuffled], abs=1e-8)


def test_the_same_call_gives_the_same_number():
    y, a, x = confounded(11)
    assert estimate(y, a, x).value == estimate(y, a, x).value


def test_customer_names_of_any_type_give_the_same_groups():
    numbers = np.array([30, 10, 30, 20])
    expected = [2, 0, 2, 1]
    for names in (numbers, numbers.astype(str), numbers.astype(object).astype(str).astype(object)):
        assert customer_codes(names, 4).tolist() == expected


@pytest.mark.parametrize("names", [["a", None, "b"], [1.0, np.nan, 2.0], ["a", "b"]])
def test_a_row_without_a_customer_is_an_error(names):
    with pytest.raises(ValueError, match="cluster"):
        customer_codes(np.array(names, dtype=None), 3)


# ---- edges -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y, a, x: (y, a * 0, x), "fewer than two customers are treated"),
        (lambda y, a, x: (y, a * 0 + 1, x), "fewer than two customers are untreated"),
        (lambda y, a, x: (y, np.eye(600)[0], x), "fewer than two customers are treated"),
        (lambda y, a, x: (y, a * 2, x), "must be 0 or 1"),
        (lambda y, a, x: (y * 0, a, x), "same outcome"),
        (lambda y, a, x: (np.where(a == 1, np.nan, y), a, x), "finite"),
        (lambda y, a, x: (y, a, np.where(x > 2, np.inf, x)), "finite"),
        (lambda y, a, x: (y[:-1], a, x), "600 finite"),
        (lambda y, a, x: (y, a, x[:-1]), "599 rows of covariates"),
        (lambda y, a, x: (y, a, x[:, 0]), "table"),
        (lambda y, a, x: (y, a, np.random.default_rng(0).normal(size=(600, 500))), "too few for 500"),
    ],
)
def test_what_cannot_be_compared_is_an_error_that_says_why(change, message):
    y, a, x = change(*confounded(12))
    with pytest.raises(ValueError, match=message):
        estimate(y, a, x)


def finite(effect):
    numbers = (
        effect.value,
        effect.low,
        effect.high,
        effect.se,
        *effect.balance.before,
        *effect.balance.after,
    )
    return all(map(math.isfinite, numbers)) and np.isfinite(effect.influence).all()


@pytest.mark.parametrize(
    "covariates",
    [
        lambda x, a: np.column_stack([x, np.full(len(x), 7.0)]),
        lambda x, a: np.column_stack([x, x[:, 0], 2 * x[:, 1] - x[:, 0]]),
        lambda x, a: np.column_stack([x, a]),
        lambda x, a: np.column_stack([x, (np.arange(len(x)) == 3)]),
        lambda x, a: x * 1e9 + 1e12,
        lambda x, a: np.empty((len(x), 0)),
    ],
    ids=["constant", "collinear", "treatment itself", "one row only", "huge", "none"],
)
def test_awkward_covariates_give_finite_numbers(covariates):
    y, a, x = confounded(13)
    for effect in Assignment.of(a, covariates(x, a)).effects(y, ALL).values():
        assert finite(effect)


def test_collinear_columns_change_nothing():
    y, a, x = confounded(14)
    plain, doubled = estimate(y, a, x), estimate(y, a, np.column_stack([x, x[:, 0]]))
    assert doubled.value == pytest.approx(plain.value, abs=0.01 * plain.se)


def test_separated_treatment_fails_its_checks():
    y, a, x = confounded(15)
    effect = estimate(y, a, np.column_stack([x, a]), estimand="ATT")
    assert not all(check.passed for check in effect.checks)
    assert effect.overlap.treated_outside > 0.9
    assert effect.overlap.clipped > 500


def test_an_outcome_nobody_untreated_has_does_not_crash():
    y, a, x = confounded(16)
    effect = estimate(y * a, a, x)
    assert finite(effect)
    assert effect.control_mean == pytest.approx(0, abs=0.01)


def test_a_fold_in_which_nobody_has_the_outcome_does_not_crash():
    _, a, x = confounded(17)
    y = np.zeros(600)
    y[np.flatnonzero(a)[:2]] = 1
    y[np.flatnonzero(1 - a)[:1]] = 1
    effect = estimate(y, a, x)
    assert finite(effect)


def test_few_customers_shrink_the_folds():
    y, a, x = confounded(18)
    customer = np.where(a == 1, np.arange(600) % 3, 10 + np.arange(600) % 40)
    assert finite(estimate(y, a, x, customer))


def test_a_ratio_needs_positive_means():
    y, a, x = confounded(19, binary=False)
    assert isinstance(estimate(y - 10, a, x).ratio, Unknown)


@pytest.mark.parametrize("n", [4, 6, 10])
def test_a_handful_of_people_gives_numbers_or_says_why(n):
    rng = np.random.default_rng(n)
    a = (np.arange(n) % 2).astype(float)
    for _ in range(20):
        effect = estimate(rng.normal(size=n), a, rng.normal(size=(n, 1)))
        assert finite(effect)
        assert not effect.checks[-1].passed


def test_the_example_of_the_documentation_is_true():
    failed, tried = doctest.testmod(causal)
    assert tried > 5
    assert failed == 0


# ---- other learners --------------------------------------------------------------------------


def means_only(z, y, layout, arms, binary):
    """A learner that knows no covariates: everybody's mean outside the fold."""
    out = np.empty(len(y))
    for fold in range(layout.folds):
        others = [layout.rows(arm, f) for arm in arms for f in range(layout.folds) if f != fold]
        for arm in range(layout.arms):
            out[layout.rows(arm, fold)] = np.concatenate([y[s] for s in others]).mean()
    return out


def test_without_covariates_in_the_models_the_effect_is_the_plain_difference():
    y, a, x = confounded(22)
    effect = Assignment.of(a, x, learner=means_only).effects(y, ("ATO",))["ATO"]
    assert effect.value == pytest.approx(effect.naive.value, abs=0.2 * effect.se)
    assert not effect.checks[0].passed
    assert abs(estimate(y, a, x).value - effect.naive.value) > effect.se


def test_boosted_models_need_scikit_learn_and_say_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    y, a, x = confounded(23, 100)
    with pytest.raises(ImportError, match=r"socialroi\[ml\]"):
        estimate(y, a, x, learner=boosted.cross_fit)


@pytest.mark.slow
@pytest.mark.parametrize("binary", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_boosted_models_find_what_regressions_miss(binary):
    rng = np.random.default_rng(24)
    x = rng.normal(size=(4000, 2))
    bend = (np.abs(x[:, 0]) > 0.7).astype(float)
    a = (rng.random(4000) < 0.25 + 0.5 * bend).astype(float)
    noise = rng.random(4000) if binary else rng.normal(size=4000)
    y = (noise < 0.2 + 0.4 * bend + 0.1 * a).astype(float) if binary else bend + 0.1 * a + 0.3 * noise
    linear, trees = (
        estimate(y, a, x, splits=1, learner=one) for one in (nuisance.cross_fit, boosted.cross_fit)
    )
    assert linear.low > 0.1
    assert trees.low < 0.1 < trees.high


# ---- properties ------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1e4), st.floats(-1e3, 1e3))
def test_effects_scale_with_the_outcome_and_ignore_its_origin(scale, origin):
    y, a, x = confounded(20, 200, binary=False)
    plain, changed = estimate(y, a, x, splits=1), estimate(y * scale + origin, a, x, splits=1)
    assert changed.value == pytest.approx(plain.value * scale, abs=1e-6 * scale + 1e-9 * abs(origin))
    assert changed.se == pytest.approx(plain.se * scale, rel=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_swapping_the_arms_swaps_the_sign_and_the_populations(seed):
    y, a, x = confounded(seed, 200)
    forth = Assignment.of(a, x, folds=1).effects(y, ALL)
    back = Assignment.of(1 - a, x, folds=1).effects(y, ALL)
    for name, other in (("ATE", "ATE"), ("ATT", "ATU"), ("ATU", "ATT"), ("ATO", "ATO")):
        assert forth[name].value == pytest.approx(-back[other].value, abs=1e-4)
        assert forth[name].se == pytest.approx(back[other].se, rel=1e-2)


def test_units_of_covariates_do_not_matter():
    y, a, x = confounded(21)
    plain, changed = estimate(y, a, x), estimate(y, a, x * [1e-6, 60.0, 1e6] + [5.0, 0.0, 3.0])
    assert changed.value == pytest.approx(plain.value, abs=1e-6)

"""AIPW against its peers, side by side: `make bench-peers`.

200,000 people x 10 covariates, 5 folds, logistic propensity, linear outcome; CPU seconds (user plus
system) of this process, every library on one thread, median of the rounds, one unmeasured run first. The
answers must lie within 0.1 standard errors of ours. Runs in `.venv-peers`, where the peers are.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from socialroi.stats.causal import estimate
from socialroi.stats.nuisance import deal_folds

ROWS, COLUMNS = 200_000, 10
Answer = tuple[float, float]
Table = tuple[np.ndarray, np.ndarray, np.ndarray]


def data() -> Table:
    """Outcome, treatment, covariates: confounded, true effect 0.5."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, COLUMNS))
    a = (rng.random(ROWS) < 1 / (1 + np.exp(-(0.5 * x[:, 0] - 0.3 * x[:, 1])))).astype(float)
    return x @ np.linspace(-0.3, 0.4, COLUMNS) + 0.5 * a + rng.normal(size=ROWS), a, x


def own(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> Answer:
    effect = estimate(y, a, x, estimand="ATE", splits=1)
    return effect.value, effect.se


def econml(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> Answer:
    from econml.dr import LinearDRLearner
    from sklearn.linear_model import LinearRegression, LogisticRegression

    learner = LinearDRLearner(
        model_propensity=LogisticRegression(), model_regression=LinearRegression(), cv=5, random_state=0
    )
    inference = learner.fit(y, a, X=None, W=x).intercept__inference(T=1)
    return float(inference.point_estimate), float(inference.stderr)


def doubleml(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> Answer:
    from doubleml import DoubleMLData, DoubleMLIRM
    from sklearn.linear_model import LinearRegression, LogisticRegression

    table = DoubleMLData.from_arrays(x, y, a)
    model = DoubleMLIRM(table, LinearRegression(), LogisticRegression(), n_folds=5).fit()
    return float(model.coef[0]), float(model.se[0])


def dml_rs(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> Answer:
    from dml_rs import IRM, LogisticRegression, Ols

    model = IRM(Ols(), LogisticRegression(), n_folds=5).fit(x, y, a)
    return float(np.ravel(model.coef_)[0]), float(np.ravel(model.se_)[0])


def sklearn(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> Answer:
    """What a careful person writes in twenty lines."""
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    e, m1, m0 = (np.empty(len(y)) for _ in range(3))
    for learn, out in StratifiedKFold(5, shuffle=True, random_state=0).split(x, a):
        e[out] = LogisticRegression().fit(x[learn], a[learn]).predict_proba(x[out])[:, 1]
        for arm, m in ((1, m1), (0, m0)):
            rows = learn[a[learn] == arm]
            m[out] = LinearRegression().fit(x[rows], y[rows]).predict(x[out])
    psi = m1 - m0 + a * (y - m1) / e - (1 - a) * (y - m0) / (1 - e)
    return float(psi.mean()), float(psi.std(ddof=1) / math.sqrt(len(y)))


def statsmodels(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> Answer:
    """The same loop with statsmodels, on our own folds."""
    import statsmodels.api as sm

    z, fold = sm.add_constant(x), deal_folds(a.astype(int), np.arange(len(a)), 5, 0)
    e, m1, m0 = (np.empty(len(a)) for _ in range(3))
    for k in range(5):
        out, rest = fold == k, fold != k
        e[out] = sm.Logit(a[rest], z[rest]).fit(disp=0).predict(z[out])
        for arm, m in ((1, m1), (0, m0)):
            learn = rest & (a == arm)
            m[out] = sm.OLS(y[learn], z[learn]).fit().predict(z[out])
    psi = m1 - m0 + a * (y - m1) / e - (1 - a) * (y - m0) / (1 - e)
    return float(psi.mean()), float(psi.std(ddof=1) / math.sqrt(len(y)))


PEERS: dict[str, Callable[..., Answer]] = {
    "econml": econml,
    "doubleml": doubleml,
    "dml_rs": dml_rs,
    "sklearn": sklearn,
    "statsmodels": statsmodels,
}
NAMES = {
    "econml": "econml LinearDRLearner",
    "doubleml": "DoubleML IRM",
    "dml_rs": "dml-rs IRM",
    "sklearn": "scikit-learn, a loop over the folds",
    "statsmodels": "statsmodels, a loop over the folds",
}


def cpu(call: Callable[..., Answer], table: Table) -> float:
    start = time.process_time()
    call(*table)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    table = data()
    calls = {"own": own} | PEERS
    answers = {name: call(*table) for name, call in calls.items()}
    # round by round, so that a busy minute of the machine falls on everybody
    times = [{name: cpu(call, table) for name, call in calls.items()} for _ in range(rounds)]
    median = {name: statistics.median(one[name] for one in times) for name in calls}
    value, se = answers["own"]
    print(f"AIPW, {ROWS:,} x {COLUMNS}, 5 folds, median of {rounds}\n")
    print("| estimator | CPU s | ratio | effect | SE | distance in SE |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(
        f"| own, with balance, overlap, effective size | {median['own']:.3f} | 1 | {value:.5f} | {se:.5f} | |"
    )
    for name in sorted(calls.keys() - {"own"}, key=median.__getitem__):
        effect, error = answers[name]
        print(
            f"| {NAMES[name]} | {median[name]:.3f} | {median[name] / median['own']:.1f}x "
            f"| {effect:.5f} | {error:.5f} | {abs(effect - value) / se:.3f} |"
        )
    apart = [name for name, (effect, _) in answers.items() if abs(effect - value) > 0.1 * se]
    assert not apart, f"not the same answer: {apart}"


if __name__ == "__main__":
    # the peers are imported later and read these then
    os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "NUMBA", "RAYON")}
    warnings.simplefilter("ignore")  # peers warn about pandas and about themselves
    with threadpool_limits(1):
        main()

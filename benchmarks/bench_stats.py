"""Own statistics against their peers, side by side: `python benchmarks/bench_stats.py`.

CPU seconds, best of several runs in this process, BLAS on one thread; compare the ratios, not the
seconds of different machines. A peer that is not installed is named and left out; the peers of causal
estimation have `causal.py`.
"""

from __future__ import annotations

import importlib.util
import math
import time
import warnings
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from socialroi.stats.causal import Assignment, estimate
from socialroi.stats.nuisance import deal_folds
from socialroi.stats.survival import kaplan_meier

PEOPLE, ROWS, COLUMNS = 1_000_000, 200_000, 10


def cpu(call: Callable[[], object], runs: int = 5) -> float:
    """Least CPU seconds of a call; one unmeasured run first."""
    call()
    times = []
    for _ in range(runs):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def line(name: str, seconds: float, peer: float | None = None) -> None:
    ratio = "" if peer is None else f"{peer / seconds:8.1f} x"
    print(f"  {name:<58} {1000 * seconds:9.1f} ms {ratio}")


def installed(name: str) -> bool:
    if importlib.util.find_spec(name):
        return True
    print(f"  {name} is not installed: left out")
    return False


def survival() -> None:
    print(f"Kaplan-Meier with errors, {PEOPLE:,} people, whole days")
    rng = np.random.default_rng(0)
    days, event = rng.integers(1, 700, PEOPLE), rng.random(PEOPLE) < 0.4
    weight = rng.uniform(0.5, 2.0, PEOPLE)
    own = cpu(lambda: kaplan_meier(days, event))
    broken = cpu(lambda: kaplan_meier(days.astype(float), event))
    weighted = cpu(lambda: kaplan_meier(days, event, weight))
    peers = {}
    if installed("statsmodels"):
        from statsmodels.duration.survfunc import SurvfuncRight

        status = event.astype(int)
        peers["statsmodels SurvfuncRight"] = cpu(lambda: SurvfuncRight(days, status))
        peer = SurvfuncRight(days, status)
        gap = np.abs(kaplan_meier(days, event).survival - peer.surv_prob).max()
        print(f"  largest difference from statsmodels: {gap:.1e}")
    if installed("lifelines"):
        from lifelines import KaplanMeierFitter

        peers["lifelines KaplanMeierFitter"] = cpu(lambda: KaplanMeierFitter().fit(days, event))
    line("own, whole days, with interval", own)
    line("own, broken times", broken)
    line("own, weighted, influence-function interval", weighted)
    for name, seconds in peers.items():
        line(f"{name} (ratio to own)", own, seconds)
        line(f"{name}", seconds)


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, COLUMNS))
    a = (rng.random(ROWS) < 1 / (1 + np.exp(-(0.5 * x[:, 0] - 0.3 * x[:, 1])))).astype(float)
    level = x @ np.linspace(-0.3, 0.4, COLUMNS)
    y = level + 0.5 * a + rng.normal(size=ROWS)
    return y, (rng.random(ROWS) < 1 / (1 + np.exp(-level - 0.3 * a))).astype(float), a, x


def statsmodels_loop(y: np.ndarray, a: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """The same cross-fitted AIPW-ATE as a plain loop over folds with statsmodels fits."""
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


def effects() -> None:
    print(f"AIPW, {ROWS:,} x {COLUMNS}, 5 folds")
    y, bought, a, x = data()
    own = cpu(lambda: estimate(y, a, x, estimand="ATE", splits=1))
    line("own, linear outcome, with balance, overlap, effective size", own)
    line("own, yes/no outcome", cpu(lambda: estimate(bought, a, x, estimand="ATE", splits=1)))
    line("own, yes/no outcome, 3 splits", cpu(lambda: estimate(bought, a, x, estimand="ATE")))
    fitted = Assignment.of(a, x, splits=1)
    line("own, one more outcome, three populations", cpu(lambda: fitted.effects(bought)))
    if installed("statsmodels"):
        value, se = statsmodels_loop(y, a, x)
        mine = estimate(y, a, x, estimand="ATE", splits=1)
        print(f"  own {mine.value:.6f} ({mine.se:.6f}), statsmodels {value:.6f} ({se:.6f})")
        peer = cpu(lambda: statsmodels_loop(y, a, x), runs=2)
        line("statsmodels loop (ratio to own)", own, peer)
        line("statsmodels loop", peer)


def main() -> None:
    with threadpool_limits(1):
        survival()
        effects()


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # peers warn about pandas and about their own divisions by zero
    main()

"""Own statistics beside the libraries that do the same: `make bench-peers`.

Buying models, survival curves and discrimination on a million people, everything in one run and on one
thread. CPU seconds (user plus system) of this process: the least of the rounds, which go library by
library so that a busy minute of the machine falls on everybody. Compare the ratios, not the seconds of
different machines. Answers must agree: four digits for what is fitted, rounding for what is counted.
Runs in `.venv-peers`; the peers of causal estimation stand in `causal.py`.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from socialroi.result import Estimate
from socialroi.stats.btyd import BgNbd, GammaGamma, ParetoNbd, fit_bgnbd, fit_gamma_gamma, fit_pareto_nbd
from socialroi.stats.discrimination import delong
from socialroi.stats.survival import kaplan_meier

LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "lifetimes",
    "statsmodels",
    "lifelines",
    "scikit-survival",
    "scikit-learn",
)
#: CDNOW's parameters (Fader, Hardie & Lee 2005; Fader & Hardie 2013), time in weeks.
R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426
P, Q, GAMMA = 6.25, 3.74, 15.44
AHEAD = 39.0
FITTED, COUNTED = 5e-4, 1e-9

Answer = np.ndarray
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to compute: `own` ways first, of which the first is the measure, then the peers.

    Every call gives numbers that must lie within `within` of the first one's. `goal` is the ratio to
    reach against the fastest of the peers that are `judged` (by default all).
    """

    name: str
    own: dict[str, Callable[[], Answer]]
    peers: dict[str, Callable[[], Answer]]
    within: float = COUNTED
    goal: float | None = None
    judged: tuple[str, ...] = ()


@dataclass(slots=True)
class Timed:
    """What a call took, round by round, and what it said."""

    seconds: list[float] = field(default_factory=list)
    said: Answer = field(default_factory=lambda: np.zeros(0))


# ---- the people


def customers(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, t_x and age in whole days (two years of first purchases), mean spend of repeat purchases."""
    rng = np.random.default_rng(7)
    age = rng.integers(7, 730, n)
    pace = rng.gamma(R, 1 / (7 * ALPHA), n)
    occasions = rng.geometric(np.maximum(rng.beta(A, B, n), 1e-12))
    x, last, now = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.zeros(n)
    active = np.arange(n)
    for made in range(1, 10_000):
        now[active] += rng.exponential(1 / np.maximum(pace[active], 1e-300))
        day = np.minimum(now[active], 1e6).astype(np.int64)
        inside = day <= age[active]
        # several purchases on one day are one
        fresh = inside & (day > last[active])
        x[active[fresh]] += 1
        last[active[fresh]] = day[fresh]
        active = active[inside & (occasions[active] > made)]
        if not len(active):
            break
    shape = np.maximum(P * x, 1e-9)
    spend = rng.gamma(shape) / shape * P / rng.gamma(Q, 1 / GAMMA, n)
    return x, last, age, np.where(x > 0, np.round(spend, 2), 0.0)


# ---- what is computed


def buying(days: Columns) -> Work:
    """BG/NBD by maximum likelihood."""
    import pandas as pd
    from lifetimes import BetaGeoFitter

    weeks = days[0].astype(float), days[1] / 7, days[2] / 7
    frame = [pd.Series(column) for column in weeks]
    counted = pd.DataFrame(dict(zip("xtT", weeks, strict=True))).groupby(["x", "t", "T"]).size()
    equal = [counted.index.get_level_values(name).to_series(index=range(len(counted))) for name in "xtT"]
    many = counted.reset_index(drop=True)

    def own(columns: Columns, unit: float) -> Answer:
        model = fit_bgnbd(*columns)
        assert isinstance(model, BgNbd)
        return np.array([model.r, model.alpha / unit, model.a, model.b])

    def peer(columns: list[Any], **weights: Any) -> Answer:
        return BetaGeoFitter().fit(*columns, **weights).params_[["r", "alpha", "a", "b"]].to_numpy()

    return Work(
        f"BG/NBD, {len(weeks[0]):,} customers",
        {"own, days in weeks": lambda: own(weeks, 1), "own, whole days": lambda: own(days, 7)},
        {
            "lifetimes": lambda: peer(frame),
            "lifetimes, given equal histories counted beforehand": lambda: peer(equal, weights=many),
        },
        FITTED,
        60,
        ("lifetimes",),
    )


def spending(x: np.ndarray, m: np.ndarray) -> Work:
    """Gamma-Gamma by maximum likelihood, of those who came back."""
    import pandas as pd
    from lifetimes import GammaGammaFitter

    again = (x > 0) & (m > 0)
    spent = x[again].astype(float), m[again]
    frame = [pd.Series(column) for column in spent]

    def own() -> Answer:
        model = fit_gamma_gamma(*spent)
        assert isinstance(model, GammaGamma)
        return np.array([model.p, model.q, model.gamma])

    def peer() -> Answer:
        return GammaGammaFitter().fit(*frame).params_[["p", "q", "v"]].to_numpy()

    return Work(f"Gamma-Gamma, {again.sum():,} who came back", {"own": own}, {"lifetimes": peer}, FITTED, 30)


def expecting(days: Columns) -> Work:
    """Purchases expected in 39 weeks and the chance of being alive, at the same parameters."""
    from lifetimes import BetaGeoFitter

    weeks = days[0].astype(float), days[1] / 7, days[2] / 7
    model, fitter = BgNbd(R, ALPHA, A, B), BetaGeoFitter()
    fitter.fit(*(column[:1_000] for column in weeks))
    fitter.params_[["r", "alpha", "a", "b"]] = R, ALPHA, A, B
    ahead = fitter.conditional_expected_number_of_purchases_up_to_time
    return Work(
        f"expected purchases and P(alive), {len(weeks[0]):,} customers",
        {"own": lambda: np.stack([model.expected_purchases(AHEAD, *weeks), model.p_alive(*weeks)])},
        {
            "lifetimes": lambda: np.stack(
                [np.asarray(ahead(AHEAD, *weeks)), np.asarray(fitter.conditional_probability_alive(*weeks))]
            )
        },
    )


def pareto(days: Columns) -> Work:
    """Pareto/NBD by maximum likelihood."""
    import pandas as pd
    from lifetimes import ParetoNBDFitter

    weeks = days[0].astype(float), days[1] / 7, days[2] / 7
    frame = [pd.Series(column) for column in weeks]

    def own() -> Answer:
        model = fit_pareto_nbd(*weeks)
        assert isinstance(model, ParetoNbd)
        return np.array([model.r, model.alpha, model.s, model.beta])

    def peer() -> Answer:
        return ParetoNBDFitter().fit(*frame).params_[["r", "alpha", "s", "beta"]].to_numpy()

    # the peer climbs without slopes and stops early, so its parameters have fewer digits
    return Work(f"Pareto/NBD, {len(weeks[0]):,} customers", {"own": own}, {"lifetimes": peer}, 2e-2)


def surviving(n: int, *, whole: bool) -> Work:
    """Kaplan-Meier with interval (statsmodels: with standard errors only), 40 % with the event."""
    import pandas as pd
    from lifelines import KaplanMeierFitter
    from sksurv.nonparametric import kaplan_meier_estimator
    from statsmodels.duration.survfunc import SurvfuncRight

    rng = np.random.default_rng(0)
    time_ = rng.integers(1, 700, n) if whole else rng.uniform(0, 700, n)
    event = rng.random(n) < 0.4
    status, at = event.astype(int), np.unique(time_[event])

    def lifelines() -> Answer:
        curve = KaplanMeierFitter().fit(time_, event)
        limits = curve.confidence_interval_survival_function_
        table = pd.concat([curve.survival_function_, limits], axis=1).to_numpy()
        return table[np.searchsorted(curve.survival_function_.index, at)].T

    def sksurv() -> Answer:
        grid, survival, limits = kaplan_meier_estimator(event, time_, conf_type="log-log")
        return np.stack([survival, *limits])[:, np.searchsorted(grid, at)]

    def own() -> Answer:
        curve = kaplan_meier(time_, event)
        return np.stack([curve.survival, curve.low, curve.high])

    return Work(
        f"Kaplan-Meier, {n:,} people, {'whole days' if whole else 'every time another'}",
        {"own": own},
        {
            "statsmodels, without interval": lambda: SurvfuncRight(time_, status).surv_prob[None],
            "lifelines": lifelines,
            "scikit-survival": sksurv,
        },
        # the last limits, where next to nobody is left, are undefined and each library has a way of its own
        1e-6,
        3,
    )


def telling(n: int) -> Work:
    """AUC of a seven-point answer with DeLong's error; the peer is what one writes with scikit-learn."""
    from scipy.stats import rankdata
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(3)
    score = rng.integers(1, 8, n)
    event = rng.random(n) < 0.1 + 0.03 * score

    def own() -> Answer:
        value = delong(score, event)
        assert isinstance(value, Estimate)
        return np.array([value.value, value.low, value.high])

    def by_hand() -> Answer:
        """Midranks (Sun & Xu 2014), the area by scikit-learn."""
        area, k = roc_auc_score(event, score), int(event.sum())
        rank = rankdata(score)
        above = (rank[event] - rankdata(score[event])) / (n - k)
        below = 1 - (rank[~event] - rankdata(score[~event])) / k
        se = np.sqrt(above.var(ddof=1) / k + below.var(ddof=1) / (n - k))
        half, middle = 1.959963984540054 * se / (area * (1 - area)), np.log(area / (1 - area))
        return np.array([area, *(1 / (1 + np.exp(-(middle + sign * half))) for sign in (-1, 1))])

    return Work(
        f"AUC with interval, {n:,} seven-point answers",
        {"own": own},
        {"scikit-learn and midranks, written by hand": by_hand},
    )


# ---- the measuring


def measured(work: Work, rounds: int) -> dict[str, Timed]:
    """Every call `rounds` times after one that does not count, in turn."""
    calls = work.own | work.peers
    found = {name: Timed() for name in calls}
    for round_ in range(rounds + 1):
        for name, call in calls.items():
            start = time.process_time()
            said = call()
            took = time.process_time() - start
            found[name].said = said
            if round_:
                found[name].seconds.append(took)
    return found


def apart(one: Answer, other: Answer) -> float:
    """The largest relative difference of two answers, over the rows that both have."""
    one = one[: len(other)] if one.ndim > 1 else one
    both = np.isfinite(one) & np.isfinite(other)
    return float(np.max(np.abs(one - other)[both] / np.maximum(np.abs(one[both]), 1e-3)))


def lines(work: Work, found: dict[str, Timed]) -> Iterator[str]:
    """The rows of the table; asserts that the answers agree."""
    first = found[next(iter(work.own))]
    least = min(first.seconds)
    yield f"| **{work.name}** | | | |"
    for name, timed in found.items():
        gap = apart(first.said, timed.said)
        assert gap <= work.within, f"{work.name}: {name} differs by {gap:.1e}"
        ratio = "1" if timed is first else f"{min(timed.seconds) / least:.1f}"
        yield f"| {name} | {min(timed.seconds):.4f} | {ratio} | {'' if timed is first else f'{gap:.0e}'} |"


def verdict(work: Work, found: dict[str, Timed]) -> str | None:
    """Whether the goal was reached, in every round."""
    if work.goal is None:
        return None
    own = found[next(iter(work.own))].seconds
    peers = [found[name].seconds for name in work.judged or work.peers]
    ratio = min(min(seconds) for seconds in peers) / min(own)
    reached = "reached" if ratio >= work.goal else "NOT REACHED"
    per_round = " / ".join(f"{min(peer) / mine:.1f}" for mine, *peer in zip(own, *peers, strict=True))
    return f"{work.name}: goal {work.goal:g}, {ratio:.1f} {reached} (round by round {per_round})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    choice = parser.parse_args()
    x, last, age, m = customers(choice.people)
    days = x, last, age
    few = x[: choice.people // 50], last[: choice.people // 50], age[: choice.people // 50]
    makers: tuple[Callable[[], Work], ...] = (
        lambda: buying(days),
        lambda: spending(x, m),
        lambda: expecting(days),
        lambda: pareto(few),
        lambda: surviving(choice.people, whole=True),
        lambda: surviving(choice.people, whole=False),
        lambda: telling(choice.people),
    )
    print(
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    )
    print(f"load {os.getloadavg()[0]:.1f}\n\n| work | CPU s | ratio | largest difference |")
    print("| --- | --- | --- | --- |")
    verdicts = []
    for make in makers:
        work = make()
        found = measured(work, choice.rounds)
        print(*lines(work, found), sep="\n", flush=True)
        verdicts.append(verdict(work, found))
    print("", *filter(None, verdicts), sep="\n")


if __name__ == "__main__":
    # the peers are imported later and read these then
    os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "NUMBA", "RAYON")}
    warnings.simplefilter("ignore")  # peers warn about pandas and about logarithms of 0
    with threadpool_limits(1):
        main()

"""Buying models against the archived peer `lifetimes`, one run, one BLAS thread: `python benchmarks/btyd.py`.

CPU seconds, least of several runs in this process; compare the ratios, not the seconds of different
machines. Both get the same million invented customers, whole days in weeks. The peer needs an
environment of its own: `python -m venv peer && peer/bin/pip install lifetimes==0.11.3 threadpoolctl` and
`PYTHONPATH=. peer/bin/python benchmarks/btyd.py`. Where it is not installed, it is named and left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import time
import warnings
from collections.abc import Callable

import numpy as np
import scipy
from threadpoolctl import threadpool_limits

from socialroi.stats.btyd import BgNbd, GammaGamma, fit_bgnbd, fit_gamma_gamma, fit_pareto_nbd

R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426
P, Q, GAMMA = 6.25, 3.74, 15.44
AHEAD = 39.0


def cpu(call: Callable[[], object], runs: int) -> tuple[float, object]:
    """Least CPU seconds of a call, and its answer."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        answer = call()
        times.append(time.process_time() - start)
    return min(times), answer


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


def row(what: str, own: float, peer: float | None) -> None:
    print(f"| {what} | {own:.3f} | " + ("| |" if peer is None else f"{peer:.2f} | {peer / own:.0f}x |"))


def four_digits(own: np.ndarray, peer: np.ndarray) -> str:
    gap = float(np.abs(own / peer - 1).max())
    return f"largest relative difference {gap:.1e}" + ("" if gap < 5e-4 else " (MORE THAN FOUR DIGITS ALLOW)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    choice = parser.parse_args()
    days = customers(choice.customers)
    m, again = days[3], (days[0] > 0) & (days[3] > 0)
    weeks = days[0].astype(float), days[1] / 7, days[2] / 7
    spent = weeks[0][again], m[again]
    own: dict[str, tuple[float, object]] = {}
    fit_bgnbd(*(column[:20_000] for column in weeks))  # the first call loads things
    own["bg"] = cpu(lambda: fit_bgnbd(*weeks), choice.runs)
    own["days"] = cpu(lambda: fit_bgnbd(*days[:3]), choice.runs)
    own["gg"] = cpu(lambda: fit_gamma_gamma(*spent), choice.runs)
    bg, gg = own["bg"][1], own["gg"][1]
    assert isinstance(bg, BgNbd)
    assert isinstance(gg, GammaGamma)
    own["ahead"] = cpu(lambda: (bg.expected_purchases(AHEAD, *weeks), bg.p_alive(*weeks)), choice.runs)
    few = tuple(column[:100_000] for column in weeks)
    own["pareto"] = cpu(lambda: fit_pareto_nbd(*few), 1)
    peer = dict.fromkeys(own)
    said, with_counts = [], 0.0
    if importlib.util.find_spec("lifetimes"):
        import pandas as pd
        from lifetimes import BetaGeoFitter, GammaGammaFitter

        frame = [pd.Series(column) for column in weeks]
        bgf, ggf = BetaGeoFitter(), GammaGammaFitter()
        peer["bg"] = peer["days"] = cpu(lambda: bgf.fit(*frame), choice.runs)[0]
        peer["gg"] = cpu(lambda: ggf.fit(*map(pd.Series, spent)), choice.runs)[0]
        counted = pd.DataFrame(dict(zip("xtT", weeks, strict=True))).groupby(["x", "t", "T"]).size()
        equal = [counted.index.get_level_values(name).to_series(index=range(len(counted))) for name in "xtT"]
        many = counted.reset_index(drop=True)
        with_counts = cpu(lambda: BetaGeoFitter().fit(*equal, weights=many), choice.runs)[0]
        theirs = bgf.params_[["r", "alpha", "a", "b"]].to_numpy()
        said.append(f"BG/NBD {theirs.round(5)} theirs: {four_digits(bg.fit.values, theirs)}")
        theirs = ggf.params_[["p", "q", "v"]].to_numpy()
        said.append(f"Gamma-Gamma {theirs.round(5)} theirs: {four_digits(gg.fit.values, theirs)}")
        bgf.params_[:] = bg.fit.values
        predict = bgf.conditional_expected_number_of_purchases_up_to_time
        peer["ahead"], ahead = cpu(
            lambda: (predict(AHEAD, *weeks), bgf.conditional_probability_alive(*weeks))[0], choice.runs
        )
        gap = np.abs(own["ahead"][1][0] - np.asarray(ahead)).max()
        said.append(f"expected purchases, same parameters: largest difference {gap:.1e}")
    else:
        said.append("lifetimes is not installed: left out")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, seed 7")
    print(f"own BG/NBD {bg.fit.values.round(5)}, Gamma-Gamma {gg.fit.values.round(5)}", *said, sep="\n")
    print("\n| work | own CPU s | lifetimes CPU s | ratio |\n| --- | --- | --- | --- |")
    n = f"{choice.customers:,}"
    row(f"BG/NBD, {n} customers, days in weeks", own["bg"][0], peer["bg"])
    row(f"BG/NBD, {n} customers, whole days", own["days"][0], peer["days"])
    if peer["bg"] is not None:
        row("the same, the peer given equal histories counted beforehand", own["days"][0], with_counts)
    row(f"Gamma-Gamma, {again.sum():,} of them who came back", own["gg"][0], peer["gg"])
    row(f"expected purchases and P(alive), {n} customers", own["ahead"][0], peer["ahead"])
    row(f"Pareto/NBD, {len(few[0]):,} customers", own["pareto"][0], None)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the peer warns about pandas and about logarithms of 0
    with threadpool_limits(1):
        main()

"""Shares, means, quantiles and differences with 95 % intervals, from sufficient statistics.

Every interval stays inside the range its number can take, also at the edges (nobody, everybody),
because most segments of a small firm live there. The database counts; this module knows the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from socialroi.result import LEVEL, Estimate, Unknown, Value

Z = float(special.ndtri(0.5 + LEVEL / 2))
"""The normal quantile of every interval in this package (1.96)."""

Floats = NDArray[Any]
"""An array of float64 (numpy's own signatures lose the width)."""


def wilson(k: float, n: int) -> Value:
    """Share `k / n` with Wilson's score interval.

    Unknown `no_data` when n is 0. Raises ValueError unless 0 <= k <= n.
    Source: Wilson 1927; recommended by Newcombe 1998 (I) and Brown, Cai & DasGupta 2001.
    """
    _need_counts(k, n)
    if n == 0:
        return nobody()
    return estimate(k / n, wilson_limits(k / n, n), n, "Wilson score interval")


def wilson_limits(p: float, n: float) -> tuple[float, float]:
    """Wilson's limits of a share `p` observed on `n` units; `n` may be an effective, broken count."""
    centre, spread = p + Z * Z / (2 * n), Z * math.sqrt((p * (1 - p) + Z * Z / (4 * n)) / n)
    scale = 1 + Z * Z / n
    low = 0.0 if p <= 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if p >= 1 else min(1.0, (centre + spread) / scale)
    return low, high


def share_limits(p: float, se: float, effective: float) -> tuple[float, float]:
    """Wilson's limits of an adjusted share `p` (0..1) with standard error `se`.

    The error is read as that of a share of `p (1 - p) / se^2` units; where it says nothing (nobody,
    everybody, no error) the limits are those of `effective` units.
    """
    known = 0 < p < 1 and se > 0
    return wilson_limits(p, p * (1 - p) / se**2 if known else effective)


def newcombe(k1: float, n1: int, k0: float, n0: int) -> Value:
    """Difference of two independent shares, `k1/n1 - k0/n0`, by Newcombe's hybrid score method.

    Unknown `no_data` when either group is empty. Source: Newcombe 1998 (II), method 10.
    """
    first, second = wilson(k1, n1), wilson(k0, n0)
    if isinstance(first, Unknown) or isinstance(second, Unknown):
        return nobody()
    return difference(first, second, method="Newcombe hybrid score interval")


def difference(a: Estimate, b: Estimate, method: str = "MOVER") -> Estimate:
    """`a - b` of two independent estimates, from their own intervals (MOVER).

    Each limit borrows the distance between value and limit of its parts, so skewed intervals give a
    skewed difference; with Wilson intervals this is Newcombe's. Source: Zou & Donner 2008.
    """
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    return estimate(value, (low, high), a.n + b.n, method)


def net_score(easy: int, difficult: int, n: int) -> Value:
    """Net score `(easy - difficult) / n` on -1..1 with Tango's score interval.

    The variance is that of a trinomial, `(p+ + p- - net^2) / n`; the limits are the nets whose score
    test is just not rejected, so the interval holds the value, stays in [-1, 1] and does not shrink
    to a point when everybody agrees. Unknown `no_data` when n is 0.
    Source: Tango 1998 (the same likelihood as a difference of paired shares); form: BT Net Easy.
    """
    _need_counts(easy + difficult, n)
    _need_counts(easy, n)
    if n == 0:
        return nobody()
    net = (easy - difficult) / n
    low = crossing(lambda d: _net_test(d, easy, difficult, n) - Z, net, -1.0)
    high = crossing(lambda d: -_net_test(d, easy, difficult, n) - Z, net, 1.0)
    return estimate(net, (low, high), n, "Tango score interval")


def _net_test(net: float, easy: int, difficult: int, n: int) -> float:
    """Score statistic of the hypothesis `p+ - p- = net`, p- at its constrained maximum likelihood."""
    a, c = 2 * n, -difficult * net * (1 - net)
    b = (2 * n - easy + difficult) * net - easy - difficult
    minus = max(0.0, -net, (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a))
    variance = n * (2 * minus + net * (1 - net))
    distance = easy - difficult - n * net
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def crossing(excess: Callable[[float], float], inside: float, edge: float) -> float:
    """The point between `inside` (excess < 0) and `edge` where excess turns positive; else the edge."""
    if excess(edge) <= 0:
        return edge
    for _ in range(60):
        middle = (inside + edge) / 2
        inside, edge = (inside, middle) if excess(middle) > 0 else (middle, edge)
    return inside


def mean(n: int, total: float, total_sq: float) -> Value:
    """Mean `total / n` with Student's t interval, from the sum and the sum of squares.

    Unknown `no_data` for n = 0 and `too_few` for n = 1: one value has no spread.
    """
    if n == 0:
        return nobody()
    if n == 1:
        return Unknown("too_few", "One value says nothing about how much values vary.", 1)
    value = total / n
    variance = max(0.0, total_sq - n * value * value) / (n - 1)
    half = t_quantile(n - 1) * math.sqrt(variance / n)
    return estimate(value, (value - half, value + half), n, "t interval")


def quantile(values: ArrayLike, q: float = 0.5) -> Value:
    """The `q` quantile of `values` (any order) with the distribution-free order-statistic interval.

    The value is the smallest x that at least a share q of the values do not exceed. Unknown `no_data`
    for no values, `too_few` when no pair of order statistics reaches 95 % (a median needs 6 values).
    Raises ValueError unless 0 < q < 1 and all values are finite. Source: Conover 1999, section 3.2.
    """
    if not 0 < q < 1:
        raise ValueError(f"a quantile lies strictly between 0 and 1, not {q}")
    x = np.sort(_finite(values))
    n = len(x)
    if n == 0:
        return nobody()
    low, high = _binomial_quantile(0.025, n, q), _binomial_quantile(0.975, n, q) + 1
    if low < 1 or high > n:
        return Unknown("too_few", f"{n} values are too few to bound this quantile.", n)
    value = float(x[math.ceil(q * n) - 1])
    return estimate(value, (float(x[low - 1]), float(x[high - 1])), n, "order-statistic interval")


def _binomial_quantile(level: float, n: int, p: float) -> int:
    """Smallest k with P(Binomial(n, p) <= k) >= level."""
    k = max(0, math.ceil(float(special.bdtrik(level, n, p))))
    # the inverse is rounded up, so the step below may already be enough
    return k - 1 if k > 0 and float(special.bdtr(k - 1, n, p)) >= level else k


def clustered_share(k: ArrayLike, n: ArrayLike) -> Value:
    """Share `sum k / sum n` when units repeat: one entry of `k` and `n` per cluster (customer).

    Wilson's interval on the effective count `p (1 - p) / variance`, the variance from the clusters'
    residuals and shrunk for few clusters; with nobody or everybody the effective count assumes that
    a cluster repeats itself. Unknown `no_data` without units, `too_few` with one cluster.
    Source: Korn & Graubard 1998, on the Wilson interval.
    """
    hits, sizes = _clusters(k, n)
    if (hits > sizes).any() or (hits < 0).any():
        raise ValueError("every cluster needs 0 <= k <= n")
    value = _ratio_of_clusters(hits, sizes)
    if isinstance(value, Unknown):
        return value
    p, se, groups = value
    total = float(sizes.sum())
    effective = min(total, p * (1 - p) / se**2) if se > 0 else total**2 / float(sizes @ sizes)
    effective *= (Z / t_quantile(groups - 1)) ** 2
    return estimate(p, wilson_limits(p, effective), round(total), "Wilson interval, clustered")


def clustered_mean(n: ArrayLike, total: ArrayLike) -> Value:
    """Mean `sum total / sum n` when units repeat: one entry per cluster; t interval on the clusters.

    Unknown `no_data` without units, `too_few` with one cluster.
    """
    totals, sizes = _clusters(total, n)
    value = _ratio_of_clusters(totals, sizes)
    if isinstance(value, Unknown):
        return value
    middle, se, groups = value
    half = t_quantile(groups - 1) * se
    return estimate(middle, (middle - half, middle + half), round(sizes.sum()), "t interval, clustered")


def _clusters(total: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Totals and sizes of the clusters that have units."""
    totals, sizes = _finite(total), _finite(n)
    if totals.shape != sizes.shape:
        raise ValueError(f"one total per cluster: got {totals.shape} totals for {sizes.shape} sizes")
    return totals[sizes > 0], sizes[sizes > 0]


def _ratio_of_clusters(totals: Floats, sizes: Floats) -> tuple[float, float, int] | Unknown:
    """Ratio of sums, its linearised standard error and the number of clusters."""
    groups = len(sizes)
    if groups == 0:
        return nobody()
    if groups == 1:
        return Unknown("too_few", "One customer says nothing about how much customers vary.", int(sizes[0]))
    ratio = float(totals.sum() / sizes.sum())
    residual = totals - ratio * sizes
    se = math.sqrt(groups / (groups - 1) * float(residual @ residual)) / float(sizes.sum())
    return ratio, se, groups


def t_quantile(dof: float) -> float:
    """The two-sided 95 % quantile of Student's t."""
    return float(special.stdtrit(dof, 0.5 + LEVEL / 2))


def estimate(value: float, limits: tuple[float, float], n: int, method: str) -> Estimate:
    """An Estimate whose interval holds its value also after rounding in the last place."""
    low, high = limits
    return Estimate(value, min(low, value), max(high, value), n, method)


def nobody() -> Unknown:
    """The answer when there is nothing to count."""
    return Unknown("no_data", "There is nothing to count here.", 0)


def _need_counts(k: float, n: float) -> None:
    """Raise ValueError unless 0 <= k <= n, both finite."""
    if not 0 <= k <= n or not math.isfinite(n):
        raise ValueError(f"a share needs 0 <= k <= n, got k = {k}, n = {n}")


def _finite(values: ArrayLike) -> Floats:
    """One-dimensional float array; raises ValueError for anything missing or infinite."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not np.isfinite(x).all():
        raise ValueError("values must be one row of finite numbers")
    return x

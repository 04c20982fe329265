"""Counts of events and how they may have come out, and whether two lists rise together.

Small numbers of events per something counted exactly need limits of their own; ranks ask nothing about
the shape of what is compared.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from socialroi.result import LEVEL, Unknown, Value
from socialroi.stats.intervals import Z, estimate

#: The fewest pairs a rank correlation is given for.
MIN_PAIRS = 8


def poisson_limits(events: float) -> tuple[float, float]:
    """Exact 95 % limits of the expected number of events when `events` were seen (>= 0, may be broken).

    Source: Garwood 1936, by quantiles of the gamma distribution.
    """
    if events < 0:
        raise ValueError(f"events are counted from 0, not {events}")
    tail = (1 - LEVEL) / 2
    low = float(special.gammaincinv(events, tail)) if events > 0 else 0.0
    return low, float(special.gammaincinv(events + 1, 1 - tail))


def rank_correlation(x: ArrayLike, y: ArrayLike) -> Value:
    """Spearman's correlation of ranks, -1..1, with Bonett and Wright's interval.

    Unknown `too_few` below `MIN_PAIRS` pairs, `no_variation` when one side is the same everywhere.
    Source: Spearman 1904; interval: Bonett and Wright 2000, Fisher's z with variance (1 + r^2 / 2) / (n - 3).
    """
    first, second = (np.asarray(column, dtype=np.float64) for column in (x, y))
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("a correlation needs one value of each for every pair")
    n = len(first)
    if n < MIN_PAIRS:
        return Unknown("too_few", f"Only {n} pairs; a rank correlation needs {MIN_PAIRS}.", n)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return Unknown("no_variation", "One of the two is the same everywhere: there is nothing to rank.", n)
    r = float(np.corrcoef(stats.rankdata(first), stats.rankdata(second))[0, 1])
    r = min(1.0, max(-1.0, r))
    half = Z * math.sqrt((1 + r * r / 2) / (n - 3))
    inner = min(1 - 1e-12, max(-1 + 1e-12, r))
    low, high = (math.tanh(math.atanh(inner) + side * half) for side in (-1, 1))
    return estimate(r, (low, high), n, "Spearman's rank correlation, Bonett and Wright's interval")

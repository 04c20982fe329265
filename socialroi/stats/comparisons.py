"""All groups against each other, without finding differences merely because there are many pairs.

Five equal groups make ten pairs; a quarter of the time one of the ten plain intervals excludes zero. The
intervals here hold for all pairs together (max-t band), and the p values are Holm's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialroi.result import Estimate
from socialroi.stats.clusters import Codes, covariance
from socialroi.stats.contrasts import Adjusted
from socialroi.stats.intervals import Floats, estimate
from socialroi.stats.parts import simultaneous

METHOD = "difference of standardised means; simultaneous interval over all pairs"


@dataclass(frozen=True, slots=True)
class Pair:
    """`first` minus `second`: the interval holds for all pairs together, `p` is Holm's."""

    first: str
    second: str
    value: Estimate
    p: float


def all_pairs(
    means: Mapping[str, Adjusted], customer: Codes, errors: Mapping[str, float] | None = None, seed: int = 0
) -> tuple[Pair, ...]:
    """Every pair of adjusted `means` (over the same rows, whose customers are `customer`); () for one group.

    `errors` are the least standard errors of single means: in a group in which nobody differs, influence
    values say that there is none.
    """
    pairs = list(combinations(means, 2))
    if not pairs:
        return ()
    names = list(means)
    joint = covariance([means[name].influence for name in names], customer)
    least = np.array([(errors or {}).get(name, 0.0) for name in names]) ** 2
    joint += np.diag(np.maximum(least - np.diag(joint), 0.0))
    values = np.array([means[name].value for name in names])
    contrasts = np.array([_contrast(names, first, second) for first, second in pairs])
    gaps, spread = contrasts @ values, contrasts @ joint @ contrasts.T
    low, high = simultaneous(gaps, spread, seed=seed)
    adjusted = holm(_p_values(gaps, np.sqrt(np.maximum(np.diag(spread), 0.0))))
    return tuple(
        Pair(first, second, estimate(float(gap), (float(lo), float(hi)), len(customer), METHOD), float(p))
        for (first, second), gap, lo, hi, p in zip(pairs, gaps, low, high, adjusted, strict=True)
    )


def holm(p: ArrayLike) -> Floats:
    """Holm's p values: the smallest times k, the next times k - 1, never falling and at most 1.

    Source: Holm 1979.
    """
    raw = np.asarray(p, dtype=np.float64)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    out = np.empty_like(raw)
    out[order] = np.minimum(1.0, stepped)
    return out


def shared_strata(group: NDArray[np.object_], stratum: NDArray[np.object_], least: float) -> tuple[str, ...]:
    """The strata (topics) that every group handles: each has at least a share `least` of them.

    `least` is a share of the stratum's rows, lowered for small groups to a tenth of their share of all rows.
    """
    groups, codes = np.unique(group.astype(str), return_inverse=True)
    share = np.bincount(codes) / max(1, len(codes))
    needed = np.minimum(least, share / 10)
    names = stratum.astype(str)
    return tuple(
        str(name)
        for name in np.unique(names)
        if (np.bincount(codes[names == name], minlength=len(groups)) / (names == name).sum() >= needed).all()
    )


def alone_shares(
    group: NDArray[np.object_], stratum: NDArray[np.object_], least: float
) -> Mapping[str, float]:
    """For each group the share of its rows in strata of which all others together have less than `least`.

    Such rows can be compared with nobody's, whatever a model says.
    """
    groups, codes = np.unique(group.astype(str), return_inverse=True)
    names, places = np.unique(stratum.astype(str), return_inverse=True)
    counts = np.zeros((len(groups), len(names)))
    np.add.at(counts, (codes, places), 1)
    is_alone = (counts.sum(axis=0) - counts) < least * counts.sum(axis=0)
    return dict(zip(groups.tolist(), ((counts * is_alone).sum(1) / counts.sum(1)).tolist(), strict=True))


def _contrast(names: list[str], first: str, second: str) -> list[float]:
    return [float(name == first) - float(name == second) for name in names]


def _p_values(gaps: Floats, errors: Floats) -> list[float]:
    """Two-sided p of each difference; without any error only a difference of zero is compatible."""
    return [
        math.erfc(abs(gap) / error / math.sqrt(2)) if error > 0 else float(gap == 0)
        for gap, error in zip(gaps, errors, strict=True)
    ]

"""How far a group may lie from the centre by luck alone, by its size: the funnel around a common value.

Most of a league table lies inside it. Where more groups lie outside than luck allows, the groups differ
in something not taken into account, and the funnel is widened for all (over-dispersion).
Source: Spiegelhalter 2005, Statistics in Medicine 24.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from socialroi.result import LEVEL
from socialroi.stats.intervals import Floats

EXACT_BELOW = 50
"""Smaller groups than this get limits from the binomial distribution itself."""
OUTER = 0.998
"""The level of the second, outer pair of limits that the field draws."""
WINSORISED = 0.10
"""Share of the extreme groups at each end that is pulled in before the over-dispersion is judged."""


def share_limits(p0: float, n: float, level: float = LEVEL, dispersion: float = 1.0) -> tuple[float, float]:
    """Between which shares a group of `n` lies with probability `level` when its true share is `p0`.

    `p0 +- z sqrt(dispersion p0 (1 - p0) / n)`, cut to 0..1; exact (and interpolated between counts) for whole
    n below 50 without over-dispersion. Raises ValueError unless 0 <= p0 <= 1 and n > 0.
    """
    if not (0 <= p0 <= 1 and n > 0):
        raise ValueError(f"a funnel needs a share in 0..1 and a size above 0, got {p0} and {n}")
    if n < EXACT_BELOW and float(n).is_integer() and dispersion <= 1 and 0 < p0 < 1:
        return _exact((1 - level) / 2, int(n), p0), _exact((1 + level) / 2, int(n), p0)
    low, high = mean_limits(p0, math.sqrt(p0 * (1 - p0)), n, level, dispersion)
    return max(0.0, low), min(1.0, high)


def mean_limits(
    centre: float, sd: float, n: float, level: float = LEVEL, dispersion: float = 1.0
) -> tuple[float, float]:
    """The same for a mean of values with standard deviation `sd`: `centre +- z sd sqrt(dispersion / n)`."""
    half = float(special.ndtri((1 + level) / 2)) * sd * math.sqrt(max(1.0, dispersion) / n)
    return centre - half, centre + half


def _exact(level: float, n: int, p0: float) -> float:
    """The share below which a level of the binomial distribution lies, interpolated between two counts.

    Source: Spiegelhalter 2005, appendix A.1.1.
    """
    below = special.bdtr(np.arange(n + 1), n, p0)
    r = int(np.searchsorted(below, level, side="left"))
    if r > n:
        return 1.0
    step = below[r] - (below[r - 1] if r else 0.0)
    part = (below[r] - level) / step if step > 0 else 0.0
    return min(1.0, max(0.0, (r - float(part)) / n))


def dispersion(z: ArrayLike) -> float:
    """How many times more the groups' squared distances `z` (in standard errors) vary than luck alone: phi.

    The mean of the squares after the extreme tenth at each end is pulled in; 1 unless it lies more than two
    of its own standard errors above 1, so that luck does not widen the funnel. Fewer than five groups say
    nothing about it.
    """
    values = np.sort(np.asarray(z, dtype=np.float64))
    groups = len(values)
    if groups < 5:
        return 1.0
    phi = float(np.mean(_winsorised(values) ** 2))
    return phi if phi > 1 + 2 * math.sqrt(2 / groups) else 1.0


def _winsorised(ordered: Floats) -> Floats:
    """Ordered values with the extreme ones at each end set to the nearest that stay."""
    pulled = int(WINSORISED * len(ordered))
    return np.clip(ordered, ordered[pulled], ordered[len(ordered) - 1 - pulled])

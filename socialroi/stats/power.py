"""What a comparison of two shares could see, how many people it takes, and whether the arms are as planned.

Formulas of the two-sided test of two independent shares with the pooled variance under "no difference".
Shares and effects are 0..1.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from socialroi.stats.intervals import crossing

EXACT_BELOW = 1000
"""Fewer people than this get the exact binomial test of the sample ratio."""


def smallest_effect(p: float, n1: float, n0: float, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """Smallest rise above a share `p` that `n1` treated and `n0` controls show with this `power`.

    None when not even a rise to 1 would show. Raises ValueError unless p is a share, both arms have somebody
    and alpha < power. Source: Fleiss, Levin & Paik 2003, section 4.2, without continuity correction.
    """
    _need(p, power, alpha)
    if not (n1 > 0 and n0 > 0):
        raise ValueError(f"both arms need somebody: {n1} and {n0}")

    def excess(effect: float) -> float:
        return effect - _distance(p, effect, n1 / (n1 + n0), power, alpha) / math.sqrt(n1 + n0)

    return crossing(excess, 0.0, 1 - p) if excess(1 - p) > 0 else None


def people_needed(p: float, effect: float, share: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """People in both arms together, a `share` of them treated, to show `effect` on a share `p`.

    Raises ValueError unless p and p + effect are shares, the effect is not 0 and 0 < share < 1.
    Source: as `smallest_effect`.
    """
    _need(p, power, alpha)
    if not (0 <= p + effect <= 1 and effect != 0 and 0 < share < 1):
        raise ValueError(f"no such comparison: share {p} changed by {effect}, {share} of the people treated")
    return math.ceil((_distance(p, effect, share, power, alpha) / effect) ** 2)


def sample_ratio(n_treated: int, n_control: int, share: float) -> float:
    """p value of "a `share` of the people was meant to be treated": small means the split went wrong.

    Exact binomial (two-sided, by likelihood) below 1,000 people, else chi-square with one degree of freedom.
    Callers alarm below 0.001. Raises ValueError unless 0 < share < 1 and the counts are not negative.
    Source: Fabijan et al. 2019; Kohavi, Tang & Xu 2020, chapter 21.
    """
    n = n_treated + n_control
    if not 0 < share < 1 or min(n_treated, n_control) < 0:
        raise ValueError(f"no such split: {n_treated} and {n_control} for a share of {share}")
    if n < EXACT_BELOW:
        k = np.arange(n + 1)
        ways = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
        chance = np.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
        # counts as likely as the one seen count too, whatever their last digits
        return min(1.0, float(chance[chance <= chance[n_treated] * (1 + 1e-7)].sum()))
    squared = (n_treated - n * share) ** 2 / (n * share * (1 - share))
    return math.erfc(math.sqrt(squared / 2))


def _distance(p: float, effect: float, share: float, power: float, alpha: float) -> float:
    """sqrt(n) times the least difference that shows among n people, for shares p and p + effect."""
    changed = p + effect
    pooled = share * changed + (1 - share) * p
    null = pooled * (1 - pooled) * (1 / share + 1 / (1 - share))
    alternative = changed * (1 - changed) / share + p * (1 - p) / (1 - share)
    errors = -special.ndtri(alpha / 2) * math.sqrt(null) + special.ndtri(power) * math.sqrt(alternative)
    return float(errors)


def _need(p: float, power: float, alpha: float) -> None:
    """Raise ValueError for shares, powers and levels that are none."""
    if not (0 <= p <= 1 and 0 < alpha < power < 1):
        raise ValueError(f"no such test: share {p}, power {power}, level {alpha}")

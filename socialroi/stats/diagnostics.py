"""Whether two weighted groups may be compared: balance, overlap, effective size.

The limits are fixed before anything is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socialroi.result import Check
from socialroi.stats.intervals import Floats

Bools = NDArray[np.bool_]

SMD_LIMIT = 0.10
"""The largest standardised difference a comparison may keep after weighting."""
EDGE = 0.02
"""A propensity nearer than this to 0 or 1 has next to no comparable counterpart."""
OUTSIDE_LIMIT = 0.10
"""The largest share of the population of interest that may lie outside the edges."""
LARGEST_WEIGHT = 0.05
"""The largest share of an arm's weight that one row may carry."""
LEAST_SIZE = 50
"""The least effective size of an arm."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Standardised mean differences, treated minus control, per covariate: raw and weighted.

    The denominator is the unweighted pooled standard deviation in both, so that weighting cannot
    improve the figure by inflating it. A constant covariate differs by 0.
    """

    names: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]

    @property
    def by_name(self) -> dict[str, tuple[float, float]]:
        """Covariate -> difference before and after weighting."""
        return dict(zip(self.names, zip(self.before, self.after, strict=True), strict=True))

    @property
    def worst(self) -> tuple[str, float]:
        """Name and absolute difference of the covariate that differs most after weighting."""
        if not self.names:
            return "", 0.0
        at = int(np.argmax(np.abs(self.after)))
        return self.names[at], abs(self.after[at])


@dataclass(frozen=True, slots=True)
class EffectiveSize:
    """How many rows the weights leave, `(sum w)^2 / sum w^2`, and the largest share of one row."""

    treated: float
    control: float
    largest_treated: float
    largest_control: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where the propensities lie: shares outside [0.02, 0.98], rows clipped, counts per 0.05 step."""

    treated_outside: float
    control_outside: float
    clipped: int
    treated_counts: tuple[int, ...]
    control_counts: tuple[int, ...]


def tilt(estimand: str, e: Floats) -> Floats:
    """How much a row of propensity `e` counts in the population of `estimand`."""
    shapes: dict[str, Floats] = {"ATE": np.ones_like(e), "ATT": e, "ATU": 1 - e, "ATO": e * (1 - e)}
    return shapes[estimand]


def weights(estimand: str, a: Floats, e: Floats) -> Floats:
    """Weights that turn both arms into the population of `estimand`; `e` = P(treated | covariates)."""
    return np.asarray(tilt(estimand, e) / np.where(a == 1, e, 1 - e))


def balance(z: Floats, kept: Bools, a: Floats, w: Floats, names: Sequence[str]) -> Balance:
    """Balance between the arms of `a` under weights `w`, from `nuisance.scaled` covariates."""
    slopes, treated = z[1:], a / a.sum()
    control = (1 - a) / (len(a) - a.sum())
    mean1, mean0 = slopes @ treated, slopes @ control
    second1 = np.array([treated @ (row * row) for row in slopes])
    # the rows have mean square 1 over everybody, so one arm tells the other's
    second0 = (len(a) - a.sum() * second1) / (len(a) - a.sum())
    within = np.maximum(0.0, (second1 - mean1**2 + second0 - mean0**2) / 2)
    # a covariate that is constant within both arms is judged by its spread over everybody, 1
    scale = np.sqrt(np.where(within > 1e-12, within, 1.0))
    after = slopes @ (w * a / (w @ a) - w * (1 - a) / (w @ (1 - a)))
    gaps = np.zeros((2, len(kept)))
    gaps[:, kept] = (mean1 - mean0) / scale, after / scale
    return Balance(tuple(names), tuple(gaps[0].tolist()), tuple(gaps[1].tolist()))


def effective_size(a: Floats, w: Floats) -> EffectiveSize:
    """Effective sizes of both arms of `a` under weights `w`."""
    arms = [w[a == 1], w[a == 0]]
    sizes = [float(arm.sum() ** 2 / (arm @ arm)) for arm in arms]
    largest = [float(arm.max() / arm.sum()) for arm in arms]
    return EffectiveSize(sizes[0], sizes[1], largest[0], largest[1])


def overlap(a: Floats, e: Floats, clipped: int) -> Overlap:
    """Overlap of the arms of `a` in propensity `e`."""
    outside = (e < EDGE) | (e > 1 - EDGE)
    counts = [np.histogram(e[a == arm], bins=20, range=(0, 1))[0] for arm in (1, 0)]
    return Overlap(
        float(outside[a == 1].mean()),
        float(outside[a == 0].mean()),
        clipped,
        tuple(counts[0].tolist()),
        tuple(counts[1].tolist()),
    )


def judge(
    estimand: str, table: Balance, size: EffectiveSize, common: Overlap, counts: tuple[int, int]
) -> tuple[Check, ...]:
    """The checks `balance`, `overlap` and `effective_size` for an estimand; `counts` = treated, control."""
    return (
        _balance_check(table),
        _overlap_check(estimand, common),
        _size_check(estimand, size, counts),
    )


def _balance_check(table: Balance) -> Check:
    name, worst = table.worst
    passed = worst <= SMD_LIMIT
    sentence = (
        f"No covariate differs by more than {SMD_LIMIT:.2f} standard deviations after weighting."
        if passed
        else f"After weighting, {name} still differs by {worst:.2f} standard deviations; "
        f"at most {SMD_LIMIT:.2f} is accepted."
    )
    return Check("balance", worst, SMD_LIMIT, passed, sentence)


def _overlap_check(estimand: str, common: Overlap) -> Check:
    shares = {"ATT": common.treated_outside, "ATU": common.control_outside, "ATO": 0.0}
    value = shares.get(estimand, max(common.treated_outside, common.control_outside))
    passed = value <= OUTSIDE_LIMIT
    if estimand == "ATO":
        sentence = "Weights go to those who could have been in either group, so overlap is by design."
    elif passed:
        sentence = (
            f"{value:.0%} have next to no counterpart in the other group; {OUTSIDE_LIMIT:.0%} is accepted."
        )
    else:
        sentence = (
            f"{value:.0%} have no real counterpart in the other group; {OUTSIDE_LIMIT:.0%} is accepted."
        )
    return Check("overlap", value, OUTSIDE_LIMIT, passed, sentence)


def _size_check(estimand: str, size: EffectiveSize, counts: tuple[int, int]) -> Check:
    treated = (size.treated, size.largest_treated, 0.1 * counts[1])
    control = (size.control, size.largest_control, 0.1 * counts[0])
    judged = {"ATT": (control,), "ATU": (treated,)}.get(estimand, (treated, control))
    value = min(one[0] for one in judged)
    # the tenth of the other arm guards an arm that stands in for the whole other one
    limit = max([LEAST_SIZE, *(one[2] for one in judged if estimand in ("ATT", "ATU"))])
    largest = max(one[1] for one in judged)
    passed = value >= limit and largest <= LARGEST_WEIGHT
    sentence = (
        f"After weighting the comparison rests on the equivalent of {value:.0f} rows, one of them "
        f"carrying {largest:.1%}; at least {limit:.0f} and at most {LARGEST_WEIGHT:.0%} are needed."
    )
    return Check("effective_size", value, limit, passed, sentence)

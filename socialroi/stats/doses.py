"""A treatment in ordered categories, such as how long somebody waited: an adjusted mean for each.

Categories differ in whom they hold, and the extreme ones have next to nobody in common with some
people. So the means are those of the people who could have been in any category (generalised overlap
weights, `h = 1 / sum(1 / e_k)`), not of everybody as in `standardise`. With two categories this is the
overlap effect (ATO) of `causal`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import Estimate
from socialroi.stats.causal import CLIP
from socialroi.stats.clusters import Codes, count_customers, covariance, customer_codes, standard_error
from socialroi.stats.contrasts import Adjusted, average, tilted_mean
from socialroi.stats.intervals import Floats, Z, estimate, share_limits
from socialroi.stats.nuisance import Layout, cross_fit, deal_folds, one_thread, scaled
from socialroi.stats.parts import simultaneous

METHOD = "cross-fitted doubly robust mean, generalised overlap weights"
BAND = f"{METHOD}; simultaneous interval"


@dataclass(frozen=True, slots=True, eq=False)
class DoseResponse:
    """Adjusted outcome by category, in the order given; all tuples have one entry per category.

    `means` have an interval each, `against_last` (one entry fewer) are differences from the last category
    under one simultaneous band. `slope` is the linear trend per category over their ranks, with its `z` and
    two-sided `p`. `monotone` are the means forced to go one way, for display only. `ess` is the effective
    number of rows; `worst_balance` the largest difference of a covariate's mean between two categories
    after weighting, in standard deviations. `adjusted` holds influence values for other contrasts.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    ess: tuple[float, ...]
    means: tuple[Estimate, ...]
    against_last: tuple[Estimate, ...]
    slope: Estimate
    z: float
    p: float
    monotone: tuple[float, ...]
    worst_balance: float
    adjusted: tuple[Adjusted, ...]


def dose_response(
    y: ArrayLike,
    dose: ArrayLike,
    x: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    names: Sequence[str],
    folds: int = 5,
    seed: int = 0,
    splits: int = 3,
) -> DoseResponse:
    """Adjusted means of `y` by category `dose` (codes 0.. into `names`, in order), given `x` (n x p).

    `cluster`, `folds`, `seed`, `splits` as in `causal.Assignment.of`; the splits are averaged. Propensities
    are a multinomial logit fitted as binary logits against the commonest category, which estimates the same
    coefficients (Begg & Gray 1984). Raises ValueError for missing values, an outcome that is the same
    for everybody, fewer than two categories, or a category with fewer than two customers or no more rows
    than covariates: merge it with its neighbour. Source: Li & Li 2019 for the weights.
    """
    outcome, table, arm = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64), np.asarray(dose)
    customer = customer_codes(cluster, len(arm))
    _need_categories(outcome, table, arm, customer, names)
    k = min(folds, *(count_customers(customer[arm == c]) for c in range(len(names))))
    with one_thread():
        people = _People(outcome, arm.astype(np.int64), scaled(table)[0], customer)
        fits = [_one_split(people, k, one) for one in range(seed, seed + max(1, splits))]
    adjusted = [average(means) for means in zip(*(means for means, _ in fits), strict=True)]
    return _response(people, names, adjusted, np.mean([weight for _, weight in fits], axis=0))


def generalised_overlap(e: Floats) -> Floats:
    """How much a row counts in the population that could have been anywhere: `h = 1 / sum_k 1 / e_k`.

    `e` (K x n) holds each row's chance of each category. Source: Li & Li 2019.
    """
    return np.asarray(1 / (1 / e).sum(axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """Everybody: outcome, category, standardised covariates, customer codes."""

    y: Floats
    arm: Codes
    z: Floats
    customer: Codes


def _one_split(people: _People, folds: int, seed: int) -> tuple[list[Adjusted], Floats]:
    """Adjusted mean of each category by one division into folds, and the weight h / e of each row."""
    y, arm, z = people.y, people.arm, people.z
    layout = Layout.of(arm, deal_folds(arm, people.customer, folds, seed), int(arm.max()) + 1, folds)
    e = _propensities(arm, z, layout)
    h, own = generalised_overlap(e), e[arm, np.arange(len(arm))]
    # the gradient of h is h^2 / e_k^2, summed against 1{k received} - e_k
    turn = (h / own) ** 2 - h
    means = []
    for category in range(layout.arms):
        m = _back(z, y, layout, (category,), binary=bool(((y == 0) | (y == 1)).all()))
        top = h * m + np.where(arm == category, h / own * (y - m), 0.0)
        means.append(tilted_mean(top, m, h, turn))
    return means, h / own


def _propensities(arm: Codes, z: Floats, layout: Layout) -> Floats:
    """Cross-fitted chances (K x n) of every category, kept away from 0 and summing to 1."""
    base = int(np.argmax(np.bincount(arm)))
    odds = np.ones((layout.arms, len(arm)))
    for category in set(range(layout.arms)) - {base}:
        one = (arm == category).astype(np.float64)
        chance = np.clip(_back(z, one, layout, (category, base), True), 1e-12, 1 - 1e-12)
        odds[category] = chance / (1 - chance)
    e = np.clip(odds / odds.sum(axis=0), CLIP, 1 - CLIP)
    return np.asarray(e / e.sum(axis=0))


def _back(z: Floats, y: Floats, layout: Layout, arms: Sequence[int], binary: bool) -> Floats:
    """Cross-fitted predictions in the order of the caller."""
    return layout.back(cross_fit(z[:, layout.order], y[layout.order], layout, arms, binary))


def _response(
    people: _People, names: Sequence[str], adjusted: Sequence[Adjusted], weight: Floats
) -> DoseResponse:
    """Means, differences, band and trend from the adjusted means."""
    y, n = people.y, len(people.y)
    rows = [np.asarray(people.arm == category) for category in range(len(names))]
    ess = [float(weight[r].sum() ** 2 / (weight[r] @ weight[r])) for r in rows]
    values = np.array([one.value for one in adjusted])
    joint = covariance([one.influence for one in adjusted], people.customer)
    slope, z = _trend(values, joint, n)
    return DoseResponse(
        names=tuple(names),
        counts=tuple(int(r.sum()) for r in rows),
        ess=tuple(ess),
        means=tuple(
            _mean(one, y[r], size, people.customer) for one, r, size in zip(adjusted, rows, ess, strict=True)
        ),
        against_last=_against_last(values, joint, n),
        slope=slope,
        z=z,
        p=math.erfc(abs(z) / math.sqrt(2)),
        monotone=_monotone(values, joint, slope.value >= 0),
        worst_balance=_worst_balance(people.z, rows, weight),
        adjusted=tuple(adjusted),
    )


def _against_last(values: Floats, joint: Floats, n: int) -> tuple[Estimate, ...]:
    """Every mean less the last one, under one band."""
    contrasts = np.eye(len(values))[:-1]
    contrasts[:, -1] = -1
    gaps = contrasts @ values
    limits = simultaneous(gaps, contrasts @ joint @ contrasts.T)
    return tuple(
        estimate(float(gap), (float(low), float(high)), n, BAND)
        for gap, low, high in zip(gaps, *limits, strict=True)
    )


def _monotone(values: Floats, joint: Floats, rising: bool) -> tuple[float, ...]:
    """The means pooled where they go the wrong way, weighted by their precision."""
    from scipy.optimize import isotonic_regression

    precision = 1 / np.maximum(np.diag(joint), 1e-300)
    return tuple(isotonic_regression(values, weights=precision, increasing=rising).x.tolist())


def _mean(one: Adjusted, y: Floats, ess: float, customer: Codes) -> Estimate:
    """One category's adjusted mean: a share stays between 0 and 1."""
    se = standard_error(one.influence, customer)
    if not ((y == 0) | (y == 1)).all():
        return estimate(one.value, (one.value - Z * se, one.value + Z * se), len(y), METHOD)
    p = min(1.0, max(0.0, one.value))
    return estimate(p, share_limits(p, 0.0 if y.min() == y.max() else se, ess), len(y), METHOD)


def _trend(values: Floats, joint: Floats, n: int) -> tuple[Estimate, float]:
    """Slope of the means over the categories' ranks, by equal weights, and its z."""
    rank = np.arange(len(values)) - (len(values) - 1) / 2
    contrast = rank / (rank @ rank)
    slope, se = float(contrast @ values), math.sqrt(contrast @ joint @ contrast)
    z = slope / se if se > 0 else math.copysign(math.inf, slope) if slope else 0.0
    return estimate(slope, (slope - Z * se, slope + Z * se), n, "linear trend over categories"), z


def _worst_balance(z: Floats, rows: Sequence[Floats], weight: Floats) -> float:
    """Largest distance between two categories' weighted means of a covariate, in standard deviations."""
    if len(z) == 1:
        return 0.0
    means = np.array([z[1:, r] @ weight[r] / weight[r].sum() for r in rows])
    return float(np.ptp(means, axis=0).max())


def _need_categories(y: Floats, x: Floats, arm: Codes, customer: Codes, names: Sequence[str]) -> None:
    """Raise ValueError unless every category can be modelled."""
    if x.ndim != 2 or not len(y) == len(x) == len(arm) or y.ndim != 1:
        raise ValueError("outcome, category and covariates need one row each per row")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("outcome and covariates must be finite numbers")
    if len(names) < 2 or not np.isin(arm, np.arange(len(names))).all():
        raise ValueError(f"categories must be codes 0 to {len(names) - 1} of at least two names")
    if len(y) and y.min() == y.max():
        raise ValueError("everybody has the same outcome: there is nothing to compare")
    for code, name in enumerate(names):
        rows, people = int((arm == code).sum()), count_customers(customer[arm == code])
        if people < 2 or rows <= x.shape[1]:
            raise ValueError(
                f"{name!r} has {rows} rows of {people} customers, too few for {x.shape[1]} "
                "covariates: merge it with its neighbour"
            )

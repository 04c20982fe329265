"""Effects within parts of the studied people: segments, channels, departments.

The parts share one propensity and one outcome model with the whole, so a small part borrows what is
known about covariates and only its residuals are its own. Looking at many parts finds differences by
chance; the intervals here hold for all parts together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from socialroi.result import LEVEL, Estimate, Unknown
from socialroi.stats.causal import METHODS, Assignment, Outcome
from socialroi.stats.clusters import count_customers, covariance
from socialroi.stats.contrasts import Combine, Contrast, Estimand, combine, contrast
from socialroi.stats.diagnostics import Bools
from socialroi.stats.intervals import Floats

DRAWS = 50_000
"""Gaussian draws behind a simultaneous band: its width is known to about half a percent."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupEffect:
    """Treated minus control within one group; `low` and `high` belong to a band over all groups.

    `n` rows lie in the group. `influence` has one value per row of the whole data, 0 outside the group,
    on the scale of `causal.Effect.influence`: contrasts of groups are contrasts of influences.
    """

    estimand: Estimand
    value: float
    low: float
    high: float
    se: float
    n: int
    n_treated: int
    n_control: int
    influence: Floats

    @property
    def estimate(self) -> Estimate:
        """The effect as a number with its simultaneous interval."""
        method = f"{METHODS[self.estimand]}, within a group; simultaneous interval"
        return Estimate(self.value, self.low, self.high, self.n, method)


def group_effects(
    fitted: Assignment,
    y: ArrayLike,
    groups: ArrayLike,
    estimand: Estimand = "ATO",
    *,
    least: int = 2,
    outcome: Outcome = "auto",
    how: Combine = "median",
    seed: int = 0,
) -> dict[str, GroupEffect | Unknown]:
    """Effect on `y` in each group of `groups` (one name per row), in the group's own population.

    The same models as `fitted.effects(y, outcome, how)`; with a single group also the same number. Unknown
    `too_few` for a group with fewer than `least` customers in an arm, `no_variation` where everybody has
    the same outcome. Raises ValueError as `effects` does, or unless there is one name per row.
    """
    values, labels = np.asarray(y, dtype=np.float64), np.asarray(groups).astype(str)
    if labels.shape != fitted.a.shape:
        raise ValueError(f"one group per row: got {labels.shape} for {len(fitted.a)} rows")
    models = fitted.outcome_models(values, outcome)
    members = {str(name): np.asarray(labels == name) for name in np.unique(labels)}
    refused = {name: _too_small(fitted, values, inside, least) for name, inside in members.items()}
    known = {name: inside for name, inside in members.items() if refused[name] is None}
    pairs = {
        name: combine(_within(fitted, values, models, inside, estimand), how)[1:]
        for name, inside in known.items()
    }
    effects = _banded(fitted, estimand, known, pairs, seed) if known else {}
    return {name: reason or effects[name] for name, reason in refused.items()}


def simultaneous(
    values: Floats, covariance: Floats, level: float = LEVEL, seed: int = 0, draws: int = DRAWS
) -> tuple[Floats, Floats]:
    """Limits (low, high) that hold all `values` (k) together with probability `level`: the max-t band.

    The quantile of the largest |t| of a Gaussian with this `covariance` (k x k), by `draws` seeded draws;
    never less than a single interval's nor more than Sidak's. A value without variance gets no width.
    Source: Hothorn, Bretz & Westfall 2008; Montiel Olea & Plagborg-Moller 2019.
    """
    se = np.sqrt(np.diag(covariance))
    scale = np.where(se > 0, se, 1.0)
    roots, axes = np.linalg.eigh(covariance / np.outer(scale, scale))
    shape = axes * np.sqrt(np.maximum(roots, 0.0))
    t = np.random.default_rng(seed).standard_normal((draws, len(se))) @ shape.T
    single, sidak = (special.ndtri((1 + each) / 2) for each in (level, level ** (1 / len(se))))
    width = np.clip(np.quantile(np.abs(t).max(axis=1), level), single, sidak) * se
    return values - width, values + width


def _within(
    fitted: Assignment, y: Floats, models: Sequence[tuple[Floats, Floats]], inside: Bools, estimand: Estimand
) -> list[Contrast]:
    """Contrast of one group by every split, with influences over all rows."""
    outcome, a = y[inside], fitted.a[inside]
    return [
        contrast(estimand, outcome, a, split.propensity[inside], (m1[inside], m0[inside])).among(inside)
        for split, (m1, m0) in zip(fitted.splits, models, strict=True)
    ]


def _banded(
    fitted: Assignment,
    estimand: Estimand,
    members: Mapping[str, Bools],
    pairs: Mapping[str, tuple[Contrast, float]],
    seed: int,
) -> dict[str, GroupEffect]:
    """The groups' contrasts under one simultaneous band; the spread of the splits adds to each error."""
    joint = covariance([pair.influence for pair, _ in pairs.values()], fitted.customer)
    joint += np.diag([spread**2 for _, spread in pairs.values()])
    low, high = simultaneous(np.array([pair.value for pair, _ in pairs.values()]), joint, seed=seed)
    sizes = {name: (int(inside.sum()), int(fitted.a[inside].sum())) for name, inside in members.items()}
    return {
        name: GroupEffect(
            estimand=estimand,
            value=pair.value,
            low=float(low[at]),
            high=float(high[at]),
            se=math.sqrt(joint[at, at]),
            n=sizes[name][0],
            n_treated=sizes[name][1],
            n_control=sizes[name][0] - sizes[name][1],
            influence=pair.influence,
        )
        for at, (name, (pair, _)) in enumerate(pairs.items())
    }


def _too_small(fitted: Assignment, y: Floats, inside: Bools, least: int) -> Unknown | None:
    """Why a group has no effect of its own, if it has none."""
    n = int(inside.sum())
    if any(count_customers(fitted.customer[inside & (fitted.a == arm)]) < max(1, least) for arm in (0, 1)):
        return Unknown("too_few", "Too few customers in one of the two groups to compare them here.", n)
    if y[inside].min() == y[inside].max():
        return Unknown("no_variation", "Everybody here has the same outcome: nothing to compare.", n)
    return None

"""Group means as they would be if every group had everybody's case mix.

One doubly robust mean per group, `mean(m_g(x) + 1{g} (y - m_g(x)) / e_g(x))`, over the pooled
population. A group that handles cases no other group sees cannot be put on that footing and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats.clusters import Codes, count_customers, customer_codes, standard_error
from socialroi.stats.contrasts import Adjusted
from socialroi.stats.intervals import Floats, Z, estimate, share_limits
from socialroi.stats.nuisance import Layout, cross_fit, deal_folds, one_thread, scaled

METHOD = "standardised mean, cross-fitted AIPW"
RARE = 0.02
"""A chance below this (or a tenth of the group's share) of being in a group: not really possible."""
ALONE = 0.10
"""A chance below this of being in any *other* group: a small group's case that only it sees."""
OUTSIDE_LIMIT = 0.10
"""The largest share of everybody for whom a comparable group may be not really possible."""


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Standardised means by group; `adjusted` holds value and influence values of those known."""

    means: Mapping[str, Value]
    adjusted: Mapping[str, Adjusted]
    customer: Codes

    @property
    def contrasts(self) -> dict[tuple[str, str], Estimate]:
        """First minus second for every pair of known groups."""
        known = list(self.adjusted)
        pairs = [(a, b) for at, a in enumerate(known) for b in known[at + 1 :]]
        return {(a, b): self.contrast({a: 1.0, b: -1.0}) for a, b in pairs}

    def contrast(self, weights: Mapping[str, float]) -> Estimate:
        """Any weighted sum of the group means; raises KeyError for a group that is not known."""
        parts = [(weight, self.adjusted[group]) for group, weight in weights.items()]
        value = sum(weight * part.value for weight, part in parts)
        influence = sum((weight * part.influence for weight, part in parts), np.zeros(len(self.customer)))
        half = Z * standard_error(influence, self.customer)
        return estimate(value, (value - half, value + half), len(self.customer), METHOD)


def standardised_means(
    y: ArrayLike,
    group: ArrayLike,
    x: ArrayLike,
    cluster: ArrayLike | None = None,
    *,
    folds: int = 5,
    seed: int = 0,
    splits: int = 3,
    borrow: int = 0,
) -> Standardised:
    """Means of `y` by `group`, each standardised to the covariates `x` (n x p) of everybody.

    `cluster` names the customer of each row (as in `causal.Assignment.of`). Shares (0/1 outcomes) get a
    Wilson interval on the effective count, other means a normal one. A group with fewer than `borrow` rows
    per covariate is too small for models of its own: its mean residual from the outcome model of everybody
    is added to the overall mean (indirect standardisation). Unknown `too_few` for
    a group with fewer than two customers or no more rows than covariates, `not_comparable` for one that more
    than 10 % of everybody could hardly have been in. Raises ValueError for missing values.
    """
    outcome, table = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    names, arm = np.unique(np.asarray(group).astype(str), return_inverse=True)
    if table.ndim != 2 or not len(outcome) == len(table) == len(arm):
        raise ValueError("outcome, group and covariates need one row each per row")
    if not (np.isfinite(outcome).all() and np.isfinite(table).all()):
        raise ValueError("outcome and covariates must be finite numbers")
    customer = customer_codes(cluster, len(outcome))
    sizes = [count_customers(customer[arm == g]) for g in range(len(names))]
    rows = np.bincount(arm, minlength=len(names))
    usable = [g for g in range(len(names)) if sizes[g] >= 2 and rows[g] > table.shape[1]]
    means: dict[str, Value] = {
        str(name): Unknown("too_few", "Too few customers to compare like with like.", int(rows[g]))
        for g, name in enumerate(names)
    }
    if not usable:
        return Standardised(means, {}, customer)
    k = min(folds, *(sizes[g] for g in usable))
    seeds = range(seed, seed + max(1, splits))
    with one_thread():
        layouts = [Layout.of(arm, deal_folds(arm, customer, k, one), len(names), k) for one in seeds]
        pool = _Pool(outcome, scaled(table)[0], arm, customer, tuple(layouts), borrow * table.shape[1])
        answers = {str(names[g]): _group_mean(pool, g) for g in usable}
    means |= {name: value for name, (value, _) in answers.items()}
    known = {name: part for name, (value, part) in answers.items() if isinstance(value, Estimate)}
    return Standardised(means, known, customer)


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Everybody: outcome, standardised covariates, group codes, customer codes, divisions into folds.

    A group with fewer rows than `enough` has no outcome model of its own.
    """

    y: Floats
    z: Floats
    arm: Codes
    customer: Codes
    layouts: tuple[Layout, ...]
    enough: int


def _group_mean(pool: _Pool, group: int) -> tuple[Value, Adjusted]:
    """Standardised mean of one group, averaged over the divisions so that contrasts stay exact."""
    member = np.asarray(pool.arm == group)
    share, n = float(member.mean()), int(member.sum())
    is_small = n < pool.enough
    psi, chance = _pseudo_outcomes(pool, group, share, is_small)
    adjusted = Adjusted(float(psi.mean()), psi - psi.mean())
    # a small group is held against everybody's model: it is its own cases that others must have seen
    outside = 1 - chance[member] < ALONE if is_small else chance < min(RARE, share / 10)
    if float(outside.mean()) > OUTSIDE_LIMIT:
        sentence = "This group handles cases the others do not see; it cannot be compared like with like."
        return Unknown("not_comparable", sentence, n), adjusted
    se = standard_error(adjusted.influence, pool.customer)
    if _is_share(pool.y):
        weight = member / (share if is_small else np.maximum(chance, share / 20))
        return _share(adjusted.value, se, pool.y[member], weight), adjusted
    limits = adjusted.value - Z * se, adjusted.value + Z * se
    return estimate(adjusted.value, limits, n, METHOD), adjusted


def _pseudo_outcomes(pool: _Pool, group: int, share: float, is_small: bool) -> tuple[Floats, Floats]:
    """Per row: its doubly robust outcome in `group`, and its chance of being in it.

    A small group takes everybody's outcome model and weighs all its rows alike.
    """
    member = (pool.arm == group).astype(np.float64)
    psi, chance = np.zeros(len(member)), np.zeros(len(member))
    for layout in pool.layouts:
        order, arms = layout.order, range(layout.arms)
        e = layout.back(cross_fit(pool.z[:, order], member[order], layout, arms, binary=True))
        own = arms if is_small else (group,)
        m = layout.back(cross_fit(pool.z[:, order], pool.y[order], layout, own, _is_share(pool.y)))
        taken = share if is_small else np.maximum(e, min(0.01, share / 20))
        psi += (m + member * (pool.y - m) / taken) / len(pool.layouts)
        chance += e / len(pool.layouts)
    return psi, chance


def _is_share(y: Floats) -> bool:
    return bool(((y == 0) | (y == 1)).all())


def _share(p: float, se: float, y: Floats, w: Floats) -> Estimate:
    """Standardised share; with nobody or everybody the weights' effective size stands for the error."""
    p, effective = min(1.0, max(0.0, p)), float(w.sum() ** 2 / (w @ w))
    error = 0.0 if y.min() == y.max() else se
    return estimate(p, share_limits(p, error, effective), len(y), METHOD)

"""Two items of one survey and what happened afterwards: does one add to the other, how far does each reach.

The likelihood-ratio test answers only "does it add": a curve with both items is nested in one with either,
and there the usual comparison of areas under the curve is wrong. Scores come with higher = better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from socialroi.result import Unknown, Value
from socialroi.stats.clusters import Codes, count_customers, customer_codes, standard_error
from socialroi.stats.intervals import Floats, Z, estimate

#: The fewest rows with and without the event that a level needs to have a share of its own.
LEVEL_EVENTS = 5
#: The shift of an item whose reach is measured: from this quantile of its answers to that.
SHIFT = (0.2, 0.8)
#: From this chance on that it is luck, an item is not said to add anything.
ALPHA = 0.05
_ROUNDS, _CLOSE = 60, 1e-9


@dataclass(frozen=True, slots=True)
class Added:
    """The test of whether something adds: `statistic` is chi-squared with `dof`, `p` its chance by luck."""

    statistic: float
    dof: int
    p: float
    n: int
    method: str

    @property
    def is_clear(self) -> bool:
        """Whether it would hardly be luck."""
        return self.p < ALPHA


@dataclass(frozen=True, slots=True)
class Fit:
    """A logistic regression by maximum likelihood: coefficients, chances per row, log likelihood, Hessian."""

    beta: Floats
    chance: Floats
    likelihood: float
    hessian: Floats


def logistic(x: Floats, event: Floats) -> Fit | None:
    """Maximum likelihood of event (0 or 1) on the columns of `x` (n x p); None when there is no maximum.

    There is none when columns are collinear or tell the event without fail.
    """
    beta = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        chance = special.expit(x @ beta)
        hessian = (x * (chance * (1 - chance))[:, None]).T @ x
        if np.linalg.matrix_rank(hessian) < len(beta):
            return None
        step = np.linalg.solve(hessian, x.T @ (event - chance))
        beta = beta + step
        if np.abs(step).max() < _CLOSE:
            logits = x @ beta
            likelihood = float(event @ logits - np.logaddexp(0, logits).sum())
            return Fit(beta, special.expit(logits), likelihood, hessian)
    return None


def likelihood_ratio(base: ArrayLike, more: ArrayLike, event: ArrayLike) -> Added | Unknown:
    """Whether the columns `more` add to those of `base` (both n x p, without a constant), rows independent.

    Unknown `no_maximum` when either regression has none.
    """
    small, large, had = _designs(base, more, event)
    fits = logistic(small, had), logistic(large, had)
    if fits[0] is None or fits[1] is None:
        return _no_maximum(len(had))
    statistic = max(0.0, 2 * (fits[1].likelihood - fits[0].likelihood))
    return _tested(statistic, large.shape[1] - small.shape[1], len(had), "likelihood-ratio test")


def wald(base: ArrayLike, more: ArrayLike, event: ArrayLike, cluster: ArrayLike) -> Added | Unknown:
    """The same question by a Wald test whose error counts customers, for rows of the same customer."""
    small, large, had = _designs(base, more, event)
    fit, customer = logistic(large, had), customer_codes(cluster, len(had))
    dof = large.shape[1] - small.shape[1]
    if fit is None or count_customers(customer) <= large.shape[1]:
        return _no_maximum(len(had))
    spread = _sandwich(fit, large, had, customer)[-dof:, -dof:]
    own = fit.beta[-dof:]
    return _tested(float(own @ np.linalg.solve(spread, own)), dof, len(had), "Wald test, clustered")


def adds(item: ArrayLike, beside: ArrayLike, event: ArrayLike, cluster: ArrayLike) -> Added | Unknown:
    """Whether `item` tells more about the event than `beside` does alone.

    `beside` has a share of its own for each level (levels with few rows join their neighbour), so that it
    is not a bend in it that `item` is praised for; `item` enters as one trend. The likelihood-ratio test
    where no customer repeats, else the clustered Wald test.
    """
    had, other = np.asarray(event, dtype=np.float64), np.asarray(beside, dtype=np.float64)
    if not 0 < had.sum() < len(had):
        return Unknown("one_outcome", "Everybody or nobody had the event.", len(had))
    own = np.asarray(item, dtype=np.float64)[:, None]
    groups = _levels(other, had)
    columns = (groups[:, None] == np.arange(1, groups.max() + 1)).astype(np.float64)
    repeats = count_customers(customer_codes(cluster, len(had))) < len(had)
    return wald(columns, own, had, cluster) if repeats else likelihood_ratio(columns, own, had)


def reach(item: ArrayLike, beside: ArrayLike, event: ArrayLike, cluster: ArrayLike) -> Value:
    """How the mean predicted chance changes when `item` moves from its 20th to its 80th percentile, -1..1.

    The other item stays as each answered it; both enter a logistic regression as trends. Delta interval,
    clustered. Unknown `no_spread` where four in five gave the same answer, `no_maximum` as above.
    """
    had, own = np.asarray(event, dtype=np.float64), np.asarray(item, dtype=np.float64)
    low, high = np.quantile(own, SHIFT, method="inverted_cdf") if len(own) else (0.0, 0.0)
    if low == high:
        return Unknown("no_spread", "Too many gave the same answer for a shift from low to high.", len(own))
    x = np.column_stack([np.ones(len(had)), own, np.asarray(beside, dtype=np.float64)])
    fit, customer = logistic(x, had), customer_codes(cluster, len(had))
    if fit is None or count_customers(customer) < 2:
        return _no_maximum(len(had))
    ends = [_set(x, end) for end in (low, high)]
    chances = [special.expit(end @ fit.beta) for end in ends]
    moved = chances[1] - chances[0]
    slope = sum(
        sign * (end * (chance * (1 - chance))[:, None]).mean(axis=0)
        for sign, end, chance in zip((-1, 1), ends, chances, strict=True)
    )
    scores = x * (had - fit.chance)[:, None]
    influence = moved - moved.mean() + len(had) * (scores @ np.linalg.solve(fit.hessian, slope))
    value, se = float(moved.mean()), standard_error(influence, customer)
    method = "average predicted change, 20th to 80th percentile, delta interval, clustered"
    return estimate(value, (max(-1.0, value - Z * se), min(1.0, value + Z * se)), len(had), method)


def _set(x: Floats, value: float) -> Floats:
    """The design with everybody's item at one value."""
    moved = x.copy()
    moved[:, 1] = value
    return moved


def _designs(base: ArrayLike, more: ArrayLike, event: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Both designs under a constant, and the event; raises ValueError unless rows match."""
    had = np.asarray(event, dtype=np.float64)
    small, own = (np.asarray(part, dtype=np.float64).reshape(len(had), -1) for part in (base, more))
    if not np.isin(had, (0, 1)).all() or not np.isfinite(small).all() or not np.isfinite(own).all():
        raise ValueError("finite columns, and an event that happened (1) or did not (0)")
    small = np.column_stack([np.ones(len(had)), small])
    return small, np.column_stack([small, own]), had


def _levels(score: Floats, had: Floats) -> Codes:
    """Codes of the levels, lowest first; neighbours join until each has enough rows of either kind."""
    _, level = np.unique(score, return_inverse=True)
    counts = np.stack([np.bincount(level[had == kind], minlength=level.max() + 1) for kind in (0, 1)])
    group, code, held = np.zeros(counts.shape[1], dtype=np.int64), 0, np.zeros(2)
    for at in range(counts.shape[1]):
        group[at], held = code, held + counts[:, at]
        if held.min() >= LEVEL_EVENTS and counts[:, at + 1 :].sum(axis=1).min() >= LEVEL_EVENTS:
            code, held = code + 1, np.zeros(2)
    return np.asarray(group[level])


def _sandwich(fit: Fit, x: Floats, had: Floats, customer: Codes) -> Floats:
    """Covariance of the coefficients from the customers' summed scores."""
    scores = x * (had - fit.chance)[:, None]
    groups = int(customer.max()) + 1
    sums = np.stack([np.bincount(customer, column, groups) for column in scores.T], axis=1)
    bread = np.linalg.inv(fit.hessian)
    return np.asarray(groups / (groups - 1) * bread @ (sums.T @ sums) @ bread)


def _tested(statistic: float, dof: int, n: int, method: str) -> Added:
    return Added(statistic, dof, float(special.chdtrc(dof, statistic)) if dof else math.nan, n, method)


def _no_maximum(n: int) -> Unknown:
    return Unknown("no_maximum", "The answers separate those who came back too neatly to be weighed.", n)

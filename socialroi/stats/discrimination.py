"""How well a score tells who will have an event: area under the ROC curve (AUC), and is one score better.

AUC is the chance that somebody with the event has the higher score than somebody without it, ties counting
half: 0.5 says nothing, 1 everything. Errors are DeLong's; where customers occur more than once they are
summed per customer (Obuchowski). Two scores of the same rows are compared row by row, because they share
their luck. Somers' D is 2 AUC - 1.

Not for nested models, one of which contains the other: there the difference has no normal distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from socialroi.result import Unknown, Value
from socialroi.stats.clusters import Codes, customer_codes
from socialroi.stats.intervals import Floats, Z, estimate, wilson_limits

METHOD = "DeLong, logit interval"


@dataclass(frozen=True, slots=True)
class Gap:
    """One AUC minus another, its standard error and the `n` rows both rest on."""

    value: Value
    se: float
    n: int

    @property
    def smallest(self) -> float:
        """The true difference that as many rows find four times in five."""
        return smallest_gap(self.se)


def delong(score: ArrayLike, event: ArrayLike, cluster: ArrayLike | None = None) -> Value:
    """AUC of `score` (higher = event expected) with a logit interval; `n` counts rows.

    `event` is 0/1, `cluster` names the customer of each row. Unknown `one_outcome` when everybody or nobody
    has the event, `too_few` when all of them are the same customer's. Raises ValueError for other shapes or
    missing values. Source: DeLong, DeLong & Clarke-Pearson 1988; clustered: Obuchowski 1997.
    """
    scored, had, customer = _rows(score, event, cluster)
    missing = _missing(had, customer)
    if missing:
        return missing
    value, placement = _placements(scored, had)
    se = math.sqrt(_variance(placement, had, customer))
    rarer = min(_customers(had, customer), _customers(~had, customer))
    method = METHOD if cluster is None else f"{METHOD}, clustered"
    return estimate(value, auc_limits(value, se, rarer), len(had), method)


def delong_hist(counts: ArrayLike) -> Value:
    """The same AUC from a 2 x L table: counts per level, lowest first, without (row 0) and with the event.

    Rows are taken to be independent. Unknown `one_outcome` when a row is empty. Raises ValueError unless
    the table has two rows of counts.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or len(table) != 2 or not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("levels by event: two rows of counts, without the event and with it")
    n, m = table.sum(axis=1)
    if min(n, m) == 0:
        return _one_outcome(round(n + m))
    below, above = _levels(table)
    value = float(table[1] @ below) / m
    variance = sum(
        float(count @ (placed - value) ** 2) / (total * max(1.0, total - 1))
        for count, placed, total in ((table[1], below, m), (table[0], above, n))
    )
    limits = auc_limits(value, math.sqrt(variance), min(n, m))
    return estimate(value, limits, round(n + m), METHOD)


def compare(first: ArrayLike, second: ArrayLike, event: ArrayLike, cluster: ArrayLike | None = None) -> Gap:
    """AUC of `first` minus AUC of `second` on the same rows, -1..1, paired and clustered.

    Unknown as in `delong`, and `no_spread` when the two differ and no row varies. Source: as `delong`.
    """
    one, had, customer = _rows(first, event, cluster)
    two, _, _ = _rows(second, event, cluster)
    missing = _missing(had, customer)
    if missing:
        return Gap(missing, math.nan, len(had))
    (value1, placed1), (value2, placed2) = _placements(one, had), _placements(two, had)
    gap, se = value1 - value2, math.sqrt(_variance(placed1 - placed2, had, customer))
    if gap != 0 and se == 0:
        return Gap(
            Unknown("no_spread", "No two rows differ, so the error is not known.", len(had)), se, len(had)
        )
    limits = max(-1.0, gap - Z * se), min(1.0, gap + Z * se)
    method = "DeLong, paired" if cluster is None else "DeLong, paired, clustered"
    return Gap(estimate(gap, limits, len(had), method), se, len(had))


def auc_limits(value: float, se: float, rarer: float) -> tuple[float, float]:
    """Limits of an AUC: its logit plus and minus 1.96 errors.

    Where that says nothing (no error, or perfect) Wilson's limits on `rarer`, the smaller of the two groups.
    """
    if not 0 < value < 1 or se == 0:
        return wilson_limits(value, rarer)
    half = Z * se / (value * (1 - value))
    middle = special.logit(value)
    return float(special.expit(middle - half)), float(special.expit(middle + half))


def smallest_gap(se: float, power: float = 0.8) -> float:
    """The true difference found with this `power` when its standard error is `se` (two-sided 5 %)."""
    return (Z + float(special.ndtri(power))) * se


def rows_needed(gap: float, se: float, n: int, power: float = 0.8) -> int:
    """Rows needed to find a true difference `gap`, when `n` rows of the same kind have the error `se`.

    Raises ValueError for a gap of 0 or an error that is not known.
    """
    if gap == 0 or not se > 0:
        raise ValueError(f"no such comparison: a gap of {gap} with error {se}")
    return math.ceil(n * (smallest_gap(se, power) / gap) ** 2)


def _rows(score: ArrayLike, event: ArrayLike, cluster: ArrayLike | None) -> tuple[Floats, Floats, Codes]:
    """Scores, event as bools and customer codes of the same length."""
    scored, had = np.asarray(score, dtype=np.float64), np.asarray(event, dtype=np.float64)
    if scored.ndim != 1 or scored.shape != had.shape or not np.isfinite(scored).all():
        raise ValueError("one finite score and one event per row")
    if not np.isin(had, (0, 1)).all():
        raise ValueError("an event happened (1) or did not (0)")
    return scored, had == 1, customer_codes(cluster, len(had))


def _missing(had: Floats, customer: Codes) -> Unknown | None:
    """Why there is no AUC, if so."""
    if had.all() or not had.any():
        return _one_outcome(len(had))
    if _customers(had, customer) < 2 or _customers(~had, customer) < 2:
        return Unknown(
            "too_few", "At least two customers with and two without the event are needed.", len(had)
        )
    return None


def _one_outcome(n: int) -> Unknown:
    return Unknown("one_outcome", "Everybody or nobody had the event, so no score can tell who will.", n)


def _customers(who: Floats, customer: Codes) -> int:
    """How many different customers are among the rows `who`."""
    return int(np.count_nonzero(np.bincount(customer[who])))


def _placements(score: Floats, had: Floats) -> tuple[float, Floats]:
    """AUC, and per row the share of the other group that it beats (ties half), less the AUC."""
    _, level = np.unique(score, return_inverse=True)
    width = int(level.max()) + 1
    table = np.stack([np.bincount(level[~had], minlength=width), np.bincount(level[had], minlength=width)])
    below, above = _levels(table.astype(np.float64))
    placed = np.where(had, below[level], above[level])
    value = float(placed[had].mean())
    return value, placed - value


def _levels(table: Floats) -> tuple[Floats, Floats]:
    """Per level: the share without the event below it, and the share with the event above it, ties half."""
    n, m = table.sum(axis=1)
    below = (np.cumsum(table[0]) - table[0] / 2) / n
    above = 1 - (np.cumsum(table[1]) - table[1] / 2) / m
    return below, above


def _variance(placement: Floats, had: Floats, customer: Codes) -> float:
    """Variance of an AUC (or a difference) from centred placements, summed per customer.

    A customer with rows in both groups moves both means at once, hence the product. Every row a customer of
    its own gives DeLong's variance. Each factor G / (G - 1) counts customers, and that of the product is the
    smallest, so the sum is never negative.
    """
    groups = int(customer.max()) + 1
    sums = [np.bincount(customer[who], placement[who], groups) / who.sum() for who in (had, ~had)]
    counts = [_customers(had, customer), _customers(~had, customer), _customers(had | True, customer)]
    inflate = [count / (count - 1) for count in counts]
    own = inflate[0] * float(sums[0] @ sums[0]) + inflate[1] * float(sums[1] @ sums[1])
    return max(0.0, own + 2 * inflate[2] * float(sums[0] @ sums[1]))

"""Time until something happens when not everybody was followed to the end (Kaplan-Meier).

A wait that the export cuts off is not a missing wait: it lasted at least that long. Quantiles and
shares from here count it; an average over the finished waits improves when more people are ignored.
Durations are in the caller's unit, and every time that comes back is in the same unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from socialroi.result import Unknown, Value
from socialroi.stats.causal import Assignment
from socialroi.stats.clusters import Codes, standard_error
from socialroi.stats.contrasts import Adjusted, Estimand
from socialroi.stats.curve import METHOD, WEIGHTED, KaplanMeier, log_log_limits
from socialroi.stats.intervals import Floats, Z, estimate, nobody
from socialroi.stats.nuisance import one_thread

__all__ = [
    "Compared",
    "KaplanMeier",
    "compared",
    "from_counts",
    "influence",
    "kaplan_meier",
    "rmst",
    "without_scores",
]
WEIGHTED_MEAN = "weighted restricted mean, influence functions"


def kaplan_meier(time: ArrayLike, event: ArrayLike, weights: ArrayLike | None = None) -> KaplanMeier:
    """Survival curve of people followed for `time` (>= 0), finished (`event` true) or cut off.

    With `weights` (>= 0, for example inverse probabilities) the interval comes from the influence
    functions with the weights taken as known, which is conservative; `influence` gives them per person.
    Raises ValueError for durations that are missing, infinite or negative, or arrays of unequal length.
    Source: Kaplan & Meier 1958; Kalbfleisch & Prentice 2002 for the log-log interval.
    """
    followed, had, weight = _people(time, event, weights)
    if weight is not None:
        return _weighted(followed, had, weight)
    ended, d = _tally(followed[had])
    if _is_dense(followed):
        # counting whole days or seconds costs one pass, sorting them several
        r = len(followed) - np.concatenate(([0], np.cumsum(np.bincount(followed))))[ended.astype(np.int64)]
    else:
        r = len(followed) - np.searchsorted(np.sort(followed), ended, side="left")
    horizon = float(followed.max()) if len(followed) else 0.0
    return _curve(np.asarray(ended, dtype=np.float64), d, r.astype(np.float64), len(followed), horizon)


def rmst(time: ArrayLike, event: ArrayLike, tau: float, weights: ArrayLike | None = None) -> Value:
    """Restricted mean time without the event within `tau`: the area under the curve up to tau.

    `time`, `event` and `weights` as in `kaplan_meier`; with weights the interval comes from the influence
    functions, and is conservative. Unknown `not_observed` beyond the follow-up, `no_data` for nobody.
    Raises ValueError unless tau > 0. Source: Royston & Parmar 2013.
    """
    curve = kaplan_meier(time, event, weights)
    if weights is None:
        return curve.rmst(tau)
    if not tau > 0:
        raise ValueError(f"a restricted mean needs tau > 0, not {tau}")
    if curve.n == 0:
        return nobody()
    if curve.is_beyond(tau):
        return Unknown("not_observed", "Nobody was followed for as long as that.", curve.n)
    area, parts = curve.areas(tau)[0], influence(time, event, tau, weights)[1]
    half = Z * float(np.sqrt(parts @ parts)) / curve.n
    return estimate(area, (max(0.0, area - half), min(tau, area + half)), curve.n, WEIGHTED_MEAN)


def from_counts(times: ArrayLike, n_events: ArrayLike, n_censored: ArrayLike) -> KaplanMeier:
    """Survival curve from a count table: per time, how many finished and how many were cut off.

    This is what a database returns from one `group by`. Times may come in any order, each once.
    Raises ValueError for a repeated time, a negative count or columns of unequal length.
    """
    t, d, c = (np.asarray(column, dtype=np.float64) for column in (times, n_events, n_censored))
    if not t.shape == d.shape == c.shape or t.ndim != 1:
        raise ValueError("times, events and censored need the same length")
    if not (np.isfinite(t).all() and (t >= 0).all() and (d >= 0).all() and (c >= 0).all()):
        raise ValueError("times and counts must be finite and not negative")
    order = np.argsort(t)
    t, d, c = t[order], d[order], c[order]
    if (np.diff(t) == 0).any():
        raise ValueError("a time may occur only once in a count table")
    r = _from_here(d + c)
    followed, ended = d + c > 0, d > 0
    horizon = float(t[followed][-1]) if followed.any() else 0.0
    return _curve(t[ended], d[ended], r[ended], round((d + c).sum()), horizon)


def influence(
    time: ArrayLike, event: ArrayLike, tau: float, weights: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Influence functions of S(tau) and of the restricted mean at tau: one value per person each.

    On the scale of `causal`: their mean is 0 and sd / sqrt(n) is the standard error, so a difference of
    curves or a clustered error is the same arithmetic. Project propensity scores out with
    `without_scores`. Raises ValueError when nobody is left at risk before tau.
    Source: Reid 1981 for the unweighted curve.
    """
    followed, had, weight = _people(time, event, weights)
    w = np.ones(len(followed)) if weight is None else weight
    curve = _weighted(followed, had, w)
    if curve.n == 0 or curve.is_beyond(tau):
        raise ValueError("nobody was followed up to tau")
    use = int(np.searchsorted(curve.times, tau, side="right"))
    drop, hazard = _hazard_terms(curve.at_risk[:use], curve.events[:use])
    ended = np.searchsorted(curve.times[:use], followed, side="right") - 1
    happened = had & (followed <= tau) & (ended >= 0)
    level = float(curve.survival[use - 1]) if use else 1.0
    tails = np.zeros(use)
    after = curve.areas(tau)[1]
    tails[: len(after)] = after
    scale = len(followed) * w
    return (
        -level * scale * _passed(ended, happened, drop, hazard),
        -scale * _passed(ended, happened, tails * drop, tails * hazard),
    )


def without_scores(influence_values: Floats, scores: Floats) -> Floats:
    """Influence values with the propensity scores `x (a - e)` (n x p) regressed out.

    Weights from a fitted propensity are better than known ones; taking them as known makes intervals
    too wide (97 % instead of 95 % in simulation).
    """
    with one_thread():
        slopes = np.linalg.lstsq(scores.T @ scores, scores.T @ influence_values, rcond=None)[0]
        return np.asarray(influence_values - scores @ slopes)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two arms' weighted curves up to `tau`, and their restricted means: time without the event by then.

    `difference` is treated minus control, in the unit of the durations: below 0 means sooner. The curves'
    own bands take the weights as known and every row as a person of its own; the restricted means and the
    difference do neither.
    """

    tau: float
    treated: KaplanMeier
    control: KaplanMeier
    treated_rmst: Value
    control_rmst: Value
    difference: Value


def compared(
    fitted: Assignment, time: ArrayLike, event: ArrayLike, tau: float, estimand: Estimand = "ATO"
) -> Compared:
    """Curves of both arms in the population of `estimand`, by inverse probability weighting (first split).

    `time` (>= 0) and `event` are one per row of `fitted`, as in `kaplan_meier`. The restricted means are
    Unknown `not_observed` where an arm was not followed to `tau`. Raises ValueError unless tau > 0, and
    as `kaplan_meier` does.
    Source: Cole & Hernan 2004 for the curves; Conner et al. 2019 for the restricted mean.
    """
    if not tau > 0:
        raise ValueError(f"a restricted mean needs tau > 0, not {tau}")
    days, had, w = np.asarray(time), np.asarray(event, dtype=bool), fitted.weights(estimand)
    if days.shape != fitted.a.shape or had.shape != days.shape:
        raise ValueError(f"one duration and event per row: got {days.shape}, {had.shape}")
    arms = [np.asarray(fitted.a == arm) for arm in (1, 0)]
    treated, control = (kaplan_meier(days[rows], had[rows], w[rows]) for rows in arms)
    if treated.is_beyond(tau) or control.is_beyond(tau):
        unknown = Unknown("not_observed", "Nobody was followed for as long as that.", len(days))
        return Compared(tau, treated, control, unknown, unknown, unknown)
    first, second = (
        Adjusted(curve.areas(tau)[0], influence(days[rows], had[rows], tau, w[rows])[1]).among(rows)
        for curve, rows in zip((treated, control), arms, strict=True)
    )
    gap = Adjusted(first.value - second.value, first.influence - second.influence)
    scores, customer = fitted.scores(), fitted.customer
    return Compared(
        tau,
        treated,
        control,
        _restricted(first, scores, customer, (0.0, tau)),
        _restricted(second, scores, customer, (0.0, tau)),
        _restricted(gap, scores, customer, (-tau, tau)),
    )


def _restricted(area: Adjusted, scores: Floats, customer: Codes, within: tuple[float, float]) -> Value:
    """A weighted restricted mean (or a difference) with its interval, propensity scores projected out."""
    half = Z * standard_error(without_scores(area.influence, scores), customer)
    limits = max(within[0], area.value - half), min(within[1], area.value + half)
    return estimate(area.value, limits, len(customer), WEIGHTED_MEAN)


def _passed(ended: NDArray[np.int64], happened: NDArray[np.bool_], drop: Floats, hazard: Floats) -> Floats:
    """Per person: its own event term minus the hazard it lived through."""
    lived = np.concatenate(([0.0], np.cumsum(hazard)))[ended + 1]
    own = np.where(happened, np.append(drop, 0.0)[ended], 0.0)
    return np.asarray(own - lived, dtype=np.float64)


def _hazard_terms(r: Floats, d: Floats) -> tuple[Floats, Floats]:
    """`1 / (r (1 - dL))` and `dL / (r (1 - dL))` per event time; 0 where nobody is left."""
    left = r - d
    drop = np.divide(1.0, left, out=np.zeros_like(r), where=left > 1e-12 * r)
    return drop, drop * d / r


def _people(
    time: ArrayLike, event: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, NDArray[np.bool_], Floats | None]:
    """Checked arrays of equal length; whole-number durations stay whole."""
    days = np.asarray(time)
    days = days if days.dtype.kind in "iu" else days.astype(np.float64)
    had = np.asarray(event, dtype=bool)
    if days.ndim != 1 or days.shape != had.shape:
        raise ValueError(f"one event flag per duration: got {had.shape} for {days.shape}")
    if len(days) and not (np.isfinite(days).all() and days.min() >= 0):
        raise ValueError("durations must be finite and not negative")
    if weights is None:
        return days, had, None
    weight = np.asarray(weights, dtype=np.float64)
    if weight.shape != days.shape or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("weights must be finite, not negative and one per duration")
    return days[weight > 0], had[weight > 0], weight[weight > 0]


def _is_dense(time: Floats) -> bool:
    """Whether times are whole and a table with one cell per time is not much larger than the data."""
    return time.dtype.kind in "iu" and len(time) > 0 and int(time.max()) <= 4 * len(time) + 1000


def _tally(time: Floats) -> tuple[Floats, Floats]:
    """Distinct values and how often each occurs."""
    if _is_dense(time):
        counts = np.bincount(time)
        ended = np.flatnonzero(counts)
        return ended.astype(np.float64), counts[ended].astype(np.float64)
    ended, d = np.unique(time, return_counts=True)
    return ended.astype(np.float64), d.astype(np.float64)


def _curve(times: Floats, d: Floats, r: Floats, n: int, horizon: float) -> KaplanMeier:
    """Kaplan-Meier with Greenwood's variance from events `d` and people at risk `r`."""
    survival = np.cumprod((r - d) / r)
    relative = np.cumsum(_hazard_terms(r, d)[1])
    low, high = log_log_limits(survival, relative, r)
    variance = survival**2 * relative
    return KaplanMeier(times, survival, low, high, r, d, variance, n, round(d.sum()), horizon, METHOD)


def _weighted(time: Floats, event: NDArray[np.bool_], weight: Floats) -> KaplanMeier:
    """Weighted curve; variance = sum of squared influence values, by counting instead of per person."""
    grid, d, c, square_event, square_censored = _weights_by_time(time, event, weight)
    r, still = _from_here(d + c), _from_here(square_event + square_censored)
    drop, hazard = _hazard_terms(r, d)
    lived = np.cumsum(hazard)
    done = np.cumsum(square_event * (drop - lived) ** 2 + square_censored * lived**2)
    relative = done + (still - square_event - square_censored) * lived**2
    survival = np.cumprod(np.clip((r - d) / r, 0.0, 1.0))
    # weights that sum to nothing left over must end at 0, not at a rounding error
    survival[drop == 0] = 0.0
    ended = d > 0
    low, high = log_log_limits(survival[ended], relative[ended], (r * r / still)[ended])
    return KaplanMeier(
        times=grid[ended],
        survival=survival[ended],
        low=low,
        high=high,
        at_risk=r[ended],
        events=d[ended],
        variance=(survival**2 * relative)[ended],
        n=len(time),
        n_events=int(event.sum()),
        horizon=float(grid[-1]) if len(grid) else 0.0,
        method=WEIGHTED,
    )


def _weights_by_time(
    time: Floats, event: NDArray[np.bool_], weight: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Distinct times; weight of events and of the cut off at each, and the same of squared weights."""
    if _is_dense(time):
        place, size = time, int(time.max()) + 1
        seen = np.flatnonzero(np.bincount(time, minlength=size))
        grid = seen
    else:
        grid, place = np.unique(time, return_inverse=True)
        size = len(grid)
        seen = np.arange(size)
    # one table of two cells a time: cut off, event
    cell = 2 * place + event
    sums = np.bincount(cell, weight, 2 * size).reshape(-1, 2)[seen]
    squares = np.bincount(cell, weight * weight, 2 * size).reshape(-1, 2)[seen]
    return grid.astype(np.float64), sums[:, 1], sums[:, 0], squares[:, 1], squares[:, 0]


def _from_here(column: Floats) -> Floats:
    """Sum of each entry and all later ones."""
    return np.asarray(np.cumsum(column[::-1])[::-1], dtype=np.float64)

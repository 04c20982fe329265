"""The Kaplan-Meier curve: what was estimated, and the questions it answers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from socialroi.result import Estimate, Step, Unknown, Value
from socialroi.stats.intervals import Floats, Z, estimate, nobody, wilson_limits

METHOD = "Kaplan-Meier, log-log Greenwood interval"
WEIGHTED = "weighted Kaplan-Meier, log-log influence-function interval"


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """A survival curve: one entry per distinct event time, ascending.

    `survival[j]`, `low[j]`, `high[j]` hold from `times[j]` until the next time; `at_risk[j]` (people, or
    weight) counts those not yet finished just before it, `events[j]` those finishing at it.
    `variance` is that of `survival`. `n` people were followed, `n_events` of them to the event;
    `horizon` is the longest anybody was followed. A person censored at t was still at risk at t.
    """

    times: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    events: Floats
    variance: Floats
    n: int
    n_events: int
    horizon: float
    method: str

    def survival_at(self, t: float) -> Value:
        """Share still without the event just after `t`: S(t).

        Unknown `not_observed` beyond the horizon, unless everybody had the event; `no_data` for nobody.
        """
        if self.n == 0:
            return nobody()
        if self.is_beyond(t):
            return Unknown("not_observed", "Nobody was followed for as long as that.", self.n)
        at = int(np.searchsorted(self.times, t, side="right")) - 1
        return self._everybody() if at < 0 else self._estimate(at)

    def share_by(self, t: float) -> Value:
        """Share with the event by `t`, `1 - S(t)`; Unknown as in `survival_at`."""
        value = self.survival_at(t)
        return value if isinstance(value, Unknown) else _complement(value)

    def quantile(self, q: float = 0.5) -> Value:
        """Time by which a share `q` of everybody had the event, with the Brookmeyer-Crowley interval.

        Unknown `not_reached` when fewer had it by the end of the data. An upper limit that is not
        reached is given as the horizon, and `method` says so. Raises ValueError unless 0 < q < 1.
        """
        if not 0 < q < 1:
            raise ValueError(f"a quantile lies strictly between 0 and 1, not {q}")
        if self.n == 0:
            return nobody()
        value = self._first_time(self.survival, 1 - q)
        if value is None:
            sentence = f"Fewer than {q:.0%} had reached it when the data end."
            return Unknown("not_reached", sentence, self.n)
        low, high = self._first_time(self.low, 1 - q), self._first_time(self.high, 1 - q)
        method = self.method if high is not None else f"{self.method}; upper limit open: censoring horizon"
        limits = (value if low is None else low, self.horizon if high is None else high)
        return estimate(value, limits, self.n, method)

    def rmst(self, tau: float) -> Value:
        """Restricted mean time without the event within `tau`: the area under S up to tau.

        Unknown `not_observed` when tau lies beyond the horizon. Raises ValueError unless tau > 0, and for a
        weighted curve, whose interval is that of `survival.influence` (see `survival.compared`).
        Source: Royston & Parmar 2013; variance by Greenwood's sum over the areas still to come.
        """
        if not tau > 0:
            raise ValueError(f"a restricted mean needs tau > 0, not {tau}")
        if self.method == WEIGHTED:
            raise ValueError("the restricted mean of a weighted curve needs its influence values")
        if self.n == 0:
            return nobody()
        if self.is_beyond(tau):
            return Unknown("not_observed", "Nobody was followed for as long as that.", self.n)
        area, after = self.areas(tau)
        d, r = self.events[: len(after)], self.at_risk[: len(after)]
        left = r - d
        se = math.sqrt(float(np.sum(after**2 * np.divide(d, r * left, out=np.zeros_like(d), where=left > 0))))
        return estimate(area, (max(0.0, area - Z * se), min(tau, area + Z * se)), self.n, "restricted mean")

    def areas(self, tau: float) -> tuple[float, Floats]:
        """Area under S up to `tau`, and after each event time up to tau."""
        use = int(np.searchsorted(self.times, tau, side="left"))
        edges = np.concatenate(([0.0], self.times[:use], [tau]))
        pieces = np.diff(edges) * np.concatenate(([1.0], self.survival[:use]))
        after = np.cumsum(pieces[::-1])[::-1]
        return float(after[0]), after[1:]

    def steps(self, max_points: int, rising: bool = False) -> tuple[Step, ...]:
        """The curve as at most `max_points` steps for a chart, from time 0 to the horizon.

        `rising` gives the share with the event, else the share without. Steps between two kept ones
        are left out, kept ones are exact. Raises ValueError for fewer than 3 points.
        """
        if max_points < 3:
            raise ValueError("a curve needs at least 3 points")
        if self.n == 0:
            return ()
        marks = [(0.0, self._everybody(), self.n)] if self.survival_at(0.0) == self._everybody() else []
        room = min(len(self.times), max_points - 2)
        kept = sorted({round(j) for j in np.linspace(0, len(self.times) - 1, room)})
        marks += [(float(self.times[j]), self._estimate(j), round(self.at_risk[j])) for j in kept]
        if self.horizon > marks[-1][0]:
            marks.append((self.horizon, marks[-1][1], 0))
        return tuple(Step(x, _complement(value) if rising else value, r) for x, value, r in marks)

    def _everybody(self) -> Estimate:
        """S before the first event: 1, with Wilson's limit for those still at risk when it comes."""
        r = float(self.at_risk[0]) if len(self.at_risk) and self.method == METHOD else float(self.n)
        return estimate(1.0, (wilson_limits(1.0, r)[0], 1.0), self.n, self.method)

    def _estimate(self, at: int) -> Estimate:
        """S at one event time."""
        limits = float(self.low[at]), float(self.high[at])
        return estimate(float(self.survival[at]), limits, self.n, self.method)

    def _first_time(self, curve: Floats, level: float) -> float | None:
        """First time at which the curve is down to `level`."""
        # 1e-12: cumulated products miss a level such as 1/2 by a rounding error
        down = curve <= level + 1e-12
        at = int(np.argmax(down)) if len(down) else 0
        return float(self.times[at]) if len(down) and down[at] else None

    def is_beyond(self, t: float) -> bool:
        """Whether the data say nothing about S at `t`."""
        finished = len(self.survival) > 0 and self.survival[-1] <= 0
        return t > self.horizon and not finished


def log_log_limits(survival: Floats, relative: Floats, at_risk: Floats) -> tuple[Floats, Floats]:
    """Limits of S on the scale log(-log S); `relative` is the variance of log S.

    Where S is 0 that scale ends: there the limits are Wilson's for the last people at risk, times the
    upper limit before.
    """
    low, high = np.zeros_like(survival), np.ones_like(survival)
    inside = (survival > 0) & (survival < 1)
    log_s = np.log(survival[inside])
    spread = np.exp(Z * np.sqrt(relative[inside]) / np.abs(log_s))
    low[inside], high[inside] = np.exp(log_s * spread), np.exp(log_s / spread)
    for j in np.flatnonzero(survival <= 0):
        before = high[j - 1] if j else 1.0
        high[j] = before * wilson_limits(0.0, at_risk[j])[1]
    return low, high


def _complement(value: Estimate) -> Estimate:
    """1 minus an estimate of a share."""
    return Estimate(1 - value.value, 1 - value.high, 1 - value.low, value.n, value.method)

"""The formulas of doubly robust estimation, per arm: adjusted means with their influence values.

y outcome, a treatment 0/1, e = P(a = 1 | x), m1 and m0 = E[y | a, x]; all one value per row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from socialroi.result import Unknown, Value
from socialroi.stats.clusters import Codes, standard_error
from socialroi.stats.diagnostics import Bools
from socialroi.stats.intervals import Floats, Z
from socialroi.stats.intervals import estimate as bounded

Estimand = Literal["ATE", "ATT", "ATU", "ATO"]
Combine = Literal["median", "mean"]


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """An adjusted mean and its influence values (mean 0 over the rows)."""

    value: float
    influence: Floats

    def among(self, inside: Bools) -> Adjusted:
        """The same mean of the rows `inside`, with influence values over all rows: 0 outside."""
        influence = np.zeros(len(inside))
        influence[inside] = self.influence * (len(inside) / len(self.influence))
        return Adjusted(self.value, influence)


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Adjusted means of the treated and the control arm in one population."""

    treated: Adjusted
    control: Adjusted

    @property
    def value(self) -> float:
        """Treated minus control."""
        return self.treated.value - self.control.value

    @property
    def influence(self) -> Floats:
        """Influence values of the difference."""
        return np.asarray(self.treated.influence - self.control.influence)

    def among(self, inside: Bools) -> Contrast:
        """The same contrast of the rows `inside`, with influence values over all rows."""
        return Contrast(self.treated.among(inside), self.control.among(inside))


def contrast(estimand: Estimand, y: Floats, a: Floats, e: Floats, models: tuple[Floats, Floats]) -> Contrast:
    """The doubly robust contrast of an estimand; `models` holds m1 and m0."""
    (m1, m0), b = models, 1 - a
    if estimand == "ATE":
        everybody = np.ones_like(y)
        return Contrast(
            _ratio_of_means(m1 + a * (y - m1) / e, everybody),
            _ratio_of_means(m0 + b * (y - m0) / (1 - e), everybody),
        )
    if estimand == "ATT":
        return Contrast(_ratio_of_means(a * y, a), _ratio_of_means(a * m0 + b * e / (1 - e) * (y - m0), a))
    if estimand == "ATU":
        return Contrast(_ratio_of_means(b * m1 + a * (1 - e) / e * (y - m1), b), _ratio_of_means(b * y, b))
    h, turn = e * (1 - e), (1 - 2 * e) * (a - e)
    return Contrast(
        tilted_mean(h * m1 + a * (1 - e) * (y - m1), m1, h, turn),
        tilted_mean(h * m0 + b * e * (y - m0), m0, h, turn),
    )


def _ratio_of_means(top: Floats, bottom: Floats) -> Adjusted:
    """`mean(top) / mean(bottom)`."""
    below = bottom.mean()
    value = float(top.mean() / below)
    return Adjusted(value, (top - value * bottom) / below)


def tilted_mean(top: Floats, m: Floats, h: Floats, turn: Floats) -> Adjusted:
    """Mean of an arm in the population that counts each row `h` times, h a function of its propensities.

    `top` is the arm's doubly robust outcome times h, `m` its outcome model. `turn` is how h changes from the
    propensities towards the treatment received (its gradient times 1{received} - e): h is estimated, so
    the mean takes one step along its influence.
    """
    start = _ratio_of_means(top, h)
    drift = turn * (m - start.value) / h.mean()
    step = float(drift.mean())
    return Adjusted(start.value + step, start.influence + drift - step)


def combine(contrasts: Sequence[Contrast], how: Combine) -> tuple[int, Contrast, float]:
    """One contrast from several splits: which split stands for it, the contrast, the spread of splits.

    `median` is the split with the (lower) median value; its distance from the others is the spread to
    be added to the error. `mean` averages values and influences, which keeps sums exact.
    Source: Chernozhukov et al. 2018, section 3.4.
    """
    values = np.array([one.value for one in contrasts])
    chosen = int(np.argsort(values, kind="stable")[(len(values) - 1) // 2])
    if how == "median":
        return chosen, contrasts[chosen], float(np.median(np.abs(values - values[chosen])))
    arms = [average([getattr(one, arm) for one in contrasts]) for arm in ("treated", "control")]
    return chosen, Contrast(*arms), 0.0


def average(means: Sequence[Adjusted]) -> Adjusted:
    """The mean over splits, of values and of influences: keeps contrasts exact."""
    influence = np.mean([one.influence for one in means], axis=0)
    return Adjusted(float(np.mean([one.value for one in means])), influence)


def relative(pair: Contrast, customer: Codes) -> Value:
    """Ratio of the adjusted means, treated over control, with an interval on the log scale.

    Unknown `no_ratio` unless both means are positive.
    """
    top, bottom, n = pair.treated, pair.control, len(customer)
    if not (top.value > 0 and bottom.value > 0):
        return Unknown("no_ratio", "A ratio needs both groups above zero.", n)
    value = top.value / bottom.value
    half = Z * standard_error(top.influence / top.value - bottom.influence / bottom.value, customer)
    if half > 300:
        return Unknown("no_ratio", "The groups are too near zero for a ratio.", n)
    return bounded(value, (value * math.exp(-half), value * math.exp(half)), n, "ratio, log interval")

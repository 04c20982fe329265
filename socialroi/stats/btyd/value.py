"""What customers will still bring in: expected purchases times expected margin, discounted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import Unknown, Value
from socialroi.stats.btyd.bgnbd import BgNbd
from socialroi.stats.btyd.customers import checked, distinct_pairs
from socialroi.stats.btyd.pareto_nbd import ParetoNbd
from socialroi.stats.btyd.spend import GammaGamma
from socialroi.stats.intervals import Floats, Z, estimate, nobody

STEPS = 12
"""Parts of the horizon; purchases within one are discounted as if made in its middle."""
SMALL = 1e-4
"""Relative change of a parameter from which slopes are taken."""
METHOD = "expectation under the fitted models, delta-method interval that excludes model error"

Purchases = BgNbd | ParetoNbd


def residual_value(
    purchases: Purchases,
    spend: GammaGamma,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    *,
    m: ArrayLike,
    horizon: float,
    discount: float = 0.0,
    steps: int = STEPS,
) -> Floats:
    """Expected margin of each customer within `horizon` from now, discounted to now.

    `m` is the mean margin of the customer's repeat purchases (missing or not positive: everybody's).
    `horizon` is in the models' unit of time and `discount` continuous per that unit (10 % a year in
    days: ln 1.1 / 365). Source: Fader & Hardie; sum over k of `E[M] (E[Y(k)] - E[Y(k-1)]) d^k`.
    Raises ValueError for a horizon that is not positive and finite or a negative discount.
    """
    if not 0 < horizon < np.inf or not 0 <= discount < np.inf or steps < 1:
        raise ValueError(f"need 0 < horizon, 0 <= discount and a step: {horizon}, {discount}, {steps}")
    x, t_x, T = checked(x, t_x, T)
    some_x, some_age, place = distinct_pairs(x, T) or (x, T, slice(None))
    marks = np.linspace(0.0, horizon, (steps if discount else 1) + 1)
    before, worth = np.zeros(len(some_x)), np.zeros(len(some_x))
    for start, end in pairwise(marks.tolist()):
        bought = purchases.if_active(end, some_x, some_age)
        worth += (bought - before) * math.exp(-discount * (start + end) / 2)
        before = bought
    worth = worth[place] * purchases.p_alive(x, t_x, T)
    return np.asarray(worth * spend.conditional_mean(x, m), dtype=np.float64)


def mean_residual_value(
    purchases: Purchases,
    spend: GammaGamma,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    *,
    m: ArrayLike,
    horizon: float,
    discount: float = 0.0,
    weights: ArrayLike | None = None,
) -> Value:
    """Mean of `residual_value`, or its sum under `weights` (1/n1 in one arm, -1/n0 in the other).

    The interval is what the uncertain parameters of both models leave open for these customers; that
    the models are wrong, and that other customers could have come, is not in it. Unknown `no_data` for
    nobody, `no_error` when a model was not fitted, `heavy_tail` when a mean margin is infinite.
    """
    x, t_x, T = checked(x, t_x, T)
    if not len(x):
        return nobody()
    if purchases.fit is None or spend.fit is None:
        return Unknown("no_error", "Parameters that were not fitted have no known error.", len(x))
    if not spend.q > 1 + 2 * SMALL:
        return Unknown("heavy_tail", "Spending varies so much that a mean cannot be expected.", len(x))
    weight = np.full(len(x), 1 / len(x)) if weights is None else np.asarray(weights, dtype=np.float64)

    def answer(purchases: Purchases, spend: GammaGamma) -> float:
        return float(
            weight @ residual_value(purchases, spend, x, t_x, T, m=m, horizon=horizon, discount=discount)
        )

    value = answer(purchases, spend)
    variance = _variance(lambda model: answer(model, spend), purchases)
    variance += _variance(lambda model: answer(purchases, model), spend)
    half = Z * math.sqrt(max(variance, 0.0))
    return estimate(value, (value - half, value + half), len(x), METHOD)


def _variance(answer: Callable[[Any], float], model: Purchases | GammaGamma) -> float:
    """Variance of an answer from the errors of the model's parameters: slopes by their logarithms."""
    assert model.fit is not None
    slopes = []
    for name in model.fit.names:
        up, down = (replace(model, **{name: getattr(model, name) * (1 + h)}) for h in (SMALL, -SMALL))
        slopes.append((answer(up) - answer(down)) / (2 * SMALL))
    return float(np.array(slopes) @ model.fit.covariance @ np.array(slopes))

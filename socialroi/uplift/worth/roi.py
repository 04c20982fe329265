"""From a margin and a cost to a return: pure functions of a few numbers, for pages to ask "what if"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats.clusters import customer_codes, standard_error
from socialroi.stats.intervals import Z
from socialroi.uplift.outcomes import Floats
from socialroi.uplift.past import Ints


def returned(margin: Value, cost: Value) -> Value:
    """Return on an answer: margin / cost - 1, the cost taken as known; negative where it is negative."""
    if isinstance(margin, Unknown):
        return margin
    if isinstance(cost, Unknown):
        return cost
    value, low, high = (one / cost.value - 1 for one in (margin.value, margin.low, margin.high))
    return Estimate(value, low, high, margin.n, f"{margin.method}, over cost less 1")


def breakeven(cost: float, margin_per_customer: float) -> float:
    """The effect on retention (0..1) from which an answer pays.

    `margin_per_customer` is what somebody who orders again brings within the horizon.
    Raises ValueError unless both are positive.
    """
    if not (cost > 0 and margin_per_customer > 0):
        raise ValueError(f"a break-even needs a cost and a margin above 0: {cost}, {margin_per_customer}")
    return cost / margin_per_customer


def roi_at(effect: float, breakeven_effect: float) -> float:
    """The return if an answer kept a share `effect` (0..1) more customers; 0 at the break-even."""
    return effect / breakeven_effect - 1


def breakeven_effect(cost: Value, per_customer: Value) -> Value:
    """`breakeven` with the interval that comes from the margin of those who order again."""
    if isinstance(cost, Unknown):
        return cost
    if isinstance(per_customer, Unknown):
        return per_customer
    if per_customer.low <= 0:
        return Unknown(
            "no_margin_per_customer",
            "Customers who order again bring no margin clearly above zero, so no effect is known to pay.",
            per_customer.n,
        )
    value, low, high = (
        breakeven(cost.value, one) for one in (per_customer.value, per_customer.high, per_customer.low)
    )
    return Estimate(value, low, high, per_customer.n, f"cost / {per_customer.method}")


def weighted_mean(y: Floats, weight: Floats, person: Ints, method: str) -> Value:
    """Mean of `y` with the interval of a ratio that counts persons, not rows; Unknown for fewer than two."""
    n = len(y)
    if len(np.unique(person)) < 2 or weight.sum() <= 0:
        return Unknown("counts", "Too few of these customers ordered again to say what they bring.", n)
    value = float(np.average(y, weights=weight))
    half = Z * standard_error(weight * (y - value) / weight.mean(), customer_codes(person, n))
    return Estimate(value, value - half, value + half, n, method)


def payback(so_far: Sequence[Estimate], cost: Value, horizon_days: int) -> Value:
    """The first month (of 30 days) by whose end an answer has brought its cost.

    `so_far` is the margin up to the end of each month. Where the lower limit never gets there, the
    interval is open and ends with the horizon.
    """
    if isinstance(cost, Unknown):
        return cost
    value, first, last = (
        _reached([getattr(one, end) for one in so_far], cost.value) for end in ("value", "high", "low")
    )
    if value is None or first is None:
        n = so_far[0].n if so_far else 0
        return Unknown("not_reached", f"Not within {horizon_days} days.", n)
    method = "30-day steps" if last else "30-day steps, upper limit open"
    return Estimate(value, first, last or len(so_far), so_far[0].n, method)


def _reached(amounts: Sequence[float], cost: float) -> int | None:
    """The first month in which the amount reaches the cost."""
    return next((month for month, amount in enumerate(amounts, 1) if amount >= cost), None)


def scaled(value: Estimate, n: int) -> Estimate:
    """An effect per conversation as the total of `n` of them."""
    return Estimate(value.value * n, value.low * n, value.high * n, n, f"{value.method}, times {n:,}")

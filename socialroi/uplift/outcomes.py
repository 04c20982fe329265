"""What an answer could change: the outcomes of the study, whom each is about and how it is worded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from socialroi.errors import UnknownName, UsageError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome. `unit` is what one of it is; shares are differences in 0..1, worded in points.

    `counts` says which customers it is about from their number of orders before the message;
    `population` says the same in words. `column` is what is summed over the follow-up; `happened` is what
    the rarer of two results is about, in words.
    """

    key: str
    unit: Literal["points", "orders", "money"]
    population: str
    left_out: str
    verb: str
    counts: Callable[[Any], Any]
    column: Literal["orders", "amount", "margin", "upsell", "cross_sell"]
    happened: str = "ordered afterwards"

    @property
    def is_share(self) -> bool:
        """Whether it is yes or no for every customer."""
        return self.unit == "points"

    @property
    def is_about_goods(self) -> bool:
        """Whether it is read from what was bought, line by line, and not from whole orders."""
        return self.column in ("upsell", "cross_sell")

    def of(self, total: Floats) -> Floats:
        """The outcome from the total of `column` over the follow-up, one entry a message."""
        return (total > 0).astype(np.float64) if self.is_share else total


RETENTION = Outcome(
    "retention", "points",
    "customers with at least two orders",
    "The customer had fewer than two orders before.",
    "ordered again", lambda before: before >= 2, "orders",
)  # fmt: skip
REPURCHASE = Outcome(
    "repurchase", "points",
    "customers with exactly one order",
    "The customer did not have exactly one order before.",
    "placed a second order", lambda before: before == 1, "orders",
)  # fmt: skip
ORDERS = Outcome(
    "orders", "orders",
    "customers with at least one order",
    "The customer had no order before.",
    "placed", lambda before: before >= 1, "orders",
)  # fmt: skip
MARGIN = Outcome(
    "margin", "money",
    "customers with at least one order",
    "The customer had no order before.",
    "brought in", lambda before: before >= 1, "margin",
)  # fmt: skip
UPSELL = Outcome(
    "upsell", "points",
    "customers with at least one order",
    "The customer had no order before.",
    "bought something dearer than ever before in a category they knew", lambda before: before >= 1, "upsell",
    "bought something dearer afterwards",
)  # fmt: skip
CROSS_SELL = Outcome(
    "cross_sell", "points",
    "customers with at least one order",
    "The customer had no order before.",
    "bought from a category new to them", lambda before: before >= 1, "cross_sell",
    "bought from a new category afterwards",
)  # fmt: skip

#: The outcomes that can be studied, by name.
OUTCOMES: Mapping[str, Outcome] = {
    o.key: o for o in (RETENTION, REPURCHASE, ORDERS, MARGIN, UPSELL, CROSS_SELL)
}
#: Outcomes that are named in the contract and arrive with a later version.
LATER = ("advocacy",)


def outcome_named(name: str) -> Outcome:
    """The outcome of that name; UnknownName for a stranger, UsageError for one that is to come."""
    if name in LATER:
        raise UsageError(f"The outcome {name!r} arrives with a later version. Now: {', '.join(OUTCOMES)}.")
    if name not in OUTCOMES:
        raise UnknownName("outcome", name, (*OUTCOMES, *LATER))
    return OUTCOMES[name]

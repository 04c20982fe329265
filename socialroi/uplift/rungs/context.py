"""Rungs B and C: comparisons that describe. The same checks, and never a word of cause."""

from __future__ import annotations

from dataclasses import dataclass

from socialroi.result import Check, Rung, Unknown
from socialroi.store import Store
from socialroi.uplift import detail, rung
from socialroi.uplift.examine import Question
from socialroi.uplift.horizon import Horizon
from socialroi.uplift.money import Money
from socialroi.uplift.outcomes import Outcome
from socialroi.uplift.rung import Beside

#: The check of links does not apply where nobody needs to be linked to be compared.
_UNLINKED = Check(
    "linkage", None, None, None,
    "Not asked here: customers without a linked conversation count as not answered, which draws the two "
    "groups together.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a describing rung needs to put its question."""

    store: Store
    outcome: Outcome
    horizon: Horizon
    money: Money
    seed: int


def answer(asked: Question, population: str) -> Rung:
    """The rung's row: the number when every check passed, and always why it is no effect."""
    absent = _obstacle(asked)
    if absent:
        return rung.without_data(asked, population, absent)
    found = rung.find(asked, (_UNLINKED,), (asked.design.estimand,))
    said = (f"Not causal: {asked.design.sides.why_not}.",)
    return rung.row(found, population, Beside(detail.grace_orders(found), said))


def _obstacle(asked: Question) -> Unknown | None:
    """Why there is nothing to compare."""
    design = asked.design
    if design.orders_end_us is None:
        return Unknown("no_orders", "No orders are loaded.")
    if not design.units["treated"].any():
        return Unknown("no_messages", "No customer was answered on a social channel.", len(design.units))
    return design.untold or (asked.money.obstacle() if design.outcome.unit == "money" else None)

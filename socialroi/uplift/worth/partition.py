"""What an answer changed, part by part: second orders, later ones, larger ones, other categories.

Each order after time zero is divided once (sql.PARTS). One estimate a part, all with the propensities,
folds and linear outcome model of the total, so that the parts add up to it exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from socialroi.result import Bar, Estimate, Unknown, Value, Working
from socialroi.stats.causal import METHODS, Assignment
from socialroi.stats.contrasts import Estimand
from socialroi.store import Store
from socialroi.uplift.outcomes import Floats
from socialroi.uplift.past import DAY_US, Ints, Units
from socialroi.uplift.worth.sql import PARTS

#: The parts, in the order of the bars, with what each is.
NAMES: Mapping[str, str] = {
    "repurchase": "Second orders, each at what the customer's orders before the message brought on average.",
    "retention": "Third and later orders, each at what the customer's orders before the message brought on "
    "average.",
    "upsell": "What those orders brought beyond the customer's own average, in categories bought before; "
    "negative when they were smaller.",
    "cross_sell": "What came from categories that the customer had never bought before the message.",
}
#: A month of payback, in days.
STEP_DAYS = 30
#: What a sum of money loses in a year of waiting for it.
DISCOUNT = 0.10
_UNDIVIDED = (
    "What those orders brought beyond the customer's own average, in whatever category; negative when they "
    "were smaller."
)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What the customer of each unit brought, by step of 30 days and part.

    `numbers` are the units' row numbers, ascending; `table` is the answer to sql.PARTS about them;
    `has_categories` says whether cross-selling can be told from upselling.
    """

    numbers: Ints
    horizon_days: int
    has_categories: bool
    table: pd.DataFrame
    working: Working

    @property
    def steps(self) -> int:
        """Steps of 30 days in the follow-up, the last one perhaps shorter."""
        return math.ceil(self.horizon_days / STEP_DAYS)

    @property
    def each(self) -> dict[str, Floats]:
        """Each part over the whole follow-up, one entry a unit."""
        unit = self.table["unit_no"].to_numpy(np.int64)
        n = len(self.numbers)
        return {name: np.bincount(unit, self._column(name), n) + np.zeros(n) for name in NAMES}

    @property
    def total(self) -> Floats:
        """All parts together, one entry a unit."""
        return np.asarray(sum(self.each.values(), np.zeros(len(self.numbers))))

    @property
    def so_far(self) -> Floats:
        """The total up to the end of each step: a row a unit, a column a step."""
        step = self.table["step_no"].to_numpy(np.int64) - 1
        cell = self.table["unit_no"].to_numpy(np.int64) * self.steps + step
        added = sum((self._column(name) for name in NAMES), np.zeros(len(self.table)))
        shape = len(self.numbers), self.steps
        return np.asarray(np.bincount(cell, added, shape[0] * shape[1]).reshape(shape).cumsum(axis=1))

    def total_of(self, numbers: Ints) -> Floats:
        """The total of some of the units, by their row numbers."""
        return self.total[np.searchsorted(self.numbers, numbers)]

    def _column(self, name: str) -> Floats:
        return self.table[name].to_numpy(np.float64)


def divide(
    store: Store,
    rows: pd.DataFrame,
    start_us: int,
    horizon_days: int,
    *,
    use_margin: bool,
    has_categories: bool,
    discount: float = DISCOUNT,
) -> Parts:
    """Divide every order after each of the trial `rows`; `use_margin` or else revenue, `discount` a year."""
    units = Units.of(rows["customer_id"], rows["at_us"].to_numpy(np.int64))
    told: dict[str, Any] = {
        "start_us": start_us,
        "end_us": start_us + horizon_days * DAY_US,
        "step_days": STEP_DAYS,
        "use_margin": use_margin,
        "has_categories": has_categories,
        "discount": discount,
    }
    table = store.frame(
        PARTS,
        customers=list(units.customers),
        persons=units.persons.tolist(),
        units_at_us=units.at_us.tolist(),
        **told,
    )
    n = f"{len(rows):,} numbers"
    listed = {"customers": f"{len(units.customers):,} customers", "persons": n, "units_at_us": n}
    working = Working(PARTS, {**listed, **told}, len(table))
    return Parts(rows.index.to_numpy(np.int64), horizon_days, has_categories, table, working)


def effect(model: Assignment, y: Floats, estimand: Estimand) -> Estimate:
    """The effect on an amount of money; of effects on parts, the sum is the effect on the sum."""
    if np.ptp(y) == 0:
        return Estimate(0.0, 0.0, 0.0, len(y), METHODS[estimand])
    return model.effects(y, (estimand,), outcome="linear", how="mean")[estimand].estimate


def bars(model: Assignment, parts: Parts, estimand: Estimand = "ATT") -> tuple[Bar, ...]:
    """One bar a part; what is not known to be cross-selling is in the one called upsell."""
    values: dict[str, Value] = {name: effect(model, y, estimand) for name, y in parts.each.items()}
    if not parts.has_categories:
        values["cross_sell"] = Unknown(
            "no_categories",
            "Too few orders say what was bought; load order lines with a category. Whatever was cross-sold "
            "is in upsell.",
            len(parts.numbers),
        )
    return tuple(_bar(name, value, parts.has_categories) for name, value in values.items())


def unknown_bars(reason: Unknown) -> tuple[Bar, ...]:
    """The parts of a total that cannot be told."""
    return tuple(Bar(name, reason, "unknown", sentence) for name, sentence in NAMES.items())


def _bar(name: str, value: Value, is_divided: bool) -> Bar:
    if isinstance(value, Unknown):
        return Bar(name, value, "unknown", value.sentence)
    sentence = _UNDIVIDED if name == "upsell" and not is_divided else NAMES[name]
    return Bar(name, value, "measured", sentence)

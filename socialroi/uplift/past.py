"""What was known of a customer strictly before a moment: purchases and messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from socialroi.result import Working
from socialroi.store import Store
from socialroi.uplift.outcomes import Floats
from socialroi.uplift.sql import BOUGHT, NEXT, WRITTEN

Ints = npt.NDArray[np.int64]

DAY_US = 86_400_000_000
#: The windows before a unit in which orders and spend are counted, in days.
WINDOWS = (30, 90, 365)
#: The moments from which a past is told: the unit itself, and the starts of two windows before it in which
#: an answer cannot have changed anything. The 14 days keep the order that led to a message out.
UNIT = 0
PLACEBO_END = -14 * DAY_US
PLACEBO = PLACEBO_END - 90 * DAY_US
DAY_BEFORE = -DAY_US
BASES = (UNIT, DAY_BEFORE, PLACEBO)


def until(offset_us: int) -> int:
    """The moment that has everything up to and including `offset_us` before it."""
    return offset_us + 1


def moments(start_us: int, horizons: Sequence[int], other_starts_us: Iterable[int] = ()) -> tuple[int, ...]:
    """Every moment the study looks back from, in microseconds from the unit.

    `horizons` are days of follow-up after time zero, `start_us` after the unit; from other times zero, only
    the first of them.
    """
    before = {base - days * DAY_US for base in BASES for days in (0, *WINDOWS)}
    after = {until(start_us + days * DAY_US) for days in (0, *horizons)}
    after |= {until(start + days * DAY_US) for start in other_starts_us for days in (0, *horizons[:1])}
    return tuple(sorted(before | after | {PLACEBO_END}))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Whose past is told and when: `persons[i]` is the place of unit i's customer among `customers`."""

    customers: tuple[str, ...]
    persons: Ints
    at_us: Ints

    @classmethod
    def of(cls, customer_id: pd.Series, at_us: Ints) -> Units:
        """The units of these customers at these instants (microseconds)."""
        persons, names = pd.factorize(customer_id)
        return cls(tuple(names.tolist()), persons.astype(np.int64), at_us)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Running totals of some units' customers at some moments.

    `totals[column]` is a (units x moments) array; `last_us` is the instant of the last entry
    before the moment, 0 where there is none. What is no running total, such as having bought from a new
    category, is in `spans` by column, start and end; `known` are the categories bought by the start of one.
    """

    moment: Mapping[int, int]
    totals: Mapping[str, Floats]
    last_us: Ints
    spans: Mapping[tuple[str, int, int], Floats] = field(default_factory=dict)
    known: Mapping[int, Floats] = field(default_factory=dict)

    def at(self, column: str, offset_us: int) -> Floats:
        """The total strictly before the moment, one entry a unit."""
        return self.totals[column][:, self.moment[offset_us]]

    def between(self, column: str, start_us: int, end_us: int) -> Floats:
        """What was added, or happened, in [start, end)."""
        found = self.spans.get((column, start_us, end_us))
        if found is not None:
            return found
        return self.at(column, end_us) - self.at(column, start_us)

    def last(self, offset_us: int) -> Ints:
        """The instant of the last entry strictly before the moment, in microseconds."""
        return self.last_us[:, self.moment[offset_us]]


def bought(store: Store, units: Units, offsets: tuple[int, ...]) -> tuple[Ledger, Working]:
    """Orders, amount and margin of the customer of each unit at each offset."""
    return _ledger(store, BOUGHT, units, offsets, ("orders", "amount", "margin"))


def written(store: Store, units: Units, offsets: tuple[int, ...]) -> tuple[Ledger, Working]:
    """Earlier conversations of the customer of each unit at each offset."""
    return _ledger(store, WRITTEN, units, offsets, ("contacts",))


def next_orders(store: Store, units: Units, start_us: int) -> tuple[Ints, Working]:
    """The instant of the first order strictly after `start_us` after each unit, 0 where there is none."""
    found = store.frame(NEXT, **given(units), start_us=start_us)
    next_us = np.zeros(len(units.at_us), dtype=np.int64)
    next_us[found["unit_no"].to_numpy(np.int64)] = found["next_us"].to_numpy(np.int64)
    return next_us, Working(NEXT, {**told(units), "start_us": start_us}, len(found))


def _ledger(
    store: Store, sql: str, units: Units, offsets: tuple[int, ...], columns: tuple[str, ...]
) -> tuple[Ledger, Working]:
    found = store.frame(sql, **given(units), offsets_us=list(offsets))
    row, column = (found[name].to_numpy(np.int64) for name in ("unit_no", "moment_no"))
    shape = len(units.at_us), len(offsets)
    totals = {name: np.zeros(shape) for name in columns}
    for name, total in totals.items():
        total[row, column] = found[name].to_numpy(np.float64, na_value=0.0)
    last = np.zeros(shape, dtype=np.int64)
    last[row, column] = found["last_us"].to_numpy(np.int64)
    ledger = Ledger({offset: i for i, offset in enumerate(offsets)}, totals, last)
    return ledger, Working(sql, {**told(units), "offsets_us": list(offsets)}, len(found))


def given(units: Units) -> dict[str, list[object]]:
    """The units as parameters."""
    return {
        "customers": list(units.customers),
        "persons": units.persons.tolist(),
        "units_at_us": units.at_us.tolist(),
    }


def told(units: Units) -> dict[str, object]:
    """The same as a reader sees them: long lists by their length."""
    n = f"{len(units.at_us):,} numbers"
    return {"customers": f"{len(units.customers):,} customers", "persons": n, "units_at_us": n}

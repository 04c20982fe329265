"""What was known of a customer strictly before a moment: purchases and messages, by ASOF join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from socialroi.result import Working
from socialroi.store import Store
from socialroi.uplift.outcomes import Floats
from socialroi.uplift.sql import BOUGHT, WRITTEN

Ints = npt.NDArray[np.int64]

DAY_US = 86_400_000_000
#: The windows before a message in which orders and spend are counted, in days.
WINDOWS = (30, 90, 365)
#: The moments from which a past is told: the message, and the starts of two windows before it in which
#: an answer cannot have changed anything. The 14 days keep the order that led to the message out.
MESSAGE = 0
PLACEBO_END = -14 * DAY_US
PLACEBO = PLACEBO_END - 90 * DAY_US
DAY_BEFORE = -DAY_US
BASES = (MESSAGE, DAY_BEFORE, PLACEBO)


def until(offset_us: int) -> int:
    """The moment that has everything up to and including `offset_us` before it."""
    return offset_us + 1


def moments(grace_us: int, horizons: Sequence[int], other_graces_us: Iterable[int] = ()) -> tuple[int, ...]:
    """Every moment the study looks back from, in microseconds from the message.

    `horizons` are days of follow-up after the grace time; after the other grace times, only the first.
    """
    before = {base - days * DAY_US for base in BASES for days in (0, *WINDOWS)}
    after = {until(grace_us + days * DAY_US) for days in (0, *horizons)}
    after |= {until(grace + days * DAY_US) for grace in other_graces_us for days in (0, *horizons[:1])}
    return tuple(sorted(before | after | {PLACEBO_END}))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Running totals of some messages' customers at some moments.

    `totals[column]` is a (messages x moments) array; `last_us` is the instant of the last entry
    before the moment, 0 where there is none.
    """

    moment: Mapping[int, int]
    totals: Mapping[str, Floats]
    last_us: Ints

    def at(self, column: str, offset_us: int) -> Floats:
        """The total strictly before the moment, one entry a message."""
        return self.totals[column][:, self.moment[offset_us]]

    def between(self, column: str, start_us: int, end_us: int) -> Floats:
        """What was added in [start, end)."""
        return self.at(column, end_us) - self.at(column, start_us)

    def last(self, offset_us: int) -> Ints:
        """The instant of the last entry strictly before the moment, in microseconds."""
        return self.last_us[:, self.moment[offset_us]]


def bought(store: Store, messages: Ints, offsets: tuple[int, ...]) -> tuple[Ledger, Working]:
    """Orders, amount and margin of each of `messages` (their numbers) at each offset."""
    return _ledger(store, BOUGHT, messages, offsets, ("orders", "amount", "margin"))


def written(store: Store, messages: Ints, offsets: tuple[int, ...]) -> tuple[Ledger, Working]:
    """Earlier conversations of each of `messages` (their numbers) at each offset."""
    return _ledger(store, WRITTEN, messages, offsets, ("contacts",))


def _ledger(
    store: Store, sql: str, messages: Ints, offsets: tuple[int, ...], columns: tuple[str, ...]
) -> tuple[Ledger, Working]:
    params = {"offsets_us": list(offsets), "moments": list(range(len(offsets)))}
    found = store.frame(sql, **params)
    working = Working(sql, params, len(found))
    found, row = _rows_of(found, messages)
    column = found["moment_no"].to_numpy(np.int64)
    totals = {name: np.zeros((len(messages), len(offsets))) for name in columns}
    for name, total in totals.items():
        total[row, column] = found[name].to_numpy(np.float64, na_value=0.0)
    last = np.zeros((len(messages), len(offsets)), dtype=np.int64)
    last[row, column] = found["last_us"].to_numpy(np.int64)
    return Ledger({offset: i for i, offset in enumerate(offsets)}, totals, last), working


def _rows_of(found: pd.DataFrame, messages: Ints) -> tuple[pd.DataFrame, Ints]:
    """The lines about `messages` (sorted numbers) and the place of each line's message among them."""
    number = found["message_no"].to_numpy(np.int64)
    place = np.searchsorted(messages, number)
    place[place == len(messages)] = 0
    wanted = messages[place] == number if len(messages) else np.zeros(len(number), bool)
    return found[wanted], place[wanted]

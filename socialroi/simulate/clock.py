"""Invented time: integer seconds since the first midnight of a firm, which lives in UTC.

Whole seconds make "strictly before" exact in memory, in the files and in the database alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

HOUR = 3_600
DAY = 86_400
#: Grace: an answer later than this does not count as one. The study's own default.
GRACE = DAY

#: Every firm's files end here, so two firms of different length are equally recent.
_END = np.datetime64("2026-11-01T00:00:00", "s")
_HOLIDAYS = ("12-25", "12-26", "01-01")

#: How busy people are by the hour, 0 to 23 o'clock; about a fifth falls between 22 and 7.
_BUSY = np.array([2, 1, 1, 1, 1, 1, 2, 3, 5, 6, 6, 6, 7, 6, 6, 6, 6, 7, 8, 9, 9, 7, 5, 3], dtype=np.float64)
_BUSY_CDF = np.concatenate([[0.0], np.cumsum(_BUSY) / _BUSY.sum()])


@dataclass(frozen=True, slots=True)
class Span:
    """The time a firm's files cover: `days` days up to the end all firms share."""

    days: int

    @property
    def start(self) -> np.datetime64:
        """The first midnight."""
        return _END - np.timedelta64(self.days, "D")

    @property
    def end(self) -> int:
        """The export's cut-off, in seconds from the start."""
        return self.days * DAY

    def instants(self, seconds: Ints) -> npt.NDArray[Any]:
        """Seconds as naive UTC datetime64, in microseconds as the store keeps them."""
        return np.asarray((self.start + seconds.astype("timedelta64[s]")).astype("datetime64[us]"))

    def holidays(self) -> npt.NDArray[Any]:
        """The firm's holidays as datetime64[D], in order."""
        every = self.start.astype("datetime64[D]") + np.arange(self.days)
        return np.asarray(every[np.isin([str(day)[5:] for day in every], _HOLIDAYS)])

    def is_weekend(self, seconds: Ints) -> Bools:
        """Whether it is Saturday or Sunday."""
        return np.asarray((self._day(seconds).astype(np.int64) + 3) % 7 >= 5)  # 1970-01-01: Thursday

    def is_holiday(self, seconds: Ints) -> Bools:
        """Whether it is one of the firm's holidays."""
        return np.isin(self._day(seconds), self.holidays())

    def is_free_day(self, seconds: Ints) -> Bools:
        """Whether it is Saturday, Sunday or a holiday."""
        return self.is_weekend(seconds) | self.is_holiday(seconds)

    def _day(self, seconds: Ints) -> npt.NDArray[Any]:
        return np.asarray(self.start.astype("datetime64[D]") + (seconds // DAY).astype("timedelta64[D]"))


def at_busy_hours(days: Floats) -> Ints:
    """Uniform times in days, moved within their day to the hours at which people are awake.

    The move is monotone, so what came first still does.
    """
    whole = np.floor(days)
    hour = np.interp(days - whole, _BUSY_CDF, np.arange(25.0))
    return np.asarray((whole * DAY + hour * HOUR).astype(np.int64))


def hours(seconds: Ints) -> Ints:
    """Hour of the day, 0 to 23."""
    return seconds % DAY // HOUR


def is_night(seconds: Ints) -> Bools:
    """Whether it is between 22 and 7 o'clock, when no department is open."""
    hour = hours(seconds)
    return (hour >= 22) | (hour < 7)

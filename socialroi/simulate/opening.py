"""When somebody is there to answer: opening hours of the departments, the same in files and world."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from socialroi.simulate.clock import DAY, HOUR, Bools, Ints, Span
from socialroi.simulate.demand import DEPARTMENTS

#: First and last hour by department, on weekdays and at weekends; None where it is closed.
HOURS: Mapping[str, tuple[tuple[int, int], tuple[int, int] | None]] = {
    "care": ((7, 22), (9, 18)),
    "marketing": ((8, 18), None),
    "sales": ((8, 18), None),
}
#: The departments that also work on holidays.
ON_HOLIDAYS = ("care",)

_CLOSED = (0, 0)


def is_staffed(department: Ints, at: Ints, span: Span, within: int) -> Bools:
    """Whether the department is open for a moment between `at` and `within` seconds later.

    `department` is an index into `DEPARTMENTS`; `within` ends before anybody opens the day after.
    """
    opens, closes = _hours_on(department, at, span)
    second = at % DAY
    return np.asarray((second < closes) & (second + within > opens))


def seconds_to_opening(department: Ints, at: Ints, span: Span) -> Ints:
    """How long after `at` the department opens that day; 0 when it has opened already."""
    opens, _ = _hours_on(department, at, span)
    return np.asarray(np.maximum(opens - at % DAY, 0))


def _hours_on(department: Ints, at: Ints, span: Span) -> tuple[Ints, Ints]:
    """Seconds of the day at which the department opens and closes on the day of `at`."""
    weekend = span.is_weekend(at)
    kind = np.where(span.is_holiday(at), 2, 0) + weekend
    table = np.array([_kinds(name) for name in DEPARTMENTS]) * HOUR
    chosen = table[department, kind]
    return chosen[:, 0], chosen[:, 1]


def _kinds(name: str) -> list[tuple[int, int]]:
    """Hours on a workday, at the weekend, on a holiday and on a holiday at the weekend."""
    workday, weekend = HOURS[name][0], HOURS[name][1] or _CLOSED
    holiday = (workday, weekend) if name in ON_HOLIDAYS else (_CLOSED, _CLOSED)
    return [workday, weekend, *holiday]

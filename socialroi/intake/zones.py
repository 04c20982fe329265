"""Wall clocks to UTC: what an hour on a clock meant, and the hours that never were or came twice."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from socialroi.errors import UsageError, nearest

#: An instant outside these years is a slip of the pen, not a date of this trade.
FIRST_YEAR, LAST_YEAR = 1900, 2199

#: Five days: no zone has ever changed its clocks twice in a shorter time, so none is missed.
STEP_S = 5 * 86_400

SpanKind = Literal["normal", "gap", "fold"]


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` on (wall clock), UTC = wall clock - `offset_s`.

    `gap`: hours the clocks jumped over; they never were. `fold`: hours that came twice;
    `offset_s` is that of the first time.
    """

    starts: datetime
    offset_s: int
    kind: SpanKind


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name. UsageError with the nearest one otherwise."""
    if name not in _names():
        near = nearest(name, _names())
        hint = f" Did you mean {near!r}?" if near else ""
        raise UsageError(
            f"There is no time zone named {name!r}.{hint} Use an IANA name such as UTC or Europe/Berlin."
        )
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=32)
def spans(name: str) -> tuple[Span, ...]:
    """Every stretch of wall clock of a zone between FIRST_YEAR and LAST_YEAR, in order."""
    zone = zone_named(name)
    found = [Span(datetime.min, _offset(_start(), zone), "normal")]
    for at, before, after in _transitions(zone):
        wall = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
        early, late = (
            wall + timedelta(seconds=min(before, after)),
            wall + timedelta(seconds=max(before, after)),
        )
        found.append(Span(early, before, "gap" if after > before else "fold"))
        found.append(Span(late, after, "normal"))
    return tuple(found)


def locate(name: str, wall: datetime) -> Span:
    """The stretch of wall clock in which `wall` (without offset) lies."""
    starts, found = _indexed(name)
    return found[bisect.bisect_right(starts, wall) - 1]


@lru_cache(maxsize=32)
def _indexed(name: str) -> tuple[list[datetime], tuple[Span, ...]]:
    found = spans(name)
    return [span.starts for span in found], found


def gap_end(name: str, wall: datetime) -> datetime:
    """The first wall clock time after the gap in which `wall` lies."""
    starts, found = _indexed(name)
    return found[bisect.bisect_right(starts, wall)].starts


def between(name: str, first: date, last: date) -> list[Span]:
    """The stretches of wall clock of a zone in which the days from `first` to `last` lie."""
    starts, found = _indexed(name)
    low = bisect.bisect_right(starts, datetime(first.year, first.month, first.day)) - 1
    high = bisect.bisect_left(starts, datetime(last.year, last.month, last.day) + timedelta(days=1))
    return list(found[low:high])


def _offset(timestamp: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(timestamp, zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0


def _transitions(zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """(UTC timestamp, offset before, offset after), found by looking every STEP_S and halving."""
    at, last = _start(), round(datetime(LAST_YEAR + 1, 1, 2, tzinfo=UTC).timestamp())
    before = _offset(at, zone)
    while at < last:
        after = _offset(at + STEP_S, zone)
        if after != before:
            yield _moment(zone, at, at + STEP_S, before), before, after
        at, before = at + STEP_S, after


def _start() -> int:
    return round((datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - timedelta(days=2)).timestamp())


def _moment(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    """The first second between `low` and `high` at which the offset is no longer `before`."""
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high

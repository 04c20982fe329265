"""Local time as data: the offsets of a zone, and the open hours of a department, as rows in UTC.

Both are built with zoneinfo, so the SQL only joins and subtracts, and daylight saving is right because
it is computed in the zone where it happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from socialroi.errors import FileRefused
from socialroi.store.settings import zone as zone_named

Span = tuple[datetime, datetime]
DAY = timedelta(days=1)


def offset_spans(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[datetime, datetime, int]]:
    """(starts_at, ends_at, offset in seconds) covering [first, last]; naive UTC instants.

    The offset is looked at once a day and a change is then found to the second: no zone changes twice
    within a day.
    """
    days = [first + i * DAY for i in range((last - first) // DAY + 2)]
    changes = [_change(zone, a, b) for a, b in pairwise(days) if _offset(zone, a) != _offset(zone, b)]
    edges = [first, *changes, days[-1] + DAY]
    return [(a, b, _offset(zone, a)) for a, b in pairwise(edges)]


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second in (low, high] at which the offset becomes that of `high`."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


@dataclass(frozen=True, slots=True)
class OpenHours:
    """One row of `calendars`: a weekday's opening in local time. `zone` None means the business zone."""

    department: str
    weekday: int
    opens: str
    closes: str
    zone: str | None
    valid_from: date | None


ClockRow = tuple[str, date, datetime, datetime, datetime, int]


def service_clock(
    hours: Sequence[OpenHours],
    holidays: Iterable[tuple[date, str]],
    business_zone: str,
    first: datetime,
    last: datetime,
) -> list[ClockRow]:
    """(department, UTC day, opens_at, closes_at, next_at, open_before_s) for [first, last].

    Department "" is everybody's. Each row holds from opens_at to next_at and is open until closes_at;
    the first row of a day begins at midnight, so every instant of a covered day meets exactly one row.
    A holiday closes whole local days; a department's own calendar replaces everybody's; of several
    versions the latest one begun holds, and before the first there is no clock.
    """
    closed = set(holidays)
    rows: list[ClockRow] = []
    for department in sorted({row.department for row in hours}):
        own = [row for row in hours if row.department == department]
        off = {day for day, whose in closed if whose in ("", department)}
        begins = max(first.date(), _first_valid(own))
        spans = _merged(_spans(own, off, business_zone, begins - DAY, last.date() + DAY))
        rows.extend(_clock(department, spans, begins, last.date()))
    return rows


def _first_valid(hours: Sequence[OpenHours]) -> date:
    return min(row.valid_from or date.min + DAY for row in hours)


def _spans(
    hours: Sequence[OpenHours], off: set[date], business_zone: str, first: date, last: date
) -> Iterator[Span]:
    """Open spans in UTC, local day by local day."""
    for i in range((last - first).days + 1):
        day = first + timedelta(days=i)
        if day not in off:
            for row in _in_force(hours, day):
                if row.weekday == day.isoweekday():
                    yield _span(row, day, zone_named(row.zone or business_zone))


def _in_force(hours: Sequence[OpenHours], day: date) -> list[OpenHours]:
    """The rows of the latest version that has begun by `day`."""
    begun = [row for row in hours if (row.valid_from or date.min) <= day]
    newest = max((row.valid_from or date.min for row in begun), default=None)
    return [row for row in begun if (row.valid_from or date.min) == newest]


def _span(row: OpenHours, day: date, zone: ZoneInfo) -> Span:
    """One opening as UTC instants; closing at or before opening means the next day."""
    opens, closes = _minutes(row.opens), _minutes(row.closes)
    if closes <= opens:
        closes += 24 * 60
    return _utc(day, opens, zone), _utc(day, closes, zone)


def _utc(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def _minutes(text: str) -> int:
    """Minutes after midnight of HH:MM; 24:00 is the end of the day."""
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal() and int(hour) * 60 + int(minute[:2]) <= 24 * 60):
        raise FileRefused("calendars", f"{text!r} is no time of day.", "Write opening hours as HH:MM.")
    return int(hour) * 60 + int(minute[:2])


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, overlapping ones joined."""
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return merged


def _clock(department: str, spans: Sequence[Span], first: date, last: date) -> Iterator[ClockRow]:
    """Spans cut at UTC midnights into rows, with the open seconds before each."""
    before, i = 0, 0
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        begins, ends = datetime.combine(day, time()), datetime.combine(day, time()) + DAY
        while i < len(spans) and spans[i][1] <= begins:
            i += 1
        pieces: list[Span] = [(begins, begins)]
        for opens, closes in spans[i:]:
            if opens >= ends:
                break
            pieces.append((max(opens, begins), min(closes, ends)))
        nexts = [piece[0] for piece in pieces[1:]] + [ends]
        for (opens, closes), next_at in zip(pieces, nexts, strict=True):
            yield department, day, opens, closes, next_at, before
            before += int((closes - opens).total_seconds())

"""Cells to instants: which form a cell has, which of day and month comes first, and what UTC it is.

A form is recognised cell by cell, except day-first against month-first and seconds since 1970:
those are decided for a whole column by evidence, never by habit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from socialroi.intake import zones
from socialroi.intake.cells import Bad, Noted

Order = Literal["day-first", "month-first"]
ORDERS: tuple[Order, ...] = ("day-first", "month-first")
ACCEPTED = (
    "2024-03-31 14:05, 2024-03-31T14:05:09.250Z, 2024-03-31 14:05:09 +0200, 2024-03-31, 20240331, "
    "31.03.2024 14:05, 03/31/2024 2:05 pm, 31 Mar 2024 14:05, or seconds since 1970 with ten digits"
)

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_HALF = r"(?:\s?(?P<half>[aApP])\.?[mM]\.?)?"
_OFFSET = r"(?:\s?(?P<offset>Z|z|UTC|GMT|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?))?"
_CLOCK = rf"(?:(?:[T ]|,? ){_TIME}{_HALF}{_OFFSET})?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = r"(?P<name>[A-Za-z]{3,9})\.?"
_WEEKDAY = r"(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*,? )?"

_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_CLOCK}"
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[T ]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<offset>Z)?)?"
)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<then>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_CLOCK}"
)
_DAY_NAMED = re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}})[ -]{_NAMED}[ -](?P<year>\d{{4}}){_CLOCK}")
_NAMED_DAY = re.compile(rf"{_WEEKDAY}{_NAMED} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK}")
_CTIME = re.compile(
    rf"{_WEEKDAY}{_NAMED} (?P<day>\d{{1,2}}) {_TIME}(?: (?P<offset>[+-]\d{{4}}|UTC|GMT))? (?P<year>\d{{4}})"
)
_EPOCH = re.compile(r"\d{10}")
#: How most programs write a time: what `datetime` itself reads, and perhaps an offset.
_PLAIN = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ](?:[01][0-9]|2[0-3]):[0-9]{{2}}:[0-9]{{2}}){_OFFSET}"
)
_FORMS = (_YEAR_FIRST, _COMPACT, _DAY_NAMED, _NAMED_DAY, _CTIME)


class Wall(NamedTuple):
    """What a cell says: a clock reading, its offset from UTC in seconds if it says so, and whether
    it is a date without a time.
    """

    at: datetime
    offset_s: int | None
    date_only: bool


@dataclass(slots=True)
class Evidence:
    """What the cells of one column say about the order of day and month, and about epoch seconds."""

    cells: int = 0
    epochs: int = 0
    year_last: int = 0
    day_first: int = 0
    month_first: int = 0
    example: str = ""

    def see(self, cell: str) -> None:
        """Take one cell (trimmed, not empty) into account."""
        self.cells += 1
        if _EPOCH.fullmatch(cell):
            self.epochs += 1
        elif found := _YEAR_LAST.fullmatch(cell):
            self._weigh(found, cell)

    def _weigh(self, found: re.Match[str], cell: str) -> None:
        self.year_last += 1
        first, then = int(found["first"]), int(found["then"])
        if found["mark"] == "." or first > 12 >= then:
            self.day_first += 1
        elif then > 12 >= first:
            self.month_first += 1
        elif not self.example:
            self.example = cell

    @property
    def epoch(self) -> bool:
        """Ten digits mean seconds since 1970 only when every cell of the column has ten digits."""
        return self.cells > 0 and self.epochs == self.cells

    @property
    def order(self) -> Order | None:
        """Day-first or month-first when all evidence points one way, else None."""
        if self.day_first and not self.month_first:
            return "day-first"
        return "month-first" if self.month_first and not self.day_first else None

    @property
    def undecided(self) -> bool:
        """True when dates such as 03/04/2024 stand in the column and nothing says how to read them."""
        return bool(self.example) and self.order is None


def wall(cell: str, order: Order | None, epoch: bool) -> Wall:
    """What a trimmed, non-empty cell says. Bad when it is no date."""
    if epoch:
        if not _EPOCH.fullmatch(cell):
            raise Bad(f"This is not seconds since 1970. Accepted: {ACCEPTED}.")
        return Wall(datetime.fromtimestamp(int(cell), UTC).replace(tzinfo=None), 0, False)
    if found := _PLAIN.fullmatch(cell):
        return Wall(_possible(datetime.fromisoformat, found[1]), _offset_s(found["offset"]), False)
    cell = " ".join(cell.split())
    for form in _FORMS:
        if found := form.fullmatch(cell):
            return _made(found, _month(found), int(found["day"]))
    if found := _YEAR_LAST.fullmatch(cell):
        return _made(found, *_ordered(found, order))
    raise Bad(f"This is not a date or time. Accepted: {ACCEPTED}.")


def _ordered(found: re.Match[str], order: Order | None) -> tuple[int, int]:
    """(month, day) of a cell that has its year last."""
    first, then = int(found["first"]), int(found["then"])
    if order is None:
        if not (first > 12 or then > 12 or first == then or found["mark"] == "."):
            raise Bad("This date can be read day first or month first, and the column mixes both.")
        order = "month-first" if then > 12 else "day-first"
    return (then, first) if order == "day-first" else (first, then)


def _month(found: re.Match[str]) -> int:
    named = found.groupdict().get("name")
    if named is None:
        return int(found["month"])
    try:
        return _MONTHS.index(named[:3].lower()) + 1
    except ValueError:
        raise Bad(f"{named} is not an English month.") from None


def _made(found: re.Match[str], month: int, day: int) -> Wall:
    parts = found.groupdict()
    fraction = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
    clock = (_hour(parts), int(parts["minute"] or 0), int(parts["second"] or 0), fraction)
    at = _possible(datetime, int(parts["year"]), month, day, *clock)
    return Wall(at, _offset_s(parts.get("offset")), parts["hour"] is None)


def _possible(made: Callable[..., datetime], *parts: int | str) -> datetime:
    """The instant that `made` makes of the parts of a cell; Bad when there is none in our years."""
    try:
        at = made(*parts)
    except ValueError:
        raise Bad("There is no such day or time.") from None
    if not zones.FIRST_YEAR <= at.year <= zones.LAST_YEAR:
        raise Bad(f"The year is not between {zones.FIRST_YEAR} and {zones.LAST_YEAR}.")
    return at


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts["hour"] or 0), (parts.get("half") or "").lower()
    if half and not 1 <= hour <= 12:
        raise Bad("There is no such time.")
    return hour % 12 + (12 if half == "p" else 0) if half else hour


@lru_cache(maxsize=256)
def _offset_s(offset: str | None) -> int | None:
    if offset is None:
        return None
    digits = offset.upper().removeprefix("UTC").removeprefix("GMT").removeprefix("Z").replace(":", "")
    if not digits:
        return 0
    hours, minutes = int(digits[1:3]), int(digits[3:5] or 0)
    if hours > 15 or minutes > 59:
        raise Bad("There is no such offset from UTC.")
    return (hours * 3600 + minutes * 60) * (-1 if digits[0] == "-" else 1)


class NaiveTime(Exception):
    """A time without an offset in a file whose zone nobody declared; its argument is the cell."""


def utc(said: Wall, zone: str | None) -> datetime | Noted:
    """The instant in UTC, without offset.

    A time in a gap is Bad; a date whose midnight falls into one begins when the gap ends. A time in
    a fold is the earlier of the two and noted. NaiveTime when a zone is needed and none is declared.
    """
    if said.offset_s is not None:
        return said.at - timedelta(seconds=said.offset_s)
    if zone is None:
        raise NaiveTime
    span = zones.locate(zone, said.at)
    at = said.at
    if span.kind == "gap":
        if not said.date_only:
            raise Bad(f"The clocks of {zone} were put forward over this time: it never was.")
        at = zones.gap_end(zone, said.at)
        span = zones.locate(zone, at)
    found = at - timedelta(seconds=span.offset_s)
    return Noted(found, "fold") if span.kind == "fold" else found


def day(said: Wall) -> date:
    """The calendar day a cell names; Bad when it names a time of day other than midnight."""
    if said.at.time() != datetime.min.time():
        raise Bad("This is a time; a day is expected.")
    return said.at.date()

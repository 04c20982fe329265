"""What the exports of several helpdesks have in common: their ids, channels, clocks and questions.

No format of its own. Helpdesks write times as an account shows them: one order of day and month and one
zone for the whole file. So the order is decided from all its columns at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from socialroi import schema
from socialroi.intake import coerce, headers, instants
from socialroi.intake.cells import BLANKS, Bad, Noted
from socialroi.intake.formats.base import Cells, Fixed, Format, From, Makes, answers, made_by
from socialroi.intake.instants import NaiveTime, Order, Wall
from socialroi.intake.rows import Ask, Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: Networks as they stand within the longer words of helpdesks, and the words that are whole ones.
NETWORKS = (
    "messenger", "instagram", "whatsapp", "facebook", "twitter", "tweet", "telegram", "tiktok", "youtube",
    "linkedin", "reddit", "discord", "slack", "wechat", "viber", "mastodon", "bluesky", "pinterest",
    "snapchat", "trustpilot",
)  # fmt: skip
WORDS = {
    "x": "twitter", "line": "line", "sms": "sms", "twiliosms": "sms", "api": "api", "chat": "chat",
    "messaging": "chat", "phone": "phone", "voice": "phone", "voicemail": "phone", "call": "phone",
    "email": "email", "mail": "email", "forum": "forum", "community": "community", "web": "web",
    "portal": "web", "form": "web", "widget": "web",
}  # fmt: skip
#: What Zendesk calls channels that others built, which are networks nearly always.
BUILT = "any_channel"
#: A time as `Clock.plain` writes it.
_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
#: After how many times with their year first no more are looked at.
ENOUGH = 1_000


@lru_cache(maxsize=1_024)
def channel(said: str) -> str:
    """The network or medium that a helpdesk's word stands for; a word nobody knows as it is."""
    word = schema.normalise(said)
    network = next((name for name in NETWORKS if name in word), "")
    if network or word == BUILT:
        return {"tweet": "twitter", "": "social"}.get(network, network)
    parts = word.split("_")
    return next((name for part, name in WORDS.items() if part in parts), word)


def person(tool: str, said: str) -> str:
    """An id that only this tool gives, behind the tool's name.

    One that a spreadsheet has destroyed stays as it is, so that its row is rejected for that reason.
    """
    try:
        read = coerce.identifier(said) if said else None
    except Bad:
        return said
    value = read.value if isinstance(read, Noted) else read
    return f"{tool}:{value}" if value else ""


def first_of(said: str, marks: str = ",;") -> str:
    """The first of several words in one cell."""
    for mark in marks:
        said = said.partition(mark)[0]
    return said.strip(BLANKS)


def moment(said: str) -> str:
    """A time in words: seconds since 1970 as UTC, all else as it is."""
    if len(said) == 10 and said.isdigit():
        return datetime.fromtimestamp(int(said), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return said


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of a file are written: which columns they are, day or month first, and the zone.

    `is_utc` says that somebody told that times without an offset are in UTC.
    """

    headers: frozenset[str]
    order: Order | None
    zone: str | None
    is_utc: bool

    def plain(self, cell: str) -> str:
        """The time in the one form that cannot be read in two ways; as written if that is not known."""
        if not self.is_utc and _PLAIN.fullmatch(cell):
            return cell
        try:
            return self._written(instants.wall(cell, self.order, epoch=False))
        except Bad:
            return cell

    def later(self, cell: str, minutes: float) -> str:
        """The time so many minutes after the one in the cell; that one itself while the zone is open."""
        try:
            found = instants.utc(instants.wall(cell, self.order, epoch=False), self.zone)
        except (Bad, NaiveTime):
            return self.plain(cell)
        at = found.value if isinstance(found, Noted) else found
        assert isinstance(at, datetime)
        return f"{(at + timedelta(minutes=minutes)).isoformat(timespec='seconds')}Z"

    def _written(self, said: Wall) -> str:
        if said.offset_s is not None or self.is_utc:
            return f"{said.at - timedelta(seconds=said.offset_s or 0):%Y-%m-%dT%H:%M:%S.%f}Z"
        return f"{said.at:%Y-%m-%d}" if said.date_only else said.at.isoformat(" ")


def clock_of(request: Request, sheet: Sheet, names: Iterable[str], zone: str | None = None) -> Clock:
    """The clock of a file, by all cells below these headers and what was said about them."""
    watched = frozenset(schema.normalise(name) for name in names)
    hints = {said.hint for said in _told(request, sheet) if said.header in watched and said.hint}
    evidence = instants.Evidence()
    for cell in _cells(sheet, watched):
        evidence.see(cell)
        if evidence.cells >= ENOUGH and not evidence.year_last:
            break  # the year stands first; a stray cell that has it last is decided by its own column
    order = next((order for order in instants.ORDERS if order in hints), evidence.order)
    is_utc = "utc" in hints
    return Clock(watched, order, "UTC" if is_utc else request.timezone or zone, is_utc)


def _cells(sheet: Sheet, watched: frozenset[str]) -> Iterator[str]:
    for cells in sheet.cells(*(name for name in sheet.names if name in watched)):
        yield from filter(None, cells)


class _Said(NamedTuple):
    """One entry of `request.columns`: how it was written, the header it names, what it says of it."""

    key: str
    header: str
    name: str
    hint: str


def _told(request: Request, sheet: Sheet) -> list[_Said]:
    """What the user said about columns, entry by entry."""
    found = []
    for key, value in request.columns.items():
        entry = headers.told(replace(request, columns={key: value}), sheet.headers)
        found += [_Said(key, schema.normalise(sheet.headers[at]), *said) for at, said in entry.items()]
    return found


def making(form: Format, makes: Sequence[Makes], request: Request, sheet: Sheet, clock: Clock) -> Prepared:
    """What `makes` makes of the sheet; hints about times and declared questions are in them already."""
    settled = {
        said.key
        for said in _told(request, sheet)
        if said.name in schema.QUESTIONS or (said.hint and said.header in clock.headers)
    }
    columns = {key: value for key, value in request.columns.items() if key not in settled}
    return made_by(replace(form, makes=tuple(makes)), replace(request, columns=columns), sheet)


def surveys(
    request: Request, sheet: Sheet, columns: Mapping[str, From], apart: Sequence[str] = ()
) -> Iterator[Makes]:
    """An answer for every column that was said to be a question, but those set `apart`."""
    for header, scale in headers.questions(request, sheet.headers).items():
        if schema.normalise(header) not in {schema.normalise(name) for name in apart}:
            yield Makes("surveys", {**columns, **answers(header, scale)}, when=_Filled(header))


class _Filled:
    """Whether a record has something below this header."""

    def __init__(self, header: str) -> None:
        self.name = schema.normalise(header)

    def __call__(self, cells: Cells) -> bool:
        return bool(cells[self.name])


def reading(table: str, key: str, *names: str) -> Makes:
    """Further headers that something is decided by, so that nobody is told they were left out.

    It makes no row: `key` is a column that other makes of the table fill.
    """
    return Makes(table, {key: names}, when=lambda cells: False)


def has(sheet: Sheet, *names: str) -> bool:
    """Whether the file has all of these headers."""
    present = {schema.normalise(header) for header in sheet.headers}
    return all(schema.normalise(name) in present for name in names)


def present(sheet: Sheet, *names: str) -> str:
    """The first of these headers that the file has, else the first."""
    return next((name for name in names if has(sheet, name)), names[0])


def without_answers(request: Request, prepared: Prepared, column: str, declared: str) -> Prepared:
    """A file of tickets without their answers: it may be loaded, but nobody in it counts as unanswered.

    `column` would have them, if there is one; `declared` is what the format says of its files with it.
    """
    if (request.keeps_unanswered or declared) != "yes":
        return prepared
    lacks = f"it has no column {column!r}" if column else "such an export has no answers"
    question = f"this file does not say who was answered ({lacks}), so nobody in it may count as unanswered."
    other = "Export it with that column, or load" if column else "Load"
    remedy = f"{other} it as it is with --keeps-unanswered unknown."
    return replace(prepared, asks=(*prepared.asks, Ask(question, remedy)))


def opening(**more: From) -> dict[str, From]:
    """What every message of a customer has, and more."""
    return {"author_kind": Fixed("customer"), "direction": Fixed("in"), **more}


def answering(**more: From) -> dict[str, From]:
    """What every answer of a person has, and more."""
    return {"author_kind": Fixed("agent"), "direction": Fixed("out"), **more}

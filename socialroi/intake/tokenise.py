"""Text to records: RFC 4180, strictly, one bad record at a time.

A record that fits the rules becomes cells. One that does not is reported with its line and reading
resumes at the next physical line, so a stray quote costs one row and not the rest of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from socialroi.limits import CELL_BYTES

#: Stands for "split on runs of blanks", as in files printed for people.
WHITESPACE = "whitespace"
DELIMITERS = (",", ";", "\t", "|", WHITESPACE)


_OPEN = re.compile(r'"(?:[^"]++|"")*+\Z')
#: The most characters of a bad line that travel with its problem.
SHOWN = 200
UNCLOSED = "A quote is opened on this line and never closed."
SWALLOWED = "A quote is opened on this line and not closed on it, and the next lines look like whole rows."


class Dialect(NamedTuple):
    """How records are divided, and how many cells they should have."""

    delimiter: str
    width: int | None


class Start(NamedTuple):
    """Where a record starts: its place, the end of its first physical line, and that line's number."""

    position: int
    stop: int
    line: int


class Record(NamedTuple):
    """One record: the physical line it starts on, its cells, or why it has none and its first text."""

    line: int
    cells: tuple[str, ...] | None
    problem: str = ""
    shown: str = ""


class Placed(NamedTuple):
    """A record, and the place and the line at which the next one starts."""

    record: Record
    after: int
    line: int


def records(text: str, delimiter: str, width: int | None = None) -> Iterator[Record]:
    """Every record of `text` that is not a blank line.

    With `width`, a record of another number of cells is a problem, and so is a quoted cell that
    seems to have swallowed whole records.
    """
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    return (placed.record for placed in walk(text, Dialect(delimiter, width)))


def walk(text: str, dialect: Dialect) -> Iterator[Placed]:
    """The records of `text`, as `records`, each with where the next one starts."""
    position, line, end = 0, 1, len(text)
    while position < end:
        stop = text.find("\n", position)
        stop = end if stop < 0 else stop
        if text.find('"', position, stop) >= 0 and dialect.delimiter != WHITESPACE:
            record, after = _quoted(text, Start(position, stop, line), dialect)
        else:
            record, after = _plain(text[position:stop], line, dialect.delimiter), stop + 1
        line += text.count("\n", position, after)
        position = after
        if record.cells != ():
            yield Placed(_of_width(record, dialect.width), position, line)


def _of_width(record: Record, width: int | None) -> Record:
    if width is None or record.cells is None or len(record.cells) == width:
        return record
    problem = f"The row has {len(record.cells)} cells where {width} are expected."
    return Record(record.line, None, problem, record.cells[0])


def _plain(line: str, number: int, delimiter: str) -> Record:
    """A line without any quote; a blank one has no cells."""
    line = line.removesuffix("\r")
    if not line.strip(" ") or (delimiter != "\t" and line.isspace()):
        return Record(number, ())
    if "\r" in line:
        line = line.replace("\r", " ")
    cells = tuple(line.split() if delimiter == WHITESPACE else line.split(delimiter))
    return Record(number, cells) if len(line) * 4 <= CELL_BYTES else _checked(number, cells)


def _checked(number: int, cells: tuple[str, ...]) -> Record:
    """The record, unless one of its cells is over the cap."""
    for position, cell in enumerate(cells, 1):
        if len(cell) > CELL_BYTES or len(cell.encode("utf-8", "surrogatepass")) > CELL_BYTES:
            return Record(number, None, f"Cell {position} is longer than {CELL_BYTES} bytes.", cell[:SHOWN])
    return Record(number, cells)


@lru_cache(maxsize=16)
def _field(delimiter: str) -> re.Pattern[str]:
    """One field and what follows it. Possessive, so that no input makes it try twice.

    A cell without quotes around it may hold some, as in 5" pipe, but neither begin nor end with one:
    that is what a lost quote looks like.
    """
    mark = re.escape(delimiter)
    plain = rf'(?!")(?:[^{mark}\r\n]|\r(?!\n))*+(?<!")'
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|({plain}))({mark}|\r?\n|\r?\Z)')


def _quoted(text: str, at: Start, dialect: Dialect) -> tuple[Record, int]:
    """The record that starts here and has a quote on its first line, and where it ends."""
    shown = text[at.position : at.stop][:SHOWN]
    cells: list[str] = []
    position = at.position
    while True:
        found = _field(dialect.delimiter).match(text, position)
        if found is None:
            return Record(at.line, None, _quote_problem(text, position), shown), at.stop + 1
        cells.append(_cell(found))
        position = found.end()
        if found[3] != dialect.delimiter:
            break
    if _swallowed(text[at.position : position], dialect):
        return Record(at.line, None, SWALLOWED, shown), at.stop + 1
    after = position if text[position - 1 : position] == "\n" else position + 1
    return _checked(at.line, tuple(cells)), after


def _cell(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1].replace('""', '"')
    return found[2].replace("\r", " ")


def _quote_problem(text: str, position: int) -> str:
    if _OPEN.match(text, position):
        return UNCLOSED
    if text.startswith('"', position):
        return "A quote is opened and not closed properly; quotes inside a cell must be doubled."
    return "A quote ends a cell that does not begin with one."


def _swallowed(record: str, dialect: Dialect) -> bool:
    """True when every physical line of a multi-line record has exactly a record's worth of delimiters.

    That is what it looks like when one line lacks its closing quote and a later one its opening.
    """
    if dialect.width is None or dialect.width < 2:
        return False
    lines = record.rstrip("\r\n").split("\n")
    return len(lines) > 1 and all(line.count(dialect.delimiter) == dialect.width - 1 for line in lines)


def first(text: str, delimiter: str, count: int) -> list[Record]:
    """The first `count` records."""
    found: list[Record] = []
    for record in records(text, delimiter):
        found.append(record)
        if len(found) >= count:
            break
    return found


def agreement(sample: Iterable[Record]) -> tuple[float, int]:
    """Which share of the records has the commonest number of cells, and that number; of equals the larger."""
    widths = [len(record.cells) if record.cells is not None else 0 for record in sample]
    if not widths:
        return 0.0, 0
    width, count = max(Counter(widths).items(), key=lambda each: (each[1], each[0]))
    return count / len(widths), width

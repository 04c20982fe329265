"""What passes between a format and a lane: rows, a file ready to be read, and what came of reading it."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import NamedTuple

import pyarrow as pa

from socialroi import limits
from socialroi.intake.cells import BLANKS, NOTES
from socialroi.intake.coerce import shown
from socialroi.intake.headers import Mapped
from socialroi.intake.shapes import Reject
from socialroi.schema import Kind

#: Arrow types by kind; instants are UTC without a zone.
ARROW: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "instant": pa.timestamp("us"),
    "day": pa.date32(),
    "money": pa.decimal128(18, 4),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
}

HEADER_AGAIN = "This is the header again."
EMPTY = "The row is empty."


def is_header(headers: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a record repeats the header, as files do that were glued together."""
    return len(cells) == len(headers) and all(
        cell.strip(BLANKS).casefold() == header.casefold()
        for cell, header in zip(cells, headers, strict=True)
    )


class Row(NamedTuple):
    """One row for one table, from record number `record` on physical line `line`.

    `group` ties rows that stand or fall together. With a `problem` the record is a reject. `headers`
    name the columns of the file where rows of one table come from different ones. `by_rule` says that the
    problem is no fault of the file: its format has records that are none of ours, such as previews.
    """

    line: int
    record: int
    table: str
    cells: Sequence[str]
    group: str = ""
    problem: str = ""
    headers: Sequence[str] = ()
    by_rule: bool = False

    @property
    def rejected(self) -> Reject:
        """The reject of a row with a problem."""
        return Reject(self.line, "", self.problem, shown(self.cells[0] if self.cells else ""))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, cell by column: the record and the line of each, in the order of the file.

    `column` gives the cells at one of `width` positions; `header` the file's own header for a row's cell
    where rows come from different columns; `groups` as in `Row`.
    """

    records: Sequence[int]
    lines: Sequence[int]
    column: Callable[[int], Sequence[str]]
    width: int
    header: Callable[[int, int], str]
    groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive records: the rows they make by table, those with a problem, and the number of the last."""

    tables: Mapping[str, Rows]
    problems: Sequence[Row]
    last: int


def one_by_one(found: Callable[[], Iterable[Chunk]]) -> Iterator[Row]:
    """The rows of chunks, record by record."""
    for chunk in found():
        made = (_listed(name, rows) for name, rows in chunk.tables.items())
        yield from heapq.merge(*made, chunk.problems, key=lambda row: row.record)


def _listed(table: str, rows: Rows) -> Iterator[Row]:
    columns = [rows.column(position) for position in range(rows.width)]
    for at, (line, record) in enumerate(zip(rows.lines, rows.records, strict=True)):
        yield Row(line, record, table, [column[at] for column in columns])


def chunks(rows: Iterable[Row], size: int | None = None) -> Iterator[Chunk]:
    """Rows as chunks of so many of them; as one without a number."""
    coming = iter(rows)
    while several := list(islice(coming, size)):
        yield _chunk(several)


def _chunk(rows: Sequence[Row]) -> Chunk:
    good: dict[str, list[Row]] = {}
    for row in rows:
        if not row.problem:
            good.setdefault(row.table, []).append(row)
    tables = {name: _by_column(each) for name, each in good.items()}
    return Chunk(tables, [row for row in rows if row.problem], max(row.record for row in rows))


def _by_column(rows: Sequence[Row]) -> Rows:
    return Rows(
        [row.record for row in rows],
        [row.line for row in rows],
        cache(lambda position: [row.cells[position] for row in rows]),
        len(rows[0].cells),
        lambda at, position: rows[at].headers[position] if rows[at].headers else "",
        [row.group for row in rows],
    )


class Ask(NamedTuple):
    """Something that must be said before the file can be loaded: the question, and how to say it."""

    question: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recognised file, ready to be read: what stands where, and its rows as often as asked.

    `chunks` are the same rows, where a format makes them column by column. `grouped` formats are read as
    one chunk, because rows far apart may belong together. While there are `asks` nothing is loaded.
    """

    tables: Mapping[str, Mapped]
    rows: Callable[[], Iterable[Row]]
    zone: str | None
    currency: str | None
    grouped: bool = False
    notes: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    chunks: Callable[[], Iterable[Chunk]] | None = None


@dataclass(slots=True)
class Outcome:
    """What came of reading: tables, the first rejects and the count of all, notes by code.

    `set_aside` counts the rejects that are no fault of the file.
    """

    tables: dict[str, pa.Table] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    rejected: int = 0
    set_aside: int = 0
    rows_read: int = 0
    noted: Counter[str] = field(default_factory=Counter)
    currency: str | None = None

    def reject(self, reject: Reject) -> None:
        """Count a reject and keep it while there is room."""
        self.rejected += 1
        if len(self.rejects) < limits.REJECTS_KEPT:
            self.rejects.append(reject)

    def notes(self) -> tuple[str, ...]:
        """The notes as sentences."""
        counted = ((*code.partition(":"), n) for code, n in sorted(self.noted.items()))
        return tuple(NOTES[code].format(n=n, what=what) for code, _, what, n in counted)

"""A text file as pieces of text columns, at the speed of its cleanest parts.

What is provably clean is divided by Arrow's reader; a stretch that is not is divided record by record
by the strict rules, and then the next piece is tried again. A bad record costs itself and no other.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv

from socialroi.intake import tokenise
from socialroi.intake.cells import BLANKS
from socialroi.intake.mapped import let_go
from socialroi.intake.proof import Chunk, Places, Unclean, ending, window
from socialroi.intake.rows import HEADER_AGAIN, is_header
from socialroi.intake.tokenise import Dialect, Placed, Record
from socialroi.limits import CELL_BYTES, MIB

#: How much is tried to be clean at once, at most and at least.
LARGEST, SMALLEST = MIB, 8 * 1024
#: How much is divided record by record, at most: first one record, then more while what follows is no better.
STRETCH, GROWS = 4 * 1024, 4
#: How much is held before it becomes a piece: to set up a reader costs two milliseconds.
HELD = 4 * MIB
#: How far a quoted cell is first thought to reach beyond such a stretch, and how far it may.
NEAR, REACH = 64 * 1024, 4 * CELL_BYTES
_BOM = b"\xef\xbb\xbf"


class Odd(Exception):
    """Text that cannot be read piece by piece: not UTF-8, with a NUL, without line ends, of one column."""


class Division(NamedTuple):
    """How a file is divided: see `Sheet`."""

    delimiter: str
    headers: tuple[str, ...]
    has_header: bool
    start: int


class Problem(NamedTuple):
    """A record that cannot be divided: its number, and the record with what is wrong."""

    number: int
    record: Record


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive records: their cells as text by column, null where empty; the number of each and the
    line it starts on. `padded` says that some cell begins or ends with a space.
    """

    cells: pa.Table
    numbers: Places
    lines: Places
    padded: bool
    problems: tuple[Problem, ...] = ()


class At(NamedTuple):
    """How far a file has been read: its byte, line (from 1) and the number of the next record."""

    byte: int
    line: int
    number: int


def records(data: memoryview, page: Division) -> Iterator[Record]:
    """The data records, as `tokenise.records` gives them. Errors: Odd, before the first record."""
    names = [str(position) for position in range(len(page.headers))]
    for piece in pieces(data, page, names, empty=""):
        columns = [column.to_pylist() for column in piece.cells.columns]
        rows = zip(piece.lines.tolist(), zip(*columns, strict=True), strict=True)
        good = (Record(line, cells) for line, cells in rows)
        if not piece.problems:
            yield from good
            continue
        yield from heapq.merge(
            good, (problem.record for problem in piece.problems), key=lambda each: each.line
        )


def pieces(
    data: memoryview, page: Division, names: Sequence[str | None], *, empty: str | None = None
) -> Iterator[Piece]:
    """The data records of a delimited file in UTF-8, in order.

    `names` are the names of its columns by position, None for those that are not wanted; `empty` is what
    stands for an empty cell. Errors: Odd.
    """
    reader = _Reader(data, page, names, empty)
    at, size, stretch, held = reader.begin(), LARGEST, 1, _Held()
    while at.byte < reader.end:
        after, is_clean = reader.clean(at, size, held)
        if is_clean:
            size = min(LARGEST, size * 2)
        else:
            size = max(SMALLEST, min(size, 2 * (after.byte - at.byte)))
            stretch = 1 if after.byte > at.byte else min(STRETCH, stretch * GROWS)
            after = reader.stretch(after, held, stretch)
        at = after
        if held.size >= HELD:
            let_go(data, at.byte - held.size, at.byte)
            yield reader.piece(held)
            held = _Held()
    if held.size:
        yield reader.piece(held)


@dataclass(slots=True)
class _Held:
    """Stretches of a file, not yet made into a piece: the bytes of clean ones, the records of others."""

    raw: list[bytes] = field(default_factory=list)
    numbers: list[Places] = field(default_factory=list)
    lines: list[Places] = field(default_factory=list)
    records: list[tuple[int, Record]] = field(default_factory=list)
    padded: bool = False
    size: int = 0


class _Reader:
    """One file being divided."""

    def __init__(
        self, data: memoryview, page: Division, names: Sequence[str | None], empty: str | None
    ) -> None:
        self.data, self.page, self.end, self.empty = data, page, ending(data), empty
        self.dialect = Dialect(page.delimiter, len(page.headers))
        self.wanted = [(name, at) for at, name in enumerate(names) if name is not None]
        kinds = {name: pa.string() for name, _ in self.wanted}
        columns = [name if name is not None else f"unread_{at}" for at, name in enumerate(names)]
        self.parse = csv.ParseOptions(delimiter=page.delimiter, newlines_in_values=True)
        self.convert = csv.ConvertOptions(
            column_types=kinds, include_columns=list(kinds), null_values=[""], check_utf8=False,
            strings_can_be_null=empty is None,
        )  # fmt: skip
        self.columns = columns

    def begin(self) -> At:
        """Where the first data record starts."""
        start = len(_BOM) if bytes(self.data[:3]) == _BOM else 0
        text, _ = self._text(start, REACH)
        if ("\r" in text and "\n" not in text) or len(self.page.headers) < 2:
            raise Odd
        if not self.page.start:
            return At(start, 1, 1)
        above = list(islice(tokenise.walk(text, self.dialect), self.page.start))
        if len(above) < self.page.start:
            raise Odd
        placed = above[-1]
        return At(start + len(text[: placed.after].encode()), placed.line, 1)

    def clean(self, at: At, size: int, held: _Held) -> tuple[At, bool]:
        """Hold whole records within the next `size` bytes while there is only one way to divide them.

        Gives how far that went, and whether it went all the way.
        """
        stop = min(at.byte + size, self.end)
        chunk, whole = self._chunk(at.byte, stop), True
        while chunk is not None:
            try:
                chunk.check(self.dialect.width or 0)
                break
            except Unclean as unclean:
                whole = False
                chunk = chunk if chunk.cut(unclean.place) else None
        if chunk is None:
            return at, False
        held.raw.append(chunk.raw)
        held.numbers.append(np.arange(at.number, at.number + chunk.records))
        held.lines.append(at.line + chunk.starts())
        held.padded = held.padded or chunk.padded
        held.size += chunk.size
        return At(at.byte + chunk.size, at.line + chunk.lines, at.number + chunk.records), whole

    def _chunk(self, start: int, stop: int) -> Chunk | None:
        """The whole records between two bytes; None when there are none."""
        try:
            return Chunk(window(self.data, start, stop), ord(self.page.delimiter), last=stop == self.end)
        except Unclean:
            return None

    def stretch(self, at: At, held: _Held, size: int, reach: int = NEAR) -> At:
        """Hold the records that start within the next `size` bytes, divided one by one."""
        text, stop = self._text(at.byte, size + reach)
        found: list[Placed] = []
        after, line = len(text), at.line + text.count("\n")
        for placed in tokenise.walk(text, self.dialect):
            found.append(placed)
            if placed.after >= size:
                after, line = placed.after, at.line + placed.line - 1
                break
        if not found and "\n" in text:
            after = text.rindex("\n") + 1
        lost = any(placed.record.problem == tokenise.UNCLOSED for placed in found) and reach < REACH
        if (after >= len(text) or lost) and stop < self.end:
            return self.stretch(at, held, size, REACH) if reach < REACH else self._too_long(at, text, held)
        byte = at.byte + len(text[:after].encode())
        self._hold(at, [placed.record for placed in found], held)
        held.size += byte - at.byte
        return At(byte, line, at.number + len(found))

    def _hold(self, at: At, found: Sequence[Record], held: _Held) -> None:
        records = (record._replace(line=at.line + record.line - 1) for record in found)
        held.records += [self._judged(number, record) for number, record in enumerate(records, at.number)]

    def piece(self, held: _Held) -> Piece:
        """What is held, as columns in the order of the file."""
        good = [(number, record) for number, record in held.records if record.cells is not None]
        parts = [self._parsed(held.raw)] if held.raw else []
        if good or not parts:
            parts.append(self._listed([record.cells or () for _, record in good]))
        numbers = np.concatenate([*held.numbers, np.array([number for number, _ in good], dtype=np.int64)])
        lines = np.concatenate([*held.lines, np.array([record.line for _, record in good], dtype=np.int64)])
        cells = pa.concat_tables(parts)
        if cells.num_rows != len(numbers):
            raise Odd
        if len(parts) > 1:
            order = np.argsort(numbers)
            cells, numbers, lines = cells.take(order), numbers[order], lines[order]
        problems = tuple(Problem(*each) for each in held.records if each[1].cells is None)
        return Piece(cells, numbers, lines, held.padded, problems)

    def _parsed(self, raw: Sequence[bytes]) -> pa.Table:
        text = b"".join(raw)
        options = csv.ReadOptions(column_names=self.columns, use_threads=False, block_size=len(text) + 1)
        table: pa.Table = csv.read_csv(pa.BufferReader(text), options, self.parse, self.convert)
        return table

    def _listed(self, rows: Sequence[tuple[str, ...]]) -> pa.Table:
        columns = {name: [self._cell(cells[place]) for cells in rows] for name, place in self.wanted}
        return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})

    def _cell(self, cell: str) -> str | None:
        return cell if self.empty is not None else cell.strip(BLANKS) or None

    def _judged(self, number: int, record: Record) -> tuple[int, Record]:
        """A record that is the header again is none."""
        if record.cells is not None and self.page.has_header and is_header(self.page.headers, record.cells):
            return number, Record(record.line, None, HEADER_AGAIN, record.cells[0])
        return number, record

    def _text(self, start: int, size: int) -> tuple[str, int]:
        """At most `size` bytes as text, cut between characters, and where it stops. Odd if it is none."""
        stop = min(start + size, self.end)
        while start < stop < self.end and self.data[stop] & 0xC0 == 0x80:
            stop -= 1
        try:
            text = str(self.data[start:stop], "utf-8")
        except UnicodeDecodeError:
            raise Odd from None
        if "\0" in text:
            raise Odd
        return text, stop

    def _too_long(self, at: At, text: str, held: _Held) -> At:
        """A record that has no end within reach costs its first line."""
        found = text.find("\n")
        byte = at.byte + len(text[: found + 1].encode()) if found >= 0 else self._line_end(at.byte + REACH)
        record = Record(1, None, f"A cell is longer than {CELL_BYTES} bytes.", text[: tokenise.SHOWN])
        self._hold(at, [record], held)
        held.size += byte - at.byte
        return At(byte, at.line + 1, at.number + 1)

    def _line_end(self, start: int) -> int:
        for at in range(start, self.end, MIB):
            found = bytes(self.data[at : at + MIB]).find(b"\n")
            if found >= 0:
                return at + found + 1
        return self.end

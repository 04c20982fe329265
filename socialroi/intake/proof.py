"""The proof that a file is clean enough for DuckDB's reader: numpy over the bytes, nothing parsed.

Clean means that there is only one way to divide the file into cells: strict UTF-8 without NUL, one
kind of line end, quotes only around whole cells and doubled inside, the same number of cells in
every record, no blank lines, no odd blanks around cells, no record over the cap of a cell, and no quoted
cell that looks as if it had swallowed rows. Anything else is left to the careful lane, not refused.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from socialroi.intake.cells import BLANKS
from socialroi.intake.mapped import STEP, let_go
from socialroi.limits import CELL_BYTES

#: A record longer than this is not clean, and so no cell can be over the cap.
CHUNK = CELL_BYTES
_QUOTE, _LF, _CR, _SPACE = 34, 10, 13, 32

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_WIDE_BLANKS = [blank.encode() for blank in BLANKS if len(blank.encode()) > 1]
#: Multi-byte blanks, packed into numbers: two bytes, three bytes.
_TWO = np.array([int.from_bytes(blank) for blank in _WIDE_BLANKS if len(blank) == 2])
_THREE = np.array([int.from_bytes(blank) for blank in _WIDE_BLANKS if len(blank) == 3])
_NARROW = [blank.encode() for blank in BLANKS if blank.isascii() and blank not in " \r\n"]
_ODD = np.zeros(256, dtype=np.bool_)
_ODD[[blank[0] for blank in _NARROW]] = True


class Mark(NamedTuple):
    """Where a chunk starts: its byte, and how many records and lines come before it."""

    byte: int
    records: int
    lines: int


class Place(NamedTuple):
    """Where a record stands: the physical line it starts on and its bytes."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Proof:
    """A clean file: how many records it has, header included, and how to find them again.

    `padded` says that some cell begins or ends with a space.
    """

    records: int
    padded: bool
    delimiter: str
    marks: tuple[Mark, ...]
    end: int

    def places(self, data: memoryview, records: Sequence[int]) -> Iterator[Place]:
        """Where the records of these ascending numbers (0-based, header included) stand."""
        starts = [mark.records for mark in self.marks]
        chunk = -1
        for record in records:
            at = bisect.bisect_right(starts, record) - 1
            if at != chunk:
                chunk, mark = at, self.marks[at]
                end = self.marks[at + 1].byte if at + 1 < len(self.marks) else self.end
                view = window(data, mark.byte, end)
                ends = _record_ends(view, ord(self.delimiter))
                lines = np.flatnonzero(view == _LF)
            nth = record - mark.records
            start = int(ends[nth - 1]) + 1 if nth else 0
            line = mark.lines + 1 + int(np.searchsorted(lines, start))
            yield Place(line, mark.byte + start, mark.byte + int(ends[nth]))


class Unclean(Exception):
    """There may be another way to divide these bytes into cells, from `place` on."""

    def __init__(self, place: int = 0) -> None:
        super().__init__(place)
        self.place = place


def prove(data: memoryview, delimiter: str, width: int) -> Proof | None:
    """The proof, or None when the careful lane has to read this file."""
    if width < 2 or len(delimiter) != 1:
        return None
    start = 3 if bytes(data[:3]) == b"\xef\xbb\xbf" else 0
    end = ending(data)
    try:
        return _proof(data, delimiter, width, start, end)
    except Unclean:
        return None


def ending(data: memoryview) -> int:
    """Where the last record ends: line ends behind it mean nothing."""
    tail = bytes(data[-4096:])
    return len(data) - len(tail) + len(tail.rstrip(b"\r\n"))


def _proof(data: memoryview, delimiter: str, width: int, start: int, end: int) -> Proof:
    marks: list[Mark] = []
    newline, records, lines, padded, seen = "", 0, 0, False, start
    while start < end:
        if start - seen >= STEP:
            let_go(data, seen, start)
            seen = start
        view = window(data, start, min(start + CHUNK, end))
        found = Chunk(view, ord(delimiter), last=start + CHUNK >= end)
        found.check(width)
        newline = newline or found.newline
        if found.newline not in {newline, ""}:
            raise Unclean
        marks.append(Mark(start, records, lines))
        start += found.size
        records += found.records
        lines += found.lines
        padded = padded or found.padded
    let_go(data, seen, end)
    return Proof(records, padded, delimiter, tuple(marks), end)


def window(data: memoryview, start: int, end: int) -> Bytes:
    """The bytes from `start` to `end`, not copied."""
    return np.frombuffer(data, dtype=np.uint8, count=end - start, offset=start)


def _record_ends(view: Bytes, delimiter: int) -> Places:
    """The places of the line ends outside quotes, and the end of the view."""
    places = np.flatnonzero((view == _QUOTE) | (view == _LF))
    quotes = view[places] == _QUOTE
    outside = _even(quotes)
    return np.append(places[outside & ~quotes], len(view))


def _even(quotes: Flags) -> Flags:
    """Where an even number of quotes has been seen; a byte may overflow, its parity does not."""
    parity: Flags = (np.cumsum(quotes, dtype=np.uint8) & 1) == 0
    return parity


class Chunk:
    """Whole records from the start of a record on; `size` is where they end."""

    def __init__(self, view: Bytes, delimiter: int, *, last: bool) -> None:
        places = np.flatnonzero((view == delimiter) | (view == _LF) | (view == _QUOTE))
        kinds = view[places]
        quotes = kinds == _QUOTE
        outside = _even(quotes) if quotes.any() else ~quotes
        if not last:
            ends = np.flatnonzero(outside & (kinds == _LF))
            if len(ends) == 0:
                raise Unclean
            view = view[: int(places[ends[-1]]) + 1]
        self.view, self.delimiter, self.last = view, delimiter, last
        self.places, self.kinds, self.quotes, self.outside = places, kinds, quotes, outside
        self._end_at(len(view))

    def _end_at(self, size: int) -> None:
        """Leave out everything from `size` on, at which a record begins."""
        keep = int(np.searchsorted(self.places, size))
        self.view, self.places, self.kinds = self.view[:size], self.places[:keep], self.kinds[:keep]
        self.quotes, self.outside = self.quotes[:keep], self.outside[:keep]
        self.raw, self.size = self.view.tobytes(), size
        self.lines = int((self.kinds == _LF).sum())
        self.newline, self.padded = "", False

    def cut(self, place: int) -> bool:
        """Keep the records that end before `place`; False when there are none."""
        ends = self.places[self.outside & (self.kinds == _LF)]
        at = int(np.searchsorted(ends, place))
        size = int(ends[at - 1]) + 1 if at else 0
        self.last = False
        self._end_at(size)
        return size > 0

    def starts(self) -> Places:
        """How many line ends come before each record of a checked chunk."""
        newlines = self.kinds == _LF
        ends = np.cumsum(newlines)[newlines & self.outside]
        return np.append(0, ends)[: self.records]

    def check(self, width: int) -> None:
        """Unclean unless the chunk is clean; sets `records` and `newline`."""
        self._text()
        self._line_ends()
        if self.quotes.any():
            self._quotes()
            self._swallowed(width)
            between = self.outside & ~self.quotes
            places, kinds = self.places[between], self.kinds[between]
        else:
            places, kinds = self.places, self.kinds
        self.records = self._constant_width(places, kinds, width)
        self._edges(np.append(places - 1, self.size - 1), np.append(0, places + 1))

    def _constant_width(self, places: Places, kinds: Bytes, width: int) -> int:
        """How many records there are; each has `width` cells."""
        ends = np.flatnonzero(kinds == _LF)
        if self.last:
            ends, places = np.append(ends, len(kinds)), np.append(places, self.size)
        _refuse(places[ends[np.diff(ends, prepend=-1) != width]])
        return len(ends)

    def _text(self) -> None:
        if b"\0" in self.raw:
            raise Unclean(self.raw.index(b"\0"))
        self.ascii = self.raw.isascii()
        try:
            self.raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unclean(error.start) from None

    def _line_ends(self) -> None:
        """Either no CR at all, or exactly one before each LF."""
        returns = self.raw.count(b"\r")
        if returns and (returns != self.lines or self.raw.count(b"\r\n") != returns):
            raise Unclean(_first_other_end(self.raw))
        if self.lines:
            self.newline = "\r\n" if returns else "\n"

    def _quotes(self) -> None:
        """Every quote opens a cell, closes one, or is one of a pair inside one."""
        places = self.places[self.quotes]
        unpaired = places[-1:] if len(places) % 2 else places[:0]
        places = places[: len(places) - len(unpaired)]
        opens, closes = places[0::2], places[1::2]
        joined = np.append(closes[:-1] + 1 == opens[1:], False)  # a doubled quote, seen from its first half
        before, after = self._at(opens - 1), self._at(closes + 1)
        starts = (before == self.delimiter) | (before == _LF) | (opens == 0) | np.append(False, joined[:-1])
        ends = (
            (after == self.delimiter) | (after == _LF) | (after == _CR) | (closes == self.size - 1) | joined
        )
        for wrong in (opens[~starts], closes[~ends], unpaired):
            _refuse(wrong)
        for quotes, step in ((opens, 1), (closes, -1)):
            inner = self._at(quotes + step)
            _refuse(quotes[(inner == _LF) | (inner == _CR)])
        self._edges(closes - 1, opens + 1)

    def _at(self, places: Places) -> Bytes:
        """The bytes at these places; just outside the chunk, the nearest one inside."""
        return self.view.take(places, mode="clip")

    def _swallowed(self, width: int) -> None:
        """No line end inside quotes stands between two lines that each look like a whole row."""
        if not (~self.outside & (self.kinds == _LF)).any():
            return
        seen = ~self.quotes
        kinds, outside, places = self.kinds[seen], self.outside[seen], self.places[seen]
        ends = np.flatnonzero(kinds == _LF)
        widths = np.diff(np.append(ends, len(kinds)), prepend=-1)
        inside = np.flatnonzero(~outside[ends])
        _refuse(places[ends[inside[(widths[inside] == width) & (widths[inside + 1] == width)]]])

    def _edges(self, last: Places, first: Places) -> None:
        """No blank other than a space at the end (`last`) or the beginning (`first`) of a cell."""
        plain = self.ascii and not any(blank in self.raw for blank in _NARROW if blank[0] != self.delimiter)
        for places, step in ((last, -1), (first, 1)):
            edge = self._at(places)
            self.padded = self.padded or bool((edge == _SPACE).any())
            if plain:
                continue
            _refuse(places[_ODD[edge] & (edge != self.delimiter)])
            _refuse(self._wide_blanks(places[edge >= 0x80], step))

    def _wide_blanks(self, places: Places, step: int) -> Places:
        """Those of `places` at which a blank of several bytes begins or, backwards, ends."""
        if len(places) == 0:
            return places
        one, two, three = (self._at(places + step * n).astype(np.int64) for n in range(3))
        pair = two << 8 | one if step < 0 else one << 8 | two
        triple = three << 16 | pair if step < 0 else pair << 8 | three
        return places[np.isin(pair, _TWO) | np.isin(triple, _THREE)]


def _refuse(places: Places) -> None:
    """Unclean when something is wrong at any of these places."""
    if len(places):
        raise Unclean(int(places.min()))


def _first_other_end(raw: bytes) -> int:
    """The first line end that is not like the first one, or the first CR that is none."""
    wrong = rb"\r(?!\n)|(?<!\r)\n" if raw.find(b"\r\n") == raw.find(b"\n") - 1 else rb"\r"
    found = re.search(wrong, raw)
    return found.start() if found else 0

"""A table of records: its delimiter by agreement of its rows, its headers, its records.

Text files, workbooks, Parquet and flat JSON all become a sheet, so that a format need not know which
one an export came as.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from socialroi import limits, schema
from socialroi.errors import FileRefused
from socialroi.intake import blocks, coerce, decode, headers, instants, pieces, tokenise
from socialroi.intake.blocks import Block, Columns
from socialroi.intake.cells import BLANKS, Bad
from socialroi.intake.shapes import Request
from socialroi.intake.tokenise import WHITESPACE, Record

#: How many records decide on the delimiter.
SAMPLE = 200
#: Shorter texts are divided record by record.
SMALL = 64 * 1024
#: How many records that are not divided as text are a block.
BLOCK = 5_000
#: Among how many of the first records the header is looked for.
ABOVE = 30

NAMES = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", WHITESPACE: "blanks",
}  # fmt: skip

#: Names that vendors' exports are known by, added to those of the schema: see `formats`.
Known = frozenset[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The records of a file and what they are called. Without a header row `headers` are "1", "2", ...

    `start` counts the records up to and with the header; `all_records` gives every record of the file,
    each of the header's width or with its problem. `delimiter` is empty where nothing is divided. `data`
    is the text in UTF-8, where it can be divided piece by piece.
    """

    all_records: Callable[[], Iterator[Record]]
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    has_header: bool
    notes: tuple[str, ...] = ()
    start: int = 0
    data: memoryview | None = None

    def records(self) -> Iterator[Record]:
        """The data records."""
        count = 0
        if self.data is not None and len(self.delimiter) == 1:
            try:
                for record in pieces.records(self.data, self.division):
                    yield record
                    count += 1
                return
            except pieces.Odd:
                pass  # the rest is divided record by record
        yield from islice(self.all_records(), self.start + count, None)

    def blocks(self, *wanted: str) -> Iterator[Block]:
        """The data records, cell by column; only the columns below these headers, normalised, if any."""
        count = 0
        if self.data is not None and len(self.delimiter) == 1:
            places = [str(at) if name in wanted or not wanted else None for at, name in enumerate(self.names)]
            try:
                for piece in pieces.pieces(self.data, self.division, places, empty=""):
                    yield blocks.of_piece(piece)
                    count += len(piece.numbers) + len(piece.problems)
                return
            except pieces.Odd:
                pass  # the rest is divided record by record
        rest = enumerate(islice(self.all_records(), self.start + count, None), count + 1)
        while several := list(islice(rest, BLOCK)):
            yield blocks.of_records(several)

    def cells(self, *names: str) -> Iterator[tuple[str, ...]]:
        """The cells below these headers, normalised, of every record that can be divided, trimmed.

        They are empty where the file has no such column; nothing when it has none of them.
        """
        for block in self.blocks(*names) if {*names} & {*self.names} else ():
            columns = Columns(block, self.names)
            yield from zip(*(columns[name] for name in names), strict=True)

    @property
    def names(self) -> tuple[str, ...]:
        """The headers, normalised."""
        return tuple(schema.normalise(header) for header in self.headers)

    @property
    def division(self) -> pieces.Division:
        """How the text is divided."""
        return pieces.Division(self.delimiter, self.headers, self.has_header, self.start)


def opened(request: Request, data: memoryview, known: Known = frozenset()) -> Sheet:
    """The sheet in the bytes of a text file. FileRefused when they are no text, or too wide, or have no rows.

    `known` are further names that tell a header from other lines.
    """
    decode.refuse_binary(request.label, bytes(data[:16]))
    decoded = decode.decode(request.label, data)
    page = divided(request, decoded, known)
    if len(decoded.text) < SMALL or "\n" not in decoded.text[: limits.MIB]:
        return page
    utf8 = data if decoded.encoding == "utf-8" else memoryview(decoded.text.encode())
    return replace(page, data=utf8)


def divided(request: Request, decoded: decode.Decoded, known: Known = frozenset()) -> Sheet:
    """The text divided by the delimiter on which its rows agree best."""
    samples = {mark: tokenise.first(decoded.text, mark, SAMPLE) for mark in tokenise.DELIMITERS}
    names = known | _names()
    delimiter = _delimiter({mark: _score(samples[mark], request.header, names) for mark in _marks(samples)})
    at = _header_at(samples[delimiter], names) if request.header else 0
    width = len(_headers(request, samples[delimiter][at:]))

    def records() -> Iterator[Record]:
        return tokenise.records(decoded.text, delimiter, width)

    page = arranged(request, samples[delimiter], records, names)
    return Sheet(
        records, decoded.encoding, delimiter, page.headers, page.has_header,
        (*decoded.notes, *page.notes), page.start,
    )  # fmt: skip


def _marks(samples: Mapping[str, Sequence[Record]]) -> list[str]:
    """The marks that may divide the rows: not blanks where tabs do, for they stand in words as well."""
    tabbed = tokenise.agreement(samples["\t"])[1] > 1
    return [mark for mark in tokenise.DELIMITERS if not (tabbed and mark == WHITESPACE)]


def _delimiter(scores: dict[str, tuple[float, ...]]) -> str:
    """The mark with the best score; blanks only when no other mark gives two names we know, for one name
    with blanks in it is several with fewer words.
    """
    if any(score[0] > 1 for mark, score in scores.items() if mark != WHITESPACE):
        scores.pop(WHITESPACE, None)
    return max(scores, key=scores.__getitem__)


def arranged(
    request: Request, sample: Sequence[Record], records: Callable[[], Iterator[Record]], known: Known
) -> Sheet:
    """A sheet of records, of which `sample` are the first: its header found, the lines above it noted."""
    known = known | _names()
    if not sample:
        reason = "the file holds nothing but blank lines."
        raise FileRefused(request.label, reason, "Export it again and load the new file.")
    at = _header_at(sample, known) if request.header else 0
    names = _headers(request, sample[at:])
    if len(names) > limits.COLUMNS:
        reason = f"it has {len(names)} columns where at most {limits.COLUMNS} are read."
        raise FileRefused(request.label, reason, "Export one row a record, with only the columns you need.")
    start = at + 1 if request.header else 0
    return Sheet(records, "", "", names, request.header, _above(sample[:at]), start)


def _headers(request: Request, sample: Sequence[Record]) -> tuple[str, ...]:
    if not sample:
        return ()
    if not request.header:
        width = tokenise.agreement(sample)[1]
        return tuple(str(position) for position in range(1, width + 1))
    first = sample[0]
    if first.cells is None:
        reason = f"its header, on line {first.line}, cannot be read. {first.problem}"
        raise FileRefused(request.label, reason, "Correct the header and load the file again.")
    return tuple(cell.strip(BLANKS) for cell in first.cells)


def _above(sample: Sequence[Record]) -> tuple[str, ...]:
    """A sentence about the lines above the header, which are no records."""
    if not sample:
        return ()
    first = coerce.shown(next(iter(sample[0].cells or ()), sample[0].shown))
    lines = (
        "A line above the header was" if len(sample) == 1 else f"{len(sample)} lines above the header were"
    )
    return (f"{lines} not read, beginning {first!r}.",)


def _header_at(sample: Sequence[Record], known: Known) -> int:
    """The record that is the header: the first, unless a later one has more names we know, is as wide as
    the rows and holds no date, and the first is not so wide, or is half as full.
    """
    if not sample:
        return 0
    width, start = tokenise.agreement(sample)[1], int(_is_hint(sample))
    first = sample[start].cells or ()
    if len(first) == width < 2 * _filled(sample[start]):
        return start
    counts = [0] * (start + 1) + [_headed(record, width, known) for record in sample[start + 1 : ABOVE]]
    best = max(range(len(counts)), key=lambda at: (counts[at], -at))
    if counts[best] <= max(1, _known(first, known)):
        return start
    return best if len(first) != width or 2 * _filled(sample[start]) <= _filled(sample[best]) else start


def _headed(record: Record, width: int, known: Known) -> int:
    """How many names we know a record has that may be a header."""
    cells = record.cells or ()
    count = _known(cells, known) if len(cells) == width else 0
    return 0 if count > 1 and dated(cells) else count


def _is_hint(sample: Sequence[Record]) -> bool:
    """Whether the first line is `sep=;`, which only tells a spreadsheet how the others are divided."""
    first = next(iter(sample[0].cells or ("",)), "")
    return len(sample) > 1 and re.fullmatch("sep=.?", first.strip(), re.IGNORECASE) is not None


def dated(cells: Iterable[str]) -> str:
    """The first cell that is a date, which is what no header has; "" when none is."""
    return next((cell for cell in cells if _is_date(cell.strip(BLANKS))), "")


def _is_date(cell: str) -> bool:
    if not cell[:40].strip("0123456789") or not any(map(str.isdigit, cell)):
        return False
    try:
        instants.wall(cell, "day-first", epoch=False)
    except Bad:
        return False
    return True


def _filled(record: Record) -> int:
    return sum(bool(cell.strip(BLANKS)) for cell in record.cells or ())


def _score(sample: list[Record], header: bool, known: Known) -> tuple[float, ...]:
    """Names we know in the header, then agreement of the rows, then their width."""
    share, width = tokenise.agreement(sample)
    found = _known(sample[_header_at(sample, known)].cells or (), known) if sample and header else 0
    return (found if width > 1 or found else 0, share if width > 1 else 0.0, width > 1, min(width, 50))


def _known(cells: Iterable[str], known: Known) -> int:
    return len({schema.normalise(cell) for cell in cells} & known)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Every name and alias of the schema."""
    columns = (column for table in schema.TABLES.values() for column in headers.columns_of(table))
    return frozenset(name for column in columns for name in (column.name, *column.aliases))

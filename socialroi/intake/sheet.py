"""A delimited text file: its delimiter by agreement of its rows, its headers, its records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from socialroi import limits, schema
from socialroi.errors import FileRefused
from socialroi.intake import decode, headers, tokenise
from socialroi.intake.cells import BLANKS
from socialroi.intake.shapes import Request
from socialroi.intake.tokenise import WHITESPACE, Record

#: How many records decide on the delimiter.
SAMPLE = 200

NAMES = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", WHITESPACE: "blanks",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a file and how it is divided. Without a header row `headers` are "1", "2", ..."""

    text: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    has_header: bool
    notes: tuple[str, ...]

    def records(self) -> Iterator[Record]:
        """The data records, each of the header's width or with its problem."""
        found = tokenise.records(self.text, self.delimiter, len(self.headers))
        if self.has_header:
            next(found, None)
        return found


def opened(request: Request, data: memoryview) -> Sheet:
    """The sheet in these bytes. FileRefused when they are no text, or too wide, or have no rows."""
    decode.refuse_binary(request.label, bytes(data[:16]))
    decoded = decode.decode(request.label, data)
    return divided(request, decoded)


def divided(request: Request, decoded: decode.Decoded) -> Sheet:
    """The text divided by the delimiter on which its rows agree best."""
    samples = {mark: tokenise.first(decoded.text, mark, SAMPLE) for mark in tokenise.DELIMITERS}
    delimiter = max(tokenise.DELIMITERS, key=lambda mark: _score(samples[mark], request.header))
    sample = samples[delimiter]
    if not sample:
        raise FileRefused(
            request.label, "the file holds nothing but blank lines.", "Export it again and load the new file."
        )
    names = _headers(request, sample)
    if len(names) > limits.COLUMNS:
        reason = f"it has {len(names)} columns where at most {limits.COLUMNS} are read."
        raise FileRefused(request.label, reason, "Export one row a record, with only the columns you need.")
    if request.header:
        headers.refuse_doubled(request.label, names)
    return Sheet(decoded.text, decoded.encoding, delimiter, names, request.header, decoded.notes)


def _headers(request: Request, sample: list[Record]) -> tuple[str, ...]:
    if not request.header:
        width = tokenise.agreement(sample)[1]
        return tuple(str(position) for position in range(1, width + 1))
    first = sample[0]
    if first.cells is None:
        reason = f"its header, on line {first.line}, cannot be read. {first.problem}"
        raise FileRefused(request.label, reason, "Correct the header and load the file again.")
    return tuple(cell.strip(BLANKS) for cell in first.cells)


def _score(sample: list[Record], header: bool) -> tuple[float, ...]:
    """Names we know in the header, then agreement of the rows, then their width."""
    share, width = tokenise.agreement(sample)
    known = _known(sample[0].cells or ()) if sample and header else 0
    return (known if width > 1 or known else 0, share if width > 1 else 0.0, width > 1, min(width, 50))


def _known(cells: Iterable[str]) -> int:
    return sum(schema.normalise(cell) in _names() for cell in cells)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Every name and alias of the schema."""
    columns = (column for table in schema.TABLES.values() for column in headers.columns_of(table))
    return frozenset(name for column in columns for name in (column.name, *column.aliases))

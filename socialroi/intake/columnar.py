"""Parquet and flat JSON as sheets: typed values become the text a cell would have had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from socialroi.errors import FileRefused
from socialroi.intake import objects, sheet
from socialroi.intake.shapes import Request
from socialroi.intake.tokenise import Record

PARQUET = b"PAR1"
_NO_TEXT = "A cell of this row holds bytes that are no text."


def parquet(request: Request, data: memoryview, known: sheet.Known) -> sheet.Sheet:
    """The sheet in a Parquet file. FileRefused for an upload, and when it is damaged."""
    if request.profile.memory_bytes is not None:
        reason = "Parquet is not read as an upload."
        raise FileRefused(request.label, reason, "Load it with socialroi ingest, or save it as CSV.")
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.py_buffer(data))
        names = tuple(file.schema_arrow.names)
    except (ValueError, OSError) as error:
        raise _damaged(request, error) from None

    def batches() -> Iterator[list[list[str | None]]]:
        try:
            for batch in file.iter_batches():
                yield [[_written(value) for value in column.to_pylist()] for column in batch.columns]
        except (ValueError, OSError) as error:
            raise _damaged(request, error) from None

    def records() -> Iterator[Record]:
        yield Record(0, names)
        rows = (cells for columns in batches() for cells in zip(*columns, strict=True))
        for line, cells in enumerate(rows, 1):
            whole = tuple(cell for cell in cells if cell is not None)
            yield Record(line, whole) if len(whole) == len(cells) else Record(line, None, _NO_TEXT)

    page = sheet.arranged(request, list(islice(records(), sheet.SAMPLE)), records, known)
    return sheet.Sheet(records, "parquet", "", page.headers, page.has_header, page.notes, page.start)


def _damaged(request: Request, error: Exception) -> FileRefused:
    reason = f"this Parquet file is damaged ({str(error).splitlines()[0][:120]})."
    return FileRefused(request.label, reason, "Export it again and load the new file.")


def _written(value: Any) -> str | None:
    """A value as text: instants with their offset, numbers as they print; None for bytes that are no text.

    Some writers keep text as bytes without saying that it is text.
    """
    if value is None:
        return ""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_flat(found: objects.Objects) -> bool:
    """Whether the first objects hold scalars only, so that a member is a column."""
    first = list(islice(found.things(), sheet.SAMPLE))
    return any(thing.value for thing in first) and all(
        not isinstance(value, Mapping | list) for thing in first for value in thing.value.values()
    )


def flat(request: Request, found: objects.Objects, known: sheet.Known) -> sheet.Sheet:
    """The sheet of objects with one scalar a member; its headers are all members in order of appearance."""
    names = tuple(dict.fromkeys(name for thing in found.things() for name in thing.value))

    def records() -> Iterator[Record]:
        yield Record(0, names)
        for thing in found.things():
            yield _record(thing, names)

    page = sheet.arranged(request, list(islice(records(), sheet.SAMPLE)), records, known)
    return sheet.Sheet(records, "json", "", page.headers, page.has_header, page.notes, page.start)


def _record(thing: objects.Thing, names: tuple[str, ...]) -> Record:
    if thing.problem:
        return Record(thing.line, None, thing.problem, thing.shown)
    nested = next((n for n, value in thing.value.items() if isinstance(value, Mapping | list)), None)
    if nested is not None:
        return Record(thing.line, None, f"Member {nested[:40]!r} holds several values.", "")
    return Record(thing.line, tuple(objects.scalar(thing.value.get(name)) for name in names))

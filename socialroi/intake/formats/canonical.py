"""Our own tables as CSV, under their own names, known aliases, or names the user has mapped."""

from __future__ import annotations

from collections.abc import Iterator

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake import headers
from socialroi.intake.formats.base import Format
from socialroi.intake.rows import HEADER_AGAIN, Prepared, Row, is_header
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: A column with this name speaks for the whole file: does it hold conversations nobody answered?
DECLARED = "keeps_unanswered"


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The one table of the file, by its set of headers, `table` or `columns`. FileRefused if none fits."""
    if not sheet.has_header and not request.columns:
        reason = f"it has {len(sheet.headers)} columns and no header, so nothing says what they are."
        raise FileRefused(
            request.label, reason, 'Name them by position, as in --columns "1=customer_id,3=ordered_at".'
        )
    mapped = headers.best(request, sheet.headers)
    notes = sheet.notes + _notes(mapped)
    return Prepared(
        {mapped.table.name: mapped},
        lambda: _rows(sheet, mapped),
        request.timezone,
        request.currency,
        notes=notes,
    )


def _rows(sheet: Sheet, mapped: headers.Mapped) -> Iterator[Row]:
    name, first = mapped.table.name, sheet.headers[0]
    for number, record in enumerate(sheet.records(), 1):
        cells, problem = record.cells, record.problem
        if cells is None:
            yield Row(record.line, number, name, (record.shown,), problem=problem)
        elif sheet.has_header and cells[0].strip() == first and is_header(sheet.headers, cells):
            yield Row(record.line, number, name, cells, problem=HEADER_AGAIN)
        else:
            yield Row(record.line, number, name, cells)


def _notes(mapped: headers.Mapped) -> tuple[str, ...]:
    left_out = [header for header in mapped.left_out if schema.normalise(header) != DECLARED]
    if not left_out:
        return ()
    more = ", ..." if len(left_out) > 20 else ""
    listed = ", ".join(header[:40] for header in left_out[:20]) + more
    return (f"Columns left out: {listed}. {headers.did_you_mean(mapped)}".strip(),)


FORMAT = Format(
    name="canonical",
    sentence="CSV of one of our own tables, recognised by its column names or mapped with --columns.",
    tables=tuple(schema.TABLES),
    keeps_unanswered="unknown",
    identity="customer_id, or else an e-mail address, a phone number or a handle.",
    prepare=prepare,
)

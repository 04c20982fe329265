"""Our own tables as CSV, under their own names, known aliases, or names the user has mapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake import headers
from socialroi.intake.cells import BLANKS
from socialroi.intake.formats.base import Fixed, Format, Makes, answers, tabled
from socialroi.intake.rows import HEADER_AGAIN, Prepared, Row, is_header
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: A column with this name speaks for the whole file: does it hold conversations nobody answered?
DECLARED = "keeps_unanswered"
#: The number of a line in a list of coin tosses; it only keeps them in order.
SEQUENCE = "sequence"
UNUSED = "This line of the list is not used yet: no conversation stands beside it."


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The one table of the file, by its set of headers, `table` or `columns`. FileRefused if none fits."""
    if not sheet.has_header and not request.columns:
        reason = f"it has {len(sheet.headers)} columns and no header, so nothing says what they are."
        raise FileRefused(
            request.label, reason, 'Name them by position, as in --columns "1=customer_id,3=ordered_at".'
        )
    headers.refuse_doubled(request.label, sheet.headers if sheet.has_header else ())
    asked = headers.questions(request, sheet.headers)
    if asked:
        return _wide(request, sheet, asked)
    mapped = headers.best(request, sheet.headers)
    notes = sheet.notes + _notes(mapped)
    return Prepared(
        {mapped.table.name: mapped},
        lambda: _rows(sheet, mapped, tuple(request.fixed.values())),
        request.timezone,
        request.currency,
        notes=notes,
    )


def _wide(request: Request, sheet: Sheet, asked: Mapping[str, headers.Scale]) -> Prepared:
    """A survey with one column a question: every record makes one row for each of them."""
    known = headers.mapped(sheet.headers, schema.SURVEYS, headers.told(request, sheet.headers))
    columns = {source.column.name: source.header for source in known.sources}
    fixed = {name: Fixed(cell) for name, cell in request.fixed.items()}
    makes = [Makes("surveys", {**columns, **fixed, **answers(*each)}) for each in asked.items()]
    return tabled(FORMAT, request, sheet, makes)


def _rows(sheet: Sheet, mapped: headers.Mapped, fixed: tuple[str, ...]) -> Iterator[Row]:
    name, first = mapped.table.name, sheet.headers[0]
    beside = _place(mapped, "conversation_id") if name == "assignments" else None
    for number, record in enumerate(sheet.records(), 1):
        cells, problem = record.cells, record.problem
        if cells is None:
            yield Row(record.line, number, name, (record.shown,), problem=problem)
        elif sheet.has_header and cells[0].strip() == first and is_header(sheet.headers, cells):
            yield Row(record.line, number, name, cells, problem=HEADER_AGAIN)
        elif beside is not None and not (cells + fixed)[beside].strip(BLANKS) and any(map(str.strip, cells)):
            yield Row(record.line, number, name, cells, problem=UNUSED, by_rule=True)
        else:
            yield Row(record.line, number, name, cells + fixed)


def _place(mapped: headers.Mapped, name: str) -> int:
    """Where a required column stands."""
    return next(source.position for source in mapped.sources if source.column.name == name)


def _notes(mapped: headers.Mapped) -> tuple[str, ...]:
    known = {DECLARED} if mapped.table.name != "assignments" else {DECLARED, SEQUENCE}
    left_out = [header for header in mapped.left_out if schema.normalise(header) not in known]
    return tuple(f"{said} {headers.did_you_mean(mapped)}".strip() for said in headers.left_out(left_out))


FORMAT = Format(
    name="canonical",
    sentence="CSV of one of our own tables, recognised by its column names or mapped with --columns.",
    tables=tuple(schema.TABLES),
    keeps_unanswered="unknown",
    identity="customer_id, or else an e-mail address, a phone number or a handle.",
    prepare=prepare,
)

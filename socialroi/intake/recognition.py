"""What a file is: its format, its tables, what its columns mean and what is still to be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from socialroi import schema
from socialroi.errors import FileRefused, UnknownName, UsageError
from socialroi.intake import (
    coerce,
    columnar,
    decode,
    formats,
    headers,
    instants,
    objects,
    sheet,
    workbook,
    zones,
)
from socialroi.intake.cells import BLANKS, Bad
from socialroi.intake.formats import base
from socialroi.intake.formats.base import Format
from socialroi.intake.formats.canonical import DECLARED
from socialroi.intake.headers import Mapped
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Recognition, Request

#: How many values of a column are shown before loading.
SAMPLES = 5
#: How many rows are looked at before loading.
LOOKED_AT = 1_000
_CURRENCY = re.compile("[A-Z]{3}")
ANSWERS = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of a known format, prepared for reading; `sheet` is None for XML and nested JSON."""

    format: Format
    prepared: Prepared
    sheet: sheet.Sheet | None


def check(request: Request) -> None:
    """Errors: UsageError for a table, format, time zone, currency or answer that does not exist."""
    if request.table is not None and request.table not in schema.TABLES:
        raise UnknownName("table", request.table, schema.TABLES)
    if request.timezone is not None:
        zones.zone_named(request.timezone)
    if request.currency is not None and not _CURRENCY.fullmatch(request.currency):
        raise UsageError(f"{request.currency!r} is no currency code. Use three capital letters, such as EUR.")
    if request.keeps_unanswered not in {None, *ANSWERS}:
        raise UnknownName("answer to --keeps-unanswered", str(request.keeps_unanswered), ANSWERS)
    if request.format is not None:
        formats.named(request.format)
    columns = {column.name for table in schema.TABLES.values() for column in table.columns}
    for name in request.fixed:
        if name not in columns:
            raise UnknownName("column", name, columns)


def opened(request: Request, data: memoryview) -> Opened:
    """The file in `data`, recognised. FileRefused when it is nothing we read."""
    check(request)
    if is_xml(data):
        return _xml(request, data)
    if is_json(data):
        return _json(request, objects.opened(request.label, data))
    return _sheet(request, page_of(request, data))


def page_of(request: Request, data: memoryview) -> sheet.Sheet:
    """The table in the file, whatever it is called. FileRefused when there is none."""
    if workbook.is_workbook(data):
        return workbook.opened(request, data, names(request))
    if bytes(data[:4]) == columnar.PARQUET:
        return columnar.parquet(request, data, names(request))
    decode.refuse_binary(request.label, bytes(data[:16]))
    if is_json(data):
        return columnar.flat(request, objects.opened(request.label, data), names(request))
    return sheet.opened(request, data, names(request))


def is_xml(data: memoryview) -> bool:
    """Whether the first character is an opening angle bracket, in UTF-8 or UTF-16."""
    return _head(data).startswith("<")


def is_json(data: memoryview) -> bool:
    """Whether the file begins like JSON or like the script of an X archive."""
    return objects.is_json(_head(data))


def is_table_of_lines(data: memoryview) -> bool:
    """Whether the beginning of the file is enough to recognise it."""
    binary = workbook.is_workbook(data) or bytes(data[:4]) == columnar.PARQUET
    return not (binary or is_xml(data) or is_json(data))


def _head(data: memoryview) -> str:
    head = bytes(data[:256]).replace(b"\0", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.decode("utf-8", "replace").lstrip()


def _xml(request: Request, data: memoryview) -> Opened:
    chosen = formats.named(request.format or "stack_exchange")
    if chosen.prepare_bytes is None:
        raise _wrong_kind(request, chosen, "XML")
    return Opened(chosen, chosen.prepare_bytes(request, data), None)


def _json(request: Request, found: objects.Objects) -> Opened:
    """Nested JSON of a format that knows it, else objects of scalars as a sheet."""
    if request.format is not None:
        asked = formats.named(request.format)
        if asked.prepare_objects is not None:
            return Opened(asked, asked.prepare_objects(request, found), None)
    else:
        for each in formats.ALL:
            if each.matches is not None and each.prepare_objects is not None and each.matches(found):
                return Opened(each, each.prepare_objects(request, found), None)
    if not columnar.is_flat(found):
        raise FileRefused(request.label, _unknown(found), "See socialroi formats, or save the data as CSV.")
    return _sheet(request, columnar.flat(request, found, names(request)))


def _unknown(found: objects.Objects) -> str:
    """Why objects that are no records of ours are refused: what the first of them is like."""
    members = ", ".join(repr(name[:40]) for name in list(found.first())[:8])
    wrong = next((thing for thing in found.things() if thing.problem), None)
    if members or wrong is None:
        return f"its JSON objects are of no format we know. Members: {members or 'none'}."
    return f"none of its JSON objects can be read. First on line {wrong.line}: {wrong.problem}"


def _sheet(request: Request, page: sheet.Sheet) -> Opened:
    chosen = format_of(request, page)
    if chosen.refusal is not None:
        raise base.refused(request, chosen)
    if chosen.prepare is None and not chosen.makes:
        raise _wrong_kind(request, chosen, "a table")
    made = chosen.prepare(request, page) if chosen.prepare else base.made_by(chosen, request, page)
    return Opened(chosen, made, page)


def _wrong_kind(request: Request, chosen: Format, kind: str) -> FileRefused:
    reason = f"this is {kind}, and {chosen.name} is not."
    return FileRefused(request.label, reason, "Leave --format out, or save it as CSV.")


def format_of(request: Request, page: sheet.Sheet) -> Format:
    """The format asked for, else the one most of whose mandatory headers the sheet has, else our own."""
    if request.format is not None:
        return formats.named(request.format)
    if request.table is None and request.header and not _own(request):
        found = {schema.normalise(header) for header in page.headers}
        fitting = [
            (len(needs), each) for each in formats.ALL for needs in each.needs if needs and needs <= found
        ]
        if fitting:
            return max(fitting, key=lambda fit: fit[0])[1]
    if request.header and not request.columns:
        _refuse_headless(request, page)
    return formats.named("canonical")


def _refuse_headless(request: Request, page: sheet.Sheet) -> None:
    """FileRefused when the first line is a row: words such as "customer" stand in rows as well."""
    cell = sheet.dated(page.headers)
    if cell:
        reason = f"its first line looks like a row and not like a header: it holds {coerce.shown(cell)!r}."
        remedy = 'Say --no-header and name the columns by position, as in --columns "1=customer_id".'
        raise FileRefused(request.label, reason, remedy)


def _own(request: Request) -> bool:
    """Whether the user maps columns himself; to declare a question or the order of dates is no such thing."""
    for target in request.columns.values():
        name, _, hint = target.partition(":")
        if name.rpartition(".")[2] not in schema.QUESTIONS and hint not in headers.HINTS:
            return True
    return False


def names(request: Request) -> sheet.Known:
    """What tells a header from other lines: the headers that formats are known by, and those mapped."""
    return _needed() | frozenset(schema.normalise(header) for header in request.columns)


@lru_cache(maxsize=1)
def _needed() -> sheet.Known:
    return frozenset(name for each in formats.ALL for needs in each.needs for name in needs)


def keeps_unanswered(request: Request, found: Opened) -> str:
    """What the user said about unanswered conversations, else the file, else what the format does."""
    return request.keeps_unanswered or _declared(found) or found.format.keeps_unanswered


def _declared(found: Opened) -> str | None:
    """What a column `keeps_unanswered` says about the whole file; its first rows must agree."""
    names = found.sheet.headers if found.sheet and found.sheet.has_header else ()
    at = [place for place, header in enumerate(names) if schema.normalise(header) == DECLARED]
    if found.sheet is None or len(at) != 1:
        return None
    rows = islice(found.sheet.records(), LOOKED_AT)
    said = {row.cells[at[0]].strip(BLANKS).casefold() for row in rows if row.cells is not None}
    return said.pop() if len(said) == 1 and said <= set(ANSWERS) else None


def recognise(request: Request, data: memoryview) -> Recognition:
    """What the file seems to be, from its header and first rows. Errors: FileRefused, UnknownName."""
    found = opened(request, data)
    page, tables = found.sheet, found.prepared.tables
    several = len(tables) > 1
    named = [(source.header, f"{name}.{source.column.name}" if several else source.column.name)
             for name, mapped in tables.items() for source in mapped.sources]  # fmt: skip
    shown = page.headers if page else tuple(dict.fromkeys(header for header, _ in named))
    mapping: dict[str, str | None] = dict.fromkeys(shown)
    for header, column in reversed(named):
        if header in mapping:
            mapping[header] = column
    mapping |= {header: scale.question for header, scale in headers.questions(request, shown).items()}
    return Recognition(
        format=found.format.name,
        tables=tuple(tables),
        delimiter=page.delimiter if page else "",
        encoding=page.encoding if page else "utf-8",
        headers=shown,
        mapping=mapping,
        samples=_samples(page) if page else _first_cells(found.prepared),
        questions=_questions(request, found),
        keeps_unanswered=keeps_unanswered(request, found),
        notes=(*found.format.notes, *found.prepared.notes),
        certain=found.format.certain,
    )


def _samples(page: sheet.Sheet) -> Mapping[str, tuple[str, ...]]:
    rows = [record.cells for record in islice(page.records(), LOOKED_AT) if record.cells is not None]
    columns: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) or [()] * len(page.headers)
    return {header: _shown(cells) for header, cells in zip(page.headers, columns, strict=True)}


def _first_cells(prepared: Prepared) -> Mapping[str, tuple[str, ...]]:
    """The first cells of each column of a file that is no sheet."""
    rows = [row for row in islice(prepared.rows(), LOOKED_AT) if not row.problem]
    return {
        source.header: _shown([row.cells[source.position] for row in rows if row.table == name])
        for name, mapped in prepared.tables.items()
        for source in mapped.sources
    }


def _shown(cells: Sequence[str]) -> tuple[str, ...]:
    """The first cells that are not empty, cut."""
    return tuple(coerce.shown(cell) for cell in islice((c for c in cells if c.strip(BLANKS)), SAMPLES))


def _questions(request: Request, found: Opened) -> tuple[str, ...]:
    """What must or should be answered before loading."""
    asked = [ask.question for ask in found.prepared.asks]
    if found.prepared.zone is None and _has_naive_time(found.prepared):
        asked.append("In which time zone are the times of this file?")
    if "interactions" in found.prepared.tables and keeps_unanswered(request, found) == "unknown":
        asked.append("Does this export hold conversations that nobody answered?")
    if found.prepared.currency is None and _has_bare_money(found.prepared.tables):
        asked.append("In which currency are the amounts of this file?")
    return tuple(asked)


def refuse_open(request: Request, prepared: Prepared) -> None:
    """FileRefused for the first thing that must be said or be there before the file can be loaded."""
    for ask in prepared.asks:
        raise FileRefused(request.label, ask.question, ask.remedy)
    for mapped in prepared.tables.values():
        if mapped.missing:
            reason = f"it has no column for {', '.join(mapped.missing)}, which {mapped.table.name} need."
            raise FileRefused(request.label, reason, "Export it with that column, or name it with --columns.")


def _has_bare_money(tables: Mapping[str, Mapped]) -> bool:
    return any(
        "currency" not in mapped.names and any(source.column.kind == "money" for source in mapped.sources)
        for mapped in tables.values()
    )


def _has_naive_time(prepared: Prepared) -> bool:
    watched = {
        name: [
            source.position
            for source in mapped.sources
            if source.column.kind == "instant" and source.hint != "utc"
        ]
        for name, mapped in prepared.tables.items()
    }
    rows = (row for row in islice(prepared.rows(), LOOKED_AT) if not row.problem)
    return any(_naive(row.cells[position].strip(BLANKS)) for row in rows for position in watched[row.table])


def _naive(cell: str) -> bool:
    try:
        return (
            bool(cell) and len(cell) != 10 and instants.wall(cell, "day-first", epoch=False).offset_s is None
        )
    except Bad:
        return False

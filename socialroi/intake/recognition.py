"""What a file is: its format, its tables, what its columns mean and what is still to be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from socialroi import schema
from socialroi.errors import FileRefused, UnknownName, UsageError
from socialroi.intake import coerce, decode, formats, instants, sheet, zones
from socialroi.intake.cells import BLANKS, Bad
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
    """A file of a known format, prepared for reading; `sheet` is None for XML."""

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


def opened(request: Request, data: memoryview) -> Opened:
    """The file in `data`, recognised. FileRefused when it is nothing we read."""
    check(request)
    decode.refuse_binary(request.label, bytes(data[:16]))
    if is_xml(data):
        chosen = formats.named(request.format) if request.format else formats.named("stack_exchange")
        if chosen.prepare_bytes is None:
            raise FileRefused(
                request.label,
                f"this is XML, and {chosen.name} is not.",
                "Leave --format out, or save it as CSV.",
            )
        return Opened(chosen, chosen.prepare_bytes(request, data), None)
    page = sheet.opened(request, data)
    chosen = format_of(request, page)
    assert chosen.prepare is not None
    return Opened(chosen, chosen.prepare(request, page), page)


def is_xml(data: memoryview) -> bool:
    """Whether the first character is an opening angle bracket, in UTF-8 or UTF-16."""
    head = bytes(data[:256]).replace(b"\0", b"")
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.lstrip().startswith(b"<")


def format_of(request: Request, page: sheet.Sheet) -> Format:
    """The format asked for, or the one whose mandatory headers the sheet has, else our own."""
    if request.format is not None:
        chosen = formats.named(request.format)
        if chosen.prepare is None:
            raise FileRefused(
                request.label, f"this is not the XML that {chosen.name} is.", "Leave --format out."
            )
        return chosen
    if request.table is None and not request.columns and request.header:
        found = {schema.normalise(header) for header in page.headers}
        for each in formats.ALL:
            if each.needs and each.needs <= found:
                return each
    return formats.named("canonical")


def keeps_unanswered(request: Request, found: Opened) -> str:
    """What the user said about unanswered conversations, else the file, else what the format does."""
    return request.keeps_unanswered or _declared(found) or found.format.keeps_unanswered


def _declared(found: Opened) -> str | None:
    """What a column `keeps_unanswered` says about the whole file; its first rows must agree."""
    headers = found.sheet.headers if found.sheet and found.sheet.has_header else ()
    at = [place for place, header in enumerate(headers) if schema.normalise(header) == DECLARED]
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
        mapping[header] = column
    return Recognition(
        format=found.format.name,
        tables=tuple(tables),
        delimiter=page.delimiter if page else "",
        encoding=page.encoding if page else "utf-8",
        headers=shown,
        mapping=mapping,
        samples=_samples(page),
        questions=_questions(request, found),
        keeps_unanswered=keeps_unanswered(request, found),
        notes=(*found.format.notes, *found.prepared.notes),
    )


def _samples(page: sheet.Sheet | None) -> Mapping[str, tuple[str, ...]]:
    if page is None:
        return {}
    rows = [record.cells for record in islice(page.records(), LOOKED_AT) if record.cells is not None]
    columns: Sequence[Sequence[str]] = list(zip(*rows, strict=True)) or [()] * len(page.headers)
    return {
        header: tuple(
            coerce.shown(cell) for cell in islice((cell for cell in cells if cell.strip(BLANKS)), SAMPLES)
        )
        for header, cells in zip(page.headers, columns, strict=True)
    }


def _questions(request: Request, found: Opened) -> tuple[str, ...]:
    """What must or should be answered before loading."""
    asked: list[str] = []
    if found.prepared.zone is None and _has_naive_time(found.prepared):
        asked.append("In which time zone are the times of this file?")
    if "interactions" in found.prepared.tables and keeps_unanswered(request, found) == "unknown":
        asked.append("Does this export hold conversations that nobody answered?")
    if found.prepared.currency is None and _has_bare_money(found.prepared.tables):
        asked.append("In which currency are the amounts of this file?")
    return tuple(asked)


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

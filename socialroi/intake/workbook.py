"""Workbooks: the first sheet with rows becomes records of text, by fastexcel.

A crafted workbook can end the process that reads it: one cell in the last corner is enough. So this is
done in a child process only, whoever asks.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import pyarrow as pa

from socialroi import limits
from socialroi.errors import FileRefused
from socialroi.intake import sheet
from socialroi.intake.shapes import Request
from socialroi.intake.tokenise import Record

ZIP = b"PK\x03\x04"
#: Rows that become text at once.
_PIECE = 20_000
_SAVE = "Save the sheet as CSV in UTF-8 and load that."


def is_workbook(data: memoryview) -> bool:
    """Whether these are the bytes of an .xlsx file and not of any other zip archive."""
    if bytes(data[:4]) != ZIP:
        return False
    try:
        return "xl/workbook.xml" in zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def opened(request: Request, data: memoryview, known: sheet.Known) -> sheet.Sheet:
    """The first sheet of the workbook that has rows. FileRefused when there is none or it is too large."""
    _refuse_large(request, data)
    import fastexcel  # only for workbooks

    try:
        book = fastexcel.read_excel(bytes(data))
        names = book.sheet_names
        for name in names:
            # without skip_rows the empty rows at the top are left out and every line number is wrong
            found = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if found.height:
                return _page(request, found.to_arrow(), name, names, known)
    except fastexcel.FastExcelError as error:
        reason = f"this workbook cannot be read ({str(error).splitlines()[0][:120]})."
        raise FileRefused(request.label, reason, _SAVE) from None
    raise FileRefused(request.label, "this workbook has no rows.", "Export it again and load the new file.")


def _refuse_large(request: Request, data: memoryview) -> None:
    """FileRefused for an archive that unpacks to more than any honest workbook."""
    members = zipfile.ZipFile(BytesIO(data)).infolist()
    size = sum(member.file_size for member in members)
    if len(members) > limits.WORKBOOK_MEMBERS or size > limits.WORKBOOK_BYTES:
        reason = f"this workbook unpacks to {size / limits.MIB:,.0f} MB in {len(members)} parts."
        raise FileRefused(request.label, reason, _SAVE)


def _page(
    request: Request, table: pa.RecordBatch, name: str, names: list[str], known: sheet.Known
) -> sheet.Sheet:
    def records() -> Iterator[Record]:
        for start in range(0, table.num_rows, _PIECE):
            columns = [column.to_pylist() for column in table.slice(start, _PIECE).columns]
            for line, cells in enumerate(zip(*columns, strict=True), start + 1):
                if any(cells):
                    yield Record(line, tuple(cell or "" for cell in cells))

    page = sheet.arranged(request, list(islice(records(), sheet.SAMPLE)), records, known)
    others = [other for other in names if other != name]
    note = (f"Sheet {name!r} was read and the others were not: {', '.join(others[:5])}.",) if others else ()
    return sheet.Sheet(records, "xlsx", "", page.headers, page.has_header, (*note, *page.notes), page.start)

"""From a request to a parcel: look at the file once, choose the lane, hand over rows and rejects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from socialroi import limits
from socialroi.intake import careful, child, decode, headers, mapped, recognition, refusals, sheet, workbook
from socialroi.intake.formats import canonical
from socialroi.intake.rows import Outcome
from socialroi.intake.shapes import Parcel, Recognition, Request, Scan

#: How many characters of the file's hash begin a made key.
STEM = 12
#: How much of a large file is looked at to recognise it.
LOOKED_AT = limits.MIB
#: From this size on a delimited file is worth the fast lane.
SMALLEST = limits.MIB


def recognise(request: Request) -> Recognition:
    """What the file seems to be, before anything is loaded. Of a large file the beginning is read.

    Errors: FileRefused with what was found, what is accepted and what to do; UnknownName.
    """
    recognition.check(request)
    data = opened(request)
    return recognition.recognise(request, _beginning(data) if recognition.is_table_of_lines(data) else data)


def read(request: Request, *, scan: bool | None = None, file_hash: str | None = None) -> Parcel:
    """Read the whole file: every record is in a table of the parcel or counted as rejected.

    `scan` says whether a clean file may be handed over as a `Scan`; without it, a file of the local
    profile may. `file_hash` is the SHA-256 of the file where the caller knows it. Errors: FileRefused,
    UnknownName.
    """
    recognition.check(request)
    may_scan = request.profile.name == limits.LOCAL.name if scan is None else scan
    data = opened(request)
    if _is_risky(data):
        return child.run_in_child(request)
    with ThreadPoolExecutor(1) as side:
        hashed = side.submit(lambda: file_hash or mapped.sha256(data))
        return _fast(request, data, hashed.result, scan=may_scan) or _careful(request, data, hashed.result())


def headers_of(request: Request) -> tuple[str, ...]:
    """The headers of a table, also of one that is not recognised. Errors: FileRefused."""
    return recognition.page_of(request, opened(request)).headers


def _is_risky(data: memoryview) -> bool:
    """Whether reading the file could end the process, and this is not one that may end."""
    return not child.inside and workbook.is_workbook(data)


def _fast(request: Request, data: memoryview, stem: Callable[[], str], *, scan: bool) -> Parcel | None:
    """The parcel by the fast lane; None when every row of the file has to be read with care."""
    page = _page(request, data)
    if page is None:
        return None
    chosen = recognition.format_of(request, page)
    if chosen is not canonical.FORMAT:
        return None
    prepared = canonical.prepare(request, page)
    if headers.questions(request, page.headers):
        return None
    from socialroi.intake import fast  # DuckDB costs 30 ms and small files do without

    file = fast.File(
        request, page, prepared, data, lambda: stem()[:STEM], lambda: _careful(request, data, stem())
    )
    read = fast.read(file, scan=scan)
    if read is None:
        return None
    found = recognition.Opened(chosen, prepared, page)
    return _parcel(request, found, stem(), read.outcome, {file.table: read.table})


def _page(request: Request, data: memoryview) -> sheet.Sheet | None:
    """The beginning of a large table of text in UTF-8; None for any other file."""
    if (
        len(data) < SMALLEST
        or not recognition.is_table_of_lines(data)
        or request.format not in {None, canonical.FORMAT.name}
        or request.fixed
    ):
        return None
    try:
        text = str(_beginning(data), "utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in text or (len(data) > LOOKED_AT and text.count("\n") < 2 * sheet.SAMPLE):
        return None
    return sheet.divided(request, decode.Decoded(text, "utf-8"), recognition.names(request))


def _careful(request: Request, data: memoryview, file_hash: str) -> Parcel:
    found = recognition.opened(request, data)
    recognition.refuse_open(request, found.prepared)
    outcome = careful.read(request, found.prepared, file_hash[:STEM])
    return _parcel(request, found, file_hash, outcome, outcome.tables)


def _parcel(
    request: Request,
    found: recognition.Opened,
    file_hash: str,
    outcome: Outcome,
    tables: Mapping[str, pa.Table | Scan],
) -> Parcel:
    scanned = any(isinstance(table, Scan) for table in tables.values())
    notes = () if scanned else outcome.notes()
    return Parcel(
        format=found.format.name,
        label=request.label,
        file_hash=file_hash,
        rows_read=outcome.rows_read,
        tables=tables,
        rejects=tuple(outcome.rejects),
        rejected=outcome.rejected,
        keeps_unanswered=recognition.keeps_unanswered(request, found),
        timezone=found.prepared.zone,
        currency=outcome.currency,
        notes=(*found.format.notes, *found.prepared.notes, *notes),
    )


def _beginning(data: memoryview) -> memoryview:
    """At most LOOKED_AT bytes, up to the end of a line."""
    head = bytes(data[:LOOKED_AT])
    return data[: head.rfind(b"\n") + 1] if len(data) > LOOKED_AT and b"\n" in head else data[:LOOKED_AT]


def opened(request: Request) -> memoryview:
    """The bytes of the file, mapped when it is large. FileRefused when it is too large or not readable."""
    path = Path(request.path)
    try:
        size = path.stat().st_size
        refusals.refuse_size(request, size)
        return mapped.opened(path, size)
    except OSError as error:
        raise refusals.unreadable(request, error) from None

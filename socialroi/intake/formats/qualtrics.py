"""Qualtrics' response export, with its three header rows: names, question texts, and JSON of import ids.

The zone of all times stands in the third row. The older export has two rows and no zone. Previews, tests,
spam and unfinished responses are no answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from socialroi import schema
from socialroi.errors import UsageError
from socialroi.intake import coerce, zones
from socialroi.intake.formats.base import Cells, Format, Makes, known_by
from socialroi.intake.formats.questionnaire import Listed, prepared
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: What the tool itself says about a response; every other column is a question or the firm's own.
ABOUT = known_by(
    "StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished",
    "RecordedDate", "ResponseId", "RecipientLastName", "RecipientFirstName", "RecipientEmail",
    "ExternalReference", "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage",
    "ResponseSet", "ExternalDataReference",
)  # fmt: skip
TIMES = known_by("StartDate", "EndDate", "RecordedDate")
#: Ends of import ids of columns beside a question that hold words.
NO_SCORES = ("TEXT", "NPS_GROUP")
_ZONE = re.compile(r'"timeZone"\s*:\s*"([^"]{1,40})"')
_IMPORT_ID = re.compile(r'\{\s*"ImportId"\s*:\s*"([^"]*)"')
#: By bit of the status' number.
_STATUSES = {1: "preview", 2: "test", 8: "spam"}
_SAID = {"preview": "A preview", "test": "A test", "spam": "Marked as spam"}


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """One row an answer to a declared question."""
    above = _header_rows(sheet)
    page = replace(sheet, start=sheet.start + len(above))
    form = replace(FORMAT, zone=_zone(above))
    return prepared(form, request, page, _listed(sheet.headers, above))


def _header_rows(sheet: Sheet) -> list[tuple[str, ...]]:
    """The rows below the header that belong to it: texts, and JSON."""
    at = [place for place, header in enumerate(sheet.headers) if schema.normalise(header) in TIMES]
    found = []
    for record in islice(sheet.records(), 2):
        cells = record.cells or ()
        times = [cells[place] for place in at if place < len(cells)]
        is_json = any(_IMPORT_ID.match(cell) for cell in cells)
        if not is_json and (not any(times) or any(mark.isdigit() for mark in "".join(times))):
            break
        found.append(cells)
    return found


def _zone(above: Sequence[Sequence[str]]) -> str | None:
    """The time zone that the JSON row names, if it is one."""
    named = next((found[1] for row in above for cell in row if (found := _ZONE.search(cell))), None)
    if named is None or named == "Z":
        return named and "UTC"
    try:
        return zones.zone_named(named).key
    except UsageError:
        return None


def _listed(names: Sequence[str], above: Sequence[Sequence[str]]) -> list[Listed]:
    """The columns that are questions by their import id, else all that Qualtrics has no name for."""
    texts = next(
        (row for row in above if not any(_IMPORT_ID.match(cell) for cell in row)), ("",) * len(names)
    )
    ids = next((row for row in above if any(_IMPORT_ID.match(cell) for cell in row)), None)
    found = []
    for at, (header, text) in enumerate(zip(names, texts, strict=True)):
        known = _IMPORT_ID.match(ids[at]) if ids else None
        is_asked = known is None or (known[1].startswith("QID") and not known[1].endswith(NO_SCORES))
        if header and schema.normalise(header) not in ABOUT and is_asked:
            found.append(Listed(at, header, text))
    return found


def _problem(cells: Cells) -> str:
    status, finished = cells["status"].casefold(), cells["finished"].lower()
    number = int(status) if status.isascii() and status.isdigit() and len(status) < 4 else 0
    said = [word for bit, word in _STATUSES.items() if word in status or number & bit]
    if said:
        return f"{_SAID[said[0]]}, not an answer."
    return "The response was not finished." if finished in coerce.FALSE else ""


FORMAT = Format(
    name="qualtrics",
    sentence="Qualtrics' export of responses, known by ResponseId and its dates in columns without blanks.",
    tables=("surveys",),
    keeps_unanswered="unknown",
    identity="ExternalReference as the firm's own customer number, and the recipient's e-mail address.",
    needs=(
        known_by("ResponseId", "RecordedDate"),
        known_by("StartDate", "EndDate", "RecordedDate", "ResponseId"),
        known_by("ResponseID", "ResponseSet"),
        known_by("ResponseID", "ResponseSet", "StartDate", "EndDate"),
    ),
    notes=(
        "The export has no time at which somebody was asked: how many did not answer is not in it.",
        "A declared question without an answer counts as asked, also where the survey did not show it.",
    ),
    makes=(
        Makes(
            "surveys",
            {
                "response_id": "ResponseId",
                "customer_id": ("ExternalReference", "ExternalDataReference"),
                "email": "RecipientEmail",
                "answered_at": ("RecordedDate", "EndDate"),
            },
        ),
    ),
    problem=_problem,
    prepare=prepare,
)

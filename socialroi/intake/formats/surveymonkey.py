"""SurveyMonkey's export of single responses: two header rows, the second with the options of questions.

The first has blank cells beside a question with several columns; such a column is called by its question
and its option, or by its position. Times are in the zone of the account, which the file does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from socialroi import schema
from socialroi.intake.formats.base import Computed, Format, Makes, known_by
from socialroi.intake.formats.dates import month_first
from socialroi.intake.formats.questionnaire import Listed, prepared
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

ABOUT = known_by(
    "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
    "Last Name", "Custom Data 1",
)  # fmt: skip
RESPONDENT = "respondent_id"
#: What stands below a question with a single column; the second is free text.
SINGLE, FREE = "Response", "Open-Ended Response"


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """One row an answer to a declared question."""
    options = _options(sheet)
    names = tuple(_names(sheet.headers, options or ()))
    page = replace(sheet, headers=names, start=sheet.start + (options is not None))
    return prepared(FORMAT, request, page, list(_listed(names, options or ())))


def _options(sheet: Sheet) -> tuple[str, ...] | None:
    """The second header row; None when the data follow at once."""
    at = [place for place, name in enumerate(sheet.headers) if schema.normalise(name) == RESPONDENT]
    for record in islice(sheet.records(), 1):
        if record.cells is not None and at and not record.cells[at[0]].strip():
            return record.cells
    return None


def _names(found: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    """The headers, blank ones filled with their question and their option."""
    question = ""
    for place, header in enumerate(found):
        question = header or question
        option = options[place].strip() if place < len(options) else ""
        yield header or (f"{question} / {option or place + 1}" if question else "")


def _listed(names: Sequence[str], options: Sequence[str]) -> Iterator[Listed]:
    """The columns that are no free text and about the answers, those with a single column first."""
    found = [
        (options[place].strip() if place < len(options) else "", place, name)
        for place, name in enumerate(names)
        if name and schema.normalise(name) not in ABOUT
    ]
    for option, place, name in sorted(found, key=lambda each: each[0] != SINGLE):
        if option != FREE:
            yield Listed(place, name)


FORMAT = Format(
    name="surveymonkey",
    sentence="SurveyMonkey's export of responses, known by Respondent ID and Collector ID.",
    tables=("surveys",),
    keeps_unanswered="unknown",
    identity="The e-mail address, stored as a keyed hash; Custom Data 1 where you map it to customer_id.",
    needs=(
        known_by("Respondent ID", "Collector ID"),
        # as many as there are, because options of a question such as Name or Country are names we know too
        known_by(
            "Respondent ID",
            "Collector ID",
            "Start Date",
            "End Date",
            "IP Address",
            "Email Address",
            "First Name",
            "Last Name",
        ),
    ),
    notes=(
        "The export has no time at which somebody was asked: how many did not answer is not in it.",
        "A declared question without an answer counts as asked, also where the survey did not show it.",
    ),
    makes=(
        Makes(
            "surveys",
            {
                "response_id": "Respondent ID",
                "email": "Email Address",
                "answered_at": Computed("End Date", lambda cells: month_first(cells["end_date"])),
            },
        ),
    ),
    prepare=prepare,
)

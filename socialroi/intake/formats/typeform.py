"""Typeform's export of responses: a token, the questions, hidden fields as columns, times in UTC."""

from __future__ import annotations

from dataclasses import replace

from socialroi import schema
from socialroi.intake.formats.base import Cells, Format, Makes, known_by
from socialroi.intake.formats.questionnaire import Listed, prepared
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: The token's header is a bare #, in which there is nothing to compare.
TOKEN = "# (token)"  # noqa: S105 - no secret
ABOUT = known_by(
    TOKEN, "Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags",
    "Ending", "customer_id", "email", "ticket_id", "conversation_id",
)  # fmt: skip


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """One row an answer to a declared question."""
    names = tuple(TOKEN if header == "#" else header for header in sheet.headers)
    listed = [
        Listed(place, name)
        for place, name in enumerate(names)
        if name and schema.normalise(name) not in ABOUT
    ]
    return prepared(FORMAT, request, replace(sheet, headers=names), listed)


def _problem(cells: Cells) -> str:
    """Newer exports hold the forms too that were opened and left."""
    empty = cells.is_empty
    return "" if cells["submit_date_utc"] or empty else "The form was opened and not submitted."


FORMAT = Format(
    name="typeform",
    sentence="Typeform's export of responses, known by Start Date (UTC) and Submit Date (UTC).",
    tables=("surveys",),
    keeps_unanswered="unknown",
    identity="Hidden fields called customer_id or email; any other where you map it to one of them.",
    needs=(
        known_by("Start Date (UTC)", "Submit Date (UTC)"),
        known_by("Start Date (UTC)", "Submit Date (UTC)", "Network ID"),
    ),
    notes=(
        "The export has no time at which somebody was asked: how many did not answer is not in it.",
        "A declared question without an answer counts as asked, also where the form did not show it.",
    ),
    makes=(
        Makes(
            "surveys",
            {
                "response_id": TOKEN,
                "customer_id": "customer_id",
                "email": "email",
                "conversation_id": ("conversation_id", "ticket_id"),
                "answered_at": "Submit Date (UTC)",
            },
            utc=frozenset({"answered_at"}),
        ),
    ),
    problem=_problem,
    prepare=prepare,
)

"""Medallia Agent Connect's export of requests: every survey that was sent, answered or not."""

from __future__ import annotations

from socialroi import schema
from socialroi.intake.formats.base import Cells, Format, Makes, known_by
from socialroi.intake.formats.questionnaire import Listed, prepared
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

SENT = ("request_sent_at", "request_sent_at (UTC)")
RECEIVED = ("response_received_at", "response_received_at (UTC)")
RATING = "star_rating"


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """One row a request; without an answer its score is empty."""
    listed = [Listed(at, name) for at, name in enumerate(sheet.headers) if schema.normalise(name) == RATING]
    return prepared(FORMAT, request, sheet, listed)


def _problem(cells: Cells) -> str:
    """Requests that never left asked nobody."""
    status = cells["request_delivery_status"].casefold()
    return "The request was not sent, so nobody was asked." if status.startswith("not sent") else ""


FORMAT = Format(
    name="medallia",
    sentence="Requests and responses of Medallia Agent Connect, known by request_id and request_sent_at.",
    tables=("surveys",),
    keeps_unanswered="unknown",
    identity="customer_custom_id and customer_email where the export has them.",
    needs=(
        known_by("request_id", SENT[0], RECEIVED[0], RATING),
        known_by("request_id", SENT[1], RECEIVED[1], RATING),
    ),
    notes=(
        "Exported with all requests, it says how many were asked and did not answer; exported with"
        " responses only, it does not.",
    ),
    certain=False,
    makes=(
        Makes(
            "surveys",
            {
                "response_id": "request_id",
                "customer_id": "customer_custom_id",
                "email": "customer_email",
                "conversation_id": "ext_interaction_id",
                "asked_at": SENT,
                "answered_at": RECEIVED,
            },
            utc=frozenset({"asked_at", "answered_at"}),
        ),
    ),
    problem=_problem,
    prepare=prepare,
)

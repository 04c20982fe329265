"""Chatwoot's download of satisfaction ratings: one row an answer, on the product's own scale of 1 to 5.

The conversation stands only inside a link. The cell of the agent has a mail address in it, which is never
the customer's. Blank lines between the rows and a line about the period belong to the report.
"""

from __future__ import annotations

import re

from socialroi.intake.formats.base import Cells, Computed, Format, Makes, answers, known_by
from socialroi.intake.headers import Scale

LINK = "Link to the conversation"
SCALE = Scale("csat", 1, 5, high_is_good=True)
_CONVERSATION = re.compile(r"/conversations/(\d+)(?:[/?#].*)?$")


def conversation(cells: Cells) -> str:
    """The conversation that the link leads to; "" when it leads to none."""
    found = _CONVERSATION.search(cells["link_to_the_conversation"])
    return found[1] if found else ""


def response(cells: Cells) -> str:
    """A name for the answer that it will have in the next export as well; "" when there is none."""
    named = conversation(cells)
    return f"{named}-csat-{cells['recorded_date']}" if named and cells["recorded_date"] else ""


def is_report(first: str) -> bool:
    """Whether a line with this first cell tells the period of the report."""
    return first.startswith("Reporting period ")


FORMAT = Format(
    name="chatwoot_csat",
    sentence="Chatwoot's download of CSAT responses: ratings of 1 to 5 with a link to each conversation.",
    tables=("surveys",),
    keeps_unanswered="no",
    identity="Contact Email Address and Contact Phone Number.",
    needs=(
        known_by("Agent Name", "Rating", "Feedback Comment", LINK, "Recorded date"),
        known_by("Rating", LINK, "Recorded date"),
    ),
    notes=(
        "The download has answers only: how many were asked and did not answer is unknown.",
        "The conversation is the number in the link, the same as in an export of its messages.",
    ),
    aside=is_report,
    makes=(
        Makes(
            "surveys",
            {
                **answers("Rating", SCALE),
                "response_id": Computed(LINK, response),
                "conversation_id": Computed(LINK, conversation),
                "email": "Contact Email Address",
                "phone": "Contact Phone Number",
                "answered_at": "Recorded date",
            },
        ),
    ),
)

"""HubSpot's export of tickets: one row a ticket, when it was created, and nothing about answers.

So it tells who asked and when, and never who was answered.
"""

from __future__ import annotations

from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Computed, Format, From, Makes, known_by
from socialroi.intake.formats.helpdesk import Clock
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

OPENED, CONTACTS = "Create date", "Associated Contact IDs"


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Tickets as messages; nobody in them may be counted as unanswered."""
    clock = helpdesk.clock_of(request, sheet, (OPENED,))
    makes = [Makes("interactions", helpdesk.opening(**_ticket(clock)))]
    prepared = helpdesk.making(FORMAT, makes, request, sheet, clock)
    return helpdesk.without_answers(request, prepared, "", FORMAT.keeps_unanswered)


def _ticket(clock: Clock) -> dict[str, From]:
    """The message that opened a ticket, by the first contact it belongs to."""
    return {
        "message_id": "Ticket ID",
        "conversation_id": "Ticket ID",
        "customer_id": Computed(
            CONTACTS,
            lambda cells: helpdesk.person("hubspot", helpdesk.first_of(cells["associated_contact_ids"])),
        ),
        "sent_at": Computed(OPENED, lambda cells: clock.plain(cells["create_date"])),
        "department": "Pipeline",
        "channel": Computed("Source", lambda cells: helpdesk.channel(cells["source"])),
        "topic": "Category",
    }


FORMAT = Format(
    name="hubspot_tickets",
    sentence="HubSpot's export of tickets, known by Ticket ID, Ticket name, Ticket status and Create date.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="HubSpot's contact id, where Associated Contact IDs is exported; else nobody is known.",
    certain=False,
    needs=(known_by("Ticket ID", "Ticket name", "Ticket status", OPENED),),
    notes=(
        "The export says when tickets were created and not when they were answered: it shows who asked, and "
        "how much, but neither response times nor response rates.",
        "Times are in the portal's time zone, without saying which.",
    ),
    prepare=prepare,
)

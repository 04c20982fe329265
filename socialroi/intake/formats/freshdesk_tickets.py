"""Freshdesk's export of tickets, and Freshservice's with its other capitals: one row a ticket.

The columns "(in hrs)" are never read: they count business hours of the account's own calendar, and may be
negative. The first answer is the timestamp `Initial response time`.
"""

from __future__ import annotations

from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.helpdesk import Clock
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

TOOL = "freshdesk"
OPENED, ANSWERED = "Created time", "Initial response time"
TIMES = (OPENED, ANSWERED, "Resolved time", "Closed time", "Last update time")
EXTERNAL, CONTACT = "Unique external ID", "Contact ID"


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Tickets as messages and answers; columns said to be questions as surveys."""
    clock = helpdesk.clock_of(request, sheet, TIMES)
    customer = _customer(sheet)
    makes = [
        Makes("interactions", {**_ticket(sheet, clock), **customer}),
        Makes("interactions", helpdesk.answering(**_reply(sheet, clock), **customer), when=_is_answered),
        *helpdesk.surveys(request, sheet, {**_asked(clock), **customer}),
        helpdesk.reading("interactions", "message_id", EXTERNAL),
    ]
    prepared = helpdesk.making(FORMAT, makes, request, sheet, clock)
    if helpdesk.has(sheet, ANSWERED):
        return prepared
    return helpdesk.without_answers(request, prepared, ANSWERED, FORMAT.keeps_unanswered)


def _ticket(sheet: Sheet, clock: Clock) -> dict[str, From]:
    """The message that opened a ticket; one that staff wrote first asks for nothing."""
    return {
        "message_id": "Ticket ID",
        "conversation_id": "Ticket ID",
        "author_kind": Computed("Ticket ID", lambda cells: "agent" if _is_ours(cells) else "customer"),
        "direction": Computed("Ticket ID", lambda cells: "out" if _is_ours(cells) else "in"),
        "sent_at": Computed(OPENED, lambda cells: clock.plain(cells["created_time"])),
        **_about(sheet),
    }


def _is_ours(cells: Cells) -> bool:
    return cells["source"].casefold() == "outbound email"


def _about(sheet: Sheet) -> dict[str, From]:
    tags = Computed("Tags", lambda cells: helpdesk.first_of(cells["tags"]))
    return {
        "department": "Group",
        "channel": Computed("Source", lambda cells: helpdesk.channel(cells["source"])),
        "topic": "Type" if helpdesk.has(sheet, "Type") else tags,
    }


def _reply(sheet: Sheet, clock: Clock) -> dict[str, From]:
    return {
        "message_id": Computed(
            "Ticket ID", lambda cells: cells["ticket_id"] and f"{cells['ticket_id']}-reply"
        ),
        "conversation_id": "Ticket ID",
        "reply_to": "Ticket ID",
        "sent_at": Computed(ANSWERED, lambda cells: clock.plain(cells["initial_response_time"])),
        **_about(sheet),
    }


def _is_answered(cells: Cells) -> bool:
    return bool(cells["initial_response_time"]) and not _is_ours(cells)


def _customer(sheet: Sheet) -> dict[str, From]:
    """The requester by the firm's own number, else by Freshdesk's, and by address."""

    def known_as(cells: Cells) -> str:
        return cells["unique_external_id"] or helpdesk.person(TOOL, cells["contact_id"])

    return {
        "customer_id": Computed(helpdesk.present(sheet, CONTACT, EXTERNAL), known_as),
        "email": ("Email", "Requester Email"),
        "phone": ("Work phone", "Mobile phone"),
    }


def _asked(clock: Clock) -> dict[str, From]:
    """A question is asked when its ticket is resolved, as far as the file says."""

    def asked_at(cells: Cells) -> str:
        return clock.plain(cells["resolved_time"] or cells["closed_time"] or cells["created_time"])

    return {
        "response_id": Computed(
            "Ticket ID", lambda cells: cells["ticket_id"] and f"{cells['ticket_id']}-survey"
        ),
        "conversation_id": "Ticket ID",
        "asked_at": Computed(OPENED, asked_at),
    }


FORMAT = Format(
    name="freshdesk_tickets",
    sentence="Freshdesk's or Freshservice's export of tickets: when each was opened and first answered.",
    tables=("interactions", "surveys"),
    keeps_unanswered="yes",
    identity="Unique external ID as the firm's own, else Freshdesk's contact id; e-mail address and phone.",
    needs=(
        known_by("Ticket ID", OPENED, ANSWERED),
        known_by("Ticket ID", OPENED, "Resolved time", "Source"),
        known_by("Ticket ID", OPENED, "Agent interactions"),
        known_by("Ticket ID", OPENED, "Requester Email"),
    ),
    notes=(
        "The export has no messages: a ticket counts as one message, and its initial response as the first "
        "answer; later messages and answers are unknown.",
        "Times are in the account's time zone, without saying which. The columns in hours are not read, "
        "because they count the account's business hours.",
        "Survey results are words of the account's own choice without a scale and are not read.",
        "Group and type are those at export. Topic is the type, or without that column the first tag. "
        "A ticket that began with an outbound e-mail asks for no answer.",
    ),
    prepare=prepare,
)

"""Zammad's report of tickets, a workbook or what somebody saved of it: one row a ticket.

The workbook ends with a line that names the time zone of its times. Who opened a ticket is known by the
column `Sender`: what staff or the system opened asks for no answer.
"""

from __future__ import annotations

import re
from dataclasses import replace

from socialroi import schema
from socialroi.errors import UsageError
from socialroi.intake import zones
from socialroi.intake.cells import BLANKS
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.helpdesk import Clock
from socialroi.intake.rows import EMPTY, Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

OPENED, ANSWERED = "Created At", "First Response At"
TIMES = (OPENED, ANSWERED, "Closed At", "Updated At")
#: Zammad heads its numbers with "#", which is no name once headers are compared.
NUMBER, HEADED = "Ticket #", "#"
SENDERS = {"customer": ("customer", "in"), "agent": ("agent", "out"), "system": ("system", "in")}
_ZONE = re.compile(r"[^:]{1,40}: ?(UTC|[A-Z][A-Za-z_]+/[A-Za-z0-9_+/-]+)")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Tickets as messages and answers."""
    sheet = replace(sheet, headers=tuple(NUMBER if name == HEADED else name for name in sheet.headers))
    zone = _zone(sheet)
    clock = helpdesk.clock_of(request, sheet, TIMES, zone)
    makes = [
        Makes("interactions", _ticket(clock)),
        Makes("interactions", helpdesk.answering(**_reply(clock)), when=_is_answered),
        helpdesk.reading("interactions", "message_id", "Sender", "State"),
    ]
    prepared = helpdesk.making(FORMAT, makes, request, sheet, clock)
    prepared = replace(prepared, zone=prepared.zone or zone)
    if helpdesk.has(sheet, ANSWERED):
        return prepared
    return helpdesk.without_answers(request, prepared, ANSWERED, FORMAT.keeps_unanswered)


def _zone(sheet: Sheet) -> str | None:
    """The time zone that the last line of the report names."""
    last = ""
    for record in sheet.records():
        last = record.cells[0] if record.cells else record.shown
    return zone_of(last.strip(BLANKS))


def zone_of(line: str) -> str | None:
    """The zone named by a line such as "Timezone: Europe/Berlin", in whatever language it is."""
    found = _ZONE.fullmatch(line)
    try:
        return zones.zone_named(found[1]).key if found else None
    except UsageError:
        return None


def _ticket(clock: Clock) -> dict[str, From]:
    return {
        "message_id": NUMBER,
        "conversation_id": NUMBER,
        "author_kind": Computed(NUMBER, lambda cells: _sender(cells)[0]),
        "direction": Computed(NUMBER, lambda cells: _sender(cells)[1]),
        "sent_at": Computed(OPENED, lambda cells: clock.plain(cells["created_at"])),
        "email": Computed("Customer", _address),
        **ABOUT,
    }


def _reply(clock: Clock) -> dict[str, From]:
    return {
        "message_id": Computed(NUMBER, lambda cells: cells["ticket"] and f"{cells['ticket']}-reply"),
        "conversation_id": NUMBER,
        "reply_to": NUMBER,
        "sent_at": Computed(ANSWERED, lambda cells: clock.plain(cells["first_response_at"])),
        "email": Computed("Customer", _address),
        **ABOUT,
    }


ABOUT: dict[str, From] = {
    "department": "Group",
    "channel": Computed("Create Channel", lambda cells: helpdesk.channel(cells["create_channel"])),
    "topic": Computed("Tags", lambda cells: helpdesk.first_of(cells["tags"])),
}


def _sender(cells: Cells) -> tuple[str, str]:
    return SENDERS.get(cells["sender"].casefold(), SENDERS["customer"])


def _is_answered(cells: Cells) -> bool:
    return bool(cells["first_response_at"])


def _address(cells: Cells) -> str:
    """Customers without a name are shown by their address; a name says nothing to us."""
    return cells["customer"] if "@" in cells["customer"] else ""


def problem(cells: Cells) -> str:
    """A merged ticket has given its messages to another one; a blank row is one of the workbook's own."""
    if cells.is_empty:
        return EMPTY
    if schema.normalise(cells["state"]) == "merged":
        return "This ticket was merged into another one, which has its messages."
    return ""


def is_report(first: str) -> bool:
    """Whether a line with this first cell names the zone of the report."""
    return zone_of(first) is not None


FORMAT = Format(
    name="zammad_tickets",
    sentence="Zammad's report of tickets, known by Create Channel, Created At and First Response At.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="The customer's e-mail address where Zammad shows no name; else nobody is known.",
    certain=False,
    needs=(
        known_by("Title", "State", "Group", OPENED, ANSWERED),
        known_by("Title", "State", "Create Channel", OPENED),
    ),
    notes=(
        "The report has no messages: a ticket counts as one message, and its first response as the first "
        "answer. The columns in minutes follow the account's calendar and are not read.",
        "It names customers and seldom gives their address: map a column with --columns to know them.",
        "Which tickets are in a report depends on its profile: a list of closed ones lacks those still open.",
    ),
    problem=problem,
    aside=is_report,
    prepare=prepare,
)

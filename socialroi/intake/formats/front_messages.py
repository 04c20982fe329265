"""Front's export of messages: one row a message, with the columns somebody picked."""

from __future__ import annotations

from socialroi.intake import identity
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.helpdesk import Clock
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

CONTACT, SENT = "Contact handle", "Message date"
INBOUND = ("inbound", "in", "received")
YES = ("yes", "true", "1", "y", "autoreply")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The messages of the file."""
    clock = helpdesk.clock_of(request, sheet, (SENT,))
    makes = [
        Makes("interactions", _message(clock)),
        helpdesk.reading("interactions", "direction", "Autoreply"),
    ]
    return helpdesk.making(FORMAT, makes, request, sheet, clock)


def _message(clock: Clock) -> dict[str, From]:
    return {
        "message_id": ("Message ID", "Message API ID"),
        "conversation_id": ("Conversation ID", "Conversation API ID"),
        "author_kind": Computed("Direction", _author_kind),
        "direction": "Direction",
        "sent_at": Computed(SENT, lambda cells: clock.plain(helpdesk.moment(cells["message_date"]))),
        "email": Computed(CONTACT, lambda cells: _address(cells)[0]),
        "phone": Computed(CONTACT, lambda cells: _address(cells)[1]),
        "handle": Computed(CONTACT, lambda cells: _address(cells)[2]),
        "agent_id": Computed("Author", lambda cells: "" if _is_inbound(cells) else cells["author"]),
        "department": "Inbox",
        "topic": Computed("Tags", lambda cells: helpdesk.first_of(cells["tags"])),
    }


def _is_inbound(cells: Cells) -> bool:
    return cells["direction"].casefold() in INBOUND


def _author_kind(cells: Cells) -> str:
    if _is_inbound(cells):
        return "customer"
    return "bot" if cells["autoreply"].casefold() in YES else "agent"


def _address(cells: Cells) -> tuple[str, str, str]:
    """A contact's one address as e-mail address, phone number or name on a network."""
    said = cells["contact_handle"]
    if isinstance(identity.email(said), str):
        return said, "", ""
    if said.startswith("+") and isinstance(identity.phone(said), str):
        return "", said, ""
    return "", "", said


FORMAT = Format(
    name="front_messages",
    sentence="Front's export of messages, known by Message ID, Conversation ID, Direction and Message date.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="Contact handle: an e-mail address, a phone number or a name on a network.",
    certain=False,
    needs=(
        known_by("Message ID", "Conversation ID", "Direction", SENT),
        known_by("Message API ID", "Conversation API ID", "Direction", SENT),
    ),
    notes=(
        "Conversations are Front's conversations, not its segments, which end after a silence or at 1,000 "
        "activities. The columns of durations follow business hours and are not read.",
        "The export does not name the channel, and its extract is only the beginning of a message and is not "
        "read.",
    ),
    prepare=prepare,
)

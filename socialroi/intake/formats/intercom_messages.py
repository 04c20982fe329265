"""Intercom's conversations as a third party's exporter writes them: one row a message or a conversation.

A file of conversations only has the time of the first answer beside each; a file of messages has the
answer itself. Which of the two it is shows in the types of its messages.
"""

from __future__ import annotations

from collections.abc import Iterator

from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Cells, Computed, Fixed, Format, From, Makes, known_by
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

TOOL = "intercom"
ENTRY, NOTE = "conversation_message", "note"
#: What kinds of author mean: leads and visitors are people without an account.
AUTHORS = {
    "user": "customer", "lead": "customer", "contact": "customer", "visitor": "customer",
    "admin": "agent", "teammate": "agent", "team": "agent", "bot": "bot", "operator": "bot",
}  # fmt: skip
UTC = frozenset(("sent_at",))


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The messages; with the first answers where the file has none of its own."""
    clock = helpdesk.clock_of(request, sheet, ())
    read = helpdesk.reading("interactions", "message_id", "message_author_user_id")
    makes = [Makes("interactions", MESSAGE, utc=UTC), read]
    if _has_entries_only(sheet):
        makes.append(Makes("interactions", helpdesk.answering(**ANSWER), when=_is_answered, utc=UTC))
    return helpdesk.making(FORMAT, makes, request, sheet, clock)


def _has_entries_only(sheet: Sheet) -> bool:
    return all(kind == ENTRY for kind in _kinds(sheet))


def _kinds(sheet: Sheet) -> Iterator[str]:
    return (kind for (kind,) in sheet.cells("message_type"))


def _author_kind(cells: Cells) -> str:
    """What kind of author; what nobody wrote, such as that somebody was assigned, is the system's."""
    if not cells["message_body"] and cells["message_type"] not in {ENTRY, "comment"}:
        return "system"
    said = cells["message_author_type"].casefold()
    return AUTHORS.get(said, said)


def _is_customers(cells: Cells) -> bool:
    return _author_kind(cells) == "customer"


def _visibility(cells: Cells) -> str:
    hidden = cells["message_type"] == NOTE or _author_kind(cells) == "system"
    return "private" if hidden else "public"


def _customer(cells: Cells) -> str:
    """The firm's own number of an author where it gave one, else Intercom's."""
    if not _is_customers(cells):
        return ""
    return cells["message_author_user_id"] or helpdesk.person(TOOL, cells["message_author_id"])


MESSAGE: dict[str, From] = {
    "message_id": "message_id",
    "conversation_id": "conversation_id",
    "customer_id": Computed("message_author_id", _customer),
    "email": Computed(
        "message_author_email", lambda cells: cells["message_author_email"] if _is_customers(cells) else ""
    ),
    "author_id": Computed(
        "message_author_id", lambda cells: helpdesk.person(TOOL, cells["message_author_id"])
    ),
    "author_kind": Computed("message_author_type", _author_kind),
    "direction": Computed("message_author_type", lambda cells: "in" if _is_customers(cells) else "out"),
    "sent_at": "message_created_at",
    "visibility": Computed("message_type", _visibility),
    "topic": Computed("conversation_tags", lambda cells: helpdesk.first_of(cells["conversation_tags"])),
    "text": "message_body",
}
ANSWER: dict[str, From] = {
    "message_id": Computed("conversation_id", lambda cells: f"{cells['conversation_id']}-reply"),
    "conversation_id": "conversation_id",
    "reply_to": "message_id",
    "sent_at": "conversation_first_response_at",
    "visibility": Fixed("public"),
}


def _is_answered(cells: Cells) -> bool:
    return bool(cells["conversation_first_response_at"])


FORMAT = Format(
    name="intercom_messages",
    sentence="Intercom's conversations as a third party's exporter writes them, in snake_case and in UTC.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="message_author_user_id as the firm's own number, else Intercom's author id; e-mail address.",
    certain=False,
    needs=(
        known_by("message_id", "message_type", "message_author_type", "conversation_id",
                 "conversation_first_response_at"),
        known_by("message_id", "message_author_type", "message_author_user_id", "conversation_id",
                 "message_created_at"),
    ),
    notes=(
        "Notes of the team and what nobody wrote, such as assignments, are loaded as private and count for "
        "nothing; what a bot wrote is no answer by a person.",
        "The export does not name the channel of a conversation.",
    ),
    prepare=prepare,
)  # fmt: skip

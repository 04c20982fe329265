"""Chatwoot's messages as its API and its webhooks give them: messages, or conversations with theirs inside.

Whether somebody was answered depends on telling five kinds of message apart: what came in, what a person
sent, what a bot or a template sent, what the product noted down, and private notes. The last two count
for nothing. A question about satisfaction is a template too, and its answer a survey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from socialroi import schema
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Format, Made, from_objects
from socialroi.intake.objects import Objects, Thing, member
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request

Member = Mapping[str, Any]
Cells = dict[str, str]

TOOL = "chatwoot"
INCOMING, OUTGOING, ACTIVITY, TEMPLATE = "0", "1", "2", "3"
#: Webhooks write the kinds of message as words.
TYPES = {"incoming": INCOMING, "outgoing": OUTGOING, "activity": ACTIVITY, "template": TEMPLATE}
KINDS = (INCOMING, OUTGOING, ACTIVITY, TEMPLATE)
ROBOTS = ("agentbot", "captainassistant", "captain_assistant", "agent_bot")
CHANNELS = {"channel_webwidget": "chat"}
MESSAGES = {
    "message_id": "id", "conversation_id": "conversation_id", "customer_id": "sender.id",
    "email": "sender.email", "phone": "sender.phone_number", "handle": "sender.additional_attributes",
    "author_id": "sender.id", "author_kind": "message_type", "direction": "message_type",
    "sent_at": "created_at", "department": "inbox_id", "agent_id": "sender.id", "channel": "channel",
    "visibility": "private", "topic": "labels", "text": "content",
}  # fmt: skip
SURVEYS = {
    "response_id": "id", "conversation_id": "conversation_id", "customer_id": "sender.id",
    "email": "sender.email", "phone": "sender.phone_number", "handle": "sender.additional_attributes",
    "question": "content_type", "score": "csat_survey_response.rating", "scale_min": "content_type",
    "scale_max": "content_type", "high_is_good": "content_type", "asked_at": "created_at",
}  # fmt: skip
PERSON = ("customer_id", "email", "phone", "handle")
#: How long after a conversation began its first message may be said to have been sent, in seconds.
SLACK_S = 60
PART = (
    "Only the last message of this conversation is here, as in a list of conversations. Export the messages "
    "of each conversation."
)


def matches(found: Objects) -> bool:
    """Whether the first object is a message of Chatwoot's, or a conversation with its messages."""
    first = found.first()
    if isinstance(first.get("messages"), list):
        return "inbox_id" in first and isinstance(first.get("meta"), Mapping)
    named = "conversation_id" in first or isinstance(first.get("conversation"), Mapping)
    return named and _type(first) in KINDS and "created_at" in first


def prepare(request: Request, found: Objects) -> Prepared:
    """Messages, and the answers to questions about satisfaction."""
    layout = {"interactions": MESSAGES, "surveys": SURVEYS}
    return from_objects(FORMAT, request, layout, partial(_made, found))


def _made(found: Objects) -> Iterator[Made]:
    """One thing is one record, whether it is a message or a conversation."""
    people: dict[str, Cells] = {}
    for number, thing in enumerate(found.things(), 1):
        problem = thing.problem or _problem(thing.value)
        if problem:
            shown = thing.shown or member(thing.value, "id")
            yield Made(thing.line, number, "interactions", problem=problem, shown=shown)
            continue
        yield from _rows(thing, number, found.around, people)


def _rows(thing: Thing, number: int, around: Member, people: dict[str, Cells]) -> Iterator[Made]:
    conversation = _conversation(thing.value, around)
    for message in _messages(thing.value):
        cells = _message(message, conversation)
        known = _contact(message, conversation) or people.get(cells["conversation_id"], {})
        people.setdefault(cells["conversation_id"], known) if known else None
        cells |= known
        yield Made(thing.line, number, "interactions", cells)
        if member(message, "content_type") == "input_csat":
            yield Made(thing.line, number, "surveys", _survey(message, cells))


def _messages(value: Member) -> list[Member]:
    inner = value.get("messages")
    if not isinstance(inner, list):
        return [value]
    return [each for each in inner if isinstance(each, Mapping) and _type(each) in KINDS]


def _conversation(value: Member, around: Member) -> Member:
    """What stands around a message about its conversation."""
    if isinstance(value.get("messages"), list):
        return value
    inner = value.get("conversation")
    return inner if isinstance(inner, Mapping) else around


def _problem(value: Member) -> str:
    """Why an object is no message, or a conversation of which the beginning is not here."""
    messages = _messages(value)
    if not messages:
        return "This conversation has no messages."
    if "messages" not in value:
        return "" if _type(value) in KINDS else "This object is no message."
    return PART if len(messages) == 1 and _is_part(value, messages[0]) else ""


def _is_part(conversation: Member, only: Member) -> bool:
    """Whether the one message of a conversation cannot be all of it."""
    answered = member(conversation, "first_reply_created_at") not in {"", "0"}
    began, sent = _seconds(member(conversation, "created_at")), _seconds(member(only, "created_at"))
    late = began is not None and sent is not None and sent - began > SLACK_S
    return late or (answered and _author_kind(only) != "agent")


def _seconds(said: str) -> float | None:
    try:
        return datetime.fromisoformat(helpdesk.moment(said)).timestamp()
    except ValueError:
        return None


def _type(message: Member) -> str:
    said = member(message, "message_type")
    return TYPES.get(said, said)


def _message(message: Member, conversation: Member) -> Cells:
    kind = _author_kind(message)
    hidden = kind == "system" or member(message, "private") == "true"
    author = helpdesk.person(f"{TOOL}-{kind}", member(message, "sender", "id"))
    return {
        "message_id": member(message, "id"),
        "conversation_id": _named(message, conversation),
        "author_id": author,
        "author_kind": kind,
        "direction": "in" if kind == "customer" else "out",
        "sent_at": helpdesk.moment(member(message, "created_at")),
        "agent_id": author if kind == "agent" else "",
        "visibility": "private" if hidden else "public",
        "text": member(message, "content"),
        **_about(message, conversation),
    }


def _named(message: Member, conversation: Member) -> str:
    return member(message, "conversation_id") or member(conversation, "id")


def _about(message: Member, conversation: Member) -> Cells:
    inbox = member(message, "inbox_id") or member(conversation, "inbox_id")
    name = member(message, "inbox", "name") or member(conversation, "inbox", "name")
    labels = conversation.get("labels") or _inside(conversation, "meta", "labels")
    return {
        "department": member(conversation, "meta", "team", "name") or name or (inbox and f"inbox {inbox}"),
        "channel": _channel(message, conversation),
        "topic": str(labels[0]) if isinstance(labels, list) and labels else "",
    }


def _channel(message: Member, conversation: Member) -> str:
    said = (
        member(conversation, "channel")
        or member(conversation, "meta", "channel")
        or member(message, "inbox", "channel_type")
    )
    return CHANNELS.get(schema.normalise(said)) or helpdesk.channel(said)


def _author_kind(message: Member) -> str:
    """Who wrote a message. What went out and has a sender in name only was sent by no person."""
    kind = _type(message)
    if kind == INCOMING:
        return "customer"
    if kind == ACTIVITY:
        return "system"
    if kind == TEMPLATE or _robot(message):
        return "bot"
    return "campaign" if member(message, "additional_attributes", "campaign_id") else "agent"


def _robot(message: Member) -> bool:
    """Whether a bot or a rule sent it; what somebody wrote in the network's own app comes as an echo."""
    attributes = message.get("content_attributes")
    if isinstance(attributes, Mapping):
        if member(attributes, "external_echo") == "true":
            return False
        if member(attributes, "automation_rule_id"):
            return True
    said = member(message, "sender", "type") or member(message, "sender_type")
    if said:
        return schema.normalise(said) in ROBOTS
    nobody = "sender" in message and message["sender"] is None
    return nobody and not member(message, "additional_attributes", "campaign_id")


def _contact(message: Member, conversation: Member) -> Cells:
    """Who asked: the sender of what came in, or whom the conversation names."""
    sender = message.get("sender") if _type(message) == INCOMING else None
    for found in (sender, message.get("contact"), _inside(conversation, "meta", "sender"),
                  _inside(conversation, "meta", "contact"), conversation.get("contact")):  # fmt: skip
        if isinstance(found, Mapping) and found.get("id"):
            return _person(found)
    return {}


def _inside(value: Member, *path: str) -> Any:
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _person(contact: Member) -> Cells:
    """The firm's own number of a contact where it gave one, else Chatwoot's; and every address."""
    more = contact.get("additional_attributes")
    more = more if isinstance(more, Mapping) else {}
    return {
        "customer_id": member(contact, "identifier") or helpdesk.person(TOOL, member(contact, "id")),
        "email": member(contact, "email"),
        "phone": member(contact, "phone_number"),
        "handle": member(more, "screen_name") or member(more, "username"),
    }


def _survey(message: Member, cells: Cells) -> Cells:
    """A question about satisfaction on the product's own scale, with its answer if there was one."""
    rating = _inside(message, "content_attributes", "submitted_values", "csat_survey_response", "rating")
    about = {
        "response_id": f"{cells['message_id']}-csat", "conversation_id": cells["conversation_id"],
        "question": "csat", "score": rating if isinstance(rating, str) else "", "scale_min": "1",
        "scale_max": "5", "high_is_good": "yes", "asked_at": cells["sent_at"],
    }  # fmt: skip
    return about | {name: cells.get(name, "") for name in PERSON}


FORMAT = Format(
    name="chatwoot_messages",
    sentence="Chatwoot's messages as JSON: what its API or webhooks give, or conversations with messages.",
    tables=("interactions", "surveys"),
    keeps_unanswered="unknown",
    identity="identifier as the firm's own number, else Chatwoot's contact id; e-mail address and phone.",
    zone="UTC",
    notes=(
        "Private notes and what the product noted down are loaded as private and count for nothing; what a "
        "bot, a template or a campaign sent is no answer by a person.",
        "Messages alone do not say their channel; conversations and webhooks do.",
    ),
    matches=matches,
    prepare_objects=prepare,
)

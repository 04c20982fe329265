"""Zendesk's JSON export of tickets with their comments: real messages, one ticket a line, in UTC.

Comments of the requester come in, comments of anybody else go out, but for people who were only copied
in. The opening message and the first answer have the same ids here as in the CSV of tickets, so that
loading both counts neither twice. Tickets of over 1 MB come without their comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from socialroi import schema
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Format, Made, from_objects
from socialroi.intake.formats.zendesk_tickets import RATINGS, TOOL
from socialroi.intake.objects import Objects, Thing, member
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request

Member = Mapping[str, Any]

#: Zendesk's own machinery, as it signs comments.
MACHINE = "-1"
MESSAGES = {
    "message_id": "comments.id", "conversation_id": "ticket.id", "customer_id": "ticket.requester_id",
    "email": "via.source.from.address", "handle": "via.source.from.username",
    "author_id": "comments.author_id", "author_kind": "comments.author_id",
    "direction": "comments.author_id", "sent_at": "comments.created_at", "department": "ticket.group_id",
    "agent_id": "comments.author_id", "channel": "ticket.via.channel", "visibility": "comments.public",
    "topic": "ticket.type", "text": "comments.body",
}  # fmt: skip
SURVEYS = {
    "response_id": "ticket.id", "conversation_id": "ticket.id", "customer_id": "ticket.requester_id",
    "email": "via.source.from.address", "handle": "via.source.from.username",
    "question": "satisfaction_rating", "score": "satisfaction_rating.score",
    "scale_min": "satisfaction_rating", "scale_max": "satisfaction_rating",
    "high_is_good": "satisfaction_rating", "asked_at": "ticket.updated_at",
}  # fmt: skip
TOO_LARGE = "This ticket came without its comments, as tickets of over 1 MB do."


def matches(found: Objects) -> bool:
    """Whether the first object is a ticket of Zendesk's."""
    ticket = _ticket(found.first())
    nested = isinstance(ticket.get("comments"), list) or isinstance(ticket.get("via"), Mapping)
    return "requester_id" in _around(found) or ("requester_id" in ticket and nested)


def prepare(request: Request, found: Objects) -> Prepared:
    """The comments of every ticket, and what its requester said about it."""
    without = sum(not thing.problem and not _comments(_ticket(thing.value)) for thing in _tickets(found))
    notes = (f"{without} tickets came without comments, as those of over 1 MB do.",) if without else ()
    layout = {"interactions": MESSAGES, "surveys": SURVEYS}
    return from_objects(FORMAT, request, layout, partial(_made, found), notes=notes)


def _around(found: Objects) -> Member:
    """The ticket that stands around the array of a file that is one ticket."""
    ticket = found.around.get("ticket")
    return ticket if isinstance(ticket, Mapping) else {}


def _tickets(found: Objects) -> Iterator[Thing]:
    """One thing a ticket; the array of a single one was taken for the file's."""
    around = _around(found)
    if not around:
        yield from found.things()
        return
    comments = [thing.value for thing in found.things() if not thing.problem]
    yield Thing(1, {"comments": comments, **around})


def _ticket(value: Member) -> Member:
    inner = value.get("ticket")
    return inner if isinstance(inner, Mapping) else value


def _comments(ticket: Member) -> list[Member]:
    found = ticket.get("comments")
    listed = found if isinstance(found, list) else []
    return [each for each in listed if isinstance(each, Mapping) and "author_id" in each]


def _made(found: Objects) -> Iterator[Made]:
    for number, thing in enumerate(_tickets(found), 1):
        ticket = _ticket(thing.value)
        rows = [] if thing.problem else [*_messages(ticket), *_rating(ticket)]
        for table, cells in rows:
            yield Made(thing.line, number, table, cells)
        if not rows:
            problem = thing.problem or _problem(ticket)
            yield Made(
                thing.line, number, "interactions", problem=problem, shown=thing.shown or member(ticket, "id")
            )


def _problem(ticket: Member) -> str:
    return TOO_LARGE if member(ticket, "id") else "This object is no ticket."


def _messages(ticket: Member) -> Iterator[tuple[str, dict[str, str]]]:
    """The comments as messages, the opening one and the first answer under the ids they have in the CSV."""
    named, about = member(ticket, "id"), _about(ticket)
    taken: set[str] = set()
    for comment in _comments(ticket):
        cells = about | _message(ticket, comment)
        own = {"customer": named, "agent": f"{named}-reply"}.get(cells["author_kind"], "")
        if own and own not in taken and cells["visibility"] == "public":
            taken.add(own)
            cells["message_id"] = own
        yield "interactions", cells


def _message(ticket: Member, comment: Member) -> dict[str, str]:
    kind = _author_kind(ticket, comment)
    author = helpdesk.person(TOOL, member(comment, "author_id"))
    return {
        "message_id": member(comment, "id"),
        "author_id": author,
        "author_kind": kind,
        "direction": "in" if kind == "customer" else "out",
        "sent_at": member(comment, "created_at"),
        "agent_id": author if kind == "agent" else "",
        "visibility": "private" if member(comment, "public") == "false" else "public",
        "text": member(comment, "plain_body") or member(comment, "body"),
    }


def _about(ticket: Member) -> dict[str, str]:
    """What is the same in every message of a ticket."""
    tags = ticket.get("tags")
    first = str(tags[0]) if isinstance(tags, list) and tags else ""
    return {
        "conversation_id": member(ticket, "id"),
        "department": member(ticket, "group_id"),
        "channel": _channel(ticket),
        "topic": member(ticket, "type") or first,
        **_requester(ticket),
    }


def _requester(ticket: Member) -> dict[str, str]:
    """Who asked, by Zendesk's number and by the address the ticket came from."""
    address = member(ticket, "via", "source", "from", "address")
    return {
        "customer_id": helpdesk.person(TOOL, member(ticket, "requester_id")),
        "email": address if "@" in address else "",
        "handle": member(ticket, "via", "source", "from", "username"),
    }


def _channel(ticket: Member) -> str:
    """The network of a ticket; channels that others built are named by whoever built them."""
    said = member(ticket, "via", "channel")
    if said != "any_channel":
        return helpdesk.channel(said)
    service = member(ticket, "via", "source", "from", "registered_integration_service_name")
    found = helpdesk.channel(service)
    return found if found in schema.SOCIAL_CHANNELS else "social"


def _author_kind(ticket: Member, comment: Member) -> str:
    author = member(comment, "author_id")
    if author == MACHINE or member(comment, "via", "channel") == "rule":
        return "bot"
    return "customer" if author == member(ticket, "requester_id") or _is_copied(ticket, author) else "agent"


def _is_copied(ticket: Member, author: str) -> bool:
    """Whether the author only got copies of the mail: no assignee, and no follower, as staff would be."""
    copied, following = ticket.get("email_cc_ids"), ticket.get("follower_ids")
    if author == member(ticket, "assignee_id") or (isinstance(following, list) and author in following):
        return False
    return isinstance(copied, list) and author in copied


def _rating(ticket: Member) -> Iterator[tuple[str, dict[str, str]]]:
    """Good or bad; offered is asked and not answered."""
    word = schema.normalise(member(ticket, "satisfaction_rating", "score"))
    if word in RATINGS:
        yield (
            "surveys",
            {
                "response_id": f"{member(ticket, 'id')}-survey", "conversation_id": member(ticket, "id"),
                "question": "csat", "score": RATINGS[word], "scale_min": "0", "scale_max": "1",
                "high_is_good": "yes", "asked_at": member(ticket, "updated_at"), **_requester(ticket),
            },
        )  # fmt: skip


FORMAT = Format(
    name="zendesk_comments",
    sentence="Zendesk's JSON export of tickets with their comments, one ticket a line.",
    tables=("interactions", "surveys"),
    keeps_unanswered="yes",
    identity="Zendesk's requester id, and the address or name on the network the ticket came from.",
    zone="UTC",
    notes=(
        "Comments of the requester are messages in, also those of people copied in by e-mail; all others are "
        "answers by staff, for the export does not say who is staff.",
        "Group, type and tags are those at export; group is a number here and a name in the CSV.",
        "A rating has no date, so it counts when its ticket was last updated.",
    ),
    matches=matches,
    prepare_objects=prepare,
)

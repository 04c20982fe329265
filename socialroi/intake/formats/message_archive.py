"""message_1.json of a Facebook or Instagram download: one conversation with its participants.

Its text is UTF-8 that was taken for Latin-1 and escaped, which is undone here. People are known by their
display name only, so a customer is known by the conversation. Which participant is the firm is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from socialroi.errors import FileRefused, UnknownName
from socialroi.intake.coerce import shown
from socialroi.intake.formats.base import Format, Made, from_objects
from socialroi.intake.objects import Objects, Thing, member
from socialroi.intake.rows import Ask, Prepared
from socialroi.intake.shapes import Request

COLUMNS = {
    "message_id": "timestamp_ms", "conversation_id": "thread_path", "customer_id": "participants",
    "author_kind": "sender_name", "direction": "sender_name", "sent_at": "timestamp_ms",
    "channel": "thread_path", "visibility": "thread_path", "text": "content",
}  # fmt: skip
#: How a user says that a sender of a file is the firm.
OURS = frozenset(("agent_id", "interactions.agent_id"))
#: How many senders are named when the one that was told is none of them.
LISTED = 40


class Archive(NamedTuple):
    """The messages, the names of the participants, and the conversation without the name in it."""

    messages: list[Thing]
    participants: list[str]
    conversation: str


def ours(request: Request) -> list[str]:
    """The senders that were said to be the firm."""
    told = [name for name, target in request.columns.items() if target in OURS]
    fixed = request.fixed.get("agent_id", "")
    return told + ([fixed] if fixed else [])


def refuse_stranger(
    request: Request, told: Iterable[str], known: Sequence[str], known_as: Callable[[str], str]
) -> None:
    """UnknownName when a sender that was said to be the firm wrote nothing in the file."""
    found = {known_as(name) for name in known}
    for name in told:
        if known and known_as(name) not in found:
            raise UnknownName(f"sender in {request.label}", name, known[:LISTED])


def who_is_ours(names: Iterable[str]) -> Ask:
    """The question which of these senders is the firm."""
    listed = [shown(name) for name in names]
    example = listed[0] if listed else "NAME"
    return Ask(
        f"Which sender is your firm? In the file are: {', '.join(listed) or 'none with a name'}.",
        f'Say it, as in --columns "{example}=agent_id".',
    )


def matches(objects: Objects) -> bool:
    """Whether a conversation's participants stand beside its messages."""
    beside = objects.around.get("messages")
    first = next(iter(beside), {}) if isinstance(beside, list) else objects.first()
    has_people = "participants" in objects.around or isinstance(beside, list)
    return has_people and isinstance(first, dict) and {"sender_name", "timestamp_ms"} <= first.keys()


def prepare(request: Request, objects: Objects) -> Prepared:
    """The conversation, or the question who in it is the firm. FileRefused without a path, UnknownName."""
    archive, names = _archive(objects), ours(request)
    if not archive.conversation:
        reason = "this conversation has no thread_path, so nothing tells it from others."
        raise FileRefused(request.label, reason, "Load message_1.json as it stands in the download.")
    refuse_stranger(request, names, archive.participants, _folded)
    columns = COLUMNS | ({"agent_id": names[0]} if names else {})
    made = from_objects(
        FORMAT,
        request,
        {"interactions": columns},
        partial(_made, archive, {_folded(name) for name in names}, request.fixed.get("channel", "")),
    )
    return made if names else replace(made, asks=(*made.asks, who_is_ours(archive.participants)))


def _archive(objects: Objects) -> Archive:
    """What is in the file, whichever of its two arrays was taken for the file's."""
    things, around = list(objects.things()), objects.around
    beside = around.get("messages")
    if isinstance(beside, list):
        messages = [Thing(1, each if isinstance(each, dict) else {}) for each in beside]
        people = [thing.value for thing in things]
    else:
        messages, found = things, around.get("participants")
        people = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    names = [repaired(member(person, "name")) for person in people]
    return Archive(messages, [name for name in names if name], _conversation(member(around, "thread_path")))


def _conversation(path: str) -> str:
    """The number at the end of the path: what stands before it is the customer's name."""
    return path.rpartition("/")[2].rpartition("_")[2]


def repaired(text: str) -> str:
    """UTF-8 that was written as if it were Latin-1, read as UTF-8; any other text as it is."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _made(archive: Archive, own: set[str], channel: str) -> Iterator[Made]:
    others = [name for name in archive.participants if _folded(name) not in own]
    customer = f"facebook:{archive.conversation}" if len(others) == 1 else ""
    seen: Counter[str] = Counter()
    for record, thing in enumerate(archive.messages, 1):
        sent = member(thing.value, "timestamp_ms")
        seen[sent] += 1
        sender = _folded(repaired(member(thing.value, "sender_name")))
        problem = thing.problem or ("" if sender else "A message without a sender.")
        cells = _cells(thing.value, is_ours=sender in own) | {
            "message_id": f"{archive.conversation}:{sent}" + (f":{seen[sent]}" if seen[sent] > 1 else ""),
            "conversation_id": archive.conversation,
            "customer_id": customer,
            "channel": channel or "messenger",
        }
        yield Made(thing.line, record, "interactions", cells, problem, thing.shown or sent)


def _cells(message: Mapping[str, Any], *, is_ours: bool) -> dict[str, str]:
    return {
        "author_kind": "agent" if is_ours else "customer",
        "direction": "out" if is_ours else "in",
        "sent_at": _instant(member(message, "timestamp_ms")),
        "visibility": "public",
        "text": repaired(member(message, "content")),
    }


def _instant(cell: str) -> str:
    """Milliseconds since 1970 as a time in UTC; anything else as it is."""
    if not (cell.isascii() and cell.isdigit() and len(cell) == 13):
        return cell
    at = datetime.fromtimestamp(int(cell) // 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{int(cell) % 1000:03d}Z"


FORMAT = Format(
    name="message_archive",
    sentence="A conversation of a Facebook or Instagram download: message_1.json with its participants.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="The conversation: these files know people by their name only, and names are not read.",
    notes=(
        "A customer here is known by the conversation and cannot be joined to orders without an identities"
        " file that says who it is.",
        "The file does not say which network it is from: its channel is messenger unless declared.",
    ),
    matches=matches,
    prepare_objects=prepare,
)

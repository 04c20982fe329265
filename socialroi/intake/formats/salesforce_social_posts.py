"""Social posts out of Salesforce: a Data Loader file with API names, or a report with labels and a footer.

What is in one conversation follows from the record a post belongs to and the post it replies to. Ids tell
capitals from small letters. Reports cut them to 15 characters; the last three say the same again, so they
are put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from socialroi import schema
from socialroi.intake.blocks import Columns
from socialroi.intake.coerce import TRUE
from socialroi.intake.formats import helpdesk
from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by, records
from socialroi.intake.formats.helpdesk import Clock
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

TOOL = "salesforce"
#: Our word for a column -> its API name and the labels it has in reports.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("Id", "Social Post ID"),
    "reply": ("ReplyToId", "In Reply To ID"),
    "parent": ("ParentId", "Parent ID"),
    "persona": ("PersonaId", "Social Persona ID", "Persona ID"),
    "outbound": ("IsOutbound", "Is Outbound"),
    "posted": ("Posted", "Posted Date", "Posted Date/Time"),
    "handle": ("Handle", "Social Handle"),
    "provider": ("Provider", "Social Network", "Media Provider"),
    "type": ("MessageType", "Message Type"),
    "topic": ("Classification",),
    "text": ("Content", "Message"),
}
FOOTER = ("Grand Totals", "Grand Total", "Confidential Information", "Copyright ©", "Copyright (c)")
DIRECT = ("direct", "privatemessage")
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT = 15


def long_id(said: str) -> str:
    """An id with the three characters that say which of its letters are capitals."""
    if len(said) != _SHORT or not (said.isascii() and said.isalnum()):
        return said
    parts = (said[at : at + 5] for at in range(0, _SHORT, 5))
    return said + "".join(
        _CHECKS[sum(1 << place for place, letter in enumerate(part) if letter.isupper())] for part in parts
    )


@dataclass(slots=True)
class Threads:
    """Which conversation every post of the file belongs to, and who asked in it.

    A comment below a post of the brand that answers nobody begins a conversation of its own: many
    people write there.
    """

    campaigns: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, post: str) -> str:
        """The record that the first of a chain of replies belongs to, or the end of the chain."""
        seen: set[str] = set()
        while post not in seen:
            seen.add(post)
            if self.parents.get(post):
                return self.parents[post]
            above = self.replies.get(post, "")
            if not above or above in self.campaigns:
                return post
            post = above
        return min(seen)

    def asker(self, post: str) -> tuple[str, str]:
        """Whom a post is about: its author when it came in, else whoever asked in the conversation."""
        nobody = ("", "")
        if post in self.campaigns:
            return nobody
        return self.people.get(post) or self.asked.get(self.of(post), nobody)


@dataclass(frozen=True, slots=True)
class Post:
    """How to read one post of a file whose headers are labels or API names."""

    headers: Mapping[str, str]

    def __call__(self, cells: Cells, name: str) -> str:
        """The cell of one of our words."""
        return cells[self.headers[name]]

    def is_ours(self, cells: Cells) -> bool:
        """Whether the brand wrote it."""
        return self(cells, "outbound").lower() in TRUE

    def named(self, cells: Cells, name: str = "id") -> str:
        """One of its ids, in the long form."""
        return long_id(self(cells, name))

    def author_kind(self, cells: Cells) -> str:
        """Customer, or agent; what the brand wrote and is no answer to anybody is its own campaign."""
        if not self.is_ours(cells):
            return "customer"
        answers = self(cells, "reply") or self(cells, "parent") or self(cells, "type").lower() in DIRECT
        return "agent" if answers else "campaign"


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The posts of the file."""
    posted = helpdesk.present(sheet, *NAMES["posted"])
    clock = helpdesk.clock_of(request, sheet, (posted,))
    shown = {name: helpdesk.present(sheet, *headers) for name, headers in NAMES.items()}
    post = Post({name: schema.normalise(header) for name, header in shown.items()})
    columns = _message(shown, post, _threads(sheet, post), clock)
    read = helpdesk.reading("interactions", "message_id", shown["parent"])
    return helpdesk.making(FORMAT, [Makes("interactions", columns), read], request, sheet, clock)


def _records(sheet: Sheet) -> Iterator[Cells]:
    for block in sheet.blocks():
        for first, cells in zip(block.column(0), records(Columns(block, sheet.names)), strict=True):
            if not is_report(first):
                yield cells


def _threads(sheet: Sheet, post: Post) -> Threads:
    found = Threads()
    for cells in _records(sheet):
        named = post.named(cells)
        found.parents[named] = post.named(cells, "parent")
        found.replies[named] = post.named(cells, "reply")
        if post.author_kind(cells) == "campaign":
            found.campaigns.add(named)
        if not post.is_ours(cells):
            persona = helpdesk.person(TOOL, post.named(cells, "persona"))
            found.people[named] = persona, post(cells, "handle")
    for named, somebody in found.people.items():
        found.asked.setdefault(found.of(named), somebody)
    return found


def _message(shown: Mapping[str, str], post: Post, threads: Threads, clock: Clock) -> dict[str, From]:
    return {
        "message_id": Computed(shown["id"], post.named),
        "conversation_id": Computed(shown["id"], lambda cells: threads.of(post.named(cells))),
        "reply_to": Computed(shown["reply"], lambda cells: post.named(cells, "reply")),
        "customer_id": Computed(shown["persona"], lambda cells: threads.asker(post.named(cells))[0]),
        "handle": Computed(shown["handle"], lambda cells: threads.asker(post.named(cells))[1]),
        "author_kind": Computed(shown["outbound"], post.author_kind),
        "direction": Computed(shown["outbound"], lambda cells: "out" if post.is_ours(cells) else "in"),
        "sent_at": Computed(shown["posted"], lambda cells: clock.plain(post(cells, "posted"))),
        "channel": Computed(shown["provider"], partial(_channel, post)),
        "needs_response": Computed(shown["type"], partial(_needs, post)),
        "topic": shown["topic"],
        "text": shown["text"],
    }


def _channel(post: Post, cells: Cells) -> str:
    """The network; every post is a social one, also those of networks nobody knows."""
    found = helpdesk.channel(post(cells, "provider"))
    return found if found in schema.SOCIAL_CHANNELS else "social"


def _needs(post: Post, cells: Cells) -> str:
    """Passing on somebody's post asks for nothing; of all else the text has to tell."""
    return "no" if post(cells, "type").lower() == "retweet" else ""


def is_report(first: str) -> bool:
    """Whether a line with this first cell belongs to the foot of a report."""
    return first.startswith(FOOTER)


FORMAT = Format(
    name="salesforce_social_posts",
    sentence="Social posts out of Salesforce, known by IsOutbound, ReplyToId and Posted or by their labels.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="The social persona of whoever wrote in, and their handle.",
    certain=False,
    needs=(
        known_by("Id", "IsOutbound", "ReplyToId", "Posted"),
        known_by("Id", "IsOutbound", "Provider", "Posted"),
        known_by("Social Post ID", "Is Outbound", "In Reply To ID"),
    ),
    notes=(
        "A conversation is what belongs to one record, such as a case; without a record, what replies to one "
        "post. A comment below a campaign begins one of its own.",
        "A report has the times of the user's zone, without saying which; the Data Loader writes UTC.",
        "What the brand posted without replying to anybody is a campaign and no answer.",
    ),
    aside=is_report,
    prepare=prepare,
)

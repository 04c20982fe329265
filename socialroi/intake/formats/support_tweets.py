"""Tables of support tweets: one row a tweet, with the author, whether a brand wrote it, and what it answers.

The public collection of brands' support tweets has these columns, and so have its many re-saved copies:
with an unnamed column of row numbers, with ids such as 3.0, with TRUE and FALSE. The list of answers to a
tweet is not read, because a spreadsheet takes it for a number; threads are followed upwards.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake import coerce, instants
from socialroi.intake.cells import Bad
from socialroi.intake.formats.base import Cells, Computed, Fixed, Format, Makes, known_by, tabled
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: The columns a thread is made of.
USED = ("tweet_id", "author_id", "inbound", "created_at", "in_response_to_tweet_id")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """One message a tweet. FileRefused when a column is missing that threads are made of."""
    found = {schema.normalise(header) for header in sheet.headers}
    missing = [name for name in USED if name not in found]
    if missing:
        reason = f"a table of support tweets needs {', '.join(missing)}."
        raise FileRefused(request.label, reason, "Export these columns too, or leave --format out.")
    return tabled(FORMAT, request, sheet, [_makes(Threads(sheet))])


def _makes(threads: Threads) -> Makes:
    return Makes(
        "interactions",
        {
            "message_id": "tweet_id",
            "conversation_id": Computed("tweet_id", lambda cells: threads.root(_name(cells))),
            "reply_to": "in_response_to_tweet_id",
            "customer_id": Computed("author_id", lambda cells: threads.customer(_name(cells))),
            "author_id": Computed("author_id", lambda cells: _account(bare(cells["author_id"]))),
            "author_kind": Computed("inbound", _kind),
            "direction": Computed("inbound", lambda cells: "in" if is_inbound(cells["inbound"]) else "out"),
            "sent_at": "created_at",
            "channel": Fixed("twitter"),
            "visibility": Fixed("public"),
            "text": Computed("text", lambda cells: html.unescape(cells["text"])),
        },
    )


def bare(cell: str) -> str:
    """An id without the decimal that programs add to a column with gaps."""
    return cell.removesuffix(".0")


def _name(cells: Cells) -> str:
    """The tweet, or the one that it answers when it has no id of its own."""
    return bare(cells["tweet_id"] or cells["in_response_to_tweet_id"])


def is_inbound(cell: str) -> bool:
    """Whether somebody other than a brand wrote it."""
    return cell.lower() in coerce.TRUE


def _account(author: str) -> str:
    """An account's id as it is known across files."""
    return f"x:{author}" if author else ""


def _kind(cells: Cells) -> str:
    """A brand that answers nobody is publishing, not serving."""
    if is_inbound(cells["inbound"]):
        return "customer"
    return "agent" if cells["in_response_to_tweet_id"] else "campaign"


def _problem(cells: Cells) -> str:
    known = cells["inbound"].lower() in coerce.TRUE | coerce.FALSE
    return "" if known or cells.is_empty else "inbound is neither True nor False."


class Tweet(NamedTuple):
    """What of a row says where it belongs. `author` is empty when a brand wrote it."""

    name: str
    above: str
    author: str
    created: str


class Links(NamedTuple):
    """By tweet its author, empty for brands, and what it answers; and the brands' own posts."""

    authors: dict[str, str]
    above: dict[str, str]
    posts: set[str]


class Threads:
    """Which thread each tweet belongs to and whose it is, from one pass over the rows.

    A thread begins with its topmost tweet in the file. What a customer answers to a brand's own post
    begins one too: people who comment on the same post have nothing to do with each other.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.roots: dict[str, str] = {}

    @cached_property
    def links(self) -> Links:
        """Who answers whom in the file."""
        links = Links({}, {}, set())
        for tweet in self._tweets():
            links.authors[tweet.name] = tweet.author
            if tweet.above:
                links.above[tweet.name] = tweet.above
            elif not tweet.author:
                links.posts.add(tweet.name)
        return links

    def root(self, name: str) -> str:
        """The first tweet of the thread; in a circle of answers the lowest id."""
        path: dict[str, None] = {}
        while name not in self.roots:
            path[name] = None
            above = self._answered(name)
            if not above or above in path:
                names = list(path)
                circle = names[names.index(above) :] if above else [name]
                self.roots[name] = min(circle, key=lambda each: (len(each), each))
            else:
                name = above
        root = self.roots[name]
        self.roots.update(dict.fromkeys(path, root))
        return root

    def _answered(self, name: str) -> str:
        """The tweet of the same thread that this one answers."""
        authors, above, posts = self.links
        answered = above.get(name, "")
        is_comment = answered in posts and authors[name] != ""
        return answered if answered in authors and not is_comment else ""

    def customer(self, name: str) -> str:
        """Whose thread it is: its first author's, or theirs who first spoke in it to the brand."""
        root = self.root(name)
        return _account(self.links.authors.get(root, "") or self._first_heard.get(root, ""))

    @cached_property
    def _first_heard(self) -> dict[str, str]:
        """By thread that a brand begins: the author of its earliest inbound tweet."""
        authors = self.links.authors
        late = {name for name, author in authors.items() if author and not authors[self.root(name)]}
        found: dict[str, tuple[datetime, str]] = {}
        for tweet in self._tweets() if late else ():
            if tweet.name in late:
                root, said = self.root(tweet.name), (_instant(tweet.created), tweet.author)
                found[root] = min(found.get(root, said), said)
        return {root: author for root, (_, author) in found.items()}

    def _tweets(self) -> Iterator[Tweet]:
        for name, author, inbound, created, above in self.sheet.cells(*USED):
            if name:
                yield Tweet(bare(name), bare(above), bare(author) if is_inbound(inbound) else "", created)


def _instant(cell: str) -> datetime:
    """The time of a tweet in UTC; the last of all when it cannot be read."""
    try:
        said = instants.wall(cell, None, epoch=False)
    except Bad:
        return datetime.max
    return said.at - timedelta(seconds=said.offset_s or 0)


FORMAT = Format(
    name="support_tweets",
    sentence="Support tweets in a table with tweet_id, author_id, inbound, created_at and what each answers.",
    tables=("interactions",),
    keeps_unanswered="no",
    identity="The account's number on X, stored as a keyed hash.",
    needs=(known_by(*USED),),
    notes=(
        "Threads are in this table only if a brand answered: it can say how fast, never how often, it did.",
        "inbound only means that the author is not on a list of brand accounts, so staff who answer"
        " from accounts of their own count as customers.",
        "The table may mix many brands: keep the rows of one of them to study it.",
    ),
    problem=_problem,
    prepare=prepare,
)

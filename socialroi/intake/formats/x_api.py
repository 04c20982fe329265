"""Tweets as version 2 of X's API gives them: one answer, or one answer or tweet a line.

Tweets stand in `data`, those they refer to in `includes`. The file does not say which account is the
firm's, so that is asked.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from socialroi.intake.formats.base import Format, Made, from_objects
from socialroi.intake.formats.message_archive import ours, refuse_stranger, who_is_ours
from socialroi.intake.formats.x_archive import misdated
from socialroi.intake.objects import Objects, Thing, member
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request

COLUMNS = {
    "message_id": "id", "conversation_id": "conversation_id", "reply_to": "referenced_tweets",
    "customer_id": "in_reply_to_user_id", "author_id": "author_id", "author_kind": "referenced_tweets.type",
    "direction": "author_id", "sent_at": "created_at", "channel": "id", "visibility": "id", "text": "text",
    "handle": "includes.users.username",
}  # fmt: skip
FIELDS = "author_id,conversation_id,created_at,in_reply_to_user_id,referenced_tweets"
NO_OBJECT = "This item is no object."
#: How many accounts are listed when the question is which of them is the firm's.
LISTED = 5


class Page(NamedTuple):
    """Tweets with what is wrong with their lines, tweets they refer to, and handles by account."""

    tweets: list[Thing]
    referred: list[Thing]
    handles: dict[str, str]


class Firm(NamedTuple):
    """The firm's accounts, the tweets they wrote, and all handles by account."""

    accounts: set[str]
    tweets: set[str]
    handles: dict[str, str]


def matches(objects: Objects) -> bool:
    """Whether the first object is a tweet, or an answer with one."""
    first = objects.first()
    found = first.get("data", objects.around.get("data", first))
    tweet = next(iter(found), {}) if isinstance(found, list) else found
    if not isinstance(tweet, dict) or not {"id", "text"} <= tweet.keys():
        return False
    return "edit_history_tweet_ids" in tweet or {"author_id", "conversation_id"} <= tweet.keys()


def prepare(request: Request, objects: Objects) -> Prepared:
    """One message a tweet, or the question which account is the firm's. UnknownName if it wrote nothing."""
    names = ours(request)
    refuse_stranger(request, names, _accounts(objects), _known_as)
    layout = {"interactions": COLUMNS | ({"agent_id": names[0]} if names else {})}
    accounts = {_known_as(name) for name in names}
    made = from_objects(FORMAT, request, layout, partial(_made, objects, accounts))
    if names:
        return made
    handles = {number: handle for page in _pages(objects) for number, handle in page.handles.items()}
    most = [handles.get(number, number) for number in _authors(objects)[:LISTED]]
    return replace(made, asks=(*made.asks, who_is_ours(most)))


def _known_as(name: str) -> str:
    return name.removeprefix("@").casefold()


def _accounts(objects: Objects) -> list[str]:
    """The handles and numbers of all who wrote."""
    authors = _authors(objects)
    handles = [page.handles.get(number, "") for page in _pages(objects) for number in authors]
    return [handle for handle in dict.fromkeys(handles) if handle] + authors


def _authors(objects: Objects) -> list[str]:
    """The numbers of the accounts that wrote, those with most tweets first: the firm is likely there."""
    count = Counter(member(thing.value, "author_id") for page in _pages(objects) for thing in _tweets([page]))
    return sorted((number for number in count if number), key=lambda number: (-count[number], number))


def _pages(objects: Objects) -> Iterator[Page]:
    """The answers in the file. Whichever of its arrays was taken for the file's, the others are around."""
    things, around = list(objects.things()), objects.around
    first = next((thing.value for thing in things if not thing.problem), {})
    if "data" in first:
        pages = [_page(_listed(thing.value.get("data"), thing.line), thing.value) for thing in things]
        yield from pages
        yield Page([thing for thing in things if thing.problem], [], {})
    elif "data" in around:
        taken = {"users" if "username" in first else "tweets": [thing.value for thing in things]}
        included = around.get("includes")
        included = taken | included if isinstance(included, dict) else taken
        yield _page(_listed(around["data"], 1), {"includes": included})
    else:
        yield _page(things, around)


def _page(tweets: Iterable[Thing], around: Mapping[str, Any]) -> Page:
    included = around.get("includes")
    included = included if isinstance(included, Mapping) else {}
    users = _listed(included.get("users"), 1)
    handles = {member(user.value, "id"): member(user.value, "username") for user in users}
    return Page(list(tweets), list(_listed(included.get("tweets"), 1)), handles)


def _listed(found: Any, line: int) -> list[Thing]:
    items = found if isinstance(found, list) else [] if found is None else [found]
    return [Thing(line, item) if isinstance(item, dict) else Thing(line, {}, NO_OBJECT) for item in items]


def _made(objects: Objects, accounts: set[str]) -> Iterator[Made]:
    pages = list(_pages(objects))
    handles = {name: handle for page in pages for name, handle in page.handles.items()}
    own = accounts | {name for name, handle in handles.items() if handle.casefold() in accounts}
    tweets = list(_tweets(pages))
    begun = {member(thing.value, "id") for thing in tweets if member(thing.value, "author_id") in own}
    firm = Firm(own, begun, handles)
    for record, thing in enumerate(tweets, 1):
        problem = thing.problem or _problem(thing.value, own)
        shown = thing.shown or member(thing.value, "id")
        yield Made(thing.line, record, "interactions", _cells(thing.value, firm), problem, shown)


def _tweets(pages: Iterable[Page]) -> Iterator[Thing]:
    """Every tweet of the file, and those they refer to that say enough and are not in it themselves."""
    pages = list(pages)
    known = {member(thing.value, "id") for page in pages for thing in page.tweets}
    for page in pages:
        yield from page.tweets
    for page in pages:
        for thing in page.referred:
            name = member(thing.value, "id")
            if name not in known and {"author_id", "conversation_id", "created_at"} <= thing.value.keys():
                known.add(name)
                yield thing


def _problem(tweet: Mapping[str, Any], own: set[str]) -> str:
    author = member(tweet, "author_id")
    if not author or not member(tweet, "created_at"):
        return f"It does not say who wrote it and when: ask the API for tweet.fields={FIELDS}."
    if _referred(tweet, "retweeted") and author not in own:
        return "A repost of somebody else's words is no message."
    return misdated(member(tweet, "id"), member(tweet, "created_at"))


def _cells(tweet: Mapping[str, Any], firm: Firm) -> dict[str, str]:
    author, to = member(tweet, "author_id"), member(tweet, "in_reply_to_user_id")
    is_ours = author in firm.accounts
    customer = author if not is_ours else to if to not in firm.accounts else ""
    return {
        "message_id": member(tweet, "id"),
        "conversation_id": member(tweet, "conversation_id"),
        "reply_to": _referred(tweet, "replied_to"),
        "customer_id": f"x:{customer}" if customer else "",
        "handle": firm.handles.get(customer, ""),
        "author_id": f"x:{author}" if author else "",
        "author_kind": _kind(tweet, firm) if is_ours else "customer",
        "direction": "out" if is_ours else "in",
        "sent_at": member(tweet, "created_at"),
        "channel": "twitter",
        "visibility": "public",
        "text": html.unescape(member(tweet, "text")),
    }


def _kind(tweet: Mapping[str, Any], firm: Firm) -> str:
    """What the firm says to nobody, or to itself below a post of its own, is published."""
    to = member(tweet, "in_reply_to_user_id")
    goes_on = to in firm.accounts and member(tweet, "conversation_id") in firm.tweets
    is_post = not to and not _referred(tweet, "replied_to")
    return "campaign" if is_post or goes_on else "agent"


def _referred(tweet: Mapping[str, Any], kind: str) -> str:
    """The tweet it refers to in this way."""
    found = tweet.get("referenced_tweets")
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict) and member(each, "type") == kind:
            return member(each, "id")
    return ""


FORMAT = Format(
    name="x_api",
    sentence="Tweets from version 2 of X's API, as JSON or one JSON object a line.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="The account's number and handle on X, stored as keyed hashes.",
    notes=("What was asked of the API decides what is in the file: a search finds no private messages.",),
    matches=matches,
    prepare_objects=prepare,
)

"""tweets.js of the archive an account downloads from X: the account's own tweets, and nobody else's.

Answers to others go out as an agent's; a tweet that answers nobody is a post. A tweet that continues a
thread of the account itself belongs to whatever that thread is.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from socialroi.errors import FileRefused
from socialroi.intake import instants
from socialroi.intake.cells import Bad
from socialroi.intake.formats.base import Format, Made, from_objects
from socialroi.intake.objects import Objects, member
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request

LAYOUT = {
    "interactions": {
        "message_id": "tweet.id_str", "conversation_id": "tweet.in_reply_to_status_id_str",
        "reply_to": "tweet.in_reply_to_status_id_str", "customer_id": "tweet.in_reply_to_user_id_str",
        "author_kind": "tweet.in_reply_to_status_id_str", "direction": "tweet",
        "sent_at": "tweet.created_at", "channel": "tweet", "visibility": "tweet",
        "text": "tweet.full_text", "handle": "tweet.in_reply_to_screen_name",
    }
}  # fmt: skip

#: Ids from this one on hold their time; the older ones were counted up.
FIRST_TIMED, LAST_TIMED = 1 << 40, 1 << 63
#: From when the time in an id is counted, and how far apart it may be from the time beside it.
COUNTED_FROM = datetime(2010, 11, 4, 1, 42, 54, 657_000)
APART = timedelta(seconds=2)

Tweets = dict[str, Mapping[str, Any]]


def matches(objects: Objects) -> bool:
    """Whether the script assigns objects with a tweet in each."""
    return objects.is_archive and isinstance(objects.first().get("tweet"), dict)


def prepare(request: Request, objects: Objects) -> Prepared:
    """One message a tweet. FileRefused for the archive's file that has no texts."""
    if not member(objects.first(), "tweet", "id_str"):
        raise FileRefused(
            request.label,
            "this part of an X archive lists tweets without what they say and answer.",
            "Load tweets.js (and tweets-part1.js, ...) from the archive's folder data.",
        )
    return from_objects(FORMAT, request, LAYOUT, partial(_made, objects))


def _made(objects: Objects) -> Iterator[Made]:
    found = [thing.value.get("tweet", {}) for thing in objects.things()]
    tweets: Tweets = {name: tweet for tweet in found if (name := member(tweet, "id_str"))}
    for record, thing in enumerate(objects.things(), 1):
        tweet = thing.value.get("tweet", {})
        name, created = member(tweet, "id_str"), member(tweet, "created_at")
        problem = thing.problem or misdated(name, created)
        yield Made(
            thing.line, record, "interactions", _cells(tweet, tweets), problem, thing.shown or name
        )  # fmt: skip


def _cells(tweet: Mapping[str, Any], tweets: Tweets) -> dict[str, str]:
    began = _began(tweet, tweets)
    answered, to = member(began, "in_reply_to_status_id_str"), member(began, "in_reply_to_user_id_str")
    return {
        "message_id": member(tweet, "id_str"),
        "conversation_id": answered or member(began, "id_str"),
        "reply_to": member(tweet, "in_reply_to_status_id_str"),
        "customer_id": f"x:{to}" if to else "",
        "handle": member(began, "in_reply_to_screen_name"),
        "author_kind": "agent" if answered or to else "campaign",
        "direction": "out",
        "sent_at": member(tweet, "created_at"),
        "channel": "twitter",
        "visibility": "public",
        "text": html.unescape(member(tweet, "full_text")),
    }


def _began(tweet: Mapping[str, Any], tweets: Tweets) -> Mapping[str, Any]:
    """The tweet with which the account's own thread began; only its own tweets are in the archive."""
    seen = set()
    while (above := member(tweet, "in_reply_to_status_id_str")) in tweets and above not in seen:
        seen.add(above)
        tweet = tweets[above]
    return tweet


def misdated(name: str, created: str) -> str:
    """What is wrong when the time in a tweet's id and the time beside it disagree; else nothing."""
    inside = sent_at(name)
    if inside is None:
        return ""
    try:
        said = instants.wall(created, None, epoch=False)
    except Bad:
        return ""
    if said.offset_s is None or abs(said.at - timedelta(seconds=said.offset_s) - inside) <= APART:
        return ""
    return f"By its id it was sent at {inside:%Y-%m-%d %H:%M:%S} UTC and not at its time: one was altered."


def sent_at(name: str) -> datetime | None:
    """The time in UTC that a tweet's id holds; None for the old ids, which hold none."""
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 20 else 0
    if not FIRST_TIMED <= number < LAST_TIMED:
        return None
    return COUNTED_FROM + timedelta(milliseconds=number >> 22)


FORMAT = Format(
    name="x_archive",
    sentence="tweets.js of an account's archive from X: the account's own tweets.",
    tables=("interactions",),
    keeps_unanswered="no",
    identity="The number and the handle of the account that is answered, stored as keyed hashes.",
    notes=(
        "The archive holds only the account's own tweets. What customers wrote is missing, so it says"
        " what was posted and whom the account answered, and never how fast or how often.",
        "Reposts of other accounts' tweets count as posts.",
    ),
    matches=matches,
    prepare_objects=prepare,
)

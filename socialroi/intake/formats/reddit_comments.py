"""comments.csv and posts.csv of a data request to Reddit: what one account wrote, and nobody else.

The column with IP addresses is never read. A comment belongs to the post in its link.
"""

from __future__ import annotations

import re

from socialroi.intake.formats.base import Cells, Computed, Fixed, Format, Makes, known_by

#: The post in an address of the site.
_POST = re.compile(r"/comments/([a-z0-9]+)")
#: What is the same in every row.
_OWN = {"direction": Fixed("out"), "channel": Fixed("reddit"), "visibility": Fixed("public")}


def _post(cells: Cells) -> str:
    """The post that a comment stands below."""
    found = _POST.search(cells["link"]) or _POST.search(cells["permalink"])
    return found[1] if found else ""


FORMAT = Format(
    name="reddit_comments",
    sentence="comments.csv or posts.csv of a data request to Reddit: what one account wrote.",
    tables=("interactions",),
    keeps_unanswered="no",
    identity="Nobody: the account's own words name no customer. IP addresses are not read.",
    needs=(
        known_by("id", "permalink", "date", "subreddit", "link", "body"),
        known_by("id", "permalink", "date", "subreddit", "title", "body"),
    ),
    notes=(
        "The request holds only what the account itself wrote. What customers wrote is missing, so it says"
        " what was posted and answered, and never how fast or how often.",
    ),
    makes=(
        Makes(
            "interactions",
            {
                "message_id": "id",
                "conversation_id": Computed("link", _post),
                "reply_to": Computed(
                    "parent", lambda cells: cells["parent"].removeprefix("t1_") or _post(cells)
                ),
                "author_kind": Fixed("agent"),
                "sent_at": "date",
                "topic": "subreddit",
                "text": "body",
                **_OWN,
            },
            when=lambda cells: bool(cells["link"]),
        ),
        Makes(
            "interactions",
            {
                "message_id": "id",
                "conversation_id": "id",
                "author_kind": Fixed("campaign"),
                "sent_at": "date",
                "topic": "subreddit",
                "text": Computed("title", lambda cells: f"{cells['title']}\n{cells['body']}".strip()),
                **_OWN,
            },
            when=lambda cells: not cells["link"],
        ),
    ),
)

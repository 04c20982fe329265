"""What exports of a brand's own posts have in common: no customers, each post a conversation of its own."""

from __future__ import annotations

import re

from socialroi import schema
from socialroi.intake.formats.base import Cells, Computed, Fixed, From

#: What every format of this kind has to say.
NOTES = ("No customers are in this export: it says what was posted, for the mix of contents, and no more.",)
IDENTITY = "Nobody: the posts are the brand's own."
#: A network that goes by two names.
_RENAMED = {"x": "twitter"}


def columns(post: str, network: From, sent_at: From, text: From) -> dict[str, From]:
    """The columns of a post, of which `post` is the header of its id."""
    return {
        "message_id": post,
        "conversation_id": post,
        # told by a column that a selection of columns may lack, and then everything is a post
        "author_kind": Computed(post, lambda cells: author_kind(cells["post_type"])),
        "direction": Fixed("out"),
        "sent_at": sent_at,
        "channel": network,
        "visibility": Fixed("public"),
        "text": text,
    }


def author_kind(post_type: str) -> str:
    """A reply is an agent's; everything else the brand publishes."""
    return "agent" if "reply" in post_type.casefold() else "campaign"


def network(header: str) -> Computed:
    """The channel in a column that names networks, also as in "Facebook Page" or "X (Twitter)"."""

    def named(cells: Cells) -> str:
        return channel(cells[schema.normalise(header)])

    return Computed(header, named)


def channel(said: str) -> str:
    """The one channel we know by name in these words; as they are when there is none."""
    words = re.findall(r"[a-z_]+", said.casefold())
    found = next((word for word in words if word in schema.SOCIAL_CHANNELS), said)
    return _RENAMED.get(found, found)

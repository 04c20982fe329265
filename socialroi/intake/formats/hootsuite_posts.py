"""Hootsuite's post performance report: two lines about the report, then one row a post. Its times are UTC."""

from __future__ import annotations

from socialroi.intake.formats import posts
from socialroi.intake.formats.base import Format, Makes, known_by

SENT = "Date (GMT)"

FORMAT = Format(
    name="hootsuite_posts",
    sentence="Hootsuite's report on posts, known by Date (GMT), Post ID and Social Network.",
    tables=("interactions",),
    keeps_unanswered="no",
    identity=posts.IDENTITY,
    needs=(
        known_by(SENT, "Post ID", "Social Network"),
        known_by(SENT, "Post ID", "Social Network", "Post Message", "Post Type"),
    ),
    notes=posts.NOTES,
    certain=False,
    makes=(
        Makes(
            "interactions",
            posts.columns("Post ID", posts.network("Social Network"), SENT, "Post Message"),
            utc=frozenset({"sent_at"}),
        ),
    ),
)

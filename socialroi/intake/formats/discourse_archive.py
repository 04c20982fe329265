"""The archive a member of a Discourse forum downloads: one person's posts, visits or likes."""

from __future__ import annotations

from socialroi.intake.formats.base import Format, known_by

FORMAT = Format(
    name="discourse_archive",
    sentence="A member's own archive from a Discourse forum; recognised and refused: it has one voice only.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="Nobody: the archive does not even name its own author.",
    needs=(
        known_by("topic_title", "categories", "is_pm", "post_raw", "url", "created_at"),
        known_by("visited_at", "posts_read", "mobile", "time_read"),
        known_by("post_id", "topic_id", "post_number", "created_at", "deleted_at", "deleted_by"),
    ),
    refusal=(
        "this is one member's own archive from a Discourse forum. It has neither the questions that the posts"
        " answer nor the answers to them, so nothing can be said about either.",
        "Export the forum instead: a query of the Data Explorer with columns called message_id,"
        " conversation_id (the topic), reply_to, author_id, author_kind (peer), direction (in for the first"
        " post of a topic, else out) and sent_at is loaded as it is.",
    ),
)

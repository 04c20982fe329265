"""CSV of a Discord channel: neither ids of messages nor what they answer, so no conversation can be made."""

from __future__ import annotations

from socialroi.intake.formats.base import Format, known_by

FORMAT = Format(
    name="discord_messages",
    sentence="Messages of a Discord channel as CSV; recognised and refused: nothing says what answers what.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="Nobody is read from it.",
    needs=(
        known_by("AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"),
        known_by("ID", "Timestamp", "Contents", "Attachments"),
    ),
    refusal=(
        "this is CSV of Discord messages, which says neither what a message answers nor who is of the firm;"
        " a whole channel would be one conversation.",
        "Export the channel as JSON, which has ids and replies, and make a table of it with message_id,"
        " conversation_id, reply_to, author_id, author_kind, direction and sent_at.",
    ),
)

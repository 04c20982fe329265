"""Sprout Social's post performance report: one row a post, times as 03/15/2024 10:05 am without a zone."""

from __future__ import annotations

from socialroi.intake.formats import posts
from socialroi.intake.formats.base import Computed, Format, Makes, known_by
from socialroi.intake.formats.dates import month_first

FORMAT = Format(
    name="sprout_posts",
    sentence="Sprout Social's report on posts, known by Post ID, Network, Post Type, Profile and Sent by.",
    tables=("interactions",),
    keeps_unanswered="no",
    identity=posts.IDENTITY,
    needs=(
        known_by("Date", "Post ID", "Network", "Profile", "Post"),
        known_by("Date", "Post ID", "Network", "Post Type", "Content Type", "Profile", "Sent by", "Post"),
    ),
    notes=(*posts.NOTES, "The report does not say its time zone, which is the one set in the account."),
    certain=False,
    makes=(
        Makes(
            "interactions",
            posts.columns(
                "Post ID",
                posts.network("Network"),
                Computed("Date", lambda cells: month_first(cells["date"])),
                "Post",
            ),
        ),
    ),
)

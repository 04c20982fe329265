"""Insights export of Meta Business Suite: one row a post of an Instagram account or a Facebook page.

Publish time is 03/27/2026 06:08, the month first, and says no zone. A spreadsheet turns the ids of 17
digits into 1.78E+17; such rows are rejected, because their posts cannot be told apart any more.
"""

from __future__ import annotations

from socialroi.intake.formats import posts
from socialroi.intake.formats.base import Cells, Computed, Fixed, Format, Makes, known_by
from socialroi.intake.formats.dates import month_first

SENT = "Publish time"
NETWORKS = ("instagram", "facebook", "threads")


def _network(cells: Cells) -> str:
    """The site a post links to; Instagram accounts have a user name and pages do not."""
    linked = cells["permalink"].casefold()
    by_columns = "instagram" if cells["account_username"] else "facebook"
    return next((name for name in NETWORKS if f"{name}." in linked), by_columns)


def _sent(cells: Cells) -> str:
    return month_first(cells["publish_time"])


FORMAT = Format(
    name="meta_posts",
    sentence="Meta Business Suite's export of posts or videos, known by Publish time beside their ids.",
    tables=("interactions",),
    keeps_unanswered="no",
    identity=posts.IDENTITY,
    needs=(
        known_by("Post ID", SENT, "Permalink"),
        known_by("Post ID", SENT, "Permalink", "Account ID", "Post type"),
        known_by("Video asset ID", "Page ID", SENT),
    ),
    notes=(
        *posts.NOTES,
        "Views, likes and the like are totals up to the day of the export and are not read.",
        "The export does not say its time zone.",
    ),
    certain=False,
    makes=(
        Makes(
            "interactions",
            posts.columns(
                "Post ID",
                Computed("Permalink", _network),
                Computed(SENT, _sent),
                ("Description", "Title"),
            ),
            when=lambda cells: not cells["video_asset_id"],
        ),
        Makes(
            "interactions",
            posts.columns("Video asset ID", Fixed("facebook"), Computed(SENT, _sent), "Title"),
            when=lambda cells: bool(cells["video_asset_id"]),
        ),
    ),
)

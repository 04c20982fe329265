"""Metricool's report on an account: totals by day, divided by semicolons, in which 2.345 means 2345."""

from __future__ import annotations

from socialroi.intake.formats.base import Format, known_by

FORMAT = Format(
    name="metricool_posts",
    sentence="Metricool's report of an account by day; recognised and refused, because it only has totals.",
    tables=("interactions",),
    keeps_unanswered="unknown",
    identity="Nobody: the report holds totals only.",
    needs=(known_by("Date", "Followers", "Gained followers", "Lost followers", "Interactions"),),
    refusal=(
        "this is Metricool's report of an account: it counts followers and posts by day and holds no posts.",
        "Export the posts themselves, and map their columns: --table interactions --columns"
        ' "Date=sent_at:day-first,..."; one row has to be one post or one message.',
    ),
)

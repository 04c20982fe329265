"""Chatwoot's reports by agent, inbox, label, team or SLA: averages, which cannot be taken apart again."""

from __future__ import annotations

from socialroi.intake.formats.base import Format, known_by

REPLY = "Avg first response time"

FORMAT = Format(
    name="chatwoot_report",
    sentence="Chatwoot's reports by agent, inbox, label, team or SLA. They are recognised and not read.",
    tables=(),
    keeps_unanswered="unknown",
    identity="Nobody: these are totals.",
    needs=(
        known_by("Agent name", "Assigned conversations", REPLY),
        known_by("Inbox name", "No. of conversations", REPLY),
        known_by("Label", "No. of conversations", REPLY),
        known_by("Team name", "Conversations count", REPLY),
        known_by("Conversations", "Messages received", "Messages sent", REPLY),
        known_by("Conversation ID", "SLA Policy", "Breached Events"),
    ),
    refusal=(
        "this is a report of Chatwoot's: averages and totals, from which no single answer can be got back.",
        "Export the messages of the conversations as JSON through Chatwoot's API, and the ratings with the "
        "download button of its CSAT report.",
    ),
)

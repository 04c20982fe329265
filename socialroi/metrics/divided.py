"""Divisions of a figure on customers that says nothing about engagement.

Such a figure is divided by channel and segment. Whoever stays longer has had more time to ask and be
answered: dividing it by engagement would credit answers with that time (immortal time), so engagement
is left to the three outcomes with a landmark.
"""

from __future__ import annotations

from dataclasses import replace

from socialroi.metrics import cohorts
from socialroi.metrics.answer import joined
from socialroi.result import Reading, Unknown, Window

NO_ENGAGED = Unknown(
    "not_applicable",
    "Engaged customers are compared by retention, repurchase and historical CLV, after day 30.",
)


def divided(whole: Reading, window: Window) -> Reading:
    """The reading with a reason for the divisions that customers do not have here."""
    if window.by == "department":
        return replace(whole, by={"(all)": cohorts.NO_DEPARTMENT})
    if window.by == "engaged":
        return replace(whole, by={"(all)": NO_ENGAGED})
    if window.by == "channel":
        return replace(whole, notes=joined(whole.notes, (cohorts.CHANNEL_NOTE,)))
    return whole

"""The numbers beside a study's headline, each with what it is in words and in its own unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from socialroi.charts import format as written
from socialroi.charts.words import outcome_unit
from socialroi.result import Estimate, Rung, Value

#: Pattern of a key of `Rung.detail` -> (what it is, how it is written).
_NAMES = (
    (r"ATT", "Effect among those who were answered (ATT)", "effect"),
    (r"ATU", "Effect among those who were left unanswered (ATU)", "effect"),
    (r"ATE", "Effect among everybody who wrote (ATE)", "effect"),
    (r"risk_ratio", "Answered over unanswered, as a ratio", "ratio"),
    (r"smallest_visible_effect", "Smallest effect these data could show", "effect"),
    (r"winsorised", "Effect with the largest 0.5% of amounts cut", "effect"),
    (r"grace_(\d+)_hours", "Effect if an answer counted within {} h", "effect"),
    (r"boosted", "Effect with boosted trees instead of regressions", "effect"),
    (r"washout_(\d+)_days", "Effect among first messages in {} days", "effect"),
    (r"horizon_(\d+)_days", "Effect within {} days", "effect"),
    (r"grace_orders_treated", "Ordered before time zero, first group", "share"),
    (r"grace_orders_control", "Ordered before time zero, second group", "share"),
    (r"answered_as_assigned_first", "Answered in time, of those assigned to be answered first", "share"),
    (r"answered_though_held", "Answered in time, of those assigned to wait", "share"),
    (r"wait_trend", "Effect of waiting one step longer", "effect"),
    (r"rmst_days", "Days until the next order within the follow-up, answered minus unanswered", "days"),
    (
        r"robustness_value",
        "What would explain the effect away: its share in what is left unexplained",
        "share",
    ),
    (r"robustness_value_5_percent", "The same, for an interval that touches zero", "share"),
    (r"robustness_value_doubly_robust", "The same, for the doubly robust estimate", "share"),
    (
        r"e_value",
        "What would explain the effect away: its ratio with answer and order (E-value)",
        "plain ratio",
    ),
    (r"e_value_of_the_limit", "The same, for the nearer end of the interval", "plain ratio"),
    (r"linked_answered", "Answered messages tied to a known customer beforehand", "share"),
    (r"linked_unanswered", "Unanswered messages tied to a known customer beforehand", "share"),
    (r"pre_sale_messages", "Messages about a purchase not yet made", "count"),
    (r"pre_sale", "Effect among messages about a purchase not yet made", "effect"),
)


def detail_rows(rung: Rung, currency: str | None = None) -> Iterator[tuple[str, str, int, str]]:
    """What it is, the number with its interval, n, and why there is none."""
    for key, value in rung.detail.items():
        name, kind = _named(key)
        yield name, _written(value, kind, rung.outcome, currency), value.n, written.reason(value)


def _named(key: str) -> tuple[str, str]:
    for pattern, name, kind in _NAMES:
        found = re.fullmatch(pattern, key)
        if found:
            return name.format(*found.groups()), kind
    return key.replace("_", " "), "effect"


def _written(value: Value, kind: str, outcome: str, currency: str | None) -> str:
    if kind == "share":
        return written.value_text(value, "share")
    if kind == "count":
        return written.value_text(value, "count")
    if kind == "ratio" and isinstance(value, Estimate):
        return f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"
    if kind == "days" and isinstance(value, Estimate):
        return f"{written.difference_text(value, 'points')}".replace("points", "days")
    if kind == "plain ratio" and isinstance(value, Estimate):
        return f"{value.value:.2f}"
    return written.difference_text(value, outcome_unit(outcome), currency)

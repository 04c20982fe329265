"""Does anybody answer people who write for the first time?

Newcomers (see newcomers.py) whose first public post got a public answer by staff or another member within
72 hours, of all who were observed that long. Beside it how long the first answer takes, unanswered posts
counted as still waiting, and how many met a hostile answer where the export states a sentiment.

"First" means first in the loaded files: whoever wrote before the export begins looks new.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import medians, newcomers, shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import answered_only
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="newcomer_answer_rate",
    name="Newcomers who are answered",
    unit="share",
    better="up",
    question="Of the people who write for the first time, how many get an answer?",
    formula=(
        "Persons whose first public post got a public answer by staff or another member within"
        f" {newcomers.ANSWER_H} hours / persons whose first public post was observed that long."
    ),
    source="After Joyce and Kraut 2006, who found 61 % of 2,777 Usenet newcomers answered.",
    caveat="First means first in the loaded files: who wrote before the export begins looks new.",
    min_n=MIN_N,
)

NOUN = "newcomers"


def compute(store: Store, window: Window) -> Reading:
    """Share of newcomers answered within 72 hours, Wilson interval.

    Unknown `answered_only` when no source keeps unanswered posts, `immature` when none is that old.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of the first post."""
    days = newcomers.ANSWER_H // 24
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=days))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """median_wait and p90_wait (seconds), hostile_share of those answered by members with a sentiment."""
    table, _ = newcomers.gather(store, window)
    kept = table[table["is_kept"].astype(bool)]
    if kept.empty:
        return dict.fromkeys(("median_wait", "p90_wait", "hostile_share"), _absent(table))
    curve = newcomers.answer_times(kept)
    return {
        "median_wait": medians.quantile(curve, 0.5, DEFINITION, NOUN, ""),
        "p90_wait": medians.quantile(curve, 0.9, DEFINITION, NOUN, ""),
        "hostile_share": newcomers.hostile(kept),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The newcomers, those nobody answered first, oldest first."""
    table, _ = newcomers.gather(store, window)
    named = ["message_id", "conversation_id", "posted_at", "answered_at", "answered", "returned_at",
             "channel", "department"]  # fmt: skip
    return table.sort_values(["answered", "posted_at"], kind="stable")[named].head(most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    table, working = newcomers.gather(store, window, cut)
    people = table[table["is_kept"].astype(bool) & table["seen"].astype(bool)]
    if people.empty:
        return Answer(DEFINITION, _absent(table))
    values = shares.values(newcomers.counted(people, "answered"), cut, NOUN, DEFINITION)
    return Answer(DEFINITION, _absent(table), values, _notes(table, people), (working,))


def _absent(table: pd.DataFrame) -> Unknown:
    """Why there is no share."""
    if table.empty:
        return Unknown("no_data", "No newcomer is loaded for this selection.")
    if not table["is_kept"].any():
        return answered_only(len(table))
    sentence = f"All {len(table):,} newcomers wrote in the last {newcomers.ANSWER_H} hours of the export."
    return Unknown("immature", sentence, len(table))


def _notes(table: pd.DataFrame, people: pd.DataFrame) -> tuple[str, ...]:
    """Who was left out."""
    kept = int(table["is_kept"].sum())
    young, lost = kept - len(people), len(table) - kept
    said = [
        f"{young:,} newcomers wrote in the last {newcomers.ANSWER_H} hours of the export and are left out."
        if young else "",
        f"{lost:,} come from exports that hold only answered conversations and are left out." if lost else "",
    ]  # fmt: skip
    return tuple(filter(None, said))

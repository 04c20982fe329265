"""Do people who write for the first time come back?

Newcomers (see newcomers.py) who post again within the horizon in another conversation or a new episode of
the same one; thanks in the same exchange is no return. Only those followed for the whole horizon count.
Beside it the same for those whose first post was answered and those it was not, raw and levelled out for
question, length, channel and month: a difference, not an effect.

People who prefer to read, or who got what they needed at once, do not come back either.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import newcomers, shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="newcomer_return",
    name="Newcomers who return",
    unit="share",
    better="up",
    question="Of the people who write for the first time, how many write again?",
    formula=(
        "Newcomers with a post in another conversation, or a new episode of the same, within H days after the"
        " first / newcomers followed for H days; H = 90 unless another horizon is chosen."
    ),
    source="After Joyce and Kraut 2006: 44 % of unanswered and 56 % of answered Usenet newcomers returned.",
    caveat="Who was helped at once may have no reason to return; first means first in the loaded files.",
    min_n=MIN_N,
)

NOUN = "newcomers have been followed that long"


def compute(store: Store, window: Window) -> Reading:
    """Share of newcomers who post again within `window.horizon_days`, Wilson interval.

    Unknown `immature` when nobody has been followed that long.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of the first post; complete once its last day has been followed."""
    over = is_over(store, "interactions", grain, days=window.horizon_days)
    return series_of(_ask, store, window, grain, over)


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Returns after the 72 hours: answered, unanswered, difference, adjusted_difference; helpers_return.

    helpers_return is the share of people who first appeared by answering somebody and post again.
    """
    found = newcomers.compare(store, window)
    helpers = store.frame(newcomers.NEWCOMERS, **newcomers.parameters(window, asking=0))
    followed = helpers[helpers["followed"].astype(bool)]
    return {
        **found.groups,
        "difference": found.raw,
        "adjusted_difference": found.standardised,
        "helpers_return": shares.whole(
            newcomers.counted(followed, "returned"), "people who first answered somebody", DEFINITION
        ),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The newcomers, newest first, with what became of them."""
    table, _ = newcomers.gather(store, window)
    named = ["message_id", "conversation_id", "posted_at", "answered_at", "returned_at", "returned",
             "followed", "channel", "department"]  # fmt: skip
    return table.sort_values("posted_at", ascending=False, kind="stable")[named].head(most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    table, working = newcomers.gather(store, window, cut)
    people = table[table["followed"].astype(bool)]
    absent = _absent(table, window)
    if people.empty:
        return Answer(DEFINITION, absent)
    values = shares.values(newcomers.counted(people, "returned"), cut, NOUN, DEFINITION)
    young = len(table) - len(people)
    left_out = f"{young:,} newcomers have not been followed that long and are left out."
    notes = (f"Within {window.horizon_days} days.", *((left_out,) if young else ()))
    return Answer(DEFINITION, absent, values, notes, (working,))


def _absent(table: pd.DataFrame, window: Window) -> Unknown:
    """Why there is no share."""
    if table.empty:
        return Unknown("no_data", "No newcomer is loaded for this selection.")
    sentence = f"None of {len(table):,} newcomers has been followed for {window.horizon_days} days yet."
    return Unknown("immature", sentence, len(table))

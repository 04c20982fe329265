"""Of the customers who buy for the first time, how many come to buy from a category new to them?

A category is new when nothing of it was in the first order. Only customers whose whole window has been
observed are counted; who buys nothing again counts as no.

It does not say why; the engaged and the unengaged are compared by a landmark, and "Is it real?" asks whether
an answer does it.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import choices, landmark
from socialroi.metrics.answer import MIN_N, Grain, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Reading, Series, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="cross_sell",
    name="Cross-sell",
    unit="share",
    better="up",
    question="Of the customers who bought for the first time, what share bought from a new category later?",
    formula=(
        "Customers who on another day within H days of their first order bought from a category that was"
        " not in it / customers whose H days after the first order lie within the data; H = 90 unless"
        " another horizon is chosen."
    ),
    source="Our rule: share buying a category new to them, as upsell and cross-sell are commonly told apart.",
    caveat=(
        "Fine categories make more of it than coarse ones, and whoever bought of everything finds nothing"
        " new: compare with customers of like age."
    ),
    min_n=MIN_N,
)

_ask = partial(choices.ask, DEFINITION, "cross_sell")


def compute(store: Store, window: Window) -> Reading:
    """Share who bought from a new category within `window.horizon_days`, Wilson interval.

    Unknown `no_categories` when fewer than 95 % of orders say what was bought, `incomplete` when nobody
    has been observed for that long. `by` engaged is the landmark comparison.
    """
    return landmark.divided(reading(_ask, store, window, partial(rows, store, window)), store, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per month of first order; complete once the last customer's window is over."""
    over = is_over(store, "orders", grain, days=window.horizon_days)
    return series_of(_ask, store, landmark.without_engaged(window), grain, over)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers of the cohort, those who bought from a new category first, with its name."""
    return choices.rows("cross_sell", store, window, most)

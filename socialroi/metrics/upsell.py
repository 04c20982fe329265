"""Of the customers who buy for the first time, how many choose something dearer later?

A later order counts when it holds, in a category of the first order, a product dearer than the dearest one
then. Each product is taken at its mean price over the whole file, so that a change of price is no choice.
Only customers whose whole window has been observed are counted; who buys nothing again counts as no.

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
    key="upsell",
    name="Upsell",
    unit="share",
    better="up",
    question="Of the customers who bought for the first time, what share chose something dearer later?",
    formula=(
        "Customers who on another day within H days of their first order bought a product dearer than any"
        " of its category in that order, each product at its mean price over the file / customers whose H"
        " days after the first order lie within the data; H = 90 unless another horizon is chosen."
    ),
    source="Our rule: unit value above the customer's own earlier one in a category, price changes removed.",
    caveat=(
        "People grow into a shop by themselves: compare with customers of like age. A product that replaces"
        " another at a higher price counts as dearer."
    ),
    min_n=MIN_N,
)

_ask = partial(choices.ask, DEFINITION, "upsell")


def compute(store: Store, window: Window) -> Reading:
    """Share who chose something dearer within `window.horizon_days`, Wilson interval.

    Unknown `no_categories` or `no_products` when fewer than 95 % of orders say what was bought,
    `incomplete` when nobody has been observed for that long. `by` engaged is the landmark comparison.
    """
    return landmark.divided(reading(_ask, store, window, partial(rows, store, window)), store, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per month of first order; complete once the last customer's window is over."""
    over = is_over(store, "orders", grain, days=window.horizon_days)
    return series_of(_ask, store, landmark.without_engaged(window), grain, over)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers of the cohort, those who chose something dearer first, with the categories of it."""
    return choices.rows("upsell", store, window, most)

"""How many say they are satisfied, and never order again?

Of those who gave one of the best answers on satisfaction, the share without an order within the shop's
churn threshold after it. The same share of all customers stands beside: only the gap to it is news.

Research on stated intentions found that 20 % of satisfied customers meant to leave; this is what they did.
It does not say why they left, nor that more satisfaction would have kept them.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import leaving
from socialroi.metrics.answer import MIN_N, Grain
from socialroi.metrics.leaving import Surprise
from socialroi.result import Definition, Reading, Series, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="satisfied_but_leaving",
    name="Satisfied but leaving",
    unit="share",
    better="down",
    question="What share of satisfied customers never orders again?",
    formula=(
        "Satisfied answers (as in CSAT) with no order in the D days after / satisfied answers followed for D"
        " days; D = the churn threshold, the 90 % quantile of days between orders."
    ),
    source="After Dixon, Freeman and Toman 2010, whose 20 % are stated intentions; here it is behaviour.",
    caveat="Compare it with all customers: many who leave would have left anyway, and some come back later.",
    min_n=MIN_N,
)
SURPRISE = Surprise(DEFINITION, best=True, staying=False)


def compute(store: Store, window: Window) -> Reading:
    """Share of satisfied answers without an order within the threshold; see `leaving.compute`."""
    return leaving.compute(SURPRISE, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share by month of answering."""
    return leaving.series(SURPRISE, store, window, grain)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The satisfied answers, those who left first."""
    return leaving.rows(SURPRISE, store, window, most)

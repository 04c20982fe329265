"""How many say they are dissatisfied, and order again all the same?

Of those who gave one of the worst answers on satisfaction, the share with an order within the shop's
churn threshold after it. The same share of all customers stands beside: only the gap to it is news.

Research on stated intentions found that 28 % of dissatisfied customers meant to stay; this is what they did.
It does not say why they stayed: habit, contract or lack of choice look the same.
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
    key="dissatisfied_but_staying",
    name="Dissatisfied but staying",
    unit="share",
    better="neither",
    question="What share of dissatisfied customers orders again all the same?",
    formula=(
        "Answers in the two worst boxes with an order in the D days after / such answers followed for D days;"
        " D = the churn threshold, the 90 % quantile of days between orders."
    ),
    source="After Dixon, Freeman and Toman 2010, whose 28 % are stated intentions; here it is behaviour.",
    caveat="Compare it with all customers; those who complain may care more than others.",
    min_n=MIN_N,
)
SURPRISE = Surprise(DEFINITION, best=False, staying=True)


def compute(store: Store, window: Window) -> Reading:
    """Share of dissatisfied answers with an order within the threshold; see `leaving.compute`."""
    return leaving.compute(SURPRISE, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share by month of answering."""
    return leaving.series(SURPRISE, store, window, grain)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The dissatisfied answers, those who stayed first."""
    return leaving.rows(SURPRISE, store, window, most)

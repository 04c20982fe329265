"""Who comes back: those who found it easy, those who are satisfied, both, or neither?

Surveys that asked both questions, in four cells: satisfied means the two best answers (promoters on a
recommendation scale), easy the two easiest, as in the Net Easy Score. Each cell has the share who ordered
again within the horizon. Beside them stands the retention of all customers over as many days.

It does not say that ease or satisfaction makes anybody stay; customers in the four cells differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from socialroi.metrics import retention
from socialroi.metrics.answer import MIN_N
from socialroi.metrics.pairs import Pairs, best_boxes, paired
from socialroi.metrics.predictors import share
from socialroi.metrics.ratings import Boxes
from socialroi.result import Definition, Grid, Unknown, Value, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="quadrant",
    name="Customers who order again",
    unit="share",
    better="up",
    question="Who orders again: those who found it easy, those who are satisfied, both, or neither?",
    formula=(
        "Surveys followed by an order within the horizon / surveys in the cell whose follow-up is complete;"
        " satisfied = two best answers, easy = two easiest answers."
    ),
    source="After Dixon, Freeman and Toman 2010, with orders in place of stated intentions.",
    caveat="Customers in the four cells differ in other ways; the shares are no effects.",
    min_n=MIN_N,
)
SATISFIED, EASY = ("Satisfied", "Not satisfied"), ("Easy", "Not easy")


@dataclass(frozen=True, slots=True)
class Quadrant:
    """The four cells, `base` the retention of all customers over as many days, and who was left out."""

    grid: Grid
    base: Value
    absent: Unknown | None
    horizon_days: int
    pairs: Pairs


def quadrant(store: Store, window: Window) -> Quadrant:
    """Share who order within `window.horizon_days`, by satisfied and easy; intervals clustered by customer.

    Without surveys that asked both the grid is empty and `absent` says why, as in `pairs.paired`; a scale
    without agreed best boxes gives `unknown_scale`.
    """
    pairs = paired(store, window)
    base = retention.compute(store, Window(segment=window.segment, horizon_days=window.horizon_days)).value
    easy, happy = (best_boxes(scale) if scale else None for scale in (pairs.ease, pairs.satisfaction))
    absent, cells = pairs.absent, {}
    if easy and happy:
        cells = _cells(pairs.rows, easy, happy)
    elif absent is None:
        absent = Unknown("unknown_scale", "One of the scales has no agreed best answers.", len(pairs.rows))
    grid = Grid(DEFINITION, SATISFIED, EASY, cells, "Satisfaction", "Ease")
    return Quadrant(grid, base, absent, window.horizon_days, pairs)


def _cells(rows: pd.DataFrame, ease: Boxes, satisfaction: Boxes) -> dict[tuple[str, str], Value]:
    """The share of each cell."""
    easy = rows["ease"].between(*ease.top)
    happy = rows["satisfaction"].between(*satisfaction.top)
    return {
        (row, column): share(rows[(happy == (row == SATISFIED[0])) & (easy == (column == EASY[0]))])
        for row in SATISFIED
        for column in EASY
    }

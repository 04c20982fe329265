"""How many customers say that we made it easy?

Customer Effort Score 2.0: "The company made it easy for me to handle my issue", 1 strongly disagree to 7
strongly agree. Share of 5, 6 and 7; on five points share of 4 and 5. The neutral middle stays in the
denominator. Some tools report the mean of the same answers; this is the share.

The other direction (1 = strongly agree) is turned round where the file says so, and never guessed. It is
not BT's Net Easy Score, which asks another question and subtracts the difficult answers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import clusters, ratings, scales
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, enough, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.ratings import Boxes, Scale
from socialroi.result import Definition, Reading, Series, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="ces2",
    name="Customer Effort Score 2.0 (agree)",
    unit="share",
    better="up",
    question="What share of customers agrees that we made it easy?",
    formula=(
        "Answers that agree (5 to 7 of 7; 4 and 5 of 5) / all answers to 'made it easy for me to handle my"
        " issue'; the last answer about each episode counts."
    ),
    source="CEB 2013; top boxes as Qualtrics and Delighted.",
    caveat="People who did not answer may feel otherwise; 'somewhat agree' counts in full.",
    min_n=MIN_N,
)

QUESTIONS = ("ces2",)
#: How many boxes agree on a scale of 1 to so many points.
AGREEING = {7: 3, 5: 2}


def compute(store: Store, window: Window) -> Reading:
    """Share who agree on the most frequent known scale, interval clustered by customer.

    Unknown `unknown_scale` when answers are not on 1 to 7 or 1 to 5 or do not say which end is good.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of answering, on the scale of the whole window."""
    return series_of(_ask, store, window, grain, is_over(store, "surveys", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The survey answers behind the share, newest first."""
    scale = scales.largest(ratings.asked(store, window, QUESTIONS), is_known)
    return ratings.rows(store, window, scale, most)


def is_known(scale: Scale) -> bool:
    """Whether the boxes that agree are known."""
    return scale.lowest == 1 and scale.highest in AGREEING and scale.high_is_good is not None


def boxes(scale: Scale) -> Boxes:
    """The answers that agree and those that disagree, on a known scale."""
    depth = AGREEING[scale.points] - 1
    high, low = (scale.highest - depth, scale.highest), (scale.lowest, scale.lowest + depth)
    return Boxes(scale, high, low) if scale.high_is_good else Boxes(scale, low, high)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    found = ratings.asked(store, window, QUESTIONS)
    absent = scales.refused(found, "'made it easy'", "1 to 7 or 1 to 5 with a stated good end")
    scale = scales.largest(found, is_known)
    if scale is None:
        return Answer(DEFINITION, absent, notes=found.notes)
    agree = boxes(scale)
    slices, working = ratings.slices(store, window, cut, agree)
    values = {key: enough(clusters.share(part), "answers", DEFINITION) for key, part in slices.items()}
    low, high = agree.top
    formula = (
        f"Answers {low:g} to {high:g} / all answers, on the scale 1 to {scale.highest:g} as asked,"
        f" {scales.direction(scale)}."
    )
    notes = (*scales.left_out(found, scale), *found.notes)
    return Answer(replace(DEFINITION, formula=formula), absent, values, notes, (working,))

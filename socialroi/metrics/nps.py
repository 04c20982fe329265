"""Would customers recommend us?

Net Promoter Score: "How likely is it that you would recommend us to a friend or colleague?", 0 not at
all likely to 10 extremely likely. Share of 9 and 10 minus share of 0 to 6; 7 and 8 count among the
answers only. Between -100 and +100 points; if every answer were equally common it would be -45.5.

Questions on 3, 5 or 7 points that some tools call NPS have other cut points and are refused. It is about
the whole relationship, not about one conversation, and recommending is a stated intention.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import ratings, scales
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.nets import net_points
from socialroi.metrics.ratings import Boxes, Scale
from socialroi.result import Definition, Reading, Series, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="nps",
    name="Net Promoter Score (NPS)",
    unit="points",
    better="up",
    question="How many more customers would recommend us than would not?",
    formula=(
        "100 x (answers 9 and 10 - answers 0 to 6) / all answers, on the scale 0 not at all likely to 10"
        " extremely likely; the last answer about each episode counts."
    ),
    source="Reichheld 2003.",
    caveat="A stated intention about the whole firm, not what customers do and not about one conversation.",
    min_n=MIN_N,
)

QUESTIONS = ("nps",)
PROMOTERS, DETRACTORS = (9.0, 10.0), (0.0, 6.0)


def compute(store: Store, window: Window) -> Reading:
    """NPS in points, -100..100, interval widened where customers answered several times.

    Unknown `unknown_scale` for answers that are not on 0 to 10 with 10 the best.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The score per period of answering."""
    return series_of(_ask, store, window, grain, is_over(store, "surveys", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The survey answers behind the score, newest first."""
    scale = scales.largest(ratings.asked(store, window, QUESTIONS), is_nps)
    return ratings.rows(store, window, scale, most)


def is_nps(scale: Scale) -> bool:
    """Whether a scale is the published one; 10 is "extremely likely" unless the file says otherwise."""
    return (scale.question, scale.lowest, scale.highest) == ("nps", 0, 10) and scale.high_is_good is not False


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Scores by segment and period."""
    found = ratings.asked(store, window, QUESTIONS)
    absent = scales.refused(found, "recommendation", "a scale of 0 to 10 with 10 the best")
    scale = scales.largest(found, is_nps)
    if scale is None:
        return Answer(DEFINITION, absent, notes=found.notes)
    slices, working = ratings.slices(store, window, cut, Boxes(scale, PROMOTERS, DETRACTORS))
    values = {key: net_points(part, DEFINITION) for key, part in slices.items()}
    unstated = (
        () if scale.high_is_good else ("The file does not say which end is good; 10 is read as the best.",)
    )
    return Answer(
        DEFINITION, absent, values, (*unstated, *scales.left_out(found, scale), *found.notes), (working,)
    )

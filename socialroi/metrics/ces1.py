"""How much effort did customers have to put in?

Customer Effort Score 1.0: "How much effort did you personally have to put forth to handle your request?",
1 very low to 5 very high. The mean of all answers; lower is better.

Answers on another range or with the good end on top keep their own scale, name and direction: a mean is
never turned round or stretched. It does not say how many had a hard time; many customers read the
question the wrong way round, which is why it was replaced.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import ratings, scales
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, enough, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.ratings import Boxes, Scale
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="ces1",
    name="Customer Effort Score 1.0",
    unit="score",
    better="down",
    question="How much effort did customers have to put in to get help?",
    formula=(
        "Sum of answers / number of answers, on the scale 1 very low effort to 5 very high effort; the last"
        " answer about each episode counts."
    ),
    source="Dixon, Freeman and Toman 2010.",
    caveat="A mean hides who had a hard time; customers misread this question more than later wordings.",
    min_n=MIN_N,
)

QUESTIONS = ("ces1",)


def compute(store: Store, window: Window) -> Reading:
    """Mean effort on the scale as asked, interval clustered by customer and kept within the scale.

    Unknown `unknown_scale` when answers do not say their scale or which end is good.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The mean per period of answering, on the scale of the whole window."""
    return series_of(_ask, store, window, grain, is_over(store, "surveys", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The survey answers behind the mean, newest first."""
    scale = scales.largest(ratings.asked(store, window, QUESTIONS), is_known)
    return ratings.rows(store, window, scale, most)


def is_known(scale: Scale) -> bool:
    """Whether a mean can be read: a stated good end and room between the ends."""
    return scale.high_is_good is not None and scale.highest > scale.lowest


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Means by segment and period."""
    found = ratings.asked(store, window, QUESTIONS)
    absent = scales.refused(found, "effort", "a scale with a stated good end")
    scale = scales.largest(found, is_known)
    if scale is None:
        return Answer(DEFINITION, absent, notes=found.notes)
    slices, working = ratings.slices(store, window, cut, Boxes.whole(scale))
    values = {key: enough(_mean(part, scale), "answers", DEFINITION) for key, part in slices.items()}
    notes = (*scales.left_out(found, scale), *found.notes)
    return Answer(_named(scale), absent, values, notes, (working,))


def _named(scale: Scale) -> Definition:
    """The definition; another range or direction has a name of its own."""
    if (scale.lowest, scale.highest, scale.high_is_good) == (1, 5, False):
        return DEFINITION
    ends = f"{scale.lowest:g} to {scale.highest:g}, {scales.direction(scale)}"
    return replace(
        DEFINITION,
        name=f"Effort question, {ends} (not CES 1.0)",
        better="up" if scale.high_is_good else "down",
        formula=f"Sum of answers / number of answers, on the scale {ends}, as asked.",
    )


def _mean(table: pd.DataFrame, scale: Scale) -> Value:
    """Mean of one slice with limits inside the scale.

    The mean as a share of the way from the lowest to the highest point has Wilson's limits on as many
    units as its clustered error is worth, so it does not shrink to a point when everybody agrees.
    """
    count = table["people"].to_numpy()
    totals, sizes = (table[name].to_numpy(dtype=float).repeat(count) for name in ("total", "size"))
    length = scale.highest - scale.lowest
    plain = intervals.clustered_mean(sizes, (totals - scale.lowest * sizes) / length)
    if isinstance(plain, Unknown):
        return plain
    narrower = intervals.Z / intervals.t_quantile(len(sizes) - 1)
    way = min(1.0, max(0.0, plain.value))
    effective = narrower**2 * plain.n**2 / float(sizes @ sizes)
    se = (plain.high - plain.value) / intervals.Z
    low, high = intervals.share_limits(way, se, effective)
    ends = scale.lowest + length * low, scale.lowest + length * high
    return intervals.estimate(
        scale.lowest + length * way, ends, plain.n, "Wilson-type interval of a mean on a scale, clustered"
    )

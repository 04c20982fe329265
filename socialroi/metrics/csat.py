"""How satisfied are customers with the help they got?

Share of the two best answers on the scale as asked (on 1 to 5: 4 and 5), among all who answered;
the neutral middle stays in the denominator. On scales of two or three points only the best counts,
as Zendesk does. Of several answers about one episode the last counts.

Scales are never pooled: the most frequent one is reported, the
others are named. It does not say whether the satisfied stay; see the loyalty page.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import clusters, ratings
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, enough, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.ratings import Asked, Boxes, Scale
from socialroi.result import Definition, Reading, Series, Unknown, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="csat",
    name="Customer satisfaction (CSAT)",
    unit="share",
    better="up",
    question="What share of customers is satisfied with the help they got?",
    formula=(
        "Answers in the two best boxes (4 and 5 of 5) / all answers; on scales of two or three points the"
        " best box only; the last answer about each episode counts."
    ),
    source="As Qualtrics, Chatwoot, Brandwatch on 1 to 5; Zendesk on 1 to 3.",
    caveat="People who did not answer may feel otherwise; satisfied customers also leave.",
    min_n=MIN_N,
)

QUESTIONS = ("csat",)
#: Scales with this many points and more have no agreed boxes.
TOO_MANY_POINTS = 12


def compute(store: Store, window: Window) -> Reading:
    """Top-box share on the most frequent scale, interval clustered by customer.

    Unknown `unknown_scale` when answers do not say their scale.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of answering, on the scale of the whole window."""
    return series_of(_ask, store, window, grain, is_over(store, "surveys", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The survey answers behind the share, newest first."""
    boxes = chosen(ratings.asked(store, window, QUESTIONS))
    return ratings.rows(store, window, boxes.scale if boxes else None, most)


def top_boxes(scale: Scale) -> Boxes | None:
    """The satisfied answers of a scale; None for scales with no agreed boxes.

    A direction that is not stated is read as high is good: every satisfaction scale listed in
    published rule runs that way, and a note says so.
    """
    if not 2 <= scale.points < TOO_MANY_POINTS:
        return None
    depth = 0 if scale.points <= 3 else 1
    top = (scale.highest - depth, scale.highest)
    bottom = (scale.lowest, scale.lowest + depth)
    return Boxes(scale, bottom, top) if scale.high_is_good is False else Boxes(scale, top, bottom)


def chosen(found: Asked) -> Boxes | None:
    """The boxes of the most frequent scale that has any."""
    return next((known for known in map(top_boxes, found.scales) if known), None)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    found = ratings.asked(store, window, QUESTIONS)
    boxes = chosen(found)
    if boxes is None:
        return Answer(DEFINITION, absent(found), notes=found.notes)
    slices, working = ratings.slices(store, window, cut, boxes)
    values = {key: enough(clusters.share(part), "answers", DEFINITION) for key, part in slices.items()}
    definition = replace(DEFINITION, formula=_formula(boxes))
    return Answer(definition, absent(found), values, (*_notes(found, boxes.scale), *found.notes), (working,))


def _formula(boxes: Boxes) -> str:
    """The definition on the scale that was asked."""
    low, high = boxes.top
    named = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    scale = boxes.scale
    return f"Answers {named} / all answers, on the scale {scale.lowest:g} to {scale.highest:g} as asked."


def absent(found: Asked) -> Unknown:
    """Why there is no share."""
    n = sum(found.scales.values())
    if n:
        return Unknown("unknown_scale", f"{n:,} answers are on scales without agreed satisfied boxes.", n)
    return ratings.nothing_asked(found, "satisfaction")


def _notes(found: Asked, scale: Scale) -> tuple[str, ...]:
    """Which scale is shown, which are not."""
    notes = []
    others = [
        f"{n:,} on {other.lowest:g} to {other.highest:g}"
        for other, n in found.scales.items()
        if other != scale
    ]
    if others:
        notes.append(
            f"Shown: {found.scales[scale]:,} answers on the scale {scale.lowest:g} to {scale.highest:g};"
            f" scales are never pooled, so these are left out: {'; '.join(others)}."
        )
    if scale.high_is_good is None:
        notes.append("The file does not say which end is good; the highest score is read as the best.")
    return tuple(notes)

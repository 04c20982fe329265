"""How easy is it to get help from us?

BT's Net Easy Score: "Overall, how easy was it to get the help you wanted today?", 1 extremely easy to
7 extremely difficult. Share of 1 and 2 minus share of 5, 6 and 7; 3 and 4 count among the answers
only. Between -100 and +100 points; if every answer were equally common it would be -14.3.

Other ease scales are reported under their own name and never mixed
in. It does not say whether those who stayed silent found it easy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from socialroi import limits
from socialroi.metrics import ratings
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.nets import net_points
from socialroi.metrics.ratings import Asked, Boxes, Scale
from socialroi.result import Definition, Reading, Series, Unknown, Window
from socialroi.store import Store

DEFINITION = Definition(
    key="net_easy",
    name="Net Easy Score",
    unit="points",
    better="up",
    question="How easy was it for customers to get the help they wanted?",
    formula=(
        "100 x (answers 1 and 2 - answers 5, 6 and 7) / all answers, on the scale 1 extremely easy to 7"
        " extremely difficult; the last answer about each episode counts."
    ),
    source="BT, the Net Easy Score (Millard 2013).",
    caveat="Boxes are uneven: 'fairly easy' earns nothing; people who did not answer may feel otherwise.",
    min_n=MIN_N,
)

QUESTIONS = ("net_easy", "ces2")


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of asking about ease that has a net score, and the name that score goes by."""

    name: str
    formula: str
    fits: Callable[[Scale], bool]
    easy: tuple[float, float]
    difficult: tuple[float, float]


#: In order of preference; the first is BT's and the only one called Net Easy Score.
VARIANTS = (
    Variant(
        DEFINITION.name, DEFINITION.formula,
        lambda s: s.question == "net_easy" and (s.lowest, s.highest, s.high_is_good) == (1, 7, False),
        (1, 2), (5, 7),
    ),
    Variant(
        "Net Easy Score (coded 7 = easiest)",
        "100 x (answers 6 and 7 - answers 1, 2 and 3) / all answers, on BT's question coded 7 extremely"
        " easy.",
        lambda s: s.question == "net_easy" and (s.lowest, s.highest, s.high_is_good) == (1, 7, True),
        (6, 7), (1, 3),
    ),
    Variant(
        "Net ease, 7-point agreement (not BT's)",
        "100 x (answers 6 and 7 - answers 1, 2 and 3) / all answers, on CES 2.0: 'made it easy', 7"
        " strongly agree.",
        lambda s: s.question == "ces2" and (s.lowest, s.highest, s.high_is_good) == (1, 7, True),
        (6, 7), (1, 3),
    ),
    Variant(
        "Net ease, 5-point agreement (not BT's)",
        "100 x (answers 4 and 5 - answers 1 and 2) / all answers, on a 5-point agreement scale.",
        lambda s: s.question == "ces2" and (s.lowest, s.highest, s.high_is_good) == (1, 5, True),
        (4, 5), (1, 2),
    ),
    Variant(
        "Net ease, 5 points, 5 = easiest (not BT's)",
        "100 x (answers 4 and 5 - answers 1 and 2) / all answers, on a 5-point ease scale where 5 is"
        " easiest.",
        lambda s: s.question == "net_easy" and (s.lowest, s.highest, s.high_is_good) == (1, 5, True),
        (4, 5), (1, 2),
    ),
    Variant(
        "Net ease, 5 points, 1 = easiest (not BT's)",
        "100 x (answers 1 and 2 - answers 4 and 5) / all answers, on a 5-point ease scale where 1 is"
        " easiest.",
        lambda s: s.question == "net_easy" and (s.lowest, s.highest, s.high_is_good) == (1, 5, False),
        (1, 2), (4, 5),
    ),
)  # fmt: skip


def compute(store: Store, window: Window) -> Reading:
    """Net ease in points, -100..100, interval widened where customers answered several times.

    Unknown `unknown_scale` when answers do not say their scale or direction.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The score per period of answering, on the scale of the whole window."""
    return series_of(_ask, store, window, grain, is_over(store, "surveys", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The survey answers behind the score, newest first."""
    pick = chosen(ratings.asked(store, window, QUESTIONS))
    return ratings.rows(store, window, pick[1] if pick else None, most)


def chosen(found: Asked) -> tuple[Variant, Scale] | None:
    """The one scale that is reported: BT's if it has enough answers, else the one with most."""
    known = [
        (variant, scale, n)
        for scale, n in found.scales.items()
        for variant in VARIANTS
        if variant.fits(scale)
    ]
    if not known:
        return None
    by_bt = [entry for entry in known if entry[0] is VARIANTS[0] and entry[2] >= MIN_N]
    variant, scale, _ = by_bt[0] if by_bt else max(known, key=lambda entry: entry[2])
    return variant, scale


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Scores by segment and period."""
    found = ratings.asked(store, window, QUESTIONS)
    pick = chosen(found)
    if pick is None:
        return Answer(DEFINITION, _absent(found), notes=found.notes)
    variant, scale = pick
    definition = replace(DEFINITION, name=variant.name, formula=variant.formula)
    slices, working = ratings.slices(store, window, cut, Boxes(scale, variant.easy, variant.difficult))
    values = {key: net_points(part, DEFINITION) for key, part in slices.items()}
    return Answer(definition, _absent(found), values, (*_notes(found, pick), *found.notes), (working,))


def _absent(found: Asked) -> Unknown:
    """Why there is no score."""
    n = sum(found.scales.values())
    if n:
        return Unknown(
            "unknown_scale",
            f"{n:,} ease answers are on a scale without a known net score, or do not say which end is easy;"
            " the direction is never guessed.",
            n,
        )
    return ratings.nothing_asked(found, "ease")


def _notes(found: Asked, pick: tuple[Variant, Scale]) -> tuple[str, ...]:
    """What else was asked, and that it was not mixed in."""
    others = [f"{n:,} on {scale}" for scale, n in found.scales.items() if scale != pick[1]]
    scale_note = () if pick[0] is VARIANTS[0] else (f"{pick[0].name}: {pick[0].formula}",)
    if not others:
        return scale_note
    return (*scale_note, f"Answers on other scales are never mixed in: {'; '.join(others)}.")

"""Which differences are clear, and which way is better: the arithmetic behind words and verdicts.

A difference is clear when its interval excludes zero; `Definition.better` decides what that means.
The extremes of several segments are compared after widening their intervals for the number of
pairs (Bonferroni), because the best and the worst of many always look different.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, Literal

from socialroi.result import Better, Estimate, Point, Reading, Series, Unknown, Value, Verdict
from socialroi.stats.intervals import difference

#: A verdict, or the bare direction of a metric that is neither better up nor better down.
Judgement = Verdict | Literal["higher", "lower"]

WORDS: dict[str, str] = {
    "better": "Better",
    "worse": "Worse",
    "no_clear_difference": "No clear difference",
    "too_little_data": "Too little data",
    "cannot_say": "Cannot say",
    "not_causal": "Not causal",
    "higher": "Higher",
    "lower": "Lower",
}
#: Codes of `Unknown` that more data of the same kind would cure.
_TOO_LITTLE = re.compile(r"few|little|min_n|no_data|not_enough|not_reached|empty")


def judge(gap: Value, better: Better) -> Judgement:
    """What a difference means: clearly better, clearly worse, not clear, or why it cannot be said."""
    if isinstance(gap, Unknown):
        return "too_little_data" if _TOO_LITTLE.search(gap.code) else "cannot_say"
    if not gap.is_clear:
        return "no_clear_difference"
    if better == "neither":
        return "higher" if gap.value > 0 else "lower"
    return "better" if (gap.value > 0) == (better == "up") else "worse"


def judge_reading(reading: Reading) -> Judgement | None:
    """The verdict of a card: against `compared_with`; None when there is nothing to compare with."""
    if isinstance(reading.value, Unknown):
        return judge(reading.value, reading.definition.better)
    if reading.compared_with is None:
        return None
    return judge(gap_of(reading.value, reading.compared_with), reading.definition.better)


def verdict_word(judgement: Judgement | None) -> str:
    """The word on a card; empty when nothing was compared."""
    return WORDS[judgement] if judgement else ""


def gap_of(value: Value | None, reference: Value | None) -> Value:
    """`value - reference` with its interval; the first Unknown of the two when there is one."""
    for side in (value, reference):
        if isinstance(side, Unknown):
            return side
    if value is None or reference is None:
        return Unknown("no_comparison", "There is nothing to compare with.")
    assert isinstance(value, Estimate)
    assert isinstance(reference, Estimate)
    return difference(value, reference)


def latest(series: Series) -> Value:
    """The last complete period minus the complete one before it, for a card."""
    points = complete(series)
    if len(points) < 2:
        return Unknown("too_few_periods", "There are not yet two complete periods to compare.", len(points))
    return gap_of(points[-1].value, points[-2].value)


def extremes(known: Mapping[Any, Estimate], better: Better) -> tuple[Any, Any, Estimate]:
    """Best and worst (highest and lowest) of several, and their difference widened for all pairs."""
    ordered = sorted(known, key=lambda name: known[name].value, reverse=better != "down")
    first, last = ordered[0], ordered[-1]
    factor = _widening(len(ordered), known[first].level)
    return first, last, difference(_widened(known[first], factor), _widened(known[last], factor))


def complete(series: Series) -> list[Point]:
    """The periods that have a number which will not change any more."""
    return [p for p in series.points if p.complete and isinstance(p.value, Estimate)]


def _widening(groups: int, level: float) -> float:
    """How much wider an interval gets when all pairs of `groups` are to hold together."""
    pairs = max(1, groups * (groups - 1) // 2)
    z = NormalDist().inv_cdf
    return z(1 - (1 - level) / (2 * pairs)) / z(1 - (1 - level) / 2)


def _widened(value: Estimate, factor: float) -> Estimate:
    low = value.value - factor * (value.value - value.low)
    high = value.value + factor * (value.high - value.value)
    return Estimate(value.value, low, high, value.n, value.method, value.level)

"""Sentences computed from the data: a chart's title, a card's line, the report's and the slide's text.

Every sentence has its branches: clearly better, clearly worse, no clear difference, cannot say. A
difference is claimed only when its interval excludes zero, and `Definition.better` decides which way
is better.

Sentences are plain text and quote segment names through `label.clean`: pass them through `ui.safe`
before they meet Markdown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from socialroi.charts import format as fmt
from socialroi.charts.curve_words import takeaway_curve
from socialroi.charts.grid_words import takeaway_grid
from socialroi.charts.judgement import complete, extremes, gap_of, judge
from socialroi.charts.phrases import NOT_AN_EFFECT, cannot_say, lower, name_of, period, plural
from socialroi.result import (
    HEADLINES,
    Comparison,
    Curve,
    Estimate,
    Grid,
    Reading,
    Rung,
    Series,
    Study,
    Unit,
    Unknown,
)

_BOTH = "engaged and unengaged customers"
#: Rungs whose design allows a causal verb, strongest first.
CAUSAL = ("R", "A", "Aprime")
_TREATMENTS = {"R": "Being assigned a reply", "A": "Answering", "Aprime": "Answering fast"}
_ARMS = {"R": "assigned and not assigned", "A": "answered and unanswered", "Aprime": "fast and slow answers"}
#: The unit in which each outcome of the study is a difference.
OUTCOME_UNITS: dict[str, Unit] = {
    "retention": "share",
    "repurchase": "share",
    "upsell": "share",
    "cross_sell": "share",
    "advocacy": "share",
    "orders": "count",
    "margin": "money",
}
_MOVED: Mapping[str, str] = {"better": "improved", "worse": "worsened", "higher": "rose", "lower": "fell"}
_DONE = {
    "better": "do better on",
    "worse": "do worse on",
    "higher": "have higher",
    "lower": "have lower",
}


def outcome_unit(outcome: str) -> Unit:
    """The unit of a study outcome."""
    return OUTCOME_UNITS.get(outcome, "share")


@singledispatch
def takeaway(shape: Any, currency: str | None = None) -> str:
    """One sentence that says what the data say about any shape of `result`."""
    raise TypeError(f"no takeaway for {type(shape).__name__}")


@takeaway.register
def _(shape: Reading, currency: str | None = None) -> str:
    definition, value = shape.definition, shape.value
    if isinstance(value, Unknown):
        return cannot_say(definition, value)
    unit = definition.unit
    if shape.compared_with is None:
        return f"{definition.name} is {fmt.value_text(value, unit, currency)}."
    gap = gap_of(value, shape.compared_with)
    shown = fmt.number(value.value, unit, currency)
    text = fmt.difference_text(gap, unit, currency)
    verb = _MOVED.get(judge(gap, definition.better))
    if verb:
        return f"{definition.name} {verb} to {shown}: {text} against the period compared with."
    if isinstance(gap, Unknown):
        return f"{definition.name} is {shown}; it cannot be compared: {lower(gap.sentence)}"
    return f"{definition.name} is {shown}: no clear difference from the period compared with, {text}."


def takeaway_by(reading: Reading, by: str = "segment", currency: str | None = None) -> str:
    """What differs between the segments of a reading: best against worst, if that is clear."""
    definition = reading.definition
    known = {name: value for name, value in reading.by.items() if isinstance(value, Estimate)}
    if not known:
        return cannot_say(definition, _first_unknown(reading))
    if len(known) == 1:
        ((only, value),) = known.items()
        shown = fmt.value_text(value, definition.unit, currency)
        return f"{definition.name} for {name_of(only)} is {shown}; there is nothing to compare it with."
    first, last, gap = extremes(known, definition.better)
    tail = f" {NOT_AN_EFFECT}" if by == "engaged" else ""
    if not gap.is_clear:
        return f"No clear difference in {lower(definition.name)} between {len(known)} {plural(by)}.{tail}"
    sides = [f"{name_of(s)} ({fmt.number(known[s].value, definition.unit, currency)})" for s in (first, last)]
    word = "higher" if definition.better == "neither" else "better"
    return f"{definition.name} is {word} for {sides[0]} than for {sides[1]}.{tail}"


@takeaway.register
def _(shape: Series, currency: str | None = None) -> str:
    definition = shape.definition
    points = complete(shape)
    if len(points) < 2:
        return f"{definition.name}: too few complete periods to see a change."
    first, last = points[0], points[-1]
    gap = gap_of(last.value, first.value)
    assert isinstance(gap, Estimate)
    assert isinstance(first.value, Estimate)
    assert isinstance(last.value, Estimate)
    start, end = period(first, points), period(last, points)
    text = fmt.difference_text(gap, definition.unit, currency)
    verb = _MOVED.get(judge(gap, definition.better))
    if not verb:
        return f"No clear change in {lower(definition.name)} between {start} and {end}: {text}."
    levels = [fmt.number(p.value, definition.unit, currency) for p in (first.value, last.value)]
    return f"{definition.name} {verb} from {levels[0]} ({start}) to {levels[1]} ({end}): {text}."


@takeaway.register
def _(shape: Comparison, currency: str | None = None) -> str:
    definition, gap = shape.definition, shape.standardised
    name = lower(definition.name)
    if isinstance(gap, Unknown):
        return f"We cannot say whether {name} differs between {_BOTH}: {lower(gap.sentence)}"
    text = f"{fmt.difference_text(gap, definition.unit, currency)} at equal case mix"
    judgement = judge(gap, definition.better)
    if judgement == "no_clear_difference":
        return f"No clear difference in {name} between {_BOTH}: {text}."
    return f"Engaged customers {_DONE[judgement]} {name}: {text}. {NOT_AN_EFFECT}"


@takeaway.register
def _(shape: Curve, currency: str | None = None) -> str:
    return takeaway_curve(shape)


@takeaway.register
def _(shape: Grid, currency: str | None = None) -> str:
    return takeaway_grid(shape, currency)


@takeaway.register
def _(shape: Rung, currency: str | None = None) -> str:
    gap = shape.estimate
    if isinstance(gap, Unknown) or shape.verdict == "cannot_say":
        return shape.sentence
    outcome = shape.outcome.replace("_", "-")
    text = fmt.difference_text(gap, outcome_unit(shape.outcome), currency)
    within = f"within {shape.horizon_days} days"
    arms = _ARMS.get(shape.rung, "the two groups")
    if shape.verdict == "too_little_data":
        return f"Too little data to tell whether {outcome} differs {within}: {text}."
    if not gap.is_clear or shape.verdict == "no_clear_difference":
        return f"No clear difference in {outcome} {within} between {arms}: {text}."
    if shape.rung not in CAUSAL or shape.verdict == "not_causal":
        word = "higher" if gap.value > 0 else "lower"
        return f"Customers ever answered show {word} {outcome} {within}: {text}. {NOT_AN_EFFECT}"
    verb = "raised" if gap.value > 0 else "lowered"
    return f"{_TREATMENTS[shape.rung]} {verb} {outcome} {within}: {text}."


@takeaway.register
def _(shape: Study, currency: str | None = None) -> str:
    headline = headline_of(shape) or next((rung for rung in shape.rungs if rung.rung == "A"), None)
    return takeaway(headline, currency) if headline else shape.sentence


def headline_of(study: Study) -> Rung | None:
    """The strongest rung whose number may be shown as the effect of answering, if there is one."""
    known = {rung.rung: rung for rung in study.rungs if isinstance(rung.estimate, Estimate)}
    return next((known[name] for name in HEADLINES if name in known), None)


def _first_unknown(reading: Reading) -> Unknown:
    values = (*reading.by.values(), reading.value)
    found = next((value for value in values if isinstance(value, Unknown)), None)
    return found or Unknown("no_segments", "There is no segment to show.")

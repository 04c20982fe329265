"""What happened last: the newest finished period against the one before it, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from socialroi.charts import format as written
from socialroi.charts.judgement import complete, gap_of, judge
from socialroi.charts.phrases import lower
from socialroi.result import Definition, Estimate, Point, Reading, Series, Unknown, Value

_VERBS = {"better": "improved", "worse": "worsened", "higher": "rose", "lower": "fell"}


@dataclass(frozen=True, slots=True)
class Movement:
    """The last complete period against the one before it that does not overlap with it."""

    gap: Value
    now: Point | None = None
    before: Point | None = None


def change(series: Series, apart: int = 1) -> Movement:
    """The last complete period minus the one `apart` periods before it."""
    points = complete(series)
    by_place = {point: place for place, point in enumerate(series.points)}
    if not points:
        return Movement(Unknown("too_few_periods", "There is no complete month yet."))
    now = points[-1]
    place = by_place[now] - apart
    before = series.points[place] if place >= 0 else None
    if before is None:
        none = Unknown("too_few_periods", "There is no earlier complete month to compare with.")
        return Movement(none, now)
    return Movement(gap_of(now.value, before.value), now, before)


def moved(found: Movement, definition: Definition) -> str:
    """What happened last, in a sentence of a card."""
    if found.now is None or found.before is None or isinstance(found.gap, Unknown):
        return f"{definition.name}: {written.reason(found.gap)}"
    months = f"{written.month(found.now.start)} against {written.month(found.before.start)}"
    gap = written.difference_text(found.gap, definition.unit)
    verb = _VERBS.get(judge(found.gap, definition.better))
    if verb is None:
        return f"No clear change in {lower(definition.name)}, {months}: {gap}."
    return f"{definition.name} {verb}, {months}: {gap}."


def compared(reading: Reading, currency: str | None = None) -> str:
    """What a number was in the comparison period and how it differs: the line under a number."""
    unit, before = reading.definition.unit, reading.compared_with
    if not isinstance(before, Estimate):
        return f"Before: {written.DASH}. {written.reason(before)}"
    gap = written.difference_text(gap_of(reading.value, before), unit, currency)
    then = written.number(before.value, unit, currency)
    return f"Before: {then}, {written.n_text(before.n)}. Difference: {gap}."

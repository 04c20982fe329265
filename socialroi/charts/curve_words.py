"""What a curve says: how many have ordered again by when, how many messages are answered in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialroi.charts import format as fmt
from socialroi.charts.phrases import NOT_AN_EFFECT, is_everybody, lower, name_of, within
from socialroi.charts.steps import common_x, risen, step_at
from socialroi.result import Curve, Estimate, Step, Unknown, Value
from socialroi.stats.intervals import difference


def takeaway_curve(curve: Curve, at: float | None = None) -> str:
    """What a curve of "share who have, by x" says at `at`, by default the last x most are followed to.

    Engaged against unengaged when both are there, else the levels. Values are those of the step in
    force at `at`; in a curve thinned to 400 points they are at most a quarter of a point old.
    """
    rising = {name: risen(steps) for name, steps in curve.groups.items() if steps}
    if not rising:
        return f"{curve.definition.name}: cannot say. There is nobody to follow."
    x = common_x(curve) if at is None else at
    here = {name: reached.value for name, steps in rising.items() if (reached := step_at(steps, x))}
    when = within(x, curve.x_label)
    pair = _pair(here)
    if pair is None:
        shown = "; ".join(f"{name_of(g)} {fmt.value_text(v, 'share')}" for g, v in list(here.items())[:3])
        return f"{curve.definition.name} {when}: {shown or fmt.DASH}."
    return _against(*pair, lower(curve.definition.name), when)


def _against(first: tuple[str, Estimate], second: tuple[str, Estimate], name: str, when: str) -> str:
    (engaged, a), (other, b) = first, second
    gap = difference(a, b)
    text = fmt.difference_text(gap, "share")
    group = name_of(engaged).lower()
    if not gap.is_clear:
        groups = f"{group} and {name_of(other).lower()} customers"
        return f"No clear difference in {name} {when} between {groups}: {text}."
    more = "more" if gap.value > 0 else "fewer"
    levels = f"{fmt.number(a.value, 'share')} against {fmt.number(b.value, 'share')}"
    start = f"{when[:1].upper()}{when[1:]}, {more} {group} customers have ordered again"
    return f"{start}: {levels}, {text}. {NOT_AN_EFFECT}"


def takeaway_latency(curve: Curve, target_s: float | None = None, median: Value | None = None) -> str:
    """How many messages are answered within the promise, or by when half of them are.

    Without `median`, what is read off the curve is said to be about so: a curve for a chart is thinned.
    """
    rising = {name: risen(steps) for name, steps in curve.groups.items() if steps}
    if not rising:
        return f"{curve.definition.name}: cannot say. There are no messages to answer."
    few = list(rising.items())[:3]
    if target_s is not None:
        parts = "; ".join(_kept(name, steps, target_s) for name, steps in few)
        return f"Answered within the promised {fmt.duration(target_s)}: {parts}."
    if isinstance(median, Unknown):
        return f"When half of the messages are answered: cannot say. {median.sentence}"
    if isinstance(median, Estimate):
        return f"Half of the messages are answered within {fmt.value_text(median, 'seconds')}."
    return f"Half of the messages are answered {'; '.join(_half(name, steps) for name, steps in few)}."


def _pair(here: Mapping[str, Estimate]) -> tuple[tuple[str, Estimate], tuple[str, Estimate]] | None:
    """The engaged group and the one it is compared with, when both are there."""
    first = next((name for name in ("engaged", "answered") if name in here), None)
    second = next((name for name in ("unengaged", "asked_unanswered", "never_asked") if name in here), None)
    return ((first, here[first]), (second, here[second])) if first and second else None


def _kept(name: str, steps: Sequence[Step], target_s: float) -> str:
    step = step_at(steps, target_s)
    shown = f"about {step.value.value if step else 0:.0%}"
    return shown if is_everybody(name) else f"{name_of(name)} {shown}"


def _half(name: str, steps: Sequence[Step]) -> str:
    reached = next((step for step in steps if step.value.value >= 0.5), None)
    when = f"within about {fmt.duration(reached.x)}" if reached else "not within the time observed"
    return when if is_everybody(name) else f"{when} ({name_of(name)})"

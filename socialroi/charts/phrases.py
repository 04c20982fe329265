"""Parts of sentences: names inside a sentence, periods, stretches of a curve."""

from __future__ import annotations

from collections.abc import Sequence

from socialroi.charts import format as fmt
from socialroi.charts.label import clean
from socialroi.charts.roles import ROLES
from socialroi.result import Definition, Point, Unknown

#: The name of the group that is not one of several; shapes call it "".
EVERYBODY = "All together"
NOT_AN_EFFECT = "A difference, not an effect."
_PLURALS = {"engaged": "groups", "segment": "segments", "channel": "channels", "department": "departments"}


def name_of(segment: str) -> str:
    """A segment as people read it: the study's groups by their names, anything else cleaned."""
    if segment in ROLES:
        return ROLES[segment].name
    return clean(segment) or ("(blank)" if segment else EVERYBODY)


def cannot_say(definition: Definition, unknown: Unknown) -> str:
    """The sentence for a number that is not there: what cannot be said, and why."""
    return f"{definition.name}: cannot say. {unknown.sentence}"


def period(point: Point, points: Sequence[Point]) -> str:
    """A period's name: the month when all periods start on a first, else its first day."""
    return fmt.month(point.start) if all(p.start.day == 1 for p in points) else fmt.day(point.start)


def within(x: float, x_label: str) -> str:
    """A stretch of a curve: "within 180 days", "within 1 h 39 min"."""
    return f"within {x:,.0f} days" if "day" in x_label.lower() else f"within {fmt.duration(x)}"


def moment(x: float, x_label: str) -> str:
    """Where on a curve: "day 180", "1 h 39 min"."""
    return f"day {x:,.0f}" if "day" in x_label.lower() else fmt.duration(x)


def plural(by: str) -> str:
    """The plural of what a reading is split by."""
    return _PLURALS.get(by, f"{by}s")


def lower(name: str) -> str:
    """A name inside a sentence: "Response rate" to "response rate"; "CSAT" and "Net Easy Score" stay."""
    words = name.split(" ")
    is_proper = len(words) > 1 and words[1][:1].isupper()
    return name if is_proper or words[0][1:2].isupper() else name[:1].lower() + name[1:]


def is_everybody(name: str) -> bool:
    """Whether a curve's only group is everybody, which needs no name in a sentence."""
    return name.casefold() in {"", "all", EVERYBODY.casefold()}

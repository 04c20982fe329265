"""What the parts of an effect say: for whom it is larger, and what waiting costs.

The intervals of all parts hold together, so two that do not overlap differ, whichever two they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from socialroi.charts import format as fmt
from socialroi.charts.phrases import name_of, plural
from socialroi.charts.words import CAUSAL, outcome_unit
from socialroi.result import Estimate, Part, Rung, Unknown


def takeaway_parts(rung: Rung, by: str, currency: str | None = None) -> str:
    """Whether the effect differs between the parts, and between which two most."""
    parts = [part for part in rung.parts if part.by == by]
    known = _known(parts)
    what = _what(rung)
    if not known:
        return f"{what} by {by}: cannot say. {_why(parts, 'No part is large enough.')}"
    unit = outcome_unit(rung.outcome)
    shown = {
        part.label: fmt.difference_number(value.value, unit, currency, fine=value.is_clear)
        for part, value in known
    }
    if len(known) == 1:
        ((part, value),) = known
        text = fmt.difference_text(value, unit, currency)
        return f"{what} for {name_of(part.label)} is {text}; no other {by} is large enough to compare."
    ordered = sorted(known, key=lambda pair: -pair[1].value)
    (most, high), (least, low) = ordered[0], ordered[-1]
    if high.low > low.high:
        sides = [f"{name_of(part.label)} ({shown[part.label]})" for part in (most, least)]
        return f"{what} is larger for {sides[0]} than for {sides[1]}."
    return f"{what} does not clearly differ between {len(known)} {plural(by)}."


def takeaway_waits(rung: Rung, currency: str | None = None) -> str:
    """What the shortest wait does against the longest, or that no wait clearly differs from it."""
    parts = [part for part in rung.parts if part.by == "wait"]
    known = _known(parts)
    outcome = rung.outcome.replace("_", "-")
    if not known:
        return f"What waiting costs: cannot say. {_why(parts, 'Too few people waited for different times.')}"
    clear = [(part, value) for part, value in known if value.is_clear]
    if not clear:
        return f"No waiting time clearly differs in {outcome} from the longest one."
    part, value = clear[0]
    text = fmt.difference_text(value, outcome_unit(rung.outcome), currency)
    verb = "more" if value.value > 0 else "less"
    return f"An answer {_when(part.label)} brings {verb} {outcome} than the longest wait: {text}."


def _known(parts: Sequence[Part]) -> list[tuple[Part, Estimate]]:
    return [(part, part.value) for part in parts if isinstance(part.value, Estimate)]


def _why(parts: Sequence[Part], otherwise: str) -> str:
    return next((part.value.sentence for part in parts if isinstance(part.value, Unknown)), otherwise)


def _what(rung: Rung) -> str:
    return "The effect" if rung.rung in CAUSAL else "The difference"


def _when(wait: str) -> str:
    """A wait inside a sentence: "within 1 h" as it is, "1 to 4 h" as "after 1 to 4 h"."""
    name = name_of(wait)
    inside = name[:1].lower() + name[1:]
    return inside if inside.startswith(("within", "after", "up to", "in ")) else f"after {inside}"

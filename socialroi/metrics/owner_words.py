"""What a comparison of owners, or a change of owner, says in words."""

from __future__ import annotations

import statistics
from dataclasses import replace

from socialroi.result import Definition, Estimate, Gap, Standings, Unit, Unknown, Verdict

#: The half-width of an interval from which "no clear difference" would promise too much, by unit.
WIDE: dict[Unit, float] = {"share": 0.10, "points": 20.0, "seconds": 7_200.0}

NOT_COMPARABLE = (
    "The departments get different work, and no topic is handled by all of them, so they cannot be compared"
    " like with like."
)


def judged(table: Standings) -> Standings:
    """The same table with its verdict and the sentence that says it."""
    verdict, sentence = _verdict(table)
    shared = (f"Compared on shared topics only: {', '.join(table.shared)}.",) if table.shared else ()
    return replace(table, verdict=verdict, sentence=sentence, notes=(*shared, *table.notes))


def _verdict(table: Standings) -> tuple[Verdict, str]:
    apart = [one for one in table.standings if _code(one.adjusted) == "not_comparable"]
    if not table.gaps:
        if apart:
            return "cannot_say", NOT_COMPARABLE
        return "too_little_data", "Fewer than two groups have enough cases to be compared."
    clear = [gap for gap in table.gaps if gap.value.is_clear]
    if clear:
        return "better", " ".join(_clear(gap, table) for gap in _widest(clear)) + _more(len(clear))
    halves = [(gap.value.high - gap.value.low) / 2 for gap in table.gaps]
    if statistics.median(halves) > WIDE[table.definition.unit]:
        return "too_little_data", "Too little data to tell the groups apart with everybody's case mix."
    return "no_clear_difference", (
        "No clear difference: with everybody's case mix, what is left between the groups is within what luck"
        " gives."
    )


def _code(value: object) -> str:
    return value.code if isinstance(value, Unknown) else ""


def _widest(clear: list[Gap]) -> list[Gap]:
    """At most three, the largest difference first."""
    return sorted(clear, key=lambda gap: -abs(gap.value.value))[:3]


def _more(n: int) -> str:
    return (
        f" {n - 3} more pairs differ clearly."
        if n > 4
        else " One more pair differs clearly."
        if n == 4
        else ""
    )


def _clear(gap: Gap, table: Standings) -> str:
    """One pair in words, the better one first."""
    first_better = (gap.value.value > 0) == (table.definition.better != "down")
    ahead, behind = (gap.first, gap.second) if first_better else (gap.second, gap.first)
    return f"{ahead} does better than {behind} by {size_of(gap.value, table.definition.unit)}."


def size_of(value: Estimate, unit: Unit) -> str:
    """The size of a difference with its interval, without sign; for clear differences."""
    parts = sorted(abs(x) for x in (value.low, value.high))
    low, middle, high = (_plain(x, unit) for x in (parts[0], abs(value.value), parts[1]))
    noun = {"seconds": "minutes"}.get(unit, "points")
    return f"{middle} {noun} ({low} to {high})"


def _plain(x: float, unit: Unit) -> str:
    """Shares as points of 100, durations as minutes."""
    scale = {"share": 100.0, "seconds": 1 / 60}.get(unit, 1.0)
    return f"{x * scale:,.1f}"


def stepped(definition: Definition, step: Estimate, label: str, control: str | None) -> str:
    """What a clear step says: with a control series that it changed, without one that it coincides."""
    improved = (step.value > 0) == (definition.better != "down")
    word = "an improvement" if improved else "a deterioration"
    what, size = definition.name.lower(), size_of(step, definition.unit)
    if control:
        return f"After the change ({label}), {what} shows {word} by {size}, measured against {control}."
    return (
        f"{word.capitalize()} in {what} by {size} coincides with the change: {label}. Whatever else"
        " changed at that time is in it too."
    )

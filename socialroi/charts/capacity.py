"""Who is needed when, and whose answer comes when: the week by hour, a person's answer beside a bot's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.curves import latency_curve
from socialroi.charts.grids import hour_heatmap
from socialroi.charts.house import Chart, Look
from socialroi.charts.judgement import extremes
from socialroi.result import Curve, Estimate, Grid, Value

CLOSED = "closed, or open too rarely to tell"


def arrivals_heatmap(arrivals: Grid, look: Look | None = None) -> Chart:
    """Messages that need an answer by hour of the week."""
    return hour_heatmap(arrivals, look, title=takeaway_arrivals(arrivals), blank=CLOSED)


def staff_heatmap(needed: Grid, arrivals: Grid, seen: Grid, share: float, look: Look | None = None) -> Chart:
    """People needed by hour of the week; its table has messages and the people seen answering beside them."""
    chart = hour_heatmap(needed, look, title=takeaway_staff(needed, seen, share), blank=CLOSED)
    table, tidy = tables.counts(list(_beside(needed, arrivals, seen)))
    return replace(chart, table=table, tidy=tidy)


def takeaway_arrivals(arrivals: Grid) -> str:
    """In which hours most and fewest messages come, if that is clear among so many hours."""
    known = {place: value for place, value in arrivals.cells.items() if isinstance(value, Estimate)}
    if len(known) < 2:
        return "Messages by hour of the week: too little data."
    most, fewest, gap = extremes(known, "up")
    if not gap.is_clear:
        return "No hour of the week clearly gets more messages than another."
    high, low = (fmt.number(known[place].value, "count") for place in (most, fewest))
    return f"Most messages come on {_hour(most)}, {high} on average, and fewest on {_hour(fewest)}, {low}."


def takeaway_staff(needed: Grid, seen: Grid, share: float) -> str:
    """How many people it takes at most, in which hours, and how many were seen answering in them."""
    known = {place: value.value for place, value in needed.cells.items() if isinstance(value, Estimate)}
    if not known:
        return "People needed: too little data."
    most = max(known.values())
    busiest = [place for place in known if known[place] == most]
    if most <= 1:
        return f"One person at work is enough to keep {share:.0%} of the promises in every open hour."
    where = (
        f"on {_hour(busiest[0])}"
        if len(busiest) == 1
        else f"in {len(busiest)} of {len(known)} open hours of the week"
    )
    start = f"Keeping {share:.0%} of the promises takes {most:,.0f} people at most, {where}."
    there = [value.value for place in busiest if isinstance(value := seen.cells.get(place), Estimate)]
    if not there:
        return start
    when = "that hour" if len(busiest) == 1 else "those hours"
    return f"{start} On average {fmt.count(round(sum(there) / len(there), 2))} were seen answering in {when}."


def touch_curve(curve: Curve, by_person: Value, by_anybody: Value, look: Look | None = None) -> Chart:
    """Share answered by a person beside the share that heard anything back, by time waited."""
    return latency_curve(curve, look, title=takeaway_touches(by_person, by_anybody))


def takeaway_touches(by_person: Value, by_anybody: Value) -> str:
    """By when half have an answer by a person, and by when half heard anything at all."""
    person = _half("Half", "of the messages are answered by a person", by_person)
    anybody = _half("half", "hear anything back, bots included,", by_anybody)
    return f"{person}; {anybody}."


def _half(start: str, words: str, value: Value) -> str:
    if isinstance(value, Estimate):
        return f"{start} {words} within {fmt.value_text(value, 'seconds')}"
    if value.code == "not_reached":
        return f"{'Fewer' if start[0].isupper() else 'fewer'} than half {words} in the time observed"
    return f"when {start.lower()} {words} cannot be said"


def _beside(needed: Grid, arrivals: Grid, seen: Grid) -> Iterator[dict[str, object]]:
    """One line for each open hour of the week."""
    for row in needed.rows:
        for column in needed.columns:
            value = needed.cells.get((row, column))
            if isinstance(value, Estimate):
                yield {
                    "Weekday": row,
                    "Hour": f"{column}:00",
                    "Messages an hour": _plain(arrivals.cells.get((row, column))),
                    "People needed": int(value.value),
                    "At least": int(value.low),
                    "At most": int(value.high),
                    "Seen answering": _plain(seen.cells.get((row, column))),
                    "Times open": value.n,
                }


def _plain(value: Value | None) -> float | None:
    return round(value.value, 2) if isinstance(value, Estimate) else None


def _hour(place: tuple[str, str]) -> str:
    weekday, hour = place
    return f"{weekday} from {hour}:00 to {int(hour) + 1:02d}:00"

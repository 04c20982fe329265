"""Dated events on a chart over time: a thin line each, with a short label that covers no other label.

Labels stand in lanes above the plot. How wide a label will be is guessed from its characters for the
narrowest plot the chart is made for, so that on a wider one there is only more room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from socialroi.charts import format as fmt
from socialroi.charts.house import SMALL_SIZE, Chart, Dated, Look, Spec, note, rule
from socialroi.charts.label import clean, label
from socialroi.result import Event

#: More lines than this hide what they explain; the latest are drawn, all are in the table.
MOST = 5
#: Characters of a label in the picture, and in words.
_SHORT, _SPOKEN = 28, 48
#: Pixels: a lane of labels, a character, the gap to the line, the plot on a phone and on paper.
_LANE, _CHARACTER, _GAP, _NARROW, _WIDE = 18, 6.6, 5, 300, 800
COLUMN = "Events"


def mark(chart: Chart, starts: Sequence[date], look: Look) -> Chart:
    """`chart`, whose first horizontal axis is of days, with the look's events in the periods that begin at
    `starts`: in the picture, in the words beside it and as a column of both tables.
    """
    if not starts or not look.dated:
        return chart
    ends = _ends(starts)
    seen = [one for one in look.dated if starts[0] <= one.day < ends[-1]]
    if not seen:
        return chart
    shown = seen[-MOST:]
    spec = _onto(chart.spec, shown, (starts[0], ends[-1]), look)
    told = _by_period(seen, starts, ends)
    table, tidy = (_with_column(frame, told) for frame in (chart.table, chart.tidy))
    return Chart(chart.takeaway, f"{chart.subtitle}; {_said(shown, len(seen))}", spec, table, tidy)


def dated(events: Sequence[Event], zone: str) -> tuple[Dated, ...]:
    """Events as charts mark them: on the day that clocks of `zone` showed."""
    return tuple(Dated(fmt.local(event.happened_at, zone).date(), event.label) for event in events)


def lanes(ends: Sequence[tuple[float, float]]) -> list[int]:
    """For labels from left to right, given as (left, right), the lowest lane in which each is free."""
    placed: list[int] = []
    for place, (left, right) in enumerate(ends):
        taken = {
            lane
            for lane, (start, stop) in zip(placed, ends[:place], strict=True)
            if left < stop and start < right
        }
        placed.append(next(lane for lane in range(place + 1) if lane not in taken))
    return placed


def _ends(starts: Sequence[date]) -> list[date]:
    """The first day after each period; the last period is as long as the one before it."""
    last = starts[-1] - starts[-2] if len(starts) > 1 else timedelta(days=31)
    return [*starts[1:], starts[-1] + last]


def _said(shown: Sequence[Dated], n: int) -> str:
    """The events in words, for the line under the title and for those who do not see the picture."""
    words = ", ".join(f"{fmt.day(one.day)} {clean(one.label, _SPOKEN)}" for one in shown)
    more = f" ({n - len(shown)} earlier ones in the table)" if n > len(shown) else ""
    return f"marked: {words}{more}"


def _onto(spec: Spec, shown: Sequence[Dated], span: tuple[date, date], look: Look) -> Spec:
    """The figure with lanes of labels above its plot, and a line from each label down to the axis."""
    layout = spec["layout"]
    boxes = [_box(one, span, look) for one in shown]
    rows = lanes([(left, right) for left, right, _ in boxes])
    plot = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    whole = plot + _LANE * (max(rows) + 1)
    tops = [(plot + _LANE * (row + 1)) / whole for row in rows]
    lines = [_line(one, top, look) for one, top in zip(shown, tops, strict=True)]
    notes = [_note(one, top, box[2], look) for one, top, box in zip(shown, tops, boxes, strict=True)]
    added = {
        "height": layout["height"] + whole - plot,
        "yaxis": {**layout["yaxis"], "domain": [0, plot / whole]},
        "shapes": [*layout.get("shapes", ()), *lines],
        "annotations": [*layout.get("annotations", ()), *notes],
    }
    return {**spec, "layout": {**layout, **added}}


def _box(one: Dated, span: tuple[date, date], look: Look) -> tuple[float, float, bool]:
    """Where a label begins and ends, in pixels from the left, and whether it stands right of its line."""
    room = _WIDE if look.wide else _NARROW
    at = room * (one.day - span[0]).days / max(1, (span[1] - span[0]).days)
    width = _CHARACTER * len(clean(one.label, _SHORT)) + 2 * _GAP
    to_the_right = at + width <= room or at < width
    return (at, at + width, True) if to_the_right else (at - width, at, False)


def _line(one: Dated, top: float, look: Look) -> Spec:
    line = {"color": look.ink.faint, "width": 1, "dash": "dot"}
    return rule(look, x0=_x(one), x1=_x(one), y0=0, y1=top, yref="paper", line=line)


def _note(one: Dated, top: float, to_the_right: bool, look: Look) -> Spec:
    """The label, on the page's ground so that the line of another event does not run through it."""
    return note(
        label(one.label, _SHORT),
        look,
        x=_x(one),
        y=top,
        yref="paper",
        yanchor="top",
        xanchor="left" if to_the_right else "right",
        xshift=_GAP if to_the_right else -_GAP,
        bgcolor=look.ink.ground,
        borderpad=1,
        hovertext=f"{fmt.day(one.day)}: {label(one.label, 120)}",
        font={"size": SMALL_SIZE, "color": look.ink.faint},
    )


def _x(one: Dated) -> str:
    return one.day.isoformat()


def _by_period(seen: Sequence[Dated], starts: Sequence[date], ends: Sequence[date]) -> Mapping[str, str]:
    """What happened, by the first day of the period it fell into."""
    told: dict[str, str] = {}
    for start, end in zip(starts, ends, strict=True):
        inside = [f"{one.day.isoformat()} {one.label}" for one in seen if start <= one.day < end]
        if inside:
            told[start.isoformat()] = "; ".join(inside)
    return told


def _with_column(frame: pd.DataFrame, told: Mapping[str, str]) -> pd.DataFrame:
    """A table with what happened beside the column that names the period."""
    named: dict[str, Any] = {str(name).casefold(): name for name in frame.columns}
    period = named.get("period", named.get("month"))
    if period is None:
        return frame
    events = [clean(told.get(str(cell), ""), cap=400) for cell in frame[period]]
    heading = COLUMN if period in {"Period", "Month"} else COLUMN.lower()
    return frame.assign(**{heading: events})

"""Where the customers of each month come from, stacked from zero, and below zero who fell silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.annotations import mark
from socialroi.charts.axes import value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, legend_below
from socialroi.charts.phrases import cannot_say
from socialroi.charts.roles import OTHERS, Role, tint
from socialroi.charts.series import RUNNING
from socialroi.charts.subtitles import said
from socialroi.result import Estimate, Point, Series, Unknown

_HEIGHT = 320
_MONTHS = 60
#: How each state is named and drawn; patterns for those who do not see the colours apart.
_STATES: Mapping[str, tuple[str, Role, str]] = {
    "new": ("New", OTHERS[4], ""),
    "returning": ("Ordered the month before too", OTHERS[0], "/"),
    "resurrecting": ("Back after a break", OTHERS[2], "x"),
    "dormant": ("Fell silent (below zero)", OTHERS[1], "-"),
}


def lifecycle_bars(series: Series, look: Look | None = None) -> Chart:
    """One bar a month: new, returning and resurrecting customers up, dormant ones down.

    `series.by` has the four states as positive counts. A month that is still running is pale and outlined.
    """
    look = look or Look()
    title = takeaway_lifecycle(series)
    hidden = "" if len(series.points) <= _MONTHS else f"the last {_MONTHS} months, all in the table"
    running = "the last month is still running" if any(not p.complete for p in series.points) else ""
    drawn = said("Customers with an order, by month and where they come from", None, look, running, hidden,
                 level=False)  # fmt: skip
    shown = {name: series.by[name][-_MONTHS:] for name in _STATES if name in series.by}
    spec = assemble(
        [_bars(name, points) for name, points in shown.items()],
        title,
        drawn,
        look,
        _HEIGHT,
        bottom=92,
        barmode="relative",
        bargap=0.25,
        showlegend=True,
        legend=legend_below(),
        xaxis=axis(look, type="date", showgrid=False, tickformat="%b %Y", nticks=6, **_span(series.points)),
        yaxis=value_axis(_reached(shown), "count", look, zero=True) | _without_signs(shown),
    )
    chart = Chart(title, drawn, spec, *tables.counts(_twin(series)))
    return mark(chart, [point.start for point in series.points[-_MONTHS:]], look)


def takeaway_lifecycle(series: Series) -> str:
    """The last month that is over, in one sentence."""
    done = [place for place, point in enumerate(series.points) if point.complete]
    if not done:
        return cannot_say(series.definition, Unknown("incomplete", "No month is over yet."))
    at = done[-1]
    month = fmt.month(series.points[at].start)
    active = _count(series.points[at])
    new, again, back, silent = (_count(series.by[name][at]) for name in _STATES)
    return (
        f"{active:,.0f} customers bought in {month}: {new:,.0f} new, {again:,.0f} from the month before and "
        f"{back:,.0f} back after a break; {silent:,.0f} fell silent."
    )


def _count(point: Point) -> float:
    return point.value.value if isinstance(point.value, Estimate) else 0.0


def _sign(name: str) -> int:
    return -1 if name == "dormant" else 1


def _bars(name: str, points: Sequence[Point]) -> Spec:
    words, role, pattern = _STATES[name]
    ground = {"bgcolor": tint(role.colour, 0.3)} if pattern else {}
    return {
        "type": "bar",
        "name": words,
        "x": [point.start.isoformat() for point in points],
        "y": [_sign(name) * _count(point) for point in points],
        "marker": {
            "color": role.colour,
            "opacity": [1.0 if point.complete else 0.45 for point in points],
            "line": {"color": role.colour, "width": [1 if point.complete else 2 for point in points]},
            "pattern": {"shape": pattern, "solidity": 0.3, "fgcolor": role.colour, **ground},
        },
        "customdata": [_hover(words, point) for point in points],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(words: str, point: Point) -> str:
    running = "" if point.complete else f"<br>{RUNNING}"
    return f"<b>{words}, {fmt.month(point.start)}</b><br>{_count(point):,.0f} customers{running}"


def _reached(shown: Mapping[str, Sequence[Point]]) -> list[float]:
    """The lowest and the highest end of any bar."""
    months = range(max((len(points) for points in shown.values()), default=0))
    up = [sum(_count(shown[name][at]) for name in shown if _sign(name) > 0) for at in months]
    down = [-_count(shown["dormant"][at]) for at in months if "dormant" in shown]
    return [min(down, default=0.0), max(up, default=1.0)]


def _without_signs(shown: Mapping[str, Sequence[Point]]) -> Spec:
    """Ticks at round numbers of customers; those below zero are numbers of customers as well."""
    low, high = _reached(shown)
    reach = max(-low, high, 1.0)
    step = next(s for s in _steps() if reach / s <= 4)
    marks = [step * k for k in range(-int(-low // step) - 1, int(high // step) + 2)]
    return {"tickvals": marks, "ticktext": [f"{abs(mark):,}" for mark in marks]}


def _steps() -> Sequence[int]:
    """Round steps of an axis: 1, 2, 5, 10 ..."""
    return [first * 10**power for power in range(10) for first in (1, 2, 5)]


def _span(points: Sequence[Point]) -> Spec:
    """From before the first to after the last bar."""
    if not points:
        return {}
    first, last = points[-_MONTHS:][0].start, points[-1].start
    return {"range": [str(first - timedelta(days=20)), str(last + timedelta(days=20))]}


def _twin(series: Series) -> list[dict[str, object]]:
    return [
        {
            "Month": point.start.isoformat(),
            "Customers with an order": round(_count(point)),
            **{_STATES[name][0]: round(_count(series.by[name][at])) for name in _STATES},
            "Complete": "yes" if point.complete else "no",
        }
        for at, point in enumerate(series.points)
    ]

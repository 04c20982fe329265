"""A metric over time, and the few numbers that make a card's sparkline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.annotations import mark
from socialroi.charts.axes import extent, scale_of, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, legend_below
from socialroi.charts.label import label
from socialroi.charts.phrases import name_of, period
from socialroi.charts.roles import Role, role_of, tint
from socialroi.charts.subtitles import said
from socialroi.charts.words import takeaway
from socialroi.result import Estimate, Point, Series, Unit, Value

#: The most lines one plot can hold and still be read; further segments are in the table.
_LINES = 6
#: An interval of waits is cut off at this many times the largest value.
_ENDLESS = 3.0
RUNNING = "Still running: will change"


def line_series(series: Series, look: Look | None = None) -> Chart:
    """A metric over time with its interval as a band; with `series.by`, one line a segment, no band.

    A period whose follow-up is still running is hollow and joined by dots; a period without a number
    is a gap, never zero.
    """
    look = look or Look()
    definition = series.definition
    groups: Mapping[str, Sequence[Point]] = series.by or {"": series.points}
    shown = dict(list(groups.items())[:_LINES])
    room = limits.MARKS // (6 * len(shown))
    traces = [t for i, (name, p) in enumerate(shown.items()) for t in _line(name, p[-room:], series, look, i)]
    title = takeaway(series, look.currency)
    has_band = not series.by and definition.unit != "count"  # counts are known exactly
    subtitle = said(_drawn(series), None, look, *_extras(groups, shown, room), level=has_band)
    reached = _reached([p.value for points in shown.values() for p in points[-room:]], definition.unit)
    from_zero = definition.unit in {"share", "count", "money", "seconds"}
    spec = assemble(
        traces,
        title,
        subtitle,
        look,
        260,
        bottom=_bottom(traces),
        showlegend=any(trace.get("showlegend") for trace in traces),
        legend=legend_below(),
        xaxis=axis(look, type="date", showgrid=False, **_ticks(series.points)),
        yaxis=value_axis(reached, definition.unit, look, zero=from_zero),
    )
    twin = [_twin(name, point, series) for name, points in groups.items() for point in points]
    chart = Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))
    return mark(chart, [point.start for point in series.points[-room:]], look)


def _reached(values: Sequence[Value], unit: Unit) -> list[float]:
    """What the axis must reach. One thin period's endless interval must not flatten all the others."""
    known = [value for value in values if isinstance(value, Estimate)]
    ceiling = _ENDLESS * max((value.value for value in known), default=0.0) * scale_of(unit)
    return [min(end, ceiling) if unit == "seconds" else end for end in extent(known, unit)]


def sparkline(series: Series) -> list[float]:
    """The complete periods' values in order, shares as percent, for `st.metric(chart_data=...)`."""
    scale = scale_of(series.definition.unit)
    return [p.value.value * scale for p in series.points if p.complete and isinstance(p.value, Estimate)]


def _line(name: str, points: Sequence[Point], series: Series, look: Look, place: int) -> list[Spec]:
    """Band, line and hollow tail of one segment."""
    role = role_of(name, place)
    written = [_hover(name, point, series, look) for point in points]
    done = [p.value if p.complete and isinstance(p.value, Estimate) else None for p in points]
    traces = [] if series.by else [_band(points, done, role, series)]
    traces.append(_trace(points, done, role, series, written=written, name=name))
    tail = _tail(points)
    if any(value and not point.complete for value, point in zip(tail, points, strict=True)):
        traces.append(_hollow(points, tail, role, series, written=written, legend=place == 0))
    return traces


def _tail(points: Sequence[Point]) -> list[Estimate | None]:
    """Values of the incomplete periods, and of a complete one just before such a period, to join them."""
    return [
        p.value if isinstance(p.value, Estimate) and (not p.complete or _runs_next(points, i)) else None
        for i, p in enumerate(points)
    ]


def _runs_next(points: Sequence[Point], place: int) -> bool:
    return place + 1 < len(points) and not points[place + 1].complete


def _trace(
    points: Sequence[Point],
    values: Sequence[Estimate | None],
    role: Role,
    series: Series,
    *,
    written: list[str],
    name: str,
) -> Spec:
    scale = scale_of(series.definition.unit)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label(name_of(name)) if name else "",
        "showlegend": bool(name),
        "x": [p.start.isoformat() for p in points],
        "y": [value.value * scale if value else None for value in values],
        "connectgaps": False,
        "line": {"color": role.colour, "width": 2.5, "dash": role.dash if name else "solid"},
        "marker": {"color": role.colour, "symbol": role.symbol, "size": 8},
        "customdata": written,
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hollow(
    points: Sequence[Point],
    values: Sequence[Estimate | None],
    role: Role,
    series: Series,
    *,
    written: list[str],
    legend: bool,
) -> Spec:
    """The tail that still changes: dotted, hollow markers, none on the complete period it starts from."""
    base = _trace(points, values, role, series, written=written, name="")
    symbols = [
        role.symbol if p.complete and value else f"{role.symbol}-open"
        for p, value in zip(points, values, strict=True)
    ]
    marker = {"color": role.colour, "symbol": symbols, "size": 9, "line": {"width": 2, "color": role.colour}}
    line = {"color": role.colour, "width": 1.5, "dash": "dot"}
    return {
        **base,
        "name": RUNNING,
        "showlegend": legend,
        "legendrank": 2_000,
        "marker": marker,
        "line": line,
    }


def _band(points: Sequence[Point], values: Sequence[Estimate | None], role: Role, series: Series) -> Spec:
    """The intervals as one filled outline per unbroken run of periods."""
    scale = scale_of(series.definition.unit)
    x: list[str | None] = []
    y: list[float | None] = []
    for known, run in groupby(zip(points, values, strict=True), key=lambda pair: pair[1] is not None):
        inside = [(p.start.isoformat(), v) for p, v in run if v is not None]
        if known:
            x += [day for day, _ in inside] + [day for day, _ in reversed(inside)] + [None]
            y += [v.high * scale for _, v in inside] + [v.low * scale for _, v in reversed(inside)] + [None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x[:-1],
        "y": y[:-1],
        "fill": "toself",
        "fillcolor": tint(role.colour, 0.18),
        "line": {"color": tint(role.colour, 0.35), "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _hover(name: str, point: Point, series: Series, look: Look) -> str:
    shown = label(fmt.value_text(point.value, series.definition.unit, look.currency), 80)
    n = f", {fmt.n_text(point.value.n)}" if isinstance(point.value, Estimate) else ""
    running = "" if point.complete else f"<br>{RUNNING}"
    of = f"{label(name_of(name))}, " if name else ""
    return f"<b>{of}{fmt.day(point.start)}</b><br>{shown}{n}{running}"


def _ticks(points: Sequence[Point]) -> Spec:
    """At most five periods named under the axis, four where a day is named; the last is always among them."""
    texts = [period(p, points) for p in points]
    most = 5 if max(map(len, texts), default=0) <= len("Sep 2026") else 4
    every = -(-len(points) // most) or 1
    named = list(range(len(points)))[::-1][::every]
    return {
        "tickvals": [points[i].start.isoformat() for i in named],
        "ticktext": [texts[i] for i in named],
        "tickangle": 0,
    }


def _drawn(series: Series) -> str:
    months = all(p.start.day == 1 for p in series.points)
    return f"{series.definition.name} by {'month' if months else 'period'}"


def _extras(
    groups: Mapping[str, Sequence[Point]], shown: Mapping[str, Sequence[Point]], room: int
) -> list[str]:
    more = len(groups) - len(shown)
    longest = max((len(points) for points in groups.values()), default=0)
    return [
        f"{more} more in the table" if more else "",
        f"the last {room} periods, all in the table" if longest > room else "",
    ]


def _bottom(traces: Sequence[Spec]) -> int:
    """Room for the dates and the legend under them, two entries to a line on a phone."""
    named = sum(bool(trace.get("showlegend")) for trace in traces)
    return 40 + 22 * ((named + 1) // 2)


def _twin(name: str, point: Point, series: Series) -> tables.Row:
    keys: dict[str, object] = {"Segment": name_of(name)} if name else {}
    keys |= {"Period": point.start.isoformat(), "Complete": "yes" if point.complete else "no"}
    return tables.Row(keys, point.value, series.definition.unit)

"""What customers have brought by their age: a line per group with its band, from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import day_ticks, extent, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, legend_below
from socialroi.charts.label import label
from socialroi.charts.phrases import name_of
from socialroi.charts.roles import role_of, tint
from socialroi.charts.subtitles import said
from socialroi.charts.value_words import takeaway_margins
from socialroi.result import Curve, Step

_HEIGHT = 260
#: The most points of one line; three lines make one group.
_POINTS = limits.MARKS // 12


def margin_curve(curve: Curve, look: Look | None = None) -> Chart:
    """Mean margin so far by age, one line and band a group; the denominator is the same at every age."""
    look = look or Look()
    groups = {name: _thinned(steps) for name, steps in curve.groups.items() if steps}
    title = takeaway_margins(curve, look.currency)
    counts = ", ".join(f"{fmt.count(steps[0].at_risk)} {_who(name)}" for name, steps in groups.items())
    subtitle = said(f"{curve.definition.name} by age", None, look, counts)
    many = len(groups) > 1
    last = max((steps[-1].x for steps in groups.values()), default=1.0)
    first = min((steps[0].x for steps in groups.values()), default=0.0)
    reached = extent([s.value for steps in groups.values() for s in steps], "money")
    spec = assemble(
        [trace for place, name in enumerate(groups) for trace in _traces(name, groups, place, curve, look)],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=58 + 24 * many,
        showlegend=many,
        legend=legend_below(),
        xaxis=axis(
            look,
            range=[first - 0.02 * (last - first), last],
            tickvals=[t for t in day_ticks(last) if t >= first],
            title=axis_title(label(curve.x_label, 60), look),
        ),
        yaxis=value_axis(reached, "money", look, zero=True),
    )
    rows = [
        tables.Row({"Group": name_of(name), "Day": round(step.x)}, step.value, "money")
        for name, steps in groups.items()
        for step in steps
    ]
    return Chart(title, subtitle, spec, tables.table(rows, look.currency), tables.tidy(rows, look.currency))


def _who(name: str) -> str:
    return f"{name_of(name).lower()} customers" if name else "customers"


def _thinned(steps: Sequence[Step]) -> Sequence[Step]:
    """Every so-manieth step and the last one."""
    stride = -(-len(steps) // _POINTS)
    kept = steps[::stride]
    return kept if kept[-1] == steps[-1] else (*kept, steps[-1])


def _traces(
    name: str, groups: Mapping[str, Sequence[Step]], place: int, curve: Curve, look: Look
) -> list[Spec]:
    """Band and line of one group."""
    steps, role = groups[name], role_of(name, place)
    base = {"type": "scatter", "mode": "lines", "x": [s.x for s in steps], "showlegend": False}
    thin = {"line": {"color": role.colour, "width": 0}, "hoverinfo": "skip"}
    low = {**base, **thin, "y": [s.value.low for s in steps]}
    high = {**base, **thin, "y": [s.value.high for s in steps], "fill": "tonexty"}
    line = {
        **base,
        "name": label(name_of(name)),
        "showlegend": len(groups) > 1,
        "y": [s.value.value for s in steps],
        "line": {"color": role.colour, "width": 2.5, "dash": role.dash},
        "customdata": [_hover(name, step, curve, look) for step in steps],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return [low, {**high, "fillcolor": tint(role.colour, 0.16)}, line]


def _hover(name: str, step: Step, curve: Curve, look: Look) -> str:
    shown = label(fmt.value_text(step.value, "money", look.currency), 80)
    return f"<b>{label(name_of(name))}, day {step.x:,.0f}</b><br>{shown}<br>{fmt.n_text(step.at_risk)}"

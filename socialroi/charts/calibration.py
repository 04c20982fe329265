"""What each answer foretold: the share who ordered again by answer, one panel an item, worst answer left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import extent
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, note
from socialroi.charts.label import label
from socialroi.charts.phrases import lower
from socialroi.charts.roles import OTHERS, Role
from socialroi.charts.subtitles import said
from socialroi.result import Estimate, Value

#: Share of the height of each panel, the rest being room for the axis of the upper one.
_PANELS = ((0.6, 1.0), (0.0, 0.4))

Levels = Sequence[tuple[str, Value]]


def calibration_plot(items: Mapping[str, Levels], days: int, look: Look | None = None) -> Chart:
    """For each of two items, the share who ordered within `days` by answer, with its interval.

    `items` maps the item's name to its answers (as asked, worst first) and their shares.
    """
    look = look or Look()
    title = takeaway_calibration(items)
    n = max((sum(value.n for _, value in levels) for levels in items.values()), default=0)
    subtitle = said(
        f"Share who ordered within {days:,} days of the survey, by answer; worst answer on the left",
        None,
        look,
        fmt.n_text(n),
    )
    reached = [end for levels in items.values() for end in extent((v for _, v in levels), "share")]
    top = min(100.0, max(reached, default=100.0) * 1.08)
    panels = list(zip(items.items(), OTHERS, ("", "2"), _PANELS, strict=False))
    axes = {name: each for panel in panels for name, each in _axes(panel[0], panel[2], panel[3], top, look)}
    spec = assemble(
        [_dots(levels, role, end) for (_, levels), role, end, _ in panels],
        title,
        subtitle,
        look,
        360,
        bottom=52,
        annotations=[_heading(name, domain[1], look) for (name, _), _, _, domain in panels],
        **axes,
    )
    twin = [
        tables.Row({"Question": name, "Answer": answer}, value, "share")
        for name, levels in items.items()
        for answer, value in levels
    ]
    return Chart(title, subtitle, spec, tables.table(twin), tables.tidy(twin))


def takeaway_calibration(items: Mapping[str, Levels]) -> str:
    """The share at the worst and at the best answer of each item that have one."""
    parts = []
    for name, levels in items.items():
        known = [(answer, value) for answer, value in levels if isinstance(value, Estimate)]
        if len(known) > 1:
            ends = [f"{fmt.number(known[at][1].value, 'share')} at {known[at][0]}" for at in (0, -1)]
            parts.append(f"{lower(name)} from {ends[0]} to {ends[1]}")
    return (
        f"Who ordered again, by answer: {'; '.join(parts)}." if parts else "Too few surveys at each answer."
    )


def _dots(levels: Levels, role: Role, end: str) -> Spec:
    known = [(at, answer, v) for at, (answer, v) in enumerate(levels) if isinstance(v, Estimate)]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at for at, _, _ in known],
        "y": [100 * v.value for _, _, v in known],
        "xaxis": f"x{end}",
        "yaxis": f"y{end}",
        "marker": {"color": role.colour, "symbol": role.symbol, "size": 9},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (v.high - v.value) for _, _, v in known],
            "arrayminus": [100 * (v.value - v.low) for _, _, v in known],
            "color": role.colour,
            "thickness": 2,
            "width": 0,
        },
        "customdata": [
            f"<b>answer {label(answer)}</b><br>{fmt.value_text(v, 'share')}<br>{fmt.n_text(v.n)}"
            for _, answer, v in known
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _axes(
    item: tuple[str, Levels], end: str, domain: tuple[float, float], top: float, look: Look
) -> list[tuple[str, Spec]]:
    """Both axes of one panel."""
    name, levels = item
    ticks = {
        "tickvals": list(range(len(levels))),
        "ticktext": [label(answer, 12) for answer, _ in levels],
        "range": [-0.5, max(len(levels), 1) - 0.5],
    }
    across = axis(
        look,
        showgrid=False,
        anchor=f"y{end}",
        title=axis_title(f"Answer on {lower(label(name))}", look),
        **ticks,
    )
    return [
        (f"xaxis{end}", across),
        (f"yaxis{end}", axis(look, range=[0, top], domain=list(domain), ticksuffix="%", dtick=25)),
    ]


def _heading(name: str, y: float, look: Look) -> Spec:
    font = {"size": 13, "color": look.ink.text}
    return note(label(name), look, x=0, xref="paper", y=y, yref="paper", yanchor="bottom", font=font)

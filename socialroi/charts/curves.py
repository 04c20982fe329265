"""Curves of "how many have, by when": answers by waiting time, second orders by days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import MINUTE, day_ticks, log_duration_axis
from socialroi.charts.curve_words import takeaway_curve, takeaway_latency
from socialroi.charts.house import (
    SMALL_SIZE,
    Chart,
    Look,
    Spec,
    assemble,
    axis,
    axis_title,
    legend_below,
    note,
    rule,
)
from socialroi.charts.label import clean, label
from socialroi.charts.phrases import lower, moment, name_of
from socialroi.charts.roles import Role, role_of, tint
from socialroi.charts.steps import risen, step_at, thinned
from socialroi.charts.subtitles import said
from socialroi.result import Curve, Estimate, Step, Value

GLYPHS = {
    "circle": "\N{BLACK CIRCLE}",
    "square": "\N{BLACK SQUARE}",
    "diamond": "\N{BLACK DIAMOND}",
    "triangle-up": "\N{BLACK UP-POINTING TRIANGLE}",
    "cross": "\N{HEAVY GREEK CROSS}",
    "x": "\N{MULTIPLICATION X}",
}
#: The plot's height and that of one row of text under it, in pixels.
_HEIGHT, _ROW = 280, 18
#: Where a line's name starts on a phone, as a share of the x axis.
_NAME_STARTS = 0.55
#: The most groups that can be told apart in one plot; the table has all.
_GROUPS = 4
_WEEK_S = 7 * 24 * 3_600


def latency_curve(
    curve: Curve,
    look: Look | None = None,
    target_s: float | None = None,
    median: Value | None = None,
    title: str = "",
) -> Chart:
    """Share of messages answered by time since they came in, on a logarithmic axis of waits.

    Steps are (seconds, share, at risk). Messages never answered stay in the denominator, so the curve
    need not reach 100 %. `target_s` draws the promise. `median` is the reading's own value for the
    title, because a thinned curve shows it only roughly; a `title` of its own replaces both.
    """
    look = look or Look()
    groups = _drawable(curve)
    traces = _lines(groups, curve)
    title = title or takeaway_latency(curve, target_s, median)
    subtitle = said("Share of messages answered by time waited", _start(groups), look)
    low = max(1.0, min((s.x for steps in groups.values() for s in steps if s.x > 0), default=MINUTE))
    high = max([s.x for steps in groups.values() for s in steps] + [2.0 * (target_s or low), low * 10])
    x_axis = log_duration_axis(min(low, MINUTE), min(max(high, _WEEK_S), 60 * _WEEK_S), look)
    many = len(groups) > 1
    spec = assemble(
        traces,
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=64 + 22 * ((len(groups) + 1) // 2) * many,
        showlegend=many,
        legend=legend_below(),
        xaxis={**x_axis, "title": axis_title("Time since the message, logarithmic", look)},
        yaxis=axis(look, range=[0, 102], ticksuffix="%", nticks=6),
        shapes=[rule(look, x0=target_s, x1=target_s, y0=0, y1=1, yref="paper")] if target_s else [],
        annotations=_target(target_s, x_axis["range"], look) if target_s else [],
    )
    return _chart(title, subtitle, spec, curve, "Waited")


def survival_curve(curve: Curve, look: Look | None = None, at: float | None = None, title: str = "") -> Chart:
    """Share who have by day x, per group, with bands, names at the line ends and the number at risk.

    A survival curve (falling from 1) is turned to rise. `at` is the day the title speaks of, unless a
    `title` of its own is given.
    """
    look = look or Look()
    groups = _drawable(curve)
    last = max((steps[-1].x for steps in groups.values()), default=1.0)
    top = max((s.value.high for steps in groups.values() for s in steps), default=1.0) * 100
    top = min(102.0, top * 1.12 + 1)
    ticks = day_ticks(last)
    traces = _lines(groups, curve)
    title = title or takeaway_curve(curve, at)
    subtitle = said(
        f"{curve.definition.name} by {lower(clean(curve.x_label, 60))}", None, look, _counts(groups)
    )
    spec = assemble(
        traces,
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=84 + _ROW * len(groups) * (2 if len(groups) > 2 else 1),
        left=46,
        right=24,
        xaxis=axis(look, range=[0, last], tickvals=ticks, title=axis_title(label(curve.x_label, 60), look)),
        yaxis=axis(look, range=[0, top], ticksuffix="%", nticks=6),
        annotations=[*_ends(groups, top, look), *_at_risk(groups, ticks, look)],
    )
    return _chart(title, subtitle, spec, curve, "Day")


def _drawable(curve: Curve) -> dict[str, Sequence[Step]]:
    """The groups that have steps, turned to rise, at most as many as can be told apart."""
    known = {name: risen(steps) for name, steps in curve.groups.items() if steps}
    return dict(list(known.items())[:_GROUPS])


def _lines(groups: Mapping[str, Sequence[Step]], curve: Curve) -> list[Spec]:
    """Bands and lines of all groups, each group with its own share of `limits.MARKS`."""
    return [
        trace
        for place, (name, steps) in enumerate(groups.items())
        for trace in _steps(name, steps, curve, place, len(groups))
    ]


def _steps(name: str, steps: Sequence[Step], curve: Curve, place: int, groups: int) -> list[Spec]:
    """Band and line of one group. A band of steps needs two step lines: one polygon would step wrong."""
    role = role_of(name, place)
    drawn = thinned(steps, limits.MARKS // (3 * groups) - 1)
    base = {
        "type": "scatter",
        "mode": "lines",
        "x": [s.x for s in drawn],
        "showlegend": False,
        "hoverinfo": "skip",
    }
    thin = {"color": role.colour, "width": 0, "shape": "hv"}
    low = {**base, "y": [s.value.low * 100 for s in drawn], "line": thin}
    high = {**base, "y": [s.value.high * 100 for s in drawn], "line": thin, "fill": "tonexty"}
    line = {
        **base,
        "name": label(name_of(name)),
        "showlegend": groups > 1,
        "y": [s.value.value * 100 for s in drawn],
        "line": {"color": role.colour, "width": 2.5, "dash": role.dash, "shape": "hv"},
        "customdata": [_hover(name, s, curve) for s in drawn],
        "hoverinfo": "all",
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return [low, {**high, "fillcolor": tint(role.colour, 0.16)}, line]


def _hover(name: str, step: Step, curve: Curve) -> str:
    shown = label(fmt.value_text(step.value, "share"), 80)
    followed = f"{fmt.count(step.at_risk)} still followed"
    return f"<b>{label(name_of(name))}, {moment(step.x, curve.x_label)}</b><br>{shown}<br>{followed}"


def _ends(groups: Mapping[str, Sequence[Step]], top: float, look: Look) -> list[Spec]:
    """Names at the line ends, above the higher and below the lower line; more than two would touch."""
    if len(groups) > 2:
        return []
    last = max((steps[-1].x for steps in groups.values()), default=1.0)
    ordered = sorted(groups, key=lambda name: -groups[name][-1].value.value)
    notes = []
    for name, anchor in zip(ordered, ("bottom", "top"), strict=False):
        steps = groups[name]
        beside = step_at(steps, last * _NAME_STARTS) or steps[0]
        y = steps[-1].value.high if anchor == "bottom" else beside.value.low
        place = {"x": 1, "xref": "paper", "xanchor": "right", "y": min(y * 100, top), "yanchor": anchor}
        font = {"size": SMALL_SIZE, "color": look.ink.text}
        notes.append(note(_ended(name, steps, groups), look, **place, font=font))
    return notes


def _ended(name: str, steps: Sequence[Step], groups: Mapping[str, Sequence[Step]]) -> str:
    """A group's marker, name and last value: "o Engaged 49.9%"."""
    role = role_of(name, list(groups).index(name))
    return f"{_glyph(role)} {label(name_of(name))} {fmt.number(steps[-1].value.value, 'share')}"


def _at_risk(groups: Mapping[str, Sequence[Step]], ticks: Sequence[int], look: Look) -> list[Spec]:
    """How many are still followed at every tick, under the axis; three groups and more are named here."""
    named = len(groups) > 2
    low = {"y": 0, "yref": "paper", "yanchor": "middle"}
    notes = [note("Still followed", look, x=0, xref="paper", yshift=-60, **low)]
    shift = -60 - _ROW
    for place, (name, steps) in enumerate(groups.items()):
        font = {"size": SMALL_SIZE, "color": look.ink.text}
        if named:
            notes.append(
                note(_ended(name, steps, groups), look, x=0, xref="paper", yshift=shift, font=font, **low)
            )
            shift -= _ROW
        else:
            glyph = _glyph(role_of(name, place))
            notes.append(note(glyph, look, x=0, xref="paper", xshift=-36, yshift=shift, font=font, **low))
        for tick in ticks:
            text = fmt.count(_followed(steps, tick))
            at = note(text, look, x=tick, xref="x", yshift=shift, font=font, **low)
            notes.append({**at, "xanchor": "center"})
        shift -= _ROW
    return notes


def _glyph(role: Role) -> str:
    """A role's marker as coloured text; the words beside it stay in the text colour, which contrasts more."""
    return f'<span style="color:{role.colour}">{GLYPHS[role.symbol]}</span>'


def _followed(steps: Sequence[Step], x: float) -> int:
    """How many are still followed just before `x`."""
    later = next((step for step in steps if step.x >= x), None)
    return later.at_risk if later else 0


def _target(target_s: float, span: Sequence[float], look: Look) -> list[Spec]:
    """The promise's name beside its line; on a logarithmic axis a note is placed by the logarithm."""
    position = math.log10(target_s)
    right = position > (span[0] + span[1]) / 2
    text = f"Promise: {fmt.duration(target_s)}"
    side = {"xanchor": "right", "xshift": -4} if right else {"xanchor": "left", "xshift": 4}
    return [note(text, look, x=position, xref="x", y=1, yref="paper", yanchor="top") | side]


def _start(groups: Mapping[str, Sequence[Step]]) -> Estimate | None:
    return next((steps[0].value for steps in groups.values()), None) if len(groups) == 1 else None


def _counts(groups: Mapping[str, Sequence[Step]]) -> str:
    return ", ".join(
        f"{fmt.count(steps[0].at_risk)} {name_of(name).lower()}" for name, steps in groups.items()
    )


def _chart(title: str, subtitle: str, spec: Spec, curve: Curve, x_name: str) -> Chart:
    """The chart with its tables: every step of every group, as many as are drawn at most."""
    rows = [
        tables.Row(
            {"Group": name_of(name), x_name: _x(step.x, curve), "Still followed": step.at_risk},
            step.value,
            "share",
        )
        for name, steps in curve.groups.items()
        if steps
        for step in thinned(risen(steps), limits.ROWS_SHOWN // max(1, len(curve.groups)))
    ]
    return Chart(title, subtitle, spec, tables.table(rows), tables.tidy(rows))


def _x(x: float, curve: Curve) -> object:
    return round(x, 3) if "day" in curve.x_label.lower() else round(x)

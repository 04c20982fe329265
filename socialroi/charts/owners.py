"""Groups compared like with like: a row a group, how far luck alone goes, and a dated change of owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.annotations import mark
from socialroi.charts.axes import extent, scale_of, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, legend_below, note, rule
from socialroi.charts.label import label
from socialroi.charts.phrases import lower, name_of
from socialroi.charts.roles import ADJUSTED, NAIVE, NEUTRAL, tint
from socialroi.charts.rows import Mark, Row, hover, panel, pixel_axis
from socialroi.charts.subtitles import said
from socialroi.result import Change, Definition, Estimate, Funnel, Standing, Standings, Unit, Value

_HEIGHT = 280
COUNTED = replace(NAIVE, name="As counted")
LIKE = replace(ADJUSTED, name="Same case mix, luck taken out")
#: A chance of being the best is said from this much on; below it is hardly one.
_LIKELY = 0.01


def takeaway_standings(found: Standings) -> str:
    """What the comparison says, with the name of what is compared in front."""
    return _named_first(found.definition, found.sentence)


def _named_first(definition: Definition, sentence: str) -> str:
    """The sentence, with the name of the measure in front where it does not say it itself."""
    if definition.name.lower() in sentence.lower():
        return sentence
    return f"{definition.name}: {lower(sentence)}"


def standings_plot(found: Standings, look: Look | None = None) -> Chart:
    """One row a group: hollow as counted, filled with everybody's case mix and luck taken out.

    In the order of the shape, which is no ranking; at most `limits.SEGMENTS` rows are drawn.
    """
    look = look or Look()
    unit = found.definition.unit
    drawn = found.standings[: limits.SEGMENTS]
    body = panel([_row(one, unit, look) for one in drawn], unit, look)
    title = takeaway_standings(found)
    what = f"By {found.by}; filled: same case mix, luck taken out; hollow: as counted"
    subtitle = said(what, None, look, *([f"topics: {', '.join(found.shared)}"] if found.shared else []))
    reached = extent([value for one in drawn for value in (one.raw, one.shrunken)], unit)
    spec = assemble(
        body.traces,
        title,
        subtitle,
        look,
        body.height,
        bottom=70,
        showlegend=bool(body.traces),
        legend=legend_below(),
        xaxis={**value_axis(reached, unit, look), "showgrid": False},
        yaxis=pixel_axis(body.height),
        annotations=body.notes,
        shapes=body.tracks(look, None),
    )
    twin = [row for one in found.standings for row in _twins(one, unit)]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def funnel_plot(found: Standings, look: Look | None = None) -> Chart | None:
    """Groups by their size between the lines that luck alone would keep them; None without a funnel."""
    look = look or Look()
    funnel, unit = found.funnel, found.definition.unit
    if funnel is None or not funnel.points:
        return None
    title = _takeaway_funnel(found, funnel)
    subtitle = said(
        "Same case mix by number of cases; lines: 95% and 99.8% of what luck gives", None, look, level=False
    )
    scale = scale_of(unit)
    reached = [scale * y for line in funnel.lines for y in line[1:]] + [
        scale * y for _, _, y in funnel.points
    ]
    spec = assemble(
        [*_lines(funnel, scale, look), _points(funnel, unit, look)],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=60,
        xaxis=axis(look, showgrid=False, title=axis_title("Number of cases", look), rangemode="tozero"),
        yaxis=value_axis(reached, unit, look),
        annotations=[_named(point, scale, look) for point in funnel.points],
        shapes=[rule(look, x0=0, x1=1, xref="paper", y0=funnel.centre * scale, y1=funnel.centre * scale)],
    )
    rows: list[dict[str, object]] = [
        {"Group": name_of(name), "Cases": round(size), "Value": value} for name, size, value in funnel.points
    ]
    table, tidy = tables.counts(rows)
    return Chart(title, subtitle, spec, table, tidy)


def change_plot(found: Change, look: Look | None = None) -> Chart:
    """The weeks before and after a dated change, and how the weeks before alone would have gone on."""
    look = look or Look()
    unit = found.definition.unit
    scale = scale_of(unit)
    weeks = [(p.start.isoformat(), p.value) for p in found.series.points if isinstance(p.value, Estimate)]
    title = _named_first(found.definition, found.sentence)
    subtitle = said("By week, everybody's case mix in every week; dotted: as it went before", None, look)
    reached = [value.value * scale for _, value in weeks] + [y * scale for _, y in found.expected]
    at = found.happened_at.date().isoformat()
    spec = assemble(
        [_weeks(weeks, unit, look), _expected(found, scale)],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=70,
        showlegend=True,
        legend=legend_below(),
        xaxis=axis(look, type="date", showgrid=False, nticks=5, tickangle=0),
        yaxis=value_axis(reached, unit, look),
        shapes=[
            rule(look, x0=at, x1=at, y0=0, y1=1, yref="paper", line={"color": look.ink.zero, "width": 1.5})
        ],
        annotations=[note(label(found.label, 30), look, x=at, y=1, yref="paper", yanchor="bottom", xshift=4)],
    )
    twin = [tables.Row({"Period": p.start.isoformat()}, p.value, unit) for p in found.series.points]
    twin += [tables.Row({"Period": "Step at the change"}, found.step, unit, True)]
    chart = Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))
    others = tuple(one for one in look.dated if one.day.isoformat() != at)
    return mark(chart, [point.start for point in found.series.points], replace(look, dated=others))


def _row(one: Standing, unit: Unit, look: Look) -> Row:
    best = f", {_chance(one)} chance to be the best" if one.p_best and one.p_best >= _LIKELY else ""
    under = f"{fmt.n_text(one.n)}{best}"
    if not isinstance(one.shrunken, Estimate):
        why = fmt.reason(one.shrunken) or fmt.reason(one.adjusted)
        return Row(name_of(one.name), fmt.DASH, _marks(one, unit, look), f"{under}. {why}")
    shown = fmt.value_text(one.shrunken, unit, look.currency)
    return Row(name_of(one.name), shown, _marks(one, unit, look), under)


def _marks(one: Standing, unit: Unit, look: Look) -> tuple[Mark, ...]:
    marks = []
    for value, role in ((one.shrunken, LIKE), (one.raw, COUNTED)):
        if isinstance(value, Estimate):
            shown = fmt.value_text(value, unit, look.currency)
            marks.append(
                Mark(value, role, hover(name_of(one.name), f"{shown}, {lower(role.name)}", fmt.n_text(one.n)))
            )
    return tuple(marks)


def _twins(one: Standing, unit: Unit) -> list[tables.Row]:
    steps: tuple[tuple[str, Value], ...] = (
        ("As counted", one.raw), ("Same case mix", one.adjusted), ("Luck taken out", one.shrunken)
    )  # fmt: skip
    best = _chance(one)
    return [
        tables.Row({"Group": name_of(one.name), "Step": step, "Chance to be the best": best}, value, unit)
        for step, value in steps
    ]


def _chance(one: Standing) -> str:
    """The chance to be the best as people write it: nobody is certain to be."""
    if one.p_best is None:
        return ""
    if one.p_best < _LIKELY:
        return "under 1%"
    return "over 99%" if one.p_best > 1 - _LIKELY else f"{one.p_best:.0%}"


def _takeaway_funnel(found: Standings, funnel: Funnel) -> str:
    outside = [name_of(name) for name, size, value in funnel.points if _is_outside(size, value, funnel)]
    name = found.definition.name
    if not outside:
        return f"{name}: no {found.by} is further from the middle than luck takes one of its size."
    return f"{name}: {', '.join(outside)} {'lies' if len(outside) == 1 else 'lie'} outside what luck gives."


def _is_outside(size: float, value: float, funnel: Funnel) -> bool:
    """Whether a point lies beyond the 95 % lines at the nearest drawn size."""
    _, low, high, _, _ = min(funnel.lines, key=lambda line: abs(line[0] - size))
    return not low <= value <= high


def _lines(funnel: Funnel, scale: float, look: Look) -> list[Spec]:
    """The four limits as thin lines: 95 % dashed, 99.8 % dotted."""
    sizes = [line[0] for line in funnel.lines]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": sizes,
            "y": [line[place] * scale for line in funnel.lines],
            "line": {"color": look.ink.faint, "width": 1, "dash": dash},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for place, dash in ((1, "dash"), (2, "dash"), (3, "dot"), (4, "dot"))
    ]


def _points(funnel: Funnel, unit: Unit, look: Look) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [size for _, size, _ in funnel.points],
        "y": [value * scale_of(unit) for *_, value in funnel.points],
        "marker": {"color": NEUTRAL.colour, "size": 11, "symbol": "circle"},
        "customdata": [
            hover(name_of(name), fmt.number(value, unit, look.currency), fmt.n_text(round(size)))
            for name, size, value in funnel.points
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }


def _named(point: tuple[str, float, float], scale: float, look: Look) -> Spec:
    name, size, value = point
    return note(label(name_of(name), 24), look, x=size, y=value * scale, xanchor="center", yshift=14)


def _weeks(weeks: Sequence[tuple[str, Estimate]], unit: Unit, look: Look) -> Spec:
    scale = scale_of(unit)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Week",
        "x": [start for start, _ in weeks],
        "y": [value.value * scale for _, value in weeks],
        "marker": {"color": tint(NEUTRAL.colour, 0.75), "size": 7, "symbol": "circle"},
        "customdata": [
            hover(start, fmt.value_text(value, unit, look.currency), fmt.n_text(value.n))
            for start, value in weeks
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _expected(found: Change, scale: float) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "As it would have gone on",
        "x": [start.isoformat() for start, _ in found.expected],
        "y": [value * scale for _, value in found.expected],
        "line": {"color": NAIVE.colour, "width": 2.5, "dash": "dot"},
        "hoverinfo": "skip",
    }

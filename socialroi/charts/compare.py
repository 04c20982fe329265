"""Engaged and unengaged customers side by side: the levels, then the raw and the standardised difference."""

from __future__ import annotations

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import extent, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, note
from socialroi.charts.phrases import lower, name_of
from socialroi.charts.roles import ADJUSTED, NAIVE, ROLES, Role
from socialroi.charts.rows import Mark, Panel, Row, hover, panel, pixel_axis
from socialroi.charts.subtitles import said
from socialroi.charts.words import takeaway
from socialroi.result import Comparison, Estimate, Value

#: The two-way comparison first, then what the unengaged are made of.
ORDER = ("answered", "heard", "with", "unengaged", "unanswered", "without", "asked_unanswered", "never_asked")
#: Those that are parts of one of the two.
_PARTS = ("asked_unanswered", "never_asked")
RAW, STANDARDISED = "As they are", "At equal case mix"
_HEADER, _BETWEEN, _AXIS = 26, 26, 34


def comparison(compared: Comparison, look: Look | None = None, *, title: str = "", drawn: str = "") -> Chart:
    """Levels of the groups above, their difference below: hollow grey as they are, blue standardised.

    Two plots on one sheet with an axis each, because levels and differences have different units. `title`
    and `drawn` replace the words for engaged and unengaged customers where others are compared.
    """
    look = look or Look()
    unit = compared.definition.unit
    levels = {name: compared.groups[name] for name in ORDER if name in compared.groups}
    upper = panel(
        [_level(name, value, compared, look) for name, value in levels.items()], unit, look, top=_HEADER
    )
    gaps = ((RAW, compared.raw, NAIVE), (STANDARDISED, compared.standardised, ADJUSTED))
    lower = panel([_gap(*gap, compared, look) for gap in gaps], unit, look, axes="2", top=_HEADER)
    title = title or takeaway(compared, look.currency)
    subtitle = said(drawn or _drawn(compared), compared.standardised, look)
    spec = _sheet(compared, levels, (upper, lower), (title, subtitle), look)
    twin = [tables.Row({"What": _named(name)}, value, unit) for name, value in levels.items()]
    twin += [
        tables.Row({"What": f"Difference, {name[0].lower()}{name[1:]}"}, v, unit, True) for name, v, _ in gaps
    ]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def _sheet(
    compared: Comparison,
    levels: dict[str, Value],
    panels: tuple[Panel, Panel],
    heading: tuple[str, str],
    look: Look,
) -> Spec:
    """Both panels on one sheet; domains are shares of its height, axes inside are in pixels."""
    unit = compared.definition.unit
    upper, lower = panels
    tall, short = upper.height + _HEADER, lower.height + _HEADER
    height = tall + _AXIS + _BETWEEN + short
    split = short / height
    low, high = [0.0, split], [split + (_AXIS + _BETWEEN) / height, 1.0]
    level_axis = value_axis(extent(levels.values(), unit), unit, look, zero=unit != "points")
    differences = extent((compared.raw, compared.standardised), unit)
    gap_axis = value_axis(differences, unit, look, difference=True)
    return assemble(
        [*upper.traces, *lower.traces],
        *heading,
        look,
        height,
        xaxis={**level_axis, "showgrid": False, "anchor": "y", "domain": [0, 1]},
        yaxis=pixel_axis(tall, domain=high, anchor="x"),
        xaxis2={**gap_axis, "showgrid": False, "anchor": "y2", "domain": [0, 1]},
        yaxis2=pixel_axis(short, domain=low, anchor="x2"),
        shapes=[*upper.tracks(look, None), *lower.tracks(look, 0.0, "2")],
        annotations=[
            *upper.notes,
            *lower.notes,
            _header("Level", "", look),
            _header(_minus(levels), "2", look),
        ],
    )


def _minus(levels: dict[str, Value]) -> str:
    """The two whose difference is drawn: "Engaged minus unengaged"."""
    two = [ROLES[name].name for name in levels if name not in _PARTS]
    return f"{two[0]} minus {lower(two[1])}" if len(two) > 1 else "Difference"


def _header(text: str, axes: str, look: Look) -> Spec:
    place = {"x": 0, "xref": f"x{axes} domain", "y": 1, "yref": f"y{axes} domain", "yanchor": "top"}
    return note(f"<b>{text}</b>", look, **place)


def _level(name: str, value: Value, compared: Comparison, look: Look) -> Row:
    shown = fmt.value_text(value, compared.definition.unit, look.currency)
    return _row(_named(name), value, shown, ROLES[name])


def _gap(name: str, value: Value, role: Role, compared: Comparison, look: Look) -> Row:
    return _row(name, value, fmt.difference_text(value, compared.definition.unit, look.currency), role)


def _row(name: str, value: Value, shown: str, role: Role) -> Row:
    if not isinstance(value, Estimate):
        return Row(name, fmt.DASH, under=value.sentence)
    n = fmt.n_text(value.n)
    return Row(name, f"{shown}, {n}", (Mark(value, role, hover(name, shown, n)),))


def _named(name: str) -> str:
    """A group's name; the parts of the unengaged say that they are parts."""
    return f"of them: {ROLES[name].name.lower()}" if name in _PARTS else name_of(name)


def _drawn(compared: Comparison) -> str:
    return f"{compared.definition.name} over {compared.horizon_days} days by whether a question was answered"

"""Charts of the presentation format itself, made from a chart's table: lines, curves, bars with errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from socialroi import charts
from socialroi.charts import Chart
from socialroi.charts import format as written
from socialroi.charts.roles import role_of

#: Columns every table has beside those that name its rows.
_FIGURES = frozenset(
    {"value", "low", "high", "n", "level", "unit", "currency", "method", "code", "reason", "complete",
     "still_followed", "treated", "control", "explained", "known_how"}
)  # fmt: skip
#: What a wait or an age is called in the tables of curves.
_ALONG = ("waited", "day", "age")
_PERIODS = ("period", "month")
#: The most groups that a slide still shows legibly.
_GROUPS = 24
_FORMATS = {
    "share": "0%",
    "points": "0",
    "money": "#,##0",
    "count": "#,##0",
    "score": "0.0",
    "seconds": "0.0",
}
_HOUR_S = 3600.0
#: How a text begins that xlsxwriter writes as a formula or a link.
_LIVE = ("=", "{=", "http://", "https://", "ftp://", "ftps://", "mailto:", "internal:", "external:", "file:")
_GRID = "D6DAE0"


@dataclass(frozen=True, slots=True)
class Native:
    """A chart of the format: its kind, its data, how its numbers are written, its intervals if it has any.

    `unit` names the axis, `bounds` are where it starts and ends; `errors` are the distances down and up
    from each value, of bars only. `is_band` says that the second and third line are an interval's ends,
    `is_log` that the axis along is logarithmic.
    """

    kind: Any
    data: Any
    number_format: str
    unit: str
    bounds: tuple[float, float] | None = None
    errors: tuple[list[float], list[float]] | None = None
    is_band: bool = False
    is_log: bool = False


def chart_of(chart: Chart) -> Native | None:
    """The nearest chart the format knows; None where the table has no number to draw."""
    table = chart.tidy
    if "amount" in table:
        return _amounts(table)
    if "value" not in table or not table["value"].notna().any():
        return None
    along = next((name for name in _ALONG if name in table), None)
    if along:
        return _curves(table, along)
    period = next((name for name in _PERIODS if name in table), None)
    return _lines(table, period) if period else _bars(table)


def dress(drawn: Any, told: Native) -> None:
    """The looks of a chart: quiet grid, legend below, numbers as people write them, error bars."""
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    drawn.font.size = Pt(12)
    drawn.has_title = False
    drawn.has_legend = len(list(drawn.plots[0].series)) > 1
    if drawn.has_legend:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
    values = drawn.value_axis
    values.tick_labels.number_format = told.number_format
    values.tick_labels.number_format_is_linked = False
    drawn.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    values.major_gridlines.format.line.color.rgb = _colour(_GRID)
    if told.bounds:
        values.minimum_scale, values.maximum_scale = told.bounds
    values.has_title = True
    values.axis_title.text_frame.text = told.unit
    values.axis_title.text_frame.paragraphs[0].font.size = Pt(12)
    for place, series in enumerate(drawn.plots[0].series):
        _coloured(series, place, is_end=told.is_band and place > 0)
    if told.is_log:
        _make_logarithmic(drawn.category_axis)
    if told.errors:
        drawn.category_axis.reverse_order = True
        drawn.plots[0].gap_width = 60
        _add_errors(drawn.plots[0].series[0]._element, told.errors)


def _scaled(table: pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """Values in a unit that reads well, its number format and its name."""
    unit = str(table["unit"].dropna().iloc[0]) if table["unit"].notna().any() else "count"
    names = {"share": "Share", "points": "Points", "count": "Number", "score": "Score", "seconds": "Hours"}
    name = names.get(unit, "")
    if unit == "money":
        name = str(table["currency"].dropna().iloc[0]) if table["currency"].notna().any() else "Money"
    divisor = _HOUR_S if unit == "seconds" else 1.0
    scaled = table.assign(**{k: pd.to_numeric(table[k]) / divisor for k in ("value", "low", "high")})
    return scaled, _FORMATS.get(unit, "General"), name


def _names(table: pd.DataFrame) -> list[str]:
    """What each row is about, from the columns that name it."""
    keys = [name for name in table.columns if name not in _FIGURES and name != "population"]
    return [
        _inert(", ".join(charts.clean(row[key]) for key in keys if _is_said(row[key])))
        for _, row in table.iterrows()
    ]


def _inert(name: str) -> str:
    """A name that the workbook inside a chart holds as text: its writer makes formulas and links of some."""
    return f"'{name}" if name.lower().startswith(_LIVE) else name


def _is_said(cell: Any) -> bool:
    return not pd.isna(cell) and cell != ""


def _bars(table: pd.DataFrame) -> Native:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    scaled, number_format, unit = _scaled(table[table["value"].notna()].head(_GROUPS))
    data = CategoryChartData(number_format=number_format)
    data.categories = _names(scaled)
    data.add_series("Value", scaled["value"].tolist())
    low = (scaled["value"] - scaled["low"]).fillna(0.0).tolist()
    high = (scaled["high"] - scaled["value"]).fillna(0.0).tolist()
    ends = _bounds(scaled, ("value", "low", "high"))
    return Native(XL_CHART_TYPE.BAR_CLUSTERED, data, number_format, unit, ends, errors=(low, high))


def _lines(table: pd.DataFrame, period: str) -> Native:
    """Value and the two ends of its interval by period; by segment where there are several."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    scaled, number_format, unit = _scaled(table)
    data = CategoryChartData(number_format=number_format)
    periods = list(dict.fromkeys(map(str, scaled[period])))
    filling = (
        set(scaled.loc[scaled["complete"] == "no", period].astype(str)) if "complete" in scaled else set()
    )
    data.categories = [_period(day, filling) for day in periods]
    is_split = "segment" in scaled
    if is_split:
        for segment, part in scaled.groupby("segment", sort=False):
            by_period = dict(zip(map(str, part[period]), part["value"], strict=True))
            data.add_series(_inert(charts.clean(segment)), [_number(by_period.get(p)) for p in periods])
    else:
        for name, column in (("Value", "value"), ("95% interval, from", "low"), ("to", "high")):
            data.add_series(name, [_number(cell) for cell in scaled[column]])
    # one thin period's endless interval must not flatten all the others
    drawn = ("value",) if is_split or unit == "Hours" else ("value", "low", "high")
    bounds = _bounds(scaled, drawn, room=2.0 if unit == "Hours" else 1.0)
    return Native(XL_CHART_TYPE.LINE_MARKERS, data, number_format, unit, bounds, is_band=not is_split)


def _period(day: str, filling: set[str]) -> str:
    month = written.month(date.fromisoformat(day))
    return f"{month}, still filling" if day in filling else month


def _bounds(scaled: pd.DataFrame, columns: Sequence[str], room: float = 1.0) -> tuple[float, float]:
    """From zero, or below it where numbers are, to a round number above the highest."""
    known = pd.concat([scaled[column] for column in columns]).dropna()
    step = 10.0 ** math.floor(math.log10(max(abs(known.max()), abs(known.min()), 1e-9))) / 2
    lowest = math.floor(min(0.0, known.min()) / step) * step
    return lowest, math.ceil(max(0.0, known.max()) * room / step) * step


def _curves(table: pd.DataFrame, along: str) -> Native:
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE

    scaled, number_format, unit = _scaled(table)
    divisor = _HOUR_S if along == "waited" else 1.0
    data = XyChartData(number_format=number_format)
    groups = scaled.groupby("group", sort=False) if "group" in scaled else (("Value", scaled),)
    for name, part in groups:
        series = data.add_series(_inert(charts.clean(name)))
        for x, y in zip(part[along], part["value"], strict=True):
            if _number(y) is not None and x > 0:  # a logarithmic axis has no zero
                series.add_data_point(float(x) / divisor, float(y))
    unit = f"{unit}, by {'hours waited' if along == 'waited' else 'days'}"
    return Native(
        XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, data, number_format, unit,
        _bounds(scaled, ("value",)), is_log=along == "waited",
    )  # fmt: skip


def _amounts(table: pd.DataFrame) -> Native:
    """Costs by month, stacked by department."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    months = list(dict.fromkeys(map(str, table["month"])))
    data = CategoryChartData(number_format="#,##0")
    data.categories = [written.month(date.fromisoformat(month)) for month in months]
    for department, part in table.groupby("department", sort=False):
        sums = part.groupby(part["month"].astype(str))["amount"].sum().to_dict()
        data.add_series(
            _inert(charts.clean(department)) or "no department", [float(sums.get(m, 0.0)) for m in months]
        )
    currency = str(table["currency"].dropna().iloc[0]) if table["currency"].notna().any() else "Money"
    return Native(XL_CHART_TYPE.COLUMN_STACKED, data, "#,##0", currency)


def _number(cell: Any) -> float | None:
    return None if pd.isna(cell) else float(cell)


def _colour(hexed: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(hexed.removeprefix("#"))


def _coloured(series: Any, place: int, *, is_end: bool) -> None:
    """One series in its role's colour; the ends of an interval are thin, dashed and unmarked."""
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE
    from pptx.oxml.ns import qn
    from pptx.util import Pt

    colour = _colour(role_of("", 0 if is_end else place).colour)
    if series._element.find(qn("c:invertIfNegative")) is not None:  # only a bar can be inverted
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour
    else:
        series.format.line.color.rgb = colour
        series.format.line.width = Pt(1 if is_end else 2.5)
        series.smooth = False
    if is_end:
        series.format.line.dash_style = MSO_LINE.DASH
        series.marker.style = XL_MARKER_STYLE.NONE


def _make_logarithmic(axis: Any) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    axis._element.find(qn("c:scaling")).insert(0, parse_xml(f'<c:logBase {nsdecls("c")} val="10"/>'))


def _add_errors(series: Any, errors: tuple[list[float], list[float]]) -> None:
    """Error bars of given lengths, which the library has no call for; they come before the categories."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    low, high = errors
    bars = parse_xml(
        f'<c:errBars {nsdecls("c")}><c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{_literal(high)}</c:plus><c:minus>{_literal(low)}</c:minus></c:errBars>"
    )
    series.find(qn("c:cat")).addprevious(bars)


def _literal(numbers: list[float]) -> str:
    points = "".join(f'<c:pt idx="{i}"><c:v>{number!r}</c:v></c:pt>' for i, number in enumerate(numbers))
    count = f'<c:ptCount val="{len(numbers)}"/>'
    return f"<c:numLit><c:formatCode>General</c:formatCode>{count}{points}</c:numLit>"

"""Two axes and a colour: cohorts by age, the week by hour. A cell without a number stays empty."""

from __future__ import annotations

import math
from collections.abc import Sequence

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import NAMED_WAITS, scale_of, short_wait
from socialroi.charts.grid_words import takeaway_cohorts, takeaway_grid, takeaway_shares
from socialroi.charts.house import SMALL_SIZE, Chart, Look, Spec, assemble, axis, axis_title
from socialroi.charts.label import clean, label
from socialroi.charts.subtitles import said
from socialroi.result import Estimate, Grid, Unknown, Value

ABSENT = Unknown("not_observable", "Not yet observable.")
#: Even lightness, and the same to every kind of colour blindness (Nunez, Anderton & Renslow 2018).
CIVIDIS = (
    *("#00224e", "#123570", "#3b496c", "#575d6d", "#707173"),
    *("#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"),
)
#: More columns than this leave no room for numbers in the cells of a phone.
_WRITTEN_COLUMNS = 8
_CELL = 26


def cohort_heatmap(grid: Grid, look: Look | None = None) -> Chart:
    """Cohorts by age: the newest rows that fit; what cannot be observed yet is blank."""
    look = look or Look()
    return _squares(grid, look, takeaway_cohorts(grid, look.currency), newest=True)


def share_heatmap(grid: Grid, look: Look | None = None) -> Chart:
    """Shares of each row's answers by column, for instance ease by department: the first rows that fit."""
    look = look or Look()
    return _squares(grid, look, takeaway_shares(grid), newest=False)


def _squares(grid: Grid, look: Look, title: str, *, newest: bool) -> Chart:
    """A heatmap with its numbers in the cells where they have room."""
    written = len(grid.columns) <= _WRITTEN_COLUMNS
    room = max(1, limits.MARKS // (max(1, len(grid.columns)) * (2 if written else 1)))
    rows = grid.rows[-room:] if newest else grid.rows[:room]
    heat = _heat(grid, rows, look)
    traces = [heat, _in_cells(grid, rows, heat)] if written else [heat]
    more = len(grid.rows) - len(rows)
    return _chart(grid, rows, traces, look, title=title, more=f"{more} more in the table" if more else "")


def hour_heatmap(
    grid: Grid, look: Look | None = None, title: str = "", blank: str = "too few or none"
) -> Chart:
    """Weekday by hour, for instance the median wait; durations are coloured by their logarithm.

    `grid.column_label` names the hour and its time zone, as it is the axis title. A `title` of its own
    replaces the takeaway, `blank` says what an empty cell means.
    """
    look = look or Look()
    trace = _heat(grid, grid.rows, look)
    if grid.definition.unit == "seconds":
        trace |= _logarithmic(trace)
    elif grid.definition.unit == "count":
        trace |= {"colorbar": {**trace["colorbar"], **_whole(trace["z"])}}
    return _chart(
        grid,
        grid.rows,
        [trace],
        look,
        title=title or takeaway_grid(grid, look.currency),
        more=f"blank: {blank}",
    )


def score_heatmap(grid: Grid, title: str, look: Look | None = None, counts: Grid | None = None) -> Chart:
    """A grid under a title of its own, its numbers in the cells; `counts` writes how many above each."""
    look = look or Look()
    heat = _heat(grid, grid.rows, look)
    written = _in_cells(grid, grid.rows, heat)
    if grid.definition.unit == "money" and look.currency:
        heat["colorbar"]["tickprefix"] = f"{look.currency} "
    more = "blank: none or too few"
    if counts:
        places = zip(written["x"], written["y"], written["text"], strict=True)
        sizes = [_cell(counts, grid.rows[y], grid.columns[x]).n for x, y, _ in places]
        written["text"] = [f"{n:,}<br>{text}" for n, text in zip(sizes, written["text"], strict=True)]
        more = "in a cell the number of customers, under it that figure; blank: none or too few"
    return _chart(
        grid, grid.rows, [heat, written], look, title=title, more=more, cell=44 if counts else _CELL
    )


def _chart(
    grid: Grid,
    rows: Sequence[str],
    traces: list[Spec],
    look: Look,
    *,
    title: str,
    more: str,
    cell: int = _CELL,
) -> Chart:
    subtitle = said(_drawn(grid), None, look, more, level=False)
    spec = assemble(
        traces,
        title,
        subtitle,
        look,
        cell * len(rows) + 10,
        bottom=106,
        xaxis=axis(
            look, showgrid=False, title=axis_title(label(grid.column_label, 60), look), **_ticks(grid.columns)
        ),
        yaxis=axis(look, showgrid=False, range=[len(rows) - 0.5, -0.5], **_every(rows)),
    )
    twin = [
        tables.Row(
            {grid.row_label: row, grid.column_label: column}, _cell(grid, row, column), grid.definition.unit
        )
        for row in grid.rows
        for column in grid.columns
    ]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def _heat(grid: Grid, rows: Sequence[str], look: Look) -> Spec:
    unit = grid.definition.unit
    return {
        "type": "heatmap",
        "x": list(range(len(grid.columns))),
        "y": list(range(len(rows))),
        "z": [[_number(_cell(grid, row, c), scale_of(unit)) for c in grid.columns] for row in rows],
        "customdata": [[_hover(grid, row, c, look) for c in grid.columns] for row in rows],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
        "colorscale": _colours(look),
        "xgap": 2,
        "ygap": 2,
        "colorbar": {
            "orientation": "h",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "thickness": 10,
            "len": 1,
            "outlinewidth": 0,
            "ticksuffix": "%" if unit == "share" else "",
            "tickfont": {"size": SMALL_SIZE, "color": look.ink.faint},
            "nticks": 5,
        },
    }


def _in_cells(grid: Grid, rows: Sequence[str], heat: Spec) -> Spec:
    """Short numbers on the cells, black or white by the cell's colour; the unit stands in the subtitle."""
    known = [z for row in heat["z"] for z in row if z is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    cells = [
        (j, i, _short(_cell(grid, row, column), grid.definition.unit), (z - low) / ((high - low) or 1.0))
        for i, row in enumerate(rows)
        for j, column in enumerate(grid.columns)
        if (z := heat["z"][i][j]) is not None
    ]
    # the dark ground's scale has lost two of ten colours, so that its middle lies earlier
    bright = 0.47 if len(heat["colorscale"]) == len(CIVIDIS) else 0.32
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _, _, _ in cells],
        "y": [y for _, y, _, _ in cells],
        "text": [text for _, _, text, _ in cells],
        "textfont": {"size": SMALL_SIZE, "color": ["#000" if at > bright else "#fff" for *_, at in cells]},
        "hoverinfo": "skip",
    }


def _colours(look: Look) -> list[list[object]]:
    """Cividis; on the dark ground without its darkest end, which would look like an empty cell."""
    colours = CIVIDIS if look.theme == "light" else CIVIDIS[2:]
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def _short(value: Value, unit: str) -> str:
    if not isinstance(value, Estimate):
        return ""
    if unit == "share":
        return f"{value.value * 100:.0f}"
    if unit == "money":
        return f"{value.value:,.0f}" if abs(value.value) >= 10 else f"{value.value:,.2f}"
    return fmt.duration(value.value) if unit == "seconds" else fmt.count(round(value.value, 1))


def _logarithmic(trace: Spec) -> Spec:
    """Colours by log10 of the seconds, with a colour bar that reads in minutes and hours."""
    z = [[math.log10(max(cell, 1.0)) if cell is not None else None for cell in row] for row in trace["z"]]
    known = [cell for row in z for cell in row if cell is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    ticks = [t for t in NAMED_WAITS if low - 0.01 <= math.log10(t) <= high + 0.01]
    values = {"tickvals": [math.log10(t) for t in ticks], "ticktext": [short_wait(t) for t in ticks]}
    ends = {"tickvals": [low, high], "ticktext": [fmt.duration(10**end) for end in (low, high)]}
    return {"z": z, "colorbar": {**trace["colorbar"], **(values if len(ticks) > 1 else ends)}}


def _whole(z: Sequence[Sequence[float | None]]) -> Spec:
    """Ticks of a colour bar on whole numbers, where all are whole: there is no half a person."""
    known = [cell for row in z for cell in row if cell is not None]
    if not known or not all(float(cell).is_integer() for cell in known):
        return {}
    low, high = int(min(known)), int(max(known))
    return {"tickvals": list(range(low, high + 1, math.ceil((high - low) / 4) or 1)), "tickformat": ",d"}


def _hover(grid: Grid, row: str, column: str, look: Look) -> str:
    value = _cell(grid, row, column)
    shown = label(fmt.value_text(value, grid.definition.unit, look.currency), 80)
    n = f"<br>{fmt.n_text(value.n)}" if isinstance(value, Estimate) else f"<br>{label(value.sentence, 80)}"
    return f"<b>{label(row)}, {label(grid.column_label)} {label(column)}</b><br>{shown}{n}"


def _cell(grid: Grid, row: str, column: str) -> Value:
    return grid.cells.get((row, column), ABSENT)


def _number(value: Value, scale: float) -> float | None:
    return value.value * scale if isinstance(value, Estimate) else None


def _ticks(names: Sequence[str]) -> Spec:
    """At most eight names along the bottom, the first always among them."""
    step = math.ceil(len(names) / 8) or 1
    places = list(range(0, len(names), step))
    return {"tickvals": places, "ticktext": [label(names[i], 12) for i in places], "tickangle": 0}


def _every(names: Sequence[str]) -> Spec:
    return {"tickvals": list(range(len(names))), "ticktext": [label(name, 14) for name in names]}


def _drawn(grid: Grid) -> str:
    unit = {"share": " in percent", "seconds": ", coloured by its logarithm"}.get(grid.definition.unit, "")
    return f"{grid.definition.name}{unit}; rows: {clean(grid.row_label)}; columns: {clean(grid.column_label)}"

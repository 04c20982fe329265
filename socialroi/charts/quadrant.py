"""Two by two: who comes back among the satisfied and the others, where it was easy and where it was not."""

from __future__ import annotations

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.grids import CIVIDIS
from socialroi.charts.house import SMALL_SIZE, Chart, Look, Spec, assemble, axis, axis_title
from socialroi.charts.judgement import extremes
from socialroi.charts.label import clean, label
from socialroi.charts.phrases import lower
from socialroi.charts.subtitles import said
from socialroi.result import Estimate, Grid, Unknown, Value

_CELL = 92
_ABSENT = Unknown("no_data", "No surveys.")
#: From this place on the scale on, writing is black; the dark ground's scale has lost its darkest end.
_BRIGHT = {"light": 0.47, "dark": 0.32}


def quadrant_plot(grid: Grid, base: Value, look: Look | None = None) -> Chart:
    """Four cells with share, interval and n in words; the colour repeats the share.

    `base` is the same share of all customers, which belongs beside any of the four.
    """
    look = look or Look()
    heat = _heat(grid, look)
    title = takeaway_quadrant(grid, base)
    n = sum(_cell(grid, row, column).n for row in grid.rows for column in grid.columns)
    subtitle = said(f"{grid.definition.name}, by survey answers", None, look, fmt.n_text(n), _beside(base))
    spec = assemble(
        [heat, _written(grid, heat, look)],
        title,
        subtitle,
        look,
        _CELL * len(grid.rows) + 20,
        bottom=52,
        xaxis=axis(look, showgrid=False, **_names(grid.columns), title=axis_title(grid.column_label, look)),
        yaxis=axis(look, showgrid=False, range=[len(grid.rows) - 0.5, -0.5], **_names(grid.rows)),
    )
    twin = [
        tables.Row({grid.row_label: r, grid.column_label: c}, _cell(grid, r, c), grid.definition.unit)
        for r in grid.rows
        for c in grid.columns
    ]
    twin.append(
        tables.Row({grid.row_label: "All customers", grid.column_label: ""}, base, grid.definition.unit)
    )
    return Chart(title, subtitle, spec, tables.table(twin), tables.tidy(twin))


def takeaway_quadrant(grid: Grid, base: Value) -> str:
    """The highest and the lowest cell where they differ clearly among four; else that they do not."""
    known = {cell: value for cell, value in grid.cells.items() if isinstance(value, Estimate)}
    if len(known) < 2:
        return "Too few surveys in the four groups to compare who orders again."
    first, last, gap = extremes(known, grid.definition.better)
    if not gap.is_clear:
        return "No clear difference in who orders again, easy or not, satisfied or not."
    shares = [f"{_name(cell)} {fmt.number(known[cell].value, 'share')}" for cell in (first, last)]
    return f"Who orders again: most of those {shares[0]}, fewest of those {shares[1]}."


def _name(cell: tuple[str, str]) -> str:
    """A cell in a sentence: "satisfied, easy"."""
    return ", ".join(lower(clean(part)) for part in cell)


def _beside(base: Value) -> str:
    return f"all customers {fmt.value_text(base, 'share')}" if isinstance(base, Estimate) else ""


def _cell(grid: Grid, row: str, column: str) -> Value:
    return grid.cells.get((row, column), _ABSENT)


def _heat(grid: Grid, look: Look) -> Spec:
    colours = CIVIDIS if look.theme == "light" else CIVIDIS[2:]
    return {
        "type": "heatmap",
        "x": list(range(len(grid.columns))),
        "y": list(range(len(grid.rows))),
        "z": [[_percent(_cell(grid, row, column)) for column in grid.columns] for row in grid.rows],
        "zmin": 0,
        "zmax": 100,
        "colorscale": [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)],
        "showscale": False,
        "xgap": 4,
        "ygap": 4,
        "hoverinfo": "skip",
        "hoverongaps": False,
    }


def _percent(value: Value) -> float | None:
    return value.value * 100 if isinstance(value, Estimate) else None


def _written(grid: Grid, heat: Spec, look: Look) -> Spec:
    """What stands in each cell; nothing is said by colour alone."""
    places = [(j, i) for i in range(len(grid.rows)) for j in range(len(grid.columns))]
    shares = [heat["z"][i][j] for j, i in places]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [j for j, _ in places],
        "y": [i for _, i in places],
        "text": [_lines(_cell(grid, grid.rows[i], grid.columns[j])) for j, i in places],
        "textfont": {"size": SMALL_SIZE + 1, "color": [_ink(share, look) for share in shares]},
        "hoverinfo": "skip",
    }


def _lines(value: Value) -> str:
    if isinstance(value, Estimate):
        parts = (f"<b>{fmt.number(value.value, 'share')}</b>", fmt.interval_text(value, "share"))
        return "<br>".join((*parts, fmt.n_text(value.n)))
    return f"too few<br>{fmt.n_text(value.n)}"


def _ink(share: float | None, look: Look) -> str:
    if share is None:
        return look.ink.faint
    return "#000" if share / 100 > _BRIGHT[look.theme] else "#fff"


def _names(names: tuple[str, ...]) -> Spec:
    return {"tickvals": list(range(len(names))), "ticktext": [label(name, 14) for name in names]}

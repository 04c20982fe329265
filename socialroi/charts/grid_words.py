"""What a grid says: the best and the worst cell, newer against older cohorts, the most common answer."""

from __future__ import annotations

from socialroi.charts import format as fmt
from socialroi.charts.judgement import extremes, judge
from socialroi.charts.label import clean
from socialroi.charts.phrases import lower, name_of
from socialroi.result import Estimate, Grid
from socialroi.stats.intervals import difference


def takeaway_grid(grid: Grid, currency: str | None = None) -> str:
    """The best and the worst cell, if their difference is clear among so many."""
    known = {cell: v for cell, v in grid.cells.items() if isinstance(v, Estimate)}
    definition = grid.definition
    if len(known) < 2:
        return f"{definition.name}: too little data to compare by {lower(grid.row_label)}."
    first, last, gap = extremes(known, definition.better)
    if not gap.is_clear:
        return (
            f"No clear difference in {lower(definition.name)} by {lower(grid.row_label)} and "
            f"{lower(grid.column_label)}."
        )
    words = ("highest", "lowest") if definition.better == "neither" else ("best", "worst")
    parts = [
        f"{word} {name_of(row)} {_column(column, grid)} "
        f"({fmt.number(known[row, column].value, definition.unit, currency)})"
        for word, (row, column) in zip(words, (first, last), strict=True)
    ]
    return f"{definition.name} is {' and '.join(parts)}."


def takeaway_cohorts(grid: Grid, currency: str | None = None) -> str:
    """Whether newer cohorts do better than older ones, at the first age both have reached."""
    definition = grid.definition
    for column in grid.columns:
        known = [(row, grid.cells.get((row, column))) for row in grid.rows]
        cells = [(row, value) for row, value in known if isinstance(value, Estimate)]
        if len(cells) >= 2:
            break
    else:
        return f"{definition.name}: too few complete cohorts to compare."
    (oldest, old), (newest, new) = cells[0], cells[-1]
    gap = difference(new, old)
    text = fmt.difference_text(gap, definition.unit, currency)
    new_name, old_name = clean(newest), clean(oldest)
    names = f"the {new_name} and the {old_name} cohort"
    where = f"({lower(clean(grid.column_label))}: {clean(column)})"
    judgement = judge(gap, definition.better)
    if judgement == "no_clear_difference":
        return f"No clear difference in {lower(definition.name)} between {names} {where}: {text}."
    return (
        f"{definition.name} is {judgement} for the {new_name} than for the {old_name} cohort {where}: {text}."
    )


def _column(name: str, grid: Grid) -> str:
    """A column in a sentence: an hour of the day as a clock time, anything else as it is."""
    is_hour = name.isdigit() and "hour" in grid.column_label.lower()
    return f"{int(name):02d}:00" if is_hour else name_of(name)


def takeaway_shares(grid: Grid) -> str:
    """The most common column of each of the first rows: how answers are spread by department."""
    tops = [(row, _most(grid, row)) for row in grid.rows]
    known = [(row, top) for row, top in tops if top is not None]
    if not known:
        return f"{grid.definition.name}: too little data to show a spread."
    parts = [
        f"{name_of(row)} {clean(column)} ({fmt.number(value.value, grid.definition.unit)})"
        for row, (column, value) in known[:3]
    ]
    more = f"; {len(known) - 3} more in the table" if len(known) > 3 else ""
    return f"{grid.definition.name}, most common: {', '.join(parts)}{more}."


def _most(grid: Grid, row: str) -> tuple[str, Estimate] | None:
    """The column with the largest value in a row."""
    known = [(c, v) for c in grid.columns if isinstance(v := grid.cells.get((row, c)), Estimate)]
    return max(known, key=lambda cell: cell[1].value, default=None)

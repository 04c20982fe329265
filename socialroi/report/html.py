"""A report as one HTML file: opens offline, asks nobody for anything, prints a chart beside its table.

The page forbids itself every outside request (its own Content-Security-Policy), so that not even a name
in the data could cause one. Text is escaped by the template; figures travel as JSON that cannot end a
script. The same contents give the same bytes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from socialroi import charts
from socialroi.charts import format as written
from socialroi.charts.trend import trend, trend_words
from socialroi.limits import ROWS_SHOWN
from socialroi.report.contents import Report
from socialroi.result import Estimate, Reading

if TYPE_CHECKING:
    from jinja2 import Template

#: What plotly must not be able to do, and the one thing it may: draw what is in the file.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def as_html(report: Report) -> bytes:
    """The whole report as one file in UTF-8."""
    from plotly.offline import get_plotlyjs

    page = _template().render(
        report=report,
        policy=POLICY,
        plotly=get_plotlyjs(),
        figures=[_figure(c) for section in report.sections for c in section.charts],
        word=charts.verdict_word,
        number=lambda reading: number(reading, report.currency),
        trend=lambda card: trend(card.series) if card.series else "",
        trend_words=lambda card: trend_words(card.series, report.currency) if card.series else "",
        table=_table,
        config=charts.config("report"),
    )
    return page.encode()


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    room = Environment(
        loader=PackageLoader("socialroi.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return room.get_template("page.html")


def _figure(chart: charts.Chart) -> dict[str, Any]:
    """One chart as the page's script draws it; its height is in its own layout."""
    drawn = chart.figure().to_plotly_json()
    return {"data": drawn["data"], "layout": drawn["layout"]}


def number(reading: Reading, currency: str | None) -> tuple[str, str]:
    """A reading as two texts: the number with its interval, and how many units or why there is none."""
    value, unit = reading.value, reading.definition.unit
    if not isinstance(value, Estimate):
        return written.DASH, value.sentence
    return written.value_text(value, unit, currency), written.n_text(value.n)


def _table(chart: charts.Chart) -> tuple[list[str], list[list[str]], int]:
    """The numbers of a chart: heads, rows as text, and how many rows are left out."""
    shown = chart.table.head(ROWS_SHOWN)
    rows = [["" if pd.isna(cell) else str(cell) for cell in row] for row in shown.itertuples(index=False)]
    return [str(name) for name in shown.columns], rows, len(chart.table) - len(shown)

"""Would the models have known? What customers bought in the held-out days, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, legend_below
from socialroi.charts.label import label
from socialroi.charts.roles import OTHERS, Role
from socialroi.charts.subtitles import said
from socialroi.charts.value_words import takeaway_backtest
from socialroi.stats.btyd import Backtest, Bought

_HEIGHT = 260
ACTUAL = "Bought"


def backtest_plot(tests: Mapping[str, Backtest], look: Look | None = None) -> Chart:
    """Order-days per customer in the held-out days, by repeat order-days before: bought, and expected."""
    look = look or Look()
    known = {name: test for name, test in tests.items() if test.by_x}
    rows = next((test.by_x for test in known.values()), ())
    title = takeaway_backtest(tests)
    n = next((test.n for test in known.values()), 0)
    what = "Days with an order per customer in the days held out, by days with a repeat order before"
    subtitle = said(what, None, look, fmt.n_text(n), level=False)
    lines = {ACTUAL: [row.actual / row.n for row in rows]}
    lines |= {name: [row.predicted / row.n for row in test.by_x] for name, test in known.items()}
    top = max((y for line in lines.values() for y in line), default=1.0)
    spec = assemble(
        [_line(name, line, rows, OTHERS[i]) for i, (name, line) in enumerate(lines.items()) if line],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=82,
        showlegend=bool(rows),
        legend=legend_below(),
        xaxis=axis(
            look,
            showgrid=False,
            tickvals=list(range(len(rows))),
            ticktext=[_name(row) for row in rows],
            title=axis_title("Days with a repeat order before", look),
        ),
        yaxis=axis(look, range=[0, top * 1.08], nticks=6),
    )
    return Chart(title, subtitle, spec, *tables.counts(_twin(known, rows)))


def _name(row: Bought) -> str:
    return f"{row.x}+" if row.or_more else str(row.x)


def _line(name: str, values: Sequence[float], rows: Sequence[Bought], role: Role) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label(name if name == ACTUAL else f"Expected by {name}"),
        "x": list(range(len(rows))),
        "y": list(values),
        "line": {"color": role.colour, "width": 2.5, "dash": role.dash},
        "marker": {"color": role.colour, "size": 8, "symbol": role.symbol},
        "customdata": [_hover(name, value, row) for value, row in zip(values, rows, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _hover(name: str, value: float, row: Bought) -> str:
    before = f"{_name(row)} before: {label(name.lower() if name == ACTUAL else name)} {value:,.2f}"
    return f"<b>{before}</b><br>{fmt.n_text(row.n)}"


def _twin(known: Mapping[str, Backtest], rows: Sequence[Bought]) -> list[dict[str, object]]:
    """One line per number of repeat order-days, and one of all."""
    lines: list[dict[str, object]] = [
        {"Repeat order-days before": _name(row), "Customers": row.n, "Bought": row.actual}
        | {f"Expected by {name}": round(test.by_x[i].predicted, 1) for name, test in known.items()}
        for i, row in enumerate(rows)
    ]
    if rows:
        total = {"Customers": sum(row.n for row in rows), "Bought": sum(row.actual for row in rows)}
        lines.append(
            {"Repeat order-days before": "all", **total}
            | {f"Expected by {name}": round(test.predicted or 0.0, 1) for name, test in known.items()}
        )
    return lines

"""What social care cost: by month and department, one bar a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.annotations import mark
from socialroi.charts.axes import value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, legend_below
from socialroi.charts.label import label
from socialroi.charts.phrases import name_of
from socialroi.charts.roles import OTHERS
from socialroi.charts.subtitles import said
from socialroi.charts.worth_words import takeaway_costs
from socialroi.result import Cost

_HEIGHT = 260
#: Patterns in turn with the colours, for those who do not see these apart.
_PATTERNS = ("", "/", "x", ".", "-", "|")
#: As many departments as can be told apart; the rest are one.
_DEPARTMENTS = 5
_REST = "All others"
_MONTHS = 120


def costs_over_time(costs: Sequence[Cost], look: Look | None = None) -> Chart:
    """One bar a month from zero, in parts by department; kinds of cost are in the table."""
    look = look or Look()
    months = sorted({cost.month for cost in costs})[-_MONTHS:]
    spent = _by_department(costs, months)
    title = takeaway_costs(costs, look.currency)
    hidden = "" if len({c.month for c in costs}) <= _MONTHS else "earlier months in the table"
    subtitle = said("Cost of social care by month and department", None, look, hidden, level=False)
    top = max((sum(max(0.0, by_month[m]) for by_month in spent.values()) for m in months), default=1.0)
    low = min((sum(min(0.0, by_month[m]) for by_month in spent.values()) for m in months), default=0.0)
    rows_of_legend = (len(spent) + 1) // 2
    spec = assemble(
        [
            _bars(name, [by_month[m] for m in months], months, place, look)
            for place, (name, by_month) in enumerate(spent.items())
        ],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=48 + 22 * rows_of_legend * (len(spent) > 1),
        barmode="relative",
        bargap=0.25,
        showlegend=len(spent) > 1,
        legend=legend_below(),
        xaxis=axis(look, type="date", showgrid=False, tickformat="%b %Y", nticks=6, **_span(months)),
        yaxis=value_axis([low, top] if costs else [], "money", look, zero=True),
    )
    return mark(Chart(title, subtitle, spec, *tables.counts(_twin(costs, look))), months, look)


def _by_department(costs: Sequence[Cost], months: Sequence[date]) -> Mapping[str, Mapping[date, float]]:
    """Amount by department and month, the costliest departments first and the rest as one."""
    totals: dict[str, float] = {}
    for cost in costs:
        totals[cost.department] = totals.get(cost.department, 0.0) + cost.amount
    ordered = sorted(totals, key=lambda name: -totals[name])
    own = ordered if len(ordered) <= _DEPARTMENTS + 1 else ordered[:_DEPARTMENTS]
    names = own if len(own) == len(ordered) else [*own, _REST]
    spent = {name: dict.fromkeys(months, 0.0) for name in names}
    for cost in costs:
        by_month = spent[cost.department if cost.department in own else _REST]
        if cost.month in by_month:
            by_month[cost.month] += cost.amount
    return spent


def _span(months: Sequence[date]) -> Spec:
    """From before the first to after the last bar."""
    if not months:
        return {}
    return {"range": [str(months[0] - timedelta(days=26)), str(months[-1] + timedelta(days=20))]}


def _bars(name: str, amounts: list[float], months: Sequence[date], place: int, look: Look) -> Spec:
    role = OTHERS[place % len(OTHERS)]
    return {
        "type": "bar",
        "name": label(name_of(name)),
        "x": [month.isoformat() for month in months],
        "y": amounts,
        "marker": {
            "color": role.colour,
            "pattern": {"shape": _PATTERNS[place % len(_PATTERNS)], "solidity": 0.35},
        },
        "customdata": [_hover(name, month, y, look) for month, y in zip(months, amounts, strict=True)],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(name: str, month: date, amount: float, look: Look) -> str:
    shown = fmt.number(amount, "money", look.currency)
    return f"<b>{label(name_of(name))}, {fmt.month(month)}</b><br>{shown}"


def _twin(costs: Sequence[Cost], look: Look) -> list[dict[str, object]]:
    ordered = sorted(costs, key=lambda cost: (cost.month, cost.department, cost.kind))
    return [
        {
            "Month": cost.month.isoformat(),
            "Department": cost.department,
            "Kind": cost.kind,
            "Amount": round(cost.amount, 2),
            "Currency": look.currency or "",
            "Answered conversations of the department": cost.answered,
        }
        for cost in ordered
    ]

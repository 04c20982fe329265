"""How long a fair test must last: the smallest effect that so many weeks could show."""

from __future__ import annotations

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import scale_of, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, note, rule
from socialroi.charts.label import label
from socialroi.charts.roles import ENGAGED
from socialroi.charts.subtitles import said
from socialroi.charts.words import outcome_unit
from socialroi.charts.worth_words import takeaway_reach
from socialroi.result import Plan, Reach

_HEIGHT = 260


def reach_plot(plan: Plan, look: Look | None = None) -> Chart:
    """Smallest visible effect by weeks, falling, with the effect that would be worthwhile as a line."""
    look = look or Look()
    unit = outcome_unit(plan.outcome)
    scale = scale_of(unit)
    title = takeaway_reach(plan, look.currency)
    what = (
        f"Smallest effect on {plan.outcome.replace('_', '-')} within {plan.horizon_days} days that a test "
        "of so many weeks would show four times out of five; dashed: worthwhile"
    )
    subtitle = said(what, None, look, level=False)
    worthwhile = plan.worthwhile * scale
    heights = [reach.smallest * scale for reach in plan.reach]
    last = max((reach.weeks for reach in plan.reach), default=1)
    span = value_axis([*heights, worthwhile] if heights else [], unit, look, difference=True)
    if heights:
        span["range"] = [0, max(*heights, worthwhile) * 1.08]
    spec = assemble(
        [_line(plan, look)],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=58,
        xaxis=axis(
            look,
            range=[-0.03 * last, last * 1.04],
            nticks=7,
            showgrid=False,
            title=axis_title("Weeks of testing", look),
        ),
        yaxis=span,
        shapes=[_dashed(look, worthwhile), *_drop(plan, look, worthwhile)] if heights else [],
        annotations=[_worthwhile(plan, look, worthwhile)] if heights else [],
    )
    return Chart(title, subtitle, spec, *tables.counts([_row(plan, reach, look) for reach in plan.reach]))


def _line(plan: Plan, look: Look) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "Smallest visible effect",
        "x": [reach.weeks for reach in plan.reach],
        "y": [reach.smallest * scale_of(outcome_unit(plan.outcome)) for reach in plan.reach],
        "line": {"color": ENGAGED.colour, "width": 2.5},
        "marker": {"color": ENGAGED.colour, "size": 7, "symbol": ENGAGED.symbol},
        "customdata": [_hover(plan, reach, look) for reach in plan.reach],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _hover(plan: Plan, reach: Reach, look: Look) -> str:
    seen = label(_size(plan, reach.smallest, look))
    sizes = f"{fmt.count(reach.answered)} answered first, {fmt.count(reach.held)} held back"
    return f"<b>{reach.weeks} weeks: {seen}</b><br>{sizes}"


def _dashed(look: Look, y: float) -> Spec:
    line = {"color": look.ink.zero, "width": 1.5, "dash": "dash"}
    return rule(look, x0=0, x1=1, xref="paper", y0=y, y1=y, line=line)


def _drop(plan: Plan, look: Look, y: float) -> list[Spec]:
    """From the worthwhile line down to the weeks it takes."""
    if plan.weeks is None:
        return []
    line = {"color": look.ink.zero, "width": 1.5, "dash": "dot"}
    return [rule(look, x0=plan.weeks, x1=plan.weeks, y0=0, y1=y, line=line)]


def _worthwhile(plan: Plan, look: Look, y: float) -> Spec:
    text = label(f"worthwhile: {_size(plan, plan.worthwhile, look)}")
    return note(text, look, x=0.01, xref="paper", y=y, yanchor="bottom")


def _size(plan: Plan, size: float, look: Look) -> str:
    return fmt.difference_number(size, outcome_unit(plan.outcome), look.currency)


def _row(plan: Plan, reach: Reach, look: Look) -> dict[str, object]:
    return {
        "Weeks": reach.weeks,
        "Answered first": reach.answered,
        "Held back": reach.held,
        "Smallest visible effect": _size(plan, reach.smallest, look),
        "Shows the worthwhile effect": "yes" if reach.smallest <= plan.worthwhile else "no",
    }

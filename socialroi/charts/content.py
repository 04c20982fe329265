"""An outcome against the share of promotion: one point a month or a channel, and no line through them."""

from __future__ import annotations

from dataclasses import replace

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import scale_of, value_axis
from socialroi.charts.compare import comparison
from socialroi.charts.house import Chart, Look, assemble, axis_title
from socialroi.charts.phrases import NOT_AN_EFFECT, lower, name_of
from socialroi.charts.roles import NEUTRAL
from socialroi.charts.rows import hover
from socialroi.charts.subtitles import said
from socialroi.metrics.content import Against
from socialroi.result import Comparison, Estimate

_HEIGHT = 300


def against_plot(found: Against, look: Look | None = None) -> Chart:
    """Each month or channel where its share of promotion and its outcome put it."""
    look = look or Look()
    unit = found.outcome.unit
    title = takeaway_against(found)
    subtitle = said(
        f"{found.outcome.name} by share of promotional posts, one point each", None, look, level=False
    )
    points = [(name_of(pair.label), pair.share, pair.outcome) for pair in found.pairs]
    across = [share.value * 100 for _, share, _ in points]
    up = [outcome.value * scale_of(unit) for *_, outcome in points]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": across,
        "y": up,
        "marker": {"color": NEUTRAL.colour, "size": 10, "symbol": "circle"},
        "customdata": [
            hover(name, f"{fmt.number(share.value, 'share')} promotional", _written(outcome, found, look))
            for name, share, outcome in points
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    spec = assemble(
        [trace],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=60,
        xaxis={**value_axis(across, "share", look), "title": axis_title("Share of promotional posts", look)},
        yaxis=value_axis(up, unit, look),
    )
    rows: list[dict[str, object]] = [
        {"What": name, "Promotional share": share.value, found.outcome.name: outcome.value}
        for name, share, outcome in points
    ]
    table, tidy = tables.counts(rows)
    return Chart(title, subtitle, spec, table, tidy)


def takeaway_against(found: Against) -> str:
    """Whether the two move together, and never why."""
    value, name = found.correlation, lower(found.outcome.name)
    if not isinstance(value, Estimate):
        return f"We cannot say whether {name} goes with the share of promotion: {lower(value.sentence)}"
    middle, low, high = (f"{x:.2f}".replace("-", fmt.MINUS) for x in (value.value, value.low, value.high))
    shown = f"rank correlation {middle} ({low} to {high})"
    if not value.is_clear:
        return f"No clear link between the share of promotion and {name}: {shown}."
    word = "higher" if value.value > 0 else "lower"
    return f"Where more is promoted, {name} is {word}: {shown}. They go together; why, this cannot say."


def newcomers_plot(found: Comparison, look: Look | None = None) -> Chart:
    """Newcomers whose first post was answered and those whose was not: who comes back, and the difference."""
    groups = {"heard": found.groups["answered"], "unanswered": found.groups["unanswered"]}
    drawn = f"Newcomers who post again within {found.horizon_days} days, answered or not"
    title = takeaway_newcomers(found)
    return comparison(replace(found, groups=groups), look, title=title, drawn=drawn)


def takeaway_newcomers(found: Comparison) -> str:
    """Whether newcomers who were answered come back more often; a difference, whatever it is."""
    gap = found.standardised
    if not isinstance(gap, Estimate):
        return f"We cannot say whether answered newcomers come back more often: {lower(fmt.reason(gap))}"
    shown = f"{fmt.difference_text(gap, 'share')} at equal case mix"
    if not gap.is_clear:
        return f"No clear difference in who comes back between answered and unanswered newcomers: {shown}."
    word = "more" if gap.value > 0 else "less"
    return f"Answered newcomers come back {word} often: {shown}. {NOT_AN_EFFECT}"


def _written(outcome: Estimate, found: Against, look: Look) -> str:
    return f"{found.outcome.name} {fmt.number(outcome.value, found.outcome.unit, look.currency)}"

"""The study's pictures: the ladder of designs, the balance of the arms, who was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import extent, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, legend_below
from socialroi.charts.label import label
from socialroi.charts.roles import ADJUSTED, ENGAGED, NAIVE, Role, tint
from socialroi.charts.rows import GAP, MARK, Mark, Row, dots, hover, panel, pixel_axis, write
from socialroi.charts.subtitles import said
from socialroi.charts.words import CAUSAL, outcome_unit, takeaway
from socialroi.result import Estimate, Exclusion, Rung, Study, Unit

RUNGS = {
    "R": "R: assigned at random",
    "A": "A: answered against unanswered",
    "Aprime": "A\N{PRIME}: answered fast against slowly",
    "B": "B: just bought, then answered or not",
    "C": "C: first answered, or not yet",
    "D": "D: ever against never answered",
}
#: An adjusted difference that no causal verb may be put to.
DESCRIBED = Role("After adjustment, not an effect", "#808080", "circle", "solid")
#: Balance within this many standard deviations counts as balanced.
BALANCED = 0.1
_COVARIATES = 60


def ladder(study: Study, look: Look | None = None) -> Chart:
    """One row per rung with its own population and n: grey hollow before adjustment, filled after.

    Rungs differ in population, so nothing joins them. A rung that cannot say shows why, and not its raw gap.
    """
    look = look or Look()
    unit = outcome_unit(study.outcome)
    rows = [_rung_row(rung, unit, look) for rung in study.rungs]
    body = panel(rows, unit, look)
    title = takeaway(study, look.currency)
    drawn = (
        f"Difference in {study.outcome.replace('_', '-')} within {study.horizon_days} days, one row a design"
    )
    subtitle = said(drawn, None, look)
    reached = [end for row in rows for mark in row.marks for end in extent([mark.value], unit)]
    many = len(body.traces) > 0
    spec = assemble(
        [{**trace, "showlegend": True} for trace in body.traces],
        title,
        subtitle,
        look,
        body.height,
        bottom=70 + 20 * (len(body.traces) > 2),
        showlegend=many,
        legend=legend_below(),
        xaxis={**value_axis(reached, unit, look, difference=True), "showgrid": False},
        yaxis=pixel_axis(body.height),
        annotations=body.notes,
        shapes=body.tracks(look, 0.0),
    )
    twin = [row for rung in study.rungs for row in _twins(rung)]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def love_plot(balance: Mapping[str, tuple[float, float]], look: Look | None = None) -> Chart:
    """How alike the arms are, covariate by covariate: standardised difference before and after weighting.

    `balance` maps a covariate's name to (before, after), signed or not; drawn and sorted by size.
    """
    look = look or Look()
    ordered = sorted(balance.items(), key=lambda item: -abs(item[1][0]))
    shown = ordered[:_COVARIATES]
    worst = max((abs(after) for _, (_, after) in ordered), default=0.0)
    title = _balanced(len(ordered), worst)
    more = f"{len(ordered) - len(shown)} more in the table" if len(ordered) > len(shown) else ""
    drawn = "Difference of the arms in standard deviations, before and after weighting; band: up to 0.1"
    subtitle = said(drawn, None, look, more, level=False)
    high = max([abs(x) for _, pair in shown for x in pair] + [2 * BALANCED]) * 1.06
    spec = assemble(
        [_balance_dots(shown, 0, NAIVE), _balance_dots(shown, 1, ADJUSTED)],
        title,
        subtitle,
        look,
        24 * len(shown) + 12,
        bottom=84,
        showlegend=True,
        legend=legend_below(),
        xaxis=axis(
            look, range=[-0.03 * high, high], nticks=5, title=axis_title("Standardised difference", look)
        ),
        yaxis=axis(
            look,
            range=[len(shown) - 0.4, -0.6],
            tickvals=list(range(len(shown))),
            ticktext=[label(name, 24) for name, _ in shown],
        ),
        shapes=[_balance_band(look)],
    )
    twin = [{"Covariate": name, "Before": round(b, 4), "After": round(a, 4)} for name, (b, a) in ordered]
    return Chart(title, subtitle, spec, *tables.counts(twin))


def exclusions(study: Study, look: Look | None = None) -> Chart:
    """From everybody to the studied: one bar a step, filled what remains, hatched what is left out."""
    look = look or Look()
    steps = [step for i, step in enumerate(study.flow) if i == 0 or step.left_out]
    flow = steps[: limits.SEGMENTS]
    notes, places, height = _written(flow, look)
    most = max((step.left_out + step.remaining for step in flow), default=1)
    title = _studied(study)
    hidden = len(study.flow) - len(flow)
    rest = f"steps in the table only: {hidden}" if hidden else ""
    subtitle = said("Who is left after each step; hatched: left out", None, look, rest, level=False)
    bars = [
        _bar([step.remaining for step in flow], places, "Remaining", ENGAGED.colour, ""),
        _bar([step.left_out for step in flow], places, "Left out", "#808080", "/"),
    ]
    spec = assemble(
        bars,
        title,
        subtitle,
        look,
        round(height),
        barmode="stack",
        xaxis=axis(look, range=[0, most * 1.02 or 1], nticks=4, tickformat=",.0f", showgrid=False),
        yaxis=pixel_axis(height),
        annotations=notes,
    )
    twin = [{"Step": s.sentence, "Left out": s.left_out, "Remaining": s.remaining} for s in study.flow]
    return Chart(title, subtitle, spec, *tables.counts(twin))


def rung_name(rung: str) -> str:
    """A rung as people read it: "A: answered against unanswered"."""
    return RUNGS.get(rung, rung)


def is_raw(rung: Rung) -> bool:
    """Whether a rung's number is the difference as it is, without any adjustment."""
    return (
        isinstance(rung.estimate, Estimate)
        and isinstance(rung.naive, Estimate)
        and (
            (rung.estimate.value, rung.estimate.low, rung.estimate.high)
            == (rung.naive.value, rung.naive.low, rung.naive.high)
        )
    )


def _rung_row(rung: Rung, drawn: Unit, look: Look) -> Row:
    """A rung's row; one in another unit than the picture's keeps its number and has no mark."""
    unit = outcome_unit(rung.outcome)
    sizes = f", {fmt.count(rung.n_treated)} against {fmt.count(rung.n_control)}"
    of = f"{rung.population}{sizes if rung.n_treated or rung.n_control else ''}"
    if not isinstance(rung.estimate, Estimate):
        return Row(rung_name(rung.rung), fmt.DASH, under=f"{of}. {rung.estimate.sentence}")
    if unit != drawn:
        about = f"about {rung.outcome.replace('_', '-')} within {rung.horizon_days} days, not on this axis"
        shown = fmt.difference_text(rung.estimate, unit, look.currency)
        return Row(rung_name(rung.rung), shown, under=f"{of}; {about}")
    role = ADJUSTED if rung.rung in CAUSAL and rung.verdict != "not_causal" else DESCRIBED
    name = rung_name(rung.rung)
    marks = [_mark(name, rung.estimate, role, rung, look)]
    if is_raw(rung):
        marks = [_mark(name, rung.estimate, NAIVE, rung, look)]
    elif isinstance(rung.naive, Estimate):
        marks.insert(0, _mark(name, rung.naive, NAIVE, rung, look))
    return Row(name, fmt.difference_text(rung.estimate, unit, look.currency), tuple(marks), under=of)


def _mark(name: str, value: Estimate, role: Role, rung: Rung, look: Look) -> Mark:
    text = fmt.difference_text(value, outcome_unit(rung.outcome), look.currency)
    return Mark(value, role, hover(name, f"{role.name}: {text}", fmt.n_text(value.n)))


def _twins(rung: Rung) -> list[tables.Row]:
    """The rung as drawn: its estimate, and its raw gap only where there is an estimate to hold it against."""
    keys = {
        "Design": rung_name(rung.rung),
        "Population": rung.population,
        "Treated": rung.n_treated,
        "Control": rung.n_control,
    }
    unit = outcome_unit(rung.outcome)
    if is_raw(rung):
        return [tables.Row({**keys, "Step": NAIVE.name}, rung.estimate, unit, True)]
    rows = [tables.Row({**keys, "Step": ADJUSTED.name}, rung.estimate, unit, True)]
    if isinstance(rung.estimate, Estimate):
        rows.insert(0, tables.Row({**keys, "Step": NAIVE.name}, rung.naive, unit, True))
    return rows


def _balance_dots(shown: list[tuple[str, tuple[float, float]]], which: int, role: Role) -> Spec:
    name = ("Before weighting", "After weighting")[which]
    values = [Estimate(abs(pair[which]), abs(pair[which]), abs(pair[which]), 0, "SMD") for _, pair in shown]
    marks = [
        (Mark(value, role, hover(covariate, f"{name}: {value.value:.3f}")), float(i))
        for i, (value, (covariate, _)) in enumerate(zip(values, shown, strict=True))
    ]
    trace = dots(role, marks, "score")
    del trace["error_x"]
    return {**trace, "name": name, "showlegend": True}


def _balance_band(look: Look) -> Spec:
    return {
        "type": "rect",
        "layer": "below",
        "x0": 0,
        "x1": BALANCED,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"width": 0},
        "fillcolor": tint(look.ink.faint, 0.18),
    }


def _balanced(covariates: int, worst: float) -> str:
    if not covariates:
        return "Balance of the arms: cannot say. No covariate was compared."
    if worst <= BALANCED:
        return (
            f"After weighting the arms are alike on all {covariates} covariates: at most {worst:.2f} apart."
        )
    return f"The arms differ even after weighting: up to {worst:.2f} apart, {BALANCED} is accepted."


def _studied(study: Study) -> str:
    if not study.flow:
        return "Who is studied: cannot say. Nothing was counted."
    first, last = study.flow[0], study.flow[-1]
    total = first.remaining + first.left_out
    return f"{fmt.count(last.remaining)} of {fmt.count(total)} are studied; each step says who is left out."


def _bar(values: list[int], places: list[float], name: str, colour: str, pattern: str) -> Spec:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": values,
        "y": places,
        "width": 14,
        "marker": {"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
        "customdata": [f"{name}: {fmt.count(value)}" for value in values],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _written(flow: Sequence[Exclusion], look: Look) -> tuple[list[Spec], list[float], float]:
    """The steps' sentences and counts as notes, where their bars go, and the height of it all."""
    notes: list[Spec] = []
    places = []
    y = 0.0
    for step in flow:
        out = f"{fmt.count(step.left_out)} out, " if step.left_out else ""
        y = write(Row(step.sentence, f"{out}{fmt.count(step.remaining)} left"), y, look, notes)
        places.append(y + MARK / 2)
        y += MARK + GAP
    return notes, places, y

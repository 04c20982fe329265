"""The effect in parts: for whom it is larger, and how it wears off with the time people wait."""

from __future__ import annotations

from collections.abc import Sequence

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import extent, scale_of, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title, rule
from socialroi.charts.label import lines
from socialroi.charts.parts_words import takeaway_parts, takeaway_waits
from socialroi.charts.phrases import EVERYBODY, name_of
from socialroi.charts.roles import ADJUSTED, NEUTRAL, Role, arms_of
from socialroi.charts.rows import Mark, Row, dots, hover, panel, pixel_axis
from socialroi.charts.subtitles import said
from socialroi.charts.words import outcome_unit
from socialroi.result import Estimate, Part, Rung, Unit, Value

_TOGETHER = "all intervals of this picture hold together"
_HEIGHT = 280
#: Characters of tick labels that fit side by side on a phone.
_TICKS = 44


def parts_of(rung: Rung, by: str) -> tuple[Part, ...]:
    """The parts of a rung by one thing, in their order."""
    return tuple(part for part in rung.parts if part.by == by)


def parts_plot(rung: Rung, by: str, look: Look | None = None) -> Chart:
    """The effect in every part, the whole effect above them and as a dotted line through each row.

    At most `limits.SEGMENTS` parts are drawn; the table has all.
    """
    look = look or Look()
    unit = outcome_unit(rung.outcome)
    parts = parts_of(rung, by)
    drawn = parts[: limits.SEGMENTS]
    rows = [_whole(rung, look), *(_part(part, rung, look) for part in drawn)]
    body = panel(rows, unit, look)
    title = takeaway_parts(rung, by, look.currency)
    hidden = f"{len(parts) - len(drawn)} more in the table" if len(parts) > len(drawn) else ""
    what = f"Difference in {_outcome(rung)} by {by}; dotted: everybody; {_TOGETHER}"
    subtitle = said(what, rung.estimate, look, hidden)
    reached = extent([rung.estimate, *(part.value for part in drawn)], unit)
    whole = _drawn(rung.estimate, unit)
    spec = assemble(
        body.traces,
        title,
        subtitle,
        look,
        body.height,
        xaxis={**value_axis(reached, unit, look, difference=True), "showgrid": False},
        yaxis=pixel_axis(body.height),
        annotations=body.notes,
        shapes=[*body.tracks(look, 0.0), *([] if whole is None else body.ticks(look, whole))],
    )
    twin = [tables.Row(_keys(by, EVERYBODY, rung), rung.estimate, unit, True)]
    twin += [tables.Row(_keys(by, part.label, part), part.value, unit, True) for part in parts]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def wait_plot(rung: Rung, look: Look | None = None) -> Chart:
    """The effect of each waiting time against the longest one, from the shortest wait to the longer ones.

    The order of `rung.parts` is kept: it is that of the waits.
    """
    look = look or Look()
    unit = outcome_unit(rung.outcome)
    parts = parts_of(rung, "wait")
    title = takeaway_waits(rung, look.currency)
    what = f"Difference in {_outcome(rung)} against the longest wait; {_TOGETHER}"
    subtitle = said(what, None, look)
    reached = extent([part.value for part in parts], unit)
    spec = assemble(
        [_dose(parts, rung, look)],
        title,
        subtitle,
        look,
        _HEIGHT,
        bottom=86,
        xaxis=axis(
            look,
            range=[-0.5, max(len(parts), 1) - 0.5],
            showgrid=False,
            tickvals=list(range(len(parts))),
            ticktext=[_tick(part.label, len(parts)) for part in parts],
            tickangle=0,
            title=axis_title("Time until the answer", look),
        ),
        yaxis=value_axis(reached, unit, look, difference=True),
        shapes=[rule(look, x0=0, x1=1, xref="paper", y0=0, y1=0)],
    )
    twin = [tables.Row(_keys("Wait", part.label, part), part.value, unit, True) for part in parts]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def _whole(rung: Rung, look: Look) -> Row:
    against = _against(rung, rung)
    return _row(EVERYBODY, rung.estimate, against, NEUTRAL, _shown(rung.estimate, rung, look))


def _part(part: Part, rung: Rung, look: Look) -> Row:
    against = _against(part, rung)
    return _row(name_of(part.label), part.value, against, ADJUSTED, _shown(part.value, rung, look))


def _row(name: str, value: Value, against: str, role: Role, shown: str) -> Row:
    if not isinstance(value, Estimate):
        return Row(name, fmt.DASH, under=f"{against}. {value.sentence}")
    return Row(name, shown, (Mark(value, role, hover(name, shown, against)),), under=against)


def _shown(value: Value, rung: Rung, look: Look) -> str:
    return fmt.difference_text(value, outcome_unit(rung.outcome), look.currency)


def _against(sizes: Rung | Part, rung: Rung) -> str:
    """How many of either arm: "900 answered against 160 left unanswered"."""
    treated, control = (arm.name.lower() for arm in arms_of(rung.rung))
    return f"{fmt.count(sizes.n_treated)} {treated} against {fmt.count(sizes.n_control)} {control}"


def _dose(parts: Sequence[Part], rung: Rung, look: Look) -> Spec:
    """The known effects at their place along the waits, joined by a thin line where neighbours are known."""
    unit = outcome_unit(rung.outcome)
    known = [(i, part, part.value) for i, part in enumerate(parts) if isinstance(part.value, Estimate)]
    marks = []
    for i, part, value in known:
        shown = _shown(value, rung, look)
        n = fmt.n_text(part.n_treated + part.n_control)
        marks.append((Mark(value, ADJUSTED, hover(name_of(part.label), shown, n)), float(i)))
    trace = dots(ADJUSTED, marks, unit)
    across = {**trace["error_x"], "width": 0}
    del trace["error_x"]
    turned = {"x": trace["y"], "y": trace["x"], "error_y": across, "mode": "lines+markers"}
    return {**trace, **turned, "line": {"color": ADJUSTED.colour, "width": 1.5, "dash": "dot"}}


def _tick(name: str, places: int) -> str:
    """A wait's name over as many lines as it takes to stand beside its neighbours."""
    return "<br>".join(lines(name_of(name), max(6, _TICKS // max(1, places)))[:3])


def _keys(by: str, name: str, sizes: Rung | Part) -> dict[str, object]:
    return {by.capitalize(): name_of(name), "Treated": sizes.n_treated, "Control": sizes.n_control}


def _drawn(value: Value, unit: Unit) -> float | None:
    return value.value * scale_of(unit) if isinstance(value, Estimate) else None


def _outcome(rung: Rung) -> str:
    return f"{rung.outcome.replace('_', '-')} within {rung.horizon_days} days"

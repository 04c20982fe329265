"""A reading by segment, and how survey answers are spread."""

from __future__ import annotations

from collections.abc import Mapping

from socialroi import limits
from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import extent, scale_of, value_axis
from socialroi.charts.house import Chart, Look, Spec, assemble, axis, axis_title
from socialroi.charts.phrases import EVERYBODY, name_of, plural
from socialroi.charts.roles import NEUTRAL, Role, role_of
from socialroi.charts.rows import Mark, Row, hover, panel, pixel_axis
from socialroi.charts.subtitles import said
from socialroi.charts.words import takeaway_by
from socialroi.result import Definition, Estimate, Reading, Value

#: The shares of a scale's answers that count as its easy and its difficult end, from the top.
_EASY, _DIFFICULT, _BETWEEN = "#0072B2", "#D55E00", "#808080"


def interval_bars(reading: Reading, look: Look | None = None, by: str = "segment") -> Chart:
    """A reading by segment: one row each with its interval, the overall value as a dashed line.

    Rows come in the reading's order, at most `limits.SEGMENTS` + 1 of them; the table has all.
    """
    look = look or Look()
    definition = reading.definition
    everything = {EVERYBODY: reading.value, **reading.by}
    drawn = dict(list(everything.items())[: limits.SEGMENTS + 2])
    rows = [_row(name, value, definition, look, place) for place, (name, value) in enumerate(drawn.items())]
    body = panel(rows, definition.unit, look)
    title = takeaway_by(reading, by, look.currency)
    subtitle = said(
        f"{definition.name} by {plural(by)[:-1]}", reading.value, look, _left_out(everything, drawn)
    )
    reached = extent(drawn.values(), definition.unit)
    spec = assemble(
        body.traces,
        title,
        subtitle,
        look,
        body.height,
        xaxis={**value_axis(reached, definition.unit, look, log=True), "showgrid": False},
        yaxis=pixel_axis(body.height),
        annotations=body.notes,
        shapes=body.tracks(look, _overall(reading.value, definition), dash="dot"),
    )
    twin = [
        tables.Row({by.capitalize(): name_of(name)}, value, definition.unit)
        for name, value in everything.items()
    ]
    return Chart(title, subtitle, spec, tables.table(twin, look.currency), tables.tidy(twin, look.currency))


def score_distribution(
    definition: Definition,
    counts: Mapping[float, int],
    look: Look | None = None,
    *,
    easy: tuple[float, ...] = (),
    difficult: tuple[float, ...] = (),
) -> Chart:
    """Survey answers by score: one bar from zero each, with its share.

    `counts` holds every score of the scale, also those nobody gave. `easy` and `difficult` are the
    scores at the good and the bad end, which get their own colour and pattern.
    """
    look = look or Look()
    total = sum(counts.values())
    scores = sorted(counts)
    shares = [counts[score] / total if total else 0.0 for score in scores]
    title = _spread(definition, counts, easy, difficult)
    subtitle = said(
        f"{definition.name}: share of answers by score", None, look, fmt.n_text(total), level=False
    )
    names = {"tickvals": list(range(len(scores))), "ticktext": [f"{score:g}" for score in scores]}
    spec = assemble(
        [_score_bars(scores, shares, counts, easy, difficult)],
        title,
        subtitle,
        look,
        220,
        bottom=52,
        bargap=0.25,
        xaxis=axis(look, title=axis_title("Score", look), **names),
        yaxis=axis(look, range=[0, max(shares, default=0) * 118 or 1], ticksuffix="%", nticks=4),
    )
    known = total > 0
    twin = [
        {"Score": score, "Answers": counts[score], "Share": round(share, 6) if known else None}
        for score, share in zip(scores, shares, strict=True)
    ]
    return Chart(title, subtitle, spec, *tables.counts(twin))


def _row(name: str, value: Value, definition: Definition, look: Look, place: int) -> Row:
    shown = fmt.value_text(value, definition.unit, look.currency)
    if not isinstance(value, Estimate):
        return Row(name_of(name), fmt.DASH, under=value.sentence)
    role = Role(EVERYBODY, look.ink.faint, "line-ns-open", "dash") if place == 0 else _role(name)
    mark = Mark(value, role, hover(name_of(name), shown, fmt.n_text(value.n)))
    return Row(name_of(name), f"{shown}, {fmt.n_text(value.n)}", (mark,))


def _role(name: str) -> Role:
    """The study's groups keep their colour and shape; the names tell all others apart."""
    role = role_of(name)
    return role if role.name else NEUTRAL


def _overall(value: Value, definition: Definition) -> float | None:
    return value.value * scale_of(definition.unit) if isinstance(value, Estimate) else None


def _left_out(everything: Mapping[str, Value], drawn: Mapping[str, Value]) -> str:
    more = len(everything) - len(drawn)
    return f"{more} more in the table" if more else ""


def _score_bars(
    scores: list[float],
    shares: list[float],
    counts: Mapping[float, int],
    easy: tuple[float, ...],
    difficult: tuple[float, ...],
) -> Spec:
    ends = [("easy" if s in easy else "difficult" if s in difficult else "") for s in scores]
    colours = {"easy": _EASY, "difficult": _DIFFICULT, "": _BETWEEN}
    return {
        "type": "bar",
        "x": list(range(len(scores))),
        "y": [share * 100 for share in shares],
        "marker": {
            "color": [colours[end] for end in ends],
            "pattern": {"shape": ["/" if end == "difficult" else "" for end in ends], "solidity": 0.35},
        },
        "text": [f"{share:.0%}" for share in shares],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [f"Score {s:g}: {fmt.count(counts[s])} answers" for s in scores],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _spread(
    definition: Definition, counts: Mapping[float, int], easy: tuple[float, ...], difficult: tuple[float, ...]
) -> str:
    total = sum(counts.values())
    if not total:
        return f"{definition.name}: nobody has answered yet."
    if not (easy or difficult):
        score = max(counts, key=lambda s: counts[s])
        share = fmt.number(counts[score] / total, "share")
        return f"{share} of the answers are {score:g}, the most common score."
    good, bad = (
        fmt.number(sum(counts.get(s, 0) for s in side) / total, "share") for side in (easy, difficult)
    )
    return f"{good} of the answers are at the good end of the scale, {bad} at the bad end."

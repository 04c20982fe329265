"""What answering is worth: the money in parts that add up, and the effect from which it pays.

The parts are drawn end to end, because they add up to the margin to the cent; what a model expects
later is hatched; what is attributed and not caused has a plot of its own and cannot be added to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from socialroi.charts import format as fmt
from socialroi.charts import tables
from socialroi.charts.axes import extent, scale_of, value_axis
from socialroi.charts.house import TEXT_SIZE, Chart, Look, Spec, assemble, note, rule
from socialroi.charts.label import label
from socialroi.charts.roles import ADJUSTED, tint
from socialroi.charts.rows import GAP, MARK, Mark, Row, hover, panel, pixel_axis, write
from socialroi.charts.subtitles import said
from socialroi.charts.worth_words import counted, takeaway_breakeven, takeaway_worth
from socialroi.result import Bar, Estimate, Value, Worth

#: How a bar says what its number rests on: in words, and as a pattern of its own.
STATUS = {"measured": "Measured", "modelled": "Modelled", "unknown": "Not known"}
_PATTERNS = {"measured": "", "modelled": "/", "unknown": "."}
#: The parts' keys, as people read them.
_NAMES = {
    "repurchase": "Second orders",
    "retention": "Later orders",
    "upsell": "Larger orders (upsell)",
    "cross_sell": "New categories (cross-sell)",
    "residual": "After the follow-up",
    "leads": "New customers (leads)",
    "referrals": "Referred customers",
}
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#808080"
TOGETHER, COST = "Together", "What an answer costs"
_HEADER, _BETWEEN, _AXIS = 26, 30, 34
#: Room left of zero, as a share of the axis, so that its label is not cut off.
_ROOM = 0.08
#: Under the one line of the break-even: room for its words.
_WORDS = 26


@dataclass(frozen=True, slots=True)
class _Strip:
    """One bar as drawn: its name and number, where it starts, what it explains, colour and pattern."""

    name: str
    value: Value
    under: str
    start: float = 0.0
    colour: str = _BLUE
    pattern: str = ""


def worth_bars(worth: Worth, look: Look | None = None) -> Chart:
    """The margin of an answered conversation in its parts, its cost, and beside them what is not added.

    Every part starts where the one before it ended; their sum and the cost start at zero.
    """
    look = look or Look()
    title = takeaway_worth(worth)
    subtitle = said(_drawn(worth), worth.margin, look)
    upper = list(_stacked(worth))
    beside = [_strip(bar, 0.0) for bar in worth.beside]
    spec = _sheet(worth, upper, beside, (title, subtitle), look)
    twin = list(_twin(worth))
    currency = worth.currency
    return Chart(title, subtitle, spec, tables.table(twin, currency), tables.tidy(twin, currency))


def bar_name(bar: Bar) -> str:
    """A part's name as people read it."""
    return _NAMES.get(bar.name, bar.name)


def breakeven_plot(worth: Worth, look: Look | None = None) -> Chart:
    """What the data allow the effect to be, and the effect from which an answer pays, on one line."""
    look = look or Look()
    title = takeaway_breakeven(worth)
    what = (
        f"Effect of an answer on retention within {worth.horizon_days} days; upright line: pays from there on"
    )
    subtitle = said(what, worth.effect, look)
    body = panel([_allowed(worth.effect)], "share", look)
    # without an effect its row has no line of its own: the threshold gets one
    strip = body.height + MARK * (not isinstance(worth.effect, Estimate))
    height = strip + _WORDS * isinstance(worth.breakeven_effect, Estimate)
    span = value_axis(extent((worth.effect, worth.breakeven_effect), "share"), "share", look, difference=True)
    spec = assemble(
        body.traces,
        title,
        subtitle,
        look,
        height,
        xaxis={**span, "showgrid": False},
        yaxis=pixel_axis(height),
        annotations=[*body.notes, *_pays(worth.breakeven_effect, span, height, look)],
        shapes=[*body.tracks(look, 0.0), *_threshold(worth.breakeven_effect, strip, look)],
    )
    names = ("What the data allow", "An answer pays from")
    values = (worth.effect, worth.breakeven_effect)
    twin = [tables.Row({"What": n}, v, "share", True) for n, v in zip(names, values, strict=True)]
    return Chart(title, subtitle, spec, tables.table(twin), tables.tidy(twin))


def _allowed(value: Value) -> Row:
    name = "What the data allow"
    if not isinstance(value, Estimate):
        return Row(name, fmt.DASH, under=value.sentence)
    shown = fmt.difference_text(value, "share")
    return Row(name, shown, (Mark(value, ADJUSTED, hover(name, shown, fmt.n_text(value.n))),))


def _threshold(value: Value, height: int, look: Look) -> list[Spec]:
    """The effect from which an answer pays: a dashed line, and its interval as a band behind it."""
    if not isinstance(value, Estimate):
        return []
    scale = scale_of("share")
    ends = {"y0": height - GAP - MARK, "y1": height + 2, "yref": "y", "xref": "x"}
    band = {
        "type": "rect",
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": tint(_ORANGE, 0.25),
        "x0": value.low * scale,
        "x1": value.high * scale,
    }
    line = {"color": _ORANGE, "width": 2}
    return [band | ends, rule(look, x0=value.value * scale, x1=value.value * scale, **ends, line=line)]


def _pays(value: Value, span: Spec, height: int, look: Look) -> list[Spec]:
    """The threshold's words, on the side of its line that has room."""
    if not isinstance(value, Estimate):
        return []
    x = value.value * scale_of("share")
    right = x > sum(span["range"]) / 2
    text = label(f"Pays from here: {fmt.difference_text(value, 'share')}", 80)
    side = {"xanchor": "right", "xshift": 4} if right else {"xanchor": "left", "xshift": -4}
    place = {"x": x, "xref": "x", "y": height, "yref": "y", "yanchor": "bottom"}
    return [note(text, look, **place, font={"size": TEXT_SIZE, "color": look.ink.text}) | side]


def _stacked(worth: Worth) -> Iterator[_Strip]:
    """The parts end to end, their sum, what may come later, and the cost.

    Without a sum there are no parts: the reason is said once and not with every one of them.
    """
    if isinstance(worth.margin, Estimate):
        reached = 0.0
        for bar in worth.bars:
            yield _strip(bar, reached)
            reached += bar.value.value if isinstance(bar.value, Estimate) else 0.0
    yield _Strip(TOGETHER, worth.margin, f"{_whole(worth)} {fmt.reason(worth.margin)}")
    if isinstance(worth.margin, Estimate):
        yield _strip(worth.residual, worth.margin.value)
    each = f"Per answered conversation. {fmt.reason(worth.cost)}"
    yield _Strip(COST, worth.cost, each, colour=_GREY)


def _whole(worth: Worth) -> str:
    what = counted(worth)
    return f"{what[:1].upper()}{what[1:]} within {worth.horizon_days} days, per answered conversation."


def _strip(bar: Bar, start: float) -> _Strip:
    why = fmt.reason(bar.value)
    explained = bar.sentence if why in bar.sentence else f"{bar.sentence} {why}"
    return _Strip(
        bar_name(bar),
        bar.value,
        f"{STATUS[bar.status]}. {explained}",
        start,
        pattern=_PATTERNS[bar.status],
    )


def _sheet(
    worth: Worth, upper: Sequence[_Strip], lower: Sequence[_Strip], heading: tuple[str, str], look: Look
) -> Spec:
    """The parts on one axis; under them, on an axis of their own, what stands beside."""
    top, bottom = _panel(upper, worth, look, ""), _panel(lower, worth, look, "2")
    tall, short = top.height + _HEADER, bottom.height + _HEADER if lower else 0
    height = tall + (_AXIS + _BETWEEN + short if lower else 0)
    split = short / height
    high = [split + (_AXIS + _BETWEEN) / height if lower else 0.0, 1.0]
    axes: Spec = {
        "xaxis": {**_money_axis(upper, worth, look), "anchor": "y", "domain": [0, 1]},
        "yaxis": pixel_axis(tall, domain=high, anchor="x"),
    }
    heads = [_header("Adds up", "", look)]
    if lower:
        axes["xaxis2"] = {**_money_axis(lower, worth, look), "anchor": "y2", "domain": [0, 1]}
        axes["yaxis2"] = pixel_axis(short, domain=[0.0, split], anchor="x2")
        heads.append(_header("Beside it, not added", "2", look))
    return assemble(
        [*top.traces, *bottom.traces],
        *heading,
        look,
        height,
        barmode="overlay",
        **axes,
        shapes=[*top.shapes, *bottom.shapes],
        annotations=[*top.notes, *bottom.notes, *heads],
    )


@dataclass(frozen=True, slots=True)
class _Bars:
    """What strips become: traces, notes, shapes and the height in pixels."""

    traces: list[Spec]
    notes: list[Spec]
    shapes: list[Spec]
    height: int


def _panel(strips: Sequence[_Strip], worth: Worth, look: Look, axes: str) -> _Bars:
    traces: list[Spec] = []
    notes: list[Spec] = []
    shapes: list[Spec] = []
    y = float(_HEADER)
    for strip in strips:
        shown = fmt.value_text(strip.value, "money", worth.currency)
        y = write(Row(strip.name, shown, under=strip.under), y, look, notes, axes)
        if isinstance(strip.value, Estimate):
            bar = _bar(strip, strip.value, y + MARK / 2, look)
            traces.append(
                {**bar, "xaxis": f"x{axes}", "yaxis": f"y{axes}", "customdata": [hover(strip.name, shown)]}
            )
            shapes.append(_zero(y, look, axes))
            y += MARK
        y += GAP
    return _Bars(traces, notes, shapes, round(y) - _HEADER)


def _bar(strip: _Strip, value: Estimate, y: float, look: Look) -> Spec:
    fill = {"color": strip.colour, "pattern": {"shape": strip.pattern, "solidity": 0.35}}
    return {
        "type": "bar",
        "orientation": "h",
        "name": label(strip.name),
        "x": [value.value],
        "y": [y],
        "base": [strip.start],
        "width": 14,
        "marker": fill,
        "error_x": _whisker(value, look),
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _whisker(value: Estimate, look: Look) -> Spec:
    """The interval at the bar's end; what is known exactly has none."""
    return {
        "type": "data",
        "visible": value.low < value.high,
        "symmetric": False,
        "array": [value.high - value.value],
        "arrayminus": [value.value - value.low],
        "color": look.ink.text,
        "thickness": 1.5,
        "width": 3,
    }


def _zero(y: float, look: Look, axes: str) -> Spec:
    ends = {"x0": 0, "x1": 0, "y0": y - 2, "y1": y + MARK + 2}
    return rule(look, **ends, xref=f"x{axes}", yref=f"y{axes}")


def _money_axis(strips: Sequence[_Strip], worth: Worth, look: Look) -> Spec:
    """An axis over all bars with their intervals, from or across zero."""
    reached = [
        strip.start + end
        for strip in strips
        if isinstance(strip.value, Estimate)
        for end in (strip.value.low, strip.value.value, strip.value.high, 0.0)
    ]
    drawn = value_axis(reached, "money", replace(look, currency=worth.currency), zero=True)
    if reached:
        low, high = drawn["range"]
        drawn["range"] = [min(low, -_ROOM * (high - low)), high]
    return {**drawn, "showgrid": False}


def _header(text: str, axes: str, look: Look) -> Spec:
    place = {"x": 0, "xref": f"x{axes} domain", "y": 1, "yref": f"y{axes} domain", "yanchor": "top"}
    return note(f"<b>{text}</b>", look, **place)


def _twin(worth: Worth) -> Iterator[tables.Row]:
    for bar in worth.bars:
        yield _row(bar, "adds up")
    whole = {"Counted": "sum", "Known how": "", "Explained": _whole(worth)}
    yield tables.Row({"What": TOGETHER, **whole}, worth.margin, "money")
    yield _row(worth.residual, "after the follow-up")
    yield tables.Row({"What": COST, **whole, "Counted": "cost", "Explained": ""}, worth.cost, "money")
    for bar in worth.beside:
        yield _row(bar, "beside, not added")


def _row(bar: Bar, counted: str) -> tables.Row:
    known = STATUS[bar.status].lower()
    keys = {"What": bar_name(bar), "Counted": counted, "Known how": known, "Explained": bar.sentence}
    return tables.Row(keys, bar.value, "money")


def _drawn(worth: Worth) -> str:
    what = counted(worth)
    return (
        f"{what[:1].upper()}{what[1:]} per answered conversation over {worth.horizon_days} days in parts "
        "that add up, and its cost; solid: measured, hatched: modelled"
    )

"""The shape of a metric's last year on a card: a small drawing that needs no chart engine.

One column a period, from zero; a period that is still filling is hatched, one without a number is a gap.
It carries no axis: the card beside it says the number, the page behind it draws the whole.
"""

from __future__ import annotations

from socialroi.charts import format as fmt
from socialroi.charts.house import Theme
from socialroi.charts.roles import NEUTRAL
from socialroi.result import Estimate, Point, Series

PERIODS = 12
_WIDTH, _HEIGHT, _GAP = 240, 44, 3
#: The line that zero stands on, on each ground.
_FLOOR: dict[Theme, str] = {"light": "#8a919e", "dark": "#8a919e"}


def trend(series: Series, theme: Theme = "light") -> str:
    """The last periods as an SVG picture; empty where fewer than two have a number."""
    points = series.points[-PERIODS:]
    known = [point.value.value for point in points if isinstance(point.value, Estimate)]
    if len(known) < 2:
        return ""
    top, bottom = max(0.0, *known), min(0.0, *known)
    scale = (_HEIGHT - 2) / ((top - bottom) or 1.0)
    width = _WIDTH / len(points)
    columns = "".join(_column(p, i * width, width, top, scale) for i, p in enumerate(points))
    floor = 1 + top * scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}">{_hatch()}{columns}<line x1="0" x2="{_WIDTH}" y1="{floor:.1f}" y2="{floor:.1f}" '
        f'stroke="{_FLOOR[theme]}" stroke-width="1"/></svg>'
    )


def trend_words(series: Series, currency: str | None = None) -> str:
    """The same in words, for whoever does not see it."""
    points = [point for point in series.points[-PERIODS:] if isinstance(point.value, Estimate)]
    if len(points) < 2:
        return ""
    said = ", ".join(f"{fmt.month(p.start)} {_said(p, series, currency)}" for p in points)
    return f"{series.definition.name} by month: {said}."


def _said(point: Point, series: Series, currency: str | None) -> str:
    assert isinstance(point.value, Estimate)
    shown = fmt.number(point.value.value, series.definition.unit, currency)
    return shown if point.complete else f"{shown} (still filling)"


def _column(point: Point, left: float, width: float, top: float, scale: float) -> str:
    if not isinstance(point.value, Estimate):
        return ""
    value = point.value.value
    height = max(1.0, abs(value) * scale)
    above = 1 + (top - max(value, 0.0)) * scale
    fill = NEUTRAL.colour if point.complete else "url(#filling)"
    edge = "" if point.complete else f' stroke="{NEUTRAL.colour}"'
    return (
        f'<rect x="{left + _GAP / 2:.1f}" y="{above:.1f}" width="{width - _GAP:.1f}" height="{height:.1f}" '
        f'fill="{fill}"{edge}/>'
    )


def _hatch() -> str:
    return (
        '<defs><pattern id="filling" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="5" stroke="{NEUTRAL.colour}" '
        'stroke-width="2"/></pattern></defs>'
    )

"""A picture of what comes out, for whoever has loaded nothing yet: an example, drawn here and said to be one.

It holds invented numbers and no name, so it may be shown as it is.
"""

from __future__ import annotations

from socialroi.charts.house import FONT, INKS, Theme
from socialroi.charts.roles import ADJUSTED, NAIVE

ALT = (
    "An example of the answer: a card says Better, 7.6 points more customers order again when they are "
    "answered, 95% interval 2.4 to 12.8; beside it the same as a point with its interval right of zero, "
    "and the larger difference that is seen before like is compared with like."
)
_WIDTH, _HEIGHT = 500, 190
#: Where zero stands and how many pixels a point of difference takes.
_ZERO, _POINT = 302, 12


def preview(theme: Theme = "light") -> str:
    """The picture as SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f"height=\"{_HEIGHT}\" font-family='{FONT}'>{_card(theme)}{_scale(theme)}</svg>"
    )


def _card(theme: Theme) -> str:
    ink = INKS[theme]
    return (
        f'<rect x="1" y="1" width="256" height="188" rx="8" fill="none" stroke="{ink.grid}"/>'
        + _text(14, 34, "Is it real?", ink.text, 18, bold=True)
        + f'<rect x="14" y="48" width="58" height="24" rx="4" fill="none" stroke="{ADJUSTED.colour}"/>'
        + _text(22, 65, "Better", ink.text, 14)
        + _text(14, 116, "+7.6 pp", ink.text, 34)
        + _text(14, 142, "order again when they are answered", ink.faint, 14)
        + _text(14, 166, "95% interval 2.4 to 12.8. Example.", ink.faint, 14)
    )


def _scale(theme: Theme) -> str:
    ink = INKS[theme]
    line = f'<line x1="{_ZERO}" x2="{_ZERO}" y1="14" y2="160" stroke="{ink.zero}" stroke-dasharray="4 3"/>'
    naive, adjusted = _ZERO + 15 * _POINT, _ZERO + 7.6 * _POINT
    return (
        line
        + _text(_ZERO, 180, "no difference", ink.faint, 14, middle=True)
        + _text(_ZERO + 14, 34, "As seen", ink.text, 15)
        + f'<path d="M{naive} 50l8 8l-8 8l-8-8z" fill="none" stroke="{NAIVE.colour}" stroke-width="2"/>'
        + _text(_ZERO + 14, 100, "Like with like", ink.text, 15)
        + f'<line x1="{_ZERO + 2.4 * _POINT}" x2="{_ZERO + 12.8 * _POINT}" y1="124" y2="124" '
        f'stroke="{ADJUSTED.colour}" stroke-width="3"/>'
        + f'<circle cx="{adjusted}" cy="124" r="8" fill="{ADJUSTED.colour}"/>'
    )


def _text(
    x: float, y: float, words: str, colour: str, size: int, *, bold: bool = False, middle: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}"{weight}{anchor}>{words}</text>'

"""Charts made of rows: a name, its number in words, and marks with their intervals beneath.

The name stands above its marks instead of beside them, so that a phone of 390 pixels gives the whole
width to both. The y axis of the plot is in pixels, top down: a position is what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from socialroi.charts.axes import scale_of
from socialroi.charts.house import SMALL_SIZE, TEXT_SIZE, Look, Spec, note, rule
from socialroi.charts.label import label, lines
from socialroi.charts.roles import Role
from socialroi.result import Estimate, Unit

_LINE, MARK, GAP = 17, 18, 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One dot with its interval: what it is, how it is drawn, and what the pointer shows."""

    value: Estimate
    role: Role
    hover: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its name (text of anybody), its number in our words, its marks, and why there are none."""

    name: str
    shown: str
    marks: tuple[Mark, ...] = ()
    under: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """What rows become: traces, notes, where their marks lie (top, bottom), and the height in pixels."""

    traces: list[Spec]
    notes: list[Spec]
    strips: list[tuple[float, float]]
    height: int

    def tracks(self, look: Look, reference: float | None, axes: str = "", dash: str = "solid") -> list[Spec]:
        """A faint line under every mark, and the reference value (drawn units) as a tick across each row.

        Not one line through the whole plot: it would run through the rows' names.
        """
        return [
            shape
            for top, bottom in self.strips
            for shape in (
                *_tracks(top, bottom, look, axes),
                *_tick((top, bottom), reference, look, axes, dash),
            )
        ]

    def ticks(self, look: Look, reference: float, axes: str = "", dash: str = "dot") -> list[Spec]:
        """A second reference value (drawn units), as a tick across each row."""
        return [tick for strip in self.strips for tick in _tick(strip, reference, look, axes, dash)]


def panel(rows: Sequence[Row], unit: Unit, look: Look, *, axes: str = "", top: int = 0) -> Panel:
    """Rows from `top` pixels down on the axes x{axes} and y{axes}."""
    notes: list[Spec] = []
    placed: dict[Role, list[tuple[Mark, float]]] = {}
    strips = []
    y = float(top)
    for row in rows:
        y = write(row, y, look, notes, axes)
        if row.marks:
            strips.append((y, y + MARK * len(row.marks)))
        for mark in row.marks:
            placed.setdefault(mark.role, []).append((mark, y + MARK / 2))
            y += MARK
        y += GAP
    traces = [dots(role, marks, unit, axes) for role, marks in placed.items()]
    return Panel(traces, notes, strips, round(y - top))


def dots(role: Role, marks: Sequence[tuple[Mark, float]], unit: Unit, axes: str = "") -> Spec:
    """One role's marks as one trace: markers with asymmetric intervals along x."""
    scale = scale_of(unit)
    values = [mark.value for mark, _ in marks]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": role.name,
        "x": [v.value * scale for v in values],
        "y": [y for _, y in marks],
        "xaxis": f"x{axes}",
        "yaxis": f"y{axes}",
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(v.high - v.value) * scale for v in values],
            "arrayminus": [(v.value - v.low) * scale for v in values],
            "color": role.colour,
            "thickness": 2,
            "width": 0,
        },
        "marker": {
            "color": role.colour,
            "symbol": role.symbol,
            "size": 10,
            "line": {"width": 2, "color": role.colour},
        },
        "customdata": [mark.hover for mark, _ in marks],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def pixel_axis(height: float, **settings: object) -> Spec:
    """A y axis whose values are pixels from the top of the plot."""
    return {"range": [height, 0], "visible": False, "fixedrange": True, "autorange": False, **settings}


def hover(name: str, shown: str, n: str = "") -> str:
    """What the pointer shows, escaped: name, number, n."""
    parts = (f"<b>{label(name)}</b>", label(shown, 80), label(n) if n else "")
    return "<br>".join(part for part in parts if part)


def write(row: Row, y: float, look: Look, notes: list[Spec], axes: str = "") -> float:
    """Add a row's name and number at `y` to `notes`; where its marks begin is returned."""
    ink = look.ink
    width = look.characters[2]
    names = lines(row.name, width) or [label("")]
    texts = [(line, ink.text, TEXT_SIZE) for line in names]
    if len(names) > 1 or len(row.name) + len(row.shown) > width:
        texts.append((label(row.shown, 80), ink.text, TEXT_SIZE))
    else:
        right = note(label(row.shown, 80), look, **_at(y, axes), font={"size": TEXT_SIZE, "color": ink.text})
        notes.append({**right, "x": 1, "xanchor": "right"})
    texts += [(line, ink.faint, SMALL_SIZE) for line in lines(row.under, look.characters[1])]
    for text, colour, size in texts:
        notes.append(note(text, look, **_at(y, axes), x=0, font={"size": size, "color": colour}))
        y += _LINE
    return y


def _tracks(top: float, bottom: float, look: Look, axes: str) -> list[Spec]:
    line = {"color": look.ink.grid, "width": 1}
    middles = [top + MARK / 2 + MARK * i for i in range(round((bottom - top) / MARK))]
    across = {"x0": 0, "x1": 1, "xref": f"x{axes} domain", "yref": f"y{axes}"}
    return [rule(look, **across, y0=y, y1=y, line=line) for y in middles]


def _tick(
    strip: tuple[float, float], reference: float | None, look: Look, axes: str, dash: str
) -> list[Spec]:
    if reference is None:
        return []
    line = {"color": look.ink.zero, "width": 1.5, "dash": dash}
    ends = {"x0": reference, "x1": reference, "y0": strip[0] + 1, "y1": strip[1]}
    return [rule(look, **ends, xref=f"x{axes}", yref=f"y{axes}", line=line)]


def _at(y: float, axes: str) -> Spec:
    return {"xref": f"x{axes} domain", "yref": f"y{axes}", "y": y, "yanchor": "top"}

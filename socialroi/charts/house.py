"""The house style: one look for every figure, on both grounds, from 390 pixels up.

Colours are explicit per role because a figure is drawn on a light and on a dark page, in a report and
on a slide (`roles`). Title and legend never meet: the legend is below the plot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pandas as pd

from socialroi import limits
from socialroi.charts.label import lines

Spec = dict[str, Any]
Theme = Literal["light", "dark"]

#: Streamlit's own face where it is loaded, then what the machine has; never a serif fallback.
FONT = '"Source Sans", "Source Sans Pro", "Segoe UI", Roboto, Arial, "Liberation Sans", sans-serif'
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 17, 13, 12
#: Characters to a line of title, subtitle and row: on a phone of 390 pixels, and from 800 pixels up.
NARROW, WIDE = (42, 56, 46), (92, 120, 105)


@dataclass(frozen=True, slots=True)
class Ink:
    """What text and rules are drawn in on one ground."""

    ground: str
    text: str
    faint: str
    grid: str
    zero: str


INKS: dict[Theme, Ink] = {
    "light": Ink(ground="#ffffff", text="#1f2430", faint="#555d6b", grid="#e3e6ea", zero="#555d6b"),
    "dark": Ink(ground="#0e1117", text="#fafafa", faint="#b4bac5", grid="#2d323c", zero="#b4bac5"),
}


@dataclass(frozen=True, slots=True)
class Dated:
    """What happened on a day, in the reporting zone; `label` is a stranger's text."""

    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a figure depends on besides its data; hashable, so it can be part of a cache key.

    `currency` is the ISO code for money, `population` says of whom the numbers are ("customers who
    first ordered by 1 Mar 2026"). `titled=False` leaves title and subtitle to the page. `wide` breaks
    lines for at least 800 pixels, for slides and paper; without it they fit a phone. `dated` is what
    charts over time mark, oldest first.
    """

    theme: Theme = "light"
    currency: str | None = None
    population: str = ""
    titled: bool = True
    wide: bool = False
    dated: tuple[Dated, ...] = ()

    @property
    def ink(self) -> Ink:
        """Text and rule colours for this ground."""
        return INKS[self.theme]

    @property
    def characters(self) -> tuple[int, int, int]:
        """Characters to a line of title, subtitle and row."""
        return WIDE if self.wide else NARROW


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its sentence and its tables; the spec is shared by caches and never changed.

    `takeaway` and `subtitle` are plain text and may quote data: pass them through `ui.safe` before they
    meet Markdown. `table` is for reading, `tidy` for export, both row for row what is drawn, and more
    where the picture is capped.
    """

    takeaway: str
    subtitle: str
    spec: Spec
    table: pd.DataFrame = field(compare=False)
    tidy: pd.DataFrame = field(compare=False)

    @property
    def alt(self) -> str:
        """What a screen reader says instead of the picture."""
        return f"{self.takeaway} {self.subtitle}."

    @property
    def height(self) -> int:
        """Pixels from top to bottom. A page outside streamlit gives its box this height.

        (plotly forgets `layout.height` when the window changes and fills its box instead.)
        """
        return int(self.spec["layout"]["height"])

    def figure(self) -> Any:
        """The spec as a validated plotly Figure, for the report and for image export."""
        import plotly.graph_objects as go

        return go.Figure(self.spec)


def config(name: str = "chart") -> Spec:
    """Plotly's settings for every figure, on a page or exported: one button, PNG, and no way out.

    plotly 7 otherwise adds a button that sends the figure, data included, to its maker's cloud.
    """
    return {
        "displaylogo": False,
        "responsive": True,
        "modeBarButtons": [["toImage"]],
        "modeBarButtonsToRemove": ["sendChartToCloud"],
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "scrollZoom": False,
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": slug(name)},
    }


def slug(name: str) -> str:
    """A file name made of plain letters, whatever was typed."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "chart"


def assemble(traces: list[Spec], title: str, subtitle: str, look: Look, height: int, **layout: Any) -> Spec:
    """One figure as one dict: the house layout with a chart's own axes, shapes and notes on it.

    `height` is that of the plot area; title, subtitle and the `bottom` margin are added to it; `left` and
    `right` margins grow by themselves for tick labels.
    Raises ValueError above `limits.MARKS` marks: a builder must thin before it draws.
    """
    drawn = marks(traces)
    if drawn > limits.MARKS:
        raise ValueError(f"{drawn} marks in one chart; at most {limits.MARKS} are sent to a browser")
    heading = _heading(title, subtitle, look) if look.titled else {}
    top = _top(title, subtitle, look) if look.titled else 16
    bottom = layout.pop("bottom", 44)
    left, right = layout.pop("left", 8), layout.pop("right", 16)
    return {
        "data": traces,
        "layout": {
            **_base(look),
            **heading,
            "height": height + top + bottom,
            "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
            **layout,
        },
    }


def marks(traces: list[Spec]) -> int:
    """How many things the browser draws: points, bars, cells."""
    return sum(_marks_of(trace) for trace in traces)


def axis(look: Look, **settings: Any) -> Spec:
    """An axis in house style: thin grid, no frame, labels that make room for themselves."""
    ink = look.ink
    return {
        "gridcolor": ink.grid,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "tickfont": {"size": SMALL_SIZE, "color": ink.faint},
        "fixedrange": True,
        **settings,
    }


def axis_title(text: str, look: Look) -> Spec:
    """An axis title in house style, already escaped text expected."""
    return {"text": text, "font": {"size": SMALL_SIZE, "color": look.ink.faint}, "standoff": 8}


def note(text: str, look: Look, **settings: Any) -> Spec:
    """An annotation without arrow, left aligned, in escaped text."""
    return {
        "text": text,
        "showarrow": False,
        "align": "left",
        "xanchor": "left",
        "font": {"size": SMALL_SIZE, "color": look.ink.faint},
        **settings,
    }


def rule(look: Look, **settings: Any) -> Spec:
    """A thin reference line."""
    return {"type": "line", "layer": "below", "line": {"color": look.ink.zero, "width": 1}, **settings}


def legend_below() -> Spec:
    """The legend under the plot: above it, it would collide with the subtitle."""
    return {
        "orientation": "h",
        "xref": "container",
        "x": 0.02,
        "xanchor": "left",
        "yref": "container",
        "y": 0.01,
        "yanchor": "bottom",
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
    }


def _marks_of(trace: Spec) -> int:
    if "z" in trace:
        return sum(len(row) for row in trace["z"])
    return max(len(trace.get("x", ())), len(trace.get("y", ())))


def _base(look: Look) -> Spec:
    ink = look.ink
    clear = "rgba(0,0,0,0)"
    return {
        "template": {},
        "autosize": True,
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "font": {"family": FONT, "size": TEXT_SIZE, "color": ink.text},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": ink.ground,
            "bordercolor": ink.faint,
            "font": {"family": FONT, "size": TEXT_SIZE, "color": ink.text},
            "align": "left",
        },
        "uirevision": "house",
        "separators": ".,",
        "modebar": {"bgcolor": clear, "color": ink.faint, "activecolor": ink.text},
    }


def _heading(title: str, subtitle: str, look: Look) -> Spec:
    ink = look.ink
    title_width, subtitle_width, _ = look.characters
    titles = lines(title, title_width)
    return {
        "title": {
            "text": f"<b>{'<br>'.join(titles)}</b>",
            "subtitle": {
                "text": "<br>".join(lines(subtitle, subtitle_width)),
                "font": {"size": SMALL_SIZE, "color": ink.faint},
            },
            "font": {"size": TITLE_SIZE, "color": ink.text},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 8, "t": 20 if len(titles) > 1 else 8},
        }
    }


def _top(title: str, subtitle: str, look: Look) -> int:
    """The room that title and subtitle take, in pixels."""
    title_width, subtitle_width, _ = look.characters
    titles, subtitles = len(lines(title, title_width)), len(lines(subtitle, subtitle_width))
    return round(titles * TITLE_SIZE * 1.3 + subtitles * SMALL_SIZE * 1.3) + 30

"""Charts and tables on a page: takeaway, picture, what is drawn, the numbers, the download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import pandas as pd
import streamlit as st

from socialroi import charts
from socialroi.limits import ROWS_SHOWN, TEXT_SHOWN
from socialroi.ui import access, exports
from socialroi.ui.pictures import Picture
from socialroi.ui.safe import legible, plain, text

#: Takeaways are our sentences with names from the data in them; longer than one name may be.
SENTENCE = 400
#: Height of a row of a table in pixels; Streamlit wraps text in rows of more than 64.
ONE_LINE, TWO_LINES = 36, 66


def chart(picture: Picture, key: str, *, heading: str = "") -> None:
    """A chart with its takeaway (or another heading) as title, its subtitle, its table and its download."""
    drawn = picture.chart
    st.header(text(heading or drawn.takeaway, SENTENCE), anchor=False)
    st.caption(text(drawn.subtitle, 2 * SENTENCE))
    st.plotly_chart(
        picture.figure,
        theme=None,
        key=f"chart-{key}",
        config=charts.config(key),
        alt=plain(drawn.alt, 3 * SENTENCE),
    )
    with st.expander("The numbers in this chart"):
        table(drawn.table, key, tidy=drawn.tidy, shown=picture.table)


def table(
    frame: pd.DataFrame,
    key: str,
    *,
    tidy: pd.DataFrame | None = None,
    lines: int = 15,
    cell: int = TEXT_SHOWN,
    widths: Mapping[str, int] | None = None,
    shown: pd.DataFrame | None = None,
) -> None:
    """A table to read, and a button that downloads all of it, one row an observation.

    `cell` is how much of a text is shown; the download has it whole. With `widths` of columns, in
    pixels, long cells wrap. `shown` is the table where it was made fit to show before.
    """
    row = TWO_LINES if widths else ONE_LINE
    st.dataframe(
        legible(frame.head(ROWS_SHOWN), cell) if shown is None else shown,
        hide_index=True,
        height=_height(len(frame), lines, row),
        row_height=row if widths else None,
        column_config={name: st.column_config.Column(width=width) for name, width in (widths or {}).items()},
    )
    if len(frame) > ROWS_SHOWN:
        more = "; the download has them all" if access.may_change() else ""
        st.caption(f"The first {ROWS_SHOWN:,} of {len(frame):,} rows{text(more)}.")
    _download(frame if tidy is None else tidy, key)


def _download(whole: pd.DataFrame, key: str) -> None:
    if not access.may_change():
        return
    st.download_button(
        "Download as CSV",
        data=access.download(lambda: exports.csv(whole)),
        file_name=f"socialroi-{charts.slug(key)}-{date.today().isoformat()}.csv",
        mime="text/csv",
        key=f"csv-{key}",
        on_click="ignore",
    )


def prose(frame: pd.DataFrame, key: str, *, columns: Sequence[str] = ()) -> None:
    """A table of sentences, which wrap; the download also has the columns that are not shown."""
    shown = frame[list(columns)] if columns else frame
    st.table(shown.map(lambda cell: text(cell, SENTENCE)), hide_index=True, border="horizontal")
    _download(frame, key)


def _height(rows: int, lines: int, row: int) -> int | Literal["content"]:
    """Tall enough for a short table; a long one scrolls in its own box, where half a row tells of more."""
    return "content" if rows <= lines else ONE_LINE + row * lines + row // 2

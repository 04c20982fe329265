"""Rows that are left out: listed, narrowed down by reason and column, downloaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.intake import Reject
from socialroi.ui import gate, show
from socialroi.ui.safe import plain

#: Reasons are our sentences with an accepted list in them.
REASON_SHOWN = 300
#: Together as wide as the narrowest box they stand in, so that no reason is cut off.
WIDTHS = {"Line": 60, "Column": 110, "What stands there": 180, "Reason": 340}
#: Fewer rows than this need no filter.
WORTH_FILTERING = 6


@gate.fragment
def draw(rejects: Sequence[Reject], total: int, key: str) -> None:
    """The rejected rows with two filters; only this part of the page runs again when one changes."""
    kept = _filtered(rejects, key) if len(rejects) >= WORTH_FILTERING else rejects
    if total > len(rejects):
        st.caption(f"{total:,} rows are left out; the first {len(rejects):,} are listed.")
    show.table(frame(kept), key, lines=6, cell=REASON_SHOWN, widths=WIDTHS)


def _filtered(rejects: Sequence[Reject], key: str) -> Sequence[Reject]:
    """The rows that both filters let through."""
    with st.container(horizontal=True):
        reason = _filter("Reason", [r.reason for r in rejects], f"{key}-reason")
        column = _filter("Column", [_place(r) for r in rejects], f"{key}-column")
    return [r for r in rejects if reason in {None, r.reason} and column in {None, _place(r)}]


def _place(reject: Reject) -> str:
    return reject.column or "the whole row"


def _filter(label: str, values: Sequence[str], key: str) -> str | None:
    """One of the values, or None for all of them; with one value there is nothing to choose."""
    counted = Counter(values)
    if len(counted) < 2:
        return None
    chosen: str | None = st.selectbox(
        label,
        [value for value, _ in counted.most_common()],
        index=None,
        placeholder="all",
        format_func=lambda value: f"{written.count(counted[value])} x {plain(value, REASON_SHOWN)}",
        key=key,
    )
    return chosen


def frame(rejects: Sequence[Reject]) -> pd.DataFrame:
    """One row a reject, in words for people."""
    return pd.DataFrame(
        {
            "Line": [r.line for r in rejects],
            "Column": [r.column for r in rejects],
            "What stands there": [r.shown for r in rejects],
            "Reason": [r.reason for r in rejects],
        }
    )

"""The line under a page's title: which filters hold, how much is left, one click to take each away."""

from __future__ import annotations

import streamlit as st

from socialroi.charts import format as written
from socialroi.result import Unknown
from socialroi.ui import answers, filters, keys, periods
from socialroi.ui.safe import text
from socialroi.ui.view import View

SENTENCE = 400
MATURE = "Whoever is not followed to the end yet counts in neither."


def sizes(view: View) -> None:
    """What the filters leave of how much: customers, questions and orders."""
    found = answers.sizes(view.scope)
    st.caption(" · ".join(_kept(*size) for size in found if size[2]) or "No questions and no orders here.")


def draw(view: View) -> None:
    """The active filters as buttons that remove them."""
    active = filters.chips(view.filters)
    if not active:
        return
    with st.container(horizontal=True, key=keys.CHIPS):
        for key, words in active:
            st.button(
                words,
                icon=":material/close:",
                key=f"{keys.CHIPS}-{key}",
                help="Remove this filter",
                on_click=filters.clear,
                args=((key,),),
            )


def compared(view: View) -> None:
    """Which period the numbers are compared with, or why with none."""
    if isinstance(view.versus, Unknown):
        st.info(text(view.versus.sentence, SENTENCE))
    elif view.versus is not None:
        days = periods.earlier(view.filters, answers.offer(view.scope.whole))
        assert days is not None
        assert not isinstance(days, Unknown)
        st.caption(text(f"Compared with {periods.said(days)}. {MATURE}", SENTENCE))


def _kept(noun: str, kept: int, total: int) -> str:
    if kept == total:
        return f"all {written.count(total)} {noun}"
    return f"{written.count(kept)} of {written.count(total)} {noun}"

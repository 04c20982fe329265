"""The way through in five steps, for the first ten minutes: on the pages it leads to, until put away."""

from __future__ import annotations

import streamlit as st

from socialroi.ui import keys
from socialroi.ui.menu import page_of

#: What to do, on which page, under which of its tabs.
STEPS: tuple[tuple[str, str, str], ...] = (
    ("1. Load files", "data", "Load"),
    ("2. Check their health", "data", "Health"),
    ("3. Read the overview", "overview", ""),
    ("4. Is it real?", "is-it-real", ""),
    ("5. Send a report", "overview", ""),
)
PAGES = frozenset(page for _, page, _ in STEPS)


def draw(url: str) -> None:
    """The five steps, one click each."""
    if url not in PAGES or not st.session_state.get(keys.WAY, True):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"{keys.WAY}-box"):
        for words, page, tab in STEPS:
            st.page_link(page_of(page), label=words, query_params={keys.TAB: tab} if tab else None)
        st.button("Hide the steps", key=f"{keys.WAY}-away", type="tertiary", on_click=_put_away)


def switch() -> None:
    """Where it is put away and fetched back; the URL remembers."""
    st.toggle("Show the five steps", value=True, key=keys.WAY, bind="query-params")


def _put_away() -> None:
    st.session_state[keys.WAY] = False

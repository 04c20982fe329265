"""The five steps: their numbers, names and marks, drawn alike."""

from __future__ import annotations

from typing import Literal

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from socialroi.ui.safe import text

State = Literal["open", "done", "wrong"]
NAMES = {1: "Files", 2: "What it is", 3: "Columns", 4: "Checks", 5: "Load"}
#: Summaries stand in the heading of a step.
SUMMARY = 200
_ICONS = {
    "open": ":material/radio_button_unchecked:",
    "done": ":material/check_circle:",
    "wrong": ":material/error:",
}


def step(
    number: int,
    key: str,
    summary: str = "",
    *,
    state: State = "open",
    expanded: bool = True,
    lazy: bool = False,
) -> ExpanderContainer:
    """One step. `summary` says after its name what came of it. A `lazy` one tells whether it is open."""
    said = f": {text(summary, SUMMARY)}" if summary else ""
    return st.expander(
        f"**{number:d} {NAMES[number]}**{said}",
        type="step",
        icon=_ICONS[state],
        expanded=expanded,
        key=key,
        on_change="rerun" if lazy else "ignore",
    )


def attend(key: str, *, needed: bool) -> bool:
    """Whether a step is drawn open: it needs somebody now, or it did before in this session."""
    if needed:
        st.session_state[key] = True
    return bool(st.session_state.get(key))

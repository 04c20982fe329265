"""Where a visitor without data begins, and how one leaves the sample data again."""

from __future__ import annotations

import json
from typing import Literal

import streamlit as st

from socialroi.charts import format as written
from socialroi.charts import words
from socialroi.ui import filters, keys
from socialroi.ui.menu import link, page_of, site
from socialroi.ui.preview import ALT, preview
from socialroi.ui.workspaces import MINE, NAMES, Workspace

PROMISE = (
    "How fast do we answer on social media, how easy are we to deal with, do the customers we talk with "
    "stay and buy more, **and is that difference really made by answering?**"
)
STEPS = (
    ("Load", "Exports of your shop and your inbox, as they come out. Nothing leaves this machine."),
    ("Compare", "Engaged against unengaged customers, from the same starting line, with intervals."),
    ("Decide", "A verdict you can defend: better, worse, no clear difference, or cannot say, and why."),
)
#: What the numbers of truth.json are, in words.
ESTIMANDS = {"ATO": "among the people compared", "ATT": "among those who were answered"}
SHOP_NOTES = {
    "harbour": "Its exports allow an answer.",
    "lantern": "It answers nearly everybody, so its exports do not allow an answer, and the page says so.",
}


def page() -> None:
    """The empty start: what this answers, one click to the sample data, one to the upload."""
    st.title("Is answering people on social media worth it?", anchor=False)
    st.markdown(PROMISE)
    is_dark = st.context.theme.type == "dark"
    with st.container(horizontal=True):
        # Streamlit writes white on a filled button, which nobody can read on the light blue of the dark theme
        filled: Literal["primary", "secondary"] = "secondary" if is_dark else "primary"
        st.button("Try the sample data", type=filled, key=keys.TRY, on_click=go, args=(None, NAMES[1]))
        st.button("Load my exports", key=keys.LOAD_MINE, on_click=go, args=("data", MINE))
    drawn = preview("dark" if is_dark else "light")
    st.image(drawn, alt=ALT)
    for column, (name, said) in zip(st.columns(len(STEPS)), STEPS, strict=True):
        with column.container(border=True, height="stretch"):
            st.header(name, anchor=False)
            st.markdown(said)
    link("glossary", "What every number means")


def ribbon(shop: Workspace) -> None:
    """The line above every page of an invented shop."""
    with st.container(border=True, key=keys.RIBBON, horizontal=True, vertical_alignment="center"):
        st.badge("Invented shop, true effect known", color="violet")
        st.markdown(f"This is **{shop.name}**. {SHOP_NOTES[shop.name]}", width="stretch")
        st.button("Start with my files", key=keys.LEAVE, on_click=go, args=("data", MINE))


def truth(shop: Workspace, outcome: str, horizon_days: int, currency: str | None = None) -> str:
    """What the invented shop's makers put in, as a sentence; no analysis ever reads it."""
    file = site() / "sample_data" / shop.name / "truth.json"
    effects = json.loads(file.read_text(encoding="utf-8"))["effects"]
    known = [e for e in effects if (e["outcome"], e["horizon_days"]) == (outcome, horizon_days)]
    parts = [
        f"{written.difference_number(e['value'], words.outcome_unit(outcome), currency)} "
        f"{ESTIMANDS[e['estimand']]}"
        for e in known
        if e["estimand"] in ESTIMANDS
    ]
    return f"The truth in this invented shop: {', '.join(parts)}." if parts else ""


def go(url: str | None, data: str) -> None:
    """Ask for another page, or other data, at the start of the next run. A button's callback.

    A widget's value cannot change once it is drawn, and a callback cannot change the page, so both
    are noted here and done by `follow`.
    """
    st.session_state[keys.GO] = (url, data)


def follow() -> None:
    """Do what `go` asked for, before any widget is drawn."""
    url, data = st.session_state.pop(keys.GO, (None, None))
    if data is not None:
        filters.clear()
        st.session_state[keys.DATA] = data
    if url is not None:
        # an empty mapping and not None: Streamlit refuses to clear what is bound to widgets
        st.switch_page(page_of(url), query_params={})

"""A report of what is on screen, with the visitor's own words in front: one page, or slides."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from socialroi import report
from socialroi.ui import access, answers, keys
from socialroi.ui.scope import Scope
from socialroi.ui.view import View

WORDS = 4_000
ABOUT = (
    "The same cards, steps, charts and tables for the filters that hold now, with definitions, data cut-off, "
    "version and a fingerprint of the data. Nothing in it asks the internet for anything."
)


def offer(view: View) -> None:
    """The box for own words, and the two files."""
    st.header("Send it on", anchor=False)
    st.caption(ABOUT)
    words = st.text_area(
        "Your own words",
        key=keys.COMMENTARY,
        max_chars=WORDS,
        persist_state="session",
        placeholder="What happened, what you decided, what comes next. It opens the report.",
    )
    with st.container(horizontal=True):
        _file("Download as a web page", _written(view, words, report.as_html), "html", "text/html")
        _file("Download as slides", _written(view, words, report.as_slides), "pptx", _SLIDES)


_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def _written(view: View, words: str, kind: Callable[[report.Report], bytes]) -> Callable[[], bytes]:
    """Made when somebody clicks: a study and fifteen charts are not drawn for every visit."""
    versus = view.versus.window if isinstance(view.versus, Scope) else None
    return lambda: kind(answers.report_of(view.scope, words, versus))


def _file(label: str, data: Callable[[], bytes], ending: str, mime: str) -> None:
    st.download_button(
        label,
        data=access.download(data, change=False),
        file_name=f"socialroi-report.{ending}",
        mime=mime,
        key=f"{keys.REPORT}-{ending}",
        on_click="ignore",
    )

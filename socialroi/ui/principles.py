"""The thirteen principles, each held against the data: what was found, or what to export to see it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from socialroi.report.principles import Finding
from socialroi.ui import answers, explain, show, trouble
from socialroi.ui.menu import link
from socialroi.ui.safe import text
from socialroi.ui.view import View

ABOUT = (
    "What the people behind this project argue for, held against your files. There are no marks: each "
    "principle shows what was measured and how strong that is. An effect is what answering changed, with its "
    "checks passed; groups in a comparison may differ for other reasons; a level is only what was counted."
)
GRADES = {
    "effect": "Effect",
    "comparison": "Comparison",
    "measured": "Level",
    "cannot say": "Not in these files",
}


def draw(view: View) -> None:
    """All of them, those that the files can show with their numbers."""
    st.caption(ABOUT)
    with trouble.told():
        found = answers.principles(view.scope)
        shown = sum(finding.grade != "cannot say" for finding in found)
        st.markdown(f"Your files show {shown:d} of the {len(found):d} principles.")
        with st.grid(columns=2, min_column_width=320):
            for place, finding in enumerate(found, 1):
                _one(place, finding)
        with st.expander("All of them as a table"):
            show.prose(_table(found), "principles")


def _one(place: int, finding: Finding) -> None:
    about = finding.principle
    with st.container(border=True, height="stretch"):
        st.header(f"{place:d}. {text(about.name)}", anchor=False)
        st.caption(text(about.asks, show.SENTENCE))
        st.badge(GRADES[finding.grade], color="gray" if finding.grade == "cannot say" else "blue")
        st.markdown(text(finding.sentence, 2 * show.SENTENCE))
        if finding.moved:
            st.markdown(text(finding.moved, show.SENTENCE))
        with st.container(horizontal=True, vertical_alignment="center"):
            explain.reading(finding.readings[0], f"principle-{place}")
            if finding.grade == "cannot say":
                link("data", "Load it")
            else:
                link(about.page, "See more")


def _table(found: tuple[Finding, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Principle": [finding.principle.name for finding in found],
            "Asks": [finding.principle.asks for finding in found],
            "Evidence": [GRADES[finding.grade] for finding in found],
            "Found": [finding.sentence for finding in found],
        }
    )

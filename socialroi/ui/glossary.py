"""Every number's definition, from the one place where definitions live."""

from __future__ import annotations

import streamlit as st

from socialroi import metrics, schema
from socialroi.charts.judgement import WORDS
from socialroi.ui import explain
from socialroi.ui.safe import text

BETTER = {
    "up": "higher is better",
    "down": "lower is better",
    "neither": "neither higher nor lower is better",
}
VERDICTS = {
    "better": "The interval of the difference lies wholly on the good side.",
    "worse": "The interval of the difference lies wholly on the bad side.",
    "no_clear_difference": "The interval covers zero, and is narrow enough to mean something.",
    "too_little_data": "The interval is so wide that nothing can be told yet.",
    "cannot_say": "A condition for an honest number is not met; the page says which.",
    "not_causal": "The groups differ, but not because of what was done to them, as far as these files show.",
}


def page() -> None:
    """All metrics, the verdict words, and the tables that files may hold."""
    for metric in metrics.ALL:
        with st.container(border=True):
            st.header(text(metric.definition.name), anchor=False)
            st.caption(f"{metric.definition.unit}, {BETTER[metric.definition.better]}")
            explain.definition(metric.definition, titled=True)
    st.header("Verdicts", anchor=False)
    for verdict, meaning in VERDICTS.items():
        st.markdown(f"**{WORDS[verdict]}.** {meaning}")
    st.header("Tables a file may hold", anchor=False)
    for table in schema.TABLES.values():
        with st.expander(f"{table.name}: {table.sentence}"):
            st.table(_columns(table), hide_index=True)


def _columns(table: schema.Table) -> dict[str, list[str]]:
    return {
        "column": [column.name for column in table.columns],
        "needed": ["yes" if column.required else "" for column in table.columns],
        "meaning": [column.sentence for column in table.columns],
    }

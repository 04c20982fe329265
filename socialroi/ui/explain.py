"""One click from every number to how it came about: definition, caveat, notes, working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from socialroi.charts import format as written
from socialroi.result import Comparison, Definition, Estimate, Reading, Unknown, Value, Working
from socialroi.ui.safe import plain, text

LABEL = "How this is worked out"
NOTE = 600


def reading(answer: Reading, key: str) -> None:
    """The explanation of one metric's number."""
    with st.popover(LABEL, type="tertiary", key=f"explain-{key}"):
        definition(answer.definition)
        _value(answer.value)
        _notes(answer.notes)
        _working(answer.working)


def comparison(answer: Comparison, key: str) -> None:
    """The explanation of one comparison."""
    with st.popover(LABEL, type="tertiary", key=f"explain-{key}"):
        definition(answer.definition)
        _value(answer.standardised)
        _notes(answer.notes)
        _working(answer.working)


def definition(meaning: Definition, *, titled: bool = False) -> None:
    """A definition in full; `titled` says that its name already stands above."""
    name = "" if titled else f"**{text(meaning.name)}.** "
    st.markdown(f"{name}{text(meaning.question, NOTE)}")
    st.markdown(f"*Formula.* {text(meaning.formula, 2 * NOTE)}")
    st.markdown(f"*What it does not say.* {text(meaning.caveat, 2 * NOTE)}")
    st.markdown(f"*Source.* {text(meaning.source, NOTE)}")
    st.caption(f"A number is given from {meaning.min_n:,} units on; below that, a reason.")


def working(queries: Sequence[Working], key: str) -> None:
    """The queries behind a number, on their own."""
    with st.popover("Show the working", type="tertiary", key=f"working-{key}"):
        _working(queries)


def _value(value: Value) -> None:
    if isinstance(value, Estimate):
        st.markdown(
            f"*Computed as.* {text(value.method, NOTE)}, {written.level_text(value.level)}, n = {value.n:,}."
        )
    else:
        st.markdown(f"*Why there is no number.* {text(value.sentence, NOTE)}")


def _notes(notes: Sequence[str]) -> None:
    for note in notes:
        st.markdown(f"- {text(note, NOTE)}")


def _working(queries: Sequence[Working]) -> None:
    for query in queries:
        st.caption(f"The query, its parameters, and the {query.rows:,} rows it gave:")
        st.code(query.sql.strip(), language="sql", wrap_lines=True)
        st.code(_parameters(query.params), language=None, wrap_lines=True)


def _parameters(params: Mapping[str, Any]) -> str:
    return "\n".join(f"${name} = {plain(value)}" for name, value in params.items()) or "no parameters"


def unknown(value: Unknown) -> None:
    """A designed "cannot say": why, and from when on an answer is possible."""
    st.info(text(value.sentence, NOTE))


def absent(what: str, value: Value) -> None:
    """Why a chart is not there, in its place."""
    reason = value.sentence if isinstance(value, Unknown) else "The files loaded do not hold it."
    st.info(f"{text(what)}: cannot say. {text(reason, NOTE)}")

"""Step 2, first half: what the file is read as. As recognised, as another format, or mapped by hand."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from socialroi import schema
from socialroi.intake import FORMATS, Recognition
from socialroi.ui.intake import words
from socialroi.ui.intake.answers import Answers
from socialroi.ui.intake.looking import BY_HAND, Refusal
from socialroi.ui.intake.staging import Staged

AS_IT_IS, MAPPED = "", "mapped by hand"


@dataclass(frozen=True, slots=True)
class Choice:
    """How the file is to be read."""

    form: str = AS_IT_IS
    table: str | None = None
    header: bool = True

    @property
    def by_hand(self) -> bool:
        """Whether the visitor says which column is which, from nothing."""
        return self.form == MAPPED

    @property
    def answers(self) -> Answers:
        """The part of the answers that is decided here."""
        if self.by_hand:
            return Answers(format=BY_HAND, table=self.table, header=self.header)
        return Answers(format=self.form or None)


def read(staged: Staged, seen: Recognition | Refusal, last: Answers) -> Choice:
    """What was chosen; at first as it is, unless nothing can be made of it that way."""
    state = st.session_state
    form = state.get(staged.key("form"), preset(seen, last))
    return Choice(
        form,
        state.get(staged.key("table"), last.table) if form == MAPPED else None,
        bool(state.get(staged.key("header"), last.header)) if form == MAPPED else True,
    )


def preset(seen: Recognition | Refusal, last: Answers) -> str:
    """What stands there before anybody chose."""
    if last.format == BY_HAND and last.table:
        return MAPPED
    if isinstance(seen, Refusal):
        return last.format or MAPPED
    return AS_IT_IS if last.format in {None, seen.format} else str(last.format)


def draw(staged: Staged, seen: Recognition | Refusal, chosen: Choice, last: Answers) -> None:
    """The other ways to read the file, and for a table mapped by hand what it holds."""
    options = [AS_IT_IS, MAPPED, *(each.name for each in FORMATS if each.name != BY_HAND)]
    if isinstance(seen, Refusal):
        options.remove(AS_IT_IS)
    at = preset(seen, last)
    st.selectbox(
        "Read it as",
        options,
        index=options.index(at) if at in options else 0,
        format_func=lambda name: _named(name, seen),
        key=staged.key("form"),
        persist_state="session",
    )
    if chosen.by_hand:
        _draw_table(staged, last)


def _draw_table(staged: Staged, last: Answers) -> None:
    tables = list(schema.TABLES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "What does it hold?",
            tables,
            index=tables.index(last.table) if last.table in tables else None,
            placeholder="choose",
            format_func=lambda name: f"{words.TABLES[name]}: {schema.TABLES[name].sentence}",
            key=staged.key("table"),
            persist_state="session",
        )
        st.checkbox(
            "The first line names the columns",
            value=last.header,
            key=staged.key("header"),
            persist_state="session",
        )


def _named(name: str, seen: Recognition | Refusal) -> str:
    if name == AS_IT_IS:
        return f"as recognised: {words.title(seen.format)}" if isinstance(seen, Recognition) else ""
    return (
        "let me say which column is which" if name == MAPPED else f"{words.title(name)}: {words.form(name)}"
    )

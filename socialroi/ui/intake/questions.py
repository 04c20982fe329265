"""Step 2, second half: what the file itself does not say. Asked only where it is open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

import streamlit as st

from socialroi.intake import FORMATS, Recognition
from socialroi.ui.intake import words
from socialroi.ui.intake.answers import Answers
from socialroi.ui.intake.staging import Staged
from socialroi.ui.safe import text

UNANSWERED = {
    "yes": "yes, also those nobody answered",
    "no": "no, only answered ones",
    "unknown": "I do not know",
}
#: What the questions of the intake are told apart by.
_ZONE, _CURRENCY, _UNANSWERED, _FIRM, _CERTAIN = (
    "time zone", "currency", "nobody answered", "sender is your firm", "Is this what it looks like?",
)  # fmt: skip
QUESTION_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Said:
    """The answers, and what is still to be said before the file can be read."""

    timezone: str | None
    currency: str | None
    keeps_unanswered: str | None
    firm: str
    missing: tuple[str, ...]


def read(staged: Staged, found: Recognition, last: Answers, *, named: bool) -> Said:
    """What was answered, or last time's answer, or what is known. `named`: the format was asked for."""
    state = st.session_state
    zone = state.get(staged.key("timezone"), last.timezone) if asks(found, _ZONE) else None
    currency = state.get(staged.key("currency"), last.currency) if asks(found, _CURRENCY) else None
    firm = state.get(staged.key("firm"), dict(last.fixed).get("agent_id", "")) if asks(found, _FIRM) else ""
    sure = found.certain or named or bool(state.get(staged.key("certain"), last.format == found.format))
    missing = [
        ("what this file is", not sure),
        ("the time zone of its times", asks(found, _ZONE) and not zone),
        ("which sender is your firm", asks(found, _FIRM) and not firm),
    ]
    return Said(
        timezone=zone,
        currency=str(currency).strip().upper() or None if currency else None,
        keeps_unanswered=_keeps(staged, found, last),
        firm=str(firm).strip(),
        missing=tuple(what for what, is_open in missing if is_open),
    )


def asks(found: Recognition, topic: str) -> bool:
    """Whether the intake asks about this."""
    return any(topic in question for question in found.questions)


def _keeps(staged: Staged, found: Recognition, last: Answers) -> str | None:
    if "interactions" not in found.tables:
        return None
    return str(st.session_state.get(staged.key("unanswered"), _known(found, last)))


def _known(found: Recognition, last: Answers) -> str:
    """Last time's answer, else what the file or its format says."""
    said = last.keeps_unanswered or found.keeps_unanswered
    return said if said in UNANSWERED else "unknown"


def draw(staged: Staged, found: Recognition, last: Answers, *, named: bool) -> None:
    """The questions that are open for this file."""
    if not (found.certain or named):
        _certain(staged, found, last)
    with st.grid(columns=2, min_column_width=260):
        if asks(found, _ZONE):
            _zone(staged, last)
        if asks(found, _CURRENCY):
            _currency(staged, last)
        if asks(found, _FIRM):
            _firm(staged, found, last)
    if "interactions" in found.tables:
        _draw_keeps(staged, found, last)


def _certain(staged: Staged, found: Recognition, last: Answers) -> None:
    st.info("Only its column names say so. Please confirm it before loading.")
    st.checkbox(
        f"Yes, this is it: {text(words.form(found.format), QUESTION_SHOWN)}",
        value=last.format == found.format,
        key=staged.key("certain"),
        persist_state="session",
    )


def _zone(staged: Staged, last: Answers) -> None:
    own = st.context.timezone
    first = [zone for zone in dict.fromkeys((own, "UTC")) if zone in _zones()]
    zones = [*first, *(zone for zone in _zones() if zone not in first)]
    st.selectbox(
        "In which time zone are the times in this file?",
        zones,
        index=zones.index(last.timezone) if last.timezone in zones else None,
        placeholder="choose the zone of the system that wrote it",
        help="The first one offered is that of your browser. A wrong zone shifts all times.",
        key=staged.key("timezone"),
        persist_state="session",
    )


@cache
def _zones() -> tuple[str, ...]:
    """The names of all time zones, for which a whole folder is walked."""
    return tuple(sorted(available_timezones()))


def _currency(staged: Staged, last: Answers) -> None:
    st.text_input(
        "Which currency are its amounts in?",
        value=last.currency or "",
        max_chars=3,
        placeholder="three letters, such as EUR",
        key=staged.key("currency"),
        persist_state="session",
    )


def _firm(staged: Staged, found: Recognition, last: Answers) -> None:
    st.text_input(
        "Which sender is your firm?",
        value=dict(last.fixed).get("agent_id", ""),
        placeholder="the name as it stands in the file",
        key=staged.key("firm"),
        persist_state="session",
    )
    for question in found.questions:
        if _FIRM in question:
            st.caption(text(question.partition("?")[2].strip(), QUESTION_SHOWN))


def _draw_keeps(staged: Staged, found: Recognition, last: Answers) -> None:
    options = list(UNANSWERED)
    st.radio(
        "Does this export hold all conversations?",
        options,
        index=options.index(_known(found, last)),
        format_func=UNANSWERED.__getitem__,
        key=staged.key("unanswered"),
        help="Response rates need the unanswered ones too.",
        horizontal=True,
        persist_state="session",
    )


def is_read_as_objects(name: str) -> bool:
    """Whether a format has a layout of its own, so that its columns cannot be given another meaning."""
    found = next((each for each in FORMATS if each.name == name), None)
    return found is not None and (found.prepare_objects is not None or found.prepare_bytes is not None)

"""When the study cannot say: why, what is known, fast against slow, from when on, and a fair test."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from socialroi.charts import format as written
from socialroi.charts import rung_name, words
from socialroi.charts.sentences import sentences
from socialroi.result import Estimate, Rung, Study
from socialroi.ui import answers, reality_plan, show, trouble
from socialroi.ui.answers import Asked
from socialroi.ui.menu import link
from socialroi.ui.safe import text
from socialroi.ui.view import View

#: What can be told while the study cannot say: metric, page, words of the link.
KNOWN = (
    ("first_response_time", "response", "How fast we answer"),
    ("net_easy", "ease", "How easy we are"),
    ("retention", "loyalty", "How engaged customers differ"),
)
FAST = (
    "Where nearly everybody is answered, nobody can be compared with the unanswered. What can be asked is "
    "whether a fast answer does more than a slow one."
)
NEVER = "These files do not tell from when on an answer is possible; a fair test gives one in any case."


def first(study: Study) -> str:
    """Why there is no answer, in one sentence; from when on there is one stands in a part of its own."""
    return sentences(study.sentence)[0]


def draw(view: View, asked: Asked, study: Study) -> None:
    """Parts two to five."""
    _known(view)
    with trouble.told():
        _fast(view, study)
    _from_when(study)
    reality_plan.draw(view, asked)


def _known(view: View) -> None:
    st.header("What is known all the same", anchor=False)
    with st.grid(columns=len(KNOWN), min_column_width=240):
        for key, page, words_of_link in KNOWN:
            with st.container(border=True, height="stretch"), trouble.told():
                found = answers.reading(view.scope.whole, key)
                about, value = found.definition, found.value
                shown = written.value_text(value, about.unit, view.store.currency)
                why = f" {written.reason(value)}" if not isinstance(value, Estimate) else ""
                st.markdown(f"**{text(about.name)}**")
                st.markdown(text(f"{shown}{why}", show.SENTENCE))
                link(page, words_of_link)


def _fast(view: View, study: Study) -> None:
    """Fast against slow answers, where that has a number."""
    rung = next((one for one in study.rungs if one.rung == "Aprime"), None)
    if rung is None or not isinstance(rung.estimate, Estimate):
        return
    st.header("Fast against slow answers", anchor=False)
    with st.container(border=True):
        st.markdown(FAST)
        _number(rung, rung.estimate, view.store.currency)
        st.markdown(text(rung.sentence, show.SENTENCE))


def _number(rung: Rung, value: Estimate, currency: str | None) -> None:
    unit = words.outcome_unit(rung.outcome)
    name = f"{rung_name(rung.rung)}, {rung.horizon_days} days"
    st.metric(name, written.difference_number(value.value, unit, currency, fine=value.is_clear))
    st.caption(
        f"{written.level_text(value.level)} {written.interval_text(value, unit, difference=True)}, "
        f"{written.count(rung.n_treated)} against {written.count(rung.n_control)} messages"
    )


def _from_when(study: Study) -> None:
    """What is missing, and from which day on it is there at the present rate."""
    st.header("From when on an answer is possible", anchor=False)
    said = " ".join(dict.fromkeys((*_missing(study), *sentences(study.sentence)[1:])))
    st.markdown(text(said or NEVER, 3 * show.SENTENCE))


def _missing(study: Study) -> Iterator[str]:
    """What the failed checks of the comparison with the unanswered say."""
    for rung in study.rungs:
        if rung.rung == "A":
            yield from (check.sentence for check in rung.checks if check.passed is False)

"""Is it real? The verdict first, then everything it rests on.

"Cannot say" is a designed answer: why, what is known anyway, and from when on an answer is possible.
The raw gap is never shown as a consolation.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from socialroi import charts
from socialroi.charts import format as written
from socialroi.charts import rung_name, words
from socialroi.result import Check, Estimate, Rung, Study
from socialroi.ui import answers, cards, explain, show, start, trouble
from socialroi.ui.menu import link
from socialroi.ui.safe import text
from socialroi.ui.view import View

ASSUMES = (
    "Assumes that agents did not choose whom to answer by something these files do not show. "
    "Only a randomised test can do without this assumption."
)
PLAN = (
    "Plan a fair test: leave the choice of whom to answer first to a coin for some weeks, write the coin's "
    "side into `assigned_arm` and load the result. Then the answer needs no assumption about your agents."
)
LEGEND = (
    "The rungs look at different people, so their numbers must not be subtracted from each other. "
    "Rung D compares customers who ever wrote and were answered with all others; others report such gaps, "
    "which is why it stands here, and it is not an effect."
)
#: What can be told while the study cannot say: metric, page, words of the link.
KNOWN = (
    ("first_response_time", "response", "How fast we answer"),
    ("net_easy", "ease", "How easy we are"),
    ("retention", "loyalty", "How engaged customers differ"),
)
NO_DESIGN = "No design can say yet what answering does."


def verdict(view: View) -> Study:
    """The study's answer in one sentence, with its number when it may be shown."""
    study = answers.study(view.scope.whole)
    with st.container(border=True):
        cards.badge(study.verdict)
        st.header(text(study.sentence, show.SENTENCE), anchor=False)
        headline = cards.headline_of(study)
        if headline is None:
            _cannot_say(view)
        else:
            _number(headline)
        if view.workspace.is_sample:
            st.caption(text(start.truth(view.workspace, study.outcome, study.horizon_days), show.SENTENCE))
        explain.working(study.working, "study")
    return study


def ladder(view: View) -> None:
    """One row a rung, with who it looks at and how many."""
    with trouble.told():
        headline = cards.headline_of(answers.study(view.scope.whole))
        _draw(view, "ladder", heading="" if headline else NO_DESIGN)
        st.caption(LEGEND)


def checks(study: Study) -> None:
    """Which conditions were met; a number is shown only when all are."""
    st.header("What had to hold", anchor=False)
    for rung in study.rungs:
        if not rung.checks:
            continue
        st.markdown(f"**{_title(rung)}**")
        show.prose(_checks(rung.checks), f"checks-{rung.rung}", columns=("Check", "Result", "In words"))


def balance(view: View) -> None:
    """How alike answered and unanswered are in everything known about them."""
    with trouble.told():
        _draw(view, "balance")


def protocol(study: Study) -> None:
    """The trial this study imitates, line by line."""
    st.header("The trial we imitate", anchor=False)
    lines = {"Part": list(study.protocol), "Here": list(study.protocol.values())}
    show.prose(pd.DataFrame(lines), "protocol")


def flow(view: View) -> None:
    """From everybody to the studied, with every exclusion and its count."""
    with trouble.told():
        _draw(view, "exclusions")


def detail(view: View, study: Study) -> None:
    """Other estimands and the notes of every rung."""
    st.header("In detail", anchor=False)
    for rung in study.rungs:
        with st.expander(_title(rung)):
            st.markdown(text(rung.sentence, show.SENTENCE))
            for note in rung.notes:
                st.markdown(f"- {text(note, show.SENTENCE)}")
            if rung.detail:
                show.table(_detail(rung, view.store.currency), f"detail-{rung.rung}")


def _number(rung: Rung) -> None:
    assert isinstance(rung.estimate, Estimate)
    unit = words.outcome_unit(rung.outcome)
    st.metric(_title(rung), written.difference_number(rung.estimate.value, unit))
    st.caption(
        f"{written.level_text(rung.estimate.level)} "
        f"{written.interval_text(rung.estimate, unit, difference=True)}, "
        f"{written.count(rung.n_treated)} answered and {written.count(rung.n_control)} unanswered messages."
    )
    st.caption(ASSUMES)


def _cannot_say(view: View) -> None:
    st.markdown("What is known all the same:")
    for key, page, words_of_link in KNOWN:
        found = answers.reading(view.scope.whole, key)
        about, value = found.definition, found.value
        shown = written.value_text(value, about.unit, view.store.currency)
        why = f" {written.reason(value)}" if not isinstance(value, Estimate) else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(text(f"{about.name}: {shown}{why}", show.SENTENCE))
            link(page, words_of_link)
    st.markdown(PLAN)


def _draw(view: View, kind: str, *, heading: str = "") -> None:
    found = answers.picture(view.scope.whole, view.look, kind)
    if found is not None:
        show.chart(found, kind, heading=heading)


def _title(rung: Rung) -> str:
    return f"{rung_name(rung.rung)}, {rung.horizon_days} days"


def _checks(found: tuple[Check, ...]) -> pd.DataFrame:
    says = {True: "passed", False: "failed", None: "not run, or too weak to speak"}
    return pd.DataFrame(
        {
            "Check": [check.name.replace("_", " ") for check in found],
            "Result": [says[check.passed] for check in found],
            "Value": [_plain(check.value) for check in found],
            "Limit": [_plain(check.limit) for check in found],
            "In words": [check.sentence for check in found],
        }
    )


def _detail(rung: Rung, currency: str | None) -> pd.DataFrame:
    columns = ("What", "Value and 95% interval", "n", "Why not")
    return pd.DataFrame(charts.detail_rows(rung, currency), columns=columns)


def _plain(number: float | None) -> str:
    return written.DASH if number is None else f"{number:,.3g}"

"""Is it real? The verdict first, then everything it rests on.

"Cannot say" is a designed answer in five parts (`reality_unknown`). The raw gap is never shown as a
consolation: without an effect, the plain difference waits in a fold of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from socialroi import charts
from socialroi.charts import format as written
from socialroi.charts import rung_name, words
from socialroi.result import Estimate, Rung, Study, Window
from socialroi.ui import (
    answers,
    cards,
    checked,
    explain,
    keys,
    pictures,
    reality_unknown,
    show,
    start,
    trouble,
)
from socialroi.ui.answers import Asked
from socialroi.ui.safe import text
from socialroi.ui.view import View

ASSUMES = (
    "Assumes that agents did not choose whom to answer by something these files do not show. "
    "Only a randomised test can do without this assumption."
)
LEGEND = (
    "The rungs look at different people, so their numbers must not be subtracted from each other. "
    "Rung D compares customers who ever wrote and were answered with all others; others report such gaps, "
    "which is why it stands here, and it is not an effect."
)
NO_DESIGN = "No design can say yet what answering does."
DIFFERENCE = (
    "Everybody who first ordered, by whether a question of theirs was answered within 30 days. This is a "
    "difference, not an effect: those who write differ from those who never do. What follows asks how much "
    "of it answering makes."
)
#: Which plain comparison goes with which outcome of the study.
PLAIN: Mapping[str, str] = {
    "retention": "retention",
    "repurchase": "repurchase",
    "margin": "clv_historical",
    "upsell": "upsell",
    "cross_sell": "cross_sell",
}
#: What divides the effect, in the order in which it is offered.
PARTS = ("segment", "channel", "department")


def verdict(view: View, asked: Asked) -> Study:
    """The study's answer in one sentence, with its number when it may be shown, else what can be said."""
    study = answers.study(view.scope, asked)
    headline = charts.headline_of(study)
    with st.container(border=True):
        cards.badge(study.verdict)
        sentence = study.sentence if headline else reality_unknown.first(study)
        st.header(text(sentence, show.SENTENCE), anchor=False)
        if headline is not None:
            _number(headline, view.store.currency)
        if view.workspace.is_sample:
            planted = start.truth(view.workspace, study.outcome, study.horizon_days, view.store.currency)
            st.caption(text(planted, show.SENTENCE))
        explain.working(study.working, "study")
    if headline is None:
        reality_unknown.draw(view, asked, study)
    return study


def difference(view: View, study: Study) -> None:
    """Answered, asked but unanswered, never asked: the difference that the study explains."""
    outcome = PLAIN.get(study.outcome)
    if outcome is None:
        return
    with trouble.told():
        if charts.headline_of(study):
            st.header("The difference to explain", anchor=False)
            _difference(view, outcome, study.horizon_days)
            return
        with st.expander("The difference between groups: not an effect, and no answer to the question"):
            _difference(view, outcome, study.horizon_days)


def ladder(view: View, asked: Asked) -> None:
    """One row a rung, with who it looks at and how many."""
    with trouble.told():
        headline = charts.headline_of(answers.study(view.scope, asked))
        _draw(view, "ladder", asked, heading="" if headline else NO_DESIGN)
        st.caption(LEGEND)


def checks(study: Study) -> None:
    """Which conditions were met; a number is shown only when all are."""
    st.header("What had to hold", anchor=False)
    for rung in study.rungs:
        if all(check.passed is None for check in rung.checks):
            continue
        with st.expander(_title(rung), expanded=rung.rung == "A"):
            checked.table(rung.checks, f"checks-{rung.rung}")


def alike(view: View, asked: Asked) -> None:
    """How alike the two groups are in everything known about them, and who could be compared."""
    with trouble.told():
        _draw(view, "balance", asked)
        _draw(view, "overlap", asked)


def over_time(view: View, asked: Asked) -> None:
    """When the two groups ordered."""
    with trouble.told():
        _draw(view, "arms", asked)


def parts(view: View, asked: Asked) -> None:
    """For whom the effect is larger, and what waiting costs."""
    with trouble.told():
        rung = answers.strongest(answers.study(view.scope, asked), "parts")
        if rung is None:
            return
        offered = [by for by in PARTS if charts.parts_of(rung, by)]
        if offered:
            st.header("For whom?", anchor=False)
            chosen = st.segmented_control(
                "Divide the effect by",
                offered,
                default=offered[0],
                required=True,
                key=keys.SPLIT,
                bind="query-params",
            )
            _part(view, asked, rung, chosen or offered[0])
        if charts.parts_of(rung, "wait"):
            _part(view, asked, rung, "wait")


def protocol(study: Study) -> None:
    """The trial this study imitates, line by line."""
    st.header("The trial we imitate", anchor=False)
    lines = {"Part": list(study.protocol), "Here": list(study.protocol.values())}
    show.prose(pd.DataFrame(lines), "protocol")


def flow(view: View, asked: Asked) -> None:
    """From everybody to the studied, with every exclusion and its count."""
    with trouble.told():
        _draw(view, "exclusions", asked)


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


def _number(rung: Rung, currency: str | None) -> None:
    assert isinstance(rung.estimate, Estimate)
    unit = words.outcome_unit(rung.outcome)
    st.metric(_title(rung), written.difference_number(rung.estimate.value, unit, currency))
    st.caption(
        f"{written.level_text(rung.estimate.level)} "
        f"{written.interval_text(rung.estimate, unit, difference=True)}, "
        f"{written.count(rung.n_treated)} against {written.count(rung.n_control)} messages"
    )
    st.caption(ASSUMES)


def _difference(view: View, outcome: str, horizon_days: int) -> None:
    st.caption(DIFFERENCE)
    scope = replace(view.scope, window=Window(horizon_days=horizon_days))
    found = pictures.picture(scope, view.look, "engaged", (outcome,))
    if found is not None:
        show.chart(found, f"difference-{outcome}")
    explain.comparison(answers.comparison(scope, outcome), f"difference-{outcome}")


def _part(view: View, asked: Asked, rung: Rung, by: str) -> None:
    """The effect by one thing; without a single number, why."""
    if not _draw(view, "parts", asked, by):
        said = charts.takeaway_waits(rung) if by == "wait" else charts.takeaway_parts(rung, by)
        st.info(text(said, show.SENTENCE))


def _draw(view: View, kind: str, asked: Asked, *more: str, heading: str = "") -> bool:
    """One picture, if there is something to draw; says whether there was."""
    found = pictures.picture(view.scope.whole, view.look, kind, (asked, *more))
    if found is not None:
        show.chart(found, "-".join((kind, *more)), heading=heading)
    return found is not None


def _title(rung: Rung) -> str:
    return f"{rung_name(rung.rung)}, {rung.horizon_days} days"


def _detail(rung: Rung, currency: str | None) -> pd.DataFrame:
    columns = ("What", "Value and 95% interval", "n", "Why not")
    return pd.DataFrame(charts.detail_rows(rung, currency), columns=columns)

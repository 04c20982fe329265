"""What pages are made of: headlines, charts of one metric, comparisons. A page only arranges these."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from socialroi.charts import format as written
from socialroi.result import By, Estimate, Unit, Unknown, Value
from socialroi.ui import access, answers, cards, explain, keys, pictures, show, trouble
from socialroi.ui.menu import link
from socialroi.ui.safe import text
from socialroi.ui.view import View

#: The figures beside the median wait: what they are called, their key, their unit.
DETAIL: tuple[tuple[str, str, Unit], ...] = (
    ("Nine in ten answered within", "p90", "seconds"),
    ("Answered within 15 min", "within_15_min", "share"),
    ("Answered within 1 h", "within_1_h", "share"),
    ("Answered within 24 h", "within_24_h", "share"),
)


def headlines(view: View, metrics: Sequence[str], *, if_asked: bool = False) -> None:
    """These metrics side by side, each with its explanation one click away.

    `if_asked` leaves out those whose question nobody asked, for surveys that few firms run.
    """
    if if_asked:
        metrics = [key for key in metrics if not _is_absent(answers.reading(view.scope, key).value)]
    if not metrics:
        return
    with st.grid(columns=len(metrics), min_column_width=240):
        for key in metrics:
            with st.container(border=True, height="stretch"), trouble.told():
                answer = view.reading(key)
                cards.number(answer, view.store.currency)
                explain.reading(answer, f"headline-{key}")


def _is_absent(value: Value) -> bool:
    """Whether nothing at all is loaded for a number."""
    return isinstance(value, Unknown) and value.code == "no_data"


def split(view: View, parts: Sequence[By]) -> By:
    """Which way the visitor wants the metrics of this page divided."""
    chosen = st.segmented_control(
        "Split by", parts, default=parts[0], required=True, key=keys.SPLIT, bind="query-params"
    )
    return chosen or parts[0]


def draw(view: View, kind: str, *question: str) -> bool:
    """One picture, if there is something to draw; says whether there was."""
    found = pictures.picture(view.scope, view.look, kind, question)
    if found is not None:
        show.chart(found, "-".join((kind.replace("_", "-"), *question)))
    return found is not None


def by_segment(view: View, key: str, by: By) -> None:
    """One metric by segment, as dots with intervals; where there is none, why."""
    with trouble.told():
        if not draw(view, "by_segment", key, by):
            answer = answers.reading(view.scope, key, by)
            explain.absent(f"{answer.definition.name} by {by}", answer.value)


def over_time(view: View, key: str) -> None:
    """One metric by month; periods that are still filling are marked."""
    with trouble.told():
        draw(view, "over_time", key)


def engaged(view: View, outcome: str) -> None:
    """Engaged against unengaged customers in one outcome: levels, raw and standardised difference."""
    with trouble.told():
        draw(view, "engaged", outcome)
        answer = answers.comparison(view.scope, outcome)
        for note in answer.notes:
            st.caption(text(note, show.SENTENCE))
        explain.comparison(answer, f"{outcome}-engaged")


def second_order(view: View) -> None:
    """The share with a second order over time, by engagement."""
    with trouble.told():
        draw(view, "second_order")


def waits(view: View, kind: str = "waits") -> None:
    """Share answered by waiting time, drawn as `kind`, with the figures that people promise by."""
    with trouble.told():
        detail = answers.detail(view.scope)
        with st.grid(columns=len(DETAIL), min_column_width=160):
            for name, key, unit in DETAIL:
                figure(name, detail[key], unit)
        draw(view, kind)


def hours(view: View) -> None:
    """When people wait longest."""
    with trouble.told():
        draw(view, "hours")


def cohorts(view: View) -> None:
    """Whether newer customers come back more than older ones did."""
    with trouble.told():
        draw(view, "cohorts")


def spread(view: View) -> None:
    """How the answers behind the ease score are spread, by department."""
    with trouble.told():
        draw(view, "spread")


def rows(view: View, key: str) -> None:
    """The cases behind a number, for analysts; identifiers are pseudonyms."""
    if not access.may_change():
        return
    with trouble.told():
        listed = answers.reading(view.scope, key).rows
        if listed is None or not st.toggle("Show the cases behind this number", key=f"rows-{key}"):
            return
        show.table(listed(), f"rows-{key}")


def tabs(*names: str) -> Sequence[TabContainer]:
    """Tabs whose choice is in the URL; only the open one is computed."""
    return st.tabs(names, key=keys.TAB, bind="query-params")


def not_an_effect() -> None:
    """What every comparison on the page is, and where the other question is asked."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Engaged means answered on a social channel within 30 days of the first order. "
                    "What follows are differences, not effects.", width="stretch")  # fmt: skip
        link("is-it-real", "Is it real?")


def figure(name: str, value: Value, unit: Unit) -> None:
    """One figure beside a headline, with its interval and n, or why there is none."""
    with st.container():
        shown = written.number(value.value, unit) if isinstance(value, Estimate) else written.DASH
        st.metric(name, shown)
        if isinstance(value, Estimate):
            st.caption(f"{written.interval_text(value, unit)}, {written.n_text(value.n)}")
        else:
            st.caption(text(value.sentence, show.SENTENCE))

"""The five cards of the overview, and what to do next; their words and numbers are the report's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from socialroi import charts
from socialroi.charts import format as written
from socialroi.charts import verdict_word
from socialroi.charts.movement import compared
from socialroi.charts.trend import trend, trend_words
from socialroi.report import cards as built
from socialroi.report.cards import Card
from socialroi.report.contents import overlap
from socialroi.result import Estimate, Reading, Worth
from socialroi.ui import answers, explain, trouble
from socialroi.ui.menu import link
from socialroi.ui.safe import plain, text
from socialroi.ui.view import View

SENTENCE = 400
Colour = Literal["green", "orange", "blue", "gray"]
#: A badge's colour repeats its word; nothing is said by colour alone.
COLOURS: dict[str, Colour] = {
    "better": "green",
    "worse": "orange",
    "higher": "blue",
    "lower": "blue",
    "no_clear_difference": "gray",
    "too_little_data": "gray",
    "cannot_say": "gray",
    "not_causal": "gray",
}
FILLING = "By month; hatched months are still filling."
NOTHING_TO_DO = "Nothing in these files calls for a next step."


def overview(view: View) -> None:
    """Five cards, quick ones first, then what to do next; each fails alone."""
    with st.grid(columns=3, min_column_width=240):
        _card(view, "Speed", lambda: metric(view, "Speed", "response", "first_response_time"))
        _card(view, "Ease", lambda: metric(view, "Ease", "ease", "net_easy", "csat"))
        apart = overlap(view.scope.window)
        _card(view, "Loyalty", lambda: metric(view, "Loyalty", "loyalty", "retention", apart=apart))
        _card(view, "Is it real?", lambda: built.real(answers.headline(view.scope)))
        _card(view, "Worth it?", lambda: built.worth(_worth(view)))
        with st.container(border=True, height="stretch"):
            st.header("What to do next", anchor=False)
            with trouble.told():
                _next(view)


def metric(view: View, title: str, page: str, *keys: str, apart: int = 1) -> Card:
    """The card of the first of these metrics that has a number."""
    asked = [(view.reading(key), answers.series(view.scope, key)) for key in keys]
    return built.metric(title, page, asked, view.store.currency, apart=apart)


def badge(verdict: charts.Judgement) -> None:
    """The verdict word."""
    st.badge(verdict_word(verdict), color=COLOURS[verdict])


def number(answer: Reading, currency: str | None) -> None:
    """One reading as number, interval and n, a dash and the reason where there is none; then what it was
    in the comparison period, where one is chosen.
    """
    definition, value = answer.definition, answer.value
    shown = (
        written.number(value.value, definition.unit, currency)
        if isinstance(value, Estimate)
        else written.DASH
    )
    st.metric(text(definition.name), shown, help=text(definition.question, SENTENCE))
    detail = built.interval(value, answer)
    st.caption(detail if isinstance(value, Estimate) else text(detail, SENTENCE))
    if isinstance(value, Estimate) and answer.compared_with is not None:
        verdict = charts.judge_reading(answer)
        if verdict:
            badge(verdict)
        st.caption(text(compared(answer, currency), SENTENCE))


def _card(view: View, title: str, build: Callable[[], Card]) -> None:
    with st.container(border=True, height="stretch"):
        st.header(title, anchor=False)
        with trouble.told():
            _draw(view, build())


def _draw(view: View, card: Card) -> None:
    if card.verdict:
        badge(card.verdict)
    if card.sentence:
        st.markdown(text(card.sentence, SENTENCE))
    if card.number:
        about = card.reading.definition.question if card.reading else None
        st.metric(text(card.name), card.number, help=text(about, SENTENCE) if about else None)
        st.caption(text(card.detail, SENTENCE) if card.number == written.DASH else card.detail)
    if card.reading and card.series:
        _trend(view, card)
        explain.reading(card.reading, f"card-{card.page}")
    link(card.page, card.link)


def _trend(view: View, card: Card) -> None:
    """The last year in a small drawing, whose text is our own: it holds numbers and no name."""
    assert card.series
    drawn = trend(card.series, view.look.theme)
    if drawn:
        st.image(drawn, alt=plain(trend_words(card.series, view.store.currency), 2 * SENTENCE))
        st.caption(FILLING)


def _worth(view: View) -> Worth | None:
    return answers.worth(view.scope) if view.store.tables()["costs"] else None


def _next(view: View) -> None:
    found = answers.next_steps(view.scope)
    for step in found:
        st.markdown(text(step.sentence, SENTENCE))
        link(step.page, step.link)
    if not found:
        st.caption(NOTHING_TO_DO)

"""Does the community thrive: who speaks of us, what we post, newcomers, the exchange, mistakes put right."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.metrics.answer import MIN_N
from socialroi.metrics.content import OUTCOMES
from socialroi.result import Comparison, Estimate, Grid, Unit, Value
from socialroi.ui import answers, asked, blocks, explain, keys, show, trouble
from socialroi.ui.safe import text
from socialroi.ui.view import View

STATED = (
    "What customers say they would do (the Net Promoter Score, from surveys) and what they do (mentions, "
    "referrals) are two different things and stand beside each other."
)
CONTENT = (
    "Guides say that at most one post in five should promote something. No evidence known to us shows that "
    "20% is best, so the share is set against what goes with it, and is given no marks."
)
SIGNS: Mapping[str, str] = {
    "sign_off": "Ends with a name",
    "greets_by_name": "Greets by name",
    "asks_back": "Asks a question back",
    "own_words": "In own words, no template",
    "apology": "Says sorry",
}
VOICE = "Shares of answers with each sign, and how easy customers with a survey found those conversations."
MEAN = (
    "After an unusually bad moment things look better by themselves (regression to the mean), so these are "
    "differences and not effects of putting things right."
)

FEW = f"A dash stands where fewer than {MIN_N} conversations tell."


def advocacy(view: View) -> None:
    """Said and done by those who recommend."""
    st.caption(STATED)
    blocks.headlines(view, ("nps", "earned_mention_rate"))
    blocks.headlines(view, ("positive_mention_share", "viral_coefficient"))
    blocks.headlines(view, ("referral_value",))
    blocks.over_time(view, "earned_mention_rate")
    if isinstance(answers.reading(view.scope, "nps").value, Estimate):
        blocks.over_time(view, "nps")


def content(view: View) -> None:
    """What we post, and what goes with it."""
    blocks.headlines(view, ("customer_led_share", "promotional_share"))
    with trouble.told():
        _details(view, "promotional_share")
    st.caption(CONTENT)
    names = {key: about.name for key, about in OUTCOMES.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        outcome = st.selectbox(
            "Set it against", tuple(names), key=keys.AGAINST, bind="query-params",
            format_func=lambda key: names[key], width=260,
        )  # fmt: skip
        across = st.segmented_control(
            "One point each", ("month", "channel"), default="month", required=True, key=keys.ACROSS,
            bind="query-params",
        )  # fmt: skip
    with trouble.told():
        if not blocks.draw(view, "content", outcome, across or "month"):
            explain.absent("What goes with promotion", answers.reading(view.scope, "promotional_share").value)
    blocks.over_time(view, "customer_led_share")


def newcomers(view: View) -> None:
    """Is a first post answered, and does its author come back?"""
    blocks.headlines(view, ("newcomer_answer_rate", "newcomer_return", "time_to_step_in"))
    with trouble.told():
        found = asked.returns(view.scope)
        blocks.draw(view, "newcomers")
        for note in found.notes:
            st.caption(text(note, show.SENTENCE))
        explain.comparison(found, "newcomers")
    blocks.over_time(view, "newcomer_answer_rate")


def exchange(view: View) -> None:
    """Do people answer each other, and do we sound like people?"""
    blocks.headlines(view, ("reciprocity", "peer_answer_share", "human_voice"))
    with trouble.told():
        if isinstance(answers.reading(view.scope, "human_voice").value, Estimate):
            st.header("Signs of a person in our answers", anchor=False)
            st.caption(VOICE)
            detail, compared = answers.detail(view.scope, "human_voice"), asked.signs(view.scope)
            show.table(_signs(detail, compared), "signs")
    blocks.over_time(view, "peer_answer_share")
    blocks.over_time(view, "human_voice")


def recovery(view: View) -> None:
    """What follows when something went wrong, and when it was put right."""
    blocks.headlines(view, ("service_recovery",))
    with trouble.told():
        _details(view, "service_recovery")
        found = asked.recovery(view.scope)
        for heading, grid in (("What follows", found[0]), ("The first failure and the second", found[1])):
            if grid.cells:
                st.header(text(heading), anchor=False)
                show.table(_grid(grid), f"recovery-{heading.split()[-1]}")
        st.caption(MEAN)
        st.caption(FEW)
    blocks.over_time(view, "service_recovery")
    blocks.rows(view, "service_recovery")


#: What the figures beside a headline are called, and their unit.
_DETAILS: Mapping[str, tuple[tuple[str, str, Unit], ...]] = {
    "promotional_share": (
        ("Posts for every answer", "posts_per_reply", "score"),
        ("Promotional posts for every answer", "promotional_per_reply", "score"),
    ),
    "service_recovery": (
        ("Something went wrong", "failed_share", "share"),
        ("First failures put right", "first_repaired", "share"),
        ("Second failures put right", "second_repaired", "share"),
    ),
}


def _details(view: View, key: str) -> None:
    detail = answers.detail(view.scope, key)
    named = [(name, detail[part], unit) for name, part, unit in _DETAILS[key] if part in detail]
    if named and any(isinstance(value, Estimate) for _, value, _ in named):
        with st.grid(columns=len(named), min_column_width=200):
            for name, value, unit in named:
                blocks.figure(name, value, unit)


def _signs(detail: Mapping[str, Value], compared: Mapping[str, Comparison]) -> pd.DataFrame:
    parts = [part for part in SIGNS if part in detail]
    return pd.DataFrame(
        {
            "Sign": [SIGNS[part] for part in parts],
            "Share of answers": [_cell(detail[part]) for part in parts],
            "Found it easy, with it": [_cell(compared[part].groups["with"]) for part in parts],
            "without it": [_cell(compared[part].groups["without"]) for part in parts],
            "Difference": [written.difference_text(compared[part].raw, "share") for part in parts],
        }
    )


def _grid(found: Grid) -> pd.DataFrame:
    rows = [
        {found.row_label: row, **{column: _cell(found.cells.get((row, column))) for column in found.columns}}
        for row in found.rows
    ]
    return pd.DataFrame(rows)


def _cell(value: Value | None) -> str:
    if not isinstance(value, Estimate):
        return written.DASH
    return f"{written.value_text(value, 'share')}, {written.n_text(value.n)}"

"""Plan a fair test: what it would show, how it is done, and the coin itself as a file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime

import streamlit as st

from socialroi import charts
from socialroi.result import Plan, Study
from socialroi.ui import access, answers, exports, keys, pictures, show, trouble
from socialroi.ui.answers import Asked
from socialroi.ui.safe import text
from socialroi.ui.view import View
from socialroi.uplift.fair_test import randomise

TITLE = "Plan a fair test"
WHY = (
    "Let a coin choose whom to answer first for some weeks. Then the groups differ in nothing else, and the "
    "answer needs no assumption about your agents."
)
SEED = (
    "The seeds of these two lists, for the proof afterwards. Whoever has a seed can tell every line to come: "
    "keep it away from those who answer. A list stays the same however often you download it in this visit, "
    "so that nobody tosses until they like the result."
)
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
LINES = 200


def draw(view: View, asked: Asked) -> None:
    """The plan under its heading."""
    st.header(TITLE, anchor=False)
    _plan(view, asked)


def fold(view: View, asked: Asked, study: Study) -> None:
    """The same at the end of a page whose question is answered; computed once it is opened."""
    if charts.headline_of(study) is None:
        return
    opened = st.expander(TITLE, key=keys.PLAN, on_change="rerun")
    if opened.open:
        with opened:
            _plan(view, asked)


def _plan(view: View, asked: Asked) -> None:
    with trouble.told():
        found = answers.plan(view.scope, asked)
        st.markdown(WHY)
        st.markdown(text(found.sentence, 2 * show.SENTENCE))
        drawn = pictures.picture(view.scope.whole, view.look, "reach", (asked,))
        if drawn is not None:
            show.chart(drawn, "reach")
        _recipe(found)
        if access.may_change():
            _coin(view, found)


def _recipe(found: Plan) -> None:
    st.subheader("How it is done", anchor=False)
    for number, step in enumerate(found.recipe, 1):
        st.markdown(f"{number:d}. {text(step, show.SENTENCE)}")


def _coin(view: View, found: Plan) -> None:
    st.subheader("The coin", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        lines = st.number_input(
            "Number of lines", 1, randomise.MOST, LINES, step=50, key=keys.LINES, width=200
        )
        share = st.selectbox(
            "Share answered first", SHARES, key=keys.SHARE, format_func=lambda part: f"{part:.0%}", width=200
        )
    sealed, waiting = _seed("sealed", view), _seed("waiting", view)
    held = answers.waiting(view.scope.whole, found.hold_h)
    with st.container(horizontal=True):
        _download(
            "Download the sealed list",
            "sealed-list",
            lambda: randomise.sealed_list(int(lines), share, sealed),
        )
        _download(
            "Download for conversations waiting now",
            "waiting",
            lambda: randomise.for_waiting(
                view.store, share, waiting, hold_h=found.hold_h, drawn_at=datetime.now(UTC)
            ),
            disabled=not held,
        )
    st.caption(_waiting(held, found.hold_h))
    with st.popover("The seeds of these lists", type="tertiary", key=f"{keys.SEED}-shown"):
        st.markdown(SEED)
        st.code(f"sealed list: {sealed}\nwaiting now: {waiting}", language=None)


def _waiting(held: int, hold_h: float) -> str:
    """What the second list would hold."""
    if not held:
        return f"At the end of your export no conversation waits that may still be held for {hold_h:g} hours."
    many = "1 conversation waits" if held == 1 else f"{held:,} conversations wait"
    return f"At the end of your export {many} that may still be held, for up to {hold_h:g} hours each."


def _seed(name: str, view: View) -> int:
    """A seed from the machine's own randomness, the same for a whole visit to the same data."""
    key = f"{keys.SEED}-{name}-{view.workspace.name}-{view.scope.generation}"
    return int(st.session_state.setdefault(key, secrets.randbits(63)))


def _download(label: str, name: str, draw: Callable[[], randomise.Draw], *, disabled: bool = False) -> None:
    """A button whose file is drawn when it is pressed."""
    st.download_button(
        label,
        data=access.download(lambda: exports.csv(draw().frame())),
        file_name=f"socialroi-{name}-{date.today().isoformat()}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
        disabled=disabled,
    )

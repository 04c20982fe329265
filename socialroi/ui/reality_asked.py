"""What is asked of the study: which outcome, over how long. Both are in the URL."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from socialroi.ui import keys
from socialroi.ui.answers import USUAL, Asked
from socialroi.ui.safe import text
from socialroi.ui.view import View
from socialroi.uplift import OUTCOMES

#: The follow-up nobody chose.
CHOSEN = "from the data"
#: What each outcome is, in one sentence.
MEANINGS: Mapping[str, str] = {
    "retention": "Retention: whether somebody who had ordered at least twice orders again.",
    "repurchase": "Repurchase: whether somebody who had ordered once orders a second time.",
    "orders": "Orders: how many orders a customer places.",
    "margin": "Margin: what a customer's orders bring in after the cost of the goods.",
    "upsell": "Upsell: whether a customer buys something dearer than ever before in a category they know.",
    "cross_sell": "Cross-sell: whether a customer buys from a category they had never bought from before.",
    "advocacy": "Advocacy: whether a customer recommends the shop.",
}


def choose(view: View) -> Asked:
    """The outcome and the follow-up that the visitor asks about."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        outcome = st.selectbox(
            "Did answering change",
            tuple(OUTCOMES),
            index=tuple(OUTCOMES).index(USUAL.outcome),
            key=keys.OUTCOME,
            bind="query-params",
            format_func=_name,
            width=220,
        )
        follow = st.selectbox(
            "Followed for, in days",
            (CHOSEN, *map(str, view.store.settings.horizons)),
            key=keys.FOLLOW,
            bind="query-params",
            width=220,
            help="By default the shortest of 90, 180 and 365 days in which three of four customers who come "
            "back have come back. It is fixed before anything is compared.",
        )
    st.caption(text(MEANINGS.get(outcome, ""), 200))
    return Asked(outcome, int(follow) if follow != CHOSEN else None)


def _name(outcome: str) -> str:
    return outcome.replace("_", "-")

"""What only the loyalty page shows: definitions side by side, where customers come from, what they choose."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.result import Estimate, Grid, Value
from socialroi.ui import answers, blocks, explain, show, trouble
from socialroi.ui.safe import text
from socialroi.ui.view import View

THREE = (
    "Tools mean different things by retention. The same customers, counted three ways: those with an order "
    "in the last 30 days of each interval, those with one then or any time since, and those with one at any "
    "time in it. A customer counts only once the whole interval is over, so later rows rest on fewer."
)
SILENT = (
    "Fell silent means: ordered in the month before and not in this one. It is no loss yet; whoever buys "
    "every second month falls silent each time and comes back."
)
CHOICES = (
    "Dearer means a product above everything the customer had bought of its category before, each product at "
    "its mean price, so that a change of price is no choice. New means a category never bought from before."
)
WAITING = (
    "The same as time: how long one-time buyers went without a second order on average, up to the follow-up."
)


def definitions(view: View) -> None:
    """Retention by its three usual definitions, in one table."""
    with trouble.told():
        found = answers.three_retentions(view.scope)
        st.header(text(found.definition.name, 60), anchor=False)
        st.caption(text(THREE, show.SENTENCE))
        show.prose(_table(found), "three-retentions")
        with st.popover("How is this counted?"):
            explain.definition(found.definition)


def lifecycle(view: View) -> None:
    """Where the customers of each month come from, and who fell silent."""
    with trouble.told():
        if blocks.draw(view, "lifecycle"):
            st.caption(text(SILENT, show.SENTENCE))


def waiting(view: View) -> None:
    """How long engaged and unengaged one-time buyers went without a second order."""
    with trouble.told():
        if blocks.draw(view, "engaged", "days_without_order"):
            st.caption(text(WAITING, show.SENTENCE))
        explain.comparison(answers.comparison(view.scope, "days_without_order"), "days-without-order")


def choices(view: View) -> None:
    """Whether customers choose something dearer, or from a category new to them."""
    st.caption(text(CHOICES, show.SENTENCE))
    blocks.headlines(view, ("upsell", "cross_sell"))
    for key in ("upsell", "cross_sell"):
        blocks.engaged(view, key)
        blocks.over_time(view, key)
        blocks.rows(view, key)


def _table(found: Grid) -> pd.DataFrame:
    """One line an interval: how many are old enough, and the three shares with their intervals."""
    lines = []
    for row in found.rows:
        values = [found.cells[row, column] for column in found.columns]
        shares = dict(zip(found.columns, map(_shown, values), strict=True))
        lines.append({found.row_label: row, "Customers old enough": f"{values[0].n:,}", **shares})
    return pd.DataFrame(lines)


def _shown(value: Value) -> str:
    """A share with its interval, or that it is too early."""
    if not isinstance(value, Estimate):
        return f"Too early: {value.sentence}" if value.code == "incomplete" else value.sentence
    return f"{written.number(value.value, 'share')} ({written.interval_text(value, 'share')})"

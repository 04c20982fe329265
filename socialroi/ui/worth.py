"""Worth it? The return where it may be shown, else from which effect on an answer pays, else the cost.

Amounts are in the one currency of the files and name it. What is attributed and not caused stands beside
the parts and is never added to them.
"""

from __future__ import annotations

import streamlit as st

from socialroi.charts import format as written
from socialroi.charts.sentences import lead
from socialroi.result import Estimate, Value, Worth
from socialroi.ui import answers, cards, checked, explain, pictures, show, trouble, worth_if
from socialroi.ui.menu import link
from socialroi.ui.safe import text
from socialroi.ui.view import View

NO_COSTS = (
    "Load what social care costs, a `costs` file with month, amount and, where known, department, kind and "
    "currency. Then this page sets the cost of an answer against what it brings in."
)
BRINGS, COSTS = "An answer brings in", "An answer costs"
EACH = "Per answered conversation."
RETURN = (
    "What an answer brings in beyond its cost, as a share of that cost. At 0% it has just paid for itself."
)
PAYS_FROM = (
    "How many more of the answered customers must stay, in percentage points (pp), for an answer to bring in "
    "what it costs."
)
BESIDE = (
    "Margin is what orders bring in after the cost of the goods. The first parts are what answering changed, "
    "and they add up. New and referred customers stand beside: they came by these ways, and nobody knows who "
    "of them would have come anyway, so they are attribution and are added to nothing."
)
HANDLING = "Per answered conversation, staff and agencies only."
PAYBACK = "The month by whose end an answer has brought in what it cost."
UNANSWERED = "Per conversation left unanswered so far."
MORE = (
    "Answering more costs only the handling; tools and licences are paid anyway. That is why the two numbers "
    "below are compared, and not the full cost above."
)


def verdict(view: View) -> Worth:
    """The answer in one sentence, and its number when it may be shown."""
    found = answers.worth(view.scope)
    with st.container(border=True):
        cards.badge(found.verdict)
        head, rest = lead(found)
        st.header(text(head, show.SENTENCE), anchor=False)
        if rest:
            st.markdown(text(rest, 2 * show.SENTENCE))
        with st.grid(columns=4, min_column_width=200):
            _headline(found)
        explain.working(found.working, "worth")
    if not found.costs:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(NO_COSTS, width="stretch")
            link("data", "Load costs")
    return found


def what_if(view: View, found: Worth) -> None:
    """What must be true for an answer to pay, and what the data allow."""
    if not isinstance(found.breakeven_effect, Estimate):
        return
    with trouble.told():
        _draw(view, "breakeven")
        worth_if.draw(found)


def parts(view: View, found: Worth) -> None:
    """The money in parts that add up, its cost, and what stands beside."""
    if not any(isinstance(bar.value, Estimate) for bar in (*found.bars, *found.beside)):
        return
    with trouble.told():
        _draw(view, "worth_bars")
        st.caption(BESIDE)


def unanswered(found: Worth) -> None:
    """What answering those who get no answer would be worth."""
    if not isinstance(found.unanswered, Estimate):
        return
    st.header("Answering those who get no answer", anchor=False)
    st.caption(MORE)
    with st.grid(columns=2, min_column_width=240):
        _money("An answer would bring in", found.unanswered, found, UNANSWERED)
        _money("Handling it would cost", found.marginal_cost, found, HANDLING)


def costs(view: View, found: Worth) -> None:
    """What was spent by month, department and kind."""
    if found.costs:
        with trouble.told():
            _draw(view, "costs")


def checks(found: Worth) -> None:
    """Which conditions were met; an amount is shown only when all are."""
    st.header("What had to hold", anchor=False)
    checked.table(found.checks, "checks-worth")


def notes(found: Worth) -> None:
    """What must be known beside the numbers."""
    st.header("Beside the numbers", anchor=False)
    for note in found.notes:
        st.markdown(f"- {text(note, 2 * show.SENTENCE)}")


def _headline(found: Worth) -> None:
    """The return first where it is clear, else the break-even; then what they are made of."""
    if isinstance(found.roi, Estimate) and found.roi.is_clear:
        _returned(found.roi)
        _pays(found.breakeven_effect)
    else:
        _pays(found.breakeven_effect)
        _returned(found.roi)
    for name, value in ((BRINGS, found.margin), (COSTS, found.cost)):
        if isinstance(value, Estimate):
            _money(name, value, found, EACH)
    _paid_back(found.payback_months)


def _returned(value: Value) -> None:
    if isinstance(value, Estimate):
        shown = written.return_number(value.value)
        _figure("Return on an answer", shown, written.return_interval(value), RETURN)


def _pays(value: Value) -> None:
    if isinstance(value, Estimate):
        shown = written.difference_number(value.value, "share")
        _figure(
            "An answer pays from", shown, written.interval_text(value, "share", difference=True), PAYS_FROM
        )


def _money(name: str, value: Value, found: Worth, meaning: str) -> None:
    if isinstance(value, Estimate):
        shown = written.number(value.value, "money", found.currency)
        _figure(name, shown, written.interval_text(value, "money"), meaning)
    else:
        _figure(name, written.DASH, "", value.sentence)


def _paid_back(value: Value) -> None:
    if isinstance(value, Estimate):
        open_end = "later" if written.OPEN in value.method else f"{value.high:.0f}"
        _figure("Paid back in month", f"{value.value:.0f}", f"{value.low:.0f} to {open_end}", PAYBACK)


def _figure(name: str, shown: str, interval: str, meaning: str) -> None:
    """One number, its interval and its one-line meaning; what is known exactly has no interval."""
    with st.container():
        st.metric(name, shown)
        st.caption(text(f"95% interval {interval}. {meaning}" if interval else meaning, show.SENTENCE))


def _draw(view: View, kind: str) -> None:
    found = pictures.picture(view.scope.whole, view.look, kind)
    if found is not None:
        show.chart(found, kind)

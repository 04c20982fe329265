"""What must be true: an assumed effect, and what an answer would return if it were so."""

from __future__ import annotations

import math

import streamlit as st

from socialroi.charts import format as written
from socialroi.result import Estimate, Value, Worth
from socialroi.ui import gate, keys, show
from socialroi.ui.safe import text
from socialroi.uplift.worth import roi_at

ASK = (
    "Move the slider to an effect you believe in: how many more of 100 answered customers order again "
    "because they were answered."
)
#: The scale of the slider reaches at least so far, in points, and never further than everybody.
LEAST, MOST, STEP = 10.0, 100.0, 0.1


@gate.fragment
def draw(found: Worth) -> None:
    """The slider and what follows from it; nothing is computed but a division."""
    need = found.breakeven_effect
    assert isinstance(need, Estimate)
    st.subheader("What must be true?", anchor=False)
    st.markdown(ASK)
    low, high = ends(need, found.effect)
    points = st.slider(
        "Assumed effect, in percentage points",
        low,
        high,
        _start(need, found.effect, (low, high)),
        STEP,
        format="%+.1f",
        key=keys.ASSUMED,
    )
    effect = points / 100
    back = roi_at(effect, need.value)
    with st.grid(columns=2, min_column_width=240):
        with st.container():
            st.metric("Return on an answer, if so", written.return_number(back))
        if isinstance(found.cost, Estimate):
            with st.container():
                brings, costs = found.cost.value * (1 + back), found.cost.value
                st.metric("It would bring in", written.number(brings, "money", found.currency))
                st.caption(f"for {written.number(costs, 'money', found.currency)} that an answer costs")
    st.markdown(text(allowed(effect, found.effect), show.SENTENCE))


def ends(need: Estimate, effect: Value) -> tuple[float, float]:
    """The slider's scale in whole points: what is needed, what the data allow, and some room."""
    known = [need.value * 150]
    if isinstance(effect, Estimate):
        known += [effect.low * 100, effect.high * 100]
    reach = min(MOST, max(LEAST, *(abs(one) for one in known)))
    return max(-MOST, float(math.floor(min(-5.0, *known)))), float(math.ceil(reach))


def _start(need: Estimate, effect: Value, scale: tuple[float, float]) -> float:
    """Where the slider stands at first: on what the data say, else on the first step that pays."""
    points = (
        round(effect.value * 100, 1) if isinstance(effect, Estimate) else math.ceil(need.value * 1_000) / 10
    )
    return min(max(points, scale[0]), scale[1])


def allowed(effect: float, found: Value) -> str:
    """Whether the data allow an assumed effect."""
    if not isinstance(found, Estimate):
        return f"Whether that is so, these data cannot say. {found.sentence}"
    span = f"{written.interval_text(found, 'share', difference=True)} points"
    if effect < found.low - 5e-4:
        return f"Your data allow {span}: this is less than they allow."
    if effect > found.high + 5e-4:
        return f"Your data allow {span}: this is more than they allow."
    return f"Your data allow {span}: this is among them."

"""Ease and satisfaction against what customers did: who came back, which answer told, who stayed silent."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.metrics.answer import local_day
from socialroi.metrics.non_response import Balance, NonResponse
from socialroi.metrics.predictors import Predictors
from socialroi.result import Estimate, Unit, Unknown, Value
from socialroi.stats.items import Added
from socialroi.ui import answers, blocks, explain, show, trouble
from socialroi.ui.safe import text
from socialroi.ui.view import View

LEAVING = (
    "Leaving and staying are what customers did, not what they said. In a study of 2010, 20 % of satisfied "
    "customers stated the intention to leave and 28 % of dissatisfied ones that to stay. Stated intentions "
    "and orders are different things, so these are no yardstick for the numbers here."
)
AREA = (
    "The area under the curve is the chance that, of one customer who ordered again and one who did not, the "
    "first gave the better answer: 0.5 tells nothing, 1 tells all. A winner is named only if its area is "
    "higher on the scales as asked and again on equal levels, both intervals away from zero."
)
SHIFTED = (
    "What the predicted share who order again does when one answer moves from the low end (20th percentile) "
    "to the high end (80th) and the other stays. A difference between customers, not an effect."
)
SILENT = (
    "Weighted means: respondents like those who stayed silent count for more, by days since the last order, "
    "orders, spend, whether and how fast they were answered, and channel. What these files do not know about "
    "the silent stays unknown."
)
HARDEST = (
    "The lowest answers on ease, newest of the lowest first; conversation numbers are those of your files."
)
COLUMNS = {
    "channel": "Channel",
    "department": "Department",
    "ease": "Ease",
    "satisfaction": "Satisfaction",
    "wait": "Wait for the first answer",
    "conversation_id": "Conversation",
}


def surprises(view: View) -> None:
    """Satisfied but leaving, dissatisfied but staying, and the four groups."""
    st.header("Do satisfied customers leave?", anchor=False)
    blocks.headlines(view, ("satisfied_but_leaving", "dissatisfied_but_staying"))
    for key in ("satisfied_but_leaving", "dissatisfied_but_staying"):
        reading = answers.reading(view.scope, key)
        if isinstance(reading.value, Estimate) and isinstance(reading.compared_with, Estimate):
            st.caption(text(" ".join(reading.notes[:2]), show.SENTENCE))
    st.caption(LEAVING)
    with trouble.told():
        found = answers.quadrant(view.scope)
        if not blocks.draw(view, "quadrant"):
            explain.absent("Who comes back", found.absent or found.base)
        for note in found.pairs.notes:
            st.caption(text(note, show.SENTENCE))


def which(view: View) -> None:
    """Whether ease or satisfaction tells better who orders again."""
    with trouble.told():
        found = answers.predictors(view.scope)
        st.header("Which tells better who orders again?", anchor=False)
        st.markdown(f"**{text(_verdict(found))}** {text(found.sentence, show.SENTENCE)}")
        if isinstance(found.ease, Estimate):
            _areas(found)
            st.caption(AREA)
        blocks.draw(view, "calibration")
        explain.working(found.working, "which-predicts")


def silent(view: View) -> None:
    """The scores had everybody answered like the respondents who resemble them."""
    with trouble.told():
        found = answers.non_response(view.scope)
        st.header("Those who did not answer", anchor=False)
        if found.absent:
            st.info(
                text(f"Cannot say whether the silent feel otherwise. {found.absent.sentence}", show.SENTENCE)
            )
            return
        st.markdown(text(_responded(found), show.SENTENCE))
        scores = [
            _line(
                one.definition.name, one.definition.unit, as_answered=one.as_answered, weighted=one.weighted
            )
            for one in found.scores
        ]
        show.table(pd.DataFrame(scores), "as-answered-and-weighted")
        st.caption(SILENT)
        with st.expander("How like everybody are those who answered?"):
            show.table(pd.DataFrame([_balanced(one) for one in found.balance]), "respondents-balance")
        explain.working(found.working, "non-response")


def hardest(view: View) -> None:
    """The conversations the team should read."""
    with trouble.told():
        listed = answers.hardest(view.scope)
        st.header("The hardest conversations", anchor=False)
        if listed.empty:
            st.info("No ease answers about a conversation, on a scale whose easy end is known, are loaded.")
            return
        st.caption(HARDEST)
        show.table(_readable(listed, view.store.settings.reporting_zone), "hardest-conversations")


def _verdict(found: Predictors) -> str:
    if found.verdict == "cannot tell apart":
        return "Cannot tell apart."
    return f"{found.verdict.capitalize()} tells better."


def _areas(found: Predictors) -> None:
    """Both areas, their gap, what each adds and reaches, and the n still needed."""
    rows = [
        _told("Ease: area under the curve", found.ease, "score"),
        _told("Satisfaction: area under the curve", found.satisfaction, "score"),
        _told("Ease minus satisfaction, as asked", found.as_asked, "score", difference=True),
        _told("Ease minus satisfaction, on equal levels", found.collapsed, "score", difference=True),
        _told("Ease from low to high, satisfaction as it is", found.ease_reach, "share", difference=True),
        _told(
            "Satisfaction from low to high, ease as it is", found.satisfaction_reach, "share", difference=True
        ),
    ]
    show.table(pd.DataFrame(rows), "which-predicts")
    st.markdown(f"- {_adds('Ease', 'satisfaction', found.ease_adds)}\n"
                f"- {_adds('Satisfaction', 'ease', found.satisfaction_adds)}\n"
                f"- {text(_needed(found), show.SENTENCE)}")  # fmt: skip
    st.caption(SHIFTED)


def _told(name: str, value: Value, unit: Unit, *, difference: bool = False) -> dict[str, object]:
    """One line of the comparison."""
    if isinstance(value, Unknown):
        return {"Measure": name, "Value and 95% interval": f"{written.DASH} {value.sentence}"}
    shown = written.difference_text(value, unit) if difference else written.value_text(value, unit)
    return {"Measure": name, "Value and 95% interval": shown}


def _adds(item: str, other: str, added: Added | Unknown) -> str:
    """Whether one item tells anything beyond the other."""
    if isinstance(added, Unknown):
        return f"Whether {item.lower()} adds to {other}: cannot say. {text(added.sentence, show.SENTENCE)}"
    chance = "less than 0.1 %" if added.p < 0.001 else f"{100 * added.p:.1f} %"
    verb = "adds" if added.is_clear else "does not clearly add"
    told = f"{item} {verb} to what {other} tells (chance of such a result by luck: {chance}; {added.method})."
    return text(told, show.SENTENCE)


def _needed(found: Predictors) -> str:
    """How many surveys there are, and how many it would take."""
    n = (
        f"{found.n:,} surveys of {found.customers:,} customers, {found.ordered:,} followed by an order within"
        f" {found.horizon_days:,} days."
    )
    if found.needed_for_worthwhile is None:
        return n
    if found.needed_for_worthwhile <= found.n:
        return f"{n} That is enough to show a difference of 0.05."
    more = found.needed_for_worthwhile - found.n
    return f"{n} About {more:,} more are needed to show a difference of 0.05 four times out of five."


def _responded(found: NonResponse) -> str:
    rate = found.response_rate
    share = written.value_text(rate, "share") if isinstance(rate, Estimate) else written.DASH
    return (
        f"{found.responded:,} of {found.asked:,} surveys sent were answered: {share}. With weights they are "
        f"worth {found.effective:,.0f} equally weighted answers; {found.capped:,} weights were capped."
    )


def _line(name: str, unit: Unit, *, as_answered: Value, weighted: Value) -> dict[str, object]:
    """One score, as answered and weighted, side by side."""
    return {
        "Score": name,
        "As answered": written.value_text(as_answered, unit),
        "Weighted": written.value_text(weighted, unit),
        "Answers": as_answered.n,
    }


def _balanced(one: Balance) -> dict[str, object]:
    """One fact about everybody asked and about respondents; gaps in standard deviations."""
    return {
        "Fact": one.name,
        "All asked": f"{one.everybody:,.2f}",
        "Answered": f"{one.respondents:,.2f}",
        "Answered, weighted": f"{one.weighted:,.2f}",
        "Gap, standard deviations": f"{one.before:+.2f}",
        "Gap, weighted": f"{one.after:+.2f}",
    }


def _readable(listed: pd.DataFrame, zone: str) -> pd.DataFrame:
    """The list in words: local days, written waits, a dash where nothing is known."""
    days = [written.day(local_day(at.to_pydatetime(), zone)) for at in listed["answered_at"]]
    waits = [written.DASH if pd.isna(w) else written.duration(float(w)) for w in listed["waited_s"]]
    shown = listed.assign(wait=waits)[list(COLUMNS)].rename(columns=COLUMNS)
    shown = shown.astype(object).where(shown.notna(), written.DASH)
    for name in ("Ease", "Satisfaction"):
        shown[name] = shown[name].map(lambda score: score if isinstance(score, str) else f"{score:g}")
    shown.insert(0, "Answered on", days)
    return shown

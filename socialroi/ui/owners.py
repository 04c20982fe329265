"""Who should own social: departments like with like, who speaks, and what changed when it changed hands."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.metrics.owner_change import is_handover
from socialroi.metrics.owners import Who
from socialroi.result import Change, Event, Standings, Unknown, Verdict
from socialroi.ui import answers, asked, cards, explain, keys, pictures, show, trouble
from socialroi.ui.safe import plain, text
from socialroi.ui.view import View

ABOUT = (
    "Departments get different work, so each is shown as counted (hollow) and with the same mix of topics, "
    "channels, hours and customers as all the others, luck taken out (filled). This is no league table: even "
    "among five equal departments the best and the worst look clearly different in every fourth set of files."
)
SPEAKERS = (
    "Who answered, told from the department's name: care, marketing, sales or product experts. What follows "
    "an answer is not caused by who gave it."
)
FUNNEL = (
    "Between the lines, a group is no further from the middle than luck alone takes one with as many cases. "
    "Small groups stray further, so their lines are wider apart."
)
PAIRS = "All intervals of this table hold together in 95 of 100 such comparisons."
NO_CHANGE = "Declare a change of owner to see what happened around it: an events file with its date."
AROUND = "Any dated event can part before from after; what else happened at the time moves the numbers too."
CHANGED = (
    "Every week is shown with everybody's case mix, so that a change in what people write about is no step. "
    "Without a channel that the change could not touch, a step coincides with the change, and no more."
)


def departments(view: View) -> None:
    """Departments on the measure the visitor chose."""
    st.caption(ABOUT)
    with trouble.told():
        _compared(view, "department")


def speakers(view: View) -> None:
    """What follows who speaks."""
    st.header("Who speaks, and what follows", anchor=False)
    st.caption(SPEAKERS)
    with trouble.told():
        _compared(view, "speaker")


def changes(view: View) -> None:
    """What happened when social changed hands."""
    st.header("When social changed hands", anchor=False)
    with trouble.told():
        event = _date(view)
        found = asked.owner_changes(view.scope, event)
        if isinstance(found, Unknown):
            st.info(text(found.sentence or NO_CHANGE, show.SENTENCE))
            return
        st.caption(CHANGED)
        names = {one.definition.key: one.definition.name for one in found}
        picked = st.selectbox(
            "Look at", tuple(names), key=keys.CHANGED, bind="query-params",
            format_func=lambda key: names[key], width=280,
        )  # fmt: skip
        _change(view, next(one for one in found if one.definition.key == picked), event)


def _date(view: View) -> Event | None:
    """The date to look around: any dated event, and first of all the latest change of owner."""
    dates = {_named(one, view.store.settings.reporting_zone): one for one in answers.events(view.scope)}
    if not dates:
        return None
    handovers = [at for at, one in enumerate(dates.values()) if is_handover(one)]
    picked = st.selectbox(
        "Before and after", tuple(dates), index=handovers[-1] if handovers else None, key=keys.AROUND,
        bind="query-params", placeholder="Choose a date", width=480, help=AROUND,
    )  # fmt: skip
    return dates.get(picked) if picked else None


def _named(event: Event, zone: str) -> str:
    return plain(f"{written.day(written.local(event.happened_at, zone))}: {event.label}")


def _compared(view: View, by: Who) -> None:
    found = {one.definition.key: one for one in asked.standings(view.scope, by)}
    picked = st.selectbox(
        "Compare on", tuple(found), key=keys.MEASURE if by == "department" else keys.FOLLOWS,
        bind="query-params", format_func=lambda key: found[key].definition.name, width=280,
    )  # fmt: skip
    one = found[picked]
    _judged(one.verdict)
    if not _draw(view, "standings", by, picked):
        st.info(text(one.sentence, show.SENTENCE))
    for note in one.notes:
        st.caption(text(note, show.SENTENCE))
    if one.gaps:
        with st.expander("Every pair, with intervals that hold together"):
            st.caption(PAIRS)
            show.table(_pairs(one), f"pairs-{by}")
    if by == "department" and _draw(view, "funnel", by, picked):
        st.caption(FUNNEL)
    explain.working(one.working, f"owners-{by}")


def _change(view: View, one: Change, event: Event | None) -> None:
    cards.badge(one.verdict)
    drawn = pictures.picture(view.scope, view.look, "owner_change", (one.definition.key, event))
    if drawn is not None:
        show.chart(drawn, f"owner-change-{one.definition.key}")
    else:
        st.info(text(one.sentence, show.SENTENCE))
    for note in one.notes:
        st.caption(text(note, show.SENTENCE))
    explain.working(one.working, "owner-change")


def _pairs(found: Standings) -> pd.DataFrame:
    unit = found.definition.unit
    return pd.DataFrame(
        {
            "First": [gap.first for gap in found.gaps],
            "Second": [gap.second for gap in found.gaps],
            "First less second": [written.difference_text(gap.value, unit) for gap in found.gaps],
            "Clear": ["yes" if gap.value.is_clear else "no" for gap in found.gaps],
        }
    )


def _draw(view: View, kind: str, *question: str) -> bool:
    """Whether there was something to draw."""
    found = pictures.picture(view.scope, view.look, kind, question)
    if found is not None:
        show.chart(found, "-".join((kind.replace("_", "-"), *question)))
    return found is not None


def _judged(verdict: Verdict) -> None:
    """The verdict, in the words of a comparison of several groups: no one group is the better one."""
    if verdict == "better":
        st.badge("Clear difference", color="blue")
    else:
        cards.badge(verdict)

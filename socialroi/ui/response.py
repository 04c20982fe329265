"""What only the response page shows: both clocks, promises counted three ways, who waits, who is needed."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.metrics import capacity, waiting_now
from socialroi.metrics.capacity import Demand
from socialroi.result import Estimate, Unknown, Value
from socialroi.ui import access, answers, blocks, explain, gate, keys, pictures, show, trouble
from socialroi.ui.safe import text
from socialroi.ui.view import View

NO_BOTS = (
    "No bot and no automatic notice came before a person here, so hearing anything back and being answered "
    "by a person are the same."
)
TWO_CLOCKS = (
    "The upper line ends a wait with whatever comes back first, and that may be a bot's greeting. It says "
    "what was sent, not whether it helped; the lower line is what the other figures on this page are about."
)
THREE_WAYS = (
    "The same promises counted three ways. An event is one wait for a first answer. A conversation or a "
    "person counts as broken as soon as one of their waits is, and as running while one still runs. Share "
    "kept leaves out the running ones; the worst case takes them all as broken."
)
RESOLVED = (
    "Counted over every answer, over the last answer of each conversation, and over the last answer each "
    "person got: somebody who keeps coming back weighs less from row to row."
)
#: What the page calls what the metrics count.
EVENTS = {"events": "Events (waits)", "conversations": "Conversations", "people": "People"}
ANSWERS = {
    "of_answers": "Every answer",
    "of_conversations": "Conversations",
    "of_people": "People",
}
PARTS = (
    ("past_promise", "Past the promise"),
    ("within_promise", "Still within it"),
    ("unpromised", "Without a promise"),
    ("over_7_days", "Waiting for 7 days or more"),
)
LATE = {True: "yes", False: "not yet"}

#: Three counts in one column, so that the table fits a phone; the download has them apart.
TOGETHER = "Kept / broken / running"
STAFF = "How many people does it take?"
ASK = (
    "Erlang C, the queueing rule of call centres, says how many people at work on messages it takes. It "
    "needs the minutes one answer takes, which are in no export: put in your own."
)
CAVEAT = (
    "It takes messages to come steadily within the hour and nobody to give up. An hour's average hides its "
    "rushes, so a rush takes more people; breaks and other work come on top. People seen answering are those "
    "who sent an answer in the hour: whoever was there and sent none is not seen."
)
MINUTES, LEAST, MOST = 60.0, 0.5, 480.0
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def waits(view: View) -> None:
    """Share answered by waiting time; where bots answer too, beside the share that heard anything back."""
    if view.scope.window.clock == "business":
        blocks.waits(view)
        return
    lines = len(answers.touches(view.scope).groups)
    blocks.waits(view, "touches" if lines > 1 else "waits")
    if lines:
        st.caption(TWO_CLOCKS if lines > 1 else NO_BOTS)


def counted(view: View) -> None:
    """Promises kept and conversations that stayed resolved, each with three denominators."""
    with trouble.told():
        promises = answers.detail(view.scope, "sla_attainment")
        st.header("Promises kept, counted three ways", anchor=False)
        _promises(promises)
    with trouble.told():
        st.header("Stayed resolved for 7 days, counted three ways", anchor=False)
        st.caption(RESOLVED)
        found = answers.detail(view.scope, "resolution")
        show.prose(_resolved(found), "resolution-three-ways")


def _promises(detail: Mapping[str, Value]) -> None:
    share = detail["of_events"]
    if isinstance(share, Unknown) and share.code in {
        "no_promises",
        "no_data",
        "answered_only",
        "no_calendar",
    }:
        explain.absent("SLA attainment", share)
        return
    st.caption(THREE_WAYS)
    rows = [
        {
            "Counted": shown,
            TOGETHER: " / ".join(
                _count(detail[f"{state}_{name}"]) for state in ("kept", "broken", "running")
            ),
            "Kept": _count(detail[f"kept_{name}"]),
            "Broken": _count(detail[f"broken_{name}"]),
            "Running": _count(detail[f"running_{name}"]),
            "Share kept": _shown(detail[f"of_{name}"]),
            "Worst case": _share(detail[f"worst_of_{name}"]),
        }
        for name, shown in EVENTS.items()
    ]
    columns = ("Counted", TOGETHER, "Share kept", "Worst case")
    show.prose(pd.DataFrame(rows), "promises-three-ways", columns=columns)


def _resolved(detail: Mapping[str, Value]) -> pd.DataFrame:
    rows = [
        {"Counted": shown, "Stayed resolved": _shown(detail[key]), "Of": _count(detail[key], of=True)}
        for key, shown in ANSWERS.items()
    ]
    return pd.DataFrame(rows)


def _count(value: Value, *, of: bool = False) -> str:
    if of or isinstance(value, Unknown):
        return written.count(value.n)
    return written.count(value.value)


def _shown(value: Value) -> str:
    """A share with its interval, or why there is none."""
    return written.value_text(value, "share") if isinstance(value, Estimate) else value.sentence


def _share(value: Value) -> str:
    """A share alone."""
    return written.number(value.value, "share") if isinstance(value, Estimate) else written.DASH


def waiting(view: View) -> None:
    """Who has no answer yet: how many, how late, and the list to work off, oldest first."""
    blocks.headlines(view, ("waiting_now",))
    with trouble.told():
        found = answers.reading(view.scope, "waiting_now").value
        if not isinstance(found, Estimate):
            return
        detail = answers.detail(view.scope, "waiting_now")
        with st.grid(columns=len(PARTS), min_column_width=160):
            for key, name in PARTS:
                with st.container():
                    st.metric(text(name), _count(detail[key]))
        if found.value:
            _listed(view, int(found.value))


def _listed(view: View, n: int) -> None:
    """The list and its download, which has every row and every column; for analysts."""
    if not access.may_change():
        return
    listed = waiting_now.rows(view.store, view.scope.window, most=n)
    st.subheader("The list, oldest first", anchor=False)
    show.table(legible(listed), "waiting-now", tidy=listed, lines=10)


def legible(listed: pd.DataFrame) -> pd.DataFrame:
    """The list in words: how long each has waited, and whether the promise has passed."""
    business = listed["business_waited_s"].notna().any()
    columns = {
        "Conversation": listed["conversation_id"],
        "Asked at (UTC)": listed["opened_at"].dt.strftime("%Y-%m-%d %H:%M"),
        "Has waited": listed["waited_s"].map(written.duration),
        "Of it in opening hours": listed["business_waited_s"].map(_open_hours),
        "Promised within": listed["promised_s"].map(_duration),
        "Past the promise": [
            LATE.get(late, "no promise") if pd.notna(late) else "no promise"
            for late in listed["is_past_promise"]
        ],
        "Channel": listed["channel"],
        "Department": listed["department"],
        "Segment": listed["segment"],
        "Topic": listed["topic"],
    }
    if not business:
        del columns["Of it in opening hours"]
    return pd.DataFrame(columns)


def _duration(seconds: float | None) -> str:
    return written.duration(float(seconds)) if seconds is not None and pd.notna(seconds) else written.DASH


def _open_hours(seconds: float | None) -> str:
    """Opening hours as hours: a day of them would not be 24."""
    return f"{seconds / 3600:,.1f} h" if seconds is not None and pd.notna(seconds) else written.DASH


def staffing(view: View) -> None:
    """When messages come, and how many people it takes to keep the promise."""
    with trouble.told():
        found = answers.demand(view.scope)
        if found.absent:
            explain.absent("Messages by hour of the week", found.absent)
            return
        blocks.draw(view, "arrivals")
        st.caption(text(came(found), 2 * show.SENTENCE))
        _people(view, found)


@gate.fragment
def _people(view: View, found: Demand) -> None:
    """What it takes, for the minutes and the share somebody puts in."""
    st.header(STAFF, anchor=False)
    st.markdown(ASK)
    known = answers.reading(view.scope, "time_per_answer").value
    minutes, share = _asked(known)
    st.caption(text(bound(known), show.SENTENCE))
    if minutes is None:
        return
    missing = capacity.unplanned(found, minutes * MINUTES, share)
    if missing:
        explain.absent("People needed", missing)
        return
    st.caption(text(promised(found), show.SENTENCE))
    drawn = pictures.picture(view.scope, view.look, "staff", (minutes * MINUTES, share))
    if drawn is not None:
        show.chart(drawn, "staff")
    st.caption(CAVEAT)


def _asked(known: Value) -> tuple[float | None, float]:
    """Minutes an answer takes, at first what the data bound it to, and the share of promises to keep."""
    start = _start(known)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        minutes = st.number_input(
            "Minutes one answer takes",
            LEAST,
            MOST,
            start,
            step=0.5,
            format="%.1f",
            key=f"{keys.HANDLING}-{start}",
            width=220,
        )
        share = st.selectbox(
            "Share of promises to keep",
            SHARES,
            SHARES.index(0.8),
            key=keys.KEPT,
            format_func=lambda part: f"{part:.0%}",
            width=220,
        )
    return minutes, share


def _start(known: Value) -> float | None:
    """The bound from the data in minutes, down to the half; None without one."""
    if isinstance(known, Unknown):
        return None
    return min(MOST, max(LEAST, math.floor(known.value / MINUTES * 2) / 2))


def bound(known: Value) -> str:
    """What the data can say about the minutes."""
    if isinstance(known, Unknown):
        return f"Your data cannot say how long an answer takes. {known.sentence} Put in the minutes."
    each = 3600 / known.value
    return (
        f"Your data only bound it: a person sent {each:.1f} answers in an hour in which they answered at all,"
        f" so one took {written.duration(known.value)} at most. That is where the field starts; the true time"
        " is shorter, and then it takes fewer people."
    )


def came(found: Demand) -> str:
    """Which messages the picture leaves out."""
    parts = []
    if not found.has_calendar:
        parts.append("No opening hours are loaded, so every hour of the week counts.")
    elif found.closed:
        parts.append(
            f"{found.closed:,} of {found.asked:,} messages came while the calendar says closed. They and"
            " those hours are left out; they wait at opening, on top of what is shown."
        )
    if found.answered_only:
        parts.append("Some exports hold only answered conversations, so more came than is shown.")
    return " ".join([*parts, "Several messages in a row count once."])


def promised(found: Demand) -> str:
    """What is promised to how many of the messages."""
    every = sum(found.promises.values())
    parts = ", ".join(
        f"{written.duration(target)} for {n / every:.0%}" for target, n in sorted(found.promises.items())
    )
    left = (
        f" {found.unpromised:,} messages have no promise and are taken as these." if found.unpromised else ""
    )
    return f"The promise in force: {parts} of the messages; each is held to its own.{left}"

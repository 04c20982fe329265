"""The health tab, from the one number that matters to the totals you can tick off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.store.facts import Field, Linked, Span, Usage
from socialroi.ui import show, trouble
from socialroi.ui.health import asked, controls, found
from socialroi.ui.health.found import People
from socialroi.ui.intake import words
from socialroi.ui.safe import text
from socialroi.ui.view import View

ELSEWHERE = (
    "These tables were derived on another machine, and messages and orders stayed there. What is counted in "
    "them, such as totals by month, doubtful rows and empty columns, is shown where they are."
)
NOTHING = "Nothing is loaded yet. What your files are good for is shown here once they are in."
CHANGE = "Change these with: socialroi settings --db FOLDER KEY=VALUE"
LEFT_OUT = "They are in no figure. If they have something in common, such as one month, that month is wrong."
ALREADY_HERE = "They change nothing: every row counts once."
REPLACED = "The newer version counts, the older is kept aside for undo."
UNLINKED = "They count in figures about answers and orders, and in none about customers."
SOCIAL = "Engagement looks at these only."
WAITING = "They stay in every figure as still waiting when the export ended."
#: From this share of empty cells on a column is worth naming.
WORTH_NAMING = 0.01


def draw(view: View) -> None:
    """The whole tab; each part fails alone."""
    for part in _parts(view):
        with trouble.told():
            part(view)


def _parts(view: View) -> Sequence[Callable[[View], object]]:
    """What can be judged here, in order."""
    if not _is_loaded(view):
        return (_nothing, _matrix)
    if not view.store.holds_facts:
        return (_people, _elsewhere, _matrix, _rows, _settings)
    return (_people, _matrix, controls.draw, _rows, _doubts, _spans, _fields, _settings)


def _is_loaded(view: View) -> bool:
    """Whether there is anything to judge; without a file nothing is doubtful and every column is full."""
    return bool(view.workspace.generation) and bool(found.usage(view.scope.whole).tables)


def _nothing(view: View) -> None:
    st.info(NOTHING)


def _elsewhere(view: View) -> None:
    st.info(ELSEWHERE)


def _people(view: View) -> None:
    """The headline: of how many people comparisons speak."""
    known = found.linked(view.scope.whole)
    people = found.people(known)
    if people.is_minority:
        st.warning(text(banner(people), show.SENTENCE))
    with st.grid(columns=3, min_column_width=220):
        _figure("People tied to orders", people.share, _tied(people))
        _figure(
            "Questions of a known customer",
            known.questions_share,
            _known(known),
        )
        used = found.usage(view.scope.whole).total
        _figure("Rows used", used.used_share, f"{used.used:,} of {used.read:,} rows read from your files.")


def banner(people: People) -> str:
    """What has to be said above everything else when few people are tied to orders."""
    return (
        f"These results describe {people.tied:,} of {people.everybody:,} people. Comparisons of engaged and "
        "unengaged customers speak of those only. An identities file (kind, value, customer_id) ties more."
    )


def _tied(people: People) -> str:
    if people.share is None:
        return "Needs both messages and orders."
    return f"{people.tied:,} of {people.everybody:,} who wrote. Comparisons speak of these only."


def _known(known: Linked) -> str:
    if not known.questions:
        return "Needs messages."
    return f"{known.questions_linked:,} of {known.questions:,}. The others count in response figures only."


def _figure(name: str, share: float | None, said: str) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(name, written.DASH if share is None else written.number(share, "share"))
        st.caption(text(said, show.SENTENCE))


def _matrix(view: View) -> None:
    st.header("Which questions can these files answer?", anchor=False)
    facts = asked.counts(view.store)
    show.table(asked.matrix(asked.questions(facts, view.store.tables())), "questions")
    for line in _remarks(facts):
        st.caption(text(line, show.SENTENCE))


def _remarks(facts: Mapping[str, int]) -> list[str]:
    """What a reader should know about the questions people asked."""
    if not facts["asked"]:
        return ["No message is loaded yet."]
    social = written.number(facts["social"] / facts["asked"], "share")
    return [
        f"{social} of the questions came over social channels. {SOCIAL}",
        f"{written.count(facts['unanswered'])} questions were never answered. {WAITING}",
    ]


def _rows(view: View) -> None:
    """Rows in, used, left out, by table; then why and what it does."""
    usage = found.usage(view.scope.whole)
    st.header("What became of your rows", anchor=False)
    show.table(_by_table(usage), "rows")
    total = usage.total
    lines = (
        (total.rejected, "Rows left out", LEFT_OUT),
        (total.duplicate, "Rows that were here already", ALREADY_HERE),
        (total.replaced, "Rows replaced by a newer version", REPLACED),
        (total.unlinked, "Rows that name no customer", UNLINKED),
    )
    for n, what, effect in lines:
        if n:
            st.markdown(f"- {text(what)}: {n:,}. {text(effect, show.SENTENCE)}")
    why = found.reasons(view)
    if why:
        show.prose(pd.DataFrame({"Why left out": [r for r, _ in why], "Rows": [n for _, n in why]}), "why")


def _by_table(usage: Usage) -> pd.DataFrame:
    rows = [*usage.tables, usage.total] if len(usage.tables) > 1 else list(usage.tables)
    return pd.DataFrame(
        {
            "Table": [words.TABLES.get(row.table, row.table) or "all" for row in rows],
            "Rows read": [row.read for row in rows],
            "Used": [row.used for row in rows],
            "Left out": [row.rejected for row in rows],
            "Already here": [row.duplicate for row in rows],
            "Replaced": [row.replaced for row in rows],
            "Without a customer": [row.unlinked for row in rows],
        }
    )


def _doubts(view: View) -> None:
    """What is doubtful in the data, each with what it does to the numbers."""
    troubles = [each for each in found.troubles(view.scope.whole) if each.key != "duplicates"]
    st.header("What to know about your data", anchor=False)
    if not troubles:
        st.caption("Nothing is doubtful in these files.")
        return
    show.prose(
        pd.DataFrame(
            {
                "What": [each.sentence for each in troubles],
                "How many": [f"{written.count(each.count)} of {written.count(each.of)}" for each in troubles],
                "What this does to your numbers": [each.effect for each in troubles],
            }
        ),
        "doubts",
    )


def _spans(view: View) -> None:
    """What time the files cover, and what only part of them covers."""
    spans = found.spans(view.scope.whole).tables
    st.header("What time your files cover", anchor=False)
    if not spans:
        st.caption("Nothing is loaded yet.")
        return
    show.table(
        pd.DataFrame(
            {
                "Table": [words.TABLES.get(span.table, span.table) for span in spans],
                "Rows": [span.rows for span in spans],
                "First (UTC)": [written.day(span.first_at) for span in spans],
                "Last (UTC)": [written.day(span.last_at) for span in spans],
            }
        ),
        "spans",
    )
    st.caption(text(overlap({span.table: span for span in spans}), show.SENTENCE))


def overlap(spans: dict[str, Span]) -> str:
    """For how long both orders and messages are there, and what the rest is good for."""
    orders = spans.get("orders") or spans.get("order_items")
    messages = spans.get("interactions")
    if orders is None or messages is None:
        return "Comparisons need orders and messages of the same time; only one of the two is here."
    first, last = max(orders.first_at, messages.first_at), min(orders.last_at, messages.last_at)
    if last <= first:
        return "Orders and messages do not overlap in time, so customers cannot be compared at all."
    days = (last - first + timedelta(hours=12)).days
    between = f"from {written.day(first)} to {written.day(last)}"
    return (
        f"Orders and messages are both there for {days:,} days, {between}. "
        "Comparisons rest on that time; what lies outside counts in figures of its own table only."
    )


def _fields(view: View) -> None:
    """Which columns are empty, and how empty."""
    fields = [each for each in found.fields(view.scope.whole) if (each.share or 0) >= WORTH_NAMING]
    st.header("Empty fields", anchor=False)
    if not fields:
        st.caption("Every column that figures are made of is filled.")
        return
    st.caption(
        "A figure by a column leaves out, or calls not recorded, the rows in which that column is empty. A "
        "column that is wholly empty was in none of your files."
    )
    show.table(_empty(fields), "empty", lines=8)


def _empty(fields: Sequence[Field]) -> pd.DataFrame:
    ordered = sorted(fields, key=lambda each: (each.table, -(each.share or 0)))
    return pd.DataFrame(
        {
            "Table": [words.TABLES.get(each.table, each.table) for each in ordered],
            "Column": [each.column for each in ordered],
            "Empty": [written.number(each.share or 0, "share") for each in ordered],
            "Rows without it": [each.empty for each in ordered],
        }
    )


def _settings(view: View) -> None:
    settings = view.store.settings
    reporting, business = text(settings.reporting_zone), text(settings.business_zone)
    st.caption(
        f"Days are counted in {reporting}, hours of the day in {business}. "
        f"A silence of {settings.episode_silence_h:g} h after an answer starts a new question. {CHANGE}"
    )

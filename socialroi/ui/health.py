"""What the loaded files are good for: rows, spans, links, and which questions they can answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from socialroi.charts import format as written
from socialroi.ui import show, trouble
from socialroi.ui.safe import text
from socialroi.ui.view import View

#: Below this share of questions with a known customer, comparisons speak of a minority.
LINKED_SHARE = 0.30

_FACTS = """
with questions as (
    select
        count(*) as asked,
        count(customer_id) as linked,
        count(*) filter (where keeps_unanswered = 'yes') as kept,
        count(*) filter (where not answered) as unanswered,
        count(*) filter (where social) as social,
        count(*) filter (where first_reply_at < opened_at) as backwards,
        count(*) filter (where department is null) as no_department
    from episodes
),
buying as (
    select
        count(*) as bought,
        count(distinct customer_id) as buyers,
        count(margin) as with_margin,
        count(distinct currency) as currencies
    from purchases
),
ratings as (
    select
        count(*) filter (where question in ('net_easy', 'ces1', 'ces2')) as ease,
        count(*) filter (where question = 'csat') as csat
    from survey_answers
),
groups as (
    select
        count(*) filter (where engaged = 'answered') as engaged,
        count(*) filter (where engaged in ('asked_unanswered', 'never_asked')) as unengaged
    from customer_summary
)
select
    asked, linked, kept, unanswered, social, backwards, no_department,
    bought, buyers, with_margin, currencies, ease, csat, engaged, unengaged
from questions cross join buying cross join ratings cross join groups
"""


UNLINKED = "The others count in response figures only."
SOCIAL = "Engagement looks at these only."
WAITING = "They stay in every figure as still waiting when the export ended."
NO_DEPARTMENT = "They appear as not recorded."
BACKWARDS = "Such waits are left out."
CHANGE = "Change these with: socialroi settings --db FOLDER KEY=VALUE"
CURRENCIES = "Amounts are never added across them."

#: Every question of the product: its key, its words, its page, and what files it needs.
ASKED = (
    ("speed", "How fast do we answer?", "Response", "messages with author kind and time"),
    ("rate", "How many do we answer?", "Response", "an export that keeps unanswered conversations"),
    ("promise", "Do we keep our promise?", "Response", "messages and a promises file"),
    ("business", "How fast in opening hours?", "Response", "messages and a calendars file"),
    ("ease", "How easy are we?", "Ease", "net easy or customer effort answers"),
    ("csat", "How satisfied are they?", "Ease", "satisfaction answers"),
    ("loyalty", "Do customers stay?", "Loyalty", "orders with customers"),
    ("engaged", "Do engaged customers differ?", "Loyalty", "orders and messages that share customers"),
    ("real", "Is the difference real?", "Is it real?", "both, with unanswered questions kept"),
    ("margin", "What are they worth in margin?", "Loyalty", "a margin column, or a margin rate"),
    ("worth", "Does it pay?", "Worth it?", "all of the above, and a costs file"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the product: can these files answer it, and what would make them."""

    asks: str
    page: str
    answerable: bool
    needs: str


def page(view: View) -> None:
    """The whole tab."""
    with trouble.told():
        facts = facts_of(view)
        _banner(facts)
        st.header("Which questions can these files answer?", anchor=False)
        show.table(_matrix(questions(facts, view.store.tables())), "questions")
        st.header("What is loaded", anchor=False)
        show.table(_tables(view), "tables")
        st.header("What to know about it", anchor=False)
        for line in remarks(facts):
            st.markdown(f"- {line}")
        _settings(view)


def facts_of(view: View) -> Mapping[str, int]:
    """Counts about the loaded data, by name."""
    row = view.store.frame(_FACTS).iloc[0]
    return {str(name): int(value) for name, value in row.items()}


def questions(facts: Mapping[str, int], tables: Mapping[str, int]) -> tuple[Question, ...]:
    """Every question with whether the loaded files can answer it."""
    asked, bought = facts["asked"] > 0, facts["bought"] > 0
    both = bought and facts["linked"] > 0
    studied = both and facts["kept"] > 0 and facts["unanswered"] > 0
    can = {
        "speed": asked,
        "rate": facts["kept"] > 0,
        "promise": asked and tables["promises"] > 0,
        "business": asked and tables["calendars"] > 0,
        "ease": facts["ease"] > 0,
        "csat": facts["csat"] > 0,
        "loyalty": bought,
        "engaged": both,
        "real": studied,
        "margin": facts["with_margin"] > 0,
        "worth": studied and tables["costs"] > 0,
    }
    return tuple(Question(asks, page, can[key], needs) for key, asks, page, needs in ASKED)


def remarks(facts: Mapping[str, int]) -> list[str]:
    """What a reader should know about these data, each with what it does to the numbers."""
    asked = facts["asked"]
    found = []
    if asked:
        linked, social = _share(facts["linked"], asked), _share(facts["social"], asked)
        if facts["linked"] < asked:
            found.append(f"{linked} of the questions come from a known customer. {UNLINKED}")
        else:
            found.append("Every question comes from a known customer.")
        found.append(f"{social} of the questions came over social channels. {SOCIAL}")
        found.append(f"{written.count(facts['unanswered'])} questions were never answered. {WAITING}")
    if facts["no_department"]:
        found.append(f"{written.count(facts['no_department'])} questions name no department. {NO_DEPARTMENT}")
    if facts["backwards"]:
        found.append(f"{written.count(facts['backwards'])} answers come before their question. {BACKWARDS}")
    if facts["currencies"] > 1:
        found.append(f"Orders come in {facts['currencies']} currencies. {CURRENCIES}")
    return found or ["Nothing is loaded yet."]


def _banner(facts: Mapping[str, int]) -> None:
    if facts["asked"] and facts["linked"] < LINKED_SHARE * facts["asked"]:
        linked = _share(facts["linked"], facts["asked"])
        st.warning(
            f"Only {linked} of the questions can be tied to a customer. "
            "Comparisons of engaged and unengaged customers speak of that part only. An identities file "
            "(kind, value, customer_id) would tie more."
        )


def _matrix(asked: tuple[Question, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Question": [question.asks for question in asked],
            "Page": [question.page for question in asked],
            "Can be answered": ["yes" if question.answerable else "no" for question in asked],
            "Needs": [question.needs for question in asked],
        }
    )


def _tables(view: View) -> pd.DataFrame:
    spans: dict[str, tuple[Any, Any]] = dict(view.store.coverage())
    rows = [(name, n, *spans.get(name, (None, None))) for name, n in view.store.tables().items() if n]
    return pd.DataFrame(
        {
            "Table": [name for name, *_ in rows],
            "Rows": [written.count(n) for _, n, *_ in rows],
            "First (UTC)": [written.day(first) if first else "" for *_, first, _ in rows],
            "Last (UTC)": [written.day(last) if last else "" for *_, last in rows],
        }
    )


def _settings(view: View) -> None:
    settings = view.store.settings
    reporting, business = text(settings.reporting_zone), text(settings.business_zone)
    st.caption(
        f"Days are counted in {reporting}, hours of the day in {business}. "
        f"A silence of {settings.episode_silence_h:g} h after an answer starts a new question. {CHANGE}"
    )


def _share(part: int, whole: int) -> str:
    return written.number(part / whole, "share")

"""Which questions the loaded files can answer, and what would make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from socialroi.store import Store

_FACTS = """
with questions as (
    select
        count(*) as asked,
        count(customer_id) as linked,
        count(*) filter (where keeps_unanswered = 'yes') as kept,
        count(*) filter (where not answered) as unanswered,
        count(*) filter (where social) as social
    from episodes
),
buying as (
    select count(*) as bought, count(margin) as with_margin
    from purchases
),
ratings as (
    select
        count(*) filter (where question in ('net_easy', 'ces1', 'ces2')) as ease,
        count(*) filter (where question = 'csat') as csat
    from survey_answers
)
select asked, linked, kept, unanswered, social, bought, with_margin, ease, csat
from questions cross join buying cross join ratings
"""

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


def counts(store: Store) -> Mapping[str, int]:
    """What the questions need, by name."""
    row = store.frame(_FACTS).iloc[0]
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


def matrix(asked: tuple[Question, ...]) -> pd.DataFrame:
    """One row a question."""
    return pd.DataFrame(
        {
            "Question": [question.asks for question in asked],
            "Page": [question.page for question in asked],
            "Can be answered": ["yes" if question.answerable else "no" for question in asked],
            "Needs": [question.needs for question in asked],
        }
    )

"""Who begins: customers, or the brand?

Of all public conversations, the share whose first message came from a customer or a member. The first of
the founders' principles is to let customers lead; this is how often they do in these files.

An export of tickets alone holds what customers began and nothing else, so without any post of the brand
there is no number.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, cuts, filters, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Reading, Series, Unknown, Window, Working
from socialroi.store import Store

DEFINITION = Definition(
    key="customer_led_share",
    name="Conversations customers begin",
    unit="share",
    better="up",
    question="Of all public conversations, how many did customers begin?",
    formula=(
        "Conversations whose first public message is a customer's or a member's / all conversations; bots,"
        " system notices and private notes begin none."
    ),
    source="Our rule for the founders' principle: let customers lead.",
    caveat="More complaints raise it too; exports that leave out posts or unanswered messages distort it.",
    min_n=MIN_N,
)

NOUN = "conversations"

SHARES = """
with begun as (
    select
        case $by
            when 'channel' then channel
            when 'department' then department
            when 'segment' then segment
            when 'engaged' then engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), local_day)::date
        end as period,
        is_member,
        case when is_member = 1 then coalesce(speaker, message_id) else message_id end as person
    from posts
    where place = 1
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
persons as (
    select label, period, person, sum(is_member) as hits, count(*) as size
    from begun
    group by label, period, person
)
select label, period, hits, size, count(*) as people, sum(size) as units
from persons
group by label, period, hits, size
order by label, period, hits, size
"""

FACTS = """
select
    count(*) as conversations,
    count(*) filter (where is_member = 0) as by_brand,
    count(*) filter (where is_member = 1 and keeps_unanswered <> 'yes') as not_kept
from posts
where place = 1
  and sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
"""

ROWS = """
select message_id, conversation_id, sent_at, author_kind, channel, department, segment, engaged
from posts
where place = 1
  and sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
order by sent_at desc, message_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share of conversations that customers began, clustered by who began them.

    Unknown `no_posts` when the files hold nothing that the brand began in that time.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period in which conversations began."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The first message of every conversation, newest first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    conversations, by_brand, not_kept = (int(n) for n in store.one(FACTS, **filters(window)))
    if not by_brand:
        return Answer(DEFINITION, _absent(conversations))
    params: dict[str, Any] = filters(window) | cuts(cut)
    table = store.frame(SHARES, **params)
    values = shares.values(table, cut, NOUN, DEFINITION)
    notes = (
        (f"{not_kept:,} come from exports that may leave out the unanswered, which lowers the share.",)
        if not_kept
        else ()
    )
    return Answer(DEFINITION, _absent(0), values, notes, (Working(SHARES, params, shares.total(table)),))


def _absent(conversations: int) -> Unknown:
    """Why there is no share."""
    if conversations:
        sentence = (
            f"All {conversations:,} conversations were begun by customers and no post of the brand is loaded:"
            " export what the brand publishes too."
        )
        return Unknown("no_posts", sentence, conversations)
    return Unknown("no_data", "No conversation is loaded for this selection.")

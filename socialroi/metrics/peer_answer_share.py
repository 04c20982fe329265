"""Do customers answer each other?

Of all public answers to customers and members, the share that other customers or members gave. Nobody
answers themselves, and talking back to staff is no answer.

An export of a care inbox holds no answers between customers: where no member has answered anybody in any
file, or no staff has, there is nothing to share and no number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, cuts, filters, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="peer_answer_share",
    name="Answers customers give each other",
    unit="share",
    better="up",
    question="Of all public answers, how many do customers give each other?",
    formula=(
        "Public answers of customers or members to one another / all public answers of staff and members;"
        " answers to oneself and replies to staff do not count."
    ),
    source="Our rule, as vendors of community software count peer-to-peer answers.",
    caveat="Says nothing about whether the answers were right; it rises too when staff answer less.",
    min_n=MIN_N,
)

NOUN = "public answers"

SHARES = """
with given as (
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
        conversation_id,
        is_member
    from replies
    where sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
threads as (
    select label, period, conversation_id, sum(is_member) as hits, count(*) as size
    from given
    group by label, period, conversation_id
)
select label, period, hits, size, count(*) as people, sum(size) as units
from threads
group by label, period, hits, size
order by label, period, hits, size
"""

#: What kinds of answers the files hold at all, whatever the window.
KINDS = """
select
    count(*) filter (where is_member = 1) as by_members,
    count(*) filter (where is_member = 0) as by_staff
from replies
"""

FIRSTS = """
select
    count(*) filter (where answered) as answered,
    count(*) filter (where reply_kind = 'peer') as by_peers
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
"""

COUNTS = """
select
    count(*) filter (where is_member = 1) as by_members,
    count(distinct case when is_member = 1 then speaker end) as members
from replies
where sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
"""

ROWS = """
select message_id, conversation_id, sent_at, author_kind, asked_id, asked_at, channel, department, segment
from replies
where sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
order by is_member desc, sent_at desc, message_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share of public answers that members gave, clustered by conversation.

    Unknown `no_peers` or `no_staff` where the files hold answers of one kind only.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of the answer."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """peer_answers and helpers (counts), first_answer_by_peer (share of answered conversations)."""
    by_members, members = (int(n) for n in store.one(COUNTS, **filters(window)))
    answered, by_peers = (int(n) for n in store.one(FIRSTS, **filters(window)))
    return {
        "peer_answers": Estimate.count(by_members),
        "helpers": Estimate.count(members),
        "first_answer_by_peer": intervals.wilson(by_peers, answered),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The answers, those of members first, newest first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    absent = _absent(store)
    if absent:
        return Answer(DEFINITION, absent)
    params: dict[str, Any] = filters(window) | cuts(cut)
    table = store.frame(SHARES, **params)
    values = shares.values(table, cut, NOUN, DEFINITION)
    nothing = Unknown("no_data", "No public answer is loaded for this selection.")
    return Answer(DEFINITION, nothing, values, working=(Working(SHARES, params, shares.total(table)),))


def _absent(store: Store) -> Unknown | None:
    """Why there is no share in these files, if so."""
    by_members, by_staff = (int(n) for n in store.one(KINDS))
    if by_members and by_staff:
        return None
    if by_staff:
        sentence = (
            f"All {by_staff:,} answers come from staff, and files of a care inbox hold no others: export the"
            " public threads or the forum, too."
        )
        return Unknown("no_peers", sentence, by_staff)
    if by_members:
        sentence = (
            f"All {by_members:,} answers come from members, because no staff is in these files: there is"
            " nothing to share."
        )
        return Unknown("no_staff", sentence, by_members)
    return Unknown("no_data", "No public answer is loaded.")

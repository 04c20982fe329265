"""How much of what the brand posts of its own accord is promotion?

Posts of the brand that open a conversation, so answers are not posts; promotional where the export says
so. Beside it: how many posts there are for every answer, and how many promotional ones. The rule of
80/20 is shown nowhere as a target: no evidence is known that 20 % is an optimum, so the share is plotted
against outcomes (see content.py) and not scored.

It does not say what a post was worth to those who read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    key="promotional_share",
    name="Promotional share of posts",
    unit="share",
    better="neither",
    question="How much of what we post of our own accord is promotion?",
    formula=(
        "Posts flagged promotional / public posts by staff or campaigns that open a conversation and carry"
        " the flag; answers are not posts."
    ),
    source="The 80/20 rule of content guides, as a figure to plot and not as a target.",
    caveat="No share is known to be best; the flag is the exporting tool's or your own.",
    min_n=MIN_N,
)

NO_CUSTOMER = Unknown("not_applicable", "A post of the brand is for everybody and belongs to no customer.")
NOUN = "posts of the brand say whether they promote"

SHARES = """
with posted as (
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
        promotional
    from posts
    where is_member = 0
      and place = 1
      and promotional is not null
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
)
select label, period, promotional::int as hits, 1 as size, count(*) as people, count(*) as units
from posted
group by label, period, promotional
order by label, period, hits
"""

FACTS = """
with said as (
    select p.message_id, p.is_member, p.place, p.promotional, r.message_id is not null as is_answer
    from posts as p
    left join replies as r on r.message_id = p.message_id
    where p.is_member = 0
      and p.sent_at >= coalesce($start_at, p.sent_at)
      and p.sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, p.channel))
      and ($departments is null or list_contains($departments, p.department))
      and ($segments is null or list_contains($segments, p.segment))
)
select
    count(*) filter (where place = 1) as opening,
    count(*) filter (where place = 1 and promotional is null) as unflagged,
    count(*) filter (where place = 1 and promotional) as promoting,
    count(*) filter (where is_answer) as answers
from said
"""

ROWS = """
select message_id, conversation_id, sent_at, author_kind, promotional, channel, department
from posts
where is_member = 0
  and place = 1
  and sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
order by sent_at desc, message_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share of the brand's own posts that promote, Wilson interval.

    Unknown `not_recorded` when no post carries the flag. Posts to everybody have no segment.
    """
    whole = reading(_ask, store, window, partial(rows, store, window))
    return replace(whole, by={"(all)": NO_CUSTOMER}) if window.by in {"segment", "engaged"} else whole


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of posting."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Posts for every answer: posts_per_reply, promotional_per_reply, and the counts posts and replies."""
    opening, unflagged, promoting, answers = (int(n) for n in store.one(FACTS, **filters(window)))
    flagged = opening > unflagged
    return {
        "posts_per_reply": per_reply(opening, answers),
        "promotional_per_reply": per_reply(promoting, answers) if flagged else _absent(opening),
        "posts": Estimate.count(opening),
        "replies": Estimate.count(answers),
    }


def per_reply(posts: int, replies: int) -> Value:
    """Posts for every answer: the odds of the share of posts, with that share's Wilson limits.

    Unknown `no_posts` without posts, `no_replies` without answers: no ratio can be formed.
    """
    if not posts:
        return Unknown("no_posts", "No post of the brand is loaded; export what the brand publishes too.")
    if not replies:
        return Unknown("no_replies", "No answer of the brand is loaded here.", posts)
    part = intervals.wilson(posts, posts + replies)
    if isinstance(part, Unknown):
        return part
    odds = [p / (1 - p) for p in (part.value, part.low, part.high)]
    method = "odds of a Wilson score interval"
    return replace(part, value=odds[0], low=min(odds), high=max(odds), method=method)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The brand's own posts, newest first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    opening, unflagged, _, _ = (int(n) for n in store.one(FACTS, **filters(window)))
    params: dict[str, Any] = filters(window) | cuts(cut)
    table = store.frame(SHARES, **params)
    values = shares.values(table, cut, NOUN, DEFINITION)
    notes = (
        (f"{unflagged:,} of {opening:,} posts do not say whether they promote and are left out.",)
        if 0 < unflagged < opening
        else ()
    )
    working = (Working(SHARES, params, shares.total(table)),)
    return Answer(DEFINITION, _absent(opening), values, notes, working)


def _absent(opening: int) -> Unknown:
    """Why there is no share."""
    if opening:
        sentence = (
            f"None of {opening:,} posts of the brand says whether it promotes; add a column `promotional`."
        )
        return Unknown("not_recorded", sentence, opening)
    return Unknown(
        "no_data",
        "No post of the brand is loaded here; export what the brand publishes, with a column `promotional`.",
    )

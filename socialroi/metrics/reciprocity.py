"""Do people who are answered answer back?

A tie leads from whoever answered to whom they answered, once per pair and direction; the share of ties
that lead back, too. Only customers and members: staff, bots and campaigns are out, and people without any
tie are not counted, because nothing can be said of them. Both directions are looked for in the same time
and on all channels.

A dense network returns more ties by chance, so the figure above chance stands beside it. What the brand
returns is another figure: the share of people who wrote in public and whom staff answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import shares
from socialroi.metrics.answer import MIN_N, Answer, Cut, Grain, cuts, enough, filters, is_over, reading
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="reciprocity",
    name="Ties that are returned",
    unit="share",
    better="up",
    question="Of those who answered somebody, how many were answered by them in turn?",
    formula=(
        "Ordered pairs (a answered b) whose reverse (b answered a) exists in the same time / all ordered"
        " pairs among customers and members; people without ties are not counted."
    ),
    source="Reciprocity of a directed graph as in Newman 2010, |(u,v): (v,u)| / |E|.",
    caveat="Rises with how many ties there are per person; compare the figure above chance, in the detail.",
    min_n=MIN_N,
)

NOUN = "ties between people"

# ties     one row per ordered pair (and period), placed where it first shows
# placed   with whether its reverse exists; filters choose ties after that, so that a tie is returned or not
#          whatever is being looked at
TIES = """
with given as (
    select
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), local_day)::date
        end as period,
        speaker,
        asker,
        channel,
        department,
        segment,
        engaged,
        sent_at,
        message_id
    from replies
    where is_member = 1
      and speaker is not null
      and asker is not null
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
),
ranked as (
    select
        *,
        row_number() over (partition by period, speaker, asker order by sent_at, message_id) as nth
    from given
),
ties as (
    select * from ranked where nth = 1
),
placed as (
    select t.*, b.speaker is not null as is_returned
    from ties as t
    left join ties as b
      on b.speaker = t.asker and b.asker = t.speaker and b.period is not distinct from t.period
),
chosen as (
    select
        case $by
            when 'channel' then channel
            when 'department' then department
            when 'segment' then segment
            when 'engaged' then engaged
            else ''
        end as label,
        period,
        least(speaker, asker) as one,
        greatest(speaker, asker) as other,
        is_returned
    from placed
    where ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
pairs as (
    select label, period, one, other, count(*) filter (where is_returned) as hits, count(*) as size
    from chosen
    group by label, period, one, other
)
select label, period, hits, size, count(*) as people, sum(size) as units
from pairs
group by label, period, hits, size
order by label, period, hits, size
"""

PEOPLE = """
with ties as (
    select distinct speaker, asker
    from replies
    where is_member = 1
      and speaker is not null
      and asker is not null
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
),
people as (
    select speaker as person from ties
    union
    select asker from ties
)
select (select count(*) from ties) as ties, (select count(*) from people) as people
"""

# People who wrote in public and whom staff answered; both in the window, sources that keep the unanswered.
BRAND = """
with wrote as (
    select distinct speaker as person
    from posts
    where asks = 1
      and speaker is not null
      and keeps_unanswered = 'yes'
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
served as (
    select distinct asker as person
    from replies
    where is_member = 0
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
)
select count(*) as people, count(s.person) as served, (select count(*) from served) as by_staff
from wrote as w
left join served as s on s.person = w.person
"""

ROWS = """
select
    speaker as answered_by, asker as answered, count(*) as answers, min(sent_at) as first_at,
    max(sent_at) as last_at
from replies
where is_member = 1
  and speaker is not null
  and asker is not null
  and sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
group by speaker, asker
order by answers desc, speaker, asker
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share of ties that are returned, clustered by pair.

    Unknown `no_peers` where nobody but staff answers in these files.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period, ties and their returns of the same period."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """ties and people (counts), density, above_chance, and brand: whom staff answered.

    density = ties / (people x (people - 1)); above_chance = (share - density) / (1 - density), 0 when ties
    are returned as often as chance would. Both are of all channels of the time.
    """
    ties, people = (int(n) for n in store.one(PEOPLE, start_at=window.start, end_at=window.end))
    everywhere = replace(window, channel=(), department=(), segment=(), by=None)
    value = _ask(store, everywhere, Cut()).whole
    counts = {"ties": Estimate.count(ties), "people": Estimate.count(people), "brand": _brand(store, window)}
    if isinstance(value, Unknown):
        return {**counts, "density": value, "above_chance": value}
    density = ties / (people * (people - 1))
    return {
        **counts,
        "density": Estimate(density, density, density, ties, "count of pairs"),
        "above_chance": above_chance(value, density),
    }


def _brand(store: Store, window: Window) -> Value:
    """Share of the people who wrote in public whom staff answered in the same time."""
    people, served, by_staff = (int(n) for n in store.one(BRAND, **filters(window)))
    if not by_staff:
        return Unknown("no_staff", "No staff answers anybody in this selection.", people)
    return enough(intervals.wilson(served, people), "people wrote in public", DEFINITION)


def above_chance(value: Estimate, density: float) -> Value:
    """Reciprocity above that of ties set at random at the same density; Unknown if all ties are there.

    Source: Garlaschelli and Loffredo 2004.
    """
    if density >= 1:
        return Unknown(
            "no_variation", "Everybody has answered everybody, so chance returns all ties.", value.n
        )
    low, mid, high = ((x - density) / (1 - density) for x in (value.low, value.value, value.high))
    return Estimate(mid, low, high, value.n, f"{value.method}, above chance at density {density:.3f}")


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """Who answered whom and how often, most first; people are hashes."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    params: dict[str, Any] = filters(window) | cuts(cut)
    table = store.frame(TIES, **params)
    values = shares.values(table, cut, NOUN, DEFINITION)
    working = (Working(TIES, params, shares.total(table)),)
    return Answer(DEFINITION, _absent(store), values, working=working)


ANSWERS = "select count(*) from replies"


def _absent(store: Store) -> Unknown:
    """Why there is no share."""
    (answers,) = store.one(ANSWERS)
    if answers:
        sentence = (
            "Nobody but staff answers a known person in this selection: export the public threads or the"
            " forum, with author ids."
        )
        return Unknown("no_peers", sentence)
    return Unknown("no_data", "No public answer is loaded.")

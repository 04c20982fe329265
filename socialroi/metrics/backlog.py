"""How many people were waiting at the end of each day?

A stock, not a flow: everybody who needs an answer, wrote before the end of the day and had no public
reply by a person by then. It grows when more write than are answered. Its last value is that of
"waiting now". Only the end of a period matters to it, never its start: a person who wrote before the
first day shown and still waits is in every number.

It never forgets: a message that was ignored, closed or not, stays in it for good, so part of it is
work to be done and part is lost; the detail parts them by age.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    enough,
    filters,
    is_over,
    label_slices,
    last_instant,
    local_day,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import answered_only, facts, nobody, note_idle, note_not_kept, placed_by_answer
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

DEFINITION = Definition(
    key="backlog",
    name="Backlog",
    unit="count",
    better="down",
    question="How many customers were waiting for an answer at the end of the period?",
    formula=(
        "Number of episodes that need an answer, opened before the end of the period (or of the export) and"
        " without a public reply by a human agent until then, whenever they were opened and whether or not"
        " they were closed; n is how many needed an answer up to then."
    ),
    source="Our rule: the number in the queue, as queueing texts count it; closing takes nobody out.",
    caveat="Whoever was never answered stays in it for good: see how much of it is older than 7 days.",
    min_n=MIN_N,
)  # fmt: skip

# Undivided by period, one row a label with everything up to the end; else one row for each label and
# period up to $last_on, also those in which nothing happened: a stock stays.
STOCK = """
with asked as (
    select
        case $by
            when 'channel' then e.channel
            when 'department' then e.department
            when 'segment' then e.segment
            when 'engaged' then e.engaged
            else ''
        end as label,
        e.local_day as opened_on,
        case
            when e.first_reply_at < coalesce($end_at, 'infinity'::timestamp)
                then (e.first_reply_at + to_seconds(coalesce(z.offset_s, 0)))::date
        end as replied_on
    from episodes as e
    left join zone_offsets as z
        on z.purpose = 'reporting' and e.first_reply_at >= z.starts_at and e.first_reply_at < z.ends_at
    where e.opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, e.channel))
      and ($departments is null or list_contains($departments, e.department))
      and ($segments is null or list_contains($segments, e.segment))
      and e.needs_response
      and e.keeps_unanswered = 'yes'
),
moves as (
    select label, opened_on as day, 1 as opened, 0 as replied
    from asked
    union all
    select label, replied_on, 0, 1
    from asked
    where replied_on is not null
),
days as (
    select unnest(generate_series(min(opened_on)::timestamp, $last_on::timestamp, interval 1 day))::date
        as day
    from asked
),
dated as (
    select
        day,
        case when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), day)::date end as period
    from days
),
flows as (
    select m.label, d.period, sum(m.opened) as opened, sum(m.replied) as replied
    from moves as m
    join dated as d on d.day = m.day
    group by m.label, d.period
),
periods as (
    select distinct period
    from dated
),
labels as (
    select distinct label
    from flows
),
places as (
    select labels.label, periods.period
    from labels
    cross join periods
),
stock as (
    select
        p.label,
        p.period,
        sum(coalesce(f.opened, 0)) over so_far as units,
        sum(coalesce(f.opened, 0) - coalesce(f.replied, 0)) over so_far as waiting
    from places as p
    left join flows as f on f.label is not distinct from p.label and f.period is not distinct from p.period
    window so_far as (partition by p.label order by p.period rows between unbounded preceding and current row)
)
select label, period, units::bigint as units, waiting::bigint as waiting
from stock
where period is null or $first_on is null or period >= $first_on
order by label, period
"""

AGES = """
with open as (
    select
        greatest(0, date_diff('second', opened_at, least(observed_until, coalesce($end_at, observed_until))))
            as waited_s
    from episodes
    where opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and needs_response
      and keeps_unanswered = 'yes'
      and coalesce(first_reply_at >= $end_at, first_reply_at is null)
)
select
    count(*) filter (where waited_s < 86400) as under_1_day,
    count(*) filter (where waited_s >= 86400 and waited_s < 7 * 86400) as from_1_to_7_days,
    count(*) filter (where waited_s >= 7 * 86400) as over_7_days
from open
"""

ROWS = """
select
    episode_id,
    conversation_id,
    opened_at,
    first_reply_at,
    observed_until,
    greatest(0, date_diff('second', opened_at, least(observed_until, coalesce($end_at, observed_until))))
        as waited_until_then_s,
    channel,
    department,
    segment,
    engaged,
    topic
from episodes
where opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
  and keeps_unanswered = 'yes'
  and coalesce(first_reply_at >= $end_at, first_reply_at is null)
order by opened_at, episode_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """How many waited at the end of the window, or of the export.

    The start of the window plays no part. Unknown `answered_only` when the exports hold no unanswered
    conversations.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """How many waited at the end of the last day of each period, from the window's start to its end."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Those waiting at the end, by age: under_1_day, from_1_to_7_days, over_7_days."""
    names = ("under_1_day", "from_1_to_7_days", "over_7_days")
    whole = _ask(store, window, Cut()).whole
    if isinstance(whole, Unknown):
        return dict.fromkeys(names, whole)
    ages = store.one(AGES, **filters(window))
    return {name: Estimate.count(int(count)) for name, count in zip(names, ages, strict=True)}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """Who waited at the end, oldest first; `first_reply_at` says when an answer came after that."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Counts by segment and period."""
    until = replace(window, start=None)
    found = facts(store, until)
    if found.needing <= found.not_kept:
        return Answer(DEFINITION, _absent(found.episodes, found.needing))
    params: dict[str, Any] = filters(window) | cuts(cut) | _days(store, window, cut)
    table = store.frame(STOCK, **params)
    slices = label_slices(table, cut.by, "units")
    by_answer = cut.by == "department" and found.department_follows_answer
    values: dict[Key, Value] = {
        key: placed_by_answer(_n(part)) if by_answer else _count(part) for key, part in slices.items()
    }
    notes = tuple(note for note in (note_idle(found), note_not_kept(found)) if note)
    n = found.needing - found.not_kept
    absent = _absent(found.episodes, found.needing)
    return Answer(DEFINITION, absent, values, notes, (Working(STOCK, params, n),))


def _days(store: Store, window: Window, cut: Cut) -> dict[str, date | None]:
    """The first day of the first period shown, and the last day on which the stock is known."""
    zone = store.settings.reporting_zone
    last_at = last_instant(store, "interactions") or datetime.min
    if window.end is not None:
        last_at = min(last_at, window.end - timedelta(microseconds=1))
    first_on = None if window.start is None else _floor(local_day(window.start, zone), cut.grain)
    return {"first_on": first_on, "last_on": local_day(last_at, zone)}


def _floor(day: date, grain: Grain | None) -> date:
    """The first day of the period a day lies in."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain or "day")
    return day if months is None else date(day.year, (day.month - 1) // months * months + 1, 1)


def _n(part: pd.DataFrame) -> int:
    """How many needed an answer until then."""
    return int(part["units"].sum())


def _count(part: pd.DataFrame) -> Value:
    """How many waited, of those who needed an answer until then."""
    count = Estimate.count(int(part["waiting"].sum()))
    return enough(replace(count, n=_n(part)), "conversations need an answer", DEFINITION)


def _absent(episodes: int, needing: int) -> Unknown:
    """Why there is no count."""
    if needing:
        return answered_only(needing)
    return nobody(episodes)

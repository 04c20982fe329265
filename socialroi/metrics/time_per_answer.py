"""How long can one answer have taken, at most?

The files do not say how long anybody worked on an answer. What they show is in which clock hours a person
answered, and how often: an hour of one person with six answers gives each ten minutes at most. An hour
with a single answer counts whole, so where little is asked the figure is far above the true handling
time; it is a bound, and the capacity plan takes anybody's own number instead.

It does not say how fast people work, and must not be used to compare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    cuts,
    enough,
    filters,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import facts
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

HOUR_S = 3600.0

DEFINITION = Definition(
    key="time_per_answer",
    name="Time per answer, at most",
    unit="seconds",
    better="neither",
    question="How long can a person have worked on one answer, at most?",
    formula=(
        "Clock hours in which a person sent at least one public answer, added up over persons, in seconds /"
        " public answers they sent."
    ),
    source="Our rule; handling time itself is in no export file.",
    caveat=(
        "A bound, not a measurement: an hour with one answer counts whole. Whoever answers on two channels in"
        " one hour counts in both when divided by channel."
    ),
    min_n=MIN_N,
)  # fmt: skip

NOUN = "answers name who gave them"

# One row a person and local day: the hours in which they answered, and the answers.
HANDLED = """
with replies as (
    select conversation_id, agent_id, sent_at
    from interactions
    where author_kind = 'agent'
      and coalesce(direction, 'out') = 'out'
      and coalesce(visibility, 'public') <> 'private'
      and agent_id is not null
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
),
placed as (
    select
        r.agent_id,
        r.sent_at + to_seconds(coalesce(z.offset_s, 0)) as local_at,
        case $by
            when 'channel' then e.channel
            when 'department' then e.department
            when 'segment' then e.segment
            when 'engaged' then e.engaged
            else ''
        end as label
    from replies as r
    asof join episodes as e on e.conversation_id = r.conversation_id and r.sent_at >= e.opened_at
    left join zone_offsets as z
        on z.purpose = 'reporting' and r.sent_at >= z.starts_at and r.sent_at < z.ends_at
    where ($channels is null or list_contains($channels, e.channel))
      and ($departments is null or list_contains($departments, e.department))
      and ($segments is null or list_contains($segments, e.segment))
),
hours as (
    select
        label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), local_at)::date
        end as period,
        agent_id,
        date_trunc('hour', local_at) as hour_at,
        count(*) as answers
    from placed
    group by all
)
select label, period, count(*) as hours, sum(answers)::bigint as answers
from hours
group by label, period, agent_id, hour_at::date
order by label, period, hours, answers
"""

ROWS = """
with replies as (
    select conversation_id, agent_id, sent_at
    from interactions
    where author_kind = 'agent'
      and coalesce(direction, 'out') = 'out'
      and coalesce(visibility, 'public') <> 'private'
      and agent_id is not null
      and sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
)
select date_trunc('hour', r.sent_at) as hour_at, count(distinct r.agent_id) as people, count(*) as answers
from replies as r
asof join episodes as e on e.conversation_id = r.conversation_id and r.sent_at >= e.opened_at
where ($channels is null or list_contains($channels, e.channel))
  and ($departments is null or list_contains($departments, e.department))
  and ($segments is null or list_contains($segments, e.segment))
group by date_trunc('hour', r.sent_at)
order by answers desc, hour_at
limit $most
"""

_DETAIL = ("answers_per_hour", "answers", "active_hours")


def compute(store: Store, window: Window) -> Reading:
    """Active seconds per answer, t interval clustered by person and day.

    Unknown `no_agents` when the answers do not say who gave them.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The same per period in which the answers were sent."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """How many answers a person sends in an hour in which they answer, and both counts behind it."""
    table, _ = _handled(store, window, Cut())
    if table.empty:
        return dict.fromkeys(_DETAIL, _absent(store, window))
    whole = _each(table)
    each = whole if isinstance(whole, Unknown) else intervals.clustered_mean(table["hours"], table["answers"])
    return {
        "answers_per_hour": each,
        "answers": Estimate.count(int(table["answers"].sum())),
        "active_hours": Estimate.count(int(table["hours"].sum())),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The clock hours (UTC) with answers, busiest first: how many people, how many answers, no names."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Seconds per answer by segment and period."""
    table, working = _handled(store, window, cut)
    if table.empty:
        return Answer(DEFINITION, _absent(store, window))
    values = {key: _each(part) for key, part in label_slices(table, cut.by, "answers").items()}
    return Answer(DEFINITION, _absent(store, window), values, _notes(table), working)


def _handled(store: Store, window: Window, cut: Cut) -> tuple[pd.DataFrame, tuple[Working, ...]]:
    """Hours and answers of every person and day."""
    params: dict[str, Any] = filters(window) | cuts(cut)
    table = store.frame(HANDLED, **params)
    return table, (Working(HANDLED, params, int(table["answers"].sum())),)


def _each(part: pd.DataFrame) -> Value:
    """Active seconds per answer of one slice; never below nothing."""
    n = int(part["answers"].sum())
    if n >= DEFINITION.min_n and len(part) == 1:
        return Unknown("too_few", f"One person sent all {n:,} answers on one day.", n)
    value = enough(intervals.clustered_mean(part["answers"], part["hours"] * HOUR_S), NOUN, DEFINITION)
    if isinstance(value, Unknown):
        return value
    return Estimate(
        value.value, max(0.0, value.low), value.high, value.n, f"{value.method} by person and day"
    )


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    """How much of a bound it is."""
    each = float(table["answers"].sum() / table["hours"].sum())
    return (
        f"A person sent {each:.1f} answers in an hour in which they answered at all; what else they did in"
        " it is not in the files.",
    )


def _absent(store: Store, window: Window) -> Unknown:
    """Why there is no number."""
    answered = facts(store, window).answered
    if not answered:
        return Unknown("no_data", "No answered conversation is loaded for this selection.")
    return Unknown("no_agents", "The answers in these files do not say who gave them.", answered)

"""Who is still waiting for an answer?

Every episode that needs an answer and had no public reply by a person when the export ends, closed or
not: whoever was never answered waits for good. The rows are the list to work off, oldest first, with
how long each has waited and whether the promise in force has passed.

It does not count follow-up questions after a first answer (see next reply time), nor what happened
after the export was made: somebody on the list may have been answered since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import answered_only, facts, nobody, note_idle, note_not_kept, placed_by_answer
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

DEFINITION = Definition(
    key="waiting_now",
    name="Waiting now",
    unit="count",
    better="down",
    question="How many customers who need an answer have none yet?",
    formula=(
        "Number of episodes that need an answer and have no public reply by a human agent when the export"
        " ends, closed or not; n is how many need an answer, answered or not."
    ),
    source="Our rule. Discourse counts them apart, as topics with no response; closing takes nobody out.",
    caveat="As old as the export; follow-up questions after a first answer are not in it.",
    min_n=MIN_N,
)  # fmt: skip

WAITING = """
with asked as (
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
        answered,
        promised_s,
        waited_s,
        case $clock when 'business' then business_waited_s else waited_s end as held_s
    from episodes
    where opened_at >= coalesce($start_at, opened_at)
      and opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and needs_response
      and keeps_unanswered = 'yes'
)
select
    label,
    period,
    count(*) as units,
    count(*) filter (where not answered) as waiting,
    count(*) filter (where not answered and held_s > promised_s) as past_promise,
    count(*) filter (where not answered and held_s <= promised_s) as within_promise,
    count(*) filter (where not answered and (held_s is null or promised_s is null)) as unpromised,
    count(*) filter (where not answered and waited_s < 86400) as under_1_day,
    count(*) filter (where not answered and waited_s >= 86400 and waited_s < 7 * 86400) as from_1_to_7_days,
    count(*) filter (where not answered and waited_s >= 7 * 86400) as over_7_days
from asked
group by label, period
order by label, period
"""

ROWS = """
select
    episode_id,
    conversation_id,
    opened_at,
    observed_until,
    waited_s,
    business_waited_s,
    promised_s,
    case $clock when 'business' then business_waited_s else waited_s end > promised_s as is_past_promise,
    channel,
    department,
    segment,
    engaged,
    topic,
    urgency
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
  and keeps_unanswered = 'yes'
  and not answered
order by opened_at, episode_id
limit $most
"""

PARTS = (
    "past_promise",
    "within_promise",
    "unpromised",
    "under_1_day",
    "from_1_to_7_days",
    "over_7_days",
)


def compute(store: Store, window: Window) -> Reading:
    """How many of those who wrote in the window still wait when the export ends.

    Unknown `answered_only` when the exports hold no unanswered conversations.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """How many of those who wrote in each period still wait when the export ends."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=1))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Those waiting, divided twice.

    By promise, on the window's clock: past_promise, within_promise, unpromised (no promise, or no calendar
    to hold it against). By age in calendar time: under_1_day, from_1_to_7_days, over_7_days.
    """
    table, _ = _counted(store, window, Cut())
    if table.empty:
        return dict.fromkeys(PARTS, _absent(store, window))
    return {name: Estimate.count(int(table[name].sum())) for name in PARTS}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """Who waits, oldest first, for how long, and whether the promise has passed (null without one)."""
    return store.frame(ROWS, **filters(window), clock=window.clock, most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Counts by segment and period."""
    table, working = _counted(store, window, cut)
    found = facts(store, window)
    if cut.by == "department" and found.department_follows_answer:
        slices = label_slices(table, cut.by, "units")
        values: dict[Key, Value] = {key: placed_by_answer(_n(part)) for key, part in slices.items()}
    else:
        values = {key: _count(part) for key, part in label_slices(table, cut.by, "units").items()}
    notes = tuple(note for note in (note_idle(found), note_not_kept(found)) if note)
    return Answer(DEFINITION, _absent(store, window), values, notes, working)


def _counted(store: Store, window: Window, cut: Cut) -> tuple[pd.DataFrame, tuple[Working, ...]]:
    """How many need an answer, and how many have none."""
    params: dict[str, Any] = filters(window) | cuts(cut) | {"clock": window.clock}
    table = store.frame(WAITING, **params)
    return table, (Working(WAITING, params, _n(table)),)


def _n(part: pd.DataFrame) -> int:
    """How many need an answer."""
    return int(part["units"].sum())


def _count(part: pd.DataFrame) -> Value:
    """How many wait, of those who need an answer."""
    count = Estimate.count(int(part["waiting"].sum()))
    return enough(replace(count, n=_n(part)), "conversations need an answer", DEFINITION)


def _absent(store: Store, window: Window) -> Unknown:
    """Why there is no count."""
    found = facts(store, window)
    if found.needing:
        return answered_only(found.needing)
    return nobody(found.episodes)

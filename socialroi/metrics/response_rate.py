"""What share of the people who need an answer get one?

Every episode that needs an answer and has been observed for at least 24 hours; answered means a
public reply by a person before the export ends. Younger ones are left out whether answered or
not: dropping only the open ones would make every recent period look perfect.

Facebook and Sprout Social use the same shape with other horizons. It
does not say how fast (see first response time) nor how well.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import clusters
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
from socialroi.metrics.waits import (
    Facts,
    answered_only,
    facts,
    nobody,
    note_idle,
    note_not_kept,
    placed_by_answer,
)
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

HORIZON_H = 24

DEFINITION = Definition(
    key="response_rate",
    name="Response rate",
    unit="share",
    better="up",
    question="Of the customers who need an answer, how many get one?",
    formula=(
        "Episodes with a public human reply by the end of the export / episodes that need an answer (the"
        " file's flag, else questions and complaints by rule, else all) and were observed for at least"
        f" {HORIZON_H} hours."
    ),
    source=(
        "Our rule. Facebook counts 30 days, Sprout Social 72 hours; theirs leave out other"
        " messages."
    ),
    caveat=(
        "Older messages had longer to be answered; to compare periods use the shares within 24 and 72"
        " hours."
    ),
    min_n=MIN_N,
)  # fmt: skip

RATE = """
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
        coalesce(customer_id, author_id, episode_id) as person,
        answered and waited_s <= coalesce($within_s, waited_s) as in_time
    from episodes
    where opened_at >= coalesce($start_at, opened_at)
      and opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and (needs_response or not $needing_only)
      and keeps_unanswered = 'yes'
      and opened_at + to_hours($observed_h) <= observed_until
),
persons as (
    select label, period, person, count(*) as size, count(*) filter (where in_time) as hits
    from asked
    group by label, period, person
)
select label, period, hits, size, count(*) as people, sum(size) as units
from persons
group by label, period, hits, size
order by label, period, hits, size
"""

YOUNG = """
select count(*) filter (where opened_at + to_hours($observed_h) > observed_until) as young
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
  and keeps_unanswered = 'yes'
"""

ROWS = """
select
    episode_id, conversation_id, opened_at, first_reply_at, observed_until, answered, waited_s,
    channel, department, segment, engaged, topic, queue_at_arrival
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
order by answered, waited_s desc, episode_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share answered, interval clustered by customer.

    Unknown `answered_only` when no source keeps its unanswered conversations, `immature` when every
    episode was opened in the last 24 hours before the export ends.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of opening; complete once its last day has been observed for the horizon."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=HORIZON_H // 24))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Shares answered within 24 and 72 hours, and of all messages, also those that need no answer."""
    within = {f"within_{h}_h": _whole(store, window, observed_h=h, within_s=h * 3600.0) for h in (24, 72)}
    return {**within, "all_messages": _whole(store, window, needing_only=False)}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The episodes that need an answer, unanswered and longest wait first."""
    return store.frame(ROWS, **filters(window), most=most)


def _whole(store: Store, window: Window, **options: Any) -> Value:
    """The undivided share under other rules."""
    return _ask(store, window, Cut(), **options).whole


def _ask(
    store: Store, window: Window, cut: Cut, *,
    observed_h: int = HORIZON_H, within_s: float | None = None, needing_only: bool = True,
) -> Answer:  # fmt: skip
    """Shares by segment and period."""
    found = facts(store, window)
    young = int(store.one(YOUNG, **filters(window), observed_h=observed_h)[0])
    params: dict[str, Any] = filters(window) | cuts(cut) | {
        "observed_h": observed_h, "within_s": within_s, "needing_only": needing_only,
    }  # fmt: skip
    table = store.frame(RATE, **params)
    values = _values(table, cut)
    if cut.by == "department" and found.department_follows_answer:
        values = {key: placed_by_answer(value.n) for key, value in values.items()}
    working = (Working(RATE, params, int(table["units"].sum())),)
    return Answer(DEFINITION, _absent(found, young), values, _notes(found, young), working)


def _values(table: pd.DataFrame, cut: Cut) -> dict[Key, Value]:
    """One clustered share per slice."""
    return {
        key: enough(clusters.share(part), "conversations need an answer", DEFINITION)
        for key, part in label_slices(table, cut.by, "units").items()
    }


def _absent(found: Facts, young: int) -> Unknown:
    """Why there is no share."""
    if found.not_kept and found.not_kept == found.needing:
        return answered_only(found.needing)
    if young:
        sentence = (
            f"All {young:,} conversations were opened less than {HORIZON_H} hours before the export ends."
        )
        return Unknown("immature", sentence, young)
    return nobody(found.episodes)


def _notes(found: Facts, young: int) -> tuple[str, ...]:
    """Who was left out."""
    too_young = (
        f"{young:,} opened in the last {HORIZON_H} hours before the export ends are left out as too young."
    )
    notes = (note_idle(found), too_young if young else "", note_not_kept(found))
    return tuple(note for note in notes if note)

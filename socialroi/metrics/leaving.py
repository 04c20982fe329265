"""Who ordered no more after an answer on satisfaction: shared by the two metrics on surprises.

Leaving is behaviour: no order within the shop's own churn threshold after the answer (see churn). Answers
younger than that when the orders end are left out and counted. The retention of all customers over as many
days stands beside, because a share of leavers says nothing alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import churn, clusters, csat, ratings, retention
from socialroi.metrics.answer import (
    Answer,
    Cut,
    Grain,
    cuts,
    filters,
    is_over,
    label_slices,
    reading,
    too_few,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.ratings import Boxes
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

FOLLOWED = """
with answers as (
    select
        response_id,
        customer_id,
        score,
        row_number() over (
            partition by coalesce(episode_id, conversation_id, response_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place,
        scale_min,
        scale_max,
        high_is_good,
        coalesce(answered_at, asked_at) as at_time,
        local_day,
        channel,
        department,
        segment,
        engaged
    from survey_answers
    where question = $question
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
judged as (
    select
        case $by
            when 'channel' then a.channel
            when 'department' then a.department
            when 'segment' then a.segment
            when 'engaged' then a.engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), a.local_day)::date
        end as period,
        a.customer_id,
        a.at_time,
        a.score between $box_low and $box_high as is_meant,
        a.at_time >= c.first_at and a.at_time + to_days($threshold_d::integer) <= c.last_at as is_followed
    from answers as a
    left join coverage as c on c.table_name = 'orders'
    where a.place = 1
      and a.customer_id is not null
      and a.score between a.scale_min and a.scale_max
      and a.scale_min = $scale_min
      and a.scale_max = $scale_max
      and a.high_is_good is not distinct from $high_is_good
      and ($start_at::timestamp is null or a.at_time >= $start_at)
      and ($end_at::timestamp is null or a.at_time < $end_at)
),
returned as (
    select distinct j.customer_id, j.at_time
    from judged as j
    join purchases as p
      on p.customer_id = j.customer_id
     and p.ordered_at > j.at_time
     and p.ordered_at <= j.at_time + to_days($threshold_d::integer)
    where j.is_meant and j.is_followed
),
persons as (
    select
        j.label,
        j.period,
        j.customer_id,
        count(*) filter (where j.is_meant and j.is_followed) as size,
        count(*) filter (where j.is_meant and j.is_followed and r.customer_id is not null) as back,
        count(*) filter (where j.is_meant and not coalesce(j.is_followed, false)) as young
    from judged as j
    left join returned as r on r.customer_id = j.customer_id and r.at_time = j.at_time
    group by j.label, j.period, j.customer_id
)
select label, period, back, size, young, count(*) as people, sum(size) as units
from persons
group by label, period, back, size, young
order by label, period, back, size, young
"""

ROWS = """
with answers as (
    select
        *,
        row_number() over (
            partition by coalesce(episode_id, conversation_id, response_id), customer_id
            order by answered_at desc nulls last, response_id desc
        ) as place,
        coalesce(answered_at, asked_at) as at_time
    from survey_answers
    where question = $question
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
nexts as (
    select a.response_id, min(p.ordered_at) as next_order_at
    from answers as a
    join purchases as p on p.customer_id = a.customer_id and p.ordered_at > a.at_time
    group by a.response_id
)
select
    a.response_id, a.customer_id, a.conversation_id, a.score, a.at_time as answered_at, n.next_order_at,
    coalesce(n.next_order_at <= a.at_time + to_days($threshold_d::integer), false) as stayed,
    a.channel, a.department, a.segment, a.engaged
from answers as a
join coverage as c on c.table_name = 'orders'
left join nexts as n on n.response_id = a.response_id
where a.place = 1
  and a.customer_id is not null
  and a.score between $box_low and $box_high
  and a.scale_min = $scale_min
  and a.scale_max = $scale_max
  and a.high_is_good is not distinct from $high_is_good
  and a.at_time >= c.first_at
  and a.at_time + to_days($threshold_d::integer) <= c.last_at
  and ($start_at::timestamp is null or a.at_time >= $start_at)
  and ($end_at::timestamp is null or a.at_time < $end_at)
order by stayed = $staying desc, answered_at desc, a.response_id
limit $most
"""


@dataclass(frozen=True, slots=True)
class Surprise:
    """One of the two shares: of those in the `best` boxes or the worst, who is `staying` or leaving."""

    definition: Definition
    best: bool
    staying: bool

    @property
    def who(self) -> str:
        """Those it is about, in words."""
        return "satisfied" if self.best else "dissatisfied"

    def box(self, boxes: Boxes) -> tuple[float, float]:
        """The answers that are meant, both ends included."""
        return boxes.top if self.best else boxes.bottom


def compute(surprise: Surprise, store: Store, window: Window, rows: Callable[[], Any]) -> Reading:
    """The share among those followed to the threshold; `compared_with` is that of all customers.

    Unknown as in csat without answers, `too_few` without a threshold or enough answers, `incomplete` when
    no answer has its follow-up.
    """
    found = reading(_ask_of(surprise), store, window, rows)
    days = churn.threshold(store)
    if days is None or isinstance(found.value, Unknown):
        return found
    base = _turned(
        retention.compute(store, Window(segment=window.segment, horizon_days=days)).value, surprise
    )
    return replace(found, compared_with=base, notes=(*_notes(surprise, days, base), *found.notes))


def series(surprise: Surprise, store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share by month of answering; complete once the threshold has passed for its last day."""
    over = is_over(store, "orders", grain, days=churn.threshold(store) or 0)
    return series_of(_ask_of(surprise), store, window, grain, over)


def rows(surprise: Surprise, store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The answers behind the share, the surprising ones first, newest first."""
    found = ratings.asked(store, window, csat.QUESTIONS)
    boxes = csat.chosen(found)
    params = _params(surprise, store, window, boxes) if boxes else {"question": "", **_NO_BOXES}
    return store.frame(ROWS, **(filters(window) | params), staying=surprise.staying, most=most)


_NO_BOXES: dict[str, Any] = dict.fromkeys(
    ("scale_min", "scale_max", "high_is_good", "box_low", "box_high", "threshold_d")
)


def _params(surprise: Surprise, store: Store, window: Window, boxes: Boxes) -> dict[str, Any]:
    """The bound parameters of both queries."""
    low, high = surprise.box(boxes)
    scale = boxes.scale
    return filters(window) | {
        "question": scale.question, "scale_min": scale.lowest, "scale_max": scale.highest,
        "high_is_good": scale.high_is_good, "box_low": low, "box_high": high,
        "threshold_d": churn.threshold(store),
    }  # fmt: skip


def _ask_of(surprise: Surprise) -> Any:
    """The question that a surprise puts to the store."""

    def ask(store: Store, window: Window, cut: Cut) -> Answer:
        found = ratings.asked(store, window, csat.QUESTIONS)
        boxes = csat.chosen(found)
        if boxes is None:
            return Answer(surprise.definition, csat.absent(found), notes=found.notes)
        params = _params(surprise, store, window, boxes) | cuts(cut)
        table = store.frame(FOLLOWED, **params)
        values = {
            key: _share(surprise, part, params["threshold_d"])
            for key, part in label_slices(table, cut.by, "people").items()
        }
        young = int((table["young"] * table["people"]).sum())
        note = f"{young:,} {surprise.who} answers are not followed that long and left out."
        working = Working(FOLLOWED, params, int(table["people"].sum()))
        return Answer(surprise.definition, csat.absent(found), values, (note,) if young else (), (working,))

    return ask


def _share(surprise: Surprise, part: pd.DataFrame, threshold_d: int | None) -> Value:
    """Share of one slice."""
    n, young = int(part["units"].sum()), int((part["young"] * part["people"]).sum())
    if threshold_d is None:
        return Unknown("too_few", "Too few customers ordered twice to tell how long a pause may last.", n)
    if n == 0 and young:
        return Unknown("incomplete", f"No answer has {threshold_d:,} days of orders after it.", 0)
    if n < surprise.definition.min_n:
        return too_few(n, f"{surprise.who} answers are followed long enough", surprise.definition)
    people = part[part["size"] > 0].assign(hits=part["back"])
    return _turned(clusters.share(people), surprise)


def _turned(value: Value, surprise: Surprise) -> Value:
    """The share who stay, or who leave."""
    if isinstance(value, Unknown) or surprise.staying:
        return value
    return Estimate(1 - value.value, 1 - value.high, 1 - value.low, value.n, value.method, value.level)


def _notes(surprise: Surprise, days: int, base: Value) -> tuple[str, ...]:
    """The threshold, and the same share of all customers."""
    verb = "staying" if surprise.staying else "leaving"
    meant = "an order" if surprise.staying else "no order"
    notes = [f"Counted as {verb}: {meant} within {days:,} days after the answer, the threshold of churn."]
    if isinstance(base, Estimate):
        notes.append(
            f"Of all customers who ordered in the {days:,} days before a month's end, {base.value:.1%} had"
            f" {meant} in the {days:,} days after it."
        )
    return tuple(notes)

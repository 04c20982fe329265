"""Once we have answered, does it stay resolved?

A conversation stayed resolved when the customer asked nothing more in it within 7 days after our last
answer; thanks and other messages that need no answer do not reopen it. Where the export ends before the
7 days are over, the conversation counts for as long as it was watched and no longer, so the latest answers
neither flatter nor spoil the figure.

It does not say that the customer was content: some give up, and some ask again elsewhere or under
another name. Conversations without any answer are not in it; see response rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import medians
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    filters,
    is_over,
    reading,
    too_few,
    with_method,
)
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats.curve import KaplanMeier
from socialroi.store import Store

HORIZON_DAYS = 7
HORIZON_S = HORIZON_DAYS * 86_400

DEFINITION = Definition(
    key="resolution",
    name="Stayed resolved",
    unit="share",
    better="up",
    question="Of the conversations we answered, what share stayed resolved?",
    formula=(
        "Share of answered conversations without another customer message that needs an answer within"
        f" {HORIZON_DAYS} days after the last public reply by a human agent, by Kaplan-Meier; a conversation"
        " whose days are not over counts until the export ends."
    ),
    source='Our rule, after "stayed resolved" at Emplifi; no status that agents set is read.',
    caveat=(
        "Silence is not content: who gave up or asked elsewhere counts as resolved, and who came back and was"
        " answered again counts from the later answer."
    ),
    min_n=MIN_N,
)  # fmt: skip

NOUN = "conversations were answered"

# chosen   the last answer of each conversation ($unit conversation), of each person (person), or every
#          answer before the customer wrote again (answer); the customer's next question after it
WAITS = """
with watched as (
    select batch_id, channel, max(observed_until) as observed_until
    from episodes
    group by batch_id, channel
),
placed as (
    select
        b.conversation_id,
        b.last_replied_at as answered_at,
        b.asked_again_at,
        greatest(b.last_replied_at, coalesce(w.observed_until, e.observed_until)) as observed_until,
        e.episode_id,
        e.channel,
        e.department,
        e.segment,
        e.engaged,
        coalesce(e.customer_id, e.author_id, e.episode_id) as person,
        row_number() over (partition by b.conversation_id order by b.burst_no desc) as answers_after
    from bursts as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.last_replied_at >= e.opened_at
    left join watched as w on w.batch_id = b.reply_batch_id and w.channel is not distinct from e.channel
    where b.last_replied_at is not null
),
ranked as (
    select
        *,
        row_number() over (partition by person order by answered_at desc, conversation_id) as of_person
    from placed
    where answers_after = 1 or $unit = 'answer'
),
chosen as (
    select *
    from ranked
    where (of_person = 1 or $unit <> 'person')
      and answered_at >= coalesce($start_at, answered_at)
      and answered_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
),
held as (
    select
        case $by
            when 'channel' then c.channel
            when 'department' then c.department
            when 'segment' then c.segment
            when 'engaged' then c.engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(
                coalesce(nullif($grain, ''), 'month'), c.answered_at + to_seconds(coalesce(z.offset_s, 0))
            )::date
        end as period,
        c.person,
        least(
            $horizon_s, date_diff('second', c.answered_at, coalesce(c.asked_again_at, c.observed_until))
        ) as waited_s,
        coalesce(date_diff('second', c.answered_at, c.asked_again_at) <= $horizon_s, false) as finished
    from chosen as c
    left join zone_offsets as z
        on z.purpose = 'reporting' and c.answered_at >= z.starts_at and c.answered_at < z.ends_at
),
persons as (
    select label, period, person, count(*) as size, count(*) filter (where finished) as hits
    from held
    group by label, period, person
)
select
    'wait' as part,
    label,
    period,
    waited_s,
    count(*) filter (where finished) as finished,
    count(*) filter (where not finished) as waiting,
    count(*) as units,
    0 as hits,
    0 as size,
    0 as people
from held
group by label, period, waited_s
union all
select 'people', label, period, null, 0, 0, sum(size), hits, size, count(*)
from persons
group by label, period, hits, size
order by part, label, period, waited_s, hits, size
"""

ROWS = """
with watched as (
    select batch_id, channel, max(observed_until) as observed_until
    from episodes
    group by batch_id, channel
),
placed as (
    select
        b.conversation_id,
        b.last_replied_at as answered_at,
        b.asked_again_at,
        greatest(b.last_replied_at, coalesce(w.observed_until, e.observed_until)) as observed_until,
        e.episode_id,
        e.channel,
        e.department,
        e.segment,
        e.engaged,
        coalesce(e.customer_id, e.author_id, e.episode_id) as person,
        row_number() over (partition by b.conversation_id order by b.burst_no desc) as answers_after
    from bursts as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.last_replied_at >= e.opened_at
    left join watched as w on w.batch_id = b.reply_batch_id and w.channel is not distinct from e.channel
    where b.last_replied_at is not null
),
ranked as (
    select
        *,
        row_number() over (partition by person order by answered_at desc, conversation_id) as of_person
    from placed
    where answers_after = 1 or $unit = 'answer'
),
chosen as (
    select *
    from ranked
    where (of_person = 1 or $unit <> 'person')
      and answered_at >= coalesce($start_at, answered_at)
      and answered_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
)
select
    episode_id,
    conversation_id,
    answered_at,
    asked_again_at,
    observed_until,
    case
        when date_diff('second', answered_at, asked_again_at) <= $horizon_s then 'came back'
        when date_diff('second', answered_at, observed_until) < $horizon_s then 'too early to say'
        else 'stayed resolved'
    end as state,
    channel,
    department,
    segment,
    engaged
from chosen
order by state, answered_at, conversation_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share that stayed resolved, by when the last answer was given.

    Unknown `immature` when nobody was watched for the whole 7 days.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of the last answer; complete once its last day was watched for 7 days."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=HORIZON_DAYS))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The share with three denominators: of_answers, of_conversations, of_people (the last of each)."""
    units = {"of_answers": "answer", "of_conversations": "conversation", "of_people": "person"}
    return {name: _ask(store, window, Cut(), unit).whole for name, unit in units.items()}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The answered conversations: those that came back first, then stayed resolved, then too early."""
    return store.frame(ROWS, **filters(window), unit="conversation", horizon_s=HORIZON_S, most=most)


def _ask(store: Store, window: Window, cut: Cut, unit: str = "conversation") -> Answer:
    """Shares by segment and period."""
    params: dict[str, Any] = filters(window) | cuts(cut) | {"unit": unit, "horizon_s": HORIZON_S}
    table = store.frame(WAITS, **params)
    absent = Unknown("no_data", "No answered conversation is loaded for this selection.")
    if table.empty:
        return Answer(DEFINITION, absent)
    waits = table[table["part"] == "wait"]
    curves = medians.curves(waits, table[table["part"] == "people"], cut)
    values: dict[Key, Value] = {key: _share(curve) for key, curve in curves.items()}
    working = (Working(WAITS, params, int(waits["units"].sum())),)
    return Answer(DEFINITION, absent, values, _notes(waits), working)


def _share(curve: KaplanMeier) -> Value:
    """Share without a further question for 7 days."""
    if curve.n < DEFINITION.min_n:
        return too_few(curve.n, NOUN, DEFINITION)
    value = curve.survival_at(HORIZON_S)
    if isinstance(value, Unknown):
        sentence = f"None of {curve.n:,} answered conversations was watched for {HORIZON_DAYS} days yet."
        return Unknown("immature", sentence, curve.n)
    return with_method(value, ", clustered by customer")


def _notes(waits: pd.DataFrame) -> tuple[str, ...]:
    """How many are not over yet."""
    running = int(waits.loc[waits["waited_s"] < HORIZON_S, "waiting"].sum())
    if not running:
        return ()
    every = int(waits["units"].sum())
    return (
        f"{running:,} of {every:,} were answered less than {HORIZON_DAYS} days before the export ends and"
        " count for as long as they were watched.",
    )

"""Conversations with who owned them, what kind of case they were and how they went.

The base of "who should own social?": departments differ in what they do and in what they get. Everything
here that is not an outcome was known when the conversation was opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from socialroi.metrics import net_easy, ratings, resolution, service_recovery
from socialroi.metrics.answer import filters, last_instant
from socialroi.metrics.owner_measures import MEASURES, OF_ALL
from socialroi.metrics.ratings import Boxes
from socialroi.metrics.waits import Facts, answered_only, facts, placed_by_answer
from socialroi.result import Unknown, Window, Working
from socialroi.store import Store

Floats = NDArray[np.float64]

#: An answer later than this does not count as one; orders count from its end on (the study's grace).
GRACE_S = 86_400
#: A name of a topic, channel or segment gets its own column from this share of the cases on.
LEVEL_SHARE = 0.02
#: The most names of one kind that get their own column.
LEVELS = 8
CASES = """
with replies_by as (
    select e.episode_id, min(nullif(i.department, '')) as speaker
    from episodes as e
    join interactions as i
      on i.conversation_id = e.conversation_id
     and i.sent_at = e.first_reply_at
     and i.author_kind = 'agent'
     and coalesce(i.visibility, 'public') <> 'private'
    where e.reply_kind = 'agent'
    group by e.episode_id
),
up_to_then as (
    select customer_id, opened_at as happened_at, episode_id, 0 as is_order
    from episodes
    where customer_id is not null
    union all
    select customer_id, ordered_at, null, 1
    from purchases
),
history as (
    select
        episode_id,
        sum(is_order) over so_far as orders_before,
        sum(1 - is_order) over so_far - 1 as contacts_before
    from up_to_then
    window so_far as (
        partition by customer_id order by happened_at, is_order, episode_id
        rows between unbounded preceding and current row
    )
),
from_then as (
    select customer_id, opened_at + to_seconds($grace_s) as happened_at, episode_id, 0 as is_order
    from episodes
    where customer_id is not null
    union all
    select customer_id, ordered_at, null, 1
    from purchases
),
next_orders as (
    select
        episode_id,
        min(case when is_order = 1 then happened_at end) over (
            partition by customer_id order by happened_at desc, is_order, episode_id
            rows between unbounded preceding and current row
        ) as next_order_at
    from from_then
)
select
    e.episode_id,
    coalesce(e.customer_id, e.author_id, e.episode_id) as person,
    e.customer_id,
    e.opened_at,
    e.local_day,
    e.local_hour,
    e.local_weekday,
    coalesce(e.channel, '') as channel,
    nullif(e.department, '') as department,
    r.speaker,
    coalesce(e.topic, '') as topic,
    coalesce(e.segment, '') as segment,
    e.sentiment,
    e.urgency,
    e.needs_response,
    e.keeps_unanswered,
    e.answered,
    e.waited_s,
    e.promised_s,
    e.observed_until,
    coalesce(h.orders_before, 0)::bigint as orders_before,
    coalesce(h.contacts_before, 0)::bigint as contacts_before,
    n.next_order_at
from episodes as e
left join replies_by as r on r.episode_id = e.episode_id
left join history as h on h.episode_id = e.episode_id
left join next_orders as n on n.episode_id = e.episode_id
where e.opened_at >= coalesce($start_at, e.opened_at)
  and e.opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, e.channel))
  and ($departments is null or list_contains($departments, e.department))
  and ($segments is null or list_contains($segments, e.segment))
order by e.opened_at, e.episode_id
"""

# The last answer about each episode, as in `ratings`.
EASE = """
with answers as (
    select
        episode_id,
        score,
        scale_min,
        scale_max,
        high_is_good,
        question,
        row_number() over (
            partition by episode_id, question, scale_min, scale_max, high_is_good
            order by answered_at desc nulls last, response_id desc
        ) as place
    from survey_answers
    where episode_id is not null and score is not null
)
select episode_id, score
from answers
where place = 1
  and question = $question
  and score between scale_min and scale_max
  and scale_min = $scale_min
  and scale_max = $scale_max
  and high_is_good is not distinct from $high_is_good
order by episode_id
"""


@dataclass(frozen=True, slots=True)
class Cases:
    """All conversations of a window, and what else an outcome needs to know."""

    table: pd.DataFrame
    found: Facts
    orders_end: datetime | None
    working: tuple[Working, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The cases that one measure can judge, with the value `y` of each; or why there are none."""

    table: pd.DataFrame
    absent: Unknown | None = None
    notes: tuple[str, ...] = ()


def gather(store: Store, window: Window) -> Cases:
    """The conversations of a window with their case mix."""
    params = filters(window) | {"grace_s": GRACE_S}
    table = store.frame(CASES, **params)
    return Cases(
        table, facts(store, window), last_instant(store, "orders"), (Working(CASES, params, len(table)),)
    )


def outcome(store: Store, window: Window, cases: Cases, measure: str) -> Outcome:
    """The cases a measure can judge, with its value `y`; a window without any gives the reason."""
    if cases.table.empty:
        return Outcome(cases.table, Unknown("no_data", "No conversation is loaded for this selection."))
    if measure in OF_ALL and cases.found.answered_only:
        return Outcome(cases.table.iloc[:0], answered_only(cases.found.needing))
    made = _MAKERS[measure](store, window, cases)
    if made.absent is None and made.table.empty:
        sentence = (
            f"No conversation of this selection can be judged by this measure ({MEASURES[measure].name})."
        )
        return Outcome(made.table, Unknown("no_data", sentence), made.notes)
    return made


def follows_answer(cases: Cases, measure: str) -> Unknown | None:
    """Why departments cannot be compared on this measure: they are known for answered messages only."""
    starts_from_everybody = measure in (*OF_ALL, "retention")
    if starts_from_everybody and cases.found.department_follows_answer:
        return placed_by_answer(cases.found.needing)
    return None


def _answered(store: Store, window: Window, cases: Cases) -> Outcome:
    table = _watched(cases.table, GRACE_S)
    return Outcome(table.assign(y=(table["answered"] & (table["waited_s"] <= GRACE_S)).astype(float)))


def _kept(store: Store, window: Window, cases: Cases) -> Outcome:
    table = cases.table[cases.table["promised_s"].notna()]
    if table.empty:
        return Outcome(table, Unknown("no_promises", "No promised response time covers these conversations."))
    table = _watched(table, table["promised_s"])
    kept = table["answered"] & (table["waited_s"] <= table["promised_s"])
    return Outcome(table.assign(y=kept.astype(float)), notes=_several_promises(table))


def _several_promises(table: pd.DataFrame) -> tuple[str, ...]:
    """That departments are held to different promises on the same channel, where they are."""
    spread = table.dropna(subset="department").groupby("channel")["promised_s"].nunique()
    if (spread <= 1).all():
        return ()
    return ("Promises differ within a channel, so departments may be held to different standards.",)


def _wait(store: Store, window: Window, cases: Cases) -> Outcome:
    table = _watched(cases.table, GRACE_S)
    waited = np.where(table["answered"], np.minimum(table["waited_s"].astype(float), GRACE_S), GRACE_S)
    return Outcome(table.assign(y=waited))


def _watched(table: pd.DataFrame, seconds: float | pd.Series[float]) -> pd.DataFrame:
    """Those that need an answer and were watched for so long, answered or not."""
    watched_s = (table["observed_until"] - table["opened_at"]).dt.total_seconds()
    return table[table["needs_response"] & table["waited_s"].notna() & (watched_s >= seconds)]


def _ease(store: Store, window: Window, cases: Cases) -> Outcome:
    found = ratings.asked(store, window, net_easy.QUESTIONS)
    pick = net_easy.chosen(found)
    if pick is None:
        return Outcome(cases.table.iloc[:0], ratings.nothing_asked(found, "ease"))
    variant, scale = pick
    boxes = Boxes(scale, variant.easy, variant.difficult)
    answers = store.frame(EASE, **boxes.params)
    table = cases.table.merge(answers, on="episode_id")
    score = table["score"]
    points = 100.0 * score.between(*variant.easy) - 100.0 * score.between(*variant.difficult)
    return Outcome(table.assign(y=points), notes=(f"{variant.name}: {variant.formula}",))


def _resolved(store: Store, window: Window, cases: Cases) -> Outcome:
    held = resolution.rows(store, window, most=len(cases.table) + 1)
    whole = (held["observed_until"] - held["answered_at"]).dt.total_seconds() >= resolution.HORIZON_S
    last = held[whole].sort_values("answered_at").drop_duplicates("episode_id", keep="last")
    table = cases.table.merge(last[["episode_id", "state"]], on="episode_id")
    return Outcome(table.assign(y=(table["state"] == "stayed resolved").astype(float)))


def _recovered(store: Store, window: Window, cases: Cases) -> Outcome:
    table = cases.table.merge(service_recovery.complaints(store, window), on="episode_id")
    if table.empty:
        sentence = (
            "No conversation opens as a complaint by its topic or its tone and was watched for 7 days; export"
            " a topic or a sentiment."
        )
        return Outcome(table, Unknown("not_recorded", sentence))
    soon = table["answered"] & (table["waited_s"] <= GRACE_S)
    return Outcome(table.assign(y=(soon & table["repaired"].astype(bool)).astype(float)))


def _returned(store: Store, window: Window, cases: Cases) -> Outcome:
    if cases.orders_end is None:
        return Outcome(cases.table.iloc[:0], Unknown("no_data", "No orders are loaded."))
    start = cases.table["opened_at"] + timedelta(seconds=GRACE_S)
    until = start + timedelta(days=window.horizon_days)
    bought = cases.table["customer_id"].notna() & (cases.table["orders_before"] > 0)
    y = (cases.table["next_order_at"] <= until).astype(float)
    table = cases.table.assign(y=y)[bought & (until <= cases.orders_end)]
    note = f"Orders in the {window.horizon_days} days that begin 24 hours after the message."
    return Outcome(table, notes=(note,))


_MAKERS: Mapping[str, Callable[[Store, Window, Cases], Outcome]] = {
    "answered_24h": _answered,
    "promise_kept": _kept,
    "wait": _wait,
    "net_easy": _ease,
    "stayed_resolved": _resolved,
    "recovered": _recovered,
    "retention": _returned,
}


def case_mix(table: pd.DataFrame) -> tuple[Floats, tuple[str, ...]]:
    """What is known of a case when it arrives: topic, channel, need, hour, day, customer history, mood.

    One column each, constant ones left out; the frequent names of a kind have a column of their own.
    """
    hour = 2 * np.pi * table["local_hour"].to_numpy(dtype=float) / 24
    columns: dict[str, Floats] = {}
    for kind in ("topic", "channel", "segment"):
        columns |= _levels(table, kind)
    columns |= {
        "needs an answer": table["needs_response"].to_numpy(dtype=float),
        "orders before": np.log1p(table["orders_before"].to_numpy(dtype=float)),
        "contacts before": np.log1p(table["contacts_before"].to_numpy(dtype=float)),
        "hour, sine": np.sin(hour),
        "hour, cosine": np.cos(hour),
        "weekend": np.asarray(table["local_weekday"] >= 6, dtype=np.float64),
    }
    for name in ("sentiment", "urgency"):
        known = table[name].astype(float)
        if known.notna().any():
            columns[name] = np.asarray(known.fillna(known.mean()), dtype=np.float64)
    kept = {name: column for name, column in columns.items() if np.ptp(column) > 0}
    return np.column_stack([*kept.values()] or [np.zeros((len(table), 0))]), tuple(kept)


def _levels(table: pd.DataFrame, kind: str) -> dict[str, Floats]:
    """A column for each frequent name but the most frequent, which the others are measured against."""
    shares = table[kind].value_counts(normalize=True)
    frequent = sorted(shares[shares >= LEVEL_SHARE].index, key=lambda name: (-shares[name], name))[1:LEVELS]
    return {f"{kind} {name}": np.asarray(table[kind] == name, dtype=np.float64) for name in frequent}

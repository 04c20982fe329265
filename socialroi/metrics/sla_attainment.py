"""How often do we keep our promise on response time?

Each episode that needs an answer is held against the promise in force when it was opened: the most
specific one (channel and department, then department, then channel, then everywhere), its latest
version. Kept if answered in time, broken as soon as the target passes, also without any reply;
conversations whose time still runs are counted apart, never as kept.

One promise a wait: a conversation that fell silent and began again was promised an answer twice, and a
person may have several conversations. So the detail counts three ways, side by side: events (each wait),
conversations and people, of which one broken promise breaks the whole.

Chatwoot counts running clocks as kept, others divide by every
conversation. It does not say whether the promise is a good one.
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
from socialroi.metrics.waits import answered_only, facts, nobody, placed_by_answer
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

DEFINITION = Definition(
    key="sla_attainment",
    name="SLA attainment",
    unit="share",
    better="up",
    question="How often is the promised first response time kept?",
    formula=(
        "Kept / (kept + broken) over episodes that need an answer and have a promise; kept = answered by a"
        " person within the target, broken = the target has passed, answered or not; those still within"
        " their target are counted apart."
    ),
    source="Our rule. Promises: the `promises` table, most specific and latest in force.",
    caveat="Depends on how strict the promise is; two departments with different targets are not comparable.",
    min_n=MIN_N,
)  # fmt: skip

# What is counted is $unit: an event (one wait), a conversation or a person. One broken promise breaks a
# conversation or person, else one that runs leaves it running, else one that was kept makes it kept.
STATES = """
with asked as (
    select
        case $unit
            when 'conversation' then coalesce(conversation_id, episode_id)
            when 'person' then coalesce(customer_id, author_id, episode_id)
            else episode_id
        end as unit,
        channel,
        department,
        segment,
        engaged,
        local_day,
        coalesce(customer_id, author_id, episode_id) as person,
        answered,
        promised_s as target_s,
        case $clock when 'business' then business_waited_s else waited_s end as waited_s
    from episodes
    where opened_at >= coalesce($start_at, opened_at)
      and opened_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
      and needs_response
      and keeps_unanswered = 'yes'
),
held as (
    select
        case $by
            when 'channel' then asked.channel
            when 'department' then asked.department
            when 'segment' then asked.segment
            when 'engaged' then asked.engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), asked.local_day)::date
        end as period,
        asked.unit,
        asked.person,
        case
            when asked.target_s is null then 5
            when asked.waited_s is null then 4
            when asked.waited_s > asked.target_s then 1
            when asked.answered then 3
            else 2
        end as state
    from asked
),
units as (
    select label, period, unit, min(person) as person, min(state) as state
    from held
    group by label, period, unit
),
persons as (
    select
        label,
        period,
        person,
        count(*) filter (where state = 3) as kept,
        count(*) filter (where state = 1) as broken,
        count(*) filter (where state = 2) as running,
        count(*) filter (where state = 5) as unpromised,
        count(*) filter (where state = 4) as untimed
    from units
    group by label, period, person
)
select label, period, kept, broken, running, unpromised, untimed, count(*) as people
from persons
group by label, period, kept, broken, running, unpromised, untimed
order by label, period, kept, broken, running, unpromised, untimed
"""

PROMISES = "select count(*) from promises"

ROWS = """
select
    episode_id, conversation_id, opened_at, first_reply_at, observed_until, answered, waited_s,
    business_waited_s, promised_s, channel, department, segment, engaged
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
order by waited_s desc, episode_id
limit $most
"""

STATE_NAMES = ("kept", "broken", "running", "unpromised", "untimed")
#: What may be counted, and how its figures are called in the detail.
UNITS = {"event": "events", "conversation": "conversations", "person": "people"}


def compute(store: Store, window: Window) -> Reading:
    """Share of promises kept on the window's clock, interval clustered by customer.

    Unknown `no_promises` without a promise, `answered_only` when the exports hold no unanswered
    conversations, `no_calendar` on the business clock without opening hours.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per period of opening."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=1))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """How many promises were kept, broken, are running, with three denominators side by side.

    kept, broken, running, unpromised, untimed and worst_case (running ones broken) are of events, as is the
    headline. For `unit` in events, conversations and people: kept_ and broken_ and running_`unit` are
    counts, of_`unit` the share kept of those settled, worst_of_`unit` with the running ones broken.
    """
    tables = {name: _states(store, window, Cut(), unit)[0] for unit, name in UNITS.items()}
    totals = _totals(tables["events"])
    absent = _absent(store, window, totals)
    detail: dict[str, Value] = {name: Estimate.count(totals[name]) for name in STATE_NAMES}
    for name, table in tables.items():
        detail |= _counted_by(name, table, absent)
    return {**detail, "worst_case": detail["worst_of_events"]}


def _counted_by(name: str, table: pd.DataFrame, absent: Unknown) -> dict[str, Value]:
    """The figures of one denominator."""
    totals = _totals(table)
    settled = totals["kept"] + totals["broken"]
    counts = {f"{state}_{name}": Estimate.count(totals[state]) for state in ("kept", "broken", "running")}
    of, worst = (_share(table, worst=each) if settled else absent for each in (False, True))
    return {**counts, f"of_{name}": of, f"worst_of_{name}": worst}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The episodes held against a promise, longest wait first."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period; slices where nothing is settled yet are left out."""
    table, working = _states(store, window, cut)
    totals = _totals(table)
    absent = _absent(store, window, totals)
    if not totals["kept"] + totals["broken"]:
        return Answer(DEFINITION, absent, working=working)
    slices = label_slices(table.assign(units=table["people"]), cut.by, "units")
    values: dict[Key, Value] = {key: _share(part) for key, part in slices.items()}
    if cut.by == "department" and facts(store, window).department_follows_answer:
        values = {key: placed_by_answer(value.n) for key, value in values.items()}
    return Answer(DEFINITION, absent, values, _notes(totals, _share(table, worst=True)), working)


def _states(
    store: Store, window: Window, cut: Cut, unit: str = "event"
) -> tuple[pd.DataFrame, tuple[Working, ...]]:
    """How many people have so many events (or conversations) kept, broken, running."""
    params: dict[str, Any] = filters(window) | cuts(cut) | {"clock": window.clock, "unit": unit}
    table = store.frame(STATES, **params)
    n = sum(_totals(table).values())
    return table, (Working(STATES, params, n),)


def _totals(table: pd.DataFrame) -> dict[str, int]:
    """Episodes by state."""
    return {name: int((table[name] * table["people"]).sum()) for name in STATE_NAMES}


def _share(table: pd.DataFrame, *, worst: bool = False) -> Value:
    """Share kept of those settled; `worst` counts the running ones as broken."""
    size = table["kept"] + table["broken"] + (table["running"] if worst else 0)
    counted = table.assign(hits=table["kept"], size=size)[size > 0]
    if counted.empty:
        return Unknown("no_data", "No conversation with a promise is settled here yet.")
    return enough(clusters.share(counted), "conversations have a settled promise", DEFINITION)


def _absent(store: Store, window: Window, totals: Mapping[str, int]) -> Unknown:
    """Why there is no share."""
    found = facts(store, window)
    if not found.needing:
        return nobody(found.episodes)
    if not store.one(PROMISES)[0]:
        sentence = "No promised response time is loaded; add a `promises` file."
        return Unknown("no_promises", sentence, found.needing)
    if found.not_kept == found.needing:
        return answered_only(found.needing)
    if totals["untimed"]:
        return Unknown(
            "no_calendar",
            "No opening hours are loaded, so nothing can be said on the business clock.",
            found.needing,
        )
    if totals["running"]:
        return Unknown(
            "immature", f"All {totals['running']:,} promises are still running.", totals["running"]
        )
    return Unknown("no_promises", "No promise covers these conversations.", totals["unpromised"])


def _notes(totals: Mapping[str, int], worst: Value) -> tuple[str, ...]:
    """What was counted apart."""
    notes = []
    if totals["running"] and isinstance(worst, Estimate):
        notes.append(
            f"{totals['running']:,} promises still run; if all are broken the share is {worst.value:.1%}."
        )
    if totals["unpromised"]:
        notes.append(f"{totals['unpromised']:,} conversations have no promise and are left out.")
    if totals["untimed"]:
        notes.append(f"{totals['untimed']:,} conversations have no calendar and are left out.")
    return tuple(notes)

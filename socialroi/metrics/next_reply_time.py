"""How long do people wait each time they write, not only the first time?

Whatever a customer writes until a person answers is one burst: three messages in a row are one wait,
from the first of them that needs an answer to the next public reply by a human agent. A conversation
has as many waits as the customer took turns. The last burst nobody has answered is a wait that lasts
at least until the export ends, and it stays in the figure; closing the conversation changes nothing.

It does not say whether the reply helped: a firm that asks back at once looks fast and settles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import medians
from socialroi.metrics.answer import (
    MIN_N,
    WHOLE,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    filters,
    is_over,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.waits import Facts, facts, note_placed, sees_answered_only
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats.survival import KaplanMeier
from socialroi.store import Store

DEFINITION = Definition(
    key="next_reply_time",
    name="Next reply time",
    unit="seconds",
    better="down",
    question="Each time a customer writes, how long until a person replies?",
    formula=(
        "Median time from the first customer message since the last reply that needs an answer to the next"
        " public reply by a human agent, over every such burst of messages, by Kaplan-Meier; an unanswered"
        " burst counts as still waiting when the export ends, whether or not it was closed."
    ),
    source=(
        "As Zendesk's next reply time and Chatwoot: from the oldest unanswered message. Simla counts from"
        " the last."
    ),
    caveat=(
        "Says nothing about whether the reply helped; talkative customers count more often than quiet ones."
    ),
    min_n=MIN_N,
)  # fmt: skip

NOUN = "bursts of messages"

# `part` says what a row counts: a wait; a burst that needs no answer (idle) or has no calendar (untimed);
# or the people who have `hits` waits longer than the median of their segment and period among `size`.
WAITS = """
with begun as (
    select
        conversation_id,
        coalesce(case when $start_from = 'last' then last_needed_at else needed_at end, asked_at) as asked_at,
        needed_at is not null as needs_response,
        batch_id,
        replied_at
    from bursts
),
watched as (
    select batch_id, channel, max(observed_until) as observed_until
    from episodes
    group by batch_id, channel
),
placed as (
    select
        b.*,
        e.episode_id,
        e.channel,
        e.department,
        e.segment,
        e.engaged,
        coalesce(e.customer_id, e.author_id, e.episode_id) as person,
        e.keeps_unanswered,
        coalesce(b.asked_at > e.first_reply_at, false) as is_later,
        coalesce(
            b.replied_at, greatest(b.asked_at, coalesce(w.observed_until, e.observed_until))
        ) as ended_at,
        coalesce(d.department, '') as desk
    from begun as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.asked_at >= e.opened_at
    left join watched as w on w.batch_id = b.batch_id and w.channel is not distinct from e.channel
    left join (select distinct department from service_clock) as d on d.department = e.department
    where b.asked_at >= coalesce($start_at, b.asked_at)
      and b.asked_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, e.channel))
      and ($departments is null or list_contains($departments, e.department))
      and ($segments is null or list_contains($segments, e.segment))
),
timed as (
    select
        p.*,
        date_diff('second', p.asked_at, p.ended_at) as waited_s,
        g.open_before_s + date_diff('second', g.opens_at, least(p.ended_at, g.closes_at))
            - f.open_before_s - date_diff('second', f.opens_at, least(p.asked_at, f.closes_at))
            as business_waited_s
    from placed as p
    left join service_clock as f
        on f.department = p.desk and f.day = p.asked_at::date
        and p.asked_at >= f.opens_at and p.asked_at < f.next_at
    left join service_clock as g
        on g.department = p.desk and g.day = p.ended_at::date
        and p.ended_at >= g.opens_at and p.ended_at < g.next_at
),
held as (
    select
        case
            when not t.needs_response then 'idle'
            when $clock = 'business' and t.business_waited_s is null then 'untimed'
            else 'wait'
        end as part,
        case $by
            when 'channel' then t.channel
            when 'department' then t.department
            when 'segment' then t.segment
            when 'engaged' then t.engaged
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(
                coalesce(nullif($grain, ''), 'month'), t.asked_at + to_seconds(coalesce(z.offset_s, 0))
            )::date
        end as period,
        t.person,
        case $clock when 'business' then t.business_waited_s else t.waited_s end as waited_s,
        t.replied_at is not null as finished
    from timed as t
    left join zone_offsets as z
        on z.purpose = 'reporting' and t.asked_at >= z.starts_at and t.asked_at < z.ends_at
    where (t.replied_at is not null or not $answered_only)
      and (t.is_later or not $later_only)
),
middles as (
    select label, period, quantile_disc(waited_s, 0.5) as middle_s
    from held
    where part = 'wait'
    group by label, period
),
persons as (
    select
        h.label,
        h.period,
        h.person,
        count(*) as size,
        count(*) filter (where not h.finished or h.waited_s > m.middle_s) as hits
    from held as h
    join middles as m on m.label is not distinct from h.label and m.period is not distinct from h.period
    where h.part = 'wait'
    group by h.label, h.period, h.person
)
select
    part,
    label,
    period,
    case when part = 'wait' then waited_s end as waited_s,
    count(*) filter (where finished) as finished,
    count(*) filter (where not finished) as waiting,
    count(*) as units,
    0 as hits,
    0 as size,
    0 as people
from held
group by part, label, period, case when part = 'wait' then waited_s end
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
        e.episode_id,
        b.conversation_id,
        b.needed_at as asked_at,
        b.replied_at,
        greatest(b.needed_at, coalesce(w.observed_until, e.observed_until)) as observed_until,
        coalesce(
            b.replied_at, greatest(b.needed_at, coalesce(w.observed_until, e.observed_until))
        ) as ended_at,
        b.messages,
        e.channel,
        e.department,
        e.segment,
        e.engaged,
        coalesce(d.department, '') as desk
    from bursts as b
    asof join episodes as e on e.conversation_id = b.conversation_id and b.needed_at >= e.opened_at
    left join watched as w on w.batch_id = b.batch_id and w.channel is not distinct from e.channel
    left join (select distinct department from service_clock) as d on d.department = e.department
)
select
    p.episode_id,
    p.conversation_id,
    p.asked_at,
    p.replied_at,
    p.observed_until,
    p.replied_at is not null as answered,
    date_diff('second', p.asked_at, p.ended_at) as waited_s,
    g.open_before_s + date_diff('second', g.opens_at, least(p.ended_at, g.closes_at))
        - f.open_before_s - date_diff('second', f.opens_at, least(p.asked_at, f.closes_at))
        as business_waited_s,
    p.messages,
    p.channel,
    p.department,
    p.segment,
    p.engaged
from placed as p
left join service_clock as f
    on f.department = p.desk and f.day = p.asked_at::date
    and p.asked_at >= f.opens_at and p.asked_at < f.next_at
left join service_clock as g
    on g.department = p.desk and g.day = p.ended_at::date
    and p.ended_at >= g.opens_at and p.ended_at < g.next_at
where asked_at >= coalesce($start_at, asked_at)
  and asked_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, p.channel))
  and ($departments is null or list_contains($departments, p.department))
  and ($segments is null or list_contains($segments, p.segment))
order by waited_s desc, episode_id, asked_at
limit $most
"""


@dataclass(frozen=True, slots=True)
class Waits:
    """What one question to the store brought: curves, and what was left out of them."""

    curves: Mapping[Key, KaplanMeier]
    idle: int
    untimed: int
    answered: int
    waiting: int
    working: tuple[Working, ...]

    @property
    def timed(self) -> int:
        """Bursts that need an answer and have a wait."""
        return self.answered + self.waiting


def compute(store: Store, window: Window) -> Reading:
    """Median time to the next reply, in seconds on the window's clock.

    Unknown `not_reached` when fewer than half of the bursts were answered by the end of the export,
    `no_calendar` on the business clock without opening hours.
    """
    return reading(_ask, store, window, partial(rows, store, window))


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The median per period in which the burst began; complete when the export goes beyond its end."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain, days=1))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The figures beside the median.

    Keys: median, p90, median_later (bursts after the first reply of their episode), median_from_last
    (from the last message of the burst instead of the first), answered, waiting.
    """
    found, all_bursts = _found(store, window), _waits(store, window, Cut())
    how = _how(found, Cut())
    last = _waits(store, window, Cut(), start_from="last")
    return {
        "median": _whole(all_bursts, window, 0.5, how),
        "p90": _whole(all_bursts, window, 0.9, how),
        "median_later": _whole(_waits(store, window, Cut(), later_only=True), window, 0.5, how),
        "median_from_last": _whole(last, window, 0.5, f"{how}, from the last message"),
        "answered": Estimate.count(all_bursts.answered),
        "waiting": Estimate.count(all_bursts.waiting),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The bursts behind the figure, longest wait first, with start, stop and cut-off."""
    return store.frame(ROWS, **filters(window), most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Medians by segment and period."""
    found, waits = _found(store, window), _waits(store, window, cut)
    how = _how(found, cut)
    values = {key: medians.quantile(curve, 0.5, DEFINITION, NOUN, how) for key, curve in waits.curves.items()}
    return Answer(
        DEFINITION, _absent(waits, window), values, _notes(found, waits, window, cut), waits.working
    )


def _found(store: Store, window: Window) -> Facts:
    """What the sources hold; a burst of this window may belong to an episode opened before it."""
    return facts(store, replace(window, start=None))


def _waits(
    store: Store, window: Window, cut: Cut, *, start_from: str = "first", later_only: bool = False
) -> Waits:
    """The curves of the bursts that began in the window."""
    params: dict[str, Any] = filters(window) | cuts(cut) | {
        "clock": window.clock,
        "answered_only": sees_answered_only(_found(store, window), cut),
        "start_from": start_from,
        "later_only": later_only,
    }  # fmt: skip
    table = store.frame(WAITS, **params)
    parts = {name: table[table["part"] == name] for name in ("wait", "people", "idle", "untimed")}
    waits = parts["wait"]
    return Waits(
        medians.curves(waits, parts["people"], cut) if len(waits) else {},
        int(parts["idle"]["units"].sum()),
        int(parts["untimed"]["units"].sum()),
        int(waits["finished"].sum()),
        int(waits["waiting"].sum()),
        (Working(WAITS, params, int(waits["units"].sum())),) if len(waits) else (),
    )


def _whole(waits: Waits, window: Window, q: float, how: str) -> Value:
    """A quantile of all bursts together."""
    curve = waits.curves.get(WHOLE)
    if curve is None:
        return _absent(waits, window)
    return medians.quantile(curve, q, DEFINITION, NOUN, how)


def _how(found: Facts, cut: Cut) -> str:
    """What the method adds to the estimator: which waits it rests on."""
    which = "; answered bursts only" if sees_answered_only(found, cut) else ""
    return f", clustered by customer{which}"


def _absent(waits: Waits, window: Window) -> Unknown:
    """Why there is no number."""
    if window.clock == "business" and waits.untimed:
        return Unknown(
            "no_calendar",
            "No opening hours are loaded, so nothing can be said on the business clock.",
            waits.untimed,
        )
    if waits.idle:
        return Unknown("no_data", f"None of {waits.idle:,} {NOUN} in this selection needs an answer.")
    return Unknown("no_data", "No conversation is loaded for this selection.")


def _notes(found: Facts, waits: Waits, window: Window, cut: Cut) -> tuple[str, ...]:
    """What a reader must see beside the number."""
    notes = []
    if found.answered_only:
        notes.append(
            "For the answered only: some exports do not keep unanswered conversations, so the true wait is"
            " longer."
        )
    if waits.idle:
        every = waits.idle + waits.untimed + waits.timed
        notes.append(f"{waits.idle:,} of {every:,} {NOUN} need no answer and are left out.")
    if window.clock == "business" and waits.timed:
        notes.append("Nights and closed days count as no wait here; customers feel every hour.")
    if waits.untimed and waits.timed:
        notes.append(f"{waits.untimed:,} {NOUN} have no calendar and are left out.")
    if cut.by == "department" and found.department_follows_answer:
        notes.append(note_placed(found))
    return tuple(notes)

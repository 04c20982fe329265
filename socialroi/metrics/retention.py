"""Do the customers we have stay?

There is no contract to cancel, so staying means ordering again. Of the customers who ordered in the 90
days up to the end of a month, the share that orders in the 90 days after it. The month is the latest
one with all 90 days of follow-up in the data, so the figure is never flattered or punished by the
date on which it is looked at.

Bounded ("on period N") retention, as Amplitude and Mixpanel define it.
It does not say why they stay; the engaged and the unengaged are compared by a landmark.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts, landmark
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    enough,
    following,
    label_slices,
    local_day,
    reading,
)
from socialroi.result import Definition, Point, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="retention",
    name="Retention",
    unit="share",
    better="up",
    question="Of the customers who ordered lately, what share orders again?",
    formula=(
        "Customers with an order in the H days after a month's end / customers with an order in the H days"
        " up to it, at the latest month's end with H days of orders after it; H = 90 unless another"
        " horizon is chosen."
    ),
    source='Bounded ("on period N") retention, as Amplitude and Mixpanel define it.',
    caveat=(
        "A customer who orders once a year counts as lost in between; choose H to fit how often people buy."
    ),
    min_n=MIN_N,
)

# A month's end is the midnight after its last day, written as the first day of the next month. Each
# order-day serves the ends between it and the customer's next order-day, as the last one before them.
ENDS = """
with ends as (
    select unnest($month_ends::date[]) as month_end
),
days as (
    select distinct customer_id, day
    from purchases
    where day >= list_min($month_ends::date[]) - $horizon_d::integer
      and day < list_max($month_ends::date[]) + $horizon_d::integer
),
gaps as (
    select customer_id, day, lead(day) over (partition by customer_id order by day) as next_day
    from days
),
members as (
    select
        case $by
            when 'channel' then c.first_order_channel
            when 'segment' then c.segment
            else ''
        end as label,
        g.day,
        g.next_day
    from gaps as g
    join customer_summary as c on c.customer_id = g.customer_id
    where ($channels is null or list_contains($channels, c.first_order_channel))
      and ($segments is null or list_contains($segments, c.segment))
),
counted as (
    select label, day, next_day, count(*) as customers
    from members
    group by label, day, next_day
)
select
    m.label,
    e.month_end as period,
    sum(m.customers)::bigint as units,
    coalesce(sum(m.customers) filter (where m.next_day < e.month_end + $horizon_d::integer), 0)::bigint as k
from counted as m
join ends as e
  on e.month_end > m.day
 and e.month_end <= coalesce(m.next_day, 'infinity'::date)
 and e.month_end <= m.day + $horizon_d::integer
group by m.label, e.month_end
"""

ROWS = """
with orders_before as (
    select customer_id, max(day) as last_before, count(distinct day) as order_days
    from purchases
    where day >= $month_end::date - $horizon_d::integer and day < $month_end::date
    group by customer_id
),
orders_after as (
    select customer_id, min(day) as first_after
    from purchases
    where day >= $month_end::date and day < $month_end::date + $horizon_d::integer
    group by customer_id
)
select
    b.customer_id, b.last_before, b.order_days, a.first_after, a.first_after is not null as stayed,
    c.first_order_channel, c.segment, c.engaged
from orders_before as b
left join orders_after as a on a.customer_id = b.customer_id
join customer_summary as c on c.customer_id = b.customer_id
where ($channels is null or list_contains($channels, c.first_order_channel))
  and ($segments is null or list_contains($segments, c.segment))
order by stayed, b.last_before, b.customer_id
limit $most
"""

FIRST_DAY = "select min(day) from purchases"


def compute(store: Store, window: Window) -> Reading:
    """Retention at the latest month's end of the window whose follow-up is complete, Wilson interval.

    Unknown `incomplete` when no month's end has `window.horizon_days` of orders after it. `by` engaged
    is the landmark comparison: an order in (30, 30 + H] days after the first.
    """
    whole = reading(_ask, store, window, partial(rows, store, window))
    return landmark.divided(whole, store, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """Retention at every month's end; a point carries the last day of its month.

    Only months are offered: `grain` is there so that all metrics are asked alike.
    """
    calendar = Ends.of(store, window)
    whole = _answer(store, window, Cut(grain="month"), calendar.complete)
    narrowed = landmark.without_engaged(window)
    by = narrowed.by if narrowed.by in cohorts.DIVISIONS else None
    parts = _answer(store, window, Cut(by, "month"), calendar.complete) if by else None
    labels = dict.fromkeys(label for label, _ in parts.values) if parts else {}
    lines = {label: _line(calendar, parts, label) for label in labels} if parts else {}
    return Series(DEFINITION, _line(calendar, whole, ""), lines)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers of the headline month's end, those who did not return first."""
    calendar = Ends.of(store, window)
    params, _ = cohorts.filters(store, window)
    return store.frame(ROWS, **params, month_end=calendar.latest, horizon_d=window.horizon_days, most=most)


@dataclass(frozen=True, slots=True)
class Ends:
    """The month ends of a window: those with a complete follow-up, those whose follow-up still runs."""

    complete: tuple[date, ...]
    running: tuple[date, ...]
    first_day: date | None

    @classmethod
    def of(cls, store: Store, window: Window) -> Ends:
        """All month ends between the first and the last order that lie in the window."""
        (first_day,) = store.one(FIRST_DAY)
        last = cohorts.last_day(store)
        if first_day is None or last is None:
            return cls((), (), None)
        zone = store.settings.reporting_zone
        start = local_day(window.start, zone) if window.start else date.min
        end = local_day(window.end, zone) if window.end else date.max
        ends = [day for day in _month_ends(first_day, last) if start < day <= end]
        done = [day for day in ends if day + timedelta(days=window.horizon_days) <= last]
        return cls(tuple(done), tuple(ends[len(done) :]), first_day)

    @property
    def latest(self) -> date | None:
        """The latest month end with a complete follow-up."""
        return self.complete[-1] if self.complete else None


def _month_ends(first: date, last: date) -> list[date]:
    """First days of the months after `first`, up to `last`."""
    ends = [following(first.replace(day=1), "month")]
    while ends[-1] <= last:
        ends.append(following(ends[-1], "month"))
    return ends[:-1]


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Retention at the latest complete month's end, by segment."""
    calendar = Ends.of(store, window)
    if cohorts.is_undivided(cut) or calendar.first_day is None:
        return Answer(DEFINITION, cohorts.no_orders())
    if calendar.latest is None:
        return Answer(DEFINITION, _incomplete(window.horizon_days), notes=cohorts.filters(store, window)[1])
    answer = _answer(store, window, cut, (calendar.latest,))
    return replace(answer, notes=(*_notes(calendar.latest, calendar.first_day, window), *answer.notes))


def _answer(store: Store, window: Window, cut: Cut, month_ends: tuple[date, ...]) -> Answer:
    """Retention at some month ends, keyed by month end where the cut has a grain."""
    shared, notes = cohorts.filters(store, window)
    params: dict[str, Any] = shared | {"by": cut.by or "", "horizon_d": window.horizon_days}
    params["month_ends"] = list(month_ends)
    table = store.frame(ENDS, **params)
    dated = table if cut.grain else table.assign(period=None)
    values: dict[Key, Value] = {
        key: enough(
            intervals.wilson(int(part["k"].sum()), int(part["units"].sum())), "customers ordered", DEFINITION
        )
        for key, part in label_slices(dated, cut.by, "units").items()
    }
    return Answer(
        DEFINITION, cohorts.no_orders(), values, notes, (Working(ENDS, params, int(table["units"].sum())),)
    )


def _line(calendar: Ends, answer: Answer, label: str) -> tuple[Point, ...]:
    """A point per month end; those whose follow-up still runs have no value yet."""
    nobody = Unknown("no_data", "Nobody ordered in the days before this month's end.")
    running = Unknown("incomplete", "The days after this month's end are not all in the data yet.")
    yesterday = timedelta(days=1)
    done = [
        Point(end - yesterday, answer.values.get((label, end), nobody), True) for end in calendar.complete
    ]
    return (*done, *(Point(end - yesterday, running, False) for end in calendar.running))


def _incomplete(horizon_d: int) -> Unknown:
    """No month's end has its follow-up in the data."""
    return Unknown("incomplete", f"No month's end in this selection has {horizon_d} days of orders after it.")


def _notes(end: date, first_day: date, window: Window) -> tuple[str, ...]:
    """Which days are compared."""
    before, after = end - timedelta(days=window.horizon_days), end + timedelta(days=window.horizon_days - 1)
    note = f"Of those who ordered from {before} to {end - timedelta(days=1)}: ordered from {end} to {after}."
    return (note,) if before >= first_day else (note, f"Orders before {first_day} are not loaded.")

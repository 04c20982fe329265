"""How many customers have left?

Nobody cancels, so leaving shows only as silence: a customer counts as gone after longer without an order
than nine in ten pauses between orders have lasted. That threshold is the shop's own, the same for every
segment, and always printed. A customer who is younger than the threshold is undetermined and left
out, never counted as retained; one who bought once is gone like any other.

It does not say why, and some come back. Not 1 - retention, which looks at those who ordered lately.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    enough,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.divided import divided
from socialroi.metrics.landmark import without_engaged
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="churn",
    name="Churn",
    unit="share",
    better="down",
    question="What share of our customers has stopped ordering?",
    formula=(
        "Customers whose last order is more than D days before the orders end / customers whose first order"
        " is more than D days before it; D = the 90 % quantile of days between orders, of all customers."
    ),
    source="Our rule: inactivity beyond the 90 % quantile of gaps between orders, no contract being there.",
    caveat=(
        "Silence is taken for leaving: some come back. Pauses still open or longer than the data are no"
        " gaps, so short exports give a short D. Customers won earlier have had more time to leave."
    ),
    min_n=MIN_N,
)

QUANTILE = 0.9
#: The fewest gaps that make a threshold: fewer and less than two of them lie beyond it.
MIN_GAPS = 20

GAPS = """
with days as (
    select distinct customer_id, day
    from purchases
),
gaps as (
    select day - lag(day) over (partition by customer_id order by day) as gap_d
    from days
)
select gap_d, count(*) as gaps
from gaps
where gap_d is not null
group by gap_d
order by gap_d
"""

SILENT = """
with spans as (
    select
        customer_id,
        $last_day::date - min(day) as age_d,
        $last_day::date - max(day) as silent_d,
        count(distinct day) = 1 as bought_once
    from purchases
    group by customer_id
),
members as (
    select
        case $by
            when 'channel' then c.first_order_channel
            when 'segment' then c.segment
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
        end as period,
        s.age_d > $threshold_d as determined,
        s.silent_d > $threshold_d as gone,
        s.bought_once
    from spans as s
    join customer_summary as c on c.customer_id = s.customer_id
    where c.first_order_at >= coalesce($start_at, c.first_order_at)
      and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, c.first_order_channel))
      and ($segments is null or list_contains($segments, c.segment))
)
select
    label,
    period,
    count(*) filter (where determined) as n,
    count(*) filter (where gone) as k,
    count(*) filter (where gone and bought_once) as once,
    count(*) filter (where not determined) as young,
    count(*) as units
from members
group by label, period
"""

ROWS = """
with spans as (
    select
        customer_id,
        $last_day::date - min(day) as age_d,
        $last_day::date - max(day) as silent_d,
        count(distinct day) as order_days
    from purchases
    group by customer_id
)
select
    c.customer_id, c.first_order_at, c.last_order_at, s.order_days, s.silent_d,
    s.age_d > $threshold_d as determined, s.silent_d > $threshold_d as gone,
    c.first_order_channel, c.segment, c.engaged
from spans as s
join customer_summary as c on c.customer_id = s.customer_id
where c.first_order_at >= coalesce($start_at, c.first_order_at)
  and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, c.first_order_channel))
  and ($segments is null or list_contains($segments, c.segment))
order by s.silent_d desc, c.customer_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share gone at the end of the orders, Wilson interval with the threshold taken as given.

    Unknown `too_few` with fewer than 20 gaps between orders, `incomplete` when nobody is older than the
    threshold. The window chooses customers by their first order.
    """
    return divided(reading(_ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """Share gone by now of the customers won in each period; complete once all are old enough."""
    _, threshold_d = _threshold(store)
    over = is_over(store, "orders", grain, days=threshold_d or 0)
    return series_of(_ask, store, without_engaged(window), grain, over)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers, longest silent first; without a threshold nobody is determined or gone."""
    params, _ = cohorts.filters(store, window)
    _, threshold_d = _threshold(store)
    days = {"last_day": cohorts.last_day(store), "threshold_d": threshold_d}
    return store.frame(ROWS, **params, **days, most=most)


def threshold(store: Store) -> int | None:
    """The days without an order after which a customer counts as gone; None with too few gaps to tell."""
    return _threshold(store)[1]


def _threshold(store: Store) -> tuple[int, int | None]:
    """How many gaps between orders there are, and the days that nine in ten do not exceed."""
    found = store.frame(GAPS)
    gaps = int(found["gaps"].sum())
    if gaps < MIN_GAPS:
        return gaps, None
    reached = found["gaps"].cumsum() >= QUANTILE * gaps - 1e-9
    return gaps, int(found["gap_d"][reached].iloc[0])


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period, all by one threshold."""
    if cohorts.is_undivided(cut):
        return Answer(DEFINITION, cohorts.no_orders())
    gaps, threshold_d = _threshold(store)
    shared, notes = cohorts.filters(store, window)
    params: dict[str, Any] = shared | cuts(cut)
    params |= {"last_day": cohorts.last_day(store), "threshold_d": threshold_d}
    table = store.frame(SILENT, **params)
    values: dict[Key, Value] = {
        key: _share(part, gaps, threshold_d) for key, part in label_slices(table, cut.by, "units").items()
    }
    working = (Working(GAPS, {}, gaps), Working(SILENT, params, int(table["units"].sum())))
    told = _notes(table, gaps, threshold_d) if threshold_d is not None else ()
    return Answer(DEFINITION, cohorts.no_orders(), values, (*told, *notes), working)


def _share(part: pd.DataFrame, gaps: int, threshold_d: int | None) -> Value:
    """Share of one slice."""
    n, k, young, units = (int(part[name].sum()) for name in ("n", "k", "young", "units"))
    if threshold_d is None:
        sentence = f"Only {gaps:,} gaps between orders; a threshold needs at least {MIN_GAPS}."
        return Unknown("too_few", sentence, units)
    if n == 0:
        sentence = f"None of {young:,} customers placed the first order more than {threshold_d:,} days ago."
        return Unknown("incomplete", sentence, young)
    return enough(intervals.wilson(k, n), "customers are older than the threshold", DEFINITION)


def _notes(table: pd.DataFrame, gaps: int, threshold_d: int) -> tuple[str, ...]:
    """The threshold, who bought once, and who is too young to tell."""
    k, once, young = (int(table[name].sum()) for name in ("k", "once", "young"))
    notes = [
        f"Gone: no order for more than {threshold_d:,} days, the {QUANTILE:.0%} quantile of {gaps:,} gaps"
        " between orders."
    ]
    if once:
        notes.append(f"{once:,} of the {k:,} who are gone bought once.")
    if young:
        notes.append(f"{young:,} customers are undetermined: their first order is no older than that.")
    return tuple(notes)

"""Of the customers who buy for the first time, how many buy again within 90 days?

A second order counts when it is placed on another day of the reporting zone; two orders on one day
are one shopping trip. Only customers whose whole window has been observed are counted: a customer of
last week has not failed to return.

Not the repeat-orders rate (orders per customer, may exceed 100 %). It
does not say why they returned; the engaged and the unengaged are compared by a landmark.
"""

from __future__ import annotations

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
    cuts,
    enough,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Reading, Series, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="repurchase",
    name="Repurchase",
    unit="share",
    better="up",
    question="Of the customers who bought for the first time, what share bought again?",
    formula=(
        "Customers with an order on another day within H days of their first / customers whose H days"
        " after the first order lie within the data; H = 90 days unless another horizon is chosen."
    ),
    source="As By the Numbers: same-day orders do not count, complete windows only.",
    caveat="Says nothing about customers whose window still runs, nor about how much was bought.",
    min_n=MIN_N,
)

COHORTS = """
with firsts as (
    select
        case $by
            when 'channel' then first_order_channel
            when 'segment' then segment
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
        end as period,
        first_order_at + to_days($horizon_d) <= $observed_until as complete,
        coalesce(second_order_at <= first_order_at + to_days($horizon_d), false) as returned
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
)
select
    label,
    period,
    count(*) filter (where complete) as n,
    count(*) filter (where complete and returned) as k,
    count(*) filter (where not complete) as running,
    count(*) as units
from firsts
group by label, period
"""

ROWS = """
select
    customer_id, first_order_at, second_order_at, first_order_amount, first_order_channel, segment, engaged,
    first_order_at + to_days($horizon_d) <= $observed_until as complete,
    coalesce(second_order_at <= first_order_at + to_days($horizon_d), false) as returned
from customer_summary
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
order by first_order_at desc, customer_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share with a second order within `window.horizon_days`, Wilson interval.

    Unknown `incomplete` when nobody has been observed for that long. `by` engaged is the landmark
    comparison: second orders after day 30, among those with one order-day until then.
    """
    return landmark.divided(reading(_ask, store, window, partial(rows, store, window)), store, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share per month of first order; complete once the last customer's window is over."""
    over = is_over(store, "orders", grain, days=window.horizon_days)
    return series_of(_ask, store, landmark.without_engaged(window), grain, over)


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers of the cohort, newest first, and whether they returned in time."""
    return store.frame(ROWS, **_params(store, window, Cut())[0], most=most)


def _params(store: Store, window: Window, cut: Cut) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    params = shared | cuts(cut)
    params |= {"horizon_d": window.horizon_days, "observed_until": cohorts.orders_end(store)}
    return params, notes


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    if cohorts.is_undivided(cut):
        return Answer(DEFINITION, cohorts.no_orders())
    params, notes = _params(store, window, cut)
    table = store.frame(COHORTS, **params)
    slices = label_slices(table, cut.by, "units")
    values: dict[Key, Value] = {key: _share(part, window.horizon_days) for key, part in slices.items()}
    working = (Working(COHORTS, params, int(table["units"].sum())),)
    return Answer(DEFINITION, cohorts.no_orders(), values, (*_notes(table, window), *notes), working)


def _share(part: pd.DataFrame, horizon_d: int) -> Value:
    """Share of one slice."""
    n, k, running = (int(part[name].sum()) for name in ("n", "k", "running"))
    if n == 0:
        return cohorts.incomplete(running, horizon_d)
    return enough(intervals.wilson(k, n), "customers have a complete window", DEFINITION)


def _notes(table: pd.DataFrame, window: Window) -> tuple[str, ...]:
    """How long, and who is too young."""
    running = int(table["running"].sum())
    note = f"Within {window.horizon_days} days of the first order."
    if not running:
        return (note,)
    return (f"{note} {running:,} customers are left out because their window still runs.",)

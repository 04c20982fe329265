"""Where do the customers of a month come from, and how many fell silent?

Every customer active in a month is new (first order), returning (ordered in the month before as well) or
resurrecting (ordered earlier, but not in the month before). Dormant are those of the month before who did
not order in this one. So the active of a month are the first three, and of last month's active everybody is
either returning or dormant.

Dormant is no judgement: a customer who buys every second month falls dormant and is resurrected in turn.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from socialroi.metrics import cohorts
from socialroi.metrics.answer import MIN_N, is_over, local_day, spine
from socialroi.result import Definition, Estimate, Point, Series, Window
from socialroi.store import Store

#: The states a customer can be in, those who bought first.
ACTIVE = ("new", "returning", "resurrecting")
DORMANT = "dormant"
STATES = (*ACTIVE, DORMANT)

DEFINITION = Definition(
    key="lifecycle",
    name="Active customers",
    unit="count",
    better="up",
    question="How many customers bought in each month, and how many of the month before did not?",
    formula=(
        "Customers with an order in a calendar month: new = none before; returning = also in the month"
        " before; resurrecting = earlier, but not in that month. Dormant = in the month before, not in this."
    ),
    source="Lifecycle, as PostHog defines it, by calendar months of the reporting zone.",
    caveat="Whoever buys every second month falls dormant each time. Orders before the export are not known.",
    min_n=MIN_N,
)

STEPS = """
with active as (
    select distinct p.customer_id, date_trunc('month', p.day)::date as month
    from purchases as p
    join customer_summary as c on c.customer_id = p.customer_id
    where ($channels is null or list_contains($channels, c.first_order_channel))
      and ($segments is null or list_contains($segments, c.segment))
),
steps as (
    select
        customer_id,
        month,
        lag(month) over (partition by customer_id order by month) as month_before,
        lead(month) over (partition by customer_id order by month) as month_after
    from active
),
states as (
    select
        month,
        case
            when month_before is null then 'new'
            when month_before + interval 1 month = month then 'returning'
            else 'resurrecting'
        end as state
    from steps
    union all
    select (month + interval 1 month)::date, 'dormant'
    from steps
    where (month_after is null or month_after > month + interval 1 month)
      and month + interval 1 month <= $last_day::date
)
select month, state, count(*) as customers
from states
group by month, state
"""


def series(store: Store, window: Window) -> Series:
    """Customers by month: `points` are the active, `by` has every state, dormant as a positive count.

    The window chooses months that begin in it; what was before them counts for the state. The month in which
    the orders end is marked as not complete.
    """
    shared, _ = cohorts.filters(store, window)
    params: dict[str, Any] = {name: shared[name] for name in ("channels", "segments")}
    last = cohorts.last_day(store)
    found = store.rows(STEPS, **params, last_day=last)
    if last is None or not found:
        return Series(DEFINITION, ())
    counts = {(month, state): n for month, state, n in found}
    everything = spine([last.replace(day=1), *(month for month, _ in counts)], "month")
    months = [month for month in everything if _is_in(store, window, month)]
    over = is_over(store, "orders", "month")
    by = {
        state: tuple(
            Point(month, Estimate.count(counts.get((month, state), 0)), over(month)) for month in months
        )
        for state in STATES
    }
    active = tuple(
        Point(month, Estimate.count(sum(counts.get((month, state), 0) for state in ACTIVE)), over(month))
        for month in months
    )
    return Series(DEFINITION, active, by)


def _is_in(store: Store, window: Window, month: date) -> bool:
    """Whether a month begins within the window."""
    zone = store.settings.reporting_zone
    start = local_day(window.start, zone) if window.start else date.min
    end = local_day(window.end, zone) if window.end else date.max
    return start <= month < end

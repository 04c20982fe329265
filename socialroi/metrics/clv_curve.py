"""How margin per customer grows with age: of everybody, or of engaged and unengaged from the same day on.

Only customers who have reached the last age in the data are in it, and all of them at every age, so that a
step is never somebody who came or went. The last step is the number on the card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from socialroi.metrics import clv_historical, cohorts
from socialroi.metrics.answer import MIN_N
from socialroi.metrics.engagement import LANDMARK_D
from socialroi.result import Curve, Estimate, Step, Window
from socialroi.stats import intervals
from socialroi.store import Store

#: The most points of one curve sent to a chart.
CURVE_POINTS = 200

# What a purchase adds to the sum of squared totals is worth (2 total after it - worth). Day 0 is that of the
# first order; an order within the first 24 hours after it counts from day 1.
CURVE = """
with cohort as (
    select
        customer_id,
        first_order_at,
        case when $by_status then landmark_at else first_order_at - interval 1 second end as counts_from,
        case
            when not $by_status then ''
            when engaged = 'answered' then 'answered'
            else 'unengaged'
        end as label
    from customer_summary
    where first_order_at + to_days($horizon_d) <= $observed_until
      and (not $by_status or (engaged is not null and contact_observed))
      and first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
),
bought as (
    select
        c.label,
        p.customer_id,
        p.order_no,
        ceil(date_diff('second', c.first_order_at, p.ordered_at) / 86400.0)::bigint as age,
        (case when $use_margin then p.margin else p.amount end)::double as worth
    from cohort as c
    join purchases as p
      on p.customer_id = c.customer_id
      and p.ordered_at > c.counts_from
      and p.ordered_at <= c.first_order_at + to_days($horizon_d)
),
added as (
    select label, age, worth, sum(worth) over (partition by customer_id order by order_no) as so_far
    from bought
),
days as (
    select label, age, sum(worth) as total, sum(worth * (2 * so_far - worth)) as squares
    from added
    group by label, age
),
sizes as (
    select label, count(*) as n
    from cohort
    group by label
)
select
    s.label,
    s.n,
    coalesce(d.age, 0) as age,
    coalesce(d.total, 0) as total,
    coalesce(d.squares, 0) as squares
from sizes as s
left join days as d on d.label = s.label
order by s.label, age
"""


def curve(store: Store, window: Window, *, by_status: bool = False) -> Curve:
    """Mean margin so far by days since the first order, to `window.horizon_days`, t intervals.

    With `by_status`, groups `answered` and `unengaged` from day 30 on, fixed by what had happened by then.
    No group where money is unknown, or where fewer than the minimum have reached the age.
    """
    money = cohorts.money(store, window)
    name = ("Margin" if money.use_margin else "Revenue") + " per customer so far"
    definition = replace(clv_historical.DEFINITION, name=name)
    about = "Days since the first order"
    if money.absent or (by_status and window.horizon_days <= LANDMARK_D):
        return Curve(definition, about, {})
    shared, _ = cohorts.filters(store, window)
    params: dict[str, Any] = shared | {
        "by_status": by_status,
        "horizon_d": window.horizon_days,
        "observed_until": cohorts.orders_end(store),
        "use_margin": money.use_margin,
    }
    table = store.frame(CURVE, **params)
    first = LANDMARK_D if by_status else 0
    groups: Any = table.groupby("label", sort=True)
    steps = {str(label): _steps(part, first, window.horizon_days) for label, part in groups}
    return Curve(definition, about, {label: some for label, some in steps.items() if some})


def _steps(part: pd.DataFrame, first: int, last: int) -> tuple[Step, ...]:
    """The means at evenly spread ages from the first to the last."""
    n = int(part["n"].iloc[0])
    if n < MIN_N:
        return ()
    ages = part["age"].to_numpy(dtype=np.int64)
    total, squares = (np.cumsum(part[name].to_numpy(dtype=float)) for name in ("total", "squares"))
    marks = np.unique(np.linspace(first, last, min(CURVE_POINTS, last - first + 1)).round().astype(np.int64))
    place = np.searchsorted(ages, marks, "right") - 1
    found = []
    for day, at in zip(marks.tolist(), place.tolist(), strict=True):
        sums = (float(total[at]), float(squares[at])) if at >= 0 else (0.0, 0.0)
        value = intervals.mean(n, *sums)
        if isinstance(value, Estimate):
            found.append(Step(day, value, n))
    return tuple(found)

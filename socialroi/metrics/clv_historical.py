"""How much margin does a customer bring in the first 90 days?

Margin of all orders up to a fixed age, per customer of the cohort, buyers once and buyers often alike:
the denominator is everybody who ever started, and never shrinks to those who came back. Only
customers who have reached that age in the data count. Groups are compared at equal age only.

Lifetimely's LTV has the same form. Observed, not predicted. Without a
margin it is revenue, and says so: revenue is not profit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    key="clv_historical",
    name="Historical CLV",
    unit="money",
    better="up",
    question="How much margin does a customer bring within the horizon after the first order?",
    formula=(
        "Margin, net of refunds, of all orders up to H days after the first / all customers whose H days"
        " lie within the data; H = 90 unless another horizon is chosen; no discounting."
    ),
    source="As Lifetimely's LTV over a set period.",
    caveat="A mean of very unequal customers: a few large buyers move it. Says nothing beyond the horizon.",
    min_n=MIN_N,
)
REVENUE_NAME = "Historical CLV in revenue"
#: Ages at which customers are commonly compared, and the yearly rate at which later margin counts for less.
AGES_D = (90, 180, 365)
DISCOUNT = 0.10

# Decimals add up exactly in any order, so that two runs agree to the last digit; one row per total and
# how many customers brought it.
VALUES = """
with firsts as (
    select
        customer_id,
        first_order_at,
        case $by
            when 'channel' then first_order_channel
            when 'segment' then segment
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
        end as period,
        first_order_at + to_days($horizon_d) <= $observed_until as complete
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
),
spent as (
    select
        f.customer_id,
        sum((
            (case when $use_margin then p.margin else p.amount end)::double
            / pow(1 + $discount, date_diff('second', f.first_order_at, p.ordered_at) / (365 * 86400.0))
        )::decimal(18, 4))::double as total
    from firsts as f
    join purchases as p
      on p.customer_id = f.customer_id and p.ordered_at <= f.first_order_at + to_days($horizon_d)
    where f.complete
    group by f.customer_id
)
select
    f.label,
    f.period,
    f.complete,
    coalesce(s.total, 0) as total,
    count(*) as units
from firsts as f
left join spent as s on s.customer_id = f.customer_id
group by f.label, f.period, f.complete, coalesce(s.total, 0)
order by f.label, f.period, f.complete, total
"""

ROWS = """
select
    c.customer_id, c.first_order_at, c.first_order_channel, c.segment, c.engaged,
    c.first_order_at + to_days($horizon_d) <= $observed_until as complete,
    count(*) as orders, sum(p.amount) as amount, sum(p.margin) as margin
from customer_summary as c
join purchases as p
  on p.customer_id = c.customer_id and p.ordered_at <= c.first_order_at + to_days($horizon_d)
where c.first_order_at >= coalesce($start_at, c.first_order_at)
  and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, c.first_order_channel))
  and ($segments is null or list_contains($segments, c.segment))
group by c.customer_id, c.first_order_at, c.first_order_channel, c.segment, c.engaged
order by amount desc nulls last, c.customer_id
limit $most
"""


def compute(store: Store, window: Window, *, discount: float = 0.0) -> Reading:
    """Margin per customer within `window.horizon_days` of the first order, t interval.

    `discount` is a yearly rate, 0 by default. Unknown `mixed_currencies`, `no_amount`, `incomplete`.
    `by` engaged is the landmark comparison: margin in (30, H] days.
    """
    whole = reading(partial(_ask, discount=discount), store, window, partial(rows, store, window))
    return landmark.divided(whole, store, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """Margin per customer by month of first order, all at the same age; incomplete cohorts are marked."""
    over = is_over(store, "orders", grain, days=window.horizon_days)
    return series_of(_ask, store, landmark.without_engaged(window), grain, over)


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Margin per customer to age 90, 180 and 365 days, each with the customers that old; and discounted."""
    found: dict[str, Value] = {}
    for age in AGES_D:
        aged = replace(window, horizon_days=age)
        found[f"to_{age}_d"] = _ask(store, aged, Cut()).whole
        found[f"to_{age}_d_discounted"] = _ask(store, aged, Cut(), discount=DISCOUNT).whole
    return found


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers of the cohort with what they bought within the horizon, largest first."""
    return store.frame(ROWS, **_params(store, window, Cut())[0], most=most)


def _params(store: Store, window: Window, cut: Cut) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    params = shared | cuts(cut)
    params |= {"horizon_d": window.horizon_days, "observed_until": cohorts.orders_end(store)}
    return params, notes


def _ask(store: Store, window: Window, cut: Cut, *, discount: float = 0.0) -> Answer:
    """Means by segment and period."""
    found = cohorts.money(store, window)
    definition = DEFINITION if found.use_margin else replace(DEFINITION, name=REVENUE_NAME)
    absent = found.absent
    if absent or cohorts.is_undivided(cut):
        return Answer(DEFINITION, absent or cohorts.no_orders())
    params, notes = _params(store, window, cut)
    params |= {"use_margin": found.use_margin, "discount": discount}
    table = store.frame(VALUES, **params)
    slices = label_slices(table, cut.by, "units")
    values: dict[Key, Value] = {key: _mean(part, window.horizon_days) for key, part in slices.items()}
    working = (Working(VALUES, params, int(table["units"].sum())),)
    notes = (*_notes(table, window, discount), *found.notes, *notes)
    return Answer(definition, cohorts.no_orders(), values, notes, working)


def _mean(part: pd.DataFrame, horizon_d: int) -> Value:
    """Mean of one slice, everybody in the denominator."""
    whole = part[part["complete"]]
    units, totals = whole["units"].to_numpy(dtype=float), whole["total"].to_numpy(dtype=float)
    n = int(units.sum())
    if n == 0:
        return cohorts.incomplete(int(part["units"].sum()), horizon_d)
    value = intervals.mean(n, float(units @ totals), float(units @ totals**2))
    return enough(value, "customers have reached that age", DEFINITION)


def _notes(table: pd.DataFrame, window: Window, discount: float) -> tuple[str, ...]:
    """How long, discounted how, and who is too young."""
    running = int(table.loc[~table["complete"], "units"].sum())
    note = f"To age {window.horizon_days} days."
    if discount:
        note += f" Discounted at {discount:.1%} a year."
    if running:
        note += f" {running:,} customers are left out because they have not reached that age."
    return (note,)

"""How many new customers does each customer bring?

Of customers whose horizon after the first order is over, how many new customers name each of them as who
recommended, with a first order within that horizon. The viral coefficient is K = invitations per customer
x conversion of an invitation; the product is what is counted here, as far as orders record who
recommended. Its two factors need a list of invitations, which no table of ours holds, so they are Unknown.

Above 1 the firm would grow by itself; nearly every firm is far below, and the figure leaves out whoever
came without saying who told them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts, referral_value
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
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="viral_coefficient",
    name="Customers brought by each customer",
    unit="score",
    better="up",
    question="How many new customers does each customer bring by recommending us?",
    formula=(
        "New customers whose first order names this customer, within H days of this customer's own first"
        " order / customers whose H days are over; H = 90 unless another horizon is chosen."
    ),
    source="The product of the viral coefficient K, invitations per customer times conversion.",
    caveat="Counts only recommendations that an order records, so it is a lower bound of K.",
    min_n=MIN_N,
)

NOUN = "customers have been followed that long"

BROUGHT = """
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
recommended as (
    select p.customer_id, p.ordered_at, coalesce(r.person, o.referred_by) as referrer
    from purchases as p
    join orders as o on o.order_id = p.order_id
    left join persons as r on r.customer_id = o.referred_by
    where p.order_no = 1 and o.referred_by is not null
),
brought as (
    select f.customer_id, count(*) as customers
    from firsts as f
    join recommended as r
      on r.referrer = f.customer_id and r.customer_id <> f.customer_id
      and r.ordered_at >= f.first_order_at and r.ordered_at <= f.first_order_at + to_days($horizon_d)
    where f.complete
    group by f.customer_id
)
select f.label, f.period, f.complete, coalesce(b.customers, 0)::bigint as brought, count(*) as units
from firsts as f
left join brought as b on b.customer_id = f.customer_id
group by all
order by f.label, f.period, f.complete, brought
"""

ROWS = """
with recommended as (
    select coalesce(r.person, o.referred_by) as referrer, p.customer_id, p.ordered_at, p.amount
    from purchases as p
    join orders as o on o.order_id = p.order_id
    left join persons as r on r.customer_id = o.referred_by
    where p.order_no = 1 and o.referred_by is not null
)
select
    c.customer_id, c.first_order_at, c.first_order_channel, c.segment,
    count(*) as brought, sum(r.amount) as their_first_orders
from customer_summary as c
join recommended as r
  on r.referrer = c.customer_id and r.customer_id <> c.customer_id
  and r.ordered_at >= c.first_order_at and r.ordered_at <= c.first_order_at + to_days($horizon_d)
where c.first_order_at >= coalesce($start_at, c.first_order_at)
  and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, c.first_order_channel))
  and ($segments is null or list_contains($segments, c.segment))
group by c.customer_id, c.first_order_at, c.first_order_channel, c.segment
order by brought desc, c.customer_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """New customers per customer within `window.horizon_days`, t interval.

    Unknown `no_referrer` when orders name nobody who recommended (a code alone does not say whose it is),
    `incomplete` when nobody has been followed for the horizon.
    """
    return divided(reading(_ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The figure by period of the recommending customers' own first order, all at the same age."""
    over = is_over(store, "orders", grain, days=window.horizon_days)
    return series_of(_ask, store, window, grain, over)


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The factors of K, Unknown without a list of invitations, and the share of customers recommended."""
    absent = Unknown(
        "no_invitations",
        "No table of these files lists invitations, so their number and how many were taken up cannot be"
        " told apart; only their product is counted.",
    )
    share = referral_value.compute_detail(store, window)["referred_share"]
    return {"invitations_per_customer": absent, "conversion": absent, "referred_share": share}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers who brought somebody within the horizon, most first."""
    return store.frame(ROWS, **_params(store, window, Cut())[0], most=most)


def _params(store: Store, window: Window, cut: Cut) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    ends = {"horizon_d": window.horizon_days, "observed_until": cohorts.orders_end(store)}
    return shared | cuts(cut) | ends, notes


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Means by segment and period."""
    some, named, orders = referral_value.recorded(store)
    if orders and not named:
        return Answer(DEFINITION, _unnamed(some, orders))
    if cohorts.is_undivided(cut):
        return Answer(DEFINITION, cohorts.no_orders())
    params, notes = _params(store, window, cut)
    table = store.frame(BROUGHT, **params)
    values: dict[Key, Value] = {
        key: _mean(part, window) for key, part in label_slices(table, cut.by, "units").items()
    }
    running = int(table.loc[~table["complete"].astype(bool), "units"].sum())
    young = (
        (f"{running:,} customers are left out because they have not reached that age.",) if running else ()
    )
    said = (f"Within {window.horizon_days} days.", *young, *notes)
    working = (Working(BROUGHT, params, int(table["units"].sum())),)
    return Answer(DEFINITION, cohorts.no_orders(), values, said, working)


def _unnamed(some: int, orders: int) -> Unknown:
    """No order says who recommended."""
    have = f"{some:,} of {orders:,} orders have a referral code, but none says" if some else (
        f"None of {orders:,} orders says"
    )  # fmt: skip
    return Unknown("no_referrer", f"{have} who recommended: export `referred_by`.", orders)


def _mean(part: pd.DataFrame, window: Window) -> Value:
    """Mean of one slice, everybody followed long enough in the denominator."""
    whole = part[part["complete"].astype(bool)]
    if whole.empty:
        return cohorts.incomplete(int(part["units"].sum()), window.horizon_days)
    units, brought = (whole[name].to_numpy(dtype=float) for name in ("units", "brought"))
    value = intervals.mean(int(units.sum()), float(units @ brought), float(units @ brought**2))
    if not isinstance(value, Unknown) and value.low < 0:
        value = intervals.estimate(value.value, (0.0, value.high), value.n, f"{value.method}, not below 0")
    return enough(value, NOUN, DEFINITION)

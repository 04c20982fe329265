"""Orders by month and currency, before any is left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from socialroi.store.store import Store

#: Orders as order_facts.sql makes them, before any is left out, by month and currency.
_ORDERS = """
with lines as (
    select
        order_id,
        min(ordered_at) as ordered_at,
        max(customer_id) as customer_id,
        sum(coalesce(quantity, 1) * unit_price) as amount,
        max(currency) as currency
    from order_items
    group by order_id
),
everything as (
    select
        o.customer_id, o.ordered_at, coalesce(o.amount, l.amount) as amount, o.refunded_amount,
        coalesce(o.currency, l.currency, $currency) as currency, o.status
    from orders as o
    left join lines as l on l.order_id = o.order_id
    union all
    select l.customer_id, l.ordered_at, l.amount, null, coalesce(l.currency, $currency), null
    from lines as l
    left join orders as o on o.order_id = l.order_id
    where o.order_id is null and l.ordered_at is not null
),
dated as (
    select
        e.*,
        cast(date_trunc('month', e.ordered_at + to_seconds(coalesce(z.offset_s, 0))) as date) as month
    from everything as e
    left join zone_offsets as z
        on z.purpose = 'reporting' and e.ordered_at >= z.starts_at and e.ordered_at < z.ends_at
)
select
    month,
    currency,
    count(*) as orders,
    count(customer_id) as with_customer,
    count(amount) as with_amount,
    count(*) filter (where status = 'cancelled') as cancelled,
    count(*) filter (where status = 'test') as test,
    count(*) filter (where amount < 0) as negative,
    cast(sum(amount) as decimal(38, 4)) as revenue,
    cast(sum(refunded_amount) as decimal(38, 4)) as refunded
from dated
group by month, currency
order by month, currency
"""


class OrderTotals(NamedTuple):
    """Orders of one month in one currency."""

    month: date
    currency: str | None
    orders: int
    with_customer: int
    with_amount: int
    cancelled: int
    test: int
    negative: int
    revenue: Decimal | None
    refunded: Decimal | None


def order_totals(store: Store) -> list[OrderTotals]:
    """Orders by month of the reporting zone and currency, also cancelled ones and tests."""
    return [OrderTotals(*row) for row in store.rows(_ORDERS, currency=store.settings.currency)]

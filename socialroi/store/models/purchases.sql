-- One row per order that counts: a known customer kept something they paid for, or got for nothing.
-- A return booked as an order of its own (negative amount) is no purchase: it reduces the purchase
-- before it. A refund takes its share of the margin with it.
create or replace table purchases as
with counting as (
    select *, case when coalesce(amount, 0) < 0 then 0 else 1 end as is_purchase
    from order_facts
    where customer_id is not null
        and coalesce(status, 'paid') not in ('cancelled', 'test')
        and not (coalesce(status, 'paid') = 'refunded' and refunded_amount is null)
        and not (coalesce(amount, 0) > 0 and coalesce(refunded_amount, 0) >= amount)
),
numbered as (
    select
        *,
        sum(is_purchase) over (
            partition by customer_id order by ordered_at, order_id
            rows between unbounded preceding and current row
        ) as order_no
    from counting
),
money as (
    select
        *,
        amount - coalesce(refunded_amount, 0) as kept,
        coalesce(margin, amount * cast($margin_rate as double)) as full_margin
    from numbered
),
netted as (
    select
        customer_id,
        cast(order_no as bigint) as order_no,
        max(case when is_purchase = 1 then order_id end) as order_id,
        max(case when is_purchase = 1 then ordered_at end) as ordered_at,
        max(case when is_purchase = 1 then currency end) as currency,
        max(case when is_purchase = 1 then channel end) as channel,
        max(case when is_purchase = 1 then acquisition_channel end) as acquisition_channel,
        max(case when is_purchase = 1 then referral_code end) as referral_code,
        max(case when is_purchase = 1 then batch_id end) as batch_id,
        sum(kept) as amount,
        sum(case when amount > 0 then full_margin * (kept / amount) else full_margin end) as margin
    from money
    where order_no > 0
    group by customer_id, order_no
),
dated as (
    select
        n.*,
        cast(date_trunc('day', n.ordered_at + to_seconds(coalesce(z.offset_s, 0))) as date) as day
    from netted as n
    left join zone_offsets as z
        on z.purpose = 'reporting' and n.ordered_at >= z.starts_at and n.ordered_at < z.ends_at
),
days as (
    select
        *,
        case
            when lag(day) over (partition by customer_id order by order_no) = day then 0 else 1
        end as is_new_day
    from dated
)
select
    customer_id,
    order_id,
    ordered_at,
    order_no,
    cast(sum(is_new_day) over (partition by customer_id order by order_no
        rows between unbounded preceding and current row) as bigint) as day_no,
    day,
    cast(amount as decimal(18, 4)) as amount,
    cast(margin as decimal(18, 4)) as margin,
    currency,
    channel,
    acquisition_channel,
    referral_code,
    order_no as cum_orders,
    cast(sum(amount) over (partition by customer_id order by order_no
        rows between unbounded preceding and current row) as decimal(18, 4)) as cum_amount,
    cast(sum(margin) over (partition by customer_id order by order_no
        rows between unbounded preceding and current row) as decimal(18, 4)) as cum_margin,
    batch_id
from days
order by ordered_at, order_id;

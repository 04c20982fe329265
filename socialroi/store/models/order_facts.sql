-- Every order, also those a file gives only line by line; a refund line is negative.
-- An order's own amount and margin stand; lines fill in what its row does not say.
create or replace temp table order_facts as
with lines as (
    select
        order_id,
        min(ordered_at) as ordered_at,
        max(customer_id) as customer_id,
        sum(coalesce(quantity, 1) * unit_price) as amount,
        case
            when count(*) = count(unit_cost) then sum(coalesce(quantity, 1) * (unit_price - unit_cost))
        end as margin,
        sum(coalesce(quantity, 1)) as quantity,
        max(currency) as currency,
        max(batch_id) as batch_id
    from order_items
    group by order_id
),
stated as (
    select
        o.order_id, o.customer_id, o.ordered_at,
        coalesce(o.amount, l.amount) as amount,
        coalesce(o.margin, l.margin) as margin,
        o.refunded_amount,
        coalesce(o.currency, l.currency) as currency,
        o.status, o.channel, o.acquisition_channel, o.referral_code, o.batch_id
    from orders as o
    left join lines as l on l.order_id = o.order_id
),
derived as (
    select l.*
    from lines as l
    left join orders as o on o.order_id = l.order_id
    -- lines that do not say when wait for their order
    where o.order_id is null and l.ordered_at is not null
),
everything as (
    select
        order_id, customer_id, ordered_at, amount, margin, refunded_amount, currency, status, channel,
        acquisition_channel, referral_code, batch_id
    from stated
    union all
    select
        order_id, customer_id, ordered_at, amount, margin, null, currency, null, null, null, null, batch_id
    from derived
)
select
    e.order_id,
    coalesce(p.person, e.customer_id) as customer_id,
    e.ordered_at,
    cast(e.amount as decimal(18, 4)) as amount,
    cast(e.margin as decimal(18, 4)) as margin,
    cast(e.refunded_amount as decimal(18, 4)) as refunded_amount,
    coalesce(e.currency, $currency) as currency,
    e.status, e.channel, e.acquisition_channel, e.referral_code, e.batch_id
from everything as e
left join people as p on p.customer_id = e.customer_id;

-- What each customer did on each day of the reporting zone.
create or replace table customer_days as
with happened as (
    select customer_id, day, 1 as orders, amount, margin, 0 as contacts, 0 as answered
    from purchases
    union all
    select
        customer_id, local_day, 0, null, null, 1,
        case when answered then 1 else 0 end
    from episodes
    where customer_id is not null
)
select
    customer_id,
    day,
    cast(sum(orders) as bigint) as orders,
    cast(case when sum(orders) = 0 then 0 else sum(amount) end as decimal(18, 4)) as amount,
    cast(case when sum(orders) = 0 then 0 else sum(margin) end as decimal(18, 4)) as margin,
    cast(sum(contacts) as bigint) as contacts,
    cast(sum(answered) as bigint) as answered
from happened
group by customer_id, day
order by day, customer_id;

-- What the figures read of raw tables beyond the derived ones, and no column more: a question about another
-- column fails, and does not count what is left for the whole.

-- When staff wrote, and who: no text, no customer, no message.
create or replace table kept_interactions as
select conversation_id, sent_at, author_kind, direction, visibility, agent_id, department
from interactions
where author_kind = 'agent'
order by sent_at, conversation_id, agent_id, department;

-- Recommendations and refunds; whose order it is only where somebody recommended it.
create or replace table kept_orders as
select
    order_id,
    case when referred_by is not null then customer_id end as customer_id,
    referral_code,
    referred_by,
    refunded_amount
from orders
order by order_id;

create or replace table kept_order_items as
select order_id, category, quantity, unit_price, unit_cost
from order_items
order by order_id, category, quantity, unit_price, unit_cost;

create or replace table kept_customers as
select distinct customer_id
from customers
order by customer_id;

create or replace table kept_assignments as
select distinct conversation_id
from assignments
order by conversation_id;

create or replace table fact_counts as
select 'customers' as table_name, count(*) as n from customers
union all
select 'identities', count(*) from identities
union all
select 'orders', count(*) from orders
union all
select 'order_items', count(*) from order_items
union all
select 'interactions', count(*) from interactions
union all
select 'surveys', count(*) from surveys
union all
select 'costs', count(*) from costs
union all
select 'promises', count(*) from promises
union all
select 'calendars', count(*) from calendars
union all
select 'holidays', count(*) from holidays
union all
select 'events', count(*) from events
union all
select 'assignments', count(*) from assignments;

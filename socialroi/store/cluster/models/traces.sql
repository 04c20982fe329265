-- Of whom a trace is linked to another: who is on file, and who has bought. No other trace is a question of who
-- is who.
create or replace temp table traces_on_file as
with traces as (
    select value as trace
    from identities
    union
    select customer_id
    from identities
    union
    select value
    from links
    union
    select customer_id
    from links
)
select distinct c.customer_id
from customers as c
join traces as t on t.trace = c.customer_id;

create or replace temp table traces_bought as
with traces as (
    select value as trace
    from identities
    union
    select customer_id
    from identities
    union
    select value
    from links
    union
    select customer_id
    from links
),
bought as (
    select customer_id
    from orders
    union
    select customer_id
    from order_items
)
select b.customer_id
from bought as b
join traces as t on t.trace = b.customer_id;

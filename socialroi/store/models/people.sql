-- Whose traces belong together: a hash a file used for a customer -> the customer it stands for.
-- What an identity file says goes before what other rows say in passing. An address that belongs to
-- several customers belongs to nobody. Two hops, because an e-mail may lead to an outside id that leads
-- to a customer. Every fact keeps the hash its own file gave, so a link that is loaded later reaches
-- back, and undoing it lets go again.
create or replace temp table people as
with claims as (
    select value, customer_id, linked_at, 1 as is_stated
    from identities
    where customer_id <> value
    union all
    select value, customer_id, linked_at, 0
    from links
    where customer_id <> value
),
best as (
    select value, max(is_stated) as is_stated
    from claims
    group by value
),
near as (
    select c.value, min(c.customer_id) as customer_id, min(c.linked_at) as linked_at
    from claims as c
    join best as b on b.value = c.value and b.is_stated = c.is_stated
    group by c.value
    having min(c.customer_id) = max(c.customer_id)
)
select
    n.value as customer_id,
    coalesce(f.customer_id, n.customer_id) as person,
    case when f.linked_at > n.linked_at then f.linked_at else n.linked_at end as linked_at
from near as n
left join near as f on f.value = n.customer_id and f.customer_id <> n.value;

-- What is older than a day, found in the generation attached as `old`. An order goes with its lines, a
-- conversation as a whole once its last message is older: half a conversation would tell of waits that never were.
-- Read by sql.py: one step each.

-- step rows

create or replace temp table gone_conversations as
with spoken as (
    select conversation_id, sent_at from old.interactions
    union all
    select conversation_id, sent_at from old.superseded_interactions
)
select conversation_id
from spoken
where conversation_id is not null
group by conversation_id
having max(sent_at) < $before;

create or replace temp table gone_orders as
with placed as (
    select order_id, ordered_at from old.orders
    union all
    select order_id, ordered_at from old.order_items
    union all
    select order_id, ordered_at from old.superseded_orders
    union all
    select order_id, ordered_at from old.superseded_order_items
)
select order_id
from placed
where order_id is not null
group by order_id
having max(ordered_at) < $before;

create or replace temp table gone as
select 'orders' as place, rowid as row, batch_id, customer_id is null as is_unlinked
from old.orders
where order_id in (select order_id from gone_orders) or (order_id is null and ordered_at < $before)
union all
select 'superseded_orders', rowid, batch_id, customer_id is null
from old.superseded_orders
where order_id in (select order_id from gone_orders) or (order_id is null and ordered_at < $before)
union all
select 'order_items', rowid, batch_id, customer_id is null
from old.order_items
where order_id in (select order_id from gone_orders) or (order_id is null and ordered_at < $before)
union all
select 'superseded_order_items', rowid, batch_id, customer_id is null
from old.superseded_order_items
where order_id in (select order_id from gone_orders) or (order_id is null and ordered_at < $before)
union all
select 'interactions', rowid, batch_id, customer_id is null
from old.interactions
where conversation_id in (select conversation_id from gone_conversations)
    or (conversation_id is null and sent_at < $before)
union all
select 'superseded_interactions', rowid, batch_id, customer_id is null
from old.superseded_interactions
where conversation_id in (select conversation_id from gone_conversations)
    or (conversation_id is null and sent_at < $before)
union all
select 'surveys', rowid, batch_id, customer_id is null
from old.surveys
where coalesce(answered_at, asked_at) < $before
union all
select 'superseded_surveys', rowid, batch_id, customer_id is null
from old.superseded_surveys
where coalesce(answered_at, asked_at) < $before
union all
select 'assignments', rowid, batch_id, false
from old.assignments
where conversation_id in (select conversation_id from gone_conversations)
union all
select 'superseded_assignments', rowid, batch_id, false
from old.superseded_assignments
where conversation_id in (select conversation_id from gone_conversations);

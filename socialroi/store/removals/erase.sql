-- What is about one person, found in the generation attached as `old`: who is named by `traces`, the hashes under
-- which files knew them. Read by sql.py: one step each.
--
-- A conversation or order that names nobody else goes whole, with what staff wrote in it. Where others take part
-- only the rows about the person go; what the person wrote in a conversation of somebody else stays as a reply
-- of nobody known, because that somebody did get it.

-- step typed

create or replace temp table traces as
select distinct unnest($traces) as trace;

-- step marked

-- Those whose marks another generation kept.
create or replace temp table traces as
with known as (
    select customer_id as trace from old.customers
    union select customer_id from old.orders
    union select referred_by from old.orders
    union select customer_id from old.order_items
    union select customer_id from old.interactions
    union select 'c_' || substr(author_id, 3) from old.interactions where author_kind in ('customer', 'peer')
    union select customer_id from old.surveys
    union select customer_id from old.identities
    union select value from old.identities
    union select customer_id from old.links
    union select value from old.links
    union select customer_id from old.superseded_customers
    union select customer_id from old.superseded_orders
    union select referred_by from old.superseded_orders
    union select customer_id from old.superseded_order_items
    union select customer_id from old.superseded_interactions
    union select customer_id from old.superseded_surveys
    union select customer_id from old.superseded_identities
)
select trace
from known
where trace is not null and pseudonym('e_', 'erased person', trace) in (select unnest($marks));

-- step found

create or replace temp table authors as
select 'a_' || substr(trace, 3) as author
from traces;

create or replace temp table gone_conversations as
with spoken as (
    select conversation_id, customer_id, author_id, author_kind
    from old.interactions
    union all
    select conversation_id, customer_id, author_id, author_kind
    from old.superseded_interactions
),
-- who is not named as a customer may still be known as the one who wrote
speakers as (
    select
        conversation_id,
        coalesce(customer_id, case when author_kind = 'customer' then 'c_' || substr(author_id, 3) end) as speaker
    from spoken
    where conversation_id is not null
),
touched as (
    select distinct conversation_id
    from speakers
    where speaker in (select trace from traces)
),
others as (
    select distinct s.conversation_id
    from speakers as s
    join touched as t on t.conversation_id = s.conversation_id
    where s.speaker not in (select trace from traces)
)
select t.conversation_id
from touched as t
left join others as o on o.conversation_id = t.conversation_id
where o.conversation_id is null;

create or replace temp table gone_orders as
with placed as (
    select order_id, customer_id from old.orders
    union all
    select order_id, customer_id from old.order_items
    union all
    select order_id, customer_id from old.superseded_orders
    union all
    select order_id, customer_id from old.superseded_order_items
),
touched as (
    select distinct order_id
    from placed
    where order_id is not null and customer_id in (select trace from traces)
),
others as (
    select distinct p.order_id
    from placed as p
    join touched as t on t.order_id = p.order_id
    where p.customer_id not in (select trace from traces)
)
select t.order_id
from touched as t
left join others as o on o.order_id = t.order_id
where o.order_id is null;

-- step rows

create or replace temp table gone as
select 'customers' as place, rowid as row, batch_id, false as is_unlinked
from old.customers
where customer_id in (select trace from traces)
union all
select 'superseded_customers', rowid, batch_id, false
from old.superseded_customers
where customer_id in (select trace from traces)
union all
select 'identities', rowid, batch_id, false
from old.identities
where customer_id in (select trace from traces) or value in (select trace from traces)
union all
select 'superseded_identities', rowid, batch_id, false
from old.superseded_identities
where customer_id in (select trace from traces) or value in (select trace from traces)
union all
select 'links', rowid, batch_id, false
from old.links
where customer_id in (select trace from traces) or value in (select trace from traces)
union all
select 'orders', rowid, batch_id, customer_id is null
from old.orders
where customer_id in (select trace from traces)
    or (customer_id is null and order_id in (select order_id from gone_orders))
union all
select 'superseded_orders', rowid, batch_id, customer_id is null
from old.superseded_orders
where customer_id in (select trace from traces)
    or (customer_id is null and order_id in (select order_id from gone_orders))
union all
select 'order_items', rowid, batch_id, customer_id is null
from old.order_items
where customer_id in (select trace from traces)
    or (customer_id is null and order_id in (select order_id from gone_orders))
union all
select 'superseded_order_items', rowid, batch_id, customer_id is null
from old.superseded_order_items
where customer_id in (select trace from traces)
    or (customer_id is null and order_id in (select order_id from gone_orders))
union all
select 'interactions', rowid, batch_id, customer_id is null
from old.interactions
where customer_id in (select trace from traces)
    or conversation_id in (select conversation_id from gone_conversations)
    or (conversation_id is null and customer_id is null and author_kind = 'customer'
        and author_id in (select author from authors))
union all
select 'superseded_interactions', rowid, batch_id, customer_id is null
from old.superseded_interactions
where customer_id in (select trace from traces)
    or conversation_id in (select conversation_id from gone_conversations)
    or (conversation_id is null and customer_id is null and author_kind = 'customer'
        and author_id in (select author from authors))
union all
select 'surveys', rowid, batch_id, customer_id is null
from old.surveys
where customer_id in (select trace from traces)
    or (customer_id is null and conversation_id in (select conversation_id from gone_conversations))
union all
select 'superseded_surveys', rowid, batch_id, customer_id is null
from old.superseded_surveys
where customer_id in (select trace from traces)
    or (customer_id is null and conversation_id in (select conversation_id from gone_conversations))
union all
select 'assignments', rowid, batch_id, false
from old.assignments
where conversation_id in (select conversation_id from gone_conversations)
union all
select 'superseded_assignments', rowid, batch_id, false
from old.superseded_assignments
where conversation_id in (select conversation_id from gone_conversations);

-- step messages

create or replace temp table gone_messages as
select i.message_id
from old.interactions as i
join gone as g on g.row = i.rowid and g.place = 'interactions'
where i.message_id is not null
union
select i.message_id
from old.superseded_interactions as i
join gone as g on g.row = i.rowid and g.place = 'superseded_interactions'
where i.message_id is not null
union
select message_id
from old.interactions
where message_id is not null
    and author_kind in ('customer', 'peer')
    and author_id in (select author from authors)
union
select message_id
from old.superseded_interactions
where message_id is not null
    and author_kind in ('customer', 'peer')
    and author_id in (select author from authors);

-- step marks

-- Hashes of hashes: with the key one can tell that somebody was erased, never who.
insert into erased
select 'person', pseudonym('e_', 'erased person', trace)
from traces
union
select 'order', pseudonym('e_', 'erased order', order_id)
from gone_orders
union
select 'conversation', pseudonym('e_', 'erased conversation', conversation_id)
from gone_conversations
union
select 'message', pseudonym('e_', 'erased message', message_id)
from gone_messages
except
select kind, mark
from old.erased;

-- step remember

insert into erased
with given as (
    select unnest($kinds) as kind, unnest($marks) as mark
)
select kind, mark
from given
except
select kind, mark
from erased;

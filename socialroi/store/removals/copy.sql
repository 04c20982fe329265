-- A generation without some rows: everything of the one before (`old`) but what is in `gone` is copied into new
-- tables, so that no byte of it comes along. What rows that stay say about somebody in `traces` is left out.
-- Needs gone, traces, authors and gone_messages. The derived tables are rebuilt, not copied.
-- Read by sql.py: one step each.

-- step nobody

create or replace temp table traces (trace varchar);
create or replace temp table authors (author varchar);
create or replace temp table gone_messages (message_id varchar);

-- step facts

insert into customers by name
select * from old.customers where rowid not in (select row from gone where place = 'customers');

insert into identities by name
select * from old.identities where rowid not in (select row from gone where place = 'identities');

insert into orders by name
select * replace (case when referred_by in (select trace from traces) then null else referred_by end as referred_by)
from old.orders
where rowid not in (select row from gone where place = 'orders');

insert into order_items by name
select * from old.order_items where rowid not in (select row from gone where place = 'order_items');

insert into interactions by name
with staying as (
    select
        *,
        coalesce(author_kind in ('customer', 'peer') and author_id in (select author from authors), false) as is_masked
    from old.interactions
    where rowid not in (select row from gone where place = 'interactions')
)
select * exclude (is_masked) replace (
    case when is_masked then 'erased-' || batch_id || '-' || record else message_id end as message_id,
    case when is_masked then 'a_erased' else author_id end as author_id,
    case when is_masked then null else text end as text,
    case when reply_to in (select message_id from gone_messages) then null else reply_to end as reply_to
)
from staying;

insert into surveys by name
select * from old.surveys where rowid not in (select row from gone where place = 'surveys');

insert into costs by name
select * from old.costs;

insert into promises by name
select * from old.promises;

insert into calendars by name
select * from old.calendars;

insert into holidays by name
select * from old.holidays;

insert into events by name
select * from old.events;

insert into assignments by name
select * from old.assignments where rowid not in (select row from gone where place = 'assignments');

-- step superseded

insert into superseded_customers by name
select * from old.superseded_customers
where rowid not in (select row from gone where place = 'superseded_customers');

insert into superseded_identities by name
select * from old.superseded_identities
where rowid not in (select row from gone where place = 'superseded_identities');

insert into superseded_orders by name
select * replace (case when referred_by in (select trace from traces) then null else referred_by end as referred_by)
from old.superseded_orders
where rowid not in (select row from gone where place = 'superseded_orders');

insert into superseded_order_items by name
select * from old.superseded_order_items
where rowid not in (select row from gone where place = 'superseded_order_items');

insert into superseded_interactions by name
with staying as (
    select
        *,
        coalesce(author_kind in ('customer', 'peer') and author_id in (select author from authors), false) as is_masked
    from old.superseded_interactions
    where rowid not in (select row from gone where place = 'superseded_interactions')
)
select * exclude (is_masked) replace (
    case when is_masked then 'erased-' || batch_id || '-' || record else message_id end as message_id,
    case when is_masked then 'a_erased' else author_id end as author_id,
    case when is_masked then null else text end as text,
    case when reply_to in (select message_id from gone_messages) then null else reply_to end as reply_to
)
from staying;

insert into superseded_surveys by name
select * from old.superseded_surveys
where rowid not in (select row from gone where place = 'superseded_surveys');

insert into superseded_costs by name
select * from old.superseded_costs;

insert into superseded_promises by name
select * from old.superseded_promises;

insert into superseded_calendars by name
select * from old.superseded_calendars;

insert into superseded_holidays by name
select * from old.superseded_holidays;

insert into superseded_events by name
select * from old.superseded_events;

insert into superseded_assignments by name
select * from old.superseded_assignments
where rowid not in (select row from gone where place = 'superseded_assignments');

-- step books

-- Every row that goes leaves the count of its load, so that books and rows agree.
insert into batches by name
with taken as (
    select
        replace(place, 'superseded_', '') as table_name, batch_id,
        count(*) as n,
        count(*) filter (where is_unlinked) as unlinked
    from gone
    group by all
)
select b.* replace (
    b.rows_loaded - coalesce(t.n, 0) as rows_loaded,
    greatest(b.rows_unlinked - coalesce(t.unlinked, 0), 0) as rows_unlinked,
    coalesce(b.rows_removed, 0) + coalesce(t.n, 0) as rows_removed
)
from old.batches as b
left join taken as t on t.table_name = b.table_name and t.batch_id = b.batch_id;

insert into links by name
select * from old.links where rowid not in (select row from gone where place = 'links');

insert into shared by name
select * from old.shared;

insert into batch_coverage by name
select * from old.batch_coverage;

insert into settings by name
select * from old.settings;

insert into erased by name
select * from old.erased;

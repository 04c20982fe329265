-- A customer's row: the newer one wins; columns its file lacks keep what was known.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle from customers limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    coalesce(
        pseudonym('c_', 'external', customer_id), pseudonym('c_', 'email', email),
        pseudonym('c_', 'phone', phone), pseudonym('c_', 'handle', handle)
    ) as customer_id,
    created_at, segment, region, acquisition_channel,
    cast($batch as varchar) as batch_id,
    record,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
from filled;

-- step merge

create or replace temp table repeated as
select customer_id, max(rowid) as last_row
from incoming
group by customer_id
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.customer_id is not distinct from r.customer_id;

update incoming set
    created_at = case when list_contains($given, 'created_at') then incoming.created_at else t.created_at end,
    segment = case when list_contains($given, 'segment') then incoming.segment else t.segment end,
    region = case when list_contains($given, 'region') then incoming.region else t.region end,
    acquisition_channel = case when list_contains($given, 'acquisition_channel') then incoming.acquisition_channel else t.acquisition_channel end
from customers as t
where $partial
    and incoming.customer_id is not distinct from t.customer_id;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.created_at is not distinct from t.created_at
        and i.segment is not distinct from t.segment
        and i.region is not distinct from t.region
        and i.acquisition_channel is not distinct from t.acquisition_channel as same
from incoming as i
join customers as t on i.customer_id is not distinct from t.customer_id;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_customers
select t.*, cast($batch as varchar)
from customers as t
join incoming as i on i.customer_id is not distinct from t.customer_id;

merge into customers as t
using (select * exclude (email, phone, handle) from incoming) as i
on t.customer_id is not distinct from i.customer_id
when matched then update by name
when not matched then insert by name;

-- step links

insert into links
with said as (
    select 'email' as kind, email as value, customer_id, created_at as linked_at from incoming
    union all
    select 'phone', phone, customer_id, created_at from incoming
    union all
    select 'handle', handle, customer_id, created_at from incoming
)
select kind, value, customer_id, cast($format as varchar), min(linked_at), cast($batch as varchar)
from said
where value is not null
group by kind, value, customer_id;

-- step undo

delete from customers where batch_id = $batch;

insert into customers
select * exclude (replaced_by) from superseded_customers where replaced_by = $batch;

delete from superseded_customers where replaced_by = $batch;

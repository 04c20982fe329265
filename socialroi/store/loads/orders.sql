-- An order: the newer row wins; columns its file lacks keep what was known.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle from orders limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    order_id,
    coalesce(
        pseudonym('c_', 'external', customer_id), pseudonym('c_', 'email', email),
        pseudonym('c_', 'phone', phone), pseudonym('c_', 'handle', handle)
    ) as customer_id,
    ordered_at, amount, margin, refunded_amount, currency, quantity, status, channel,
    acquisition_channel, referral_code,
    pseudonym('c_', 'external', referred_by) as referred_by,
    cast($batch as varchar) as batch_id,
    record,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
from filled;

-- step merge

create or replace temp table repeated as
select order_id, max(rowid) as last_row
from incoming
group by order_id
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.order_id is not distinct from r.order_id;

update incoming set
    customer_id = case when list_contains($given, 'customer_id') then incoming.customer_id else t.customer_id end,
    ordered_at = case when list_contains($given, 'ordered_at') then incoming.ordered_at else t.ordered_at end,
    amount = case when list_contains($given, 'amount') then incoming.amount else t.amount end,
    margin = case when list_contains($given, 'margin') then incoming.margin else t.margin end,
    refunded_amount = case when list_contains($given, 'refunded_amount') then incoming.refunded_amount else t.refunded_amount end,
    currency = case when list_contains($given, 'currency') then incoming.currency else t.currency end,
    quantity = case when list_contains($given, 'quantity') then incoming.quantity else t.quantity end,
    status = case when list_contains($given, 'status') then incoming.status else t.status end,
    channel = case when list_contains($given, 'channel') then incoming.channel else t.channel end,
    acquisition_channel = case when list_contains($given, 'acquisition_channel') then incoming.acquisition_channel else t.acquisition_channel end,
    referral_code = case when list_contains($given, 'referral_code') then incoming.referral_code else t.referral_code end,
    referred_by = case when list_contains($given, 'referred_by') then incoming.referred_by else t.referred_by end
from orders as t
where $partial
    and incoming.order_id is not distinct from t.order_id;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.customer_id is not distinct from t.customer_id
        and i.ordered_at is not distinct from t.ordered_at
        and i.amount is not distinct from t.amount
        and i.margin is not distinct from t.margin
        and i.refunded_amount is not distinct from t.refunded_amount
        and i.currency is not distinct from t.currency
        and i.quantity is not distinct from t.quantity
        and i.status is not distinct from t.status
        and i.channel is not distinct from t.channel
        and i.acquisition_channel is not distinct from t.acquisition_channel
        and i.referral_code is not distinct from t.referral_code
        and i.referred_by is not distinct from t.referred_by as same
from incoming as i
join orders as t on i.order_id is not distinct from t.order_id;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_orders
select t.*, cast($batch as varchar)
from orders as t
join incoming as i on i.order_id is not distinct from t.order_id;

merge into orders as t
using (select * exclude (email, phone, handle) from incoming) as i
on t.order_id is not distinct from i.order_id
when matched then update by name
when not matched then insert by name;

-- step links

insert into links
with said as (
    select 'email' as kind, email as value, customer_id, ordered_at as linked_at from incoming
    union all
    select 'phone', phone, customer_id, ordered_at from incoming
    union all
    select 'handle', handle, customer_id, ordered_at from incoming
)
select kind, value, customer_id, cast($format as varchar), min(linked_at), cast($batch as varchar)
from said
where value is not null
group by kind, value, customer_id;

-- step undo

delete from orders where batch_id = $batch;

insert into orders
select * exclude (replaced_by) from superseded_orders where replaced_by = $batch;

delete from superseded_orders where replaced_by = $batch;

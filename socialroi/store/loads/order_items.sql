-- A line of an order; repeats of a product within its order are counted, not dropped.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle from order_items limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    order_id,
    coalesce(
        line, row_number() over (partition by order_id, product_id order by record)
    ) as line,
    coalesce(
        pseudonym('c_', 'external', customer_id), pseudonym('c_', 'email', email),
        pseudonym('c_', 'phone', phone), pseudonym('c_', 'handle', handle)
    ) as customer_id,
    ordered_at, product_id, category, quantity, unit_price, unit_cost, currency,
    cast($batch as varchar) as batch_id,
    record,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
from filled;

-- step merge

create or replace temp table repeated as
select order_id, product_id, line, max(rowid) as last_row
from incoming
group by order_id, product_id, line
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.order_id is not distinct from r.order_id
    and incoming.product_id is not distinct from r.product_id
    and incoming.line is not distinct from r.line;

update incoming set
    customer_id = case when list_contains($given, 'customer_id') then incoming.customer_id else t.customer_id end,
    ordered_at = case when list_contains($given, 'ordered_at') then incoming.ordered_at else t.ordered_at end,
    category = case when list_contains($given, 'category') then incoming.category else t.category end,
    quantity = case when list_contains($given, 'quantity') then incoming.quantity else t.quantity end,
    unit_price = case when list_contains($given, 'unit_price') then incoming.unit_price else t.unit_price end,
    unit_cost = case when list_contains($given, 'unit_cost') then incoming.unit_cost else t.unit_cost end,
    currency = case when list_contains($given, 'currency') then incoming.currency else t.currency end
from order_items as t
where $partial
    and incoming.order_id is not distinct from t.order_id
    and incoming.product_id is not distinct from t.product_id
    and incoming.line is not distinct from t.line;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.customer_id is not distinct from t.customer_id
        and i.ordered_at is not distinct from t.ordered_at
        and i.category is not distinct from t.category
        and i.quantity is not distinct from t.quantity
        and i.unit_price is not distinct from t.unit_price
        and i.unit_cost is not distinct from t.unit_cost
        and i.currency is not distinct from t.currency as same
from incoming as i
join order_items as t on i.order_id is not distinct from t.order_id
    and i.product_id is not distinct from t.product_id
    and i.line is not distinct from t.line;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_order_items
select t.*, cast($batch as varchar)
from order_items as t
join incoming as i on i.order_id is not distinct from t.order_id
    and i.product_id is not distinct from t.product_id
    and i.line is not distinct from t.line;

merge into order_items as t
using (select * exclude (email, phone, handle) from incoming) as i
on t.order_id is not distinct from i.order_id
    and t.product_id is not distinct from i.product_id
    and t.line is not distinct from i.line
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

delete from order_items where batch_id = $batch;

insert into order_items
select * exclude (replaced_by) from superseded_order_items where replaced_by = $batch;

delete from superseded_order_items where replaced_by = $batch;

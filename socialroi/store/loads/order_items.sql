-- A line of an order; repeats of a product within its order are counted, not dropped.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.order_id is not distinct from b.order_id
    and a.product_id is not distinct from b.product_id
    and a.line is not distinct from b.line;

create or replace temp macro said_at(t) as t.ordered_at;

create or replace temp view hashed as
select * replace (
    coalesce(
        line, row_number() over (partition by order_id, product_id order by record)
    ) as line,
    person(customer_id, email, phone, handle) as customer_id,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
), issuer(customer_id) as issuer
from filled;

-- step fill

insert into order_items by name
select columns(lambda name: list_contains($told, name)), record, case when coalesce(ok, true) then cast($batch as varchar) end as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from order_items;

-- step number

update order_items set record = rowid - (select min(rowid) from order_items) + 1;

-- step discard

delete from order_items where batch_id is null;

-- step empty

delete from order_items;

-- step once

delete from order_items where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_order_items
select t.*, cast($batch as varchar)
from order_items as t
join incoming as i on same_key(i, t);

merge into order_items as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from order_items where batch_id = $batch;

insert into order_items
select distinct * exclude (replaced_by) from superseded_order_items where replaced_by = $batch;

delete from superseded_order_items where replaced_by = $batch;

-- A customer's row: the newer one wins; columns its file lacks keep what was known.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as a.customer_id is not distinct from b.customer_id;

create or replace temp macro said_at(t) as t.created_at;

create or replace temp view hashed as
select * replace (
    person(customer_id, email, phone, handle) as customer_id,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
), issuer(customer_id) as issuer
from filled;

-- step fill

insert into customers by name
select columns(lambda name: list_contains($told, name)), record, case when coalesce(ok, true) then cast($batch as varchar) end as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from customers;

-- step number

update customers set record = rowid - (select min(rowid) from customers) + 1;

-- step discard

delete from customers where batch_id is null;

-- step empty

delete from customers;

-- step once

delete from customers where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_customers
select t.*, cast($batch as varchar)
from customers as t
join incoming as i on same_key(i, t);

merge into customers as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from customers where batch_id = $batch;

insert into customers
select distinct * exclude (replaced_by) from superseded_customers where replaced_by = $batch;

delete from superseded_customers where replaced_by = $batch;

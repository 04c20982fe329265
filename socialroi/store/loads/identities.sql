-- What an identity file says: an address (hashed with its kind) belongs to a customer.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.kind is not distinct from b.kind
    and a.value is not distinct from b.value;

create or replace temp view hashed as
select * replace (
    address(kind, value) as value,
    pseudonym('c_', 'external', customer_id) as customer_id
)
from filled;

-- step fill

insert into identities by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from identities;

-- step once

delete from identities where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_identities
select t.*, cast($batch as varchar)
from identities as t
join incoming as i on same_key(i, t);

merge into identities as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from identities where batch_id = $batch;

insert into identities
select distinct * exclude (replaced_by) from superseded_identities where replaced_by = $batch;

delete from superseded_identities where replaced_by = $batch;

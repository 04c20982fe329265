-- A message: the newer row wins; columns its file lacks keep what was known.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as a.message_id is not distinct from b.message_id;

create or replace temp macro said_at(t) as t.sent_at;

create or replace temp view hashed as
select * replace (
    person(customer_id, email, phone, handle) as customer_id,
    pseudonym('a_', 'external', author_id) as author_id,
    pseudonym('a_', 'external', agent_id) as agent_id,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
), issuer(customer_id) as issuer
from filled;

-- step fill

insert into interactions by name
select columns(lambda name: list_contains($told, name)), record, case when coalesce(ok, true) then cast($batch as varchar) end as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from interactions;

-- step number

update interactions set record = rowid - (select min(rowid) from interactions) + 1;

-- step discard

delete from interactions where batch_id is null;

-- step empty

delete from interactions;

-- step once

delete from interactions where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_interactions
select t.*, cast($batch as varchar)
from interactions as t
join incoming as i on same_key(i, t);

merge into interactions as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from interactions where batch_id = $batch;

insert into interactions
select distinct * exclude (replaced_by) from superseded_interactions where replaced_by = $batch;

delete from superseded_interactions where replaced_by = $batch;

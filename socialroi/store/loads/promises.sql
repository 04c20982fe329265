-- A promised response time: the newer row wins.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.channel is not distinct from b.channel
    and a.department is not distinct from b.department
    and a.valid_from is not distinct from b.valid_from;

create or replace temp view hashed as
select * from filled;

-- step fill

insert into promises by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from promises;

-- step once

delete from promises where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_promises
select t.*, cast($batch as varchar)
from promises as t
join incoming as i on same_key(i, t);

merge into promises as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from promises where batch_id = $batch;

insert into promises
select distinct * exclude (replaced_by) from superseded_promises where replaced_by = $batch;

delete from superseded_promises where replaced_by = $batch;

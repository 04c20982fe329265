-- A dated change: the newer row wins.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.happened_at is not distinct from b.happened_at
    and a.kind is not distinct from b.kind
    and a.label is not distinct from b.label;

create or replace temp view hashed as
select * from filled;

-- step fill

insert into events by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from events;

-- step once

delete from events where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_events
select t.*, cast($batch as varchar)
from events as t
join incoming as i on same_key(i, t);

merge into events as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from events where batch_id = $batch;

insert into events
select distinct * exclude (replaced_by) from superseded_events where replaced_by = $batch;

delete from superseded_events where replaced_by = $batch;

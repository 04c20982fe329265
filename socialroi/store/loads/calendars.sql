-- Opening hours: the newer row wins.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.department is not distinct from b.department
    and a.weekday is not distinct from b.weekday
    and a.opens is not distinct from b.opens
    and a.valid_from is not distinct from b.valid_from;

create or replace temp view hashed as
select * from filled;

-- step fill

insert into calendars by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from calendars;

-- step once

delete from calendars where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_calendars
select t.*, cast($batch as varchar)
from calendars as t
join incoming as i on same_key(i, t);

merge into calendars as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from calendars where batch_id = $batch;

insert into calendars
select distinct * exclude (replaced_by) from superseded_calendars where replaced_by = $batch;

delete from superseded_calendars where replaced_by = $batch;

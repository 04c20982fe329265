-- A closed day.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.day is not distinct from b.day
    and a.department is not distinct from b.department;

create or replace temp view hashed as
select * from filled;

-- step fill

insert into holidays by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from holidays;

-- step once

delete from holidays where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_holidays
select t.*, cast($batch as varchar)
from holidays as t
join incoming as i on same_key(i, t);

merge into holidays as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from holidays where batch_id = $batch;

insert into holidays
select distinct * exclude (replaced_by) from superseded_holidays where replaced_by = $batch;

delete from superseded_holidays where replaced_by = $batch;

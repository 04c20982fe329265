-- What a month cost: the newer row wins.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.month is not distinct from b.month
    and a.department is not distinct from b.department
    and a.kind is not distinct from b.kind;

create or replace temp view hashed as
select * from filled;

-- step fill

insert into costs by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from costs;

-- step once

delete from costs where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_costs
select t.*, cast($batch as varchar)
from costs as t
join incoming as i on same_key(i, t);

merge into costs as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from costs where batch_id = $batch;

insert into costs
select distinct * exclude (replaced_by) from superseded_costs where replaced_by = $batch;

delete from superseded_costs where replaced_by = $batch;

-- A closed day.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select * from holidays limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    day, department,
    cast($batch as varchar) as batch_id,
    record
from filled;

-- step merge

create or replace temp table repeated as
select day, department, max(rowid) as last_row
from incoming
group by day, department
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.day is not distinct from r.day
    and incoming.department is not distinct from r.department;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    true as same
from incoming as i
join holidays as t on i.day is not distinct from t.day
    and i.department is not distinct from t.department;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_holidays
select t.*, cast($batch as varchar)
from holidays as t
join incoming as i on i.day is not distinct from t.day
    and i.department is not distinct from t.department;

merge into holidays as t
using incoming as i
on t.day is not distinct from i.day
    and t.department is not distinct from i.department
when matched then update by name
when not matched then insert by name;

-- step undo

delete from holidays where batch_id = $batch;

insert into holidays
select * exclude (replaced_by) from superseded_holidays where replaced_by = $batch;

delete from superseded_holidays where replaced_by = $batch;

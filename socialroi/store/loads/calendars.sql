-- Opening hours: the newer row wins.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select * from calendars limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    department, weekday, opens, closes, zone, valid_from,
    cast($batch as varchar) as batch_id,
    record
from filled;

-- step merge

create or replace temp table repeated as
select department, weekday, opens, valid_from, max(rowid) as last_row
from incoming
group by department, weekday, opens, valid_from
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.department is not distinct from r.department
    and incoming.weekday is not distinct from r.weekday
    and incoming.opens is not distinct from r.opens
    and incoming.valid_from is not distinct from r.valid_from;

update incoming set
    closes = case when list_contains($given, 'closes') then incoming.closes else t.closes end,
    zone = case when list_contains($given, 'zone') then incoming.zone else t.zone end
from calendars as t
where $partial
    and incoming.department is not distinct from t.department
    and incoming.weekday is not distinct from t.weekday
    and incoming.opens is not distinct from t.opens
    and incoming.valid_from is not distinct from t.valid_from;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.closes is not distinct from t.closes
        and i.zone is not distinct from t.zone as same
from incoming as i
join calendars as t on i.department is not distinct from t.department
    and i.weekday is not distinct from t.weekday
    and i.opens is not distinct from t.opens
    and i.valid_from is not distinct from t.valid_from;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_calendars
select t.*, cast($batch as varchar)
from calendars as t
join incoming as i on i.department is not distinct from t.department
    and i.weekday is not distinct from t.weekday
    and i.opens is not distinct from t.opens
    and i.valid_from is not distinct from t.valid_from;

merge into calendars as t
using incoming as i
on t.department is not distinct from i.department
    and t.weekday is not distinct from i.weekday
    and t.opens is not distinct from i.opens
    and t.valid_from is not distinct from i.valid_from
when matched then update by name
when not matched then insert by name;

-- step undo

delete from calendars where batch_id = $batch;

insert into calendars
select * exclude (replaced_by) from superseded_calendars where replaced_by = $batch;

delete from superseded_calendars where replaced_by = $batch;

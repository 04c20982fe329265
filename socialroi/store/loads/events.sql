-- A dated change: the newer row wins.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select * from events limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    happened_at, kind, department, label,
    cast($batch as varchar) as batch_id,
    record
from filled;

-- step merge

create or replace temp table repeated as
select happened_at, kind, label, max(rowid) as last_row
from incoming
group by happened_at, kind, label
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.happened_at is not distinct from r.happened_at
    and incoming.kind is not distinct from r.kind
    and incoming.label is not distinct from r.label;

update incoming set
    department = case when list_contains($given, 'department') then incoming.department else t.department end
from events as t
where $partial
    and incoming.happened_at is not distinct from t.happened_at
    and incoming.kind is not distinct from t.kind
    and incoming.label is not distinct from t.label;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.department is not distinct from t.department as same
from incoming as i
join events as t on i.happened_at is not distinct from t.happened_at
    and i.kind is not distinct from t.kind
    and i.label is not distinct from t.label;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_events
select t.*, cast($batch as varchar)
from events as t
join incoming as i on i.happened_at is not distinct from t.happened_at
    and i.kind is not distinct from t.kind
    and i.label is not distinct from t.label;

merge into events as t
using incoming as i
on t.happened_at is not distinct from i.happened_at
    and t.kind is not distinct from i.kind
    and t.label is not distinct from i.label
when matched then update by name
when not matched then insert by name;

-- step undo

delete from events where batch_id = $batch;

insert into events
select * exclude (replaced_by) from superseded_events where replaced_by = $batch;

delete from superseded_events where replaced_by = $batch;

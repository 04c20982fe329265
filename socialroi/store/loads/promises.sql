-- A promised response time: the newer row wins.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select * from promises limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    channel, department, target_s, valid_from,
    cast($batch as varchar) as batch_id,
    record
from filled;

-- step merge

create or replace temp table repeated as
select channel, department, valid_from, max(rowid) as last_row
from incoming
group by channel, department, valid_from
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.channel is not distinct from r.channel
    and incoming.department is not distinct from r.department
    and incoming.valid_from is not distinct from r.valid_from;

update incoming set
    target_s = case when list_contains($given, 'target_s') then incoming.target_s else t.target_s end
from promises as t
where $partial
    and incoming.channel is not distinct from t.channel
    and incoming.department is not distinct from t.department
    and incoming.valid_from is not distinct from t.valid_from;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.target_s is not distinct from t.target_s as same
from incoming as i
join promises as t on i.channel is not distinct from t.channel
    and i.department is not distinct from t.department
    and i.valid_from is not distinct from t.valid_from;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_promises
select t.*, cast($batch as varchar)
from promises as t
join incoming as i on i.channel is not distinct from t.channel
    and i.department is not distinct from t.department
    and i.valid_from is not distinct from t.valid_from;

merge into promises as t
using incoming as i
on t.channel is not distinct from i.channel
    and t.department is not distinct from i.department
    and t.valid_from is not distinct from i.valid_from
when matched then update by name
when not matched then insert by name;

-- step undo

delete from promises where batch_id = $batch;

insert into promises
select * exclude (replaced_by) from superseded_promises where replaced_by = $batch;

delete from superseded_promises where replaced_by = $batch;

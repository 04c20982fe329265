-- What a month cost: the newer row wins.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select * from costs limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    month, department, kind, amount, currency,
    cast($batch as varchar) as batch_id,
    record
from filled;

-- step merge

create or replace temp table repeated as
select month, department, kind, max(rowid) as last_row
from incoming
group by month, department, kind
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.month is not distinct from r.month
    and incoming.department is not distinct from r.department
    and incoming.kind is not distinct from r.kind;

update incoming set
    amount = case when list_contains($given, 'amount') then incoming.amount else t.amount end,
    currency = case when list_contains($given, 'currency') then incoming.currency else t.currency end
from costs as t
where $partial
    and incoming.month is not distinct from t.month
    and incoming.department is not distinct from t.department
    and incoming.kind is not distinct from t.kind;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.amount is not distinct from t.amount
        and i.currency is not distinct from t.currency as same
from incoming as i
join costs as t on i.month is not distinct from t.month
    and i.department is not distinct from t.department
    and i.kind is not distinct from t.kind;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_costs
select t.*, cast($batch as varchar)
from costs as t
join incoming as i on i.month is not distinct from t.month
    and i.department is not distinct from t.department
    and i.kind is not distinct from t.kind;

merge into costs as t
using incoming as i
on t.month is not distinct from i.month
    and t.department is not distinct from i.department
    and t.kind is not distinct from i.kind
when matched then update by name
when not matched then insert by name;

-- step undo

delete from costs where batch_id = $batch;

insert into costs
select * exclude (replaced_by) from superseded_costs where replaced_by = $batch;

delete from superseded_costs where replaced_by = $batch;

-- What an identity file says: an address (hashed with its kind) belongs to a customer.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select * from identities limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    kind,
    pseudonym(
        'c_', kind,
        case kind
            when 'email' then lower(trim(value))
            when 'handle' then ltrim(lower(trim(value)), '@')
            else trim(value)
        end
    ) as value,
    pseudonym('c_', 'external', customer_id) as customer_id,
    source, linked_at,
    cast($batch as varchar) as batch_id,
    record
from filled;

-- step merge

create or replace temp table repeated as
select kind, value, max(rowid) as last_row
from incoming
group by kind, value
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.kind is not distinct from r.kind
    and incoming.value is not distinct from r.value;

update incoming set
    customer_id = case when list_contains($given, 'customer_id') then incoming.customer_id else t.customer_id end,
    source = case when list_contains($given, 'source') then incoming.source else t.source end,
    linked_at = case when list_contains($given, 'linked_at') then incoming.linked_at else t.linked_at end
from identities as t
where $partial
    and incoming.kind is not distinct from t.kind
    and incoming.value is not distinct from t.value;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.customer_id is not distinct from t.customer_id
        and i.source is not distinct from t.source
        and i.linked_at is not distinct from t.linked_at as same
from incoming as i
join identities as t on i.kind is not distinct from t.kind
    and i.value is not distinct from t.value;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_identities
select t.*, cast($batch as varchar)
from identities as t
join incoming as i on i.kind is not distinct from t.kind
    and i.value is not distinct from t.value;

merge into identities as t
using incoming as i
on t.kind is not distinct from i.kind
    and t.value is not distinct from i.value
when matched then update by name
when not matched then insert by name;

-- step undo

delete from identities where batch_id = $batch;

insert into identities
select * exclude (replaced_by) from superseded_identities where replaced_by = $batch;

delete from superseded_identities where replaced_by = $batch;

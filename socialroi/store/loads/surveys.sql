-- An answer to one survey question: the newer row wins.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle from surveys limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    response_id,
    coalesce(
        pseudonym('c_', 'external', customer_id), pseudonym('c_', 'email', email),
        pseudonym('c_', 'phone', phone), pseudonym('c_', 'handle', handle)
    ) as customer_id,
    conversation_id, question, score, scale_min, scale_max, high_is_good, asked_at, answered_at,
    cast($batch as varchar) as batch_id,
    record,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
from filled;

-- step merge

create or replace temp table repeated as
select response_id, question, max(rowid) as last_row
from incoming
group by response_id, question
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.response_id is not distinct from r.response_id
    and incoming.question is not distinct from r.question;

update incoming set
    customer_id = case when list_contains($given, 'customer_id') then incoming.customer_id else t.customer_id end,
    conversation_id = case when list_contains($given, 'conversation_id') then incoming.conversation_id else t.conversation_id end,
    score = case when list_contains($given, 'score') then incoming.score else t.score end,
    scale_min = case when list_contains($given, 'scale_min') then incoming.scale_min else t.scale_min end,
    scale_max = case when list_contains($given, 'scale_max') then incoming.scale_max else t.scale_max end,
    high_is_good = case when list_contains($given, 'high_is_good') then incoming.high_is_good else t.high_is_good end,
    asked_at = case when list_contains($given, 'asked_at') then incoming.asked_at else t.asked_at end,
    answered_at = case when list_contains($given, 'answered_at') then incoming.answered_at else t.answered_at end
from surveys as t
where $partial
    and incoming.response_id is not distinct from t.response_id
    and incoming.question is not distinct from t.question;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.customer_id is not distinct from t.customer_id
        and i.conversation_id is not distinct from t.conversation_id
        and i.score is not distinct from t.score
        and i.scale_min is not distinct from t.scale_min
        and i.scale_max is not distinct from t.scale_max
        and i.high_is_good is not distinct from t.high_is_good
        and i.asked_at is not distinct from t.asked_at
        and i.answered_at is not distinct from t.answered_at as same
from incoming as i
join surveys as t on i.response_id is not distinct from t.response_id
    and i.question is not distinct from t.question;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_surveys
select t.*, cast($batch as varchar)
from surveys as t
join incoming as i on i.response_id is not distinct from t.response_id
    and i.question is not distinct from t.question;

merge into surveys as t
using (select * exclude (email, phone, handle) from incoming) as i
on t.response_id is not distinct from i.response_id
    and t.question is not distinct from i.question
when matched then update by name
when not matched then insert by name;

-- step links

insert into links
with said as (
    select 'email' as kind, email as value, customer_id, coalesce(answered_at, asked_at) as linked_at from incoming
    union all
    select 'phone', phone, customer_id, coalesce(answered_at, asked_at) from incoming
    union all
    select 'handle', handle, customer_id, coalesce(answered_at, asked_at) from incoming
)
select kind, value, customer_id, cast($format as varchar), min(linked_at), cast($batch as varchar)
from said
where value is not null
group by kind, value, customer_id;

-- step undo

delete from surveys where batch_id = $batch;

insert into surveys
select * exclude (replaced_by) from superseded_surveys where replaced_by = $batch;

delete from superseded_surveys where replaced_by = $batch;

-- An answer to one survey question: the newer row wins.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.response_id is not distinct from b.response_id
    and a.question is not distinct from b.question;

create or replace temp macro said_at(t) as coalesce(t.answered_at, t.asked_at);

create or replace temp view hashed as
select * replace (
    person(customer_id, email, phone, handle) as customer_id,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
), issuer(customer_id) as issuer
from filled;

-- step fill

insert into surveys by name
select columns(lambda name: list_contains($told, name)), record, case when coalesce(ok, true) then cast($batch as varchar) end as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from surveys;

-- step number

update surveys set record = rowid - (select min(rowid) from surveys) + 1;

-- step discard

delete from surveys where batch_id is null;

-- step empty

delete from surveys;

-- step once

delete from surveys where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_surveys
select t.*, cast($batch as varchar)
from surveys as t
join incoming as i on same_key(i, t);

merge into surveys as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from surveys where batch_id = $batch;

insert into surveys
select distinct * exclude (replaced_by) from superseded_surveys where replaced_by = $batch;

delete from superseded_surveys where replaced_by = $batch;

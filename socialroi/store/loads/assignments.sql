-- What a coin decided about a conversation: the newer row wins.
-- Read by sql.py: one step each; what all tables share is in shared.sql.

-- step open

create or replace temp macro same_key(a, b) as
    a.conversation_id = b.conversation_id;

create or replace temp view hashed as
select * from filled;

-- step fill

insert into assignments by name
select columns(lambda name: list_contains($told, name)), record, cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from assignments;

-- step once

delete from assignments where rowid in (select earlier_row from earlier);

-- step merge

insert into superseded_assignments
select t.*, cast($batch as varchar)
from assignments as t
join incoming as i on same_key(i, t);

merge into assignments as t
using newer as i
on same_key(t, i)
when matched then update by name
when not matched then insert by name;

-- step undo

delete from assignments where batch_id = $batch;

insert into assignments
select distinct * exclude (replaced_by) from superseded_assignments where replaced_by = $batch;

delete from superseded_assignments where replaced_by = $batch;

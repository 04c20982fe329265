-- What a load does to every table. `$table` and the lists of column names come from schema.py: `$key`
-- names a row, `$told` are the columns the file says something about, with the key; `$kept` are these and
-- the addresses it has. What a file does not tell is never written, so it stays as it was known.
-- Rows that the reader is not sure of (`ok` is false) come in without a batch, are asked about and discarded.
-- DuckDB 2.0.0 does not see many rows (a group of 122,880) inserted after a plain copy of none in the same
-- transaction, before the file is opened anew. So nothing that may be none is plainly copied into a table: its
-- first rows are some, and `undo` says distinct.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step open

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle, true as ok from query_table($table) limit 0;

create or replace temp view filled as
select * from blank
union all by name
select * from parcel;

-- step stage

create or replace temp table staged as
select
    columns(lambda name: list_contains($kept, name)),
    record,
    case when coalesce(ok, true) then cast($batch as varchar) end as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from staged;

-- step add

insert into staged by name
select
    columns(lambda name: list_contains($kept, name)),
    record,
    cast($batch as varchar) as batch_id
from hashed;

-- step number

update staged set record = rowid - (select min(rowid) from staged) + 1;

-- step discard

delete from staged where batch_id is null;

-- step empty

delete from staged;

-- step earlier

create or replace temp table earlier as
with repeated as (
    select columns(lambda name: list_contains($key, name)), max(rowid) as last_row
    from incoming
    group by all
    having count(*) > 1
)
select i.rowid as earlier_row
from incoming as i
join repeated as r on same_key(i, r) and i.rowid < r.last_row;

-- step match

delete from staged where rowid in (select earlier_row from earlier);

create or replace temp table matched as
with new as (
    select
        columns(lambda name: list_contains($key, name)),
        rowid as incoming_row,
        row(*columns(lambda name: list_contains($told, name))) as told
    from incoming
),
old as (
    select
        columns(lambda name: list_contains($key, name)),
        batch_id as older,
        row(*columns(lambda name: list_contains($told, name))) as told
    from query_table($table)
)
select n.incoming_row, o.older, n.told is not distinct from o.told as same
from new as n
join old as o on same_key(n, o);

-- step address

create or replace temp table addressed as
select
    columns(lambda name: list_contains($key, name)),
    i.email, i.phone, i.handle, i.issuer, m.older
from incoming as i
left join (
    select incoming_row, older
    from matched
    where same
) as m on m.incoming_row = i.rowid
where coalesce(i.email, i.phone, i.handle) is not null;

-- step settle

delete from staged where rowid in (select incoming_row from matched where same);

create or replace temp view newer as
select columns(lambda name: not list_contains(['rowid', 'email', 'phone', 'handle', 'issuer'], name)) from staged;

insert into shared
select distinct cast($batch as varchar), older, cast($table as varchar)
from matched;

-- step links

-- An equal row of an older batch has said its addresses already, except those only this file has.
insert into links
with said as (
    select
        t.customer_id,
        said_at(t) as linked_at,
        coalesce(i.issuer, cast($format as varchar)) as source,
        i.older,
        unnest(['email', 'phone', 'handle']) as kind,
        unnest([i.email, i.phone, i.handle]) as value
    from addressed as i
    join query_table($table) as t on same_key(i, t)
)
select s.kind, s.value, s.customer_id, s.source, min(s.linked_at), cast($batch as varchar)
from said as s
left join links as l
    on l.batch_id = s.older and l.kind = s.kind and l.value = s.value and l.customer_id = s.customer_id
where s.value is not null and l.value is null
group by s.kind, s.value, s.customer_id, s.source;

-- step close

drop view if exists newer;
drop view incoming;
drop view hashed;
drop view filled;
drop table blank;
drop table if exists staged;
drop table earlier;
drop table if exists matched;
drop table if exists addressed;

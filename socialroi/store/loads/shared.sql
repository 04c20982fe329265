-- What a load does to every table. `$table` and the lists of column names come from schema.py: `$key`
-- names a row, `$told` are the columns the file says something about, with the key; `$kept` are these and
-- the addresses it has. What a file does not tell is never written, so it stays as it was known.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step open

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle from query_table($table) limit 0;

create or replace temp view filled as
select * from blank
union all by name
select * from parcel;

-- step stage

create or replace temp table staged as
select
    columns(lambda name: list_contains($kept, name)),
    record,
    cast($batch as varchar) as batch_id
from hashed;

create or replace temp view incoming as
select rowid, * from staged;

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

delete from staged where rowid in (select incoming_row from matched where same);

create or replace temp view newer as
select columns(lambda name: not list_contains(['rowid', 'email', 'phone', 'handle'], name)) from staged;

insert into shared
select distinct cast($batch as varchar), older, cast($table as varchar)
from matched;

-- step links

insert into links
with said as (
    select
        t.customer_id,
        said_at(t) as linked_at,
        unnest(['email', 'phone', 'handle']) as kind,
        unnest([i.email, i.phone, i.handle]) as value
    from incoming as i
    join query_table($table) as t on same_key(i, t)
)
select kind, value, customer_id, cast($format as varchar), min(linked_at), cast($batch as varchar)
from said
where value is not null
group by kind, value, customer_id;

-- step close

drop view if exists newer;
drop view incoming;
drop view hashed;
drop view filled;
drop table blank;
drop table if exists staged;
drop table earlier;
drop table if exists matched;

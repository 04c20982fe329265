-- Whose traces belong together: a hash a file used for somebody -> the person it stands for, and since when
-- that is known. Every fact keeps the hash its own file gave, so a link that is loaded later reaches back,
-- and undoing it lets go again.
--
-- Links are believed in the order of what is hardest to share: what an identity file says about outside ids,
-- then e-mails, phones, handles. An address that one source gives to two persons belongs to nobody and
-- connects nothing, unless an identity file says whose it is; under the ids of several sources it connects
-- them. Whether two ids are two persons is judged by what the harder links have said so far.
--
-- Traces are numbers here, because all of them meet several times. Of those who belong together the lowest is
-- the person: one whom an identity file names comes first, then one on file, then one who has bought.
-- `since` counts seconds; a link without a date has none and holds from the start.
-- Read by people.py: one step each; some are repeated until nothing changes. A table that may get no rows
-- first and many later is made anew: DuckDB 2.0.0 would not see the many (see loads/shared.sql).

-- step nobody

create or replace temp table people (customer_id varchar, person varchar, linked_at timestamp);

-- step open

create or replace temp macro number_of(trace) as cast(hash(trace) // 16 as bigint);

-- Who is said to have which address, by whom and since when.
create or replace temp table claims as
with merits as (
    select distinct number_of(i.customer_id) as node, 4 as merit
    from identities as i
    left join identities as o on o.value = i.customer_id and o.customer_id <> o.value
    where i.customer_id <> i.value and o.value is null
    union all
    select distinct number_of(customer_id), 2
    from customers
    union all
    select distinct number_of(customer_id), 1
    from (
        select customer_id
        from orders
        union all
        select customer_id
        from order_items
    ) as bought
),
ranks as (
    select node, cast(-sum(merit) as bigint) as place
    from merits
    group by node
),
said as (
    select
        kind, value, customer_id, 1 as is_stated, number_of(coalesce(source, batch_id)) as source, linked_at,
        number_of(value) as address, number_of(customer_id) as speaker
    from identities
    where customer_id <> value
    union all
    select
        kind, value, customer_id, 0, number_of(source), linked_at, number_of(value), number_of(customer_id)
    from links
    where customer_id <> value
)
select
    s.kind, s.value, s.customer_id, s.is_stated, s.source,
    date_diff('second', timestamp '1000-01-01 00:00:00', s.linked_at) as since,
    coalesce(a.place, 0) * 1152921504606846976 + s.address as address,
    coalesce(b.place, 0) * 1152921504606846976 + s.speaker as speaker
from said as s
left join ranks as a on a.node = s.address
left join ranks as b on b.node = s.speaker;

-- An id with more addresses than a person has is a till, a shared login or the shop's word for a guest.
create or replace temp table crowds as
with busy as (
    select speaker, source
    from claims
    where is_stated = 0
    group by speaker, source
    having count(*) > $most_addresses
)
select c.speaker, c.source
from claims as c
join busy as b on b.speaker = c.speaker and b.source = c.source
where c.is_stated = 0
group by c.speaker, c.source
having count(distinct c.address) > $most_addresses;

create or replace temp table torn (node bigint);
create or replace temp table grouped (node bigint, person bigint);
create or replace temp table ties (address bigint, speaker bigint, since bigint);

-- step hear

-- What is said about the addresses of one kind, by the persons that the speakers are by now.
create or replace temp table heard as
select
    c.address, c.speaker, c.source, c.is_stated, c.since,
    coalesce(a.person, c.address) as place,
    coalesce(s.person, c.speaker) as who
from claims as c
left join grouped as s on s.node = c.speaker
left join grouped as a on a.node = c.address
left join torn as t on t.node = c.speaker
left join crowds as w on w.speaker = c.speaker and w.source = c.source and c.is_stated = 0
where c.kind = $kind and t.node is null and w.speaker is null;

-- Most addresses belong to one person and just go along. Some speak themselves, or are somebody already, or
-- are the better name: these `count` among those who meet.
create or replace temp table addresses as
with spoken as (
    select distinct speaker
    from claims
    where is_stated = 1
),
tallied as (
    select address, min(place) as place, min(who) as who, max(who) as last_who
    from heard
    group by address
)
select
    t.address, t.place, t.who,
    case when t.who = t.last_who then 1 else 0 end as is_alone,
    case when t.who < t.place and t.place = t.address and s.speaker is null then 0 else 1 end as counts
from tallied as t
left join spoken as s on s.speaker = t.address;

-- The others are where persons meet. Some are torn between two persons of one source.
create or replace temp table doubtful as
with differing as (
    select h.address, h.is_stated
    from heard as h
    join addresses as a on a.address = h.address
    where a.is_alone = 0
    group by h.address, h.source, h.is_stated
    having min(h.who) < max(h.who)
)
select address, max(is_stated) as is_stated
from differing
group by address;

create or replace temp table believed as
select h.address, h.speaker, h.who, h.since
from heard as h
left join doubtful as t on t.address = h.address
where t.address is null or (t.is_stated = 0 and h.is_stated = 1);

create or replace temp table ties as
select address, speaker, since
from ties
union all
select address, speaker, since
from believed;

create or replace temp table torn as
select node
from torn
union all
select t.address
from doubtful as t
left join believed as b on b.address = t.address
where b.address is null;

create or replace temp table meetings as
select b.address, b.who
from believed as b
join addresses as a on a.address = b.address
where a.is_alone = 0 or a.counts = 1
union all
select a.address, a.place
from addresses as a
left join torn as t on t.node = a.address
where a.counts = 1 and t.node is null;

-- The first of those who meet at an address ...
create or replace temp table called as
select address, min(who) as person
from meetings
group by address;

-- ... is carried on by those who meet at several.
create or replace temp table carriers as
with many as (
    select who
    from meetings
    group by who
    having min(address) < max(address)
)
select m.address, m.who
from meetings as m
join many as n on n.who = m.who;

-- step carry

create or replace temp table news as
with borne as (
    select r.who, min(c.person) as person
    from carriers as r
    join called as c on c.address = r.address
    group by r.who
),
brought as (
    select r.address, min(b.person) as person
    from carriers as r
    join borne as b on b.who = r.who
    group by r.address
)
select b.address, b.person
from brought as b
join called as c on c.address = b.address
where b.person < c.person;

create or replace temp table called as
select c.address, coalesce(n.person, c.person) as person
from called as c
left join news as n on n.address = c.address;

-- step group

create or replace temp table grouped as
with led as (
    select m.who, min(c.person) as person
    from meetings as m
    join called as c on c.address = m.address
    group by m.who
),
gone as (
    select node, person
    from grouped
    union all
    select address, who
    from addresses
    where is_alone = 1 and counts = 0
)
select g.node, coalesce(l.person, g.person) as person
from gone as g
left join led as l on l.who = g.person
union all
select who, person
from led
where who <> person
union all
select c.address, c.person
from called as c
join addresses as a on a.address = c.address
where a.counts = 0;

-- step date

create or replace temp table arms as
with pairs as (
    select address, speaker, coalesce(min(since), 0) as since
    from ties
    group by address, speaker
)
select address as node, speaker as other, since
from pairs
union all
select speaker, address, since
from pairs;

create or replace temp table reached as
select distinct person as node, cast(0 as bigint) as since, 0 as round
from grouped;

-- step reach

-- One round: who is tied to one reached in the round before is known since the later of the two links.
create or replace temp table news as
with told as (
    select
        a.other as node,
        min(case when a.since > r.since then a.since else r.since end) as since
    from reached as r
    join arms as a on a.node = r.node
    where r.round = $round - 1
    group by a.other
)
select t.node, t.since
from told as t
left join reached as r on r.node = t.node and r.since <= t.since
where r.node is null;

insert into reached
select node, since, $round
from news;

-- step people

create or replace temp table people as
with traces as (
    select address as node, value as trace
    from claims
    union
    select speaker, customer_id
    from claims
),
dates as (
    select node, min(since) as since
    from reached
    group by node
)
select
    t.trace as customer_id,
    p.trace as person,
    case when d.since > 0 then timestamp '1000-01-01 00:00:00' + to_seconds(d.since) end as linked_at
from grouped as g
join traces as t on t.node = g.node
join traces as p on p.node = g.person
left join dates as d on d.node = g.node;

drop table claims;
drop table crowds;
drop table torn;
drop table grouped;
drop table ties;
drop table heard;
drop table addresses;
drop table doubtful;
drop table believed;
drop table meetings;
drop table called;
drop table carriers;
drop table news;
drop table arms;
drop table reached;

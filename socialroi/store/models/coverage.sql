-- What the exports cover: first and last instant of each kind of fact. The last one is the cut-off.
create or replace table coverage as
with spans as (
    select 'orders' as table_name, min(ordered_at) as first_at, max(ordered_at) as last_at, count(*) as n
    from order_facts
    union all
    -- posts that answer nobody say nothing about conversations
    select 'interactions', min(sent_at), max(sent_at), count(*)
    from interactions
    where author_kind is distinct from 'campaign'
    union all
    select
        'surveys',
        min(least(coalesce(asked_at, answered_at), coalesce(answered_at, asked_at))),
        max(greatest(coalesce(asked_at, answered_at), coalesce(answered_at, asked_at))),
        count(*)
    from surveys
)
select table_name, first_at, last_at, n
from spans
where n > 0
order by table_name;

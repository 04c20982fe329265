-- Until when a channel was watched. Exports of one channel that touch each other (no more than a day
-- apart) are one observation, so a reply that comes in tomorrow's export and the lack of one are seen
-- equally long. Closing a conversation never ends its observation.
create or replace temp table cutoffs as
with spans as (
    select
        channel, batch_id, first_at, last_at,
        max(last_at) over (
            partition by channel order by first_at, batch_id
            rows between unbounded preceding and 1 preceding
        ) as seen_until
    from batch_coverage
),
islands as (
    select
        channel, batch_id, last_at,
        sum(
            case when seen_until is null or date_diff('second', seen_until, first_at) > 86400 then 1 else 0 end
        ) over (
            partition by channel order by first_at, batch_id
            rows between unbounded preceding and current row
        ) as island
    from spans
),
ends as (
    select channel, island, max(last_at) as observed_until
    from islands
    group by channel, island
)
select i.batch_id, i.channel, e.observed_until
from islands as i
join ends as e on e.channel = i.channel and e.island = i.island;

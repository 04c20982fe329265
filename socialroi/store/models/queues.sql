-- How many others of the same department were waiting when an episode opened: running counts, +1 when
-- one opens, -1 when it is answered or a day old. At one instant endings come first, then the question,
-- then openings; so those opened at the very same instant do not see each other.
create or replace temp table queues as
with ends as (
    select
        message_id,
        coalesce(department, '') as department,
        opened_at,
        case
            when first_reply_at < opened_at + interval 1 day then first_reply_at
            else opened_at + interval 1 day
        end as ended_at
    from contacts
),
changes as (
    select
        message_id, department, opened_at as changed_at, 1 as turn,
        case when ended_at > opened_at then 1 else 0 end as change
    from ends
    union all
    select null, department, ended_at, 0, -1
    from ends
    where ended_at > opened_at
),
running as (
    select
        message_id,
        turn,
        sum(change) over (
            partition by department order by changed_at, turn
            range between unbounded preceding and current row
        ) as up_to_now,
        sum(change) over (partition by department, changed_at, turn) as just_now
    from changes
)
select message_id, cast(up_to_now - just_now as bigint) as queue_at_arrival
from running
where turn = 1;

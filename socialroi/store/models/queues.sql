-- How many were waiting in a department at an instant when an episode opened: those opened before, less
-- those answered or a day old by then. So those opened at the very same instant do not see each other,
-- and one that is answered at once was never waiting.
create or replace temp table queues as
with ends as (
    select
        coalesce(department, '') as department,
        opened_at,
        case
            when first_reply_at < opened_at + interval 1 day then first_reply_at
            else opened_at + interval 1 day
        end as ended_at
    from contacts
),
changes as (
    select department, opened_at as changed_at, case when ended_at > opened_at then 1 else 0 end as opened, 0 as ended
    from ends
    union all
    select department, ended_at, 0, 1
    from ends
    where ended_at > opened_at
),
instants as (
    select department, changed_at, sum(opened) as opened, sum(ended) as ended
    from changes
    group by department, changed_at
)
select
    department,
    changed_at as opened_at,
    cast(
        sum(opened - ended) over (
            partition by department order by changed_at rows between unbounded preceding and current row
        ) - opened as bigint
    ) as queue_at_arrival
from instants;

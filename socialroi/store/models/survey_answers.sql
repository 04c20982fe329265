-- Surveys with the episode they ask about: the latest one opened before the question was sent.
create or replace table survey_answers as
with asked as (
    select
        s.response_id, s.question, s.customer_id, s.conversation_id, s.score, s.scale_min, s.scale_max,
        s.high_is_good, s.asked_at, s.answered_at, s.batch_id,
        coalesce(p.person, s.customer_id) as person,
        coalesce(s.asked_at, s.answered_at) as at_least,
        coalesce(s.answered_at, s.asked_at) as happened_at
    from surveys as s
    left join people as p on p.customer_id = s.customer_id
),
paired as (
    select
        a.*,
        e.channel,
        e.department,
        e.episode_id,
        e.customer_id as asker,
        row_number() over (
            partition by a.response_id, a.question
            order by
                case when e.opened_at <= a.at_least then 0 else 1 end,
                case when e.opened_at <= a.at_least then date_diff('second', e.opened_at, a.at_least) end,
                e.opened_at,
                e.episode_id
        ) as pick
    from asked as a
    left join episodes as e on e.conversation_id = a.conversation_id
)
select
    p.response_id,
    p.question,
    coalesce(p.person, p.asker) as customer_id,
    p.conversation_id,
    p.episode_id,
    p.score,
    p.scale_min,
    p.scale_max,
    p.high_is_good,
    p.asked_at,
    p.answered_at,
    p.channel,
    p.department,
    s.segment,
    s.engaged,
    cast(date_trunc('day', p.happened_at + to_seconds(coalesce(z.offset_s, 0))) as date) as local_day,
    p.batch_id
from paired as p
left join customer_summary as s on s.customer_id = coalesce(p.person, p.asker)
left join zone_offsets as z
    on z.purpose = 'reporting' and p.happened_at >= z.starts_at and p.happened_at < z.ends_at
where p.pick = 1
order by p.happened_at, p.response_id, p.question;

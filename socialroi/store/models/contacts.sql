-- Waits with what the opening message says about them and how long they were watched.
-- What a coin said holds for one episode of its conversation: the last that had begun when it was tossed
-- (or began no later after it than the silence that parts episodes: lists often give the day alone), and the
-- first where nobody wrote down when. Without a toss stands what the message itself says.
create or replace temp table contacts as
with tossed as (
    select
        w.conversation_id, w.message_id, w.opened_at, a.assigned_arm, a.planned_share,
        case
            when date_diff('second', a.assigned_at, w.opened_at) <= $silence_s
                then date_diff('second', w.opened_at, a.assigned_at)
        end as open_for_s
    from assignments as a
    join waits as w on w.conversation_id = a.conversation_id
),
drawn as (
    select
        *,
        row_number() over (
            partition by conversation_id
            order by case when open_for_s is null then 1 else 0 end, open_for_s, opened_at, message_id
        ) as place
    from tossed
)
select
    w.*,
    coalesce(p.person, i.customer_id) as customer_id,
    p.linked_at,
    i.author_id,
    coalesce(r.agent_id, r.author_id) as replied_by,
    i.channel,
    s.channel is not null as social,
    i.department,
    i.topic,
    i.sentiment,
    i.urgency,
    coalesce(i.needs_response, true) as needs_response,
    case when d.message_id is not null then 'randomised' else i.assignment_kind end as assignment_kind,
    coalesce(d.assigned_arm, i.assigned_arm) as assigned_arm,
    d.planned_share,
    i.batch_id,
    coalesce(c.observed_until, w.opened_at) as observed_until,
    coalesce(b.keeps_unanswered, 'unknown') as keeps_unanswered
from waits as w
join interactions as i on i.message_id = w.message_id
left join drawn as d on d.message_id = w.message_id and d.place = 1
left join interactions as r on r.message_id = w.reply_id
left join social_channels as s on s.channel = replace(lower(trim(i.channel)), ' ', '_')
left join people as p on p.customer_id = i.customer_id
left join cutoffs as c on c.batch_id = i.batch_id and c.channel = coalesce(i.channel, '')
left join batches as b on b.batch_id = i.batch_id and b.table_name = 'interactions';

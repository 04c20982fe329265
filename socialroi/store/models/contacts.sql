-- Waits with what the opening message says about them and how long they were watched.
create or replace temp table contacts as
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
    i.assignment_kind,
    i.assigned_arm,
    i.batch_id,
    coalesce(c.observed_until, w.opened_at) as observed_until,
    coalesce(b.keeps_unanswered, 'unknown') as keeps_unanswered
from waits as w
join interactions as i on i.message_id = w.message_id
left join interactions as r on r.message_id = w.reply_id
left join social_channels as s on s.channel = replace(lower(trim(i.channel)), ' ', '_')
left join people as p on p.customer_id = i.customer_id
left join cutoffs as c on c.batch_id = i.batch_id and c.channel = coalesce(i.channel, '')
left join batches as b on b.batch_id = i.batch_id and b.table_name = 'interactions';

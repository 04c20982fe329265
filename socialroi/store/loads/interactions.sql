-- A message: the newer row wins; columns its file lacks keep what was known.
-- Read by sql.py: one step each. `parcel` is what the intake read, under our own names.

-- step stage

create or replace temp table blank as
select *, '' as email, '' as phone, '' as handle from interactions limit 0;

create or replace temp table incoming as
with filled as (
    select * from parcel
    union all by name
    select * from blank
)
select
    message_id, conversation_id, reply_to,
    coalesce(
        pseudonym('c_', 'external', customer_id), pseudonym('c_', 'email', email),
        pseudonym('c_', 'phone', phone), pseudonym('c_', 'handle', handle)
    ) as customer_id,
    pseudonym('a_', 'external', author_id) as author_id,
    author_kind, direction, sent_at, department,
    pseudonym('a_', 'external', agent_id) as agent_id,
    channel, visibility, needs_response, topic, sentiment, urgency, promotional, assignment_kind,
    assigned_arm, text,
    cast($batch as varchar) as batch_id,
    record,
    pseudonym('c_', 'email', email) as email,
    pseudonym('c_', 'phone', phone) as phone,
    pseudonym('c_', 'handle', handle) as handle
from filled;

-- step merge

create or replace temp table repeated as
select message_id, max(rowid) as last_row
from incoming
group by message_id
having count(*) > 1;

delete from incoming using repeated as r
where incoming.rowid < r.last_row
    and incoming.message_id is not distinct from r.message_id;

update incoming set
    conversation_id = case when list_contains($given, 'conversation_id') then incoming.conversation_id else t.conversation_id end,
    reply_to = case when list_contains($given, 'reply_to') then incoming.reply_to else t.reply_to end,
    customer_id = case when list_contains($given, 'customer_id') then incoming.customer_id else t.customer_id end,
    author_id = case when list_contains($given, 'author_id') then incoming.author_id else t.author_id end,
    author_kind = case when list_contains($given, 'author_kind') then incoming.author_kind else t.author_kind end,
    direction = case when list_contains($given, 'direction') then incoming.direction else t.direction end,
    sent_at = case when list_contains($given, 'sent_at') then incoming.sent_at else t.sent_at end,
    department = case when list_contains($given, 'department') then incoming.department else t.department end,
    agent_id = case when list_contains($given, 'agent_id') then incoming.agent_id else t.agent_id end,
    channel = case when list_contains($given, 'channel') then incoming.channel else t.channel end,
    visibility = case when list_contains($given, 'visibility') then incoming.visibility else t.visibility end,
    needs_response = case when list_contains($given, 'needs_response') then incoming.needs_response else t.needs_response end,
    topic = case when list_contains($given, 'topic') then incoming.topic else t.topic end,
    sentiment = case when list_contains($given, 'sentiment') then incoming.sentiment else t.sentiment end,
    urgency = case when list_contains($given, 'urgency') then incoming.urgency else t.urgency end,
    promotional = case when list_contains($given, 'promotional') then incoming.promotional else t.promotional end,
    assignment_kind = case when list_contains($given, 'assignment_kind') then incoming.assignment_kind else t.assignment_kind end,
    assigned_arm = case when list_contains($given, 'assigned_arm') then incoming.assigned_arm else t.assigned_arm end,
    text = case when list_contains($given, 'text') then incoming.text else t.text end
from interactions as t
where $partial
    and incoming.message_id is not distinct from t.message_id;

create or replace temp table matched as
select
    i.rowid as incoming_row,
    t.batch_id as older,
    i.conversation_id is not distinct from t.conversation_id
        and i.reply_to is not distinct from t.reply_to
        and i.customer_id is not distinct from t.customer_id
        and i.author_id is not distinct from t.author_id
        and i.author_kind is not distinct from t.author_kind
        and i.direction is not distinct from t.direction
        and i.sent_at is not distinct from t.sent_at
        and i.department is not distinct from t.department
        and i.agent_id is not distinct from t.agent_id
        and i.channel is not distinct from t.channel
        and i.visibility is not distinct from t.visibility
        and i.needs_response is not distinct from t.needs_response
        and i.topic is not distinct from t.topic
        and i.sentiment is not distinct from t.sentiment
        and i.urgency is not distinct from t.urgency
        and i.promotional is not distinct from t.promotional
        and i.assignment_kind is not distinct from t.assignment_kind
        and i.assigned_arm is not distinct from t.assigned_arm
        and i.text is not distinct from t.text as same
from incoming as i
join interactions as t on i.message_id is not distinct from t.message_id;

delete from incoming where rowid in (select incoming_row from matched where same);

insert into superseded_interactions
select t.*, cast($batch as varchar)
from interactions as t
join incoming as i on i.message_id is not distinct from t.message_id;

merge into interactions as t
using (select * exclude (email, phone, handle) from incoming) as i
on t.message_id is not distinct from i.message_id
when matched then update by name
when not matched then insert by name;

-- step links

insert into links
with said as (
    select 'email' as kind, email as value, customer_id, sent_at as linked_at from incoming
    union all
    select 'phone', phone, customer_id, sent_at from incoming
    union all
    select 'handle', handle, customer_id, sent_at from incoming
)
select kind, value, customer_id, cast($format as varchar), min(linked_at), cast($batch as varchar)
from said
where value is not null
group by kind, value, customer_id;

-- step undo

delete from interactions where batch_id = $batch;

insert into interactions
select * exclude (replaced_by) from superseded_interactions where replaced_by = $batch;

delete from superseded_interactions where replaced_by = $batch;

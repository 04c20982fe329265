-- What people and the brand said in public, one row a message: who spoke, about whom, and where it stands in
-- its conversation. Bots, notices of the system and private notes are not there.
--
-- is_member  a customer or a peer, not staff
-- speaker    the person: of a member the account, brought together by `persons`; of staff the agent
-- about      the customer whose segment the message counts under: the member, or whom staff talk to
-- ask_no     how many public questions of members the conversation had by then; at one instant they come first
-- place      1 for the first public message of the conversation
--
-- A view, like `bursts`: as a table it would make every load longer for the figures of one page.
create or replace view posts as
with said as (
    select
        i.*,
        coalesce(i.direction, case when i.author_kind = 'customer' then 'in' else 'out' end) as way,
        case when i.author_kind in ('customer', 'peer') then 1 else 0 end as is_member,
        coalesce(c.person, i.customer_id) as customer,
        coalesce(a.person, i.author_id) as author
    from interactions as i
    left join persons as c on c.customer_id = i.customer_id
    left join persons as a on a.customer_id = i.author_id
    where coalesce(i.visibility, 'public') <> 'private'
        and i.author_kind in ('customer', 'peer', 'agent', 'campaign')
),
spoken as (
    select
        *,
        case when way = 'in' then 0 else 1 end as turn,
        case when way = 'in' and is_member = 1 then 1 else 0 end as asks,
        case
            when author_kind = 'customer' then coalesce(customer, author)
            when author_kind = 'peer' then coalesce(author, customer)
            else coalesce(agent_id, author_id)
        end as speaker
    from said
),
told as (
    select
        *,
        case when is_member = 1 then speaker else customer end as about,
        sum(asks) over (
            partition by conversation_id order by sent_at, turn, message_id
            rows between unbounded preceding and current row
        ) as ask_no,
        row_number() over (partition by conversation_id order by sent_at, turn, message_id) as place
    from spoken
)
select
    t.message_id,
    t.conversation_id,
    t.reply_to,
    t.sent_at,
    t.author_kind,
    t.is_member,
    t.way,
    t.speaker,
    t.about,
    t.asks,
    cast(t.ask_no as bigint) as ask_no,
    t.place,
    t.channel,
    t.department,
    t.topic,
    t.sentiment,
    t.needs_response,
    t.promotional,
    t.text_length,
    t.has_question,
    t.has_apology,
    t.has_sign_off,
    t.greets_by_name,
    t.template,
    s.segment,
    s.engaged,
    coalesce(b.keeps_unanswered, 'unknown') as keeps_unanswered,
    t.batch_id,
    cast(date_trunc('day', t.sent_at + to_seconds(coalesce(z.offset_s, 0))) as date) as local_day
from told as t
left join customer_summary as s on s.customer_id = t.about
left join batches as b on b.batch_id = t.batch_id and b.table_name = 'interactions'
left join zone_offsets as z
    on z.purpose = 'reporting' and t.sent_at >= z.starts_at and t.sent_at < z.ends_at;

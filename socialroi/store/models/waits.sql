-- Episodes of the conversations that are not plain, before anything is known about the customer: who
-- opened, when, who answered first.
--
-- asks     a public inbound message of a customer or a peer
-- answers  a public outbound message of an agent, or of a peer other than the one who asked last,
--          once somebody has asked
-- start    the first ask of the conversation; after that the first ask since the last answer that
--          comes after more than the silence. A customer who asks again before any answer is still
--          waiting in the same episode.
--
-- Rows stay narrow while they are sorted; who spoke is looked up for the few that need it.
create or replace temp table waits as
with winding as (
    select m.*
    from messages as m
    join threads as t on t.conversation_id = m.conversation_id
    where t.is_plain = 0
),
placed as (
    select
        *,
        row_number() over (partition by conversation_id order by sent_at, turn, message_id) as place,
        sum(asks) over (
            partition by conversation_id order by sent_at, turn, message_id
            rows between unbounded preceding and current row
        ) as ask_no,
        max(human_at) over (
            partition by conversation_id order by sent_at, turn, message_id
            rows between unbounded preceding and 1 preceding
        ) as previous_at
    from winding
),
-- only where peers answer does it matter who asked last
communities as (
    select distinct conversation_id
    from placed
    where author_kind = 'peer' and direction = 'out'
),
voices as (
    select
        p.conversation_id, p.place, p.ask_no, p.asks, p.author_kind, p.direction,
        coalesce(i.author_id, i.customer_id) as speaker
    from placed as p
    join communities as c on c.conversation_id = p.conversation_id
    join interactions as i on i.message_id = p.message_id
),
askers as (
    select
        *,
        max(case when asks = 1 then speaker end) over (partition by conversation_id, ask_no) as asker
    from voices
),
helpers as (
    select conversation_id, place, speaker
    from askers
    where author_kind = 'peer' and direction = 'out' and ask_no > 0 and coalesce(speaker <> asker, true)
),
answered as (
    select
        p.*,
        case
            when p.ask_no = 0 or p.direction <> 'out' then 0
            when p.author_kind = 'agent' or h.place is not null then 1
            else 0
        end as answers,
        case
            when p.asks = 1 and date_diff('second', p.previous_at, p.sent_at) > $silence_s then 1
            else 0
        end as after_silence
    from placed as p
    left join helpers as h on h.conversation_id = p.conversation_id and h.place = p.place
),
since as (
    select
        *,
        max(case when answers = 1 then place end) over (
            partition by conversation_id order by place rows between unbounded preceding and 1 preceding
        ) as last_answer,
        max(case when after_silence = 1 then place end) over (
            partition by conversation_id order by place rows between unbounded preceding and 1 preceding
        ) as last_return
    from answered
),
starts as (
    select
        *,
        case
            when asks = 1 and ask_no = 1 then 1
            when after_silence = 1 and last_answer > coalesce(last_return, 0) then 1
            else 0
        end as is_start
    from since
),
numbered as (
    select
        *,
        sum(is_start) over (
            partition by conversation_id order by place rows between unbounded preceding and current row
        ) as episode_no
    from starts
),
openers as (
    select n.conversation_id, n.episode_no, coalesce(i.author_id, i.customer_id) as speaker
    from numbered as n
    join communities as c on c.conversation_id = n.conversation_id
    join interactions as i on i.message_id = n.message_id
    where n.is_start = 1
),
peer_replies as (
    select n.conversation_id, n.episode_no, min(n.place) as place
    from numbered as n
    join voices as v on v.conversation_id = n.conversation_id and v.place = n.place
    join openers as o on o.conversation_id = n.conversation_id and o.episode_no = n.episode_no
    where n.author_kind = 'peer' and n.direction = 'out' and coalesce(v.speaker <> o.speaker, true)
    group by n.conversation_id, n.episode_no
),
totals as (
    select
        conversation_id,
        episode_no,
        min(case when is_start = 1 then place end) as opened_place,
        min(case when direction = 'out' and author_kind = 'agent' then place end) as agent_place,
        min(
            case when direction = 'out' and author_kind in ('agent', 'bot', 'campaign', 'system') then sent_at
            when answers = 1 then sent_at end
        ) as first_touch_at,
        sum(asks) as messages_in,
        sum(case when direction = 'out' and author_kind in ('agent', 'peer') then 1 else 0 end) as messages_out
    from numbered
    where episode_no > 0
    group by conversation_id, episode_no
),
firsts as (
    select
        t.*,
        case
            when t.agent_place is null or r.place < t.agent_place then r.place
            else t.agent_place
        end as reply_place
    from totals as t
    left join peer_replies as r on r.conversation_id = t.conversation_id and r.episode_no = t.episode_no
)
select
    f.conversation_id,
    o.message_id,
    o.author_kind as opener_kind,
    o.sent_at as opened_at,
    r.message_id as reply_id,
    r.sent_at as first_reply_at,
    r.author_kind as reply_kind,
    f.first_touch_at,
    cast(f.messages_in as bigint) as messages_in,
    cast(f.messages_out as bigint) as messages_out
from firsts as f
join placed as o on o.conversation_id = f.conversation_id and o.place = f.opened_place
left join placed as r on r.conversation_id = f.conversation_id and r.place = f.reply_place;

-- The episodes of plain conversations, most of all there are, need no message to be put in order. Of
-- messages at one instant the one with the lowest id is first.
insert into waits
with heard as (
    select
        t.conversation_id,
        t.opened_at,
        t.replied_at,
        min(case when m.asks = 1 and m.sent_at = t.opened_at then m.message_id end) as message_id,
        min(
            case
                when m.direction = 'out' and m.author_kind = 'agent' and m.sent_at = t.replied_at then m.message_id
            end
        ) as reply_id,
        min(
            case
                when m.direction = 'out' and m.sent_at >= t.opened_at
                    and m.author_kind in ('agent', 'bot', 'campaign', 'system') then m.sent_at
            end
        ) as first_touch_at,
        sum(m.asks) as messages_in,
        sum(case when m.direction = 'out' and m.author_kind = 'agent' then 1 else 0 end) as messages_out
    from messages as m
    join threads as t on t.conversation_id = m.conversation_id
    where t.is_plain = 1
    group by t.conversation_id, t.opened_at, t.replied_at
)
select
    h.conversation_id,
    h.message_id,
    m.author_kind,
    h.opened_at,
    h.reply_id,
    h.replied_at,
    case when h.reply_id is not null then 'agent' end,
    h.first_touch_at,
    cast(h.messages_in as bigint),
    cast(h.messages_out as bigint)
from heard as h
join messages as m on m.message_id = h.message_id;

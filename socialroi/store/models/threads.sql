-- Conversations in which somebody asked. In a plain one no peer answers, no agent spoke before the first
-- ask, and all asks fall within the silence: it is one episode, and its reply the agent's first message.
create or replace temp table threads as
with spans as (
    select
        conversation_id,
        min(case when asks = 1 then sent_at end) as opened_at,
        max(case when asks = 1 then sent_at end) as last_asked_at,
        min(case when direction = 'out' and author_kind = 'agent' then sent_at end) as replied_at,
        max(case when direction = 'out' and author_kind = 'peer' then 1 else 0 end) as has_helpers
    from messages
    group by conversation_id
)
select
    conversation_id,
    opened_at,
    replied_at,
    case
        when has_helpers = 0 and coalesce(replied_at >= opened_at, true)
            and date_diff('second', opened_at, last_asked_at) <= $silence_s then 1
        else 0
    end as is_plain
from spans
where opened_at is not null;

-- Who answered whom: one row per public answer of staff or of a member to a member.
--
-- An answer is meant for the message it names, if a member wrote that; an answer that goes out and names
-- none for the member who asked last in the conversation. Nobody answers themselves, and a member who names
-- a message of staff talks back rather than answers.
create or replace view replies as
with asked as (
    select conversation_id, ask_no, message_id, speaker, sent_at
    from posts
    where asks = 1
),
meant as (
    select
        r.*,
        case
            when n.is_member = 1 then n.message_id
            when r.way = 'out' and (n.message_id is null or r.is_member = 0) then a.message_id
        end as asked_id,
        case
            when n.is_member = 1 then n.speaker
            when r.way = 'out' and (n.message_id is null or r.is_member = 0) then a.speaker
        end as asker,
        case
            when n.is_member = 1 then n.sent_at
            when r.way = 'out' and (n.message_id is null or r.is_member = 0) then a.sent_at
        end as asked_at
    from posts as r
    left join posts as n on n.message_id = r.reply_to and n.conversation_id = r.conversation_id
    left join asked as a on a.conversation_id = r.conversation_id and a.ask_no = r.ask_no
    where r.author_kind in ('agent', 'customer', 'peer')
)
select
    message_id,
    conversation_id,
    sent_at,
    author_kind,
    is_member,
    speaker,
    asked_id,
    asker,
    asked_at,
    about,
    channel,
    department,
    sentiment,
    has_question,
    has_apology,
    has_sign_off,
    greets_by_name,
    template,
    text_length,
    segment,
    engaged,
    batch_id,
    local_day
from meant
where asked_id is not null and (is_member = 0 or coalesce(speaker <> asker, true));

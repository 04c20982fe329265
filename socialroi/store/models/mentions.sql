-- Earned mentions: public posts of members on social channels that nobody prompted and that ask for no help.
-- Each opens its conversation (so it is no comment under a post of the brand), names no message it answers,
-- needs no answer by the file's flag or the rule at intake, and holds no question mark.
create or replace view mentions as
select
    p.message_id,
    p.conversation_id,
    p.sent_at,
    p.speaker,
    p.about,
    p.channel,
    p.department,
    p.topic,
    p.sentiment,
    p.segment,
    p.engaged,
    p.local_day
from posts as p
join episodes as e on e.episode_id = p.message_id
where p.is_member = 1 and e.social and p.place = 1 and p.reply_to is null
    and not p.needs_response and not coalesce(p.has_question, false);

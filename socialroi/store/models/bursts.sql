-- One row per burst: what somebody writes until a person answers, and the answers up to the next burst.
--
-- asks     a public inbound message of a customer or a peer
-- answers  a public outbound message of an agent, or of a peer other than the one who asked last
-- round    an ask and what comes before the next one; at one instant asks come first
-- burst    the rounds since the last answer, numbered from 1. `needed_at` is the first ask of it that needs
--          an answer, `asked_again_at` the first of any later burst.
--
-- Bots, campaigns and private notes neither open nor end one. A view: as a table it would make every load a
-- tenth longer for two figures of one page.
create or replace view bursts as
with said as (
    select
        conversation_id,
        message_id,
        sent_at,
        author_kind,
        batch_id,
        coalesce(author_id, customer_id) as speaker,
        coalesce(direction, case when author_kind = 'customer' then 'in' else 'out' end) as direction,
        coalesce(needs_response, true) as needs_response
    from interactions
    where coalesce(visibility, 'public') <> 'private' and author_kind in ('customer', 'agent', 'peer')
),
turns as (
    select
        *,
        case when direction = 'in' then 0 else 1 end as turn,
        case when direction = 'in' and author_kind in ('customer', 'peer') then 1 else 0 end as asks
    from said
),
placed as (
    select
        *,
        sum(asks) over (
            partition by conversation_id order by sent_at, turn, message_id
            rows between unbounded preceding and current row
        ) as ask_no
    from turns
),
-- only where peers answer does it matter who asked last
askers as (
    select p.conversation_id, p.ask_no, p.speaker as asker
    from placed as p
    join (select distinct conversation_id from turns where author_kind = 'peer' and asks = 0) as c
        on c.conversation_id = p.conversation_id
    where p.asks = 1
),
judged as (
    select
        p.*,
        case
            when p.direction <> 'out' then 0
            when p.author_kind = 'agent' then 1
            when p.author_kind = 'peer' and coalesce(p.speaker <> a.asker, true) then 1
            else 0
        end as answers
    from placed as p
    left join askers as a on a.conversation_id = p.conversation_id and a.ask_no = p.ask_no
),
rounds as (
    select
        conversation_id,
        ask_no,
        min(case when asks = 1 then sent_at end) as asked_at,
        min(case when asks = 1 and needs_response then sent_at end) as needed_at,
        max(case when asks = 1 then batch_id end) as batch_id,
        min(case when answers = 1 then sent_at end) as replied_at,
        max(case when answers = 1 then sent_at end) as last_replied_at,
        max(case when answers = 1 then batch_id end) as reply_batch_id,
        max(answers) as is_answered
    from judged
    where ask_no > 0
    group by conversation_id, ask_no
),
numbered as (
    select
        *,
        1 + coalesce(sum(is_answered) over (
            partition by conversation_id order by ask_no rows between unbounded preceding and 1 preceding
        ), 0) as burst_no
    from rounds
),
gathered as (
    select
        conversation_id,
        burst_no,
        min(asked_at) as asked_at,
        min(needed_at) as needed_at,
        max(needed_at) as last_needed_at,
        count(*) as messages,
        max(batch_id) as batch_id,
        min(replied_at) as replied_at,
        max(last_replied_at) as last_replied_at,
        max(reply_batch_id) as reply_batch_id
    from numbered
    group by conversation_id, burst_no
)
select
    conversation_id,
    cast(burst_no as bigint) as burst_no,
    asked_at,
    needed_at,
    last_needed_at,
    min(needed_at) over (
        partition by conversation_id order by burst_no rows between 1 following and unbounded following
    ) as asked_again_at,
    messages,
    batch_id,
    replied_at,
    last_replied_at,
    reply_batch_id
from gathered;

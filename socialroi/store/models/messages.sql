-- What may open an episode or answer one: public messages, in the order of their conversation (sent_at,
-- turn, message_id). Private ones are ignored everywhere.
create or replace temp view messages as
with said as (
    select
        conversation_id,
        message_id,
        sent_at,
        author_kind,
        coalesce(direction, case when author_kind = 'customer' then 'in' else 'out' end) as direction
    from interactions
    where coalesce(visibility, 'public') <> 'private'
)
select
    *,
    case when direction = 'in' then 0 else 1 end as turn,
    case when author_kind in ('customer', 'agent', 'peer') then sent_at end as human_at,
    case when direction = 'in' and author_kind in ('customer', 'peer') then 1 else 0 end as asks
from said;

"""Messages by channel and month, before any is left out."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from socialroi.store.store import Store

#: Messages are brought together by the minute first: no zone changes within one, and there are fewer.
_MESSAGES = """
with minutes as (
    select
        date_trunc('minute', sent_at) as minute,
        channel,
        coalesce(visibility, 'public') = 'private' as is_private,
        coalesce(direction, case when author_kind = 'customer' then 'in' else 'out' end) as direction,
        count(*) as n
    from interactions
    where sent_at is not null
    group by all
),
dated as (
    select
        m.*,
        cast(date_trunc('month', m.minute + to_seconds(coalesce(z.offset_s, 0))) as date) as month
    from minutes as m
    left join zone_offsets as z
        on z.purpose = 'reporting' and m.minute >= z.starts_at and m.minute < z.ends_at
)
select
    month,
    channel,
    cast(coalesce(sum(n) filter (where direction = 'in' and not is_private), 0) as bigint) as came,
    cast(coalesce(sum(n) filter (where direction = 'out' and not is_private), 0) as bigint) as went,
    cast(coalesce(sum(n) filter (where is_private), 0) as bigint) as private_notes
from dated
group by month, channel
order by channel, month
"""


class MessageTotals(NamedTuple):
    """Messages of one channel in one month: from customers, to customers, and not for their eyes."""

    month: date
    channel: str | None
    came: int
    went: int
    private_notes: int


def message_totals(store: Store) -> list[MessageTotals]:
    """Messages by channel and month of the reporting zone; one without a channel has None and comes last."""
    return [MessageTotals(*row) for row in store.rows(_MESSAGES)]

"""How empty the columns are, and the time that the data cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from socialroi.store.facts.messages import message_totals
from socialroi.store.facts.share import share
from socialroi.store.store import Store


@dataclass(frozen=True, slots=True)
class Field:
    """A column that figures are made of, with how many of the table's rows have no value in it."""

    table: str
    column: str
    empty: int
    rows: int

    @property
    def share(self) -> float | None:
        """Share of the rows without a value."""
        return share(self.empty, self.rows)


@dataclass(frozen=True, slots=True)
class Span:
    """The first and last instant (UTC) of a table, and its rows."""

    table: str
    rows: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Traffic:
    """All messages of one channel (None: not recorded) in the month that begins on `month`."""

    channel: str | None
    month: date
    messages: int


@dataclass(frozen=True, slots=True)
class Spans:
    """The time that the data cover: by table in order of name, and messages by channel and month."""

    tables: tuple[Span, ...]
    messages: tuple[Traffic, ...]


#: Columns that may be empty and that figures are made of.
_FIELDS = """
with filled as (
    select 'customers' as table_name, 'created_at' as field, count(created_at) as n, count(*) as all_rows
    from customers
    union all select 'customers', 'segment', count(segment), count(*) from customers
    union all select 'customers', 'region', count(region), count(*) from customers
    union all select 'customers', 'acquisition_channel', count(acquisition_channel), count(*) from customers
    union all select 'identities', 'source', count(source), count(*) from identities
    union all select 'identities', 'linked_at', count(linked_at), count(*) from identities
    union all select 'interactions', 'customer_id', count(customer_id), count(*) from interactions
    union all select 'interactions', 'author_id', count(author_id), count(*) from interactions
    union all select 'interactions', 'direction', count(direction), count(*) from interactions
    union all select 'interactions', 'department', count(department), count(*) from interactions
    union all select 'interactions', 'channel', count(channel), count(*) from interactions
    union all select 'interactions', 'visibility', count(visibility), count(*) from interactions
    union all select 'interactions', 'needs_response', count(needs_response), count(*) from interactions
    union all select 'interactions', 'topic', count(topic), count(*) from interactions
    union all select 'interactions', 'sentiment', count(sentiment), count(*) from interactions
    union all select 'interactions', 'urgency', count(urgency), count(*) from interactions
    union all select 'interactions', 'assignment_kind', count(assignment_kind), count(*) from interactions
    union all select 'interactions', 'assigned_arm', count(assigned_arm), count(*) from interactions
    union all select 'order_items', 'customer_id', count(customer_id), count(*) from order_items
    union all select 'order_items', 'quantity', count(quantity), count(*) from order_items
    union all select 'order_items', 'unit_price', count(unit_price), count(*) from order_items
    union all select 'order_items', 'unit_cost', count(unit_cost), count(*) from order_items
    union all select 'order_items', 'currency', count(currency), count(*) from order_items
    union all select 'orders', 'customer_id', count(customer_id), count(*) from orders
    union all select 'orders', 'amount', count(amount), count(*) from orders
    union all select 'orders', 'margin', count(margin), count(*) from orders
    union all select 'orders', 'refunded_amount', count(refunded_amount), count(*) from orders
    union all select 'orders', 'currency', count(currency), count(*) from orders
    union all select 'orders', 'status', count(status), count(*) from orders
    union all select 'orders', 'channel', count(channel), count(*) from orders
    union all select 'orders', 'acquisition_channel', count(acquisition_channel), count(*) from orders
    union all select 'surveys', 'customer_id', count(customer_id), count(*) from surveys
    union all select 'surveys', 'conversation_id', count(conversation_id), count(*) from surveys
    union all select 'surveys', 'score', count(score), count(*) from surveys
    union all select 'surveys', 'scale_min', count(scale_min), count(*) from surveys
    union all select 'surveys', 'scale_max', count(scale_max), count(*) from surveys
    union all select 'surveys', 'high_is_good', count(high_is_good), count(*) from surveys
    union all select 'surveys', 'asked_at', count(asked_at), count(*) from surveys
    union all select 'surveys', 'answered_at', count(answered_at), count(*) from surveys
)
select table_name, field, all_rows - n, all_rows
from filled
where all_rows > 0
order by table_name, field
"""


def empty_fields(store: Store) -> tuple[Field, ...]:
    """How empty the columns are that figures are made of and that a file need not have. Rows; share 0..1.

    By table and column in order of name, also those that are full; tables without rows are left out.
    """
    return tuple(Field(*row) for row in store.rows(_FIELDS))


_SPANS = """
with spans as (
    select 'customers' as table_name, count(*) as n, min(created_at) as first_at, max(created_at) as last_at
    from customers
    union all select 'events', count(*), min(happened_at), max(happened_at) from events
    union all select 'identities', count(*), min(linked_at), max(linked_at) from identities
    union all select 'interactions', count(*), min(sent_at), max(sent_at) from interactions
    union all select 'order_items', count(*), min(ordered_at), max(ordered_at) from order_items
    union all select 'orders', count(*), min(ordered_at), max(ordered_at) from orders
    union all
    select
        'surveys', count(*),
        min(least(coalesce(asked_at, answered_at), coalesce(answered_at, asked_at))),
        max(greatest(coalesce(asked_at, answered_at), coalesce(answered_at, asked_at)))
    from surveys
)
select table_name, n, first_at, last_at
from spans
where first_at is not null
order by table_name
"""


def spans(store: Store) -> Spans:
    """First and last instant (UTC) by table, where it has instants; all messages by channel and month.

    Months are those of the reporting zone, named by their first day. A message without a channel has None
    and comes last.
    """
    tables = tuple(Span(*row) for row in store.rows(_SPANS))
    messages = [
        Traffic(row.channel, row.month, row.came + row.went + row.private_notes)
        for row in message_totals(store)
    ]
    return Spans(tables, tuple(messages))

"""Control totals by month, to tick against the system that the data come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from socialroi.store.facts.messages import message_totals
from socialroi.store.facts.orders import OrderTotals, order_totals
from socialroi.store.store import Store

Row = TypeVar("Row", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Money:
    """Orders in one currency (None: not known), what they came to, and what was paid back.

    An amount is None when none of the orders names one. A return booked as an order of its own is
    negative revenue here, no refund.
    """

    currency: str | None
    orders: int
    revenue: Decimal | None
    refunded: Decimal | None


@dataclass(frozen=True, slots=True)
class Month:
    """Control totals of the month that begins on `month`, before anything is left out.

    `orders` include `cancelled` and `test` ones, which no figure counts; `money` is by currency. An order
    known only by its lines is one order. `conversations` are those whose first message of any kind is in
    the month. `messages_in`, `messages_out` and `private_notes` together are all messages.
    `survey_answers` have a score, in the month they were answered, or else asked.
    """

    month: date
    orders: int = 0
    cancelled: int = 0
    test: int = 0
    money: tuple[Money, ...] = ()
    conversations: int = 0
    messages_in: int = 0
    messages_out: int = 0
    private_notes: int = 0
    survey_answers: int = 0


_OPENED = """
with opened as (
    select conversation_id, min(sent_at) as opened_at
    from interactions
    group by conversation_id
)
select
    cast(date_trunc('month', o.opened_at + to_seconds(coalesce(z.offset_s, 0))) as date) as month,
    count(*) as conversations
from opened as o
left join zone_offsets as z
    on z.purpose = 'reporting' and o.opened_at >= z.starts_at and o.opened_at < z.ends_at
where o.opened_at is not null
group by month
order by month
"""
_RATED = """
select
    cast(
        date_trunc('month', coalesce(s.answered_at, s.asked_at) + to_seconds(coalesce(z.offset_s, 0))) as date
    ) as month,
    count(*) as answers
from surveys as s
left join zone_offsets as z
    on z.purpose = 'reporting' and coalesce(s.answered_at, s.asked_at) >= z.starts_at
    and coalesce(s.answered_at, s.asked_at) < z.ends_at
where s.score is not null and coalesce(s.answered_at, s.asked_at) is not null
group by month
order by month
"""


def control_totals(store: Store) -> tuple[Month, ...]:
    """Orders, money, conversations, messages and survey answers by month, before anything is left out.

    Months are those of the reporting zone, in order, and only those in which something happened. Money
    is in units of its currency, never added across currencies.
    """
    orders, messages = _by_month(order_totals(store)), _by_month(message_totals(store))
    opened, rated = dict(store.rows(_OPENED)), dict(store.rows(_RATED))
    months = sorted({*orders, *messages, *opened, *rated})
    return tuple(
        Month(
            month,
            orders=sum(row.orders for row in orders.get(month, ())),
            cancelled=sum(row.cancelled for row in orders.get(month, ())),
            test=sum(row.test for row in orders.get(month, ())),
            money=tuple(_money(row) for row in orders.get(month, ())),
            conversations=opened.get(month, 0),
            messages_in=sum(row.came for row in messages.get(month, ())),
            messages_out=sum(row.went for row in messages.get(month, ())),
            private_notes=sum(row.private_notes for row in messages.get(month, ())),
            survey_answers=rated.get(month, 0),
        )
        for month in months
    )


def _by_month(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """Rows by the month they begin with; those without a date have none."""
    found: dict[date, list[Row]] = {}
    for row in rows:
        if row[0] is not None:
            found.setdefault(row[0], []).append(row)
    return found


def _money(row: OrderTotals) -> Money:
    return Money(row.currency, row.orders, row.revenue, row.refunded)

"""What is doubtful in the data, and what it does to the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from socialroi.store.facts.orders import OrderTotals, order_totals
from socialroi.store.facts.share import share
from socialroi.store.facts.usage import usage
from socialroi.store.store import Store


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something doubtful in `count` cases out of `of`: what it is, and what it does to the numbers."""

    key: str
    count: int
    of: int
    sentence: str
    effect: str

    @property
    def share(self) -> float | None:
        """Share of the cases that are doubtful."""
        return share(self.count, self.of)


_LINES = """
with placed as (
    select distinct order_id from orders
),
lines as (
    select order_id, min(ordered_at) as ordered_at, count(*) as n
    from order_items
    group by order_id
)
select
    cast(coalesce(sum(l.n) filter (where o.order_id is null and l.ordered_at is not null), 0) as bigint),
    cast(coalesce(sum(l.n) filter (where o.order_id is null and l.ordered_at is null), 0) as bigint),
    cast(coalesce(sum(l.n), 0) as bigint)
from lines as l
left join placed as o on o.order_id = l.order_id
"""
_REPLIES = """
select count(*) filter (where m.message_id is null), count(*)
from interactions as i
left join (select distinct message_id from interactions) as m on m.message_id = i.reply_to
where i.reply_to is not null
"""
_BACKWARDS = """
with said as (
    select
        conversation_id, sent_at, author_kind,
        coalesce(direction, case when author_kind = 'customer' then 'in' else 'out' end) as direction
    from interactions
    where coalesce(visibility, 'public') <> 'private'
),
spans as (
    select
        conversation_id,
        min(case when direction = 'in' and author_kind in ('customer', 'peer') then sent_at end) as asked_at,
        min(case when direction = 'out' and author_kind = 'agent' then sent_at end) as answered_at
    from said
    group by conversation_id
)
select count(*) filter (where answered_at < asked_at), count(*)
from spans
where asked_at is not null
"""
_QUESTIONS = "select count(*) - count(channel), count(*) - count(department), count(*) from episodes"
_SURVEYS = """
with conversations as (
    select distinct conversation_id from interactions
)
select
    count(*) - count(s.customer_id),
    count(*) filter (where s.conversation_id is not null and c.conversation_id is null),
    count(s.conversation_id),
    count(*) - count(coalesce(s.answered_at, s.asked_at)),
    count(*)
from survey_answers as s
left join conversations as c on c.conversation_id = s.conversation_id
where s.score is not null
"""
_DECLARED = "select distinct zone from batches where zone is not null order by zone"
_ZONES = """
select count(distinct case when zone is not null then batch_id end), count(distinct batch_id)
from batches
"""

#: What each trouble is and what it does to the numbers, in the order they are told.
_TEXTS = {
    "duplicates": (
        "Rows repeat a row that is already there, in the same file or in another.",
        "They change nothing: every row counts once.",
    ),
    "zones": (
        "For these files a zone was declared, or fixed by their format, for times that name none: {zones}.",
        "A wrong zone moves every such time by hours: orders change days, waits between two files are off.",
    ),
    "lines_without_order": (
        "Order lines have a date, and belong to an order that has no row of its own.",
        "The order counts with the sum of its lines, as paid: a refund or cancellation of it is not known.",
    ),
    "lines_waiting": (
        "Order lines have no date, and their order is not here.",
        "They count nowhere until a file with their order is loaded.",
    ),
    "orders_without_customer": (
        "Orders name no customer.",
        "They are in no figure about customers: loyalty, repurchase and value leave them out.",
    ),
    "orders_without_amount": (
        "Orders have no amount, and no lines with prices.",
        "They count as orders; figures about money have to do without them.",
    ),
    "orders_cancelled": ("Orders were cancelled.", "No figure counts them."),
    "orders_test": ("Orders are tests or drafts.", "No figure counts them."),
    "orders_negative": (
        "Orders have a negative amount: returns booked as orders of their own.",
        "They are no purchases: each reduces the purchase of the same customer before it.",
    ),
    "currencies": (
        "Orders are in another currency than most are.",
        "Amounts are never added across currencies: a figure about money over both cannot be given.",
    ),
    "replies_without_message": (
        "Messages answer a message that is not here.",
        "The export leaves messages out: a question among them is missing, and so is every answer to it.",
    ),
    "answers_before_question": (
        "Conversations have a message of an agent before the customer's first one.",
        "Such a message answers nothing: the wait runs from the first question to the next answer. If there "
        "are many, look at the zone of the file.",
    ),
    "no_channel": (
        "Questions have no channel.",
        "They do not count as social, appear as not recorded, and are left out when a channel is chosen.",
    ),
    "no_department": (
        "Questions have no department.",
        "They appear as not recorded and are left out when a department is chosen.",
    ),
    "survey_without_customer": (
        "Survey answers belong to no known customer, not even through their conversation.",
        "They count in ease and satisfaction, but not where customers are compared.",
    ),
    "survey_without_conversation": (
        "Survey answers are about a conversation that is not here.",
        "Their channel and department are not known: they are left out when one is chosen.",
    ),
    "survey_without_date": (
        "Survey answers have no date.",
        "They belong to no month and are left out when a time is chosen.",
    ),
}


def troubles(store: Store) -> tuple[Trouble, ...]:
    """What is doubtful in the data, each with what it does to the numbers; only what there is.

    `count` is out of `of`: rows read (duplicates), files (zones), lines, orders, replies, conversations,
    questions, or survey answers. For currencies it is the orders that are not in the most common one.
    """
    zones = ", ".join(name for (name,) in store.rows(_DECLARED))
    found = {key: (count, of) for key, count, of in _counted(store)}
    return tuple(
        Trouble(key, *found[key], sentence.replace("{zones}", zones), effect)
        for key, (sentence, effect) in _TEXTS.items()
        if found[key][0] > 0
    )


def _counted(store: Store) -> Iterator[tuple[str, int, int]]:
    """The key of every trouble, how often it is there, and out of how many."""
    rows = usage(store).total
    yield "duplicates", rows.duplicate, rows.read
    yield "zones", *store.one(_ZONES)
    alone, waiting, lines = store.one(_LINES)
    yield "lines_without_order", alone, lines
    yield "lines_waiting", waiting, lines
    yield from _counted_orders(order_totals(store))
    yield "replies_without_message", *store.one(_REPLIES)
    yield "answers_before_question", *store.one(_BACKWARDS)
    no_channel, no_department, questions = store.one(_QUESTIONS)
    yield "no_channel", no_channel, questions
    yield "no_department", no_department, questions
    no_customer, not_here, about_one, no_date, answers = store.one(_SURVEYS)
    yield "survey_without_customer", no_customer, answers
    yield "survey_without_conversation", not_here, about_one
    yield "survey_without_date", no_date, answers


def _counted_orders(rows: list[OrderTotals]) -> Iterator[tuple[str, int, int]]:
    orders = sum(row.orders for row in rows)
    yield "orders_without_customer", orders - sum(row.with_customer for row in rows), orders
    yield "orders_without_amount", orders - sum(row.with_amount for row in rows), orders
    yield "orders_cancelled", sum(row.cancelled for row in rows), orders
    yield "orders_test", sum(row.test for row in rows), orders
    yield "orders_negative", sum(row.negative for row in rows), orders
    by_currency: dict[str, int] = {}
    for row in rows:
        if row.currency is not None:
            by_currency[row.currency] = by_currency.get(row.currency, 0) + row.orders
    known = sum(by_currency.values())
    yield "currencies", known - max(by_currency.values(), default=0), known

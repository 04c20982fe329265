"""What the loaded data are good for, as facts: what is linked, used, doubtful, empty, covered, and in total.

Everything here counts what is in the database before a metric leaves anything out, so that a reader can
tick it against the system it came from. Shares are 0..1, None where there is nothing to share; instants
are UTC, months and days are those of the reporting zone, money is Decimal beside its currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from socialroi.store.store import Store

Row = TypeVar("Row", bound=tuple[Any, ...])


@dataclass(frozen=True, slots=True)
class Linked:
    """How much of the data is tied to a customer; all are counts, the shares are properties.

    `messages` are public ones that customers or peers wrote in, `authors` the accounts they wrote from,
    `questions` the episodes, `orders` those of any status. `customers_asking` are persons who opened a
    question, `customers_buying` those with a purchase that counts, `customers_both` have both.
    """

    messages: int
    messages_linked: int
    authors: int
    authors_linked: int
    questions: int
    questions_linked: int
    customers_asking: int
    customers_buying: int
    customers_both: int
    orders: int
    orders_linked: int

    @property
    def messages_share(self) -> float | None:
        """Share of messages whose customer is known."""
        return _share(self.messages_linked, self.messages)

    @property
    def authors_share(self) -> float | None:
        """Share of accounts of which a message names a customer."""
        return _share(self.authors_linked, self.authors)

    @property
    def questions_share(self) -> float | None:
        """Share of questions whose customer is known."""
        return _share(self.questions_linked, self.questions)

    @property
    def askers_who_buy_share(self) -> float | None:
        """Share of the customers with a question who have a purchase too."""
        return _share(self.customers_both, self.customers_asking)

    @property
    def buyers_who_ask_share(self) -> float | None:
        """Share of the customers with a purchase who have a question too."""
        return _share(self.customers_both, self.customers_buying)

    @property
    def orders_share(self) -> float | None:
        """Share of orders whose customer is known."""
        return _share(self.orders_linked, self.orders)


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of the rows of all files: read = used + replaced + rejected + duplicate.

    `used` are in the tables now; a newer version stands for the `replaced`; a `duplicate` repeats a row
    that is there; `unlinked` were loaded without a customer. `table` is "" for all together.
    """

    table: str
    read: int
    used: int
    replaced: int
    rejected: int
    duplicate: int
    unlinked: int

    @property
    def used_share(self) -> float | None:
        """Share of the rows read that are in the tables now."""
        return _share(self.used, self.read)


@dataclass(frozen=True, slots=True)
class Usage:
    """Rows over all batches, and by table in order of name. Records a file has rejected count where its
    main table is.
    """

    total: Rows
    tables: tuple[Rows, ...]


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
        return _share(self.count, self.of)


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
        return _share(self.empty, self.rows)


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


_LINKED = """
with asks as (
    select customer_id, coalesce(author_id, customer_id) as author
    from interactions
    where coalesce(visibility, 'public') <> 'private'
        and author_kind in ('customer', 'peer')
        and coalesce(direction, case when author_kind = 'customer' then 'in' else 'out' end) = 'in'
),
authors as (
    select author, count(customer_id) as named
    from asks
    where author is not null
    group by author
),
askers as (
    select distinct customer_id from episodes where customer_id is not null
),
buyers as (
    select distinct customer_id from purchases
),
line_orders as (
    select l.order_id, max(l.customer_id) as customer_id
    from order_items as l
    left join orders as o on o.order_id = l.order_id
    where o.order_id is null
    group by l.order_id
    having min(l.ordered_at) is not null
),
placed as (
    select customer_id from orders
    union all
    select customer_id from line_orders
)
select
    (select count(*) from asks),
    (select count(customer_id) from asks),
    (select count(*) from authors),
    (select count(*) from authors where named > 0),
    (select count(*) from episodes),
    (select count(customer_id) from episodes),
    (select count(*) from askers),
    (select count(*) from buyers),
    (select count(*) from askers as a join buyers as b on b.customer_id = a.customer_id),
    (select count(*) from placed),
    (select count(customer_id) from placed)
"""


def linked(store: Store) -> Linked:
    """How many messages, accounts, questions and orders are tied to a customer. Counts; shares 0..1."""
    return Linked(*store.one(_LINKED))


_USAGE = """
select
    table_name,
    sum(rows_read),
    sum(rows_loaded - rows_replaced),
    sum(rows_replaced),
    sum(rows_rejected),
    sum(rows_duplicate),
    sum(rows_unlinked)
from batches
group by table_name
order by table_name
"""


def usage(store: Store) -> Usage:
    """What became of the rows of every file that is loaded now, from the ledger. Rows, by table."""
    tables = tuple(Rows(table, *map(int, counts)) for table, *counts in store.rows(_USAGE))
    return Usage(together(tables), tables)


def together(tables: Iterable[Rows]) -> Rows:
    """The rows of several tables as one count."""
    every = list(tables)
    return Rows(
        "",
        sum(rows.read for rows in every),
        sum(rows.used for rows in every),
        sum(rows.replaced for rows in every),
        sum(rows.rejected for rows in every),
        sum(rows.duplicate for rows in every),
        sum(rows.unlinked for rows in every),
    )


#: Orders as order_facts.sql makes them, before any is left out, by month and currency.
_ORDERS = """
with lines as (
    select
        order_id,
        min(ordered_at) as ordered_at,
        max(customer_id) as customer_id,
        sum(coalesce(quantity, 1) * unit_price) as amount,
        max(currency) as currency
    from order_items
    group by order_id
),
everything as (
    select
        o.customer_id, o.ordered_at, coalesce(o.amount, l.amount) as amount, o.refunded_amount,
        coalesce(o.currency, l.currency, $currency) as currency, o.status
    from orders as o
    left join lines as l on l.order_id = o.order_id
    union all
    select l.customer_id, l.ordered_at, l.amount, null, coalesce(l.currency, $currency), null
    from lines as l
    left join orders as o on o.order_id = l.order_id
    where o.order_id is null and l.ordered_at is not null
),
dated as (
    select
        e.*,
        cast(date_trunc('month', e.ordered_at + to_seconds(coalesce(z.offset_s, 0))) as date) as month
    from everything as e
    left join zone_offsets as z
        on z.purpose = 'reporting' and e.ordered_at >= z.starts_at and e.ordered_at < z.ends_at
)
select
    month,
    currency,
    count(*) as orders,
    count(customer_id) as with_customer,
    count(amount) as with_amount,
    count(*) filter (where status = 'cancelled') as cancelled,
    count(*) filter (where status = 'test') as test,
    count(*) filter (where amount < 0) as negative,
    cast(sum(amount) as decimal(38, 4)) as revenue,
    cast(sum(refunded_amount) as decimal(38, 4)) as refunded
from dated
group by month, currency
order by month, currency
"""


class _Orders(NamedTuple):
    """Orders of one month in one currency."""

    month: date
    currency: str | None
    orders: int
    with_customer: int
    with_amount: int
    cancelled: int
    test: int
    negative: int
    revenue: Decimal | None
    refunded: Decimal | None


def _orders(store: Store) -> list[_Orders]:
    return [_Orders(*row) for row in store.rows(_ORDERS, currency=store.settings.currency)]


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
    yield from _counted_orders(_orders(store))
    yield "replies_without_message", *store.one(_REPLIES)
    yield "answers_before_question", *store.one(_BACKWARDS)
    no_channel, no_department, questions = store.one(_QUESTIONS)
    yield "no_channel", no_channel, questions
    yield "no_department", no_department, questions
    no_customer, not_here, about_one, no_date, answers = store.one(_SURVEYS)
    yield "survey_without_customer", no_customer, answers
    yield "survey_without_conversation", not_here, about_one
    yield "survey_without_date", no_date, answers


def _counted_orders(rows: list[_Orders]) -> Iterator[tuple[str, int, int]]:
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


def spans(store: Store) -> Spans:
    """First and last instant (UTC) by table, where it has instants; all messages by channel and month.

    Months are those of the reporting zone, named by their first day. A message without a channel has None
    and comes last.
    """
    tables = tuple(Span(*row) for row in store.rows(_SPANS))
    messages = [Traffic(channel, month, sum(counts)) for month, channel, *counts in store.rows(_MESSAGES)]
    return Spans(tables, tuple(messages))


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
    orders, messages = _by_month(_orders(store)), _by_month(store.rows(_MESSAGES))
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
            messages_in=sum(row[2] for row in messages.get(month, ())),
            messages_out=sum(row[3] for row in messages.get(month, ())),
            private_notes=sum(row[4] for row in messages.get(month, ())),
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


def _money(row: _Orders) -> Money:
    return Money(row.currency, row.orders, row.revenue, row.refunded)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

"""How much of the data is tied to a customer."""

from __future__ import annotations

from dataclasses import dataclass

from socialroi.store.facts.share import share
from socialroi.store.store import Store


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
        return share(self.messages_linked, self.messages)

    @property
    def authors_share(self) -> float | None:
        """Share of accounts of which a message names a customer."""
        return share(self.authors_linked, self.authors)

    @property
    def questions_share(self) -> float | None:
        """Share of questions whose customer is known."""
        return share(self.questions_linked, self.questions)

    @property
    def askers_who_buy_share(self) -> float | None:
        """Share of the customers with a question who have a purchase too."""
        return share(self.customers_both, self.customers_asking)

    @property
    def buyers_who_ask_share(self) -> float | None:
        """Share of the customers with a purchase who have a question too."""
        return share(self.customers_both, self.customers_buying)

    @property
    def orders_share(self) -> float | None:
        """Share of orders whose customer is known."""
        return share(self.orders_linked, self.orders)


#: Also asked on a cluster, whose result holds the answer and not the tables.
LINKED = """
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
    (select count(*) from asks) as messages,
    (select count(customer_id) from asks) as messages_linked,
    (select count(*) from authors) as authors,
    (select count(*) from authors where named > 0) as authors_linked,
    (select count(*) from episodes) as questions,
    (select count(customer_id) from episodes) as questions_linked,
    (select count(*) from askers) as customers_asking,
    (select count(*) from buyers) as customers_buying,
    (select count(*) from askers as a join buyers as b on b.customer_id = a.customer_id) as customers_both,
    (select count(*) from placed) as orders,
    (select count(customer_id) from placed) as orders_linked
"""
_KEPT = """
select
    messages, messages_linked, authors, authors_linked, questions, questions_linked, customers_asking,
    customers_buying, customers_both, orders, orders_linked
from linked_counts
"""


def linked(store: Store) -> Linked:
    """How many messages, accounts, questions and orders are tied to a customer. Counts; shares 0..1."""
    return Linked(*store.one(LINKED if store.holds_facts else _KEPT))

"""What the shop's own systems export: customers, orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialroi.simulate.clock import Bools, Floats, Ints, Span, at_busy_hours
from socialroi.simulate.demand import Contacts, Orders
from socialroi.simulate.people import ACQUISITION, REGIONS, SEGMENTS, People, named

CURRENCY = "EUR"
CATEGORIES = ("home", "garden", "kitchen", "sport", "kids", "office")
ORDER_CHANNELS = ("web", "app", "store")
_PRODUCTS = 12  # in each category


@dataclass(frozen=True, slots=True)
class Basket:
    """The lines of every order and their sums; money in whole cents.

    `order` is the index of the line's order. `amount` and `margin` have one entry an order, in
    currency units; margin is what is left after the cost of goods, about 40 %.
    """

    order: Ints
    category: Ints
    product: Ints
    quantity: Ints
    price: Ints
    cost: Ints
    amount: Floats
    margin: Floats
    channel: Ints


def fill(rng: np.random.Generator, orders: Orders) -> Basket:
    """Draw one to three lines for every order: log-normal prices, customers with a taste."""
    n = len(orders.at)
    order = np.repeat(np.arange(n), rng.choice([1, 2, 3], n, p=[0.72, 0.21, 0.07]))
    taste = orders.customer[order] * 2_654_435_761 % len(CATEGORIES)  # a customer's usual category
    m = len(order)
    category = np.where(rng.random(m) < 0.65, taste, rng.integers(0, len(CATEGORIES), m))
    quantity = rng.choice([1, 2, 3], m, p=[0.8, 0.15, 0.05])
    price = (100 * np.exp(rng.normal(3.1, 0.6, m))).astype(np.int64) + 100
    cost = (price * np.clip(rng.normal(0.6, 0.06, m), 0.3, 0.9)).astype(np.int64)
    amount = np.bincount(order, price * quantity, n) / 100
    margin = np.bincount(order, (price - cost) * quantity, n) / 100
    product = rng.integers(0, _PRODUCTS, m)
    channel = rng.choice(len(ORDER_CHANNELS), n, p=[0.6, 0.3, 0.1])
    return Basket(order, category, product, quantity, price, cost, amount, margin, channel)


def lowered(basket: Basket, share: Floats) -> Basket:
    """The same baskets with every price and cost lowered by `share` (one entry an order)."""
    left = 1 - share[basket.order]
    price = np.round(basket.price * left).astype(np.int64)
    cost = np.round(basket.cost * left).astype(np.int64)
    n = len(basket.amount)
    amount = np.bincount(basket.order, price * basket.quantity, n) / 100
    margin = np.bincount(basket.order, (price - cost) * basket.quantity, n) / 100
    return replace(basket, price=price, cost=cost, amount=amount, margin=margin)


def _numbered(orders: Orders, happens: Bools) -> tuple[Ints, Ints]:
    """The orders that happen, oldest first, and the number of each order; -1 for those that do not."""
    rows = np.flatnonzero(happens)
    rows = rows[np.argsort(orders.at[rows], kind="stable")]
    number = np.full(len(orders.at), -1)
    number[rows] = np.arange(1, len(rows) + 1)
    return rows, number


def order_table(orders: Orders, basket: Basket, happens: Bools, span: Span) -> pd.DataFrame:
    """The canonical `orders` of those that happen, oldest first."""
    rows, number = _numbered(orders, happens)
    counts = orders.counts[rows]
    repaid = ~counts & (rows % 2 == 0)  # of the orders that do not count, half were repaid in full
    amount = basket.amount[rows].round(2)
    lines = np.bincount(basket.order, basket.quantity, len(orders.at)).astype(np.int64)
    return pd.DataFrame(
        {
            "order_id": ids("o", number[rows]),
            "customer_id": ids("c", orders.customer[rows]),
            "ordered_at": span.instants(orders.at[rows]),
            "amount": amount,
            "margin": basket.margin[rows].round(2),
            "refunded_amount": np.where(repaid, amount, 0.0),
            "currency": CURRENCY,
            "quantity": lines[rows],
            "status": np.where(counts, "paid", np.where(repaid, "refunded", "cancelled")),
            "channel": named(ORDER_CHANNELS, basket.channel[rows]),
        }
    )


def item_table(orders: Orders, basket: Basket, happens: Bools, span: Span) -> pd.DataFrame:
    """The canonical `order_items` of the orders that happen, oldest first."""
    _, number = _numbered(orders, happens)
    rows = np.flatnonzero(number[basket.order] > 0)
    rows = rows[np.argsort(number[basket.order[rows]], kind="stable")]
    order = basket.order[rows]
    lines = pd.DataFrame(
        {
            "order_id": ids("o", number[order]),
            "customer_id": ids("c", orders.customer[order]),
            "ordered_at": span.instants(orders.at[order]),
            "product_id": _products(basket.category[rows], basket.product[rows]),
            "category": named(CATEGORIES, basket.category[rows]),
            "quantity": basket.quantity[rows],
            "unit_price": basket.price[rows] / 100,
            "unit_cost": basket.cost[rows] / 100,
            "currency": CURRENCY,
        }
    )
    lines.insert(1, "line", lines.groupby(["order_id", "product_id"]).cumcount() + 1)
    return lines


def _products(category: Ints, product: Ints) -> np.ndarray:
    names = [f"{name[0]}{name[-1]}{number}" for name in CATEGORIES for number in range(_PRODUCTS)]
    return np.asarray(np.array(names, dtype=object)[category * _PRODUCTS + product])


def customers(people: People, contacts: Contacts, span: Span) -> pd.DataFrame:
    """The canonical `customers`: known from their first order, or from a first message before it."""
    joins = at_busy_hours(people.joins)
    earliest = np.full(len(people), np.int64(2**62))
    np.minimum.at(earliest, contacts.customer, contacts.at)
    created = np.minimum(joins, earliest)
    order = np.argsort(created, kind="stable")
    return pd.DataFrame(
        {
            "customer_id": ids("c", order),
            "created_at": span.instants(created[order]),
            "segment": named(SEGMENTS, people.segment[order]),
            "region": named(REGIONS, people.region[order]),
            "acquisition_channel": named(ACQUISITION, people.acquisition[order]),
        }
    )


def ids(prefix: str, numbers: Ints) -> np.ndarray:
    """Readable ids such as c12, as an array of text."""
    return np.array([f"{prefix}{number}" for number in numbers.tolist()], dtype=object)

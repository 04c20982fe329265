"""What would happen if every answer were given: orders, and people who write.

This is the world before the firm's own doing. An unanswered message can only take orders and
messages away from it (see `care`), so both potential outcomes of every message are known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialroi.simulate.clock import DAY, GRACE, HOUR, Bools, Floats, Ints, at_busy_hours
from socialroi.simulate.mechanisms import Habits, Mechanism
from socialroi.simulate.people import CHANNELS, EMAIL, People

TOPICS = ("delivery", "return", "product", "payment", "complaint", "presale", "campaign", "praise")
DEPARTMENTS = ("care", "marketing", "sales")
_PRAISE = TOPICS.index("praise")
_PRE_SALE = TOPICS.index("presale")

_AFTER_ORDER = np.array([0.40, 0.20, 0.20, 0.10, 0.10, 0.0, 0.0, 0.0])
_SPONTANEOUS = np.array([0.0, 0.05, 0.35, 0.05, 0.10, 0.25, 0.20, 0.0])
_DEPARTMENT = np.array([0, 0, 0, 0, 0, 2, 1, 0])  # by topic; praise lands at care
_MOOD = np.array([-0.3, -0.2, 0.1, -0.3, -0.7, 0.3, 0.2, 0.8])
_PRESSING = np.array([0.5, 0.4, 0.3, 0.6, 0.8, 0.3, 0.1, 0.0])

_WRITES_PER_ORDER = 0.17
_WRITES_A_DAY = 0.0008
_PRAISE_SHARE = 0.07
_LEAVING_SHARE = 0.25
_LEAVES_SHARE = 0.5
_VOID_SHARE = 0.03  # cancelled or fully refunded orders, which do not count


@dataclass(frozen=True, slots=True)
class Orders:
    """One entry an order, sorted by customer and time. `counts` is False when cancelled or repaid."""

    customer: Ints
    at: Ints
    counts: Bools

    def keep(self, which: Bools) -> Orders:
        """Only the orders for which `which` holds."""
        return Orders(self.customer[which], self.at[which], self.counts[which])


@dataclass(frozen=True, slots=True)
class Contacts:
    """One entry a conversation somebody opens, sorted by time (seconds).

    `asks` is False for praise, which needs no answer. `leaving` marks people who have already half
    decided to leave; it matters only to the mechanism that looks at it.
    """

    customer: Ints
    at: Ints
    topic: Ints
    department: Ints
    channel: Ints
    sentiment: Floats
    urgency: Floats
    asks: Bools
    leaving: Bools

    def __len__(self) -> int:
        return len(self.at)

    @property
    def social(self) -> Bools:
        """Whether the channel is a social one; e-mail is not."""
        return np.asarray(self.channel != EMAIL)

    @property
    def pre_sale(self) -> Bools:
        """Whether it is a question before a purchase."""
        return np.asarray(self.topic == _PRE_SALE)

    @property
    def comparable(self) -> Bools:
        """Whether an answer was asked for on a social channel: what the study looks at."""
        return self.social & self.asks


def draw_orders(rng: np.random.Generator, people: People, days: int) -> Orders:
    """First order on joining, then a Poisson process at the person's own rate until they leave."""
    until = np.minimum(people.leaves, days)
    n = np.where(people.buyer, rng.poisson(people.rate * np.maximum(until - people.joins, 0)), 0)
    who = np.repeat(np.arange(len(people)), n)
    later = people.joins[who] + rng.random(len(who)) * (until - people.joins)[who]
    customer = np.concatenate([np.flatnonzero(people.buyer), who])
    time = np.concatenate([people.joins[people.buyer], later])
    order = np.lexsort((time, customer))
    void = rng.random(len(order)) < _VOID_SHARE
    return Orders(customer[order], at_busy_hours(time[order]), ~void)


def draw_contacts(
    rng: np.random.Generator, people: People, orders: Orders, days: int, mechanism: Mechanism
) -> tuple[Contacts, Ints]:
    """Conversations opened while a customer is there, and when each customer leaves (seconds).

    Most follow an order by some days, the rest come out of the blue. Where the mechanism looks at it,
    half of those who have half decided to leave do so after the grace time, whatever the answer.
    """
    leaves = at_busy_hours(np.minimum(people.leaves, days))
    openings = _openings(rng, people, orders, days, mechanism.habits)
    contacts = _describe(rng, people, openings)
    contacts = _select(contacts, contacts.at < leaves[contacts.customer])
    goes = contacts.leaving & (rng.random(len(contacts)) < _LEAVES_SHARE) & (mechanism.leaving != 0)
    np.minimum.at(leaves, contacts.customer[goes], contacts.at[goes] + GRACE)
    return _select(contacts, contacts.at < leaves[contacts.customer]), leaves


@dataclass(frozen=True, slots=True)
class _Openings:
    """Who writes when, sorted by time; `spontaneous` when it is not about an order."""

    customer: Ints
    at: Ints
    spontaneous: Bools


def _openings(
    rng: np.random.Generator, people: People, orders: Orders, days: int, habits: Habits
) -> _Openings:
    talk = np.minimum(_WRITES_PER_ORDER * habits.per_order * people.talk[orders.customer], 1.0)
    after = np.flatnonzero(rng.random(len(orders.at)) < talk)
    there = np.minimum(people.leaves, days) - people.joins
    who = np.repeat(
        np.arange(len(people)), rng.poisson(_WRITES_A_DAY * habits.unprompted * people.talk * there)
    )
    blue = at_busy_hours(people.joins[who] + rng.random(len(who)) * there[who])
    customer = np.concatenate([orders.customer[after], who])
    at = np.concatenate([_some_days_later(rng, orders.at[after]), blue])
    order = np.lexsort((customer, at))
    return _Openings(
        customer[order], at[order], (np.arange(len(at)) >= len(after))[order] & (not habits.about_orders)
    )


def _some_days_later(rng: np.random.Generator, at: Ints) -> Ints:
    """Some days after `at`, at an hour at which people write, and at least two hours on."""
    lag_days = 0.2 + rng.gamma(1.5, 3.0, len(at))
    on_day = np.floor(at / DAY + lag_days) + rng.random(len(at))
    return np.maximum(at_busy_hours(on_day), at + 2 * HOUR)


def _describe(rng: np.random.Generator, people: People, openings: _Openings) -> Contacts:
    n = len(openings.at)
    topic = _draw_topics(rng, openings.spontaneous)
    elsewhere = rng.random(n) < 0.2
    usual = people.channel[openings.customer]
    return Contacts(
        customer=openings.customer,
        at=openings.at,
        topic=topic,
        department=_DEPARTMENT[topic],
        channel=np.where(elsewhere, rng.integers(0, len(CHANNELS), n), usual),
        sentiment=np.clip(_MOOD[topic] + rng.normal(0, 0.3, n), -1, 1),
        urgency=np.clip(_PRESSING[topic] + rng.normal(0, 0.15, n), 0, 1),
        asks=topic != _PRAISE,
        leaving=rng.random(n) < _LEAVING_SHARE,
    )


def _draw_topics(rng: np.random.Generator, spontaneous: Bools) -> Ints:
    n = len(spontaneous)
    topic = np.where(
        spontaneous,
        rng.choice(len(TOPICS), n, p=_SPONTANEOUS),
        rng.choice(len(TOPICS), n, p=_AFTER_ORDER),
    )
    return np.where(rng.random(n) < _PRAISE_SHARE, _PRAISE, topic)


def _select(contacts: Contacts, which: Bools) -> Contacts:
    return Contacts(*(getattr(contacts, name)[which] for name in Contacts.__slots__))

"""A world invented from end to end: people, orders, messages, answers, and what the answers change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialroi.errors import UsageError
from socialroi.simulate import shop
from socialroi.simulate.care import Draws, Policy, draw_luck, level_for, pace_for, work
from socialroi.simulate.clock import DAY, Bools, Ints, Span
from socialroi.simulate.demand import Contacts, Orders, draw_contacts, draw_orders
from socialroi.simulate.mechanisms import Habits, Mechanism
from socialroi.simulate.people import People, draw_people
from socialroi.simulate.spending import LASTS, Windows, spend
from socialroi.simulate.truth import Book, Case

_ROUNDS = 3  # of settling the level of answers and the size of the effect on the firm's own people


@dataclass(frozen=True, slots=True)
class World:
    """The invented world itself, hidden things included."""

    people: People
    orders: Orders
    basket: shop.Basket
    draws: Draws
    policy: Policy
    case: Case
    mechanism: Mechanism

    @property
    def happens(self) -> Bools:
        """Which orders happen: those placed before their customer is lost."""
        first, _ = self.case.losses
        return np.asarray(self.orders.at <= first[self.orders.customer])

    def answer_key(self, contrast: str = "answered") -> pd.DataFrame:
        """Both potential outcomes a conversation; see `Case.answer_key`."""
        return self.case.answer_key(self.policy, contrast)


@dataclass(frozen=True, slots=True)
class Base:
    """The world before anybody is answered."""

    people: People
    orders: Orders
    basket: shop.Basket
    contacts: Contacts
    draws: Draws
    book: Book
    span: Span
    mechanism: Mechanism

    def under(self, policy: Policy) -> Case:
        """What happens under a policy."""
        care = work(self.contacts, self.draws, policy)
        return Case(self.contacts, care, self.book, len(self.people), self.span)


def draw(
    customers: int, days: int, seed: int, mechanism: Mechanism, conversations_a_year: float | None
) -> Base:
    """Draw the world; its parts have streams of their own, so one may change without the others."""
    seeds = np.random.SeedSequence((seed, 0)).spawn(6)
    streams = [np.random.default_rng(s) for s in seeds]
    span = Span(days)
    people = draw_people(streams[0], customers, days, mechanism.habits)
    orders = draw_orders(streams[1], people, days)

    def write(habits: Habits) -> tuple[Contacts, Ints]:
        rng = np.random.default_rng(seeds[2])
        return draw_contacts(rng, people, orders, days, replace(mechanism, habits=habits))

    contacts, leaves = _as_many(write, mechanism.habits, conversations_a_year, span)
    orders = orders.keep(orders.at <= leaves[orders.customer])
    draws = draw_luck((streams[3], streams[5]), people, contacts, mechanism, span)
    basket = shop.fill(streams[4], orders)
    return Base(people, orders, basket, contacts, draws, Book.of(orders, basket.margin), span, mechanism)


def _as_many(
    write: Callable[[Habits], tuple[Contacts, Ints]], habits: Habits, a_year: float | None, span: Span
) -> tuple[Contacts, Ints]:
    """What people write, by habits turned up or down until there are about `a_year` social conversations.

    An order makes a customer write at most once, so it takes a few rounds to turn them up.
    """
    contacts, leaves = write(habits)
    for _ in range(_ROUNDS if a_year is not None else 0):
        factor = (a_year or 0.0) * span.days / 365 / max(int(contacts.social.sum()), 1)
        habits = replace(habits, per_order=habits.per_order * factor, unprompted=habits.unprompted * factor)
        contacts, leaves = write(habits)
    return contacts, leaves


def invent(base: Base, effect: float, answered: float) -> World:
    """Settle how readily staff answer and how much an answer matters, then let it happen.

    The two depend on each other a little (lost customers write no more and wait in no queue), so a
    few rounds with the same luck settle both.
    """
    speed, contacts, draws = base.mechanism.speed, base.contacts, base.draws
    policy = Policy(level_for(answered, contacts, draws, np.full(len(contacts), 2)), 0.0)
    for _ in range(_ROUNDS):
        case = base.under(policy)
        gain, largest = case.gain_for(effect, contrast_of(base.mechanism))
        if abs(effect) > largest:
            raise UsageError(f"An effect of {effect} is out of reach: {largest:.2f} of them order at all.")
        level = level_for(answered, contacts, draws, case.care.queue)
        pace = pace_for(speed, contacts, draws, case.care.answered, case.care.queue)
        policy = Policy(level, gain, pace)
    case, basket = _with_problems(base, base.under(policy))
    return World(base.people, base.orders, basket, draws, policy, case, base.mechanism)


def contrast_of(mechanism: Mechanism) -> str:
    """What the effect asked for is an effect of."""
    return "answered" if mechanism.speed is None else "fast"


def _with_problems(base: Base, case: Case) -> tuple[Case, shop.Basket]:
    """The case, and the baskets, with what problems take away and answers restore."""
    problem = base.mechanism.problem
    if problem is None:
        return case, base.basket
    windows, customer = Windows.of(base.contacts), base.contacts.customer
    _, margin = base.book.between(customer, windows.after, np.minimum(windows.until, case.path_ends))
    who = case.eligible("margin", LASTS // DAY) & case.care.helped
    usual = float(margin[who].mean()) if who.any() else 0.0
    on = windows.deciding(base.orders, base.contacts)
    spending = spend(problem, usual, base.basket, on >= 0, case.care.helped[on])
    book, restored = (Book.of(base.orders, each) for each in (spending.actual.margin, spending.restored))
    return replace(case, book=book, windows=windows, restored=restored), spending.actual

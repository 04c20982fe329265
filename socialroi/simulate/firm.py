"""A firm with a planted truth: invented files, and what a study of them ought to find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from socialroi.errors import UsageError
from socialroi.simulate import desk, messages, shop, surveys
from socialroi.simulate.care import Draws, Policy, draw_luck, level_for, work
from socialroi.simulate.clock import Bools, Span
from socialroi.simulate.demand import Contacts, Orders, draw_contacts, draw_orders
from socialroi.simulate.mechanisms import Mechanism, mechanism_named
from socialroi.simulate.people import People, draw_people
from socialroi.simulate.truth import Book, Case
from socialroi.simulate.write import write

_ROUNDS = 3  # of settling the level of answers and the size of the effect on the firm's own people
_SHORTEST_DAYS = 60


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

    def answer_key(self) -> pd.DataFrame:
        """Both potential outcomes a conversation; see `Case.answer_key`."""
        return self.case.answer_key(self.policy)


@dataclass(frozen=True, slots=True)
class Firm:
    """Canonical `tables` by name, the `truth`, and what the export keeps.

    `world` is everything behind it, for tests and benchmarks.
    """

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, Any]
    keeps_unanswered: Literal["yes", "no"]
    world: World

    def write(self, directory: str | Path) -> list[Path]:
        """Write the canonical CSV files and truth.json into `directory`, which is made if absent."""
        return write(self.tables, self.truth, self.keeps_unanswered, Path(directory))

    def true_effect(self, outcome: str, horizon_days: int, estimand: str) -> float:
        """The planted effect; KeyError when the firm is too short to have that horizon."""
        wanted = {"outcome": outcome, "horizon_days": horizon_days, "estimand": estimand}
        for row in self.truth["effects"]:
            if {key: row[key] for key in wanted} == wanted:
                return float(row["value"])
        raise KeyError((outcome, horizon_days, estimand))


def firm(
    customers: int = 6_000,
    days: int = 730,
    effect: float = 0.0,
    answered: float = 0.85,
    seed: int = 0,
    *,
    mechanism: str = "observed",
) -> Firm:
    """Invent a firm whose true effect of answering is known.

    `effect` is the effect on the answered (ATT) of an answer within 24 h on the chance, in 0..1,
    that a customer with at least two orders orders again in the 90 days from the end of those 24 h.
    `answered` is the share of social messages needing an answer that get one in time. The same
    arguments give the same firm. Raises UnknownName for a mechanism that does not exist and
    UsageError for sizes or an effect that no firm can have.
    """
    if customers < 1 or days < _SHORTEST_DAYS:
        raise UsageError(
            f"A firm needs at least 1 customer and {_SHORTEST_DAYS} days, not {customers} and {days}."
        )
    if not 0 < answered < 1:
        raise UsageError(f"The share answered lies between 0 and 1, not {answered}.")
    chosen = mechanism_named(mechanism)
    world = _invent(_base(customers, days, seed, chosen), effect, answered)
    keeps: Literal["yes", "no"] = "yes" if chosen.keeps_unanswered else "no"
    return Firm(_tables(world, seed), _truth(world), keeps, world)


@dataclass(frozen=True, slots=True)
class _Base:
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


def _base(customers: int, days: int, seed: int, mechanism: Mechanism) -> _Base:
    """Draw the world; its parts have streams of their own, so one may change without the others."""
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence((seed, 0)).spawn(5)]
    span = Span(days)
    people = draw_people(streams[0], customers, days)
    orders = draw_orders(streams[1], people, days)
    contacts, leaves = draw_contacts(streams[2], people, orders, days, mechanism.leaving != 0)
    orders = orders.keep(orders.at <= leaves[orders.customer])
    draws = draw_luck(streams[3], people, contacts, mechanism, span)
    basket = shop.fill(streams[4], orders)
    return _Base(people, orders, basket, contacts, draws, Book.of(orders, basket.margin), span, mechanism)


def _invent(base: _Base, effect: float, answered: float) -> World:
    """Settle how readily staff answer and how much an answer matters, then let it happen.

    The two depend on each other a little (lost customers write no more and wait in no queue), so a
    few rounds with the same luck settle both.
    """
    policy = Policy(level_for(answered, base.contacts, base.draws, np.full(len(base.contacts), 2)), 0.0)
    for _ in range(_ROUNDS):
        case = base.under(policy)
        gain, largest = case.gain_for(effect)
        if abs(effect) > largest:
            raise UsageError(f"An effect of {effect} is out of reach: {largest:.2f} of them order at all.")
        policy = Policy(level_for(answered, base.contacts, base.draws, case.care.queue), gain)
    case = base.under(policy)
    return World(base.people, base.orders, base.basket, base.draws, policy, case, base.mechanism)


def _tables(world: World, seed: int) -> dict[str, pd.DataFrame]:
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence((seed, 1)).spawn(3)]
    talk = messages.interactions(streams[0], world.case, world.draws, world.mechanism)
    orders, items = shop.tables(world.orders, world.basket, world.happens, world.case.span)
    return {
        "customers": shop.customers(world.people, world.case.contacts, world.case.span),
        "orders": orders,
        "order_items": items,
        "interactions": talk.table,
        "surveys": surveys.table(streams[1], talk, world.case.contacts, world.case.span),
        **desk.tables(streams[2], talk, world.case.contacts, world.case.span),
    }


def _truth(world: World) -> dict[str, Any]:
    asked = world.case.care.exists & world.case.contacts.comparable
    return {
        "mechanism": world.mechanism.name,
        "effects": list(world.case.effects(world.policy.gain)),
        "n_answered": int((asked & world.case.care.answered).sum()),
        "n_unanswered": int((asked & ~world.case.care.answered).sum()),
    }

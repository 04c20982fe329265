"""Both potential outcomes of every message, and the true effects that follow.

A message changes one thing: whether its customer is lost at the end of the grace time. So the path
of orders with the customer kept is the same in both worlds up to that, and the world in which the
customer is lost has none after it. Effects are averaged over the coin that decides who is at stake,
which takes the coin's noise out of the truth; at an effect of 0 they are exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from socialroi.simulate.care import NEVER, Care, Policy
from socialroi.simulate.clock import DAY, GRACE, Bools, Floats, Ints, Span
from socialroi.simulate.demand import Contacts, Orders

HORIZONS = (30, 90, 180, 365)
ESTIMANDS = ("ATT", "ATU", "ATE", "ATO")
#: A customer is compared only when the first order lies at least this far before the message.
KNOWN_FOR = 30 * DAY

#: Outcomes with whom they are about: how many orders before the message.
POPULATIONS: Mapping[str, Callable[[Ints], Bools]] = {
    "retention": lambda before: before >= 2,
    "repurchase": lambda before: before == 1,
    "orders": lambda before: before >= 1,
    "margin": lambda before: before >= 1,
}


@dataclass(frozen=True, slots=True)
class Book:
    """Orders that count, sorted by customer and time, with running sums of margin."""

    key: Ints
    running: Floats
    base: int

    @classmethod
    def of(cls, orders: Orders, margin: Floats) -> Book:
        """Index `orders` (sorted by customer and time) with the margin of each."""
        base = int(orders.at.max(initial=0)) + 1_000 * DAY
        counted = np.flatnonzero(orders.counts)
        key = orders.customer[counted] * base + orders.at[counted]
        return cls(key, np.concatenate([[0.0], np.cumsum(margin[counted])]), base)

    def up_to(self, customer: Ints, at: Ints) -> Ints:
        """How many orders of this and all earlier customers lie at or before `at`."""
        late = np.clip(at, -1, self.base - 1)
        return np.asarray(np.searchsorted(self.key, customer * self.base + late, side="right"))

    def between(self, customer: Ints, after: Ints, until: Ints) -> tuple[Ints, Floats]:
        """Number and margin of a customer's orders in (after, until]."""
        first = self.up_to(customer, after)
        last = np.maximum(self.up_to(customer, until), first)
        return last - first, self.running[last] - self.running[first]


@dataclass(frozen=True)
class Case:
    """A firm's conversations, what became of them, and everything its customers would order."""

    contacts: Contacts
    care: Care
    book: Book
    customers: int
    span: Span

    @cached_property
    def losses(self) -> tuple[Ints, Ints]:
        """When each customer is first lost, and when they would be had that not happened."""
        first, second = np.full(self.customers, NEVER), np.full(self.customers, NEVER)
        for index in np.flatnonzero(self.care.lost).tolist():  # sorted by time
            who, end = self.contacts.customer[index], self.contacts.at[index] + GRACE
            if first[who] == NEVER:
                first[who] = end
            elif second[who] == NEVER:
                second[who] = end
        return first, second

    @cached_property
    def path_ends(self) -> Ints:
        """When each conversation's customer is lost through any conversation but this one."""
        first, second = self.losses
        who = self.contacts.customer
        own = self.care.lost & (self.contacts.at + GRACE == first[who])
        return np.where(own, second[who], first[who])

    @cached_property
    def orders_before(self) -> Ints:
        """Orders strictly before each conversation."""
        return self._orders_until(self.contacts.at - 1)

    @cached_property
    def is_known(self) -> Bools:
        """Whether the first order lies at least 30 days before the conversation."""
        return np.asarray(self._orders_until(self.contacts.at - KNOWN_FOR) > 0)

    def _orders_until(self, at: Ints) -> Ints:
        number, _ = self.book.between(self.contacts.customer, np.full(len(at), -1), at)
        return number

    def eligible(self, outcome: str, horizon_days: int) -> Bools:
        """Conversations to compare: an answer asked for, orders before, followed to the end.

        Questions before a purchase are left out, and customers of less than 30 days, as in the
        study's protocol.
        """
        followed = self.contacts.at + GRACE + horizon_days * DAY <= self.span.end
        there = self.care.exists & self.contacts.comparable & ~self.contacts.pre_sale
        return np.asarray(there & followed & self.is_known & POPULATIONS[outcome](self.orders_before))

    def bought_if_kept(self, horizon_days: int) -> Mapping[str, Floats]:
        """What each customer does in (t0, t0 + horizon] if this conversation does not lose them."""
        t0 = self.contacts.at + GRACE
        until = np.minimum(t0 + horizon_days * DAY, self.path_ends)
        number, margin = self.book.between(self.contacts.customer, t0, until)
        any_order = (number > 0).astype(np.float64)
        orders = number.astype(np.float64)
        return {"retention": any_order, "repurchase": any_order, "orders": orders, "margin": margin}

    def gain_for(self, effect: float) -> tuple[float, float]:
        """The gain at which the effect on the answered is `effect`, and the largest there can be."""
        who = self.eligible("retention", 90) & self.care.answered
        largest = float(self.bought_if_kept(90)["retention"][who].mean()) if who.any() else 0.0
        return (effect / largest if largest else 0.0), largest

    def effects(self, gain: float) -> Iterator[dict[str, object]]:
        """One row per outcome, horizon and estimand; rows about nobody are left out."""
        bought = {horizon: self.bought_if_kept(horizon) for horizon in HORIZONS}
        for outcome in POPULATIONS:
            for horizon in HORIZONS:
                who = self.eligible(outcome, horizon)
                kept = bought[horizon][outcome][who]
                for estimand in ESTIMANDS:
                    weight = weights(estimand, self.care.answered[who], self.care.propensity[who])
                    if weight.sum() > 0:
                        value = gain * float(np.average(kept, weights=weight))
                        yield _effect(outcome, horizon, estimand, value)

    def answer_key(self, policy: Policy) -> pd.DataFrame:
        """One row per conversation of the retention study: assignment and both 90-day outcomes.

        For judging a study, never for a firm's files. `y_answered` and `y_unanswered` are whether
        the customer orders in (t0, t0 + 90 days] in either world, coin included.
        """
        who = self.eligible("retention", 90)
        kept = self.bought_if_kept(90)["retention"]
        if_lost = np.where(self.care.at_stake, 0.0, kept)
        better, worse = ("y_answered", "y_unanswered") if policy.keeps else ("y_unanswered", "y_answered")
        return pd.DataFrame(
            {
                "contact": np.flatnonzero(who),
                "customer": self.contacts.customer[who],
                "at_s": self.contacts.at[who],
                "answered": self.care.answered[who],
                "propensity": self.care.propensity[who],
                "queue": self.care.queue[who],
                better: kept[who],
                worse: if_lost[who],
            }
        )


def _effect(outcome: str, horizon: int, estimand: str, value: float) -> dict[str, object]:
    plain = round(value, 6) + 0.0  # + 0.0 so that a truth of nothing is never written -0.0
    return {"outcome": outcome, "horizon_days": horizon, "estimand": estimand, "value": plain}


def weights(estimand: str, answered: Bools, propensity: Floats) -> Floats:
    """How much each conversation counts in the mean that `estimand` is."""
    by_name: Mapping[str, Floats | Bools] = {
        "ATT": answered,
        "ATU": ~answered,
        "ATE": np.ones(len(answered)),
        "ATO": propensity * (1 - propensity),
    }
    return np.asarray(by_name[estimand], dtype=np.float64)

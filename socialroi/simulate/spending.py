"""What a problem costs and an answer restores: for a while its customer spends less.

Each message about a problem decides what its customer spends in the 90 days after its grace time,
until the next one does. So an order hangs on one message at most, and what it would have been worth
had that message been answered, or not, is known to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialroi.errors import UsageError
from socialroi.simulate.care import NEVER
from socialroi.simulate.clock import DAY, GRACE, Bools, Floats, Ints
from socialroi.simulate.demand import Contacts, Orders
from socialroi.simulate.mechanisms import Problem
from socialroi.simulate.shop import Basket, lowered

LASTS = 90 * DAY


@dataclass(frozen=True, slots=True)
class Windows:
    """For each conversation the orders that hang on it: those in (`after`, `until`], seconds."""

    after: Ints
    until: Ints

    @classmethod
    def of(cls, contacts: Contacts) -> Windows:
        """Those about a problem have one: they ask on a social channel, and not before a purchase."""
        after = contacts.at + GRACE
        until = after.copy()
        about = np.flatnonzero(contacts.comparable & ~contacts.pre_sale)
        about = about[np.lexsort((after[about], contacts.customer[about]))]
        own = np.diff(contacts.customer[about], append=-1) == 0
        following = np.where(own, np.roll(after[about], -1), NEVER)
        until[about] = np.minimum(after[about] + LASTS, following)
        return cls(after, until)

    def deciding(self, orders: Orders, contacts: Contacts) -> Ints:
        """The conversation each order hangs on; -1 for none."""
        chosen = np.full(len(orders.at), -1)
        about = np.flatnonzero(self.until > self.after)
        about = about[np.lexsort((self.after[about], contacts.customer[about]))]
        if not len(about):
            return chosen
        base = int(max(orders.at.max(initial=0), self.until[about].max())) + 1
        key = contacts.customer[about] * base + self.after[about]
        last = about[np.searchsorted(key, orders.customer * base + orders.at) - 1]  # before the order
        inside = (self.after[last] < orders.at) & (orders.at <= self.until[last])
        held = inside & (contacts.customer[last] == orders.customer)
        chosen[held] = last[held]
        return chosen


@dataclass(frozen=True, slots=True)
class Spending:
    """Every order as it is (`actual`), as it would be had its message been answered, and had it not.

    `restored` is the margin of each order that its answer is worth.
    """

    actual: Basket
    if_answered: Basket
    if_unanswered: Basket

    @property
    def restored(self) -> Floats:
        """Margin of each order if answered less that if not; 0 for orders that hang on no message."""
        return self.if_answered.margin - self.if_unanswered.margin


def spend(problem: Problem, usual: float, basket: Basket, hangs: Bools, helped: Bools) -> Spending:
    """Lower the baskets of the orders that hang on a message (`hangs`), less so where it `helped`.

    `usual` is the margin a head the answered would leave in their windows without any problem: the
    share that is taken away follows from it. UsageError when they leave less than is to be taken away.
    """
    if problem.lowers > usual:
        raise UsageError(
            f"A problem cannot take a margin of {problem.lowers} away: in this firm the answered leave "
            f"{usual:.2f} a head in the 90 days after a message."
        )
    left = (problem.lowers - problem.restores) / usual
    weight = hangs.astype(np.float64)
    unanswered, answered = weight * (problem.lowers / usual), weight * left
    actual = np.where(helped, answered, unanswered)
    return Spending(lowered(basket, actual), lowered(basket, answered), lowered(basket, unanswered))

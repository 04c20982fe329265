"""Both potential outcomes of every message, and the true effects that follow.

A message changes whether its customer is lost at the end of the grace time, and in worlds with a
problem what its orders are worth. So the times of the orders with the customer kept are the same in
both worlds, and the world in which the customer is lost has none after it. Effects are averaged over
the coin that decides who is at stake, which takes the coin's noise out of the truth; at an effect of
0 and without a problem they are exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from socialroi.simulate.care import NEVER, Care, Policy
from socialroi.simulate.clock import DAY, GRACE, HOUR, Bools, Floats, Ints, Span
from socialroi.simulate.demand import Contacts, Orders
from socialroi.simulate.opening import is_staffed
from socialroi.simulate.spending import Windows

HORIZONS = (30, 90, 180, 365)
ESTIMANDS = ("ATT", "ATU", "ATE", "ATO")
#: What is compared: an answer in time with none, or one within the hour with a later one or none.
CONTRASTS = ("answered", "fast")
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
    """A firm's conversations, what became of them, and everything its customers would order.

    `restored` holds, where there are problems, the margin an answer is worth to the orders that hang
    on it (see `spending`), those in (`windows.after`, `windows.until`].
    """

    contacts: Contacts
    care: Care
    book: Book
    customers: int
    span: Span
    windows: Windows | None = None
    restored: Book | None = None

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

    def treated(self, contrast: str) -> Bools:
        """Which conversations got what `contrast` is about."""
        return self.care.helped if contrast == "fast" else self.care.answered

    def chance(self, contrast: str) -> Floats:
        """The true chance of that."""
        fast = contrast == "fast"
        return self.care.propensity * self.care.quick_chance if fast else self.care.propensity

    def matters(self, contrast: str) -> Floats:
        """1 where being treated is what helps: in time is not enough where only speed counts."""
        return np.ones(len(self.contacts)) if contrast == "fast" else self.care.quick.astype(np.float64)

    @cached_property
    def is_staffed(self) -> Bools:
        """Whether somebody could have answered within the hour."""
        return is_staffed(self.contacts.department, self.contacts.at, self.span, HOUR)

    def eligible(self, outcome: str, horizon_days: int, contrast: str = "answered") -> Bools:
        """Conversations to compare: an answer asked for, orders before, followed to the end.

        Questions before a purchase are left out, and customers of less than 30 days, as in the
        study's protocol; for speed also messages that nobody was there to answer within the hour.
        """
        followed = self.contacts.at + GRACE + horizon_days * DAY <= self.span.end
        there = self.care.exists & self.contacts.comparable & ~self.contacts.pre_sale
        if contrast == "fast":
            there &= self.is_staffed
        return np.asarray(there & followed & self.is_known & POPULATIONS[outcome](self.orders_before))

    def bought_if_kept(self, horizon_days: int) -> Mapping[str, Floats]:
        """What each customer does in (t0, t0 + horizon] if this conversation does not lose them."""
        t0 = self.contacts.at + GRACE
        until = np.minimum(t0 + horizon_days * DAY, self.path_ends)
        number, margin = self.book.between(self.contacts.customer, t0, until)
        any_order = (number > 0).astype(np.float64)
        orders = number.astype(np.float64)
        return {"retention": any_order, "repurchase": any_order, "orders": orders, "margin": margin}

    def margin_restored(self, horizon_days: int) -> Floats:
        """Margin in (t0, t0 + horizon] that an answer is worth to a customer who is kept."""
        if self.windows is None or self.restored is None:
            return np.zeros(len(self.contacts))
        after = self.windows.after
        until = np.minimum(after + horizon_days * DAY, np.minimum(self.windows.until, self.path_ends))
        _, margin = self.restored.between(self.contacts.customer, after, until)
        return margin

    def gain_for(self, effect: float, contrast: str) -> tuple[float, float]:
        """The gain at which the effect on the treated is `effect`, and the largest there can be."""
        who = self.eligible("retention", 90, contrast) & self.treated(contrast)
        largest = float(self.bought_if_kept(90)["retention"][who].mean()) if who.any() else 0.0
        return (effect / largest if largest else 0.0), largest

    def effects(self, gain: float, contrast: str = "answered") -> Iterator[dict[str, object]]:
        """One row per outcome, horizon and estimand; rows about nobody are left out."""
        treated, chance, matters = self.treated(contrast), self.chance(contrast), self.matters(contrast)
        bought = {horizon: self.bought_if_kept(horizon) for horizon in HORIZONS}
        for outcome in POPULATIONS:
            for horizon in HORIZONS:
                who = self.eligible(outcome, horizon, contrast)
                kept, more = bought[horizon][outcome] * matters, np.zeros(len(who))
                if outcome == "margin":
                    more = self.margin_restored(horizon)
                    # the book holds what was spent; what is lost is spent in the losing arm only
                    kept = kept - more * treated if gain >= 0 else kept + more * ~treated
                for estimand in ESTIMANDS:
                    weight = weights(estimand, treated[who], chance[who])
                    if weight.sum() > 0:
                        value = gain * float(np.average(kept[who], weights=weight))
                        value += float(np.average(more[who], weights=weight))
                        yield _effect(outcome, horizon, estimand, value, contrast)

    def answer_key(self, policy: Policy, contrast: str = "answered") -> pd.DataFrame:
        """One row per conversation of the retention study: assignment and both 90-day outcomes.

        For judging a study, never for a firm's files. `y_answered` and `y_unanswered` are whether
        the customer orders in (t0, t0 + 90 days] in either world, coin included; under the contrast
        "fast" read fast for answered.
        """
        who = self.eligible("retention", 90, contrast)
        kept = self.bought_if_kept(90)["retention"]
        at_stake = self.care.at_stake & (self.matters(contrast) > 0)
        if_lost = np.where(at_stake, 0.0, kept)
        better, worse = ("y_answered", "y_unanswered") if policy.keeps else ("y_unanswered", "y_answered")
        return pd.DataFrame(
            {
                "contact": np.flatnonzero(who),
                "customer": self.contacts.customer[who],
                "at_s": self.contacts.at[who],
                "answered": self.treated(contrast)[who],
                "propensity": self.chance(contrast)[who],
                "queue": self.care.queue[who],
                better: kept[who],
                worse: if_lost[who],
            }
        )


def _effect(outcome: str, horizon: int, estimand: str, value: float, contrast: str) -> dict[str, object]:
    plain = round(value, 6) + 0.0  # + 0.0 so that a truth of nothing is never written -0.0
    row: dict[str, object] = {"outcome": outcome, "horizon_days": horizon, "estimand": estimand}
    if contrast != CONTRASTS[0]:
        row["contrast"] = contrast
    return {**row, "value": plain}


def weights(estimand: str, answered: Bools, propensity: Floats) -> Floats:
    """How much each conversation counts in the mean that `estimand` is."""
    by_name: Mapping[str, Floats | Bools] = {
        "ATT": answered,
        "ATU": ~answered,
        "ATE": np.ones(len(answered)),
        "ATO": propensity * (1 - propensity),
    }
    return np.asarray(by_name[estimand], dtype=np.float64)

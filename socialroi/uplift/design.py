"""What every design of the study has in common: units, who of them is compared, what was before and after.

A unit is what is compared: a message, an order, a customer on a day. Time zero lies `start_us` after it.
Whether it was treated is read from [unit, time zero), what the customer did afterwards from
(time zero, time zero + follow-up], and everything compared on from strictly before the unit. Every unit
is either compared or counted in the flow with one reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from socialroi.result import Exclusion, Unknown, Working
from socialroi.stats.contrasts import Estimand
from socialroi.store import Store
from socialroi.uplift.covariates import GROUPS, Group
from socialroi.uplift.outcomes import Bools, Floats, Outcome
from socialroi.uplift.past import DAY_US, UNIT, WINDOWS, Ints, Ledger, until
from socialroi.uplift.sides import Sides
from socialroi.uplift.sql import COVERAGE

HOUR_US = DAY_US // 24
#: A customer is compared only when the first order lies at least this far before the unit.
KNOWN_FOR_US = 30 * DAY_US
#: Why a unit is not compared, and where that is not so.
Condition = tuple[str, Bools]


@dataclass(frozen=True)
class Design:
    """The units of one rung for one outcome.

    `units` has one row a unit: `customer_id`, `person` (a code), `at_us`, `treated`, `first_order_at` and
    what is known of it. `standing` are the conditions that come before the number of orders, `seen` those
    after it. `candidates` are the rows whose past `customers` and `contacts` tell. `groups` are the columns
    compared on, `estimand` the number that is shown. `untold` is why the outcome cannot be read.
    """

    rung: str
    outcome: Outcome
    sides: Sides
    start_us: int
    orders_end_us: int | None
    units: pd.DataFrame
    everybody: str
    standing: tuple[Condition, ...]
    seen: tuple[Condition, ...]
    candidates: Ints
    customers: Ledger
    contacts: Ledger
    working: tuple[Working, ...]
    groups: tuple[Group, ...] = GROUPS
    estimand: Estimand = "ATO"
    untold: Unknown | None = None

    def follow_up_us(self, horizon_days: int) -> int:
        """From the unit to the end of the follow-up."""
        return self.start_us + horizon_days * DAY_US

    def is_followed(self, horizon_days: int) -> Bools:
        """Whether the orders of the whole follow-up are known, for every unit."""
        at_us = self.units["at_us"].to_numpy()
        if self.orders_end_us is None:
            return np.zeros(len(at_us), bool)
        return np.asarray(at_us + self.follow_up_us(horizon_days) <= self.orders_end_us)

    @cached_property
    def orders_before(self) -> Floats:
        """Orders strictly before each unit, for every unit."""
        return self._everywhere(self.customers.at("orders", UNIT))

    @cached_property
    def _until_followed(self) -> tuple[Condition, ...]:
        """The conditions that are the same for every follow-up."""
        enough = np.asarray(self.outcome.counts(self.orders_before))
        return (*self.standing, (self.outcome.left_out, enough), *self.seen)

    def conditions(self, horizon_days: int) -> tuple[Condition, ...]:
        """What a unit must meet to be compared, in order: the reason if not, and where it holds."""
        followed = f"The order export ends before the {horizon_days} days of follow-up are over."
        return (*self._until_followed, (followed, self.is_followed(horizon_days)))

    def flow(self, horizon_days: int) -> tuple[Exclusion, ...]:
        """Every unit accounted for: left out for the first reason that applies, or compared."""
        remaining = np.ones(len(self.units), bool)
        steps = [Exclusion(self.everybody, 0, int(remaining.sum()))]
        for sentence, holds in self.conditions(horizon_days):
            left_out = int((remaining & ~holds).sum())
            remaining = remaining & holds
            steps.append(Exclusion(sentence, left_out, int(remaining.sum())))
        return tuple(steps)

    def eligible(self, horizon_days: int) -> Bools:
        """Which units are compared."""
        return every(self.conditions(horizon_days))

    def pending(self, horizon_days: int) -> Bools:
        """Which units will be compared as well once their follow-up is over."""
        return every(self._until_followed) & ~self.is_followed(horizon_days)

    def trial(self, horizon_days: int) -> pd.DataFrame:
        """The compared units, one row each: what is known, their past, `grace_orders`, `bought` and `y`."""
        rows = self._rows(self.eligible(horizon_days), UNIT)
        place = self._places(rows)
        start, end = until(self.start_us), until(self.follow_up_us(horizon_days))
        total = self.customers.between(self.outcome.column, start, end)[place]
        return rows.assign(
            grace_orders=self.customers.between("orders", UNIT, start)[place],
            bought=self._counted(total, self.customers.between("orders", start, end)[place]),
            y=self.outcome.of(total),
        )

    def earlier(self, horizon_days: int, base: int, end: int) -> pd.DataFrame:
        """The same comparison of orders in [unit + base, unit + end), before any answer.

        The past is told as of `base`, and the customer must have belonged to the population then.
        """
        holds = dict(self.conditions(horizon_days))
        del holds[self.outcome.left_out]
        then = np.asarray(self.outcome.counts(self._everywhere(self.customers.at("orders", base))))
        known = known_since(self.units, KNOWN_FOR_US - base)
        rows = self._rows(every((*holds.items(), ("", then), ("", known))), base)
        place = self._places(rows)
        total = self.customers.between(self.outcome.column, base, end)[place]
        orders = self.customers.between("orders", base, end)[place]
        return rows.assign(bought=self._counted(total, orders), y=self.outcome.of(total))

    def _counted(self, total: Floats, orders: Floats) -> Bools:
        """What people are counted by: whether it happened, where that is the outcome, else any order."""
        return np.asarray((total if self.outcome.is_share else orders) > 0)

    def _everywhere(self, values: Floats) -> Floats:
        """Values of the candidates laid out over all units, 0 elsewhere."""
        out = np.zeros(len(self.units))
        out[self.candidates] = values
        return out

    def _places(self, rows: pd.DataFrame) -> Ints:
        """Where the rows of some units lie among the candidates."""
        return np.searchsorted(self.candidates, rows.index.to_numpy())

    def _rows(self, keep: Bools, base: int) -> pd.DataFrame:
        """What is known of some units, with the past of their customers as of `base`."""
        rows = self.units[keep]
        place = self._places(rows)
        moment_us = rows["at_us"].to_numpy() + base
        past = {
            "orders": self.customers.at("orders", base)[place],
            "amount": self.customers.at("amount", base)[place],
            "recency_days": (moment_us - self.customers.last(base)[place]) / DAY_US,
            "tenure_days": (moment_us - microseconds(rows["first_order_at"])) / DAY_US,
            "contacts": self.contacts.at("contacts", base)[place],
        }
        last_contact = self.contacts.last(base)[place]
        past["contact_days"] = np.where(past["contacts"] > 0, (moment_us - last_contact) / DAY_US, np.nan)
        if base in self.customers.known:
            past["categories"] = self.customers.known[base][place]
        for days in WINDOWS:
            start = base - days * DAY_US
            past[f"orders_{days}"] = self.customers.between("orders", start, base)[place]
            past[f"amount_{days}"] = self.customers.between("amount", start, base)[place]
        return rows.assign(**past)


def orders_end_us(store: Store) -> int | None:
    """Where the export of orders ends, in microseconds; None without orders."""
    (end,) = store.one(COVERAGE)
    return None if end is None else int(np.datetime64(end, "us").astype(np.int64))


def known_since(units: pd.DataFrame, lead_us: int) -> Bools:
    """Whether the first order lies at least `lead_us` before the unit."""
    first = units["first_order_at"]
    early = microseconds(first) <= units["at_us"].to_numpy() - lead_us
    return np.asarray(first.notna().to_numpy() & early)


def every(conditions: Iterable[Condition]) -> Bools:
    """Where every condition holds."""
    return np.asarray(np.logical_and.reduce([holds for _, holds in conditions]), dtype=np.bool_)


def microseconds(instants: pd.Series) -> Ints:
    """Instants as whole microseconds; missing ones are 0."""
    values = instants.to_numpy("datetime64[us]")
    return np.where(np.isnat(values), 0, values.astype(np.int64))

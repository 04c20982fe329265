"""Rung A's design: which messages are compared, who was answered, what came after.

A trial is one inbound social message that needs an answer. Time zero is the end of the grace time.
Whether it was answered is read from [message, time zero), what the customer did afterwards from
(time zero, time zero + follow-up], and everything compared on from strictly before the message.
Every conversation in the data is either compared or counted in the flow with one reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from socialroi.result import Exclusion, Working
from socialroi.store import Store
from socialroi.uplift.outcomes import Bools, Floats, Outcome
from socialroi.uplift.past import (
    BASES,
    DAY_US,
    MESSAGE,
    WINDOWS,
    Ints,
    Ledger,
    bought,
    moments,
    until,
    written,
)
from socialroi.uplift.sql import COVERAGE, MESSAGES

HOUR_US = DAY_US // 24
#: A customer is compared only when the first order lies at least this far before the message.
KNOWN_FOR_US = 30 * DAY_US
#: Topics of people who ask before they buy; their messages are counted and reported apart.
PRE_SALE_TOPICS = frozenset(
    {"presale", "pre sale", "pre purchase", "before purchase", "availability", "quote", "sales question"}
)
#: Grace times at which the headline is looked at again, in hours.
GRACES_H = (1.0, 4.0, 24.0, 72.0)
_PRE_SALE = "The message is a question before a purchase; those are reported apart."
_NEWCOMER = "The customer's first order was less than 30 days before the message, or never."


@dataclass(frozen=True)
class Design:
    """All messages of a store as candidates for one outcome; see `emulate`.

    `messages` has one row a conversation (sql.MESSAGES) plus `opened_us` and `answered`; `customers`
    and `contacts` tell the past of those that may be compared, whose row numbers are `candidates`.
    """

    outcome: Outcome
    grace_us: int
    orders_end_us: int | None
    messages: pd.DataFrame
    candidates: Ints
    customers: Ledger
    contacts: Ledger
    working: tuple[Working, ...]

    @property
    def grace_h(self) -> float:
        """The grace time in hours."""
        return self.grace_us / HOUR_US

    def with_grace(self, grace_h: float) -> Design:
        """The same messages with another of `GRACES_H`; only the primary follow-up can be asked of it."""
        grace_us = round(grace_h * HOUR_US)
        return replace(self, grace_us=grace_us, messages=_with_exposure(self.messages, grace_us))

    def follow_up_us(self, horizon_days: int) -> int:
        """From the message to the end of the follow-up."""
        return self.grace_us + horizon_days * DAY_US

    def is_followed(self, horizon_days: int) -> Bools:
        """Whether the orders of the whole follow-up are known, for every message."""
        opened = self.messages["opened_us"].to_numpy()
        if self.orders_end_us is None:
            return np.zeros(len(opened), bool)
        return np.asarray(opened + self.follow_up_us(horizon_days) <= self.orders_end_us)

    @cached_property
    def orders_before(self) -> Floats:
        """Orders strictly before each message, for every message."""
        return self._everywhere(self.customers.at("orders", MESSAGE))

    def conditions(self, horizon_days: int, *, pre_sale: bool = False) -> Iterator[tuple[str, Bools]]:
        """What a message must meet to be compared, in order: the reason if not, and where it holds.

        `pre_sale` asks for the questions before a purchase instead of all others.
        """
        for sentence, holds in self._standing:
            yield sentence, ~holds if pre_sale and sentence == _PRE_SALE else holds
        yield (
            f"The order export ends before the {horizon_days} days of follow-up are over.",
            self.is_followed(horizon_days),
        )

    @cached_property
    def _standing(self) -> tuple[tuple[str, Bools], ...]:
        """The conditions that are the same for every follow-up."""
        return (
            *_basic(self.messages),
            (_PRE_SALE, ~_is_pre_sale(self.messages["topic"])),
            (_NEWCOMER, _known_since(self.messages, KNOWN_FOR_US)),
            (self.outcome.left_out, np.asarray(self.outcome.counts(self.orders_before))),
            ("The message export ends before the time for an answer is over.", _is_observed(self)),
        )

    def flow(self, horizon_days: int) -> tuple[Exclusion, ...]:
        """Every conversation accounted for: left out for the first reason that applies, or compared."""
        remaining = np.ones(len(self.messages), bool)
        steps = [Exclusion("All conversations opened by a customer.", 0, int(remaining.sum()))]
        for sentence, holds in self.conditions(horizon_days):
            left_out = int((remaining & ~holds).sum())
            remaining = remaining & holds
            steps.append(Exclusion(sentence, left_out, int(remaining.sum())))
        return tuple(steps)

    def eligible(self, horizon_days: int, *, pre_sale: bool = False) -> Bools:
        """Which messages are compared."""
        return _all(held for _, held in self.conditions(horizon_days, pre_sale=pre_sale))

    def pending(self, horizon_days: int) -> Bools:
        """Which messages will be compared as well once their follow-up is over."""
        *holds, _ = [held for _, held in self.conditions(horizon_days)]
        return _all(holds) & ~self.is_followed(horizon_days)

    def trial(self, horizon_days: int, *, pre_sale: bool = False) -> pd.DataFrame:
        """The compared messages, one row each: attributes, past, `answered`, `grace_orders`, `y`."""
        rows = self._rows(self.eligible(horizon_days, pre_sale=pre_sale), MESSAGE)
        place = self._places(rows.index.to_numpy())
        start, end = until(self.grace_us), until(self.follow_up_us(horizon_days))
        total = self.customers.between(self.outcome.column, start, end)[place]
        return rows.assign(
            grace_orders=self.customers.between("orders", MESSAGE, start)[place],
            bought=self.customers.between("orders", start, end)[place] > 0,
            y=self.outcome.of(total),
        )

    def earlier(self, horizon_days: int, base: int, end: int) -> pd.DataFrame:
        """The same comparison of orders in [message + base, message + end), before any answer.

        The past is told as of `base`, and the customer must have belonged to the population then.
        """
        holds = dict(self.conditions(horizon_days))
        del holds[self.outcome.left_out]
        then = self._everywhere(self.customers.at("orders", base))
        known = _known_since(self.messages, KNOWN_FOR_US - base)
        keep = _all((*holds.values(), np.asarray(self.outcome.counts(then)), known))
        rows = self._rows(keep, base)
        place = self._places(rows.index.to_numpy())
        total = self.customers.between(self.outcome.column, base, end)[place]
        orders = self.customers.between("orders", base, end)[place]
        return rows.assign(bought=orders > 0, y=self.outcome.of(total))

    @cached_property
    def is_linked(self) -> Bools:
        """Whether a message was tied beforehand, or regardless of the answer, to a known customer."""
        return _all(held for _, held in _linkage(self.messages))

    @cached_property
    def asks_and_is_observed(self) -> Bools:
        """Whether a message needs an answer and it is known if it got one, whoever wrote it."""
        return _all((*(held for _, held in _asking(self.messages)), _is_observed(self)))

    def _everywhere(self, values: Floats) -> Floats:
        """Values of the candidates laid out over all messages, 0 elsewhere."""
        out = np.zeros(len(self.messages))
        out[self.candidates] = values
        return out

    def _places(self, numbers: Ints) -> Ints:
        return np.searchsorted(self.candidates, numbers)

    def _rows(self, keep: Bools, base: int) -> pd.DataFrame:
        """The attributes of some messages with the past of their customers as of `base`."""
        rows = self.messages[keep]
        place = self._places(rows.index.to_numpy())
        moment_us = rows["opened_us"].to_numpy() + base
        first_us = _microseconds(rows["first_order_at"])
        past = {
            "orders": self.customers.at("orders", base)[place],
            "amount": self.customers.at("amount", base)[place],
            "recency_days": (moment_us - self.customers.last(base)[place]) / DAY_US,
            "tenure_days": (moment_us - first_us) / DAY_US,
            "contacts": self.contacts.at("contacts", base)[place],
        }
        last_contact = self.contacts.last(base)[place]
        past["contact_days"] = np.where(past["contacts"] > 0, (moment_us - last_contact) / DAY_US, np.nan)
        for days in WINDOWS:
            start = base - days * DAY_US
            past[f"orders_{days}"] = self.customers.between("orders", start, base)[place]
            past[f"amount_{days}"] = self.customers.between("amount", start, base)[place]
        return rows.assign(**past)


def emulate(store: Store, outcome: Outcome, horizons: tuple[int, ...], grace_h: float = 24.0) -> Design:
    """Read every message of `store` with the past of its customer.

    `horizons` are the days of follow-up that may be asked for later, the primary one first; `grace_h`
    hours from the message to time zero. Three queries, whatever the number of horizons.
    """
    grace_us = round(grace_h * HOUR_US)
    others = tuple(round(hours * HOUR_US) for hours in GRACES_H)
    messages = store.frame(MESSAGES)
    working = [Working(MESSAGES, {}, len(messages))]
    messages = _with_exposure(messages, grace_us)
    basic = _all(held for _, held in _basic(messages))
    candidates = np.flatnonzero(basic & _known_since(messages, KNOWN_FOR_US)).astype(np.int64)
    customers, asked = bought(store, candidates, moments(grace_us, horizons, others))
    contacts, wrote = written(store, candidates, BASES)
    (orders_end,) = store.one(COVERAGE)
    end_us = None if orders_end is None else int(np.datetime64(orders_end, "us").astype(np.int64))
    working += [asked, wrote]
    return Design(outcome, grace_us, end_us, messages, candidates, customers, contacts, tuple(working))


def _with_exposure(messages: pd.DataFrame, grace_us: int) -> pd.DataFrame:
    """Add when each message came, whether a person answered before time zero, and whose it is."""
    opened = _microseconds(messages["opened_at"])
    replied = _microseconds(messages["first_reply_at"])
    answered = messages["first_reply_at"].notna().to_numpy() & (replied < opened + grace_us)
    person, _ = pd.factorize(messages["customer_id"])
    return messages.assign(opened_us=opened, answered=answered, person=person)


def _basic(messages: pd.DataFrame) -> Iterator[tuple[str, Bools]]:
    """The conditions that need no look at what the customer bought."""
    yield from _asking(messages)
    yield from _linkage(messages)


def _asking(messages: pd.DataFrame) -> Iterator[tuple[str, Bools]]:
    """Whether an answer was due, and whether its absence would show."""
    yield "The channel is not a social one.", messages["social"].to_numpy(bool)
    yield (
        "The export is not declared to keep unanswered conversations.",
        (messages["keeps_unanswered"] == "yes").to_numpy(bool),
    )
    yield "The message needs no answer.", messages["needs_response"].to_numpy(bool)


def _linkage(messages: pd.DataFrame) -> Iterator[tuple[str, Bools]]:
    """Whether the writer was known as a customer without the help of the answer."""
    linked_at = messages["linked_at"]
    yield "The message is not linked to anybody.", messages["customer_id"].notna().to_numpy()
    yield (
        "The link to the customer was made only after the message, perhaps by the answer.",
        (linked_at.isna() | (linked_at <= messages["opened_at"])).to_numpy(bool),
    )
    yield "Whoever wrote was not known as a customer before the message.", messages["known"].to_numpy(bool)


def _known_since(messages: pd.DataFrame, lead_us: int) -> Bools:
    """Whether the first order lies at least `lead_us` before the message."""
    first = messages["first_order_at"]
    early = _microseconds(first) <= messages["opened_us"].to_numpy() - lead_us
    return np.asarray(first.notna().to_numpy() & early)


def _is_observed(design: Design) -> Bools:
    """Whether the message export reaches the end of the grace time."""
    seen = _microseconds(design.messages["observed_until"])
    known = design.messages["observed_until"].notna().to_numpy()
    return np.asarray(known & (seen >= design.messages["opened_us"].to_numpy() + design.grace_us))


def _all(holds: Iterable[Bools]) -> Bools:
    """Where every condition holds."""
    return np.asarray(np.logical_and.reduce(list(holds)), dtype=np.bool_)


def _is_pre_sale(topic: pd.Series) -> Bools:
    """Whether a topic is one of questions before a purchase, however it is spelled."""
    words = topic.astype("string").str.casefold().str.replace(r"[^a-z]+", " ", regex=True).str.strip()
    return np.asarray(words.isin(PRE_SALE_TOPICS).to_numpy(bool))


def _microseconds(instants: pd.Series) -> Ints:
    """Instants as whole microseconds; missing ones are 0."""
    values = instants.to_numpy("datetime64[us]")
    return np.where(np.isnat(values), 0, values.astype(np.int64))

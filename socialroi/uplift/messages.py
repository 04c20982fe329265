"""Rung A's design: of people who all asked, who was answered and what came after.

A unit is one inbound social message that needs an answer. Time zero is the end of the grace time. Rungs
R and A' look at the same messages and divide them otherwise; see `chance` and `speed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialroi.result import Working
from socialroi.store import Store
from socialroi.uplift import goods, sides, words
from socialroi.uplift.design import (
    HOUR_US,
    KNOWN_FOR_US,
    Condition,
    Design,
    every,
    known_since,
    microseconds,
    orders_end_us,
)
from socialroi.uplift.outcomes import Bools, Outcome
from socialroi.uplift.past import BASES, Units, bought, moments, next_orders, written
from socialroi.uplift.sides import Sides
from socialroi.uplift.sql import MESSAGES

#: Topics of people who ask before they buy; their messages are counted and reported apart.
PRE_SALE_TOPICS = frozenset(
    {"presale", "pre sale", "pre purchase", "before purchase", "availability", "quote", "sales question"}
)
#: Grace times at which the headline is looked at again, in hours.
GRACES_H = (1.0, 4.0, 24.0, 72.0)
#: The columns of few different words.
WORDS = (
    "channel", "department", "topic", "segment", "acquisition_channel", "first_order_channel",
)  # fmt: skip
_PRE_SALE = "The message is a question before a purchase; those are reported apart."
_NEWCOMER = "The customer's first order was less than 30 days before the message, or never."


@dataclass(frozen=True)
class Messages(Design):
    """All messages of a store as candidates for one outcome.

    Beside what every design has, `units` says of each whether it was `answered` in the grace time, when
    first (`replied_us`, 0 for never) and when the customer next ordered after it (`next_us`, likewise).
    `own` are the conditions of a rung that divides messages by something else than the answer; they are
    among the standing ones too.
    """

    own: tuple[Condition, ...] = ()

    @property
    def grace_h(self) -> float:
        """The grace time in hours."""
        return self.start_us / HOUR_US

    def with_grace(self, grace_h: float) -> Messages:
        """The same messages with another of `GRACES_H`; only the primary follow-up can be asked of it."""
        grace_us = round(grace_h * HOUR_US)
        units = _with_answer(self.units, grace_us)
        return replace(
            self,
            sides=sides.answered(words.hours(grace_us)),
            start_us=grace_us,
            units=units,
            seen=tuple(_observed(units, grace_us)),
        )

    def before_a_purchase(self) -> Messages:
        """The questions before a purchase instead of all others."""
        turned = tuple((why, ~holds if why == _PRE_SALE else holds) for why, holds in self.standing)
        return replace(self, standing=turned)

    @property
    def is_linked(self) -> Bools:
        """Whether a message was tied beforehand, or regardless of the answer, to a known customer."""
        return every(_linkage(self.units))

    @property
    def asks_and_is_observed(self) -> Bools:
        """Whether a message needs an answer and it is known if it got one, whoever wrote it."""
        return every((*_asking(self.units), *self.own, *self.seen))

    def plainly(self) -> Messages:
        """The same comparison without any columns: the plain difference of the arms."""
        return replace(self, groups=(), estimand="ATE")

    def divided(self, name: str, treated: Bools, words_for: Sides, own: tuple[Condition, ...]) -> Messages:
        """The same messages divided otherwise, as rung `name`; those that do not meet `own` are left out."""
        return replace(
            self, rung=name, sides=words_for, units=self.units.assign(treated=treated),
            standing=(*self.standing, *own), own=own,
        )  # fmt: skip


def emulate(store: Store, outcome: Outcome, horizons: tuple[int, ...], grace_h: float = 24.0) -> Messages:
    """Read every message of `store` with the past of its customer.

    `horizons` are the days of follow-up that may be asked for later, the primary one first; `grace_h`
    hours from the message to time zero. Five queries, whatever the number of horizons.
    """
    grace_us = round(grace_h * HOUR_US)
    others = tuple(round(hours * HOUR_US) for hours in GRACES_H)
    found = store.frame(MESSAGES)
    person, _ = pd.factorize(found["customer_id"])
    at_us, replied_us = microseconds(found["opened_at"]), microseconds(found["first_reply_at"])
    # text as numbered words: the same few are compared again and again
    worded = {name: found[name].astype("category") for name in WORDS}
    units = _with_answer(found.assign(at_us=at_us, replied_us=replied_us, person=person, **worded), grace_us)
    basic = (*_asking(units), *_linkage(units))
    candidates = np.flatnonzero(every(basic) & known_since(units, KNOWN_FOR_US)).astype(np.int64)
    about = Units.of(units["customer_id"].iloc[candidates], at_us[candidates])
    customers, asked = bought(store, about, moments(grace_us, horizons, others))
    contacts, wrote = written(store, about, BASES)
    units["next_us"] = np.int64(0)
    units.loc[candidates, "next_us"], came = next_orders(store, about, grace_us)
    design = Messages(
        rung="A",
        outcome=outcome,
        sides=sides.answered(words.hours(grace_us)),
        start_us=grace_us,
        orders_end_us=orders_end_us(store),
        units=units,
        everybody="All conversations opened by a customer.",
        standing=(
            *basic,
            (_PRE_SALE, ~_is_pre_sale(units["topic"])),
            (_NEWCOMER, known_since(units, KNOWN_FOR_US)),
        ),
        seen=tuple(_observed(units, grace_us)),
        candidates=candidates,
        customers=customers,
        contacts=contacts,
        working=(Working(MESSAGES, {}, len(units)), asked, wrote, came),
    )
    return goods.followed(store, design, about, horizons, others)


def _with_answer(units: pd.DataFrame, grace_us: int) -> pd.DataFrame:
    """Add whether a person answered before time zero."""
    replied_us = units["replied_us"].to_numpy()
    answered = (replied_us > 0) & (replied_us < units["at_us"].to_numpy() + grace_us)
    return units.assign(answered=answered, treated=answered)


def _asking(units: pd.DataFrame) -> Iterator[Condition]:
    """Whether an answer was due, and whether its absence would show."""
    yield "The channel is not a social one.", units["social"].to_numpy(bool)
    yield (
        "The export is not declared to keep unanswered conversations.",
        (units["keeps_unanswered"] == "yes").to_numpy(bool),
    )
    yield "The message needs no answer.", units["needs_response"].to_numpy(bool)


def _linkage(units: pd.DataFrame) -> Iterator[Condition]:
    """Whether the writer was known as a customer without the help of the answer."""
    linked_at = units["linked_at"]
    yield "The message is not linked to anybody.", units["customer_id"].notna().to_numpy()
    yield (
        "The link to the customer was made only after the message, perhaps by the answer.",
        (linked_at.isna() | (linked_at <= units["opened_at"])).to_numpy(bool),
    )
    yield "Whoever wrote was not known as a customer before the message.", units["known"].to_numpy(bool)


def _observed(units: pd.DataFrame, grace_us: int) -> Iterator[Condition]:
    """Whether the message export reaches the end of the grace time."""
    seen = microseconds(units["observed_until"])
    known = units["observed_until"].notna().to_numpy()
    reaches = np.asarray(known & (seen >= units["at_us"].to_numpy() + grace_us))
    yield "The message export ends before the time for an answer is over.", reaches


def _is_pre_sale(topic: pd.Series) -> Bools:
    """Whether a topic is one of questions before a purchase, however it is spelled."""
    plain = topic.astype("string").str.casefold().str.replace(r"[^a-z]+", " ", regex=True).str.strip()
    return np.asarray(plain.isin(PRE_SALE_TOPICS).to_numpy(bool))

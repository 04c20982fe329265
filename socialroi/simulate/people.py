"""Customers with what nobody sees: how often they would order, and when they silently leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from socialroi.simulate.clock import Bools, Floats, Texts
from socialroi.simulate.mechanisms import Habits

SEGMENTS = ("standard", "plus")
REGIONS = ("north", "south", "east", "west")
ACQUISITION = ("search", "instagram", "referral", "email", "direct")
CHANNELS = ("twitter", "instagram", "facebook", "whatsapp", "email")

#: Log-odds of an answer by channel; e-mail has its own rule.
CHANNEL_WEIGHT = np.array([-0.3, 0.0, 0.1, 0.4, 0.0])
EMAIL = CHANNELS.index("email")

_ORDERS_A_DAY = 1 / 55
_LEAVES_A_DAY = 1 / 200
_SHAPE = 1.5  # of both gamma distributions: a coefficient of variation of 0.8
_BUYERS_SHARE = 0.95
_JOIN_UNTIL = 0.85  # of the firm's days; later joiners could not be followed


@dataclass(frozen=True, slots=True)
class People:
    """One entry a customer. Times are days since the firm's start, rates per day.

    `leaves` is when the customer silently stops; `talk` multiplies how readily they write;
    `buyer` is False for people who only ever ask. `channel` is where they usually write.
    """

    joins: Floats
    leaves: Floats
    rate: Floats
    talk: Floats
    buyer: Bools
    segment: np.ndarray
    region: np.ndarray
    acquisition: np.ndarray
    channel: np.ndarray

    def __len__(self) -> int:
        return len(self.joins)

    @property
    def recognised(self) -> Floats:
        """Standardised log order rate: what staff who know their customers know."""
        logs = np.log(self.rate)
        return np.asarray((logs - logs.mean()) / (logs.std() or 1.0))


def draw_people(rng: np.random.Generator, customers: int, days: int, habits: Habits) -> People:
    """Draw `customers` people who join over the first 85 % of `days`."""
    plus = rng.random(customers) < 0.25
    rate = rng.gamma(_SHAPE, _ORDERS_A_DAY / _SHAPE, customers) * np.where(plus, 1.35, 1.0) + 1e-4
    hazard = rng.gamma(_SHAPE, _LEAVES_A_DAY / _SHAPE, customers) * np.where(plus, 0.75, 1.0) + 1e-5
    joins = rng.random(customers) * days * _JOIN_UNTIL
    stays = rng.exponential(1.0, customers) / hazard
    return People(
        joins=joins,
        leaves=joins + (stays if habits.leave else np.inf),
        rate=rate,
        talk=rng.gamma(4.0, 0.25, customers) * (rate / rate.mean()) ** habits.loyal,
        buyer=rng.random(customers) < _BUYERS_SHARE,
        segment=plus.astype(np.int64),
        region=rng.integers(0, len(REGIONS), customers),
        acquisition=rng.choice(len(ACQUISITION), customers, p=[0.35, 0.2, 0.15, 0.15, 0.15]),
        channel=rng.choice(len(CHANNELS), customers, p=[0.26, 0.22, 0.18, 0.16, 0.18]),
    )


def named(names: tuple[str, ...], index: np.ndarray) -> Texts:
    """Names by index, as an array of text."""
    return np.asarray(np.array(names, dtype=object)[index])

"""The firm at work: who is answered within the grace time, and who leaves for want of an answer.

Conversations are handled one after the other because the queue a message meets depends on every
answer before it. All randomness is drawn beforehand, one number a conversation, so that two worlds
differ only in what is changed on purpose (common random numbers).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import exp, log1p

import numpy as np
from scipy.special import expit, ndtr, ndtri

from socialroi.simulate.clock import DAY, GRACE, HOUR, Bools, Floats, Ints, Span, hours, is_night
from socialroi.simulate.demand import DEPARTMENTS, Contacts
from socialroi.simulate.mechanisms import Mechanism
from socialroi.simulate.people import CHANNEL_WEIGHT, People

#: Never in reach: later than the end of any firm.
NEVER = np.int64(2**62)

_ANSWERED_EMAIL = 0.97
_ANSWERED_PRAISE = 0.25
_MEDIAN_MIN = np.array([38.0, 70.0, 26.0])  # minutes to the first answer by department, when open
_SPREAD = 1.1


@dataclass(frozen=True, slots=True)
class Draws:
    """The luck of every conversation, fixed before anything happens; arrays of one entry each.

    `offset` is the log-odds of an answer before the queue and the firm's own level, `per_queue`
    what log(1 + queue) adds; `wait` the seconds an answer takes if it comes in time; `luck` and
    `coin` are uniform.
    """

    offset: Floats
    luck: Floats
    coin: Floats
    wait: Ints
    per_queue: float


@dataclass(frozen=True, slots=True)
class Policy:
    """How readily staff answer (`level`, added to every log-odds) and how much an answer matters.

    `gain` is the chance that an answer in time keeps a customer who would else be lost at the end
    of the grace time; negative, that it loses one who would else have stayed.
    """

    level: float
    gain: float

    @property
    def keeps(self) -> bool:
        """Whether an answer keeps customers (True) or loses them."""
        return self.gain >= 0


@dataclass(frozen=True, slots=True)
class Care:
    """What became of every conversation, also of those that a lost customer never opened.

    `answered` within the grace time; `propensity` the true chance of that; `queue` how many of the
    department's conversations of the last 24 h were waiting; `exists` is False for conversations
    of a customer already lost. `at_stake` says whether its answer decides about the customer;
    `lost` that it did, against the firm.
    """

    answered: Bools
    propensity: Floats
    queue: Ints
    exists: Bools
    at_stake: Bools
    lost: Bools


def draw_luck(
    rng: np.random.Generator, people: People, contacts: Contacts, mechanism: Mechanism, span: Span
) -> Draws:
    """Everything about the answers that does not depend on the queue."""
    free = span.is_free_day(contacts.at)
    offset = (
        mechanism.night * is_night(contacts.at)
        + mechanism.weekend * free
        + mechanism.channel * CHANNEL_WEIGHT[contacts.channel]
        + mechanism.plus * people.segment[contacts.customer]
        + mechanism.leaving * contacts.leaving
        + mechanism.rate * people.recognised[contacts.customer]
    )
    n = len(contacts)
    wait = _draw_waits(rng, contacts, free)
    return Draws(offset, rng.random(n), rng.random(n), wait, mechanism.queue)


def _draw_waits(rng: np.random.Generator, contacts: Contacts, free: Bools) -> Ints:
    """Seconds to an answer that comes in time: log-normal by department, from opening time on.

    Cut off at the grace time by drawing from the truncated distribution, never by clipping, which
    would pile answers up at 24 h.
    """
    hour = contacts.at % DAY / HOUR
    until_seven = np.where(hour >= 22, 31 - hour, np.maximum(7 - hour, 0)) * HOUR
    closed_for = until_seven + 1.5 * HOUR * free
    median = _MEDIAN_MIN[contacts.department] * 60 * np.where(hours(contacts.at) >= 18, 1.6, 1.0)
    below = ndtr(np.log((GRACE - 60 - closed_for) / median) / _SPREAD)
    z = ndtri(np.maximum(rng.random(len(contacts)) * below, 1e-12))
    wait = closed_for + 20 + median * np.exp(_SPREAD * z)
    return np.asarray(wait.astype(np.int64).clip(1, GRACE - 1))


def work(contacts: Contacts, draws: Draws, policy: Policy) -> Care:
    """Answer the conversations in order of arrival under `policy`.

    Praise and e-mail follow their own fixed chances and decide about nobody.
    """
    at_stake = contacts.comparable & (draws.coin < abs(policy.gain))
    answered, propensity, queue, exists = _serve(contacts, draws, policy, at_stake)
    lost = at_stake & (answered != policy.keeps)
    return Care(answered, propensity, queue, exists, at_stake, lost)


def _serve(
    contacts: Contacts, draws: Draws, policy: Policy, at_stake: Bools
) -> tuple[Bools, Floats, Ints, Bools]:
    """The loop over arrivals; over lists, which Python reads faster than arrays."""
    fixed = np.where(contacts.asks, _ANSWERED_EMAIL, _ANSWERED_PRAISE)
    waiting: list[list[int]] = [[] for _ in DEPARTMENTS]  # heaps of when each stops waiting
    gone: dict[int, int] = {}
    answered, propensity, queue, exists = [], [], [], []
    for at, customer, department, comparable, usual, offset, luck, wait, decides in zip(
        contacts.at.tolist(), contacts.customer.tolist(), contacts.department.tolist(),
        contacts.comparable.tolist(), fixed.tolist(), draws.offset.tolist(), draws.luck.tolist(),
        draws.wait.tolist(), at_stake.tolist(), strict=True,
    ):  # fmt: skip
        line = waiting[department]
        while line and line[0] <= at:
            heapq.heappop(line)
        logit = policy.level + offset + draws.per_queue * log1p(len(line))
        chance = 1 / (1 + exp(-logit)) if comparable else usual
        reply = luck < chance
        here = gone.get(customer, NEVER) > at
        answered.append(reply)
        propensity.append(chance)
        queue.append(len(line))
        exists.append(here)
        if here:
            heapq.heappush(line, at + wait if reply else at + DAY)
            if decides and reply != policy.keeps:
                gone.setdefault(customer, at + GRACE)
    return np.array(answered, bool), np.array(propensity), np.array(queue, np.int64), np.array(exists, bool)


def level_for(share: float, contacts: Contacts, draws: Draws, queue: Ints) -> float:
    """The level at which `share` of the comparable conversations are answered, by bisection."""
    logits = (draws.offset + draws.per_queue * np.log1p(queue))[contacts.comparable]
    low, high = -30.0, 30.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(middle + logits).mean() < share else (low, middle)
    return (low + high) / 2

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
from scipy.special import expit, logit, ndtr, ndtri

from socialroi.simulate.clock import DAY, GRACE, HOUR, Bools, Floats, Ints, Span, hours, is_night
from socialroi.simulate.demand import DEPARTMENTS, Contacts
from socialroi.simulate.mechanisms import Mechanism, Speed
from socialroi.simulate.opening import is_staffed, seconds_to_opening
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
    `coin` are uniform. `pace` says the same of an answer's speed.
    """

    offset: Floats
    luck: Floats
    coin: Floats
    wait: Ints
    per_queue: float
    pace: Pace


@dataclass(frozen=True, slots=True)
class Pace:
    """Whether an answer, if it comes in time, is quick: `offset` and `per_queue` are log-odds as in
    `Draws`, infinite where every answer counts as quick, `luck` uniform, `slow` the seconds an answer
    takes that is not quick.
    """

    offset: Floats
    per_queue: float
    luck: Floats
    slow: Ints


@dataclass(frozen=True, slots=True)
class Policy:
    """How readily staff answer (`level`) and how quickly (`pace`), both added to log-odds, and how much
    an answer matters.

    `gain` is the chance that an answer in time keeps a customer who would else be lost at the end
    of the grace time; negative, that it loses one who would else have stayed.
    """

    level: float
    gain: float
    pace: float = 0.0

    @property
    def keeps(self) -> bool:
        """Whether an answer keeps customers (True) or loses them."""
        return self.gain >= 0


@dataclass(frozen=True, slots=True)
class Care:
    """What became of every conversation, also of those that a lost customer never opened.

    `answered` within the grace time; `propensity` the true chance of that; `queue` how many of the
    department's conversations of the last 24 h were waiting; `exists` is False for conversations
    of a customer already lost. `quick` is whether an answer is or would be quick, `quick_chance` the
    true chance of that, and `helped` that there is an answer in time and it is quick: only that has an
    effect, and in most worlds every answer is quick. `wait` are the seconds to an answer in time.
    `at_stake` says whether its answer decides about the customer; `lost` that it did, against the firm.
    """

    answered: Bools
    propensity: Floats
    queue: Ints
    exists: Bools
    quick: Bools
    quick_chance: Floats
    wait: Ints
    at_stake: Bools
    lost: Bools

    @property
    def helped(self) -> Bools:
        """Whether an answer came and was quick enough to matter."""
        return self.answered & self.quick


def draw_luck(
    rngs: tuple[np.random.Generator, np.random.Generator],
    people: People,
    contacts: Contacts,
    mechanism: Mechanism,
    span: Span,
) -> Draws:
    """Everything about the answers that does not depend on the queue; the second stream is for speed."""
    rng, other = rngs
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
    luck, coin = rng.random(n), rng.random(n)
    if mechanism.speed is None:
        pace = Pace(np.full(n, np.inf), 0.0, np.zeros(n), wait)
    else:
        pace = _draw_pace(other, contacts, mechanism.speed, span)
        wait = _draw_quick(other, contacts, span)
    return Draws(offset, luck, coin, wait, mechanism.queue, pace)


def _draw_pace(rng: np.random.Generator, contacts: Contacts, speed: Speed, span: Span) -> Pace:
    """How quick answers are; where nobody is there within the hour, none can be."""
    usual = speed.late * (hours(contacts.at) >= 18) + np.array(speed.topic)[contacts.topic]
    there = is_staffed(contacts.department, contacts.at, span, HOUR)
    n = len(contacts)
    slow = (HOUR * np.exp(rng.random(n) * np.log((GRACE - 1) / (HOUR + 1)))).astype(np.int64) + 1
    return Pace(np.where(there, usual, -np.inf), speed.queue, rng.random(n), slow.clip(HOUR + 1, GRACE - 1))


def _draw_quick(rng: np.random.Generator, contacts: Contacts, span: Span) -> Ints:
    """Seconds to a quick answer: within the hour, and not before the department opens."""
    opens = np.minimum(seconds_to_opening(contacts.department, contacts.at, span), HOUR - 60)
    return np.asarray(opens + 20 + (rng.random(len(contacts)) * (HOUR - 30 - opens)).astype(np.int64))


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
    answered, propensity, queue, exists, quick = _serve(contacts, draws, policy, at_stake)
    chance = expit(policy.pace + draws.pace.offset + draws.pace.per_queue * np.log1p(queue))
    wait = np.where(quick, draws.wait, draws.pace.slow)
    lost = at_stake & ((answered & quick) != policy.keeps)
    return Care(answered, propensity, queue, exists, quick, chance, wait, at_stake, lost)


def _serve(
    contacts: Contacts, draws: Draws, policy: Policy, at_stake: Bools
) -> tuple[Bools, Floats, Ints, Bools, Bools]:
    """The loop over arrivals; over lists, which Python reads faster than arrays."""
    fixed = np.where(contacts.asks, _ANSWERED_EMAIL, _ANSWERED_PRAISE)
    waiting: list[list[int]] = [[] for _ in DEPARTMENTS]  # heaps of when each stops waiting
    gone: dict[int, int] = {}
    pace = draws.pace
    hurry = logit(pace.luck) - pace.offset - policy.pace  # quick where the queue leaves more than this
    answered, propensity, queue, exists, quick = [], [], [], [], []
    for at, customer, department, comparable, usual, offset, luck, wait, slow, needed, decides in zip(
        contacts.at.tolist(), contacts.customer.tolist(), contacts.department.tolist(),
        contacts.comparable.tolist(), fixed.tolist(), draws.offset.tolist(), draws.luck.tolist(),
        draws.wait.tolist(), pace.slow.tolist(), hurry.tolist(), at_stake.tolist(), strict=True,
    ):  # fmt: skip
        line = waiting[department]
        while line and line[0] <= at:
            heapq.heappop(line)
        odds = policy.level + offset + draws.per_queue * log1p(len(line))
        chance = 1 / (1 + exp(-odds)) if comparable else usual
        reply = luck < chance
        in_the_hour = needed < pace.per_queue * log1p(len(line))
        here = gone.get(customer, NEVER) > at
        answered.append(reply)
        propensity.append(chance)
        queue.append(len(line))
        exists.append(here)
        quick.append(in_the_hour)
        if here:
            until_reply = wait if in_the_hour else slow
            heapq.heappush(line, at + until_reply if reply else at + DAY)
            if decides and (reply and in_the_hour) != policy.keeps:
                gone.setdefault(customer, at + GRACE)
    return (
        np.array(answered, bool), np.array(propensity), np.array(queue, np.int64),
        np.array(exists, bool), np.array(quick, bool),
    )  # fmt: skip


def level_for(share: float, contacts: Contacts, draws: Draws, queue: Ints) -> float:
    """The level at which `share` of the comparable conversations are answered, by bisection."""
    return _shift_for(share, (draws.offset + draws.per_queue * np.log1p(queue))[contacts.comparable])


def pace_for(speed: Speed | None, contacts: Contacts, draws: Draws, answered: Bools, queue: Ints) -> float:
    """The level at which the share of `speed` of the comparable messages answered get it quickly."""
    if speed is None:
        return 0.0
    return _shift_for(
        speed.share,
        (draws.pace.offset + draws.pace.per_queue * np.log1p(queue))[contacts.comparable & answered],
    )


def _shift_for(share: float, logits: Floats) -> float:
    """What to add to `logits` so that their mean chance is `share`, by bisection."""
    low, high = -30.0, 30.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(middle + logits).mean() < share else (low, middle)
    return (low + high) / 2

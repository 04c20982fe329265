"""How the invented staff choose whom to answer, and whom they answer: one named mechanism a world.

A mechanism is a set of weights on the log-odds of an answer within the grace time. Those of
`observed` are all in the files, so an honest study can adjust for them; the others break one
assumption each, and a study is judged by whether it notices. Some worlds also have other customers
(`Habits`), something to make good (`Problem`) or a desk whose speed is what counts (`Speed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from socialroi.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Habits:
    """What the customers of a world are like; the defaults are those of `observed`.

    `leave`: some day they silently stop. `per_order`, `unprompted`: factors on how often an order, or
    nothing at all, makes them write. `loyal`: power of the order rate in how readily they write.
    `about_orders`: what makes them write is always something about an order.
    """

    leave: bool = True
    per_order: float = 1.0
    unprompted: float = 1.0
    loyal: float = 0.0
    about_orders: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What a message is about costs the firm `lowers` of margin a head in the 90 days after the grace
    time, of which an answer in time brings back `restores` (both in currency, means of the answered).
    """

    lowers: float
    restores: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Only an answer within the hour has an effect; these are weights on the log-odds of one, given
    that there is an answer: `late` from 18 o'clock on, `queue` times log(1 + queue at arrival), `topic`
    in the order of `TOPICS`. `share` of the social messages answered in time are answered so fast.
    """

    share: float = 0.5
    late: float = -0.8
    queue: float = -0.4
    topic: tuple[float, ...] = (0.3, 0.0, -0.3, 0.6, -0.8, 0.4, -0.5, 0.0)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Weights on the log-odds of an answer; `sentence` says what the world does and breaks.

    `night`, `weekend`, `channel`, `plus`: for messages at night, at the weekend or on a holiday, by
    channel (a factor on the channel's own weight), of customers of segment "plus". `queue`: times
    log(1 + queue at arrival). `leaving`: for people who have already decided to leave; no file says
    so. `rate`: times the standardised log order rate, which staff know and the files do not.
    `answered` is the share answered where nobody says otherwise.
    """

    name: str
    sentence: str
    night: float = -1.2
    weekend: float = -0.7
    channel: float = 1.0
    plus: float = 0.25
    queue: float = -0.35
    leaving: float = 0.0
    rate: float = 0.0
    randomised: bool = False
    linked_by_reply: bool = False
    keeps_unanswered: bool = True
    urgency_known: bool = True
    answered: float = 0.85
    habits: Habits = Habits()
    problem: Problem | None = None
    speed: Speed | None = None


_ALL = (
    Mechanism(
        "observed",
        "Who is answered depends only on hour, weekday, queue, channel and segment, all of which are in "
        "the files.",
    ),
    Mechanism(
        "randomised",
        "A coin decides who is answered, and the files say which side it fell on.",
        night=0, weekend=0, channel=0, plus=0, queue=0, randomised=True,
    ),
    Mechanism(
        "hidden",
        "A quarter of the people who write have half decided to leave, whatever the answer; staff sense "
        "it and answer them less, and neither the files nor past orders show it.",
        leaving=-1.4,
    ),
    Mechanism(
        "vip",
        "Staff recognise customers who order often, beyond what the files show, and answer them more.",
        rate=0.9,
    ),
    Mechanism(
        "linked_by_reply",
        "Most social conversations are tied to a customer only when somebody answers, so the unanswered "
        "are largely without a customer.",
        linked_by_reply=True,
    ),
    Mechanism(
        "unanswered_by_hour",
        "Nobody answers at night and nearly everybody is answered by day, so there is nobody to compare.",
        night=-9.0, weekend=0, channel=0, plus=0, queue=0,
    ),
    Mechanism(
        "answered_only",
        "As observed, but the export leaves out conversations that were never answered, and says so.",
        keeps_unanswered=False,
    ),
    Mechanism(
        "stable",
        "Nobody silently leaves; customers who buy more also write more readily.",
        habits=Habits(leave=False, per_order=0.45, unprompted=0.6, loyal=0.5),
    ),
    Mechanism(
        "triggered",
        "Nobody silently leaves, and nobody writes but after a purchase.",
        habits=Habits(leave=False, per_order=0.55, unprompted=0.0),
    ),
    Mechanism(
        "recovery",
        "People write because something went wrong, at any time: it lowers what they spend in the 90 days "
        "after the grace time by 10 of margin a head, and an answer in time restores 6. Nobody silently "
        "leaves, so those who write spend less than those who do not, although an answer helps.",
        habits=Habits(leave=False, per_order=0.0, unprompted=2.4, about_orders=True),
        problem=Problem(lowers=10.0, restores=6.0),
    ),
    Mechanism(
        "urgent",
        "Staff answer the urgent more readily; the urgent are those who have half decided to leave, "
        "whatever the answer, and no file says who is urgent.",
        leaving=1.4, urgency_known=False,
    ),
    Mechanism(
        "fast",
        "Nearly everybody is answered within a day, but only an answer within the hour has an effect; who "
        "gets one depends on opening hours, the hour, the queue and the topic, all of them in the files.",
        answered=0.97, speed=Speed(),
    ),
)  # fmt: skip

#: Every mechanism by name.
MECHANISMS: Mapping[str, Mechanism] = {mechanism.name: mechanism for mechanism in _ALL}


def mechanism_named(name: str) -> Mechanism:
    """The mechanism of that name; UnknownName with the nearest one when there is none."""
    if name not in MECHANISMS:
        raise UnknownName("mechanism", name, MECHANISMS)
    return MECHANISMS[name]

"""How the invented staff choose whom to answer: one named mechanism a world.

A mechanism is a set of weights on the log-odds of an answer within the grace time. Those of
`observed` are all in the files, so an honest study can adjust for them; the others break one
assumption each, and a study is judged by whether it notices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from socialroi.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Mechanism:
    """Weights on the log-odds of an answer; `sentence` says what the world does and breaks.

    `night`, `weekend`, `channel`, `plus`: for messages at night, at the weekend or on a holiday, by
    channel (a factor on the channel's own weight), of customers of segment "plus". `queue`: times
    log(1 + queue at arrival). `leaving`: for people who have already decided to leave; no file says
    so. `rate`: times the standardised log order rate, which staff know and the files do not.
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
)  # fmt: skip

#: Every mechanism by name.
MECHANISMS: Mapping[str, Mechanism] = {mechanism.name: mechanism for mechanism in _ALL}


def mechanism_named(name: str) -> Mechanism:
    """The mechanism of that name; UnknownName with the nearest one when there is none."""
    if name not in MECHANISMS:
        raise UnknownName("mechanism", name, MECHANISMS)
    return MECHANISMS[name]

"""Are there enough people, and if not, how many are needed and from when could there be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from socialroi.result import Check
from socialroi.uplift import words
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import Arms
from socialroi.uplift.past import DAY_US, Ints
from socialroi.uplift.sides import Sides

#: The fewest people in an arm, and the fewest of them who ordered and who did not.
PEOPLE = 100
EVENTS = 20
#: What people are counted by, unless an outcome says otherwise.
ORDERED = "ordered afterwards"
#: An arm smaller than this does not tell its own share of buyers; that of both arms is used.
TELLING = 20
#: A day further away than this is no plan, in days.
TOO_FAR = 3_650


@dataclass(frozen=True, slots=True)
class Need:
    """One arm: how many people it has, how many it needs, and whether it has enough.

    `rarer` counts those with the rarer result (ordered, or did not).
    """

    treated: bool
    have: int
    rarer: int
    needed: int

    @property
    def is_met(self) -> bool:
        """Whether the arm carries a number."""
        return self.have >= PEOPLE and self.rarer >= EVENTS

    @property
    def shortage(self) -> float:
        """How many times as many people are needed; at most 1 when it is met."""
        return self.needed / max(self.have, 0.5)


def needs(arms: Arms) -> tuple[Need, Need]:
    """What both arms have and need, the worse one first."""
    both = [_need(arms, treated) for treated in (True, False)]
    worse, better = sorted(both, key=lambda need: (need.is_met, -need.shortage))
    return worse, better


def check(arms: Arms, sides: Sides, happened: str = ORDERED) -> Check:
    """Whether both arms hold 100 people, 20 of whom ordered (or what `happened` says) and 20 did not."""
    worse, other = needs(arms)
    if worse.is_met:
        treated, control = (worse, other) if worse.treated else (other, worse)
        sentence = (
            f"{treated.have:,} people {sides.treated} and {control.have:,} {sides.control}; "
            f"{PEOPLE} of each are needed, {EVENTS} of whom {happened} and {EVENTS} of whom did not."
        )
    else:
        sentence = f"{missing(worse, sides, happened)} are needed."
    return Check("counts", float(worse.have), float(worse.needed), worse.is_met, sentence)


def missing(need: Need, sides: Sides, happened: str = ORDERED) -> str:
    """What is missing, up to the number: "Only 14 people were left unanswered; about 120"."""
    fate = sides.fate(need.treated)
    wanted = words.about(need.needed)
    if need.have >= PEOPLE:
        return (
            f"Of {need.have:,} people {fate}, only {need.rarer} had the rarer of the two results "
            f"({happened} or not) and {EVENTS} must; about {wanted} people"
        )
    if need.have == 0:
        return f"Nobody was {fate}; about {wanted} people"
    if need.have == 1:
        return f"Only 1 person was {fate}; about {wanted}"
    return f"Only {need.have} people were {fate}; about {wanted}"


def possible_from(design: Design, horizon_days: int, need: Need) -> datetime | None:
    """From which day on there are enough people at the current rate; None when that is not foreseeable.

    Units whose follow-up is still running are counted as they are; only what is still missing after
    them is extrapolated, at the rate of all comparable ones so far.
    """
    first_us, begin_us, end_us = _first_units(design, horizon_days, need.treated)
    wait_us = design.follow_up_us(horizon_days)
    if len(first_us) >= need.needed:
        return _instant(first_us[need.needed - 1] + wait_us)
    if len(first_us) == 0 or end_us <= begin_us:
        return None
    more_us = (need.needed - len(first_us)) * (end_us - begin_us) / len(first_us)
    return _instant(end_us + more_us + wait_us) if more_us < TOO_FAR * DAY_US else None


def when(design: Design, horizon_days: int, need: Need) -> str:
    """The sentences that say from when an answer is possible, and who is still being followed."""
    moment = possible_from(design, horizon_days, need)
    first_us, _, _ = _first_units(design, horizon_days, need.treated)
    more = len(first_us) - need.have
    waiting = f"{more:,} more are still within their {horizon_days} days of follow-up. " if more > 0 else ""
    if moment is None:
        return f"{waiting}At the current rate that will not happen: plan a fair test."
    return (
        f"{waiting}At the current rate an answer is possible from {words.day(moment)}; a fair test is faster."
    )


def _need(arms: Arms, treated: bool) -> Need:
    have, rarer = arms.people(treated), min(arms.buyers(treated))
    share_of_all = min(arms.bought.mean(), 1 - arms.bought.mean()) if len(arms.y) else 0.0
    share = rarer / have if have >= TELLING and rarer else share_of_all
    needed = max(PEOPLE, math.ceil(EVENTS / share) if share else PEOPLE)
    if have >= PEOPLE and rarer < EVENTS:
        needed = max(needed, math.ceil(have * EVENTS / max(rarer, 1)))
    return Need(treated, have, rarer, needed)


def _first_units(design: Design, horizon_days: int, treated: bool) -> tuple[Ints, int, int]:
    """When each person of an arm first came in, follow-up over or not, and the span of all such units."""
    rows = design.units[design.eligible(horizon_days) | design.pending(horizon_days)]
    if rows.empty:
        return np.zeros(0, dtype=np.int64), 0, 0
    arm = rows[rows["treated"] == treated]
    first = np.sort(arm.groupby("person")["at_us"].min().to_numpy(np.int64))
    return first, int(rows["at_us"].min()), int(rows["at_us"].max())


def _instant(microseconds: float) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=int(microseconds))  # naive UTC, as everywhere

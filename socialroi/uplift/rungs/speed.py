"""Rung A': answered fast against later or not at all, where nearly everybody is answered.

Asked only when answered against unanswered fails for want of people. Fast is what was promised, else one
hour, and never chosen from the outcomes. Time zero is the end of the grace time for both arms.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from socialroi.result import Check, Rung, Unknown, Working
from socialroi.store import Store
from socialroi.uplift import detail, notes, rung, sides, words
from socialroi.uplift.design import every
from socialroi.uplift.examine import Question
from socialroi.uplift.messages import Messages
from socialroi.uplift.rung import Beside
from socialroi.uplift.rungs import answered

#: Fast, where nothing was promised, in seconds.
HOUR_S = 3_600.0
#: Messages whose topic must be known.
TOPIC_SHARE = 0.8
#: The promise in force when each message came, else an hour, and whether anybody was at work between the
#: message and its end; where no opening hours are declared, somebody was.
PROMISED = """
with desks as (
    select distinct department from service_clock
),
asked as (
    select
        e.episode_id,
        e.opened_at,
        e.social,
        coalesce(d.department, '') as desk,
        coalesce(e.promised_s, $hour_s) as limit_s
    from episodes as e
    left join desks as d on d.department = e.department
),
open_from as (
    select
        a.episode_id,
        f.open_before_s + date_diff(
            'second', f.opens_at, case when a.opened_at < f.closes_at then a.opened_at else f.closes_at end
        ) as open_s
    from asked as a
    join service_clock as f
      on f.department = a.desk and f.day = cast(date_trunc('day', a.opened_at) as date)
     and a.opened_at >= f.opens_at and a.opened_at < f.next_at
),
open_until as (
    select
        a.episode_id,
        g.open_before_s + date_diff(
            'second', g.opens_at,
            case
                when a.opened_at + to_seconds(cast(a.limit_s as bigint)) < g.closes_at
                    then a.opened_at + to_seconds(cast(a.limit_s as bigint))
                else g.closes_at
            end
        ) as open_s
    from asked as a
    join service_clock as g
      on g.department = a.desk
     and g.day = cast(date_trunc('day', a.opened_at + to_seconds(cast(a.limit_s as bigint))) as date)
     and a.opened_at + to_seconds(cast(a.limit_s as bigint)) >= g.opens_at
     and a.opened_at + to_seconds(cast(a.limit_s as bigint)) < g.next_at
)
select
    a.limit_s,
    coalesce(u.open_s > f.open_s, true) as staffed
from asked as a
left join open_from as f on f.episode_id = a.episode_id
left join open_until as u on u.episode_id = a.episode_id
order by a.opened_at, a.episode_id
"""
_CLOSED = "Nobody was at work between the message and the end of the promised time."
_TOO_LONG = "The promised time is not shorter than the grace time."


def answer(asked: Question, store: Store) -> tuple[Rung, Working]:
    """The rung of fast against later answers, or why there is none."""
    design = asked.design
    assert isinstance(design, Messages)
    divided, working = _divided(design, store)
    asked = asked.of(divided)
    about = answered.population(asked)
    absent = answered.obstacle(asked)
    if absent:
        return rung.without_data(asked, about, absent), working
    found = rung.find(asked, (*answered.gates(asked), _topics(divided)), ("ATO", "ATT", "ATU"))
    numbers = {**detail.secondary(found), **detail.grace_orders(found)}
    said = (notes.ASSUMPTION, notes.REPEATS, *answered.grace(found), *answered.about_the_others(found))
    return rung.row(found, about, Beside(numbers, said)), working


def not_needed(asked: Question) -> Rung:
    """The row where answered against unanswered has people enough."""
    absent = Unknown(
        "not_needed",
        "Not asked: there are enough unanswered people for the question whether answering matters at all.",
    )
    design = asked.design
    assert isinstance(design, Messages)
    sides_of = _words(np.array([HOUR_S]), design)
    asked = asked.of(design.divided("Aprime", np.zeros(len(design.units), bool), sides_of, ()))
    row = rung.without_data(asked, answered.population(asked), absent)
    return replace(row, sentence=absent.sentence)


def _divided(design: Messages, store: Store) -> tuple[Messages, Working]:
    """The messages by how fast they were answered."""
    params = {"hour_s": HOUR_S}
    found = store.frame(PROMISED, **params)
    limit_us = (found["limit_s"].to_numpy(np.float64) * 1e6).astype(np.int64)
    units = design.units
    replied_us, at_us = units["replied_us"].to_numpy(), units["at_us"].to_numpy()
    fast = (replied_us > 0) & (replied_us <= at_us + limit_us)
    own = (
        (_TOO_LONG, np.asarray(limit_us < design.start_us)),
        (_CLOSED, found["staffed"].to_numpy(bool)),
    )
    used = found["limit_s"].to_numpy(np.float64)[every((*own, ("", units["social"].to_numpy(bool))))]
    divided = design.divided("Aprime", np.asarray(fast), _words(used, design), own)
    return divided, Working(PROMISED, params, len(found))


def _words(limits_s: np.ndarray, design: Messages) -> sides.Sides:
    """The arms in words: the promise where it is the same everywhere."""
    limit = words.hours(round(limits_s[0] * 1e6)) if len(np.unique(limits_s)) == 1 else "the promised time"
    return sides.fast(limit, words.hours(design.start_us))


def _topics(design: Messages) -> Check:
    """Whether what the messages are about is known; speed follows the topic more than anything."""
    rows = design.units[design.asks_and_is_observed & design.is_linked]
    share = float(rows["topic"].notna().mean()) if len(rows) else 0.0
    passed = share >= TOPIC_SHARE
    sentence = (
        f"{share:.0%} of the messages say what they are about; {TOPIC_SHARE:.0%} are needed."
        if passed
        else f"Only {share:.0%} of the messages say what they are about, and easy ones are answered faster; "
        f"it would pass with a topic for {TOPIC_SHARE:.0%} of them."
    )
    return Check("topic", share, TOPIC_SHARE, passed, sentence)

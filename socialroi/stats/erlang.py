"""How many people it takes to answer in time: the Erlang C queue.

Messages arrive at random (Poisson) at a steady rate, each takes one person an exponential time, whoever
finds everybody busy waits in order and nobody gives up. Real queues have rushes, and customers who leave
do not wait; so the numbers are right for an hour of steady demand and optimistic for a day's average.
Source: Erlang 1917; Gross, Shortle, Thompson & Harris 2008, section 2.4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

HOUR_S = 3600.0


def wait_share(arrivals_per_hour: float, handling_s: float, staff: int, longer_than_s: float = 0.0) -> float:
    """Share of arrivals that wait longer than `longer_than_s` before one of `staff` people begins with them.

    With 0 it is the share that waits at all, Erlang's C. It is 1 when there are no more people than work
    keeps busy: then the queue grows without end. Raises ValueError for a rate, time or number below 0.
    """
    load = _load(arrivals_per_hour, handling_s)
    if staff < 0 or not longer_than_s >= 0:
        raise ValueError(f"no such queue: {staff} people, a wait of {longer_than_s} s")
    if load == 0:
        return 0.0
    blocked = 1.0
    for people in range(1, staff + 1):
        blocked = _one_more(blocked, load, people)
    return _waiting(blocked, load, staff, longer_than_s / handling_s)


def staff_needed(arrivals_per_hour: float, handling_s: float, target_s: float, share: float) -> int:
    """The fewest people with whom at least a `share` of arrivals waits no longer than `target_s`.

    These are people at work on messages; breaks and other duties come on top. Raises ValueError for a rate
    or time below 0, or a share that is not strictly between 0 and 1.
    """
    load = _load(arrivals_per_hour, handling_s)
    if not target_s >= 0 or not 0 < share < 1:
        raise ValueError(f"no such target: {share} within {target_s} s")
    if load == 0:
        return 0
    blocked, staff = 1.0, 0
    while _waiting(blocked, load, staff, target_s / handling_s) > 1 - share:
        staff += 1
        blocked = _one_more(blocked, load, staff)
    return staff


def staff_for_promises(
    arrivals_per_hour: float, handling_s: float, promises: Mapping[float, float], share: float
) -> int | None:
    """The fewest people with whom at least a `share` of arrivals is answered within its own promise.

    `promises` holds how many arrivals (in any unit) were promised an answer within how many seconds. All wait
    in one line, in order of arrival, and work must begin one handling time before the promise ends. None when
    no number of people is enough, because too many promises are shorter than the work. Raises ValueError as
    `staff_needed`, and for promises that weigh nothing.
    """
    load = _load(arrivals_per_hour, handling_s)
    weight = sum(promises.values())
    if not 0 < share < 1 or not weight > 0 or min(*promises, *promises.values()) < 0:
        raise ValueError(f"no such target: {share} of {promises}")
    if load == 0:
        return 0
    spare = {(target - handling_s) / handling_s: n / weight for target, n in promises.items()}
    spare = {times: part for times, part in spare.items() if times >= 0}
    if sum(spare.values()) < share + 1e-9:
        return None
    blocked, staff, kept = 1.0, 0, 0.0
    while kept < share:
        staff += 1
        blocked = _one_more(blocked, load, staff)
        kept = sum(part * (1 - _waiting(blocked, load, staff, times)) for times, part in spare.items())
    return staff


def _load(arrivals_per_hour: float, handling_s: float) -> float:
    """How many people the work alone keeps busy (erlangs)."""
    load = arrivals_per_hour * handling_s / HOUR_S
    if not (arrivals_per_hour >= 0 and handling_s >= 0 and math.isfinite(load)):
        raise ValueError(f"no such demand: {arrivals_per_hour} an hour, {handling_s} s each")
    return load


def _one_more(blocked: float, load: float, staff: int) -> float:
    """Erlang's B for `staff` people from that for one fewer; no factorial ever overflows."""
    return load * blocked / (staff + load * blocked)


def _waiting(blocked: float, load: float, staff: int, times_handling: float) -> float:
    """Share that waits longer than so many handling times, from Erlang's B."""
    spare = staff - load
    if spare <= 0:
        return 1.0
    return staff * blocked / (spare + load * blocked) * math.exp(-spare * times_handling)

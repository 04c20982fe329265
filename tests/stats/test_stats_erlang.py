"""Erlang C: published examples, a second implementation in fractions, a simulated queue, limits."""

from __future__ import annotations

import heapq
import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialroi.stats.erlang import staff_for_promises, staff_needed, wait_share


def test_one_person_waits_as_often_as_she_is_busy():
    # M/M/1: P(wait > t) = rho exp(-(1 - rho) t / handling); 12 an hour of 3 minutes: rho = 0.6
    assert wait_share(12, 180, 1) == pytest.approx(0.6)
    assert wait_share(12, 180, 1, 360) == pytest.approx(0.6 * math.exp(-0.8))


def test_two_people_by_hand():
    # load 1, two people: B1 = 1/2, B2 = (1/2) / (2 + 1/2) = 1/5; C = 2 (1/5) / (2 - 1 + 1/5) = 1/3
    assert wait_share(20, 180, 2) == pytest.approx(1 / 3)


def test_the_worked_example_of_360_calls():
    # Mitan Ltd, "The Erlang-C formula": 360 calls of 4 minutes in half an hour, 55 agents: 23.9 % wait,
    # on average 8.2 s, and 84.6 % are answered within 15 s
    waiting = wait_share(720, 240, 55)
    assert round(waiting, 3) == 0.239
    assert round(waiting * 240 / (55 - 48), 1) == 8.2
    assert round(1 - wait_share(720, 240, 55, 15), 3) == 0.846


def test_the_worked_example_of_100_calls():
    # Call Centre Helper, "Erlang C formula": 100 calls of 3 minutes in half an hour, 80 % within 20 s: 14
    # agents, of whose calls 17.4 % wait and 88.8 % are answered in time
    assert staff_needed(200, 180, 20, 0.8) == 14
    assert round(wait_share(200, 180, 14), 3) == 0.174
    assert round(1 - wait_share(200, 180, 14, 20), 3) == 0.888


def in_fractions(load: Fraction, staff: int) -> Fraction:
    """Erlang's C as in the textbook, with factorials."""
    full = load**staff / math.factorial(staff) * staff / (staff - load)
    return full / (sum(load**k / math.factorial(k) for k in range(staff)) + full)


@pytest.mark.parametrize("load", [Fraction(1, 10), Fraction(7, 3), Fraction(10), Fraction(48)])
@pytest.mark.parametrize("spare", [1, 2, 7, 20])
def test_second_implementation(load, spare):
    staff = math.floor(load) + spare
    assert wait_share(float(load), 3600, staff) == pytest.approx(float(in_fractions(load, staff)))


def test_a_simulated_queue_waits_as_often():
    rng = random.Random(3)
    free, now, late, n = [0.0] * 4, 0.0, 0, 60_000
    for _ in range(n):
        now += rng.expovariate(60 / 3600)
        begins = max(now, free[0])
        late += begins - now > 60
        heapq.heapreplace(free, begins + rng.expovariate(1 / 180))
    assert late / n == pytest.approx(wait_share(60, 180, 4, 60), abs=0.02)


@given(st.floats(0.1, 500), st.floats(1, 3600), st.floats(0, 7200), st.floats(0.01, 0.99))
def test_the_answer_is_the_fewest_that_do(arrivals, handling_s, target_s, share):
    staff = staff_needed(arrivals, handling_s, target_s, share)
    assert wait_share(arrivals, handling_s, staff, target_s) <= 1 - share
    assert wait_share(arrivals, handling_s, staff - 1, target_s) > 1 - share


def test_more_work_or_a_stricter_target_never_takes_fewer():
    assert sorted(staff_needed(a, 300, 60, 0.8) for a in range(0, 400, 7)) == [
        staff_needed(a, 300, 60, 0.8) for a in range(0, 400, 7)
    ]
    assert staff_needed(60, 300, 60, 0.9) >= staff_needed(60, 300, 60, 0.8) >= staff_needed(60, 300, 600, 0.8)


def test_edges():
    assert (wait_share(0, 300, 0), staff_needed(0, 300, 0, 0.9)) == (0.0, 0)
    assert wait_share(12, 300, 1) == 1.0  # exactly as much work as one person does
    assert staff_needed(10_000, 3600, 0, 0.8) > 10_000  # no factorial overflows


@pytest.mark.parametrize("bad", [(-1, 300, 60, 0.8), (5, -1, 60, 0.8), (5, 300, -1, 0.8), (5, 300, 60, 1.0),
                                 (math.nan, 300, 60, 0.8), (5, 300, 60, 0.0)])  # fmt: skip
def test_nonsense_is_refused(bad):
    with pytest.raises(ValueError, match="no such"):
        staff_needed(*bad)
    with pytest.raises(ValueError, match="no such"):
        wait_share(5, 300, -1)


@pytest.mark.parametrize(
    ("arrivals", "target_s", "share"), [(20, 300, 0.8), (200, 200, 0.9), (3, 3600, 0.99)]
)
def test_one_promise_for_all_is_a_wait_until_work_must_begin(arrivals, target_s, share):
    assert staff_for_promises(arrivals, 180, {target_s: 7}, share) == staff_needed(
        arrivals, 180, target_s - 180, share
    )


def test_each_is_held_to_its_own_promise():
    # load 1; with two people C = 1/3 and P(wait > t) = exp(-t / 180 s) / 3. Half were promised 180 s (begin
    # at once: 2/3 do), half an hour (begin within 3420 s: all but exp(-19) / 3 do): 5/6 kept. With three
    # people B3 = (1/5) / (3 + 1/5) = 1/16, C = 3/16 / (2 + 1/16) = 1/11: 21/22 kept.
    promises = {180.0: 1.0, 3600.0: 1.0}
    assert [staff_for_promises(20, 180, promises, share) for share in (0.83, 0.84, 0.95, 0.955)] == [
        2,
        3,
        3,
        4,
    ]


def test_no_number_of_people_answers_faster_than_the_work_takes():
    assert staff_for_promises(20, 180, {179: 1}, 0.5) is None
    assert staff_for_promises(20, 180, {179: 1, 3600: 3}, 0.75) is None
    assert staff_for_promises(20, 180, {179: 1, 3600: 3}, 0.74) == 2
    assert staff_for_promises(0, 180, {179: 1}, 0.5) == 0


@pytest.mark.parametrize("promises", [{}, {60: 0}, {-1: 1}, {60: -1, 30: 2}])
def test_nonsense_promises_are_refused(promises):
    with pytest.raises(ValueError, match="no such target"):
        staff_for_promises(10, 60, promises, 0.8)

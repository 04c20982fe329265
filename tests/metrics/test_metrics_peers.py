"""Who answers whom: members' share of answers, ties that are returned, and stepping in."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from community_cases import community, post
from metric_cases import DAY, HOUR, MINUTE, at, conversation, store, talk

from socialroi.metrics import peer_answer_share, reciprocity, time_to_step_in
from socialroi.result import Window
from socialroi.store import Store


def answer(name: str, thread: str, who: str, seconds: float, **more: object) -> dict[str, object]:
    return post(name, thread, who, at(seconds), way="out", **more)


def circle() -> list[dict[str, object]]:
    """Four threads. Ties: b>a, c>a, a>b, d>b, c>d, a>c; staff answers twice, d answers d, b talks to staff.

    a asks t1: b and c answer, staff too. b asks t2: a and d answer. d asks t3: c answers, then d herself.
    c asks t4: staff answers, b replies to staff, a answers c by name.
    """
    return [
        post("t1", "t1", "a", at(0)), answer("1b", "t1", "b", 60), answer("1c", "t1", "c", 120),
        answer("1s", "t1", "s", 180, kind="agent"),
        post("t2", "t2", "b", at(DAY)), answer("2a", "t2", "a", DAY + 60), answer("2d", "t2", "d", DAY + 120),
        post("t3", "t3", "d", at(2 * DAY)), answer("3c", "t3", "c", 2 * DAY + 60),
        answer("3d", "t3", "d", 2 * DAY + 120),
        post("t4", "t4", "c", at(3 * DAY)), answer("4s", "t4", "s", 3 * DAY + 60, kind="agent"),
        answer("4b", "t4", "b", 3 * DAY + 120, reply_to="4s"),
        post("4a", "t4", "a", at(3 * DAY + 180), reply_to="t4"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Store:
    return store(interactions=pd.DataFrame(circle()))


def test_peer_answers_by_hand(place):
    # members: 1b 1c 2a 2d 3c 4a = 6; staff: 1s 4s = 2; 3d answers herself, 4b talks to staff
    reading = peer_answer_share.compute(place, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(6 / 8), 8)
    detail = peer_answer_share.compute_detail(place, Window())
    assert (detail["peer_answers"].value, detail["helpers"].value) == (6, 4)
    # first answers: b, a, c by members; staff in t4; a's own message in t4 opens an episode of no answer
    assert detail["first_answer_by_peer"].value == pytest.approx(3 / 4)
    assert set(peer_answer_share.rows(place, Window())["message_id"]) == {
        "1b", "1c", "1s", "2a", "2d", "3c", "4s", "4a",
    }  # fmt: skip


def test_reciprocity_by_hand(place):
    # b>a and a>b return each other, c>a and a>c too; d>b and c>d do not: 4 of 6
    reading = reciprocity.compute(place, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 6), 6)
    detail = reciprocity.compute_detail(place, Window())
    # four people: 6 of 12 possible ties are there; (4/6 - 1/2) / (1 - 1/2) = 1/3
    assert (detail["ties"].value, detail["people"].value) == (6, 4)
    assert detail["density"].value == pytest.approx(0.5)
    assert detail["above_chance"].value == pytest.approx(1 / 3)
    assert detail["brand"].code == "too_few"  # four people asked


def test_the_brand_returns_what_staff_answer():
    # eight people ask, staff answers five of them and a member the sixth: 5 of 8
    rows = [post(f"m{i}", f"t{i}", f"p{i}", at(i)) for i in range(8)]
    rows += [answer(f"r{i}", f"t{i}", f"s{i}", HOUR, kind="agent" if i < 5 else "peer") for i in range(6)]
    detail = reciprocity.compute_detail(store(interactions=pd.DataFrame(rows)), Window())
    assert (detail["brand"].value, detail["brand"].n) == (pytest.approx(5 / 8), 8)


def test_both_directions_are_looked_for_in_one_time(place):
    # up to day 1 only b>a and c>a exist; with day 1 a>b and d>b: 2 of 4, too few for a number
    value = reciprocity.compute(place, Window(end=at(2 * DAY))).value
    assert (value.code, value.n) == ("too_few", 4)


def test_repeated_answers_are_one_tie():
    rows = circle() + [answer(f"again{i}", "t1", "b", 200 + i) for i in range(9)]
    assert reciprocity.compute(store(interactions=pd.DataFrame(rows)), Window()).value.n == 6


def test_a_care_inbox_has_nothing_to_share():
    rows = [conversation(f"c{i}", f"p{i}", 60, i) for i in range(8)]
    inbox = store(interactions=talk(*rows, end_s=DAY))
    assert peer_answer_share.compute(inbox, Window()).value.code == "no_peers"
    assert reciprocity.compute(inbox, Window()).value.code == "no_peers"
    assert time_to_step_in.compute(inbox, Window()).value.code == "no_data"


def test_a_community_without_staff_has_nothing_to_share():
    rows = [row for row in circle() if row["author_kind"] != "agent"]
    value = peer_answer_share.compute(store(interactions=pd.DataFrame(rows)), Window()).value
    # without 4s, b's answer in t4 names a message that is not there and stands for an answer to c
    assert (value.code, value.n) == ("no_staff", 7)


def test_an_id_that_belongs_to_somebody_is_that_person():
    # "a" also writes as "a2": a2's answer to b is a's, and a2 answering a is nobody answering anybody
    rows = [*circle(), answer("x", "t1", "a2", 300)]
    linked = pd.DataFrame({"kind": ["external"], "value": ["a2"], "customer_id": ["a"], "source": ["crm"]})
    place = store(interactions=pd.DataFrame(rows), identities=linked)
    assert peer_answer_share.compute(place, Window()).value.n == 8
    unlinked = store(interactions=pd.DataFrame(rows))
    assert peer_answer_share.compute(unlinked, Window()).value.n == 9


def plain(rows: list[dict[str, object]]) -> tuple[int, int, set[tuple[str, str]]]:
    """Answers of members, of staff, and ties, read off threads in which answers name nobody."""
    members = staff = 0
    ties = set()
    asker: dict[str, str] = {}
    for row in sorted(rows, key=lambda r: (r["sent_at"], r["direction"] != "in", r["message_id"])):
        thread, who = row["conversation_id"], row["author_id"]
        if row["direction"] == "in":
            asker[thread] = who
        elif thread in asker and row["author_kind"] == "agent":
            staff += 1
        elif thread in asker and asker[thread] != who:
            members += 1
            ties.add((who, asker[thread]))
    return members, staff, ties


@pytest.mark.parametrize("seed", range(4))
def test_second_implementation_on_a_random_forum(seed):
    rows = community([f"p{i}" for i in range(12)], at(0), 120, seed=seed)
    place = store(interactions=pd.DataFrame(rows))
    members, staff, ties = plain(rows)
    share, back = peer_answer_share.compute(place, Window()), reciprocity.compute(place, Window())
    assert (share.value.value, share.value.n) == (pytest.approx(members / (members + staff)), members + staff)
    returned = sum((b, a) in ties for a, b in ties)
    assert (back.value.value, back.value.n) == (pytest.approx(returned / len(ties)), len(ties))


def test_ties_set_at_random_are_returned_no_more_than_by_chance():
    rng = random.Random(2)
    people = [f"p{i}" for i in range(40)]
    rows = []
    for i in range(400):
        asker, helper = rng.sample(people, 2)
        rows += [post(f"m{i}", f"t{i}", asker, at(i * HOUR)), answer(f"r{i}", f"t{i}", helper, i * HOUR + 60)]
    value = reciprocity.compute_detail(store(interactions=pd.DataFrame(rows)), Window())["above_chance"]
    assert value.low < 0 < value.high


def harsh() -> list[dict[str, object]]:
    """Six threads, each with a hostile answer by m, an hour after the question.

    t0 staff after 10 min, t1 a third member after 20 min, t2 the victim after 5 and staff after 30 min,
    t3 the attacker again, t4 a third member as hostile as the first, then staff after 40 min, t5 nobody.
    """
    rows = []
    for i in range(6):
        start = i * DAY
        rows += [
            post(f"t{i}", f"t{i}", f"v{i}", at(start)),
            answer(f"h{i}", f"t{i}", "m", start + HOUR, sentiment=-0.8),
        ]

    def later(i: int, minutes: int) -> float:
        return i * DAY + HOUR + minutes * MINUTE

    return [
        *rows,
        answer("s0", "t0", "s", later(0, 10), kind="agent"),
        answer("s1", "t1", "friend", later(1, 20), sentiment=0.5),
        post("v2", "t2", "v2", at(later(2, 5))), answer("s2", "t2", "s", later(2, 30), kind="agent"),
        answer("h3b", "t3", "m", later(3, 5), sentiment=-0.9),
        answer("h4b", "t4", "other", later(4, 5), sentiment=-0.9),
        answer("s4", "t4", "s", later(4, 40), kind="agent"),
        answer("end", "end", "s", 20 * DAY, kind="agent"),
    ]  # fmt: skip


def test_stepping_in_by_hand():
    # waits in minutes 10 20 30 40 and two still open: S(30) = 3/6, so the median is 30
    place = store(interactions=pd.DataFrame(harsh()))
    reading = time_to_step_in.compute(place, Window())
    assert (reading.value.value, reading.value.n) == (30 * MINUTE, 6)
    listed = time_to_step_in.rows(place, Window()).set_index("conversation_id")
    assert listed["stepped_at"].isna().sum() == 2
    assert listed.loc["t4", "waited_s"] == 40 * MINUTE


def test_nobody_steps_in_where_nothing_is_hostile_or_nothing_is_known():
    calm = pd.DataFrame(harsh())
    mild = store(interactions=calm.assign(sentiment=calm["sentiment"].abs()))
    assert time_to_step_in.compute(mild, Window()).value.code == "none_hostile"
    mute = store(interactions=calm.drop(columns="sentiment"))
    assert time_to_step_in.compute(mute, Window()).value.code == "not_recorded"

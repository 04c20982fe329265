"""First posts: answered or not, and who comes back; a planted difference and what confounds it."""

from __future__ import annotations

import random
from datetime import timedelta

import pandas as pd
import pytest
from community_cases import community, post
from metric_cases import DAY, HOUR, at, store

from socialroi.metrics import newcomer_answer_rate, newcomer_return, newcomers
from socialroi.result import Estimate, Unknown, Window
from socialroi.store import Store

H = Window(horizon_days=30)


def end(days: float) -> dict[str, object]:
    """The last message of the forum: a note of the system, which answers nobody."""
    return post("end", "end", None, at(days * DAY), kind="system", way="out")


def forum() -> list[dict[str, object]]:
    """Eight people write for the first time; the export ends on day 60.

    ann    day 0,  answered after 1 h by bob, thanks on day 1, helps fay, asks again      answered, returns
    ben    day 1,  answered after 80 h (too late), never again                           unanswered
    cat    day 2,  answers herself after 1 h, nobody else; new question on day 20        unanswered, returns
    dan    day 3,  answered by staff after 2 h, says thanks and nothing more             answered
    eve    day 4,  nobody; helps ann on day 10                                           unanswered, returns
    fay    day 5,  answered by ann after 71 h; asks again on day 45 (40 days later)      answered
    gus    day 40, nobody; followed for 20 days only                                     not followed
    hal    day 59, nobody; followed for 1 day                                            too young for both
    bob first shows by answering ann, so he is a helper and no newcomer.
    """
    h = HOUR

    def ask(who: str, day: float, no: int = 1) -> dict[str, object]:
        return post(f"{who}{no}", f"{who}{no}", who, at(day * DAY))

    def answer(name: str, thread: str, who: str, seconds: float, kind: str = "peer") -> dict[str, object]:
        return post(name, thread, who, at(seconds), way="out", kind=kind)

    return [
        ask("ann", 0), answer("a1", "ann1", "bob", h), post("thx", "ann1", "ann", at(DAY)), ask("ann", 10, 2),
        ask("ben", 1), answer("a2", "ben1", "bob", DAY + 80 * h),
        ask("cat", 2), answer("a3", "cat1", "cat", 2 * DAY + h), ask("cat", 20, 2),
        ask("dan", 3), answer("a4", "dan1", "staff", 3 * DAY + 2 * h, kind="agent"),
        post("thx2", "dan1", "dan", at(3 * DAY + 3 * h)),
        ask("eve", 4), answer("a5", "ann2", "eve", 10 * DAY + h),
        ask("fay", 5), answer("a6", "fay1", "ann", 5 * DAY + 71 * h), ask("fay", 45, 2),
        ask("gus", 40), ask("hal", 59), end(60),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Store:
    return store(interactions=pd.DataFrame(forum()))


def test_answer_rate_by_hand(place):
    # ann, dan and fay of ann ben cat dan eve fay gus: 3 of 7; hal is too young
    reading = newcomer_answer_rate.compute(place, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 7), 7)
    assert any(note.startswith("1 newcomers wrote in the last 72 hours") for note in reading.notes)
    # waits in hours: 1 2, hal cut off at 24, 71 80, three without: S(71) = 6/8 x 4/5 = 0.6, S(80) = 0.45
    detail = newcomer_answer_rate.compute_detail(place, Window())
    assert detail["median_wait"].value == 80 * HOUR
    assert detail["p90_wait"].code == "not_reached"
    assert detail["hostile_share"].code == "not_recorded"


def test_return_by_hand(place):
    # within 30 days ann (8), cat (20) and eve (10) of ann ben cat dan eve fay; gus and hal are too young
    reading = newcomer_return.compute(place, H)
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 6), 6)
    assert reading.notes == (
        "Within 30 days.",
        "2 newcomers have not been followed that long and are left out.",
    )


def test_thanks_and_answers_to_oneself_are_no_return_and_no_answer(place):
    listed = newcomer_return.rows(place, H).set_index("message_id")
    assert listed.loc["ann1", "returned_at"] == pd.Timestamp(at(5 * DAY + 71 * HOUR))  # her answer to fay
    assert pd.isna(listed.loc["cat1", "answered_at"])
    assert pd.isna(listed.loc["dan1", "returned_at"])
    assert "bob" not in "".join(listed.index)


def test_a_new_episode_in_the_same_conversation_is_a_return():
    rows = [post(f"m{i}", f"t{i}", f"p{i}", at(i)) for i in range(6)]
    rows += [post("back", "t0", "p0", at(9 * DAY)), post("s", "t0", "x", at(DAY), kind="agent", way="out")]
    rows += [post("late", "t1", "p1", at(HOUR)), end(60)]  # still the same, unanswered episode
    reading = newcomer_return.compute(store(interactions=pd.DataFrame(rows)), H)
    assert reading.value.value == pytest.approx(1 / 6)


def test_hostile_answers_to_newcomers():
    # eight newcomers are answered by a member with a sentiment, two of them harshly; staff do not count
    rows = [post(f"m{i}", f"t{i}", f"p{i}", at(i)) for i in range(8)]
    rows += [
        post(f"r{i}", f"t{i}", "q", at(HOUR), way="out", sentiment=-0.6 if i < 2 else 0.3) for i in range(8)
    ]
    rows += [post("s", "t7", "x", at(2 * HOUR), kind="agent", way="out", sentiment=-1.0), end(10)]
    detail = newcomer_answer_rate.compute_detail(store(interactions=pd.DataFrame(rows)), Window())
    assert detail["hostile_share"].value == pytest.approx(2 / 8)


@pytest.mark.parametrize("kept", ["no", "unknown"])
def test_answered_only_exports_know_no_answer_rate_and_no_comparison(kept):
    place = Store.of({"interactions": pd.DataFrame(forum())}, keeps_unanswered=kept)
    assert newcomer_answer_rate.compute(place, Window()).value.code == "answered_only"
    assert newcomers.compare(place, H).raw.code == "answered_only"
    assert isinstance(newcomer_return.compute(place, H).value, Estimate)


def test_nobody_followed_long_enough_is_immature(place):
    value = newcomer_return.compute(place, Window(horizon_days=90)).value
    assert (value.code, value.n) == ("immature", 8)
    assert newcomers.compare(place, Window(horizon_days=3)).raw.code == "too_short"


def plain(rows: list[dict[str, object]], until, days: int) -> tuple[int, int, int, int]:
    """Answered, observed for 72 hours, returned, followed: read off the list of messages, one by one."""
    members = [r for r in rows if r["author_kind"] == "peer"]
    first: dict[str, dict[str, object]] = {}
    for row in sorted(members, key=lambda r: (r["sent_at"], r["message_id"])):
        first.setdefault(row["author_id"], row)
    counts = [0, 0, 0, 0]
    for who, row in first.items():
        if row["direction"] != "in":
            continue
        start = row["sent_at"]
        if start + timedelta(hours=72) <= until:
            counts[1] += 1
            counts[0] += any(
                r["conversation_id"] == row["conversation_id"] and r["direction"] == "out"
                and r["author_id"] != who and start <= r["sent_at"] <= start + timedelta(hours=72)
                for r in rows
            )  # fmt: skip
        if start + timedelta(days=days) <= until:
            counts[3] += 1
            counts[2] += any(
                r["author_id"] == who and r["conversation_id"] != row["conversation_id"]
                and start < r["sent_at"] <= start + timedelta(days=days)
                for r in members
            )  # fmt: skip
    return tuple(counts)


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_on_a_random_forum(seed):
    people = [f"p{i}" for i in range(60)]
    rows = community(people, at(0), 150, seed=seed)
    until = max(r["sent_at"] for r in rows)
    place = store(interactions=pd.DataFrame(rows))
    answered, seen, returned, followed = plain(rows, until, 30)
    rate, back = newcomer_answer_rate.compute(place, Window()), newcomer_return.compute(place, H)
    assert (rate.value.value, rate.value.n) == (pytest.approx(answered / seen), seen)
    assert (back.value.value, back.value.n) == (pytest.approx(returned / followed), followed)


def planted(n: int, seed: int, effect: float = 0.12) -> pd.DataFrame:
    """Newcomers of whom those who ask a question are answered more often and return more often anyway.

    Return on day 10: 30 % of remarks, 60 % of questions; `effect` more if answered. Answered: 30 % of
    remarks, 75 % of questions. So the raw difference is larger than `effect`.
    """
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        start, asks = rng.randrange(300 * DAY), rng.random() < 0.5
        who = f"p{i}"
        rows.append(post(f"m{i}", f"t{i}", who, at(start), has_question=asks,
            text_length=rng.randrange(20, 300)))  # fmt: skip
        answered = rng.random() < (0.75 if asks else 0.30)
        if answered:
            rows.append(post(f"a{i}", f"t{i}", "helper", at(start + HOUR), kind="agent", way="out"))
        if rng.random() < (0.6 if asks else 0.3) + effect * answered:
            rows.append(post(f"b{i}", f"b{i}", who, at(start + 10 * DAY)))
    rows.append(end(400))
    frame = pd.DataFrame(rows)
    return frame.assign(has_question=frame["has_question"].astype("boolean"))


@pytest.mark.parametrize("seed", range(3))
def test_planted_twelve_points_are_recovered_with_the_question_levelled_out(seed):
    found = newcomers.compare(store(interactions=planted(3000, seed)), H)
    assert found.standardised.low < 0.12 < found.standardised.high
    assert found.standardised.value == pytest.approx(0.12, abs=0.05)
    # raw, the question's 30 points come on top, 45 points apart: 0.12 + 0.30 x (0.71 - 0.26) = 0.255
    assert found.raw.low > 0.18
    assert "not an effect" in found.notes[0]


def test_no_difference_is_found_where_none_was_planted():
    found = newcomers.compare(store(interactions=planted(3000, 7, effect=0.0)), H)
    assert found.standardised.low < 0 < found.standardised.high
    assert found.raw.low > 0


def test_what_is_not_recorded_is_said():
    frame = planted(600, 1).drop(columns=["has_question", "text_length"])
    notes = newcomers.compare(store(interactions=frame), H).notes
    assert (
        "Not recorded for these posts, so not levelled out: whether it asks a question, its length." in notes
    )


def test_detail_carries_the_comparison_and_the_helpers(place):
    detail = newcomer_return.compute_detail(place, H)
    assert set(detail) == {
        "answered", "unanswered", "difference", "adjusted_difference", "helpers_return",
    }  # fmt: skip
    assert isinstance(detail["helpers_return"], Unknown)  # bob alone


@pytest.mark.slow
def test_the_interval_covers_the_planted_difference():
    hits = 0
    for seed in range(40):
        found = newcomers.compare(store(interactions=planted(1200, 100 + seed)), H).standardised
        hits += found.low <= 0.12 <= found.high
    assert hits >= 34  # 95 % of 40, less two standard errors


def test_the_curve_ends_at_the_share_ever_answered(place):
    (steps,) = newcomers.answer_curve(place, Window()).groups.values()
    assert steps[-1].value.value == pytest.approx(0.55)  # 1 - 6/8 x 4/5 x 3/4, see above

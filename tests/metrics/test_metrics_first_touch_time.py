"""The first thing that comes back, beside the first person who does."""

from __future__ import annotations

import random

import pytest
from metric_cases import DAY, HOUR, MINUTE, at, conversation, store, talk

from socialroi.metrics import first_response_time, first_touch_time
from socialroi.result import Unknown, Window
from socialroi.store import Store


def with_bot(rows: list[dict[str, object]], wait_s: float) -> list[dict[str, object]]:
    """The conversation with a bot's message `wait_s` after its first."""
    asked = rows[0]
    bot = asked | {
        "message_id": f"{asked['conversation_id']}-bot",
        "author_id": "bot",
        "author_kind": "bot",
        "direction": "out",
        "sent_at": asked["sent_at"] + (at(wait_s) - at(0)),
        "needs_response": None,
    }
    return [*rows, bot]


def eight() -> list[list[dict[str, object]]]:
    """Waits in minutes, bot and person: - 4, 1 10, 2 20, 3 never, - 30, never never, 50 40, never never."""
    waits = ((None, 4), (1, 10), (2, 20), (3, None), (None, 30), (None, None), (50, 40), (None, None))
    rows = [conversation(f"a{i}", f"c{i}", p and p * MINUTE) for i, (_, p) in enumerate(waits)]
    return [with_bot(one, bot * MINUTE) if bot else one for one, (bot, _) in zip(rows, waits, strict=True)]


def test_both_clocks_by_hand():
    # touched after 4 1 2 3 30 40 min, two never: S(4 min) = 4/8. By a person after 4 10 20 30 40 min, three
    # never: S(30 min) = 4/8
    found = store(interactions=talk(*eight(), end_s=10 * HOUR))
    value = first_touch_time.compute(found, Window()).value
    assert (value.value, value.n) == (4 * MINUTE, 8)
    detail = first_touch_time.compute_detail(found, Window())
    assert (detail["median_touch"], detail["median_person"].value) == (value, 30 * MINUTE)
    assert (detail["touched"].value, detail["untouched"].value) == (6, 2)
    # a machine was first for 10, 20 and never; the bot after 50 minutes came behind the person
    assert detail["machine_first_share"].value == pytest.approx(3 / 8)
    assert detail["machine_only_share"].value == pytest.approx(1 / 8)
    assert detail["p90_touch"].code == "not_reached"


def test_without_bots_it_is_first_response_time():
    waits = [1, 2, 3, 5, 8, 13, 21, None, None, None]
    rows = [conversation(f"a{i}", f"c{i}", w and w * MINUTE, i * HOUR) for i, w in enumerate(waits)]
    found = store(interactions=talk(*rows, end_s=48 * HOUR))
    assert first_touch_time.compute(found, Window()).value == (
        first_response_time.compute(found, Window()).value
    )


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_touching_fewer_people_cannot_improve_it(share):
    rows = [conversation(f"a{i}", f"c{i}", 5 * MINUTE if i < 40 * share else None, i) for i in range(40)]
    found = store(interactions=talk(*rows, end_s=DAY))
    listed = first_touch_time.rows(found, Window())
    assert listed.loc[listed["touched"], "touch_waited_s"].median() == 5 * MINUTE  # what we do not print
    value = first_touch_time.compute(found, Window()).value
    if share < 0.5:
        assert isinstance(value, Unknown)
        assert (value.code, value.n) == ("not_reached", 40)
    else:
        assert value.value == 5 * MINUTE


def test_a_bot_never_makes_it_longer_and_leaves_the_human_clock():
    plain = [conversation(f"a{i}", f"c{i}", (i + 1) * MINUTE) for i in range(9)]
    helped = [with_bot(one, 30) for one in plain]
    before, after = (store(interactions=talk(*rows, end_s=DAY)) for rows in (plain, helped))
    details = [first_touch_time.compute_detail(each, Window()) for each in (before, after)]
    assert [d["median_touch"].value for d in details] == [5 * MINUTE, 30]
    assert details[0]["median_person"] == details[1]["median_person"]


def test_bots_keep_no_opening_hours():
    found = store(interactions=talk(*eight(), end_s=10 * HOUR))
    value = first_touch_time.compute(found, Window(clock="business")).value
    assert (value.code, value.n) == ("calendar_only", 8)


def test_exports_without_the_unanswered_say_so():
    found = Store.of({"interactions": talk(*eight(), end_s=10 * HOUR)}, keeps_unanswered="no")
    reading = first_touch_time.compute(found, Window())
    assert reading.value.n == 6
    assert "touched conversations only" in reading.value.method
    assert any("the true wait is longer" in note for note in reading.notes)
    assert first_touch_time.compute_detail(found, Window())["machine_first_share"].code == "answered_only"


@pytest.mark.parametrize("seed", range(4))
def test_second_implementation_on_a_random_store(seed):
    rng = random.Random(seed)
    conversations = []
    for i in range(80):
        person = rng.choice([None, rng.randrange(1, 5000)])
        one = conversation(f"x{i}", f"c{rng.randrange(30)}", person, rng.randrange(3 * DAY))
        conversations.append(with_bot(one, rng.randrange(1, 900)) if rng.random() < 0.4 else one)
    end_s = 4 * DAY
    waits = []
    for asked, *answers in conversations:
        stops = [row["sent_at"] for row in answers]
        ended = min(stops) if stops else at(end_s)
        waits.append(((ended - asked["sent_at"]).total_seconds(), bool(stops)))
    found = store(interactions=talk(*conversations, end_s=end_s))
    listed = first_touch_time.rows(found, Window())
    assert sorted(zip(listed["touch_waited_s"], listed["touched"], strict=True)) == sorted(waits)
    value = first_touch_time.compute(found, Window()).value
    # everybody is watched for longer than any wait lasts, so the curve is the plain share
    ended = sorted(wait for wait, touched in waits if touched)
    assert value.value == ended[39] if len(ended) >= 40 else value.code == "not_reached"

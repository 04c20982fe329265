"""How long one answer can have taken: hours in which people answered, over answers."""

from __future__ import annotations

import random
from datetime import datetime

import pytest
from metric_cases import DAY, HOUR, MINUTE, conversation, store, talk

from socialroi.metrics import time_per_answer
from socialroi.result import Window
from socialroi.store import Store


def by(
    agent: str | None, *answered_s: float, prefix: str = "", **more: object
) -> list[list[dict[str, object]]]:
    """One conversation per answer of `agent`, asked a minute before it."""
    rows = []
    for i, answered in enumerate(answered_s):
        name = f"{prefix}{agent}{i}"
        asked, reply = conversation(name, f"c-{name}", MINUTE, answered - MINUTE, **more)
        rows.append([asked, reply | {"agent_id": agent}])
    return rows


def week() -> list[list[dict[str, object]]]:
    """Ann: four answers Monday 9-10, one Monday 11-12, two Tuesday 9-10. Bob: one Monday 9-10."""
    minutes = (5, 10, 15, 20, 125)
    ann = by("ann", *(m * MINUTE for m in minutes), DAY + 5 * MINUTE, DAY + 50 * MINUTE)
    return [*ann, *by("bob", 30 * MINUTE)]


def test_by_hand():
    # Hours: ann 3, bob 1; answers 8: 4 h / 8 = 30 min each at most, two answers in an active hour.
    found = store(interactions=talk(*week(), end_s=3 * DAY))
    reading = time_per_answer.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (30 * MINUTE, 8)
    detail = time_per_answer.compute_detail(found, Window())
    assert [detail[name].value for name in ("answers_per_hour", "answers", "active_hours")] == [2, 8, 4]
    listed = time_per_answer.rows(found, Window())
    assert [tuple(row) for row in listed[["people", "answers"]].to_numpy()] == [(2, 5), (1, 2), (1, 1)]
    assert "agent_id" not in listed  # nobody is named


def test_its_interval_by_hand():
    # Person-days (hours, answers): ann (2, 5), (1, 2); bob (1, 1). Ratio 1/2 h; residuals -1/2, 0, 1/2;
    # se = root(3 / 2 x 1/2) / 8 = 0.10825 h; Student's t for 2 degrees is 4.3027: 0.4658 h; cut at nothing.
    value = time_per_answer.compute(store(interactions=talk(*week(), end_s=3 * DAY)), Window()).value
    assert value.high - value.value == pytest.approx(0.46577 * HOUR, rel=1e-4)
    assert value.low == pytest.approx((0.5 - 0.46577) * HOUR, rel=1e-2)


def test_answers_without_a_name_are_left_out_and_none_is_a_reason():
    nameless = by(None, *(i * HOUR for i in range(1, 9)))
    found = store(interactions=talk(*nameless, end_s=3 * DAY))
    value = time_per_answer.compute(found, Window()).value
    assert (value.code, value.n) == ("no_agents", 8)
    both = store(interactions=talk(*week(), *nameless, end_s=3 * DAY))
    assert time_per_answer.compute(both, Window()).value.value == 30 * MINUTE


def test_one_day_of_one_person_says_nothing_about_days():
    found = store(interactions=talk(*by("ann", *(i * MINUTE for i in range(1, 7))), end_s=DAY))
    value = time_per_answer.compute(found, Window()).value
    assert (value.code, value.sentence) == ("too_few", "One person sent all 6 answers on one day.")


def test_bots_private_notes_and_unasked_messages_are_no_answers():
    rows = [row for one in week() for row in one]
    bot = rows[1] | {
        "message_id": "bot",
        "author_kind": "bot",
        "agent_id": "ann",
        "sent_at": rows[1]["sent_at"],
    }
    note = rows[1] | {"message_id": "note", "visibility": "private", "agent_id": "zoe"}
    unasked = rows[1] | {"message_id": "hello", "conversation_id": "nobody-asked", "agent_id": "zoe"}
    found = store(interactions=talk(rows, [bot, note, unasked], end_s=3 * DAY))
    assert time_per_answer.compute(found, Window()).value.n == 8


@pytest.mark.parametrize("seed", [1, 2])
def test_second_implementation_on_a_random_store(seed):
    rng = random.Random(seed)
    rows = [
        one
        for agent in ("ann", "bob", "cat")
        for one in by(
            agent,
            *(rng.randrange(60, 9 * DAY) for _ in range(30)),
            prefix=str(seed),
            channel=rng.choice(["twitter", "email"]),
        )
    ]
    table = talk(*rows, end_s=10 * DAY, channels=("twitter", "email"))
    answers = table[table["author_kind"] == "agent"]
    hours = {(row.agent_id, row.sent_at.floor("h")) for row in answers.itertuples()}
    reading = time_per_answer.compute(store(interactions=table), Window(by="channel"))
    assert reading.value.value == pytest.approx(HOUR * len(hours) / len(answers))
    for channel, value in reading.by.items():
        part = answers[answers["channel"] == channel]
        active = {(row.agent_id, row.sent_at.floor("h")) for row in part.itertuples()}
        assert (value.value, value.n) == (pytest.approx(HOUR * len(active) / len(part)), len(part))


def test_days_are_those_of_the_reporting_zone():
    # Monday 20:00 and Tuesday 09:00 UTC are Tuesday 05:00 and 18:00 in Tokyo.
    late = by("ann", *(11 * HOUR + i * MINUTE for i in range(1, 7)), *(DAY + i * MINUTE for i in range(1, 7)))
    found = Store.of({"interactions": talk(*late, end_s=5 * DAY)}, settings={"reporting_zone": "Asia/Tokyo"})
    days = time_per_answer.series(found, Window(), "day").points
    assert [point.start for point in days] == [datetime(2026, 1, 6).date()]
    assert days[0].value.code == "too_few"  # one person, one day


def test_a_period_that_still_runs_is_marked():
    found = store(interactions=talk(*week(), end_s=1.5 * DAY))
    assert [point.complete for point in time_per_answer.series(found, Window(), "day")] == [True, False]

"""Who waits now, and how many waited at the end of each day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, at, conversation, store, talk

from socialroi.metrics import backlog, waiting_now
from socialroi.result import Window
from socialroi.store import Store

#: The export ends on Thursday 8 January 21:00, 84 h after the first message (Monday 5 January 9:00).
END_S = 84 * HOUR
PROMISES = pd.DataFrame({"target_s": [5 * HOUR], "channel": ["twitter"]})


def eight() -> list[list[dict[str, object]]]:
    """Asked and answered, in hours since Monday 9:00 (days end 15, 39, 63 h).

    a0 0 -> 1     a1 0 -> 20     a2 0 -> 50     a3 30 -> 31     a4 40 -> 70
    u0 2, u1 30, u2 80: never. u3 is thanks.
    """
    answered = [(0, 1), (0, 20), (0, 50), (30, 31), (40, 70)]
    rows = [conversation(f"a{i}", f"c{i}", (b - a) * HOUR, a * HOUR) for i, (a, b) in enumerate(answered)]
    rows += [conversation(f"u{i}", f"d{i}", None, hour * HOUR) for i, hour in enumerate((2, 30, 80))]
    return [*rows, conversation("u3", "d3", None, HOUR, needs=False)]


def shop(**tables: pd.DataFrame) -> Store:
    return store(interactions=talk(*eight(), end_s=END_S), promises=PROMISES, **tables)


def test_waiting_now_by_hand():
    # u0, u1 and u2 of eight who need an answer; they wait 82, 54 and 4 h, the promise is 5 h
    reading = waiting_now.compute(shop(), Window())
    assert (reading.value.value, reading.value.low, reading.value.high, reading.value.n) == (3, 3, 3, 8)
    assert "1 of 9 conversations need no answer and are left out." in reading.notes
    detail = waiting_now.compute_detail(shop(), Window())
    assert {name: value.value for name, value in detail.items()} == {
        "past_promise": 2, "within_promise": 1, "unpromised": 0,
        "under_1_day": 1, "from_1_to_7_days": 2, "over_7_days": 0,
    }  # fmt: skip


def test_the_list_is_oldest_first_with_how_long_and_whether_late():
    listed = waiting_now.rows(shop(), Window())
    assert list(listed["conversation_id"]) == ["u0", "u1", "u2"]
    assert list(listed["waited_s"]) == [82 * HOUR, 54 * HOUR, 4 * HOUR]
    assert list(listed["is_past_promise"]) == [True, True, False]
    assert len(waiting_now.rows(shop(), Window(), most=1)) == 1


def test_without_a_promise_nobody_is_late():
    plain = store(interactions=talk(*eight(), end_s=END_S))
    assert waiting_now.rows(plain, Window())["is_past_promise"].isna().all()
    detail = waiting_now.compute_detail(plain, Window())
    assert [detail[name].value for name in ("past_promise", "within_promise", "unpromised")] == [0, 0, 3]


def test_lateness_follows_the_clock():
    # u0 asks Monday 11:00; open only 9:00-12:00 each day: 1 h + 3 + 3 + 3 = 10 h by Thursday 21:00;
    # u1 Tuesday 15:00: 3 + 3 = 6 h; u2 Thursday 17:00: none
    days = pd.DataFrame({"weekday": list(range(1, 8)), "opens": "09:00", "closes": "12:00", "zone": "UTC"})
    listed = waiting_now.rows(shop(calendars=days), Window(clock="business"))
    assert list(listed["business_waited_s"]) == [10 * HOUR, 6 * HOUR, 0]
    assert list(listed["is_past_promise"]) == [True, True, False]


def test_nobody_waiting_is_a_measured_zero():
    rows = [conversation(f"a{i}", f"c{i}", 60, i) for i in range(6)]
    found = store(interactions=talk(*rows, end_s=DAY))
    for metric in (waiting_now, backlog):
        value = metric.compute(found, Window()).value
        assert (value.value, value.n, value.method) == (0, 6, "count")
        assert metric.rows(found, Window()).empty


def test_backlog_by_hand():
    # end of Monday (15 h):    a1 a2 u0                 3 of 4 asked
    # end of Tuesday (39 h):   a2 u0 u1                 3 of 6 (a3 came and went)
    # end of Wednesday (63 h): u0 u1 a4                 3 of 7
    # Thursday, so far:        u0 u1 u2                 3 of 8
    line = backlog.series(shop(), Window(), "day").points
    assert [point.start.day for point in line] == [5, 6, 7, 8]
    assert [point.complete for point in line] == [True, True, True, False]
    assert line[0].value.code == "too_few"  # four asked by then
    assert [(point.value.value, point.value.n) for point in line[1:]] == [(3, 6), (3, 7), (3, 8)]


def test_backlog_at_the_end_of_a_window_counts_who_wrote_before_it():
    # by Tuesday 20:00 (35 h): a2 u0 u1 wait, a2 is answered later
    window = Window(start=at(24 * HOUR), end=at(35 * HOUR))
    reading = backlog.compute(shop(), window)
    assert (reading.value.value, reading.value.n) == (3, 6)
    listed = backlog.rows(shop(), window)
    assert list(listed["conversation_id"]) == ["a2", "u0", "u1"]
    assert list(listed["waited_until_then_s"]) == [35 * HOUR, 33 * HOUR, 5 * HOUR]
    detail = backlog.compute_detail(shop(), window)
    assert [value.value for value in detail.values()] == [1, 2, 0]
    days = backlog.series(shop(), window, "day").points
    assert [(point.start.day, point.value.value) for point in days] == [(6, 3)]


def test_a_stock_stays_over_days_without_messages():
    rows = [conversation(f"u{i}", f"d{i}", None, i) for i in range(5)]
    rows += [conversation("later", "e", 60, 5 * DAY)]
    line = backlog.series(store(interactions=talk(*rows, end_s=7 * DAY)), Window(), "day").points
    assert [point.value.value for point in line] == [5] * 8
    assert [point.value.n for point in line] == [5] * 5 + [6] * 3


def test_closing_takes_nobody_out():
    closing = conversation("u0", "d0", None, 3 * HOUR)[0] | {
        "message_id": "closed", "author_kind": "system", "direction": "out",
    }  # fmt: skip
    closed = store(interactions=talk(*eight(), [closing], end_s=END_S), promises=PROMISES)
    for metric in (waiting_now, backlog):
        assert metric.compute(closed, Window()).value == metric.compute(shop(), Window()).value
        assert metric.compute_detail(closed, Window()) == metric.compute_detail(shop(), Window())


@pytest.mark.parametrize("metric", [waiting_now, backlog])
@pytest.mark.parametrize("kept", ["no", "unknown"])
def test_exports_of_answered_conversations_know_nobody_who_waits(metric, kept):
    found = Store.of({"interactions": talk(*eight(), end_s=END_S)}, keeps_unanswered=kept)
    value = metric.compute(found, Window()).value
    assert (value.code, value.n) == ("answered_only", 8)
    assert {v.code for v in metric.compute_detail(found, Window()).values()} == {"answered_only"}
    assert metric.rows(found, Window()).empty


@pytest.mark.parametrize("metric", [waiting_now, backlog])
def test_departments_known_only_from_answers_are_not_compared(metric):
    rows = talk(*eight(), end_s=END_S)
    rows.loc[rows["conversation_id"].isin(["u0", "u1", "u2"]), "department"] = None
    by = metric.compute(store(interactions=rows), Window(by="department")).by
    assert {value.code for value in by.values()} == {"department_follows_answer"}


@pytest.mark.parametrize(("share", "waiting"), [(0.9, 4), (0.5, 20), (0.2, 32)])
def test_ignoring_people_makes_it_worse(share, waiting):
    rows = [conversation(f"a{i}", f"c{i}", 300 if i < 40 * share else None, i) for i in range(40)]
    found = store(interactions=talk(*rows, end_s=DAY))
    assert waiting_now.compute(found, Window()).value.value == waiting
    assert backlog.compute(found, Window()).value.value == waiting


def random_conversations(seed: int) -> list[list[dict[str, object]]]:
    rng = random.Random(seed)
    return [
        conversation(
            f"x{i}",
            f"c{rng.randrange(40)}",
            rng.choice([None, rng.randrange(1, 5 * DAY), rng.randrange(1, 4 * HOUR)]),
            rng.randrange(0, 20 * DAY),
            channel=rng.choice(["twitter", "facebook"]),
        )
        for i in range(120)
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("zone", ["UTC", "Australia/Sydney"])
def test_second_implementation_on_a_random_store(seed, zone):
    talks = random_conversations(seed)
    channels = ("twitter", "facebook")
    said = talk(*talks, end_s=26 * DAY, channels=channels)
    found = Store.of({"interactions": said}, settings={"reporting_zone": zone})

    def local(instant) -> date:
        return pd.Timestamp(instant, tz="UTC").tz_convert(zone).date()

    days = [
        (local(asked["sent_at"]), local(answers[0]["sent_at"]) if answers else date.max, asked["channel"])
        for asked, *answers in talks
    ]
    line = backlog.series(found, Window(by="channel"), "day")
    assert len(line.points) == (local(at(26 * DAY)) - min(opened for opened, _, _ in days)).days + 1
    for name, points in {"": line.points, **line.by}.items():
        mine = [(a, b) for a, b, channel in days if name in ("", channel)]
        for point in points:
            n = sum(a <= point.start for a, _ in mine)
            waiting = sum(a <= point.start < b for a, b in mine)
            got = point.value.value if n >= 5 else point.value.code
            assert (got, point.value.n) == (waiting if n >= 5 else "too_few", n)


@pytest.mark.parametrize("seed", range(3))
def test_the_last_backlog_is_who_waits_now_and_months_end_as_their_last_day(seed):
    found = store(
        interactions=talk(*random_conversations(seed), end_s=40 * DAY, channels=("twitter", "facebook"))
    )
    now = waiting_now.compute(found, Window(by="channel"))
    stock = backlog.compute(found, Window(by="channel"))
    assert (now.value, dict(now.by)) == (stock.value, dict(stock.by))
    days = {point.start: point.value for point in backlog.series(found, Window(), "day")}
    months = backlog.series(found, Window(), "month").points
    assert days[max(days)] == months[-1].value == stock.value
    for month, after in pairwise(months):
        assert days[after.start - timedelta(days=1)] == month.value
    # what came in less what was answered is the change of the stock
    assert sum(p.value.value for p in waiting_now.series(found, Window(), "month")) == now.value.value

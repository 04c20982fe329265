from __future__ import annotations

import random

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, MINUTE, at, conversation, store, talk

from socialroi.metrics import first_response_time as frt
from socialroi.result import Estimate, Unknown, Window
from socialroi.store import Store

# Ten messages by ten people; the export ends 48 h after the first. Waits in minutes:
#   1, 2, 3, 5, 8, 13, 21 (answered) and three unanswered, asked at 0 h, 1 h and 2 h.
ANSWERED_MIN = (1, 2, 3, 5, 8, 13, 21)


def ten() -> pd.DataFrame:
    answered = [
        conversation(f"a{i}", f"c{i}", wait * MINUTE, i * HOUR) for i, wait in enumerate(ANSWERED_MIN)
    ]
    open_ones = [conversation(f"u{i}", f"d{i}", None, i * HOUR) for i in range(3)]
    return talk(*answered, *open_ones, end_s=48 * HOUR)


def test_by_hand():
    # S falls by 1/10 with each answer, nobody is cut off before: S(5 min) = 6/10, S(8 min) = 5/10.
    reading = frt.compute(store(interactions=ten()), Window())
    assert isinstance(reading.value, Estimate)
    assert (reading.value.value, reading.value.n) == (8 * MINUTE, 10)


def test_shares_and_ninetieth_percentile_by_hand():
    # 6 of 10 within 15 minutes (1 2 3 5 8 13), 7 of 10 within the hour and the day; the ninth never comes.
    detail = frt.compute_detail(store(interactions=ten()), Window())
    shares = [detail[name].value for name in ("within_15_min", "within_1_h", "within_24_h")]
    assert shares == pytest.approx([0.6, 0.7, 0.7])
    assert detail["p90"].code == "not_reached"
    assert (detail["answered"].value, detail["waiting"].value) == (7, 3)


def test_median_not_reached_is_said_not_guessed():
    mostly_open = [conversation(f"u{i}", f"d{i}", None if i else MINUTE) for i in range(6)]
    value = frt.compute(store(interactions=talk(*mostly_open, end_s=DAY)), Window()).value
    assert isinstance(value, Unknown)
    assert value.code == "not_reached"
    assert "1 were answered" in value.sentence


def test_ignoring_more_people_makes_it_worse():
    # The median of the answered only would be 5 min, and 3 min once the two slowest replies are dropped.
    everybody = ten()
    ignored = everybody[~everybody["message_id"].isin(["a5-out", "a6-out"])]
    before = frt.compute(store(interactions=everybody), Window()).value
    after = frt.compute(store(interactions=ignored), Window()).value
    assert before.value == 8 * MINUTE
    assert isinstance(after, Unknown) or after.value >= before.value
    answered_before, answered_after = pd.Series(ANSWERED_MIN).median(), pd.Series(ANSWERED_MIN[:5]).median()
    assert answered_after < answered_before  # the figure we do not print improves


def test_the_answered_only_median_stays_flat_while_ours_rises_to_not_reached():
    # A hundred people wait 1 .. 10 min, ten each; of every ten alike 9, 5 or 2 are answered. The median of
    # the answered is 5.5 min each time. Ours needs half of everybody: 9 a minute reach 54 in the sixth
    # minute, 5 a minute reach 50 in the tenth, 2 a minute reach 20 and never half.
    ours, answered_only = [], []
    for answered in (9, 5, 2):
        waits = [i % 10 + 1 if i // 10 < answered else None for i in range(100)]
        rows = [conversation(f"a{i}", f"c{i}", w and w * MINUTE, i) for i, w in enumerate(waits)]
        ours.append(frt.compute(store(interactions=talk(*rows, end_s=DAY)), Window()).value)
        answered_only.append(pd.Series(waits).dropna().median())
    assert answered_only == [5.5, 5.5, 5.5]
    assert [value.value for value in ours[:2]] == [6 * MINUTE, 10 * MINUTE]
    assert (ours[2].code, ours[2].n) == ("not_reached", 100)


def test_closing_all_unanswered_changes_nothing():
    plain = ten()
    closings = [
        {
            "message_id": f"close{i}",
            "conversation_id": f"u{i}",
            "author_kind": "system",
            "direction": "out",
            "sent_at": at(i * HOUR + 30 * MINUTE),
            "channel": "twitter",
            "visibility": "public",
        }
        for i in range(3)
    ]
    closed = pd.concat([plain, pd.DataFrame(closings)], ignore_index=True)
    assert frt.compute(store(interactions=plain), Window()).value == (
        frt.compute(store(interactions=closed), Window()).value
    )
    assert frt.compute_detail(store(interactions=closed), Window())["within_24_h"].value == pytest.approx(0.7)


def test_bots_and_campaigns_answer_nobody():
    rows = [conversation(f"b{i}", f"c{i}", MINUTE, reply_kind="bot") for i in range(5)]
    found = store(interactions=talk(*rows, end_s=DAY))
    assert frt.compute(found, Window()).value.code == "not_reached"
    touch = frt.compute_detail(found, Window())["median_first_touch"]
    assert (touch.value, touch.n) == (MINUTE, 5)


def test_messages_that_need_no_answer_are_left_out_and_counted():
    thanks = [conversation(f"t{i}", f"e{i}", None, needs=False) for i in range(20)]
    found = store(interactions=pd.concat([ten(), talk(*thanks, end_s=DAY)[:-1]]))
    reading = frt.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (8 * MINUTE, 10)
    assert "20 of 30 conversations need no answer and are left out." in reading.notes
    assert frt.compute_detail(found, Window())["median_all"].code == "not_reached"


def test_exports_without_the_unanswered_say_so():
    only_answered = [
        conversation(f"a{i}", f"c{i}", wait * MINUTE, i * HOUR) for i, wait in enumerate(ANSWERED_MIN)
    ]
    found = Store.of({"interactions": talk(*only_answered, end_s=DAY)}, keeps_unanswered="no")
    reading = frt.compute(found, Window())
    assert reading.value.value == 5 * MINUTE
    assert "answered conversations only" in reading.value.method
    assert any("the true wait is longer" in note for note in reading.notes)
    assert frt.compute_detail(found, Window())["within_1_h"].code == "answered_only"


def test_a_community_is_measured_under_its_own_name():
    asked = [
        conversation(f"q{i}", f"p{i}", wait * MINUTE, kind="peer", reply_kind="peer")
        for i, wait in enumerate(ANSWERED_MIN)
    ]
    own_answer = [
        row | {"author_id": "p9"} for row in conversation("q9", "p9", 1, kind="peer", reply_kind="peer")
    ]
    rows = [[row | {"customer_id": None} for row in one] for one in (*asked, own_answer)]
    reading = frt.compute(store(interactions=talk(*rows, end_s=DAY)), Window())
    assert reading.definition.name == "First answer by another person"
    assert "first answer by another person" in reading.value.method
    assert (reading.value.value, reading.value.n) == (5 * MINUTE, 8)  # answering oneself is no answer


def business_hours(opens: str = "09:00", closes: str = "17:00") -> pd.DataFrame:
    days = range(1, 6)
    return pd.DataFrame({"weekday": list(days), "opens": opens, "closes": closes, "zone": "UTC"})


def test_business_clock_counts_open_seconds_and_names_its_zeros():
    # Asked Monday 20:00, answered 20:30: no open second. Asked 16:30, answered 09:10 next day: 40 min.
    nights = [conversation(f"n{i}", f"c{i}", 30 * MINUTE, 11 * HOUR) for i in range(2)]
    spanning = [conversation(f"s{i}", f"d{i}", (16 * 60 + 40) * MINUTE, 7.5 * HOUR) for i in range(3)]
    found = store(interactions=talk(*nights, *spanning, end_s=3 * DAY), calendars=business_hours())
    reading = frt.compute(found, Window(clock="business"))
    assert reading.value.value == 40 * MINUTE
    assert any(note.startswith("40% of answers came outside opening hours") for note in reading.notes)
    assert frt.compute_detail(found, Window(clock="business"))["zero_wait_share"].value == pytest.approx(0.4)


def test_business_clock_without_a_calendar_is_unknown():
    value = frt.compute(store(interactions=ten()), Window(clock="business")).value
    assert (value.code, value.n) == ("no_calendar", 10)


def test_departments_that_follow_the_answer_are_compared_on_answers_only():
    # Only answered messages have a department: it is written down when somebody answers.
    rows = ten()
    rows.loc[rows["conversation_id"].str.startswith("u"), "department"] = None
    reading = frt.compute(store(interactions=rows), Window(by="department"))
    assert reading.value.value == 8 * MINUTE
    assert reading.by["care"].value == 5 * MINUTE
    assert any("Departments are compared on answered messages only" in note for note in reading.notes)


def test_filters_and_period():
    rows = [conversation(f"f{i}", f"c{i}", MINUTE, i * HOUR, channel="facebook") for i in range(5)]
    found = store(
        interactions=pd.concat(
            [ten(), talk(*rows, end_s=48 * HOUR, channels=("facebook",))], ignore_index=True
        )
    )
    assert frt.compute(found, Window(channel=("facebook",))).value.value == MINUTE
    assert frt.compute(found, Window(start=at(3 * HOUR))).value.n == 4 + 2  # a3..a6, f3, f4
    assert frt.compute(found, Window(channel=("fax",))).value.code == "no_data"


def test_series_has_every_week_and_marks_the_running_one():
    rows = [conversation(f"w{i}", f"c{i}", MINUTE, (0 if i < 5 else 14) * DAY) for i in range(10)]
    line = frt.series(store(interactions=talk(*rows, end_s=16 * DAY)), Window(), "week")
    assert [point.start.isoformat() for point in line] == ["2026-01-05", "2026-01-12", "2026-01-19"]
    codes = [getattr(point.value, "code", "number") for point in line]
    assert codes == ["number", "no_data", "number"]
    assert [point.complete for point in line] == [True, True, False]


def test_rows_show_start_stop_and_cut_off():
    listed = frt.rows(store(interactions=ten()), Window())
    assert len(listed) == 10
    assert listed["waited_s"].iloc[0] == 48 * HOUR
    assert {"opened_at", "first_reply_at", "observed_until", "conversation_id"} <= set(listed.columns)


def test_repeated_people_widen_the_interval_and_leave_the_median():
    rows = [conversation(f"r{i}", f"c{i}", (i % 7 + 1) * MINUTE, i) for i in range(70)]
    same = [
        [row | {"customer_id": f"k{int(i) % 7}", "author_id": None} for row in one]
        for i, one in enumerate(rows)
    ]
    alone = frt.compute(store(interactions=talk(*rows, end_s=DAY)), Window()).value
    together = frt.compute(store(interactions=talk(*same, end_s=DAY)), Window()).value
    assert (alone.value, alone.n) == (together.value, together.n)
    assert together.high - together.low > alone.high - alone.low


def plain_median(episodes: list[tuple[float, bool]]) -> float | None:
    """Kaplan-Meier by the textbook, one distinct time after the other."""
    survival = 1.0
    for time in sorted({wait for wait, answered in episodes if answered}):
        risk = sum(wait >= time for wait, _ in episodes)
        survival *= 1 - sum(wait == time and answered for wait, answered in episodes) / risk
        if survival <= 0.5 + 1e-12:
            return time
    return None


@pytest.mark.parametrize("seed", range(4))
def test_second_implementation_on_a_random_store(seed):
    rng = random.Random(seed)
    rows = [
        conversation(
            f"x{i}",
            f"c{rng.randrange(40)}",
            rng.choice([None, rng.randrange(1, 5000), rng.randrange(1, 500)]),
            rng.randrange(0, 3 * DAY),
        )
        for i in range(80)
    ]
    found = store(interactions=talk(*rows, end_s=3 * DAY + 5000))
    episodes = found.rows("select waited_s, answered from episodes where needs_response")
    value = frt.compute(found, Window()).value
    expected = plain_median(episodes)
    assert value.code == "not_reached" if expected is None else value.value == expected
    within = frt.compute_detail(found, Window())["within_15_min"].value
    survival = 1.0
    for time in sorted({w for w, a in episodes if a and w <= 900}):
        survival *= 1 - sum(w == time and a for w, a in episodes) / sum(w >= time for w, _ in episodes)
    assert within == pytest.approx(1 - survival)


def test_by_channel_has_the_same_medians_as_filters():
    rows = [
        conversation(f"m{i}", f"c{i}", (i + 1) * MINUTE, i, channel=("twitter", "facebook")[i % 2])
        for i in range(20)
    ]
    found = store(interactions=talk(*rows, end_s=DAY, channels=("twitter", "facebook")))
    reading = frt.compute(found, Window(by="channel"))
    for channel, value in reading.by.items():
        assert value == frt.compute(found, Window(channel=(channel,))).value

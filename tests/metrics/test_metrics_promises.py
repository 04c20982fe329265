"""Response rate and promises kept: who is answered at all, and in time."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, MINUTE, conversation, store, talk

from socialroi.metrics import response_rate, sla_attainment
from socialroi.result import Unknown, Window
from socialroi.store import Store

END = 100 * HOUR


def eight() -> list[list[dict[str, object]]]:
    """Five answered after 1, 2, 3, 30 and 90 h; three never, one of them asked 10 h before the end."""
    waits = (1, 2, 3, 30, 90)
    answered = [conversation(f"a{i}", f"c{i}", wait * HOUR, 0) for i, wait in enumerate(waits)]
    return [
        *answered,
        conversation("u0", "d0", None, 0),
        conversation("u1", "d1", None, 40 * HOUR),
        conversation("young", "d2", None, END - 10 * HOUR),
    ]


def test_response_rate_by_hand():
    # 8 asked; the one of the last 24 h is left out: 5 answered of 7.
    reading = response_rate.compute(store(interactions=talk(*eight(), end_s=END)), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(5 / 7), 7)
    assert "1 opened in the last 24 hours before the export ends are left out as too young." in reading.notes


def test_the_young_are_left_out_answered_or_not():
    # Keeping young answers and dropping young open messages would give 6 of 8, and 100 % for a short period.
    quick = conversation("quick", "d3", MINUTE, END - 5 * HOUR)
    value = response_rate.compute(store(interactions=talk(*eight(), quick, end_s=END)), Window()).value
    assert (value.value, value.n) == (pytest.approx(5 / 7), 7)


def test_shares_within_a_fixed_time():
    # Observed for 24 h: 3 of 7 within 24 h. Observed for 72 h: a0..a4 and u0, four of six within 72 h.
    detail = response_rate.compute_detail(store(interactions=talk(*eight(), end_s=END)), Window())
    assert (detail["within_24_h"].value, detail["within_24_h"].n) == (pytest.approx(3 / 7), 7)
    assert (detail["within_72_h"].value, detail["within_72_h"].n) == (pytest.approx(4 / 6), 6)


def test_thanks_do_not_count_but_are_shown():
    thanks = [conversation(f"t{i}", f"e{i}", None, needs=False) for i in range(7)]
    found = store(interactions=talk(*eight(), *thanks, end_s=END))
    assert response_rate.compute(found, Window()).value.n == 7
    assert response_rate.compute_detail(found, Window())["all_messages"].value == pytest.approx(5 / 14)


def test_only_young_messages_are_immature():
    found = store(
        interactions=talk(*[conversation(f"q{i}", f"c{i}", 1, HOUR) for i in range(9)], end_s=2 * HOUR)
    )
    assert response_rate.compute(found, Window()).value.code == "immature"


@pytest.mark.parametrize("metric", [response_rate, sla_attainment])
@pytest.mark.parametrize("kept", ["no", "unknown"])
def test_exports_of_answered_conversations_have_no_share(metric, kept):
    tables = {"interactions": talk(*eight(), end_s=END), "promises": pd.DataFrame({"target_s": [3600.0]})}
    value = metric.compute(Store.of(tables, keeps_unanswered=kept), Window()).value
    assert value == Unknown("answered_only", "This export holds only answered conversations.", 8)


def test_departments_known_only_from_answers_have_no_rate():
    rows = talk(*eight(), end_s=END)
    rows.loc[rows["conversation_id"].isin(["u0", "u1", "young"]), "department"] = None
    by = response_rate.compute(store(interactions=rows), Window(by="department")).by
    assert {value.code for value in by.values()} == {"department_follows_answer"}


PROMISES = pd.DataFrame(
    {
        "channel": [None, "twitter", None, "twitter", "twitter"],
        "department": [None, None, "care", "care", "care"],
        "target_s": [8 * HOUR, 4 * HOUR, 2 * HOUR, 1 * HOUR, 30 * MINUTE],
        "valid_from": pd.to_datetime([None, None, None, "2025-01-01", "2026-01-08"]),
    }
)


def test_the_most_specific_promise_in_force_wins():
    # Waits of 50 min on Monday 5 January. care on twitter: 1 h, kept (30 min from Thursday: broken);
    # sales on twitter: 4 h; care by e-mail: 2 h; sales by e-mail: 8 h; all of those kept too.
    def waiting(name: str, day: int, channel: str, department: str, minutes: float):
        return conversation(name, name, minutes * MINUTE, day * DAY, channel=channel, department=department)

    rows = [
        waiting("a", 0, "twitter", "care", 50),
        waiting("b", 3, "twitter", "care", 50),
        waiting("c", 0, "twitter", "sales", 300),
        waiting("d", 0, "email", "care", 119),
        waiting("e", 0, "email", "sales", 479),
        waiting("f", 0, "email", "sales", 481),
    ]
    found = store(interactions=talk(*rows, end_s=9 * DAY, channels=("twitter", "email")), promises=PROMISES)
    reading = sla_attainment.compute(found, Window(by="department"))
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 6), 6)  # a, d, e kept; b, c, f broken
    detail = sla_attainment.compute_detail(found, Window())
    assert [detail[name].value for name in ("kept", "broken", "running")] == [3, 3, 0]


def test_a_promise_breaks_when_its_time_passes_and_runs_until_then():
    # Target 24 h, the export ends at 100 h. Kept: 1, 2, 3 h. Broken: 30, 90 h late answers, u0 and u1 (60 h).
    # Running: young (10 h). 3 / 7, worst case 3 / 8.
    found = store(interactions=talk(*eight(), end_s=END), promises=pd.DataFrame({"target_s": [float(DAY)]}))
    reading = sla_attainment.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 7), 7)
    detail = sla_attainment.compute_detail(found, Window())
    assert (detail["running"].value, detail["worst_case"].value) == (1, pytest.approx(3 / 8))
    assert reading.notes == ("1 promises still run; if all are broken the share is 37.5%.",)


def test_without_a_promise_there_is_no_attainment():
    value = sla_attainment.compute(store(interactions=talk(*eight(), end_s=END)), Window()).value
    assert (value.code, value.n) == ("no_promises", 8)


def test_conversations_without_a_promise_are_counted_apart():
    found = store(
        interactions=talk(*eight(), end_s=END),
        promises=pd.DataFrame({"channel": ["facebook"], "target_s": [60.0]}),
    )
    value = sla_attainment.compute(found, Window()).value
    assert (value.code, value.sentence) == ("no_promises", "No promise covers these conversations.")


def test_second_implementation_of_promises():
    rng = random.Random(7)
    channels, departments = ("twitter", "facebook"), ("care", "sales", None)
    rows = [
        conversation(
            f"x{i}",
            f"c{i}",
            rng.choice([None, rng.randrange(60, 10 * HOUR)]),
            rng.randrange(0, 5 * DAY),
            channel=rng.choice(channels),
            department=rng.choice(departments),
        )
        for i in range(120)
    ]
    found = store(interactions=talk(*rows, end_s=5 * DAY + HOUR, channels=channels), promises=PROMISES)
    kept = broken = 0
    asked = found.rows("select channel, department, local_day, waited_s, answered from episodes")
    for channel, department, day, waited_s, answered in asked:
        covering = [
            (p.department is not None, p.channel is not None, str(p.valid_from), p.target_s)
            for p in PROMISES.astype(object).where(PROMISES.notna(), None).itertuples()
            if p.channel in (None, channel)
            and p.department in (None, department)
            and (p.valid_from is None or p.valid_from.date() <= day)
        ]
        target_s = max(covering)[3]
        broken += waited_s > target_s
        kept += answered and waited_s <= target_s
    value = sla_attainment.compute(found, Window()).value
    assert (value.value, value.n) == (pytest.approx(kept / (kept + broken)), kept + broken)


def twice_asked() -> list[list[dict[str, object]]]:
    """Promise 1 h, export ends at 100 h. ann: three waits of two conversations, others one each.

    ann  p1 kept (30 min), after two days of silence p1 again, broken (2 h); p2 kept
    bob  kept; cat broken, never answered; dan kept and, in another conversation, running (asked at 99.5 h);
    eve  running
    """
    again = [
        row | {"message_id": f"again-{row['message_id']}"}
        for row in conversation("p1", "ann", 2 * HOUR, 50 * HOUR)
    ]
    return [
        conversation("p1", "ann", 30 * MINUTE, 0),
        again,
        conversation("p2", "ann", 30 * MINUTE, HOUR),
        conversation("b", "bob", MINUTE, 0),
        conversation("c", "cat", None, 0),
        conversation("d1", "dan", MINUTE, 0),
        conversation("d2", "dan", None, 99.5 * HOUR),
        conversation("e", "eve", None, 99.5 * HOUR),
        conversation("f", "fay", MINUTE, 0),
    ]


def test_three_denominators_by_hand():
    # events: kept p1, p2, b, d1, f = 5; broken p1 again, c = 2; running d2, e = 2: 5 / 7, worst 5 / 9
    # conversations: p1 broken by its second wait; kept p2, b, d1, f; broken p1, c; running 2: 4 / 6, 4 / 8
    # people: kept bob, fay; broken ann, cat; running dan, eve: too few settled, worst 2 / 6
    found = store(
        interactions=talk(*twice_asked(), end_s=END), promises=pd.DataFrame({"target_s": [float(HOUR)]})
    )
    detail = sla_attainment.compute_detail(found, Window())
    counts = {
        unit: [detail[f"{state}_{unit}"].value for state in ("kept", "broken", "running")]
        for unit in ("events", "conversations", "people")
    }
    assert counts == {"events": [5, 2, 2], "conversations": [4, 2, 2], "people": [2, 2, 2]}
    assert detail["of_events"] == sla_attainment.compute(found, Window()).value
    assert (detail["of_events"].value, detail["worst_of_events"].value) == pytest.approx((5 / 7, 5 / 9))
    assert (detail["of_conversations"].value, detail["worst_of_conversations"].value) == pytest.approx(
        (4 / 6, 4 / 8)
    )
    assert (detail["of_people"].code, detail["worst_of_people"].value) == ("too_few", pytest.approx(2 / 6))


@pytest.mark.parametrize("metric", [response_rate, sla_attainment])
def test_closing_all_unanswered_changes_nothing(metric):
    plain = talk(*eight(), end_s=END)
    asked = plain[plain["conversation_id"].isin(["u0", "u1", "young"])]
    closings = asked.assign(
        message_id="closing-" + asked["message_id"],
        author_kind="system",
        direction="out",
        sent_at=asked["sent_at"] + pd.Timedelta("3h"),
    )
    promises = pd.DataFrame({"target_s": [float(DAY)]})
    closed = store(interactions=pd.concat([plain, closings]), promises=promises)
    open_ = store(interactions=plain, promises=promises)
    assert metric.compute(closed, Window()).value == metric.compute(open_, Window()).value
    assert metric.compute_detail(closed, Window()) == metric.compute_detail(open_, Window())


def test_a_later_promise_holds_from_its_day_on():
    # Everywhere 1 h until Wednesday 7 January, 10 min from then on. Waits of 30 min on three days each side.
    promises = pd.DataFrame(
        {"target_s": [1.0 * HOUR, 10.0 * MINUTE], "valid_from": pd.to_datetime([None, "2026-01-07"])}
    )
    rows = [conversation(f"x{day}", f"c{day}", 30 * MINUTE, day * DAY) for day in range(6)]
    found = store(interactions=talk(*rows, end_s=7 * DAY), promises=promises)
    days = {
        str(day): target
        for day, target in found.rows("select local_day, promised_s from episodes order by 1")
    }
    assert days == {f"2026-01-{5 + i:02d}": HOUR if i < 2 else 10 * MINUTE for i in range(6)}
    detail = sla_attainment.compute_detail(found, Window())
    assert [detail[f"{state}_events"].value for state in ("kept", "broken", "running")] == [2, 4, 0]

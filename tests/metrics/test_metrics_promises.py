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


def test_closing_all_unanswered_changes_no_rate():
    plain = talk(*eight(), end_s=END)
    closing = plain[plain["conversation_id"] == "u0"].assign(
        message_id="closing",
        author_kind="system",
        direction="out",
        sent_at=plain["sent_at"].iloc[0] + pd.Timedelta("3h"),
    )
    closed = pd.concat([plain, closing], ignore_index=True)
    assert response_rate.compute(store(interactions=closed), Window()).value == (
        response_rate.compute(store(interactions=plain), Window()).value
    )


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

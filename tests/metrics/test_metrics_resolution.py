"""Whether it stayed resolved: no further question within 7 days after the last answer."""

from __future__ import annotations

import random

import pytest
from metric_cases import DAY, HOUR, at, store, talk

from socialroi.metrics import resolution
from socialroi.result import Unknown, Window
from socialroi.store import Store

WEEK = 7 * DAY


def says(
    name: str, kind: str, day: float, *, needs: bool | None = None, customer: str | None = None
) -> dict[str, object]:
    who = customer or f"c-{name}"
    asks = kind == "customer"
    return {
        "message_id": f"{name}-{day:09.4f}-{kind}",
        "conversation_id": name,
        "customer_id": who,
        "author_id": who if asks else "ann",
        "author_kind": kind,
        "direction": "in" if asks else "out",
        "sent_at": at(day * DAY),
        "department": "care",
        "channel": "twitter",
        "visibility": "public",
        "needs_response": needs,
    }


def five() -> list[dict[str, object]]:
    """Ten further messages of five conversations, each asked on day 0 and answered on day 1.

    a nothing more; b thanks on day 2; c asks on day 3, no answer; d asks on day 9, no answer;
    e asks on day 4, answered on day 5, asks again on day 6, answered on day 20
    """
    rows = [says(name, kind, day) for name in "abcde" for kind, day in (("customer", 0), ("agent", 1))]
    rows += [says("b", "customer", 2, needs=False), says("c", "customer", 3), says("d", "customer", 9)]
    rows += [
        says("e", "customer", 4),
        says("e", "agent", 5),
        says("e", "customer", 6),
        says("e", "agent", 20),
    ]
    return rows


def test_by_hand():
    # after the last answer: a and b silent, c back after 2 days, d after 8, e silent from day 20 on: 4 of 5
    found = store(interactions=talk(five(), end_s=60 * DAY))
    reading = resolution.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 5), 5)
    assert reading.notes == ()
    listed = resolution.rows(found, Window())
    assert list(zip(listed["conversation_id"], listed["state"], strict=True)) == [
        ("c", "came back"), ("a", "stayed resolved"), ("b", "stayed resolved"),
        ("d", "stayed resolved"), ("e", "stayed resolved"),
    ]  # fmt: skip


def test_three_denominators_by_hand():
    # answers: those of a, b, d and the last of e stayed; c's, and e's of days 1 and 5, did not: 4 of 7
    found = store(interactions=talk(five(), end_s=60 * DAY))
    detail = resolution.compute_detail(found, Window())
    assert (detail["of_answers"].value, detail["of_answers"].n) == (pytest.approx(4 / 7), 7)
    assert detail["of_conversations"] == resolution.compute(found, Window()).value
    assert detail["of_people"].value == pytest.approx(4 / 5)


def test_the_latest_answers_count_while_they_are_watched():
    # the five above, and five answered 3 days before the end, one of them asked about again 2 days later.
    # S: on day 2 two of ten come back (c, y0): 8/10; then the four others are cut off, nobody else comes
    young = [says(f"y{i}", kind, 56 + day) for i in range(5) for kind, day in (("customer", 0), ("agent", 1))]
    found = store(interactions=talk(five(), young, [says("y0", "customer", 59)], end_s=60 * DAY))
    reading = resolution.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(0.8), 10)
    assert reading.notes == (
        "4 of 10 were answered less than 7 days before the export ends and count for as long as they were"
        " watched.",
    )


def test_nobody_watched_for_a_week_is_immature():
    early = [row for row in five() if row["sent_at"] < at(5.5 * DAY)]
    found = store(interactions=talk(early, end_s=5.5 * DAY))
    assert resolution.compute(found, Window()).value.code == "immature"


def test_thanks_and_closing_reopen_nothing():
    plain = store(interactions=talk(five(), end_s=60 * DAY))
    noise = [says(name, kind, 2.5, needs=False) for name in "ac" for kind in ("customer", "system")]
    noisy = store(interactions=talk(five(), noise, end_s=60 * DAY))
    assert resolution.compute(noisy, Window()).value == resolution.compute(plain, Window()).value


def test_who_is_never_answered_is_not_in_it():
    # whatever share is answered, the figure is about answers; what is ignored shows in the response rate
    rows = [says(f"u{i}", "customer", 0) for i in range(50)]
    found = store(interactions=talk(five(), rows, end_s=60 * DAY))
    assert resolution.compute(found, Window()).value.n == 5
    unanswered = store(interactions=talk(rows, end_s=60 * DAY))
    assert resolution.compute(unanswered, Window()).value.code == "no_data"


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_ignoring_those_who_come_back_cannot_improve_it(share):
    # forty are answered, and half come back a day later; a share of these is answered again, at once, and
    # comes back again: an ignored return is as bad as a further one
    rows = []
    for i in range(40):
        rows += [says(f"k{i:02}", "customer", 0), says(f"k{i:02}", "agent", 1)]
        if i < 20:
            rows.append(says(f"k{i:02}", "customer", 2))
        if i < 20 * share:
            rows += [says(f"k{i:02}", "agent", 3), says(f"k{i:02}", "customer", 4)]
    value = resolution.compute(store(interactions=talk(rows, end_s=60 * DAY)), Window()).value
    assert (value.value, value.n) == (pytest.approx(0.5), 40)


def test_repeated_people_widen_the_interval():
    rows = []
    for i in range(60):
        rows += [says(f"k{i}", "customer", i), says(f"k{i}", "agent", i + 0.5)]
        rows += [says(f"k{i}", "customer", i + 1)] * (i % 6 == 0)
    same = [row | {"customer_id": f"p{int(str(row['conversation_id'])[1:]) % 6}"} for row in rows]
    alone, together = (
        resolution.compute(store(interactions=talk(each, end_s=99 * DAY)), Window()).value
        for each in (rows, same)
    )
    assert (alone.value, alone.n) == (together.value, together.n) == (pytest.approx(5 / 6), 60)
    assert together.high - together.low > alone.high - alone.low


def plain(rows: list[dict[str, object]], end_s: float) -> tuple[float | None, int]:
    """Kaplan-Meier by the textbook over each conversation's last answer."""
    waits = []
    for name in sorted({row["conversation_id"] for row in rows}):
        mine = sorted(
            (row for row in rows if row["conversation_id"] == name),
            key=lambda r: (r["sent_at"], r["direction"], r["message_id"]),
        )
        asked, last, again = False, None, None
        for row in mine:
            if row["author_kind"] == "customer":
                asked = True
                if last is not None and again is None and row["needs_response"] is not False:
                    again = row["sent_at"]
            elif row["author_kind"] == "agent" and asked:
                last, again = row["sent_at"], None
        if last is not None:
            stop = again or at(end_s)
            seconds = (stop - last).total_seconds()
            waits.append((min(seconds, WEEK), again is not None and seconds <= WEEK))
    survival = 1.0
    for time in sorted({wait for wait, back in waits if back}):
        risk = sum(wait >= time for wait, _ in waits)
        survival *= 1 - sum(wait == time and back for wait, back in waits) / risk
    return (survival if max(wait for wait, _ in waits) >= WEEK else None), len(waits)


@pytest.mark.parametrize("seed", range(4))
def test_second_implementation_on_a_random_store(seed):
    rng = random.Random(seed)
    rows = []
    for i in range(60):
        day = rng.uniform(0, 30)
        for _ in range(rng.randrange(1, 8)):
            day += rng.choice([0, 0.01, 1, 3, 7, 12])
            kind = rng.choice(["customer", "agent", "bot"])
            needs = rng.choice([None, True, False]) if kind == "customer" else None
            rows.append(says(f"k{i}", kind, round(day, 2), needs=needs) | {"message_id": f"m{len(rows):04}"})
    end_s = max((row["sent_at"] - at(0)).total_seconds() for row in rows) + HOUR
    value = resolution.compute(store(interactions=talk(rows, end_s=end_s)), Window()).value
    share, n = plain(rows, end_s)
    assert not isinstance(value, Unknown)
    assert (value.value, value.n) == (pytest.approx(share), n)


def test_exports_without_the_unanswered_can_say_it_too():
    found = Store.of({"interactions": talk(five(), end_s=60 * DAY)}, keeps_unanswered="no")
    assert resolution.compute(found, Window()).value.value == pytest.approx(4 / 5)


def test_the_figure_and_its_rows_choose_alike():
    parts = [sql.split("chosen as (")[0] for sql in (resolution.WAITS, resolution.ROWS)]
    assert parts[0] == parts[1]

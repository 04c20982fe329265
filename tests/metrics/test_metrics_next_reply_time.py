"""Every wait of a conversation, from the first message of each burst to the next reply by a person."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, MINUTE, at, conversation, store, talk

from socialroi.metrics import first_response_time, next_reply_time, resolution
from socialroi.result import Unknown, Window
from socialroi.store import Store


def says(
    conversation_id: str,
    kind: str,
    second: float,
    *,
    needs: bool | None = None,
    customer: str | None = None,
    author: str | None = None,
) -> dict[str, object]:
    asks = kind == "customer"
    who = customer or f"c-{conversation_id}"
    return {
        "message_id": f"{conversation_id}-{second:09.0f}-{kind}",
        "conversation_id": conversation_id,
        "customer_id": who,
        "author_id": author or (who if asks else "ann"),
        "author_kind": kind,
        "direction": "in" if asks else "out",
        "sent_at": at(second),
        "department": "care",
        "channel": "twitter",
        "visibility": "public",
        "needs_response": needs,
    }


def ten() -> list[dict[str, object]]:
    """Ten messages of two conversations; the export ends after 10 h.

    a: asks 0 min and 4 min, a bot 5 min, a person 10 min        -> burst 1: 10 min
       asks 20 min, a person 50 min                              -> burst 2: 30 min
       thanks 60 min (no answer needed), asks 70 min, nothing     -> burst 3: 600 - 70 = 530 min, open
    b: asks 0 min, a person 2 min                                -> burst 4: 2 min
    """
    minutes = [
        ("a", "customer", 0), ("a", "customer", 4), ("a", "bot", 5), ("a", "agent", 10),
        ("a", "customer", 20), ("a", "agent", 50), ("a", "customer", 60), ("a", "customer", 70),
        ("b", "customer", 0), ("b", "agent", 2),
    ]  # fmt: skip
    return [
        says(name, kind, minute * MINUTE, needs=False if minute == 60 else None)
        for name, kind, minute in minutes
    ]


def test_bursts_by_hand():
    listed = next_reply_time.rows(store(interactions=talk(ten(), end_s=10 * HOUR)), Window())
    found = [(row.conversation_id, row.waited_s / MINUTE, row.answered) for row in listed.itertuples()]
    assert found == [("a", 530, False), ("a", 30, True), ("a", 10, True), ("b", 2, True)]
    assert list(listed["messages"]) == [2, 1, 2, 1]


def test_median_by_hand():
    # the same four waits twice, by other people: 2 2 10 10 30 30, two open. S(10) = 4/8: the median
    again = [
        row | {k: f"{row[k]}+" for k in ("message_id", "conversation_id", "customer_id")} for row in ten()
    ]
    found = store(interactions=talk(ten(), again, end_s=10 * HOUR))
    value = next_reply_time.compute(found, Window()).value
    assert (value.value, value.n) == (10 * MINUTE, 8)
    detail = next_reply_time.compute_detail(found, Window())
    # later bursts: 30 30 and two open, only four; from the last message: 2 2 6 6 30 30, S(6) = 4/8
    assert (detail["median_later"].code, detail["median_later"].n) == ("too_few", 4)
    assert detail["median_from_last"].value == 6 * MINUTE
    assert (detail["answered"].value, detail["waiting"].value) == (6, 2)
    assert detail["p90"].code == "not_reached"


def test_a_conversation_of_one_burst_is_its_first_response():
    waits = [1, 2, 3, 5, 8, 13, 21, None, None, None]
    rows = [conversation(f"a{i}", f"c{i}", w and w * MINUTE, i * HOUR) for i, w in enumerate(waits)]
    found = store(interactions=talk(*rows, end_s=48 * HOUR))
    assert next_reply_time.compute(found, Window()).value == (
        first_response_time.compute(found, Window()).value
    )


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_ignoring_people_cannot_improve_it(share):
    # 40 conversations of two bursts; a first share of them gets its second answer, after 5 min
    rows = []
    for i in range(40):
        name = f"k{i:02}"
        rows.append(says(name, "customer", i * HOUR))
        if i < 40 * share:
            rows.append(says(name, "agent", i * HOUR + 5 * MINUTE))
            rows.append(says(name, "customer", i * HOUR + 10 * MINUTE))
            rows.append(says(name, "agent", i * HOUR + 15 * MINUTE))
    found = store(interactions=talk(rows, end_s=90 * HOUR))
    listed = next_reply_time.rows(found, Window())
    assert listed.loc[listed["answered"], "waited_s"].median() == 5 * MINUTE  # the figure we do not print
    value = next_reply_time.compute(found, Window()).value
    # answered : open = 72 : 4, 40 : 20, 16 : 32
    if share == 0.2:
        assert isinstance(value, Unknown)
        assert value.code == "not_reached"
        assert "16 were answered" in value.sentence
    else:
        assert value.value == 5 * MINUTE
    assert (
        next_reply_time.compute_detail(found, Window())["waiting"].value == {0.9: 4, 0.5: 20, 0.2: 32}[share]
    )


def test_closing_the_open_ones_changes_nothing():
    closing = says("a", "system", 100 * MINUTE)
    plain, closed = (store(interactions=talk(rows, end_s=10 * HOUR)) for rows in (ten(), [*ten(), closing]))
    assert next_reply_time.rows(plain, Window()).equals(next_reply_time.rows(closed, Window()))


def test_private_notes_campaigns_and_bots_end_no_wait():
    rows = [says("a", "customer", 0), says("a", "bot", 10), says("a", "campaign", 20)]
    rows.append(says("a", "agent", 30) | {"visibility": "private"})
    listed = next_reply_time.rows(store(interactions=talk(rows, end_s=HOUR)), Window())
    assert (listed["waited_s"].item(), listed["answered"].item()) == (HOUR, False)


def test_in_a_community_answering_oneself_ends_no_wait():
    def post(kind_way: str, second: float, author: str) -> dict[str, object]:
        said = says("q", "customer", second, author=author)
        return said | {"author_kind": "peer", "direction": kind_way, "customer_id": None}

    rows = [
        post("in", 0, "p1"),
        post("out", 60, "p1"),
        post("out", 120, "p2"),
        post("in", 200, "p3") | {"message_id": "z"},
        post("out", 230, "p1") | {"message_id": "zz"},
    ]
    listed = next_reply_time.rows(store(interactions=talk(rows, end_s=HOUR)), Window())
    assert sorted(listed["waited_s"]) == [30, 120]


def test_a_burst_belongs_to_the_period_in_which_it_began():
    rows = [row for i in range(6) for row in (
        says(f"k{i}", "customer", i), says(f"k{i}", "agent", 60 + i),
        says(f"k{i}", "customer", DAY / 2 + i), says(f"k{i}", "agent", DAY / 2 + 600 + i),
    )]  # fmt: skip
    found = store(interactions=talk(rows, end_s=2 * DAY))
    first = next_reply_time.compute(found, Window(end=at(HOUR))).value
    second = next_reply_time.compute(found, Window(start=at(HOUR))).value
    assert [(v.value, v.n) for v in (first, second)] == [(60, 6), (600, 6)]
    assert next_reply_time.compute_detail(found, Window())["median_later"].value == 600


def hours() -> pd.DataFrame:
    days = range(1, 6)
    return pd.DataFrame({"weekday": list(days), "opens": "09:00", "closes": "17:00", "zone": "UTC"})


def test_business_clock():
    # Monday 9:00, open until 17:00. Second burst 16:50 to 9:20 next day: 30 open minutes.
    rows = [row for i in range(5) for row in (
        says(f"k{i}", "customer", 0), says(f"k{i}", "agent", 30 * MINUTE),
        says(f"k{i}", "customer", 7 * HOUR + 50 * MINUTE), says(f"k{i}", "agent", DAY + 20 * MINUTE),
    )]  # fmt: skip
    found = store(interactions=talk(rows, end_s=3 * DAY), calendars=hours())
    value = next_reply_time.compute(found, Window(clock="business")).value
    assert (value.value, value.n) == (30 * MINUTE, 10)
    without = next_reply_time.compute(store(interactions=talk(rows, end_s=3 * DAY)), Window(clock="business"))
    assert (without.value.code, without.value.n) == ("no_calendar", 10)


def test_exports_without_the_unanswered_say_so():
    rows = [row for i in range(6) for row in (says(f"k{i}", "customer", i), says(f"k{i}", "agent", 60 + i))]
    rows.append(says("k0", "customer", HOUR))
    found = Store.of({"interactions": talk(rows, end_s=DAY)}, keeps_unanswered="no")
    reading = next_reply_time.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (60, 6)
    assert "answered bursts only" in reading.value.method
    assert any("the true wait is longer" in note for note in reading.notes)


def test_repeated_people_widen_the_interval_and_leave_the_median():
    def firm(person: str) -> Store:
        rows = []
        for i in range(70):
            who = person.format(i % 7 if "{}" in person else "", i)
            wait = (i % 7 + 1) * MINUTE
            rows += [says(f"k{i}", "customer", i, customer=who), says(f"k{i}", "agent", i + wait)]
        return store(interactions=talk(rows, end_s=DAY))

    alone = next_reply_time.compute(firm("own-{1}"), Window()).value
    together = next_reply_time.compute(firm("one of {}"), Window()).value
    assert (alone.value, alone.n) == (together.value, together.n)
    assert together.high - together.low > alone.high - alone.low


def plain_bursts(rows: list[dict[str, object]], end_s: float) -> list[tuple[float, bool]]:
    """The waits, one conversation after the other, with a variable for the open question."""
    waits = []
    for name in {row["conversation_id"] for row in rows}:
        open_since = None
        mine = [row for row in rows if row["conversation_id"] == name]
        for row in sorted(mine, key=lambda r: (r["sent_at"], r["direction"], r["message_id"])):
            if row["author_kind"] == "customer" and row["needs_response"] is not False and open_since is None:
                open_since = row["sent_at"]
            if row["author_kind"] == "agent" and open_since is not None:
                waits.append(((row["sent_at"] - open_since).total_seconds(), True))
                open_since = None
        if open_since is not None:
            waits.append(((at(end_s) - open_since).total_seconds(), False))
    return sorted(waits)


@pytest.mark.parametrize("seed", range(4))
def test_second_implementation_on_a_random_store(seed):
    rng = random.Random(seed)
    rows = []
    for i in range(60):
        second = rng.randrange(3 * DAY)
        for _ in range(rng.randrange(1, 8)):
            second += rng.choice([0, 1, 300, HOUR, 2 * DAY])
            kind = rng.choice(["customer", "customer", "agent", "bot"])
            needs = rng.choice([None, True, False]) if kind == "customer" else None
            rows.append(says(f"k{i}", kind, second, needs=needs) | {"message_id": f"m{len(rows):04}"})
    end_s = 20 * DAY
    found = store(interactions=talk(rows, end_s=end_s))
    listed = next_reply_time.rows(found, Window())
    expected = plain_bursts(rows, end_s)
    assert sorted(zip(listed["waited_s"], listed["answered"], strict=True)) == expected
    value = next_reply_time.compute(found, Window()).value
    assert (value.value if not isinstance(value, Unknown) else None, value.n) == (
        plain_median(expected), len(expected)
    )  # fmt: skip


QUESTIONS = (next_reply_time.WAITS, next_reply_time.ROWS, resolution.WAITS, resolution.ROWS)


def plain_median(waits: list[tuple[float, bool]]) -> float | None:
    """Kaplan-Meier by the textbook."""
    survival = 1.0
    for time in sorted({wait for wait, answered in waits if answered}):
        risk = sum(wait >= time for wait, _ in waits)
        survival *= 1 - sum(wait == time and answered for wait, answered in waits) / risk
        if survival <= 0.5 + 1e-12:
            return time
    return None


def test_the_figure_and_its_rows_part_messages_alike():
    # one place parts messages into bursts, and both questions read it
    assert all("from bursts" in sql and "interactions" not in sql for sql in QUESTIONS)

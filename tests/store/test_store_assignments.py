"""Coin tosses: read, merged, taken back, and told to the episode they belong to."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from store_files import MESSAGES, load
from store_tables import episodes, talk

from socialroi import store
from socialroi.errors import FileRefused
from socialroi.store import Store

TOSSES = "conversation_id,assigned_arm,assigned_at,planned_share"
ALL = "select conversation_id, assigned_arm, assigned_at, planned_share from assignments order by all"
TEN = datetime(2026, 1, 5, 10)


def kept(folder: Path) -> list[tuple[Any, ...]]:
    with Store.open(folder / "db") as opened:
        return opened.rows(ALL)


def tosses(*rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=TOSSES.split(","))
    return frame.assign(assigned_at=pd.to_datetime(frame["assigned_at"]))


def test_the_file_is_recognised_and_kept(tmp_path: Path) -> None:
    done = load(tmp_path, "coin.csv", TOSSES, "c1,answer,2026-01-05 10:00:00,0.5", "c2,hold,,0.5")
    assert (done.table, done.rows_loaded, done.rows_rejected) == ("assignments", 2, 0)
    assert kept(tmp_path) == [("c1", "answer", TEN, 0.5), ("c2", "hold", None, 0.5)]
    assert all(check.passed for check in store.doctor(tmp_path / "db"))


@pytest.mark.parametrize(
    ("word", "arm"),
    [
        ("Treatment", "answer"), ("FIRST", "answer"), ("1", "answer"), ("answer first", "answer"),
        ("control", "hold"), ("Wait", "hold"), ("0", "hold"), ("held", "hold"),
    ],
)  # fmt: skip
def test_other_words_for_the_arms(tmp_path: Path, word: str, arm: str) -> None:
    load(tmp_path, "coin.csv", "Ticket ID,Arm", f"c1,{word}")
    assert kept(tmp_path) == [("c1", arm, None, None)]


def test_a_word_that_is_no_arm_is_rejected_with_what_is_accepted(tmp_path: Path) -> None:
    done = load(tmp_path, "coin.csv", TOSSES, "c1,answer,,", "c2,perhaps,,", "c3,hold,,")
    (reject,) = done.rejects
    assert (reject.line, reject.column, reject.shown) == (3, "assigned_arm", "perhaps")
    assert "answer, hold" in reject.reason


def test_lines_that_are_not_used_yet_are_set_aside_without_alarm(tmp_path: Path) -> None:
    """A list of 10 of which 2 are used: 8 set aside by rule, though 8 of 10 faults would refuse the file."""
    used = ["1,c1,answer,2026-01-05T10:00:00Z,0.5", "2,c2,hold,2026-01-05T10:05:00Z,0.5"]
    unused = [f"{number},,answer,,0.5" for number in range(3, 11)]
    done = load(tmp_path, "list.csv", f"sequence,{TOSSES}", *used, *unused, timezone=None)
    assert (done.rows_read, done.rows_loaded, done.rows_rejected) == (10, 2, 8)
    assert {reject.reason for reject in done.rejects} == {
        "This line of the list is not used yet: no conversation stands beside it."
    }
    assert done.notes == (), "the numbers of the lines are no surprise"


def test_a_list_nobody_has_used_loads_nothing_and_is_no_fault(tmp_path: Path) -> None:
    done = load(tmp_path, "list.csv", f"sequence,{TOSSES}", "1,,answer,,0.5", "2, ,hold,,0.5")
    assert (done.rows_read, done.rows_loaded, done.rows_rejected) == (2, 0, 2)


def test_a_used_line_without_an_arm_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="assigned_arm"):
        load(tmp_path, "list.csv", TOSSES, "c1,,,0.5")


def test_the_same_list_again_with_more_of_it_used(tmp_path: Path) -> None:
    first, second = "c1,answer,2026-01-05 10:00:00,0.5", "c2,hold,2026-01-05 10:05:00,0.5"
    load(tmp_path, "monday.csv", TOSSES, first, ",hold,,0.5", ",hold,,0.5")
    done = load(tmp_path, "tuesday.csv", TOSSES, first, second, ",hold,,0.5")
    assert (done.rows_loaded, done.rows_duplicate, done.rows_rejected) == (1, 1, 1)
    assert [row[0] for row in kept(tmp_path)] == ["c1", "c2"]


def test_a_later_file_wins_and_undo_brings_the_earlier_back(tmp_path: Path) -> None:
    load(tmp_path, "monday.csv", TOSSES, "c1,answer,2026-01-05 10:00:00,0.5")
    before = kept(tmp_path)
    done = load(tmp_path, "corrected.csv", TOSSES, "c1,hold,2026-01-05 10:00:00,0.5")
    assert kept(tmp_path) == [("c1", "hold", TEN, 0.5)]
    store.undo(tmp_path / "db", done.batch)
    assert kept(tmp_path) == before
    assert all(check.passed for check in store.doctor(tmp_path / "db"))


def test_the_first_rows_and_later_ones_come_in_alike(tmp_path: Path) -> None:
    rows = ["c1,answer,2026-01-05 10:00:00,0.5", "c1,hold,2026-01-05 10:00:00,0.5"]
    done = load(tmp_path, "twice.csv", TOSSES, *rows)
    assert (done.rows_loaded, done.rows_duplicate) == (1, 1)
    assert kept(tmp_path) == [("c1", "hold", TEN, 0.5)], "of one conversation the last line stays"


def test_messages_beside_their_arms_are_still_messages(tmp_path: Path) -> None:
    line = "m1,c1,ann,customer,2026-01-05 10:00:00,x,randomised,hold"
    done = load(tmp_path, "messages.csv", f"{MESSAGES},assignment_kind,assigned_arm", line)
    assert done.table == "interactions"


# What the episodes say

TWO = (
    "c1 customer:ann 2026-01-05T10:00",
    "c1 agent:bob 2026-01-05T11:00",
    "c1 customer:ann 2026-03-05T10:00",
)


def arms(frame: pd.DataFrame, *lines: str) -> list[tuple[Any, ...]]:
    found = episodes(*lines, assignments=frame)
    names = ("assignment_kind", "assigned_arm", "planned_share")
    return [tuple(None if pd.isna(row[name]) else row[name] for name in names) for row in found]


def test_without_a_time_the_first_episode_of_the_conversation_was_drawn() -> None:
    nothing = (None, None, None)
    assert arms(tosses(("c1", "hold", None, 0.5)), *TWO) == [("randomised", "hold", 0.5), nothing]
    assert arms(tosses(("c9", "hold", None, 0.5)), *TWO) == [nothing, nothing]


@pytest.mark.parametrize(
    ("when", "drawn"),
    [
        ("2026-01-05T10:01", 0), ("2026-03-05T09:59", 1), ("2026-03-05T10:00", 1), ("2026-03-05", 1),
        ("2026-02-01", 0), ("2025-12-01", 0),
    ],
)  # fmt: skip
def test_a_toss_is_about_the_episode_that_had_begun(when: str, drawn: int) -> None:
    told = arms(tosses(("c1", "answer", when, 0.5)), *TWO)
    assert [arm for _, arm, _ in told].index("answer") == drawn
    assert [arm for _, arm, _ in told].count("answer") == 1


def test_the_coin_goes_before_what_the_message_says() -> None:
    own = "assignment_kind=natural assigned_arm=x"
    lines = (f"{TWO[0]} {own}", TWO[1], f"{TWO[2]} {own}", f"c2 customer:eve 2026-03-06T10:00 {own}")
    assert arms(tosses(("c1", "answer", None, 2 / 3)), *lines) == [
        ("randomised", "answer", 2 / 3), ("natural", "x", None), ("natural", "x", None),
    ]  # fmt: skip


def test_tosses_make_no_episode_and_lose_none() -> None:
    frame = talk(*(f"c{number} customer:ann 2026-01-0{number}T10:00" for number in range(1, 8)))
    drawn = tosses(
        *((f"c{n}", arm, None, 0.5) for n, arm in zip(range(3, 12), itertools.cycle(("answer", "hold"))))
    )
    made = Store.of({"interactions": frame, "assignments": drawn})
    count = "select count(*), count(assigned_arm), count(planned_share) from episodes"
    assert made.one(count) == (7, 5, 5)

"""Pictures: the week by hour, waits by length."""

from __future__ import annotations

import pytest
from metric_cases import DAY, HOUR, MINUTE, conversation, orders, store, talk

from socialroi.metrics import grids
from socialroi.result import Window
from socialroi.store import Store


def test_hours_of_the_week_by_hand():
    # Monday 09 h: six of ten answered after 4 min, four never: the median is 4 min. 10 h: nine, too few.
    rows = [conversation(f"a{i}", f"c{i}", 4 * MINUTE if i < 6 else None, i) for i in range(10)]
    rows += [conversation(f"b{i}", f"d{i}", MINUTE, HOUR + i) for i in range(9)]
    grid = grids.hours(store(interactions=talk(*rows, end_s=DAY)), Window())
    assert set(grid.cells) == {("Monday", "09")}
    assert grid.cells["Monday", "09"].value == 4 * MINUTE
    assert (len(grid.rows), len(grid.columns)) == (7, 24)


def test_hours_are_those_of_the_business_zone():
    rows = [conversation(f"a{i}", f"c{i}", MINUTE, i) for i in range(10)]
    found = Store.of({"interactions": talk(*rows, end_s=DAY)}, settings={"business_zone": "Asia/Tokyo"})
    grid = grids.hours(found, Window())
    assert set(grid.cells) == {("Monday", "18")}
    assert grid.column_label == "Hour of arrival, Asia/Tokyo"


def test_an_hour_that_mostly_goes_unanswered_is_not_reached():
    rows = [conversation(f"a{i}", f"c{i}", MINUTE if i < 2 else None, i) for i in range(10)]
    grid = grids.hours(store(interactions=talk(*rows, end_s=DAY)), Window())
    assert grid.cells["Monday", "09"].code == "not_reached"


def test_waits_keep_the_unanswered_in_the_denominator():
    # 3 of 10 answered after 1, 2, 3 minutes: the curve ends at 30 %.
    rows = [conversation(f"a{i}", f"c{i}", (i + 1) * MINUTE if i < 3 else None, i) for i in range(10)]
    steps = grids.waits(store(interactions=talk(*rows, end_s=DAY)), Window()).groups[""]
    assert [(step.x, step.value.value) for step in steps[1:4]] == [
        (60, pytest.approx(0.1)),
        (120, pytest.approx(0.2)),
        (180, pytest.approx(0.3)),
    ]
    assert steps[-1].value.value == pytest.approx(0.3)
    assert [step.at_risk for step in steps[:4]] == [10, 10, 9, 8]


def test_waits_by_channel():
    rows = [
        conversation(f"a{i}", f"c{i}", MINUTE, i, channel=("twitter", "facebook")[i % 2]) for i in range(10)
    ]
    found = store(interactions=talk(*rows, end_s=DAY, channels=("twitter", "facebook")))
    assert set(grids.waits(found, Window(by="channel")).groups) == {"twitter", "facebook"}


def greeted(bots: int) -> list[list[dict[str, object]]]:
    """Ten ask; a person answers five of them after 10 min, a bot the first `bots` after 1 min."""
    rows = [conversation(f"a{i}", f"c{i}", 10 * MINUTE if i < 5 else None, i) for i in range(10)]
    greetings = [conversation(f"a{i}", f"c{i}", MINUTE, i, reply_kind="bot")[1:] for i in range(bots)]
    return [*rows, *([row | {"message_id": f"bot-{i}"} for row in one] for i, one in enumerate(greetings))]


def test_touches_beside_answers_by_hand():
    # By a person 5 of 10 after 10 min; by anybody 6 of 10 after a minute: four of those five and two more,
    # and the fifth after 10 min makes no more than 6: the bot greeted a0 .. a5.
    curve = grids.touches(store(interactions=talk(*greeted(6), end_s=DAY)), Window())
    last = {name: (steps[1].x, steps[-1].value.value) for name, steps in curve.groups.items()}
    assert last == {grids.BY_PERSON: (600, pytest.approx(0.5)), grids.BY_ANYBODY: (60, pytest.approx(0.6))}
    assert all(steps[0].at_risk == 10 for steps in curve.groups.values())


def test_without_bots_there_is_no_second_line():
    curve = grids.touches(store(interactions=talk(*greeted(0), end_s=DAY)), Window())
    assert list(curve.groups) == [grids.BY_PERSON]
    assert grids.touches(Store.of({}), Window()).groups == {}


def test_pictures_of_nothing_are_empty():
    nothing = Store.of({})
    assert grids.triangle(nothing, Window()).cells == {}
    assert grids.hours(nothing, Window()).cells == {}
    assert grids.ease(nothing, Window()).cells == {}
    assert grids.waits(nothing, Window()).groups == {}


def test_a_small_cohort_has_no_row():
    bought = {"a": (0, 40), "b": (0,)} | {f"f{i}": (35, 70) for i in range(6)}
    grid = grids.triangle(store(orders=orders(bought, 150)), Window())
    assert grid.rows == ("2026-02",)
    assert grid.cells["2026-02", "1"].value == 1

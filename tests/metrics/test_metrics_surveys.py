"""Net Easy Score and satisfaction: boxes, signs, scales and re-ratings."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from metric_cases import DAY, HOUR, at, store, surveys

from socialroi.metrics import csat, grids, net_easy
from socialroi.result import Estimate, Window


def test_net_easy_by_hand():
    # 1 1 2 | 3 4 | 5 5 6 7 7: three easy, five difficult of ten: 100 x (3 - 5) / 10 = -20.
    reading = net_easy.compute(store(surveys=surveys([1, 1, 2, 3, 4, 5, 5, 6, 7, 7])), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(-20), 10)
    assert reading.definition.name == "Net Easy Score"


def test_the_sign_is_easy_minus_difficult():
    assert net_easy.compute(store(surveys=surveys([1] * 6)), Window()).value.value == 100
    assert net_easy.compute(store(surveys=surveys([7] * 6)), Window()).value.value == -100


def test_uniform_answers_give_minus_fourteen():
    # two boxes of seven against three: 100 x (2 - 3) / 7
    value = net_easy.compute(store(surveys=surveys([1, 2, 3, 4, 5, 6, 7])), Window()).value
    assert value.value == pytest.approx(-14.2857, abs=1e-4)


def test_its_interval_is_the_published_one():
    # the standard error of a net score: 60 % easy, 20 % difficult, +-15.7 at n = 100 and +-7.8 at n = 400.
    for n, half in ((100, 15.7), (400, 7.8)):
        scores = [1] * (n * 6 // 10) + [3] * (n * 2 // 10) + [6] * (n * 2 // 10)
        value = net_easy.compute(store(surveys=surveys(scores)), Window()).value
        assert (value.high - value.low) / 2 == pytest.approx(half, rel=0.03)


def test_everybody_easy_is_not_certain():
    value = net_easy.compute(store(surveys=surveys([1] * 10)), Window()).value
    assert value.low < value.value == value.high == 100


def test_agreement_scale_is_another_question_and_never_mixed():
    bt = surveys([1, 1, 2, 3, 7, 2])
    agree = surveys([7, 7, 7, 6, 1, 2, 7, 7], question="ces2", good=True, prefix="g")
    reading = net_easy.compute(store(surveys=pd.concat([bt, agree])), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(100 * (4 - 1) / 6), 6)
    assert "Answers on other scales are never mixed in: 8 on ces2 1 to 7." in reading.notes


@pytest.mark.parametrize(
    ("question", "highest", "good", "scores", "expected"),
    [
        ("ces2", 7, True, [7, 6, 6, 5, 3, 1], 100 * (3 - 2) / 6),
        ("net_easy", 7, True, [7, 6, 6, 5, 3, 1], 100 * (3 - 2) / 6),
        ("ces2", 5, True, [5, 4, 3, 2, 1, 5], 100 * (3 - 2) / 6),
        ("net_easy", 5, False, [1, 2, 3, 4, 5, 1], 100 * (3 - 2) / 6),
        ("net_easy", 5, True, [5, 4, 3, 2, 1, 5], 100 * (3 - 2) / 6),
    ],
)
def test_other_ease_scales_have_their_own_name(question, highest, good, scores, expected):
    table = surveys(scores, question=question, highest=highest, good=good)
    reading = net_easy.compute(store(surveys=table), Window())
    assert reading.value.value == pytest.approx(expected)
    assert reading.definition.name != net_easy.DEFINITION.name
    assert reading.notes[0].startswith(reading.definition.name)


@pytest.mark.parametrize("table", [surveys([1] * 9, good=None), surveys([1] * 9, highest=10)])
def test_direction_and_scale_are_never_guessed(table):
    value = net_easy.compute(store(surveys=table), Window()).value
    assert (value.code, value.n) == ("unknown_scale", 9)


def test_answers_without_a_scale_are_refused():
    table = surveys([1] * 9).assign(scale_min=None, scale_max=None)
    assert net_easy.compute(store(surveys=table), Window()).value.code == "unknown_scale"


def test_answers_outside_the_scale_are_left_out_and_counted():
    reading = net_easy.compute(store(surveys=surveys([1, 1, 1, 3, 9, 0, 7])), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(100 * 2 / 5), 5)
    assert "2 answers lie outside their scale and are left out." in reading.notes


def test_silence_is_shown_not_counted():
    reading = net_easy.compute(store(surveys=surveys([1, 1, 2, 3, 7, None, None, None])), Window())
    assert reading.value.n == 5
    assert reading.notes[0].startswith("5 of 8 surveys sent were answered (62.5%)")


def test_the_last_answer_about_one_conversation_counts():
    first = surveys([7, 7, 1, 1, 1])
    again = first[:2].assign(response_id=["r0b", "r1b"], score=[1.0, 2.0], answered_at=[at(9 * DAY)] * 2)
    reading = net_easy.compute(store(surveys=pd.concat([first, again])), Window())
    assert (reading.value.value, reading.value.n) == (100, 5)
    assert "2 answers gave way to a later one about the same episode." in reading.notes


def test_a_customer_who_answers_often_widens_the_interval():
    scores = [1] * 20 + [6] * 20
    alone = net_easy.compute(store(surveys=surveys(scores)), Window()).value
    few = net_easy.compute(
        store(surveys=surveys(scores, customers=[f"k{i // 5}" for i in range(40)])), Window()
    ).value
    assert few.value == alone.value
    assert few.high - few.low > 1.5 * (alone.high - alone.low)


def test_csat_by_hand():
    # 4 and 5 of 5 are satisfied, 3 stays in the denominator: 5, 5, 4 of 1 2 3 3 4 5 5 = 3 / 7.
    table = surveys([1, 2, 3, 3, 4, 5, 5], question="csat", highest=5, good=True)
    reading = csat.compute(store(surveys=table), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 7), 7)
    assert reading.definition.formula == "Answers 4 to 5 / all answers, on the scale 1 to 5 as asked."


@pytest.mark.parametrize(
    ("lowest", "highest", "good", "scores", "expected"),
    [
        (1, 3, True, [1, 2, 3, 3, 2, 1], 2 / 6),  # Zendesk: only the 3
        (0, 1, True, [0, 1, 1, 1, 0, 1], 4 / 6),  # good or bad
        (1, 7, True, [5, 6, 7, 7, 1, 2], 3 / 6),
        (0, 10, True, [10, 9, 8, 0, 5, 9], 3 / 6),
        (1, 5, False, [1, 2, 3, 4, 5, 1], 3 / 6),  # 1 is the best
        (1, 5, None, [5, 4, 3, 2, 1, 5], 3 / 6),
    ],
)
def test_csat_boxes_follow_the_scale_as_asked(lowest, highest, good, scores, expected):
    table = surveys(scores, question="csat", lowest=lowest, highest=highest, good=good)
    assert csat.compute(store(surveys=table), Window()).value.value == pytest.approx(expected)


def test_csat_never_pools_scales():
    five = surveys([5, 5, 5, 1, 1, 1, 1], question="csat", highest=5, good=True)
    three = surveys([3] * 6, question="csat", highest=3, good=True, prefix="z")
    reading = csat.compute(store(surveys=pd.concat([five, three])), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 7), 7)
    assert any("scales are never pooled" in note and "6 on 1 to 3" in note for note in reading.notes)


def test_csat_on_a_hundred_points_has_no_boxes():
    table = surveys(range(0, 100, 10), question="csat", lowest=0, highest=100, good=True)
    assert csat.compute(store(surveys=table), Window()).value.code == "unknown_scale"


def test_satisfaction_is_not_ease():
    found = store(surveys=surveys([1, 1, 1, 1, 1, 1]))
    assert csat.compute(found, Window()).value.code == "no_data"


def test_period_filters_by_the_time_of_answering():
    found = store(surveys=surveys([1] * 10))
    window = Window(start=at(2 * DAY), end=at(8 * DAY))
    assert net_easy.compute(found, window).value.n == 6
    assert net_easy.compute(found, Window(start=at(DAY + HOUR), end=at(6 * DAY + HOUR))).value.n == 5


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_on_random_surveys(seed):
    rng = random.Random(seed)
    scores = [rng.choice([None, *range(1, 8)]) for _ in range(90)]
    customers = [f"c{rng.randrange(30)}" for _ in scores]
    found = store(surveys=surveys(scores, customers=customers))
    given = [score for score in scores if score is not None]
    expected = 100 * (sum(s <= 2 for s in given) - sum(s >= 5 for s in given)) / len(given)
    value = net_easy.compute(found, Window()).value
    assert (value.value, value.n) == (pytest.approx(expected), len(given))
    assert value.low <= value.value <= value.high


def test_ease_by_department_is_a_distribution():
    table = surveys([1, 1, 2, 3, 7, 7])
    grid = grids.ease(store(surveys=table), Window())
    assert grid.columns == ("1", "2", "3", "4", "5", "6", "7")
    cells = [grid.cells["(not recorded)", column] for column in grid.columns]
    assert [cell.value for cell in cells if isinstance(cell, Estimate)] == pytest.approx(
        [2 / 6, 1 / 6, 1 / 6, 0, 0, 0, 2 / 6]
    )

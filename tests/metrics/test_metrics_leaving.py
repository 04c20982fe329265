"""Satisfied but leaving, dissatisfied but staying: behaviour, the printed threshold, and who is followed."""

from __future__ import annotations

import pytest
from metric_cases import DAY, at, orders, store, surveys

from socialroi.metrics import churn, dissatisfied_but_staying, retention, satisfied_but_leaving
from socialroi.result import Estimate, Window

#: Thirty others order every ten days, so that nine in ten pauses last ten days: D = 10.
REGULARS = {f"reg{i}": range(0, 101, 10) for i in range(30)}


def shop(answers, bought, end=100, **options):
    """`answers`: (customer, day, score); `bought`: customer -> days of orders."""
    table = surveys([score for _, _, score in answers], question="csat", highest=5, good=True,
                    customers=[who for who, _, _ in answers], **options)  # fmt: skip
    when = [at(day * DAY) for _, day, _ in answers]
    table = table.assign(asked_at=when, answered_at=when)
    return store(surveys=table, orders=orders(REGULARS | bought, end))


def test_by_hand():
    answers = [(f"s{i}", 20, 5) for i in range(8)] + [(f"d{i}", 20, 1) for i in range(6)]
    # of eight satisfied, three order within ten days; of six dissatisfied, two do
    bought = {"s0": [21], "s1": [29], "s2": [30], "s3": [31], "s4": [19], "d0": [22], "d1": [25], "d2": [40]}
    found = shop(answers, bought)
    assert churn.threshold(found) == 10
    leaving = satisfied_but_leaving.compute(found, Window())
    staying = dissatisfied_but_staying.compute(found, Window())
    # s3 came a day too late, s4 only before: five of eight left
    assert (leaving.value.value, leaving.value.n) == (pytest.approx(5 / 8), 8)
    assert (staying.value.value, staying.value.n) == (pytest.approx(2 / 6), 6)
    assert (
        leaving.notes[0]
        == "Counted as leaving: no order within 10 days after the answer, the threshold of churn."
    )


def test_all_customers_stand_beside_over_as_many_days():
    found = shop([(f"s{i}", 20, 5) for i in range(8)], {})
    leaving = satisfied_but_leaving.compute(found, Window())
    base = retention.compute(found, Window(horizon_days=10)).value
    assert isinstance(leaving.compared_with, Estimate)
    assert leaving.compared_with.value == pytest.approx(1 - base.value)
    unhappy = dissatisfied_but_staying.compute(shop([(f"s{i}", 20, 1) for i in range(8)], {}), Window())
    assert unhappy.compared_with == base
    assert "Of all customers who ordered in the 10 days before a month's end" in leaving.notes[1]


def test_answers_not_followed_to_the_threshold_are_left_out_and_counted():
    answers = [(f"s{i}", 20, 5) for i in range(6)] + [(f"y{i}", 91, 5) for i in range(3)]
    reading = satisfied_but_leaving.compute(shop(answers, {}), Window())
    assert reading.value.n == 6
    assert "3 satisfied answers are not followed that long and left out." in reading.notes
    young = satisfied_but_leaving.compute(shop([(f"y{i}", 95, 5) for i in range(9)], {}), Window()).value
    assert (young.code, young.n) == ("incomplete", 0)


def test_the_middle_answer_is_neither():
    answers = [(f"s{i}", 20, 5) for i in range(6)] + [(f"m{i}", 20, 3) for i in range(9)]
    found = shop(answers, {})
    assert satisfied_but_leaving.compute(found, Window()).value.n == 6
    assert dissatisfied_but_staying.compute(found, Window()).value.code == "too_few"


def test_without_a_threshold_nobody_is_said_to_leave():
    table = surveys([5] * 9, question="csat", highest=5, good=True)
    found = store(surveys=table, orders=orders({"a": [0, 50]}, 100))
    assert satisfied_but_leaving.compute(found, Window()).value.code == "too_few"
    assert satisfied_but_leaving.compute(store(surveys=table), Window()).value.code == "too_few"


def test_ease_alone_does_not_make_satisfied():
    assert satisfied_but_leaving.compute(store(surveys=surveys([1] * 9)), Window()).value.code == "no_data"


def test_a_customer_who_answers_often_widens_the_interval():
    alone = shop([(f"s{i}", 20, 5) for i in range(12)], {f"s{i}": [25] for i in range(6)})
    answers = [(f"k{i // 3}", 20 + i % 3 / 10, 5) for i in range(12)]
    few = shop(answers, {"k0": [25], "k1": [25]})
    one, other = (satisfied_but_leaving.compute(each, Window()).value for each in (alone, few))
    assert (one.value, one.n, other.value, other.n) == (0.5, 12, 0.5, 12)
    assert other.high - other.low > 1.3 * (one.high - one.low)


def test_rows_are_the_answers_behind_the_share():
    answers = [(f"s{i}", 20, 5) for i in range(8)] + [("y", 95, 5), ("d", 20, 1)]
    found = shop(answers, {"s0": [21], "s1": [29]})
    listed = satisfied_but_leaving.rows(found, Window())
    assert len(listed) == 8
    assert listed["stayed"].tolist() == [False] * 6 + [True] * 2
    assert listed["stayed"].mean() == pytest.approx(
        1 - satisfied_but_leaving.compute(found, Window()).value.value
    )


def test_second_implementation_on_random_answers():
    import random

    rng = random.Random(3)
    answers = [(f"c{rng.randrange(60)}", rng.randrange(5, 99), rng.randrange(1, 6)) for _ in range(150)]
    bought = {f"c{i}": [rng.randrange(100) + 0.5 for _ in range(3)] for i in range(60)}
    found = shop(answers, bought)
    days = churn.threshold(found)
    back = [
        any(day < when <= day + days for when in bought[who])
        for who, day, score in answers
        if score >= 4 and day + days <= 100
    ]
    value = satisfied_but_leaving.compute(found, Window()).value
    assert (value.value, value.n) == (pytest.approx(1 - sum(back) / len(back)), len(back))

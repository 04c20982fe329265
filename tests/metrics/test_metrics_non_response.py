"""Scores weighted for those who stayed silent, and the list of the hardest conversations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from metric_cases import DAY, HOUR, at, conversation, orders, store, surveys, talk

from socialroi.metrics import lowest_ease, non_response
from socialroi.result import Estimate, Window


def uneven(rng, n=1600):
    """Half the customers ordered often; they are content and answer twice as readily."""
    often = np.arange(n) % 2 == 0
    content = rng.random(n) < np.where(often, 0.8, 0.4)
    answers = rng.random(n) < np.where(often, 0.6, 0.2)
    scores = [(5 if good else 1) if said else None for good, said in zip(content, answers, strict=True)]
    who = [f"c{i}" for i in range(n)]
    table = surveys(scores, question="csat", highest=5, good=True, customers=who)
    table = table.assign(
        asked_at=at(50 * DAY), answered_at=table["answered_at"].where(table["score"].isna(), at(51 * DAY))
    )
    bought = {name: range(0, 48, 6) if many else [30] for name, many in zip(who, often, strict=True)}
    last = surveys([None], question="csat", highest=5, good=True, prefix="end").assign(asked_at=at(90 * DAY))
    return store(surveys=pd.concat([table, last]), orders=orders(bought, 100)), content, answers


def test_weights_bring_back_those_who_stayed_silent():
    found, content, answers = uneven(np.random.default_rng(1))
    result = non_response.weighted(found, Window())
    assert (result.asked, result.responded) == (1600, int(answers.sum()))
    (score,) = result.scores
    assert (score.definition.key, score.as_answered.n) == ("csat", int(answers.sum()))
    assert score.as_answered.value == pytest.approx(content[answers].mean())
    # half .8 and half .4 are .6; respondents are three to one of the content half: .7
    assert score.as_answered.value == pytest.approx(0.7, abs=0.04)
    assert score.weighted.value == pytest.approx(0.6, abs=0.04)
    assert score.weighted.high - score.weighted.low > score.as_answered.high - score.as_answered.low
    assert isinstance(result.response_rate, Estimate)


def test_weighted_respondents_are_like_everybody():
    found, _, _ = uneven(np.random.default_rng(2))
    balance = {one.name: one for one in non_response.weighted(found, Window()).balance}
    frequency = balance["Orders before the survey"]
    assert frequency.everybody == pytest.approx(4.5)  # half 8, half 1
    assert frequency.before > 0.4
    assert abs(frequency.after) < 0.02


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (surveys([1, 2, 3] * 40), "answered_only"),
        (surveys([1, 2, 3] * 40).assign(asked_at=pd.NaT), "not_asked"),
        (surveys([1, None] * 25), "too_few"),
    ],
)
def test_who_was_asked_must_be_in_the_file(table, code):
    result = non_response.weighted(store(surveys=table), Window())
    assert (result.absent.code, result.scores, result.balance) == (code, (), ())
    assert result.absent.sentence.endswith(".")


def test_nothing_loaded_is_said():
    assert non_response.weighted(store(), Window()).absent.code == "no_data"


# ---- the hardest conversations ----------------------------------------------------------------


def asked(scores, days, **options):
    table = surveys(scores, **options)
    return table.assign(asked_at=[at(day * DAY) for day in days], answered_at=[at(day * DAY) for day in days])


def test_the_newest_of_the_lowest_come_first():
    ease = asked([7, 6, 7, 1, 7], [1, 2, 3, 4, 5])
    listed = lowest_ease.conversations(store(surveys=ease), Window(), most=4)
    assert listed["conversation_id"].tolist() == ["r-t4", "r-t2", "r-t0", "r-t1"]
    assert listed["ease"].tolist() == [7, 7, 7, 6]


def test_ten_and_no_more_and_only_in_the_window():
    found = store(surveys=asked([7] * 30, range(30)))
    assert len(lowest_ease.conversations(found, Window())) == 10
    listed = lowest_ease.conversations(found, Window(end=at(4 * DAY)))
    assert listed["conversation_id"].tolist() == ["r-t3", "r-t2", "r-t1", "r-t0"]


def test_where_seven_is_easy_one_is_hardest():
    agree = asked([1, 7, 2, 6, 7], range(5), question="ces2", good=True)
    assert lowest_ease.conversations(store(surveys=agree), Window(), most=2)["ease"].tolist() == [1, 2]


def test_wait_channel_and_satisfaction_stand_beside():
    messages = talk(
        conversation("r-t0", "r-c0", 2 * HOUR, channel="email", department="returns"), end_s=20 * DAY
    )
    ease = asked([7, 7, 1, 1, 1], [2, 1, 1, 1, 1])
    happy = asked([2, 4, 5, 5, 5], [2, 1, 1, 1, 1], question="csat", highest=5, good=True)
    listed = lowest_ease.conversations(
        store(surveys=pd.concat([ease, happy]), interactions=messages), Window()
    )
    first = listed.iloc[0]
    assert (first["channel"], first["department"], first["waited_s"]) == ("email", "returns", 2 * HOUR)
    assert listed["satisfaction"].tolist() == [2, 4, 5, 5, 5]
    assert listed["waited_s"].isna().tolist() == [False, True, True, True, True]


def test_an_unknown_direction_lists_nobody():
    assert lowest_ease.conversations(store(surveys=asked([7] * 9, range(9), good=None)), Window()).empty
    assert lowest_ease.conversations(store(), Window()).empty

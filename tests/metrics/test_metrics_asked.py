"""Effort 1.0 and 2.0, NPS and the survey response rate: scales, directions, repeats, silence."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from metric_cases import DAY, HOUR, at, store, surveys

from socialroi.metrics import ces1, ces2, nps, survey_response_rate
from socialroi.result import Estimate, Unknown, Window
from socialroi.stats import intervals


def effort(scores, **options):
    return surveys(scores, **{"question": "ces1", "highest": 5, "good": False} | options)


def agree(scores, **options):
    return surveys(scores, **{"question": "ces2", "highest": 7, "good": True} | options)


def recommend(scores, **options):
    return surveys(scores, **{"question": "nps", "lowest": 0, "highest": 10, "good": True} | options)


# ---- CES 1.0 ----------------------------------------------------------------------------------


def test_effort_by_hand():
    # 1 + 1 + 2 + 3 + 5 = 12 over 5 answers
    reading = ces1.compute(store(surveys=effort([1, 1, 2, 3, 5])), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(2.4), 5)
    assert (reading.definition.name, reading.definition.better) == ("Customer Effort Score 1.0", "down")


@pytest.mark.parametrize(("score", "low", "high"), [(1, 1, 3), (3, 1.5, 4.5), (5, 3, 5)])
def test_everybody_alike_is_not_certain(score, low, high):
    value = ces1.compute(store(surveys=effort([score] * 8)), Window()).value
    assert value.value == score
    assert low <= value.low < value.high <= high


def test_its_interval_is_that_of_a_mean_when_there_are_many():
    scores = [1] * 100 + [2] * 150 + [3] * 80 + [4] * 50 + [5] * 20
    value = ces1.compute(store(surveys=effort(scores)), Window()).value
    x = np.array(scores, float)
    peer = intervals.mean(len(x), x.sum(), x @ x)
    assert value.value == pytest.approx(peer.value)
    assert (value.low, value.high) == (pytest.approx(peer.low, abs=0.01), pytest.approx(peer.high, abs=0.01))


@pytest.mark.parametrize("p", [(0.8, 0.1, 0.05, 0.03, 0.02), (0.1, 0.2, 0.4, 0.2, 0.1)])
def test_its_interval_covers_with_repeated_answers(p):
    rng, truth, hits = np.random.default_rng(1), float(np.dot(p, range(1, 6))), 0
    scale = ces1.Scale("ces1", 1, 5, False)
    for _ in range(800):
        size = rng.integers(1, 4, 40)
        own = rng.choice(5, 40, p=p) + 1  # a person repeats herself
        table = pd.DataFrame({"total": own * size, "size": size, "people": 1})
        value = ces1._mean(table, scale)
        hits += value.low <= truth <= value.high
    assert hits / 800 >= 0.92


def test_another_scale_keeps_its_name_and_direction():
    reading = ces1.compute(store(surveys=effort([7, 6, 6, 5, 1], highest=7, good=True)), Window())
    assert reading.value.value == pytest.approx(5)
    assert reading.definition.name == "Effort question, 1 to 7, high is good (not CES 1.0)"
    assert reading.definition.better == "up"


def test_effort_scales_are_never_pooled():
    table = pd.concat([effort([1] * 6), effort([7] * 5, highest=7, prefix="z")])
    reading = ces1.compute(store(surveys=table), Window())
    assert (reading.value.value, reading.value.n) == (1, 6)
    assert any("5 on ces1 1 to 7, low is good" in note for note in reading.notes)


@pytest.mark.parametrize("module", [ces1, ces2, nps])
@pytest.mark.parametrize("other", [effort, agree, recommend])
def test_each_question_answers_only_itself(module, other):
    asked = {effort: ces1, agree: ces2, recommend: nps}[other]
    value = module.compute(store(surveys=other([1] * 6)), Window()).value
    assert isinstance(value, Estimate) if module is asked else value.code == "no_data"


# ---- CES 2.0 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highest", "good", "scores", "expected"),
    [
        (7, True, [1, 2, 3, 4, 5, 6, 7], 3 / 7),
        (7, False, [1, 2, 3, 4, 5, 6, 1], 4 / 7),  # 1 = strongly agree
        (5, True, [1, 2, 3, 4, 5, 5], 3 / 6),
        (5, False, [1, 2, 3, 4, 5, 5], 2 / 6),
    ],
)
def test_agreement_by_hand(highest, good, scores, expected):
    reading = ces2.compute(store(surveys=agree(scores, highest=highest, good=good)), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(expected), len(scores))


@pytest.mark.parametrize(
    ("module", "table"),
    [
        (ces1, effort([1] * 9, good=None)),
        (ces2, agree([1] * 9, good=None)),
        (ces2, agree([1] * 9, highest=10)),
        (ces2, agree([1] * 9, lowest=0)),
        (nps, recommend([9] * 9, good=False)),
        (nps, recommend([3] * 9, lowest=1, highest=5)),
        (nps, recommend([3] * 9, lowest=1)),
        (ces1, effort([1] * 9).assign(scale_max=None)),
    ],
)
def test_scale_and_direction_are_never_guessed(module, table):
    value = module.compute(store(surveys=table), Window()).value
    assert (value.code, value.n) == ("unknown_scale", 9)
    assert value.sentence.endswith(".")


# ---- NPS --------------------------------------------------------------------------------------


def test_recommendation_by_hand():
    # promoters 9 10 10, passives 7 8, detractors 0 6 of eight: 100 x (3 - 2) / 8
    reading = nps.compute(store(surveys=recommend([9, 10, 10, 7, 8, 8, 0, 6])), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(12.5), 8)


def test_uniform_recommendation_is_not_neutral():
    # two boxes of eleven against seven: 100 x (2 - 7) / 11
    value = nps.compute(store(surveys=recommend(range(11))), Window()).value
    assert value.value == pytest.approx(-45.4545, abs=1e-4)


def test_ten_is_the_best_unless_the_file_says_otherwise():
    reading = nps.compute(store(surveys=recommend([10] * 6, good=None)), Window())
    assert reading.value.value == 100
    assert reading.notes[0] == "The file does not say which end is good; 10 is read as the best."


# ---- all three --------------------------------------------------------------------------------

PLAIN = {
    ces1: (effort, range(1, 6), lambda s: s),
    ces2: (agree, range(1, 8), lambda s: s >= 5),
    nps: (recommend, range(11), lambda s: 100 * ((s >= 9) - (s <= 6))),
}


@pytest.mark.parametrize("module", PLAIN)
@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_on_random_surveys(module, seed):
    table, levels, worth = PLAIN[module]
    rng = random.Random(seed)
    scores = [rng.choice([None, *levels]) for _ in range(90)]
    found = store(surveys=table(scores, customers=[f"c{rng.randrange(30)}" for _ in scores]))
    given = [worth(score) for score in scores if score is not None]
    value = module.compute(found, Window()).value
    assert (value.value, value.n) == (pytest.approx(sum(given) / len(given)), len(given))
    assert value.low <= value.value <= value.high


@pytest.mark.parametrize("module", PLAIN)
def test_a_customer_who_answers_often_widens_the_interval(module):
    table, levels, _ = PLAIN[module]
    scores = [max(levels)] * 20 + [min(levels)] * 20
    alone = module.compute(store(surveys=table(scores)), Window()).value
    few = store(surveys=table(scores, customers=[f"k{i // 5}" for i in range(40)]))
    repeated = module.compute(few, Window()).value
    assert repeated.value == pytest.approx(alone.value)
    assert repeated.high - repeated.low > 1.5 * (alone.high - alone.low)


@pytest.mark.parametrize("module", PLAIN)
def test_one_persons_answers_are_too_few_or_wide(module):
    table, levels, _ = PLAIN[module]
    found = store(surveys=table([max(levels)] * 9, customers=["same"] * 9))
    value = module.compute(found, Window()).value
    assert isinstance(value, Unknown) or value.high - value.low > 0.5 * (100 if module is nps else 1)


@pytest.mark.parametrize("module", PLAIN)
def test_the_last_answer_about_one_conversation_counts(module):
    table, levels, worth = PLAIN[module]
    first = table([min(levels)] * 5)
    again = first.assign(response_id=[f"again{i}" for i in range(5)], score=float(max(levels)),
                         answered_at=[at(9 * DAY)] * 5)  # fmt: skip
    reading = module.compute(store(surveys=pd.concat([first, again])), Window())
    assert (reading.value.value, reading.value.n) == (worth(max(levels)), 5)


# ---- who answers at all -----------------------------------------------------------------------


def rate(table, window=None):
    return survey_response_rate.compute(store(surveys=table), window or Window())


def test_response_rate_by_hand():
    # asked on days 0..13, answered on 0 2 4 6 8 10 12; the last instant is day 13, so days 7..13 are too
    # young or just not: observed for 7 days are 0..6, of which 0 2 4 6 are answered: 4 / 7
    reading = rate(surveys([1, None] * 7))
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 7), 7)
    assert reading.notes == ("7 sent in the last 7 days of the export are left out as too young.",)


def test_two_questions_are_one_survey():
    ease = surveys([1, None] * 10)
    both = pd.concat([ease, ease.assign(question="csat", score=None, answered_at=pd.NaT)])
    assert rate(both).value == rate(ease).value


def test_answers_only_cannot_tell():
    value = rate(surveys([1] * 20)).value
    assert (value.code, value.n) == ("answered_only", 20)


def test_unknown_times_of_asking_cannot_tell():
    value = rate(surveys([1] * 9).assign(asked_at=pd.NaT)).value
    assert (value.code, value.n) == ("not_asked", 9)


def test_answers_without_a_time_of_asking_are_left_out():
    table = pd.concat([surveys([1, None] * 10), surveys([1] * 4, prefix="z").assign(asked_at=pd.NaT)])
    reading = rate(table)
    assert reading.value == rate(surveys([1, None] * 10)).value
    assert "4 answers do not say when they were asked for and are left out." in reading.notes


def test_all_young_is_immature():
    assert rate(surveys([1, None, 1, None, 1, None])).value.code == "immature"


def test_response_rate_follows_the_time_of_asking():
    table = surveys([1, None] * 15)
    reading = rate(table, Window(start=at(2 * DAY), end=at(9 * DAY)))
    # asked on days 2..8: answered 2 4 6 8
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 7), 7)
    assert rate(table, Window(start=at(2 * DAY + HOUR), end=at(9 * DAY))).value.n == 6


def test_below_the_minimum_there_is_no_rate():
    value = rate(surveys([1, None] * 15), Window(end=at(4 * DAY))).value
    assert (value.code, value.n) == ("too_few", 4)


@pytest.mark.parametrize("seed", range(3))
def test_response_rate_in_plain_python(seed):
    rng = random.Random(seed)
    scores = [rng.choice([None, 1, 7]) for _ in range(80)]
    table = surveys(scores, customers=[f"c{rng.randrange(25)}" for _ in scores])
    end = max(table["asked_at"].max(), table["answered_at"].max())
    kept = [i for i in range(80) if table["asked_at"].iloc[i] + pd.Timedelta(days=7) <= end]
    value = rate(table).value
    expected = sum(scores[i] is not None for i in kept) / len(kept)
    assert (value.value, value.n) == (pytest.approx(expected), len(kept))

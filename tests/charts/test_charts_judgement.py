"""Better, worse, not clear, cannot say: from interval and direction, nothing else."""

from dataclasses import replace

import pytest
from chart_shapes import FEW, KEPT, definition, est, reading_by, series
from hypothesis import given
from hypothesis import strategies as st

from socialroi.charts.judgement import (
    WORDS,
    extremes,
    gap_of,
    judge,
    judge_reading,
    latest,
    verdict_word,
)
from socialroi.result import Estimate, Unknown
from socialroi.stats.intervals import difference


@pytest.mark.parametrize(
    ("gap", "better", "expected"),
    [
        (est(0.04, 0.02), "up", "better"),
        (est(0.04, 0.02), "down", "worse"),
        (est(-0.04, 0.02), "up", "worse"),
        (est(-0.04, 0.02), "down", "better"),
        (est(0.04, 0.02), "neither", "higher"),
        (est(-0.04, 0.02), "neither", "lower"),
        (est(0.04, 0.05), "up", "no_clear_difference"),
        (est(0.04, 0.04), "up", "no_clear_difference"),
        (FEW, "up", "too_little_data"),
        (Unknown("not_reached", "Not reached."), "down", "too_little_data"),
        (KEPT, "up", "cannot_say"),
    ],
)
def test_judge(gap, better, expected):
    assert judge(gap, better) == expected
    assert verdict_word(judge(gap, better)) == WORDS[expected]


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["up", "down", "neither"]))
def test_nothing_is_claimed_of_an_interval_that_spans_zero(value, below, above, better):
    gap = Estimate(value, value - below, value + above, 10, "m")
    claimed = judge(gap, better) != "no_clear_difference"
    assert claimed == (gap.low > 0 or gap.high < 0)


def test_a_reading_is_judged_against_the_period_before():
    reading = reading_by()
    assert judge_reading(reading) is None
    assert verdict_word(None) == ""
    assert judge_reading(replace(reading, compared_with=est(0.5, 0.02))) == "better"
    assert judge_reading(replace(reading, compared_with=est(0.66, 0.02))) == "no_clear_difference"
    assert judge_reading(replace(reading, value=KEPT, compared_with=est(0.5, 0.02))) == "cannot_say"
    assert judge_reading(replace(reading, compared_with=FEW)) == "too_little_data"


def test_a_gap_is_the_mover_difference_and_unknown_wins():
    a, b = est(0.5, 0.03), est(0.4, 0.04)
    assert gap_of(a, b) == difference(a, b)
    assert gap_of(a, KEPT) is KEPT
    assert gap_of(FEW, KEPT) is FEW
    assert isinstance(gap_of(a, None), Unknown)


def test_extremes_follow_the_direction():
    known = {"a": est(0.5, 0.01), "b": est(0.7, 0.01), "c": est(0.6, 0.01)}
    assert extremes(known, "up")[:2] == ("b", "a")
    assert extremes(known, "down")[:2] == ("a", "b")
    assert extremes(known, "neither")[:2] == ("b", "a")


def test_extremes_are_widened_for_the_number_of_pairs():
    # 0.06 apart, each +-0.04: two alone differ clearly (0.0566), the extremes of ten do not
    two = {"a": est(0.50, 0.04), "b": est(0.56, 0.04)}
    ten = {**two, **{str(i): est(0.53, 0.04) for i in range(8)}}
    assert extremes(two, "up")[2].is_clear
    assert not extremes(ten, "up")[2].is_clear
    # Bonferroni over 45 pairs: z(1 - .05 / 90) / z(.975) = 3.261 / 1.960 = 1.664
    assert extremes(ten, "up")[2].high - 0.06 == pytest.approx(1.664 * 0.04 * 2**0.5, rel=1e-3)


def test_latest_compares_the_last_two_complete_periods():
    whole = series([0.5, 0.6, 0.7, 0.9, 0.95], running=2)
    assert latest(whole).value == pytest.approx(0.1)


def test_latest_needs_two_complete_periods():
    short = series([0.5, 0.6], running=1)
    assert latest(short).code == "too_few_periods"
    assert judge(latest(short), definition().better) == "too_little_data"

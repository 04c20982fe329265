"""Every verdict word and its sentence, from made-up effects."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from socialroi.result import Estimate
from socialroi.uplift import verdict, words
from socialroi.uplift.outcomes import MARGIN, ORDERS, REPURCHASE, RETENTION
from socialroi.uplift.sides import answered
from socialroi.uplift.verdict import Finding

MINUS = "\N{MINUS SIGN}"


def finding(value, half, outcome=RETENTION, control=0.6, currency=None):
    effect = SimpleNamespace(
        value=value, low=value - half, high=value + half, se=half / 1.96,
        treated_mean=control + value, control_mean=control,
    )  # fmt: skip
    return Finding(outcome, 90, answered("24 hours"), effect, (1204, 231), currency)


@pytest.mark.parametrize(
    ("value", "half", "word"),
    [
        (0.08, 0.04, "better"),
        (-0.08, 0.04, "worse"),
        (0.08, 0.08, "no_clear_difference"),  # an interval that touches 0 covers it
        (0.01, 0.04, "no_clear_difference"),
        (0.0, 0.10, "no_clear_difference"),  # exactly 10 points either way is not wider than 10
        (0.0, 0.1001, "too_little_data"),
        (0.30, 0.20, "better"),  # wide, but clear
    ],
)
def test_the_word_for_a_share(value, half, word):
    assert verdict.judge(finding(value, half)) == word


@pytest.mark.parametrize(("half", "word"), [(0.5, "no_clear_difference"), (0.51, "too_little_data")])
def test_too_wide_for_orders_is_a_quarter_of_what_the_unanswered_do(half, word):
    assert verdict.judge(finding(0.1, half, ORDERS, control=2.0)) == word


def test_better_in_words():
    assert verdict.sentence(finding(0.08, 0.041)) == (
        "Answering paid off: of comparable customers 68% ordered again within 90 days when answered, 60% "
        "when not, a difference of +8.0 points (95% interval +3.9 to +12.1), from 1,204 people answered "
        "within 24 hours and 231 left unanswered."
    )


def test_worse_in_words():
    said = verdict.sentence(finding(-0.08, 0.04, REPURCHASE))
    assert said.startswith(
        "Answering did harm: of comparable customers 52% placed a second order within 90 days"
    )
    assert f"{MINUS}8.0 points (95% interval {MINUS}12.0 to {MINUS}4.0)" in said


def test_no_clear_difference_says_what_would_have_been_seen():
    said = verdict.sentence(finding(0.01, 0.04))
    assert said.startswith("No clear difference: ")
    assert f"+1.0 points (95% interval {MINUS}3.0 to +5.0)" in said
    assert said.endswith(
        "Only an effect of 5.7 points or more would probably have been seen."
    )  # 2.8 x 4 / 1.96


def test_too_little_data_gives_the_range_and_no_single_number():
    said = verdict.sentence(finding(0.01, 0.15))
    assert said.startswith(
        f"Too little data to tell: the difference may be anything from {MINUS}14.0 to +16.0 points"
    )
    assert "+1.0" not in said
    assert said.endswith("Only an effect of 21.4 points or more would probably have been seen.")


def test_money_and_orders_are_worded_in_their_own_units():
    money = verdict.sentence(finding(3.0, 1.0, MARGIN, control=31.0, currency="EUR"))
    assert "customers brought in EUR 34.00 within 90 days when answered, EUR 31.00 when not" in money
    assert "a difference of +EUR 3.00 (95% interval +2.00 to +4.00)" in money
    assert "customers placed 1.50 orders within 90 days when answered" in (
        verdict.sentence(finding(0.2, 0.1, ORDERS, control=1.3))
    )


def test_cannot_say_in_words():
    said = verdict.cannot_say("Only 14 people were left unanswered; about 120 are needed.")
    assert said == "We cannot say yet: only 14 people were left unanswered; about 120 are needed."


@pytest.mark.parametrize(
    ("shares", "how"),
    [((0.4, 0.2), "more often than"), ((0.2, 0.4), "less often than"), ((0.3, 0.3), "as often as")],
)
def test_rung_d_only_describes(shares, how):
    gap = Estimate(shares[0] - shares[1], -0.5, 0.5, 1_000, "test")
    said = verdict.describes(gap, 90, shares)
    assert f"ordered {how} all others" in said
    causal = {"because", "effect", "paid", "brought", "kept", "uplift", "gain", "due", "caused"}
    assert not causal & set(said.lower().replace(",", " ").split())


@pytest.mark.parametrize(
    ("n", "shown"), [(12, "20"), (100, "100"), (113, "120"), (120, "120"), (999, "1,000"), (1204, "1,300")]
)
def test_counts_are_rounded_up(n, shown):
    assert words.about(n) == shown


def test_a_day_is_written_the_same_everywhere():
    import datetime

    assert words.day(datetime.datetime(2026, 3, 14, 9)) == "14 Mar 2026"

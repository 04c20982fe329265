"""Every number is written one way: unit, sign, steps, thousands, and never a 0 that is not one."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialroi.charts import format as fmt
from socialroi.result import Estimate, Unknown

M = fmt.MINUS


def est(value, low, high, method="m"):
    return Estimate(value, low, high, 10, method)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (est(0.714, 0.68, 0.746), "share", "71.4% (68.0 to 74.6)"),
        (est(0.0, 0.0, 0.02), "share", "0.0% (0.0 to 2.0)"),
        (est(0.0002, 0.00001, 0.02), "share", "<0.1% (<0.1 to 2.0)"),
        (est(0.9999, 0.97, 1.0), "share", ">99.9% (97.0 to 100.0)"),
        (est(5_940, 4_800, 7_380), "seconds", "1 h 39 min (1 h 20 min to 2 h 3 min)"),
        (est(-12.04, -15.0, -9.0), "points", f"{M}12.0 ({M}15.0 to {M}9.0)"),
        (est(4.213, 4.1, 4.32), "score", "4.21 (4.10 to 4.32)"),
        (est(1_234.4, 1_100, 1_370.2), "money", "EUR 1,234 (1,100 to 1,370)"),
        (est(99.5, 90.25, 110), "money", "EUR 99.50 (90.25 to 110.00)"),
        (Estimate.count(12_345), "count", "12,345"),
        (Unknown("too_few", "Only 3."), "share", fmt.DASH),
        (None, "share", fmt.DASH),
    ],
)
def test_a_level_shows_unit_and_interval(value, unit, shown):
    assert fmt.value_text(value, unit, "EUR") == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (est(0.041, 0.012, 0.07), "share", "+4.1 pp (1.2 to 7.0)"),
        (est(0.01, -0.021, 0.04), "share", f"+1.0 pp ({M}2.1 to +4.0)"),
        (est(-0.041, -0.07, -0.012), "share", f"{M}4.1 pp ({M}7.0 to {M}1.2)"),
        (est(0.0, -0.01, 0.01), "share", f"0.0 pp ({M}1.0 to +1.0)"),
        (est(0.0002, 0.0001, 0.0003), "share", "+0.02 pp (0.01 to 0.03)"),
        (est(-0.0002, -0.094, 0.093), "share", f"0.0 pp ({M}9.4 to +9.3)"),
        (est(0.012, 0.0002, 0.024), "share", "+1.2 pp (0.02 to 2.4)"),
        (est(0.0002, -0.0001, 0.01), "points", "0.0 points (0.0 to 0.0)"),
        (est(4.1, 1.2, 7.0), "points", "+4.1 points (1.2 to 7.0)"),
        (est(-720, -900, -600), "seconds", f"{M}12 min ({M}15 min to {M}10 min)"),
        (est(8.2, 2.4, 14.0), "money", "EUR +8.20 (2.40 to 14.00)"),
        (est(0.125, 0.05, 0.2), "count", "+0.12 (0.05 to 0.20)"),
        (Unknown("x", "No."), "share", fmt.DASH),
    ],
)
def test_a_difference_shows_sign_and_its_own_unit(value, unit, shown):
    assert fmt.difference_text(value, unit, "EUR") == shown


def test_a_difference_of_shares_is_never_a_bare_percentage():
    assert "%" not in fmt.difference_text(est(0.041, 0.012, 0.07), "share")


def test_an_open_upper_limit_says_over():
    value = est(7_200, 3_600, 259_200, "Kaplan-Meier; upper limit open: censoring horizon")
    assert fmt.value_text(value, "seconds") == "2 h (1 h to over 3 d)"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.4, "0.4 s"),
        (45, "45 s"),
        (59.6, "1 min"),
        (150, "2 min 30 s"),
        (599.7, "10 min"),
        (3_599, "1 h"),
        (5_940, "1 h 39 min"),
        (86_399, "1 d"),
        (131_400, "1 d 12 h"),
        (64.4 * 86_400, "64 d"),
        (1_500 * 86_400, "1,500 d"),
        (-5_940, f"{M}1 h 39 min"),
    ],
)
def test_durations_step_and_carry(seconds, shown):
    assert fmt.duration(seconds) == shown


@given(st.floats(1, 10**8))
def test_a_duration_is_read_back_within_its_grain(seconds):
    sizes = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    words = fmt.duration(seconds).replace(",", "").split()
    back = sum(int(n) * sizes[unit] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert back == pytest.approx(seconds, rel=0.06, abs=0.51)


@given(
    st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from(["share", "points", "seconds", "money", "score"])
)
def test_a_sign_appears_exactly_when_something_is_left_to_sign(value, unit):
    shown = fmt.difference_number(value, unit)
    has_digits = any(c in "123456789" for c in shown)
    assert (M in shown) == (value < 0 and has_digits)
    assert "-" not in shown.replace("e-", "")
    assert ("+" in shown) == (value > 0 and has_digits)


def test_yen_has_no_smaller_unit():
    assert fmt.number(834.4, "money", "JPY") == "JPY 834"


def test_money_without_a_currency_shows_no_invented_one():
    assert fmt.number(12.5, "money") == "12.50"


def test_dates_are_written_out():
    assert fmt.day(date(2026, 3, 14)) == "14 Mar 2026"
    assert fmt.month(date(2026, 3, 1)) == "Mar 2026"
    assert fmt.instant(datetime(2026, 3, 14, 8, 5), "Europe/Berlin") == "14 Mar 2026 09:05 Europe/Berlin"


def test_small_words():
    assert fmt.n_text(1_204) == "n = 1,204"
    assert fmt.level_text(0.95) == "95% interval"
    assert fmt.reason(Unknown("x", "Because.")) == "Because."
    assert fmt.reason(est(1, 0, 2)) == ""


def test_a_return_is_signed_and_whole():
    assert fmt.return_number(0.484) == "+48%"
    assert fmt.return_number(-1.5) == "\N{MINUS SIGN}150%"
    assert fmt.return_number(-0.001) == "0%"
    assert fmt.return_number(12.3) == "+1,230%"
    assert fmt.return_interval(Estimate(0.5, -0.12, 1.08, 9, "x")) == "\N{MINUS SIGN}12% to +108%"

"""Return, break-even and payback: a few numbers by hand, and what is said about them."""

from __future__ import annotations

import numpy as np
import pytest

from socialroi.result import Estimate, Unknown
from socialroi.uplift.worth import breakeven, roi_at, words
from socialroi.uplift.worth.roi import breakeven_effect, payback, returned, scaled, weighted_mean

NO = Unknown("counts", "Too few.", 3)


def number(value, low=None, high=None, n=100):
    return Estimate(value, value if low is None else low, value if high is None else high, n, "m")


def test_a_return_by_hand():
    # 12 - 5 = 7 on 5 is 140 %; the ends 4 and 20 give -20 % and 300 %
    found = returned(number(12, 4, 20), number(5))
    assert (found.value, found.low, found.high) == pytest.approx((1.4, -0.2, 3.0))


def test_a_negative_return_stays_negative():
    assert returned(number(-3, -5, -1), number(5)).value == pytest.approx(-1.6)


def test_no_return_without_margin_or_cost():
    assert returned(NO, number(5)) is NO
    assert returned(number(5), NO) is NO


def test_breakeven_by_hand():
    # somebody who orders again brings 40; 2 spent is 2 / 40 = 5 points
    assert breakeven(2, 40) == 0.05
    assert roi_at(0.05, 0.05) == 0
    assert roi_at(0.10, 0.05) == 1
    assert roi_at(-0.05, 0.05) == -2
    found = breakeven_effect(number(2), number(40, 32, 50))
    assert (found.value, found.low, found.high) == pytest.approx((0.05, 0.04, 0.0625))


@pytest.mark.parametrize(("cost", "margin"), [(0, 40), (2, 0), (2, -1), (float("nan"), 1)])
def test_a_breakeven_needs_something_to_divide(cost, margin):
    with pytest.raises(ValueError, match="above 0"):
        breakeven(cost, margin)


def test_no_breakeven_where_a_customer_may_bring_nothing():
    assert breakeven_effect(number(2), number(40, -1, 81)).code == "no_margin_per_customer"
    assert breakeven_effect(NO, number(40)) is NO
    assert breakeven_effect(number(2), NO) is NO


def test_a_weighted_mean_by_hand():
    # (1*10 + 1*20 + 2*30) / 4 = 22.5; residuals -12.5, -2.5, 15: sums of squares 387.5 * 3/2 / 16
    found = weighted_mean(np.array([10.0, 20, 30]), np.array([1.0, 1, 2]), np.array([1, 2, 3]), "m")
    assert found.value == 22.5
    half = 1.959964 * (387.5 * 3 / 2) ** 0.5 / 4
    assert (found.low, found.high) == pytest.approx((22.5 - half, 22.5 + half), abs=1e-4)


def test_persons_count_not_rows():
    y, w = np.array([10.0, 30, 50, 70]), np.ones(4)
    apart = weighted_mean(y, w, np.arange(4), "m")
    together = weighted_mean(y, w, np.array([0, 0, 1, 1]), "m")
    assert together.high - together.low > apart.high - apart.low
    assert weighted_mean(y, w, np.zeros(4, int), "m").code == "counts"


def test_payback_by_hand():
    # the cost of 5 is reached in month 3; by the upper ends in month 2, by the lower ones never
    months = [number(1, 0, 2), number(3, 1, 6), number(5, 2, 9), number(8, 4, 12)]
    found = payback(months, number(5), 120)
    assert (found.value, found.low, found.high) == (3, 2, 4)
    assert "upper limit open" in found.method
    assert "open" not in payback([*months, number(9, 5, 13)], number(5), 150).method


def test_no_payback_within_the_horizon():
    found = payback([number(1), number(2)], number(5), 60)
    assert (found.code, found.sentence) == ("not_reached", "Not within 60 days.")
    assert payback([number(1)], NO, 30) is NO


def test_a_total_is_the_effect_times_the_conversations():
    found = scaled(number(2, -1, 5), 30)
    assert (found.value, found.low, found.high, found.n) == (60, -30, 150, 30)


# ---- what is said ----


def said(margin=NO, cost=NO, roi=None, breakeven=NO, effect=NO):
    roi = returned(margin, cost) if roi is None else roi
    return words.Said(
        what="margin", days=90, currency="EUR", margin=margin, cost=cost, roi=roi,
        breakeven=breakeven, effect=effect,
    ).sentence()  # fmt: skip


def test_it_pays():
    assert said(number(12, 8, 16), number(5)) == (
        "Within 90 days answering pays: an answer brings EUR 12.00 more margin (95% interval +8.00 to "
        "+16.00) and costs EUR 5.00, a return of +140% (+60% to +220%)."
    )


def test_it_does_not_pay():
    assert said(number(-1, -2, 0.5), number(5)) == (
        "Within 90 days answering costs more than it brings: an answer brings EUR 1.00 less margin (95% "
        "interval −2.00 to +0.50) and costs EUR 5.00, a return of −120% (−140% to −90%)."
    )


def test_where_it_is_open_the_breakeven_leads():
    sentence = said(number(7, -2, 17), number(5), breakeven=number(0.019), effect=number(0.06, -0.03, 0.15))
    assert sentence.startswith(
        "An answer pays from +1.9 points of retention on; your data allow −3.0 to +15.0. Within 90 days an "
        "answer brings EUR 7.00 more margin"
    )
    assert said(number(7, -2, 17), number(5)).startswith("Whether an answer pays cannot be told.")


def test_a_breakeven_beyond_everybody():
    sentence = said(number(7, -2, 17), number(5), breakeven=number(1.5))
    assert sentence.startswith("No effect on retention alone can pay: it would take +150.0 points.")


def test_without_a_comparison_cost_and_breakeven_stay():
    assert said(NO, number(5), breakeven=number(0.019)) == (
        "We cannot say yet: too few. An answer costs EUR 5.00. An answer pays from +1.9 points of retention "
        "on."
    )
    assert said(NO, Unknown("no_costs", "Load costs.")) == "We cannot say yet: too few. Load costs."


def test_without_a_cost_the_margin_stays():
    assert said(number(12, 8, 16), Unknown("no_costs", "Load costs.")) == (
        "We cannot say yet: load costs. Within 90 days an answer brings EUR 12.00 more margin (95% interval "
        "+8.00 to +16.00)."
    )


@pytest.mark.parametrize(
    ("roi", "margin", "word"),
    [
        (number(1, 0.1, 2), number(5), "better"),
        (number(-1, -2, -0.1), number(5), "worse"),
        (number(0, -1, 1), number(10, 8, 12), "no_clear_difference"),
        (number(0, -1, 1), number(10, 5, 15.1), "too_little_data"),
        (NO, number(5), "cannot_say"),
        (NO, NO, "cannot_say"),
    ],
)
def test_the_word(roi, margin, word):
    # comparable unanswered customers bring 20: a half-width of up to 5 tells
    assert words.judge(roi, margin, 20.0) == word


def test_a_return_as_a_percentage():
    assert [words.percent(one) for one in (1.374, -0.21, 0.001, 12.0)] == ["+137%", "−21%", "0%", "+1,200%"]
    assert words.percents(NO) == "—"

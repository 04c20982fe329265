"""Intervals: published tables, a second implementation, coverage by enumeration, edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from socialroi.result import Estimate, Unknown
from socialroi.stats.intervals import (
    clustered_mean,
    clustered_share,
    difference,
    mean,
    net_score,
    newcombe,
    quantile,
    wilson,
)

shares = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# ---- published numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_matches_newcombe_1998_table(k, n, low, high):
    value = wilson(k, n)
    assert value.value == k / n
    assert (round(value.low, 4), round(value.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_matches_newcombe_1998_table(counts, low, high):
    value = newcombe(*counts)
    assert (round(value.low, 4), round(value.high, 4)) == (low, high)


def test_net_score_is_tangos_interval():
    # airway hyper-responsiveness, 21 children, 1 against 7 (Bentur 2009): Tango (-0.517, -0.026)
    # as printed in Fagerland, Lydersen & Laake 2014, table V
    value = net_score(1, 7, 21)
    assert value.value == pytest.approx(-6 / 21)
    assert (round(value.low, 3), round(value.high, 3)) == (-0.517, -0.026)


# ---- second implementations -----------------------------------------------------------------


@settings(deadline=None)
@given(shares)
def test_wilson_matches_statsmodels(share):
    k, n = share
    value = wilson(k, n)
    expected = proportion_confint(k, n, method="wilson")
    assert (value.low, value.high) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(shares, shares)
def test_newcombe_matches_statsmodels(first, second):
    value = newcombe(*first, *second)
    expected = confint_proportions_2indep(*first, *second, method="newcomb")
    assert (value.low, value.high) == pytest.approx(expected, abs=1e-7)


def test_mean_is_the_textbook_t_interval():
    # 4, 6, 8: mean 6, s^2 = 4, standard error sqrt(4/3), t(2) = 4.302653
    value = mean(3, 18.0, 16.0 + 36.0 + 64.0)
    assert value.value == 6
    assert value.high - 6 == pytest.approx(4.302653 * math.sqrt(4 / 3), rel=1e-6)


def test_median_interval_of_ten_values():
    # P(Bin(10, 1/2) <= 1) = .0107 < .025 <= P(<= 2): the interval is the 2nd to the 9th value
    value = quantile(np.arange(1.0, 11.0)[::-1], 0.5)
    assert (value.value, value.low, value.high) == (5.0, 2.0, 9.0)


def test_clustered_share_of_single_units_is_nearly_wilson():
    k = np.repeat([1, 0], [60, 140])
    value, plain = clustered_share(k, np.ones(200)), wilson(60, 200)
    assert value.value == plain.value
    assert (value.low, value.high) == pytest.approx((plain.low, plain.high), abs=0.002)


def test_clustered_share_counts_customers_not_rows():
    # every customer answers alike ten times: 20 customers are 20 observations, not 200
    k = np.repeat([10, 0], [6, 14])
    value, twenty = clustered_share(k, np.full(20, 10)), wilson(6, 20)
    assert value.n == 200
    assert value.high - value.low == pytest.approx(twenty.high - twenty.low, rel=0.12)


def test_clustered_mean_by_hand():
    # totals 2, 4, 9 of 1, 2, 3 rows: mean 15/6 = 2.5; residuals -.5, -1, 1.5: sum of squares 3.5
    value = clustered_mean([1, 2, 3], [2.0, 4.0, 9.0])
    assert value.value == 2.5
    assert value.high - 2.5 == pytest.approx(4.302653 * math.sqrt(1.5 * 3.5) / 6, rel=1e-6)


# ---- coverage by enumeration or simulation ---------------------------------------------------


@pytest.mark.parametrize("n", [1, 5, 10, 30])
@pytest.mark.parametrize(
    "chances",
    [(0.5, 0.3), (0.9, 0.05), (0.98, 0.01), (0.3, 0.3), (1.0, 0.0), (0.02, 0.01), (0.0, 1.0)],
)
def test_net_score_covers_at_small_n(n, chances):
    from scipy.stats import multinomial

    easy, difficult = chances
    covered = 0.0
    for plus in range(n + 1):
        for minus in range(n + 1 - plus):
            value = net_score(plus, minus, n)
            if value.low - 1e-9 <= easy - difficult <= value.high + 1e-9:
                cell = [plus, minus, n - plus - minus]
                covered += multinomial.pmf(cell, n, [easy, difficult, 1 - easy - difficult])
    # a discrete interval cannot be exact; one customer must never make a narrow one
    assert covered >= 0.90


def test_wald_would_fail_where_net_score_holds():
    # all ten easy: the variance form of the definition is 0, the interval must not be
    value = net_score(10, 0, 10)
    assert value.high == 1.0
    assert value.low < 0.6


def test_clustered_share_covers():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        sizes = rng.integers(1, 6, 60)
        k = rng.binomial(sizes, rng.beta(1.0, 4.0, 60))
        value = clustered_share(k, sizes)
        hits += value.low <= 0.2 <= value.high
    assert hits / 400 >= 0.92


def test_quantile_covers():
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(400):
        value = quantile(rng.exponential(1.0, 40), 0.9)
        hits += value.low <= math.log(10) <= value.high if isinstance(value, Estimate) else 1
    assert hits / 400 >= 0.93


# ---- edges and properties --------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        wilson(0, 0),
        newcombe(0, 0, 1, 2),
        net_score(0, 0, 0),
        mean(0, 0.0, 0.0),
        quantile([]),
        clustered_share([], []),
        clustered_mean([0], [0]),
    ],
)
def test_nobody_is_unknown(answer):
    assert answer == Unknown("no_data", "There is nothing to count here.", 0)


@pytest.mark.parametrize(
    "answer",
    [mean(1, 5.0, 25.0), quantile([1, 2, 3, 4, 5]), clustered_share([1], [3]), clustered_mean([2], [1])],
)
def test_too_few_is_unknown(answer):
    assert isinstance(answer, Unknown)
    assert answer.code == "too_few"
    assert answer.n > 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(3, 2),
        lambda: wilson(-1, 2),
        lambda: net_score(2, 2, 3),
        lambda: net_score(-1, 1, 3),
        lambda: quantile([1.0, math.nan]),
        lambda: quantile([1.0, 2.0], 1.0),
        lambda: clustered_share([2], [1]),
        lambda: clustered_share([1, 1], [1]),
        lambda: clustered_mean([1, 1], [math.inf, 1]),
    ],
)
def test_impossible_counts_are_errors(call):
    with pytest.raises(ValueError, match=r".+"):
        call()


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_net_score_is_ordered_bounded_and_symmetric(easy, difficult, neither):
    n = easy + difficult + neither
    if n == 0:
        return
    value, mirrored = net_score(easy, difficult, n), net_score(difficult, easy, n)
    assert -1 <= value.low <= value.value <= value.high <= 1
    assert value.high - value.low > 0
    assert (value.low, value.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-9)


@settings(deadline=None)
@given(shares, st.integers(2, 5))
def test_more_of_the_same_narrows(share, times):
    k, n = share
    few, many = wilson(k, n), wilson(k * times, n * times)
    assert many.value == pytest.approx(few.value)
    assert many.high - many.low < few.high - few.low


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_mean_is_ordered_for_any_values(values):
    x = np.array(values)
    value = mean(len(x), float(x.sum()), float(x @ x))
    assert value.low <= value.value <= value.high


@settings(deadline=None)
@given(shares, shares)
def test_difference_changes_sign_with_its_parts(first, second):
    a, b = wilson(*first), wilson(*second)
    forth, back = difference(a, b), difference(b, a)
    assert -1 - 1e-12 <= forth.low <= forth.value <= forth.high <= 1 + 1e-12
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


@settings(deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=60), st.randoms())
def test_quantile_ignores_order(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert quantile(values) == quantile(shuffled)

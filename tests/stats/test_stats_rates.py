"""Limits of counts, and ranks that go together, against published numbers and a second implementation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from socialroi.result import Unknown
from socialroi.stats.rates import poisson_limits, rank_correlation


# Garwood's table, as in Breslow and Day 1987, table 2.10: observed, lower and upper 95 % limits
@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
)
def test_poisson_limits_as_published(events, low, high):
    assert poisson_limits(events) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


@pytest.mark.parametrize("events", [1, 4, 30])
def test_each_limit_leaves_a_fortieth_beyond(events):
    low, high = poisson_limits(events)
    assert stats.poisson.sf(events - 1, low) == pytest.approx(0.025)
    assert stats.poisson.cdf(events, high) == pytest.approx(0.025)


def test_counts_start_at_zero():
    with pytest.raises(ValueError, match="counted from 0"):
        poisson_limits(-1)


@pytest.mark.parametrize("seed", range(4))
def test_rank_correlation_is_scipys(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 8, 30)  # with ties
    y = x + rng.normal(0, 3, 30)
    value = rank_correlation(x, y)
    assert value.value == pytest.approx(stats.spearmanr(x, y).statistic)
    # Fisher's z with variance (1 + r^2 / 2) / (n - 3)
    z, half = np.arctanh(value.value), 1.959964 * np.sqrt((1 + value.value**2 / 2) / 27)
    assert (value.low, value.high) == (pytest.approx(np.tanh(z - half)), pytest.approx(np.tanh(z + half)))


def test_ranks_that_agree_wholly():
    value = rank_correlation(range(10), [x**3 for x in range(10)])
    assert (value.value, value.high) == (pytest.approx(1), pytest.approx(1))


def test_what_cannot_be_ranked():
    assert rank_correlation(range(7), range(7)).code == "too_few"
    assert rank_correlation(range(9), [1] * 9).code == "no_variation"
    assert isinstance(rank_correlation([], []), Unknown)
    with pytest.raises(ValueError, match="one value of each"):
        rank_correlation([1, 2], [1])


def test_the_interval_covers_the_truth():
    rng, rho = np.random.default_rng(3), 0.5
    truth = 6 / np.pi * np.arcsin(rho / 2)  # Spearman of a bivariate normal
    pairs = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=(600, 24))
    found = [rank_correlation(p[:, 0], p[:, 1]) for p in pairs]
    covered = np.mean([v.low <= truth <= v.high for v in found])
    assert 0.92 <= covered <= 0.98

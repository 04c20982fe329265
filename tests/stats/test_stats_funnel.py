"""Funnel limits: by the formula, by counting the binomial, and what widens them."""

from math import comb, sqrt

import numpy as np
import pytest

from socialroi.stats import funnel


def test_a_large_group_has_the_normal_limits():
    half = 1.959964 * sqrt(0.3 * 0.7 / 400)
    assert funnel.share_limits(0.3, 400) == pytest.approx((0.3 - half, 0.3 + half))
    half = 3.090232 * sqrt(0.3 * 0.7 / 400)
    assert funnel.share_limits(0.3, 400, funnel.OUTER) == pytest.approx((0.3 - half, 0.3 + half))


def test_a_small_group_has_the_limits_of_the_binomial_itself():
    # n = 10, p = .5: P(R<=1) = 11/1024 = .0107, P(R<=2) = 56/1024 = .0547; .025 lies between the two:
    # r = 2, (.0547 - .025) / (.0547 - .0107) = .6756, limit (2 - .6756) / 10
    low, high = funnel.share_limits(0.5, 10)
    below = [sum(comb(10, k) for k in range(r + 1)) / 1024 for r in (1, 2)]
    assert low == pytest.approx((2 - (below[1] - 0.025) / (below[1] - below[0])) / 10)
    # upper: P(R<=7) = .9453, P(R<=8) = .9893, r = 8, (8 - (.9893 - .975) / .0440) / 10
    assert high == pytest.approx((8 - (1013 / 1024 - 0.975) / (45 / 1024)) / 10)


def test_chance_keeps_its_promise_also_for_small_groups():
    rng = np.random.default_rng(1)
    for n in (12, 30, 49, 50, 200):
        low, high = funnel.share_limits(0.2, n)
        inside = np.mean([low <= k / n <= high for k in rng.binomial(n, 0.2, 4000)])
        assert 0.91 <= inside <= 0.985, n


@pytest.mark.parametrize("p0", [0.0, 1.0])
def test_nobody_and_everybody(p0):
    assert funnel.share_limits(p0, 100) == (p0, p0)
    assert funnel.share_limits(p0, 20) == (p0, p0)


def test_limits_stay_between_nobody_and_everybody():
    assert funnel.share_limits(0.02, 60)[0] == 0
    assert funnel.share_limits(0.98, 60, funnel.OUTER)[1] == 1


def test_luck_does_not_widen_the_funnel_and_real_differences_do():
    rng = np.random.default_rng(2)
    assert np.mean([funnel.dispersion(rng.standard_normal(20)) > 1 for _ in range(400)]) < 0.06
    apart = funnel.dispersion(3 * rng.standard_normal(40))
    assert apart > 4
    narrow, wide = funnel.share_limits(0.5, 100), funnel.share_limits(0.5, 100, dispersion=4.0)
    assert wide[1] - 0.5 == pytest.approx(2 * (narrow[1] - 0.5))


def test_one_extreme_group_among_many_is_pulled_in():
    # ten groups, one at 30: the extreme tenth is set to its neighbour before the squares are taken
    z = [-0.9, -0.5, -0.3, -0.1, 0.0, 0.2, 0.4, 0.6, 0.8, 30]
    assert funnel.dispersion(z) == 1
    assert funnel.dispersion([-9, 9, 9, -9]) == 1  # four say nothing


def test_a_mean_has_limits_of_its_own_unit():
    half = 1.959964 * 80 / sqrt(64)
    assert funnel.mean_limits(10, 80, 64) == pytest.approx((10 - half, 10 + half))


def test_impossible_input_is_an_error():
    with pytest.raises(ValueError, match="funnel"):
        funnel.share_limits(1.2, 10)
    with pytest.raises(ValueError, match="funnel"):
        funnel.share_limits(0.5, 0)

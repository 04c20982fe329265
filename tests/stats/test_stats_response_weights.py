"""Weights for those who stayed silent: the pattern of methods.md 5, and what they cannot mend."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from socialroi.result import Estimate, Unknown
from socialroi.stats.response_weights import apart, response_weights, weighted_mean


def invited(rng, n):
    """n customers asked, of whom recent and frequent buyers answer more and leave less."""
    recency, orders = rng.normal(size=n), rng.normal(size=n)
    activity = 0.5 * orders - 0.7 * recency
    left = rng.random(n) < expit(-1.088 - 0.97 * activity)
    answered = rng.random(n) < expit(-1 + activity)
    return np.column_stack([recency, orders]), answered.astype(float), left.astype(float)


def churn(covariates, answered, left):
    """Everybody, respondents, respondents weighted."""
    found = response_weights(covariates, answered)
    own = left[answered == 1]
    value = weighted_mean(own, found.weight, np.arange(len(own)))
    return left.mean(), own.mean(), value


def test_the_published_pattern():
    # methods.md 5: churn 27.8 % of everybody, 20.3 % among respondents, 27.7 % after weighting
    whole, plain, value = churn(*invited(np.random.default_rng(1), 200_000))
    assert whole == pytest.approx(0.278, abs=0.003)
    assert plain == pytest.approx(0.203, abs=0.003)
    assert value.value == pytest.approx(0.277, abs=0.006)
    # what the cap leaves out is seven times smaller than what silence does
    assert abs(value.value - whole) < abs(plain - whole) / 7


def test_what_no_covariate_tells_stays():
    # those about to leave stay silent, and nothing in the files shows who they are
    rng = np.random.default_rng(2)
    left = (rng.random(50_000) < 0.278).astype(float)
    answered = (rng.random(50_000) < np.where(left == 1, 0.2, 0.35)).astype(float)
    whole, plain, value = churn(rng.normal(size=(50_000, 2)), answered, left)
    assert value.value == pytest.approx(plain, abs=0.01)
    assert value.value < whole - 0.05


def test_weights_are_one_over_the_chance():
    # two groups: half and a tenth answer, so weights are .3 / .5 = .6 and .3 / .1 = 3
    group = np.repeat([0.0, 1.0], 10_000)
    answered = np.tile([1.0, 0.0], 10_000)
    answered[10_000:] = np.tile([1.0] + [0.0] * 9, 1000)
    found = response_weights(group[:, None], answered)
    assert sorted({round(one, 2) for one in found.weight}) == [0.6, 3.0]
    assert found.weight.mean() == pytest.approx(1.0, abs=0.01)
    assert found.effective == pytest.approx(found.weight.sum() ** 2 / (found.weight**2).sum())
    assert apart(group[answered == 1], np.ones(6000), group) == pytest.approx((1 / 6 - 0.5) / 0.5)
    assert apart(group[answered == 1], found.weight, group) == pytest.approx(0, abs=0.01)


def test_the_rarest_are_capped():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 1))
    answered = (rng.random(4000) < expit(-1 + 2 * x[:, 0])).astype(float)
    found = response_weights(x, answered)
    assert found.weight.max() == pytest.approx(found.cap)
    assert found.capped == pytest.approx(0.01 * answered.sum(), abs=1)


def test_equal_weights_are_a_plain_share():
    hits = np.repeat([1.0, 0.0], [30, 70])
    value = weighted_mean(hits, np.ones(100), np.arange(100))
    assert (value.value, value.n) == (pytest.approx(0.3), 100)
    # Wilson for 30 of 100: .219 to .396; the error counts 100 / 99
    assert (value.low, value.high) == (pytest.approx(0.219, abs=0.002), pytest.approx(0.396, abs=0.002))
    net = weighted_mean(2 * hits - 1, np.ones(100), np.arange(100), (-1, 1))
    assert (net.value, net.low) == (pytest.approx(-0.4), pytest.approx(2 * value.low - 1))


def test_repeated_customers_are_not_more_certain():
    hits, who = np.tile([1.0, 0.0], 50), np.arange(100)
    one = weighted_mean(hits, np.ones(100), who)
    two = weighted_mean(np.tile(hits, 2), np.ones(200), np.tile(who, 2))
    assert (two.low, two.high) == pytest.approx((one.low, one.high))
    assert weighted_mean(hits, np.ones(100), np.zeros(100)).code == "too_few"


def test_too_few_of_either_kind():
    x = np.zeros((100, 1))
    for k in (0, 29, 71, 100):
        found = response_weights(x, np.arange(100) < k)
        assert isinstance(found, Unknown)
        assert (found.code, found.n) == ("too_few", 100)
    assert not isinstance(response_weights(x, np.arange(100) < 30), Unknown)
    with pytest.raises(ValueError, match="finite covariates"):
        response_weights(np.full((100, 1), np.nan), np.ones(100))


@pytest.mark.slow
def test_the_interval_covers_everybody():
    rng, hits = np.random.default_rng(4), 0
    for _ in range(300):
        _, _, value = churn(*invited(rng, 3000))
        assert isinstance(value, Estimate)
        hits += value.low <= 0.278 <= value.high
    # taking the chances as given makes it a little wide, capping at 99 % moves it a little
    assert hits / 300 >= 0.91

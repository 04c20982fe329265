"""Ordered categories: two of them are the overlap effect; truth, trend, edges."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import MNLogit

from socialroi.stats.causal import Assignment
from socialroi.stats.clusters import covariance, customer_codes
from socialroi.stats.doses import _propensities, dose_response, generalised_overlap
from socialroi.stats.nuisance import Layout, scaled

WAITS = ("1 hour", "4 hours", "24 hours", "later")


def chances(x):
    """P(category | x) and P(outcome | x, category), each 4 x n."""
    tilt = np.stack([0.8 * x[:, 0], 0.3 * x[:, 0] + 0.3, 0.2 * (x[:, 1] - x[:, 0]), np.full(len(x), -0.5)])
    p = np.exp(tilt) / np.exp(tilt).sum(axis=0)
    return p, np.stack([1 / (1 + np.exp(-(0.2 + 0.7 * x[:, 0] - 0.25 * k))) for k in range(4)])


def world(rng, n=1000):
    x = rng.normal(size=(n, 2))
    p, m = chances(x)
    dose = (rng.random(n) > np.cumsum(p, axis=0)).sum(axis=0).clip(0, 3)
    return (rng.random(n) < m[dose, np.arange(n)]).astype(float), dose, x


def test_two_categories_are_the_overlap_effect():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(2000, 3))
    a = (rng.random(2000) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    for y in (x[:, 0] + a + rng.normal(size=2000), (rng.random(2000) < 0.3 + 0.2 * a).astype(float)):
        effect = Assignment.of(a, x, folds=1).effects(y, ("ATO",))["ATO"]
        answer = dose_response(y, 1 - a, x, folds=1, splits=1, names=("answered", "not"))
        gap = answer.against_last[0]
        assert gap.value == pytest.approx(effect.value, abs=1e-3 * effect.se)
        assert (gap.low, gap.high) == pytest.approx((effect.low, effect.high), abs=0.01 * effect.se)
        assert answer.means[0].value == pytest.approx(effect.treated_mean, abs=1e-3 * effect.se)
        assert answer.slope.value == pytest.approx(-effect.value, abs=1e-3 * effect.se)
        assert answer.ess == pytest.approx((effect.ess.treated, effect.ess.control), rel=1e-3)
        assert answer.counts == (effect.n_treated, effect.n_control)


def test_propensities_are_those_of_a_multinomial_logit():
    _, dose, x = world(np.random.default_rng(2), 4000)
    layout = Layout.of(dose.astype(np.int64), np.zeros(4000, dtype=np.int64), 4, 1)
    e = _propensities(dose.astype(np.int64), scaled(x)[0], layout)
    peer = MNLogit(dose, sm.add_constant(x)).fit(disp=0).predict()
    assert e.sum(axis=0) == pytest.approx(1)
    # two estimates of the same coefficients: they differ by less than they err
    truth = chances(x)[0]
    assert np.abs(e - peer.T).mean() < 0.2 * np.abs(peer.T - truth).mean()


def test_overlap_weights_by_hand():
    e = np.array([[0.5, 0.1], [0.25, 0.1], [0.25, 0.8]])
    assert generalised_overlap(e) == pytest.approx([1 / 10, 1 / 21.25])


def test_a_share_that_nobody_has_keeps_an_interval_in_range():
    y, dose, x = world(np.random.default_rng(3))
    y[dose == 3] = 0
    answer = dose_response(y, dose, x, names=WAITS)
    assert 0 <= answer.means[3].low <= answer.means[3].value < answer.means[3].high < 0.1


def test_trend_and_monotone_display_by_hand():
    rng = np.random.default_rng(4)
    dose = np.repeat([0, 1, 2], 400)
    y = np.array([3.0, 1.0, 2.0])[dose] + rng.normal(size=1200)
    answer = dose_response(y, dose, np.empty((1200, 0)), names=("a", "b", "c"), folds=1)
    means = [y[dose == k].mean() for k in range(3)]
    assert [m.value for m in answer.means] == pytest.approx(means, abs=1e-6)
    assert answer.slope.value == pytest.approx((means[2] - means[0]) / 2, abs=1e-6)
    joint = covariance([one.influence for one in answer.adjusted], customer_codes(None, 1200))
    assert answer.z == pytest.approx(
        answer.slope.value / math.sqrt(joint[0, 0] / 4 + joint[2, 2] / 4), rel=0.01
    )
    assert answer.p == pytest.approx(math.erfc(abs(answer.z) / math.sqrt(2)))
    # falling: the second and third go the wrong way and are pooled, almost equally precise
    assert answer.monotone == pytest.approx((means[0], *[(means[1] + means[2]) / 2] * 2), abs=0.02)
    assert answer.worst_balance == 0


def test_weighting_balances_the_categories():
    y, dose, x = world(np.random.default_rng(5), 4000)
    raw = np.ptp([x[dose == k, 0].mean() for k in range(4)])
    assert raw > 0.7
    assert dose_response(y, dose, x, names=WAITS).worst_balance < 0.1


def test_the_same_call_gives_the_same_numbers_and_customers_count_once():
    y, dose, x = world(np.random.default_rng(6))
    first, second = (dose_response(y, dose, x, names=WAITS) for _ in range(2))
    assert first.against_last == second.against_last
    twice = np.repeat(np.arange(1000), 2)
    again = dose_response(y[twice], dose[twice], x[twice], twice, names=WAITS)
    # each customer twice: the same information, not twice as much
    for one, two in zip(first.against_last, again.against_last, strict=True):
        assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y, d, x: (y, np.where(d == 3, 2, d), x), "'later' has 0 rows of 0 customers"),
        (lambda y, d, x: (y, d + 1, x), "codes 0 to 3"),
        (lambda y, d, x: (y, d + 0.5, x), "codes 0 to 3"),
        (lambda y, d, x: (y * 0, d, x), "same outcome"),
        (lambda y, d, x: (y, d, np.where(x > 2, np.nan, x)), "finite"),
        (lambda y, d, x: (y[:-1], d, x), "one row each"),
        (lambda y, d, x: (y, d, np.random.default_rng(0).normal(size=(1000, 300))), "merge it"),
    ],
)
def test_what_cannot_be_compared_is_an_error_that_says_why(change, message):
    y, dose, x = change(*world(np.random.default_rng(7)))
    with pytest.raises(ValueError, match=message):
        dose_response(y, dose, x, names=WAITS)


def test_means_band_and_trend_cover_the_truth():
    p, m = chances(np.random.default_rng(8).normal(size=(1_000_000, 2)))
    truth = np.average(m, axis=1, weights=generalised_overlap(p))
    slope = np.array([-1.5, -0.5, 0.5, 1.5]) / 5 @ truth
    rng, means, band, trend, raw = np.random.default_rng(9), np.zeros(4), 0, 0, 0
    for _ in range(300):
        y, dose, x = world(rng)
        answer = dose_response(y, dose, x, names=WAITS, splits=1)
        means += [one.low <= t <= one.high for one, t in zip(answer.means, truth, strict=True)]
        gaps = zip(answer.against_last, truth[:3] - truth[3], strict=True)
        band += all(one.low <= t <= one.high for one, t in gaps)
        trend += answer.slope.low <= slope <= answer.slope.high
        raw += abs(y[dose == 0].mean() - y[dose == 3].mean() - truth[0] + truth[3]) > 0.08
    assert (means / 300 >= 0.915).all()
    assert 0.915 <= band / 300 <= 0.99
    assert trend / 300 >= 0.915
    # without adjustment the first category would look far too good
    assert raw / 300 > 0.5

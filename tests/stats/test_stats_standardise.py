"""Standardised means: by direct counting, edges."""

import numpy as np
import pytest

from socialroi.result import Estimate, Unknown
from socialroi.stats.standardise import standardised_means


def strata(seed=0, n=4000):
    """Two groups over one yes/no covariate, so that standardisation is four counts."""
    rng = np.random.default_rng(seed)
    x = (rng.random(n) < 0.4).astype(float)
    group = np.where(rng.random(n) < 0.2 + 0.6 * x, "answered", "waiting")
    y = (rng.random(n) < 0.2 + 0.5 * x + 0.1 * (group == "answered")).astype(float)
    return y, group, x[:, None]


def test_with_one_yes_no_covariate_it_is_direct_standardisation():
    y, group, x = strata()
    answer = standardised_means(y, group, x)
    for name in ("answered", "waiting"):
        levels = [y[(group == name) & (x[:, 0] == level)].mean() for level in (0, 1)]
        expected = levels[0] * (1 - x.mean()) + levels[1] * x.mean()
        assert answer.means[name].value == pytest.approx(expected, abs=0.002)
        assert answer.means[name].n == (group == name).sum()
    gap = answer.contrasts[("answered", "waiting")]
    assert gap.value == pytest.approx(answer.means["answered"].value - answer.means["waiting"].value)
    assert gap.low <= 0.1 <= gap.high
    assert y[group == "answered"].mean() - y[group == "waiting"].mean() > 0.3


def test_contrast_of_contrasts_is_the_same_arithmetic():
    y, group, x = strata(1)
    answer = standardised_means(y, group, x)
    twice = answer.contrast({"answered": 2.0, "waiting": -2.0})
    once = answer.contrasts[("answered", "waiting")]
    assert (twice.value, twice.low, twice.high) == pytest.approx(
        (2 * once.value, 2 * once.low, 2 * once.high)
    )


def test_money_is_standardised_too():
    y, group, x = strata(2)
    money = standardised_means(100 * y, group, x).means["waiting"]
    assert money.value == pytest.approx(100 * standardised_means(y, group, x).means["waiting"].value, abs=0.5)


def test_repeated_customers_widen_the_interval():
    y, group, x = strata(3, 1000)
    once = standardised_means(y, group, x).means["waiting"]
    four = [np.repeat(column, 4, axis=0) for column in (y, group, x)]
    repeated = standardised_means(*four, cluster=np.repeat(np.arange(1000), 4)).means["waiting"]
    assert repeated.high - repeated.low == pytest.approx(once.high - once.low, rel=0.05)


def test_a_group_that_sees_other_cases_is_not_comparable():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(2000, 1))
    group = np.where(x[:, 0] > 0.5, "returns desk", "chat")
    answer = standardised_means(rng.random(2000) < 0.5, group, x)
    assert answer.means["returns desk"].code == "not_comparable"
    assert answer.contrasts == {}


def test_a_group_of_one_is_too_few_and_harms_nobody():
    y, group, x = strata(5)
    group = group.astype("U20")
    group[0] = "lonely"
    answer = standardised_means(y, group, x)
    assert answer.means["lonely"] == Unknown("too_few", answer.means["lonely"].sentence, 1)
    assert isinstance(answer.means["answered"], Estimate)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_nobody_or_everybody_in_a_group_is_not_certainty(level):
    y, group, x = strata(6, 400)
    y = np.where(group == "answered", level, y)
    value = standardised_means(y, group, x).means["answered"]
    assert value.value == pytest.approx(level, abs=0.01)
    assert 0.005 < value.high - value.low < 0.1
    assert 0 <= value.low <= value.high <= 1


def test_impossible_input_is_an_error():
    y, group, x = strata(7, 100)
    with pytest.raises(ValueError, match="finite"):
        standardised_means(np.where(y == 1, np.nan, y), group, x)
    with pytest.raises(ValueError, match="one row each"):
        standardised_means(y[1:], group, x)


def test_a_small_group_is_standardised_indirectly():
    y, group, x = strata(8, 3000)
    x = np.column_stack([x, np.random.default_rng(8).random((3000, 4))])
    small = np.flatnonzero(group == "answered")[:30]
    group = np.where(np.isin(np.arange(3000), small), "small", np.where(group == "answered", "big", group))
    answer = standardised_means(y, group, x, borrow=10)
    # O - E + everybody's mean, with E by level of the one covariate that matters
    levels = np.array([y[x[:, 0] == level].mean() for level in (0, 1)])
    expected = y[small].mean() - levels[x[small, 0].astype(int)].mean() + y.mean()
    assert answer.means["small"].value == pytest.approx(expected, abs=0.02)
    width = answer.means["small"].high - answer.means["small"].low
    assert 0.2 < width < 0.5  # 30 cases, not fewer
    # large groups are untouched by it
    plain = standardised_means(y, group, x).means
    assert answer.means["big"] == plain["big"]

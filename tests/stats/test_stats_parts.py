"""Effects within groups: the whole effect again, clusters, what is too small, joint coverage."""

import math

import numpy as np
import pytest

from socialroi.result import Unknown
from socialroi.stats.causal import Assignment, estimate
from socialroi.stats.clusters import standard_error
from socialroi.stats.parts import group_effects, simultaneous

ALL = ("ATE", "ATT", "ATU", "ATO")
TRUTH = {"0": 0.0, "1": 0.2, "2": 0.4, "3": 0.6}


def world(rng, n=800):
    """Four groups with four effects, the same for everybody of a group."""
    x, group = rng.normal(size=(n, 2)), rng.integers(0, 4, n)
    a = (rng.random(n) < 1 / (1 + np.exp(-(0.6 * x[:, 0] + 0.3 * (group == 1))))).astype(float)
    y = x @ [1.0, 0.5] + 0.3 * group + a * 0.2 * group + rng.normal(size=n)
    return y, a, np.column_stack([x, *(group == g for g in (1, 2, 3))]), group


@pytest.mark.parametrize("estimand", ALL)
def test_one_group_is_everybody(estimand):
    y, a, x, _ = world(np.random.default_rng(1))
    customer = np.random.default_rng(2).integers(0, 300, 800)
    fitted = Assignment.of(a, x, customer)
    whole, part = (
        fitted.effects(y, (estimand,))[estimand],
        group_effects(fitted, y, ["all"] * 800, estimand)["all"],
    )
    assert (part.value, part.n, part.n_treated) == (pytest.approx(whole.value), 800, whole.n_treated)
    assert (part.low, part.high, part.se) == pytest.approx((whole.low, whole.high, whole.se))
    assert part.influence == pytest.approx(whole.influence)


def test_a_group_is_judged_by_its_own_rows():
    y, a, x, group = world(np.random.default_rng(3))
    fitted = Assignment.of(a, x, splits=1)
    part = group_effects(fitted, y, group)["2"]
    inside, (m1, m0), e = group == 2, fitted.outcome_models(y)[0], fitted.splits[0].propensity
    h = e * (1 - e)
    num = h * (m1 - m0) + a * (1 - e) * (y - m1) - (1 - a) * e * (y - m0)
    start = num[inside].sum() / h[inside].sum()
    step = (num + (1 - 2 * e) * (a - e) * (m1 - m0 - start) - h * start)[inside] / h[inside].mean()
    # the two arms take their step apart, which is the same to first order
    assert part.value == pytest.approx(start + step.mean(), abs=1e-3)
    assert part.se == pytest.approx(step.std() / math.sqrt(inside.sum()), rel=0.01)
    assert (part.influence[~inside] == 0).all()
    assert part.influence.std() / math.sqrt(800) == pytest.approx(part.se, rel=2e-3)
    assert part.estimate.method.endswith("simultaneous interval")


def test_the_effect_on_everybody_is_the_mean_of_the_groups_by_size():
    y, a, x, group = world(np.random.default_rng(4))
    fitted = Assignment.of(a, x, splits=1)
    parts = group_effects(fitted, y, group, "ATE").values()
    assert sum(p.value * p.n for p in parts) / 800 == pytest.approx(fitted.effects(y, ("ATE",))["ATE"].value)


def test_customers_who_are_in_several_groups_tie_their_intervals():
    rng = np.random.default_rng(5)
    y, a, x, _ = world(rng, 400)
    twice = np.repeat(np.arange(400), 2)
    group = np.tile(["first", "second"], 400)
    parts = group_effects(Assignment.of(a[twice], x[twice], twice, splits=1), y[twice], group)
    # the same people in both groups: one interval as good as the other, no wider than one alone
    alone = estimate(y, a, x, splits=1)
    assert parts["first"].se == pytest.approx(alone.se, rel=0.1)
    assert (parts["first"].high - parts["first"].value) / parts["first"].se == pytest.approx(1.96, abs=0.02)
    difference = parts["first"].influence - parts["second"].influence
    assert standard_error(difference, twice) < 0.2 * alone.se


def test_groups_without_enough_people_or_variation_say_so():
    y, a, x, group = world(np.random.default_rng(6))
    names = np.where(group == 3, "new", "old").astype(object)
    names[np.flatnonzero(a == 1)[:9]] = "small"
    names[np.flatnonzero(a == 0)[:3]] = "small"
    same = y.copy()
    same[names == "new"] = 1.0
    fitted = Assignment.of(a, x)
    parts = group_effects(fitted, same, names, least=4)
    assert (parts["small"].code, parts["small"].n) == ("too_few", 12)
    assert parts["new"].code == "no_variation"
    assert parts["old"].low < parts["old"].value < parts["old"].high
    assert group_effects(fitted, y, names, least=3)["small"].n_control == 3
    assert all(isinstance(p, Unknown) for p in group_effects(fitted, y, names, least=500).values())


def test_one_name_per_row():
    y, a, x, _ = world(np.random.default_rng(7))
    with pytest.raises(ValueError, match="one group per row"):
        group_effects(Assignment.of(a, x), y, ["a", "b"])


# ---- the band --------------------------------------------------------------------------------


def test_the_width_of_a_band_lies_between_one_interval_and_sidak():
    alike, apart = np.ones((5, 5)), np.eye(5)
    width = [simultaneous(np.zeros(5), c)[1].max() for c in (alike, apart, alike * 0.5 + apart * 0.5)]
    assert width[0] == pytest.approx(1.96, abs=1e-2)
    # Sidak for five: the normal quantile of (1 + 0.95^(1/5)) / 2
    assert width[1] == pytest.approx(2.569, abs=5e-3)
    # Dunnett 1964, table II: five with correlation 1/2, infinite degrees of freedom: 2.51
    assert width[2] == pytest.approx(2.51, abs=1e-2)


def test_a_band_scales_and_repeats():
    covariance = np.array([[4.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    low, high = simultaneous(np.array([1.0, 2.0, 3.0]), covariance, seed=3)
    assert (high[0] - 1) == pytest.approx(2 * (high[1] - 2))
    assert low[2] == high[2] == 3
    assert simultaneous(np.array([1.0, 2.0, 3.0]), covariance, seed=3)[1].tolist() == high.tolist()
    assert (simultaneous(np.zeros(3), covariance, level=0.5)[1] <= high - [1, 2, 3]).all()


def test_all_groups_together_are_covered_nineteen_times_in_twenty():
    rng, together, single = np.random.default_rng(8), 0, np.zeros(4)
    for _ in range(300):
        y, a, x, group = world(rng)
        parts = group_effects(Assignment.of(a, x, splits=1), y, group)
        together += all(parts[g].low <= truth <= parts[g].high for g, truth in TRUTH.items())
        single += [abs(parts[g].value - truth) <= 1.96 * parts[g].se for g, truth in TRUTH.items()]
    # Monte Carlo error 1.3 points
    assert 0.915 <= together / 300 <= 0.985
    assert (single / 300 >= 0.91).all()

"""Known truth: do the intervals cover, is the bias gone, are false alarms as rare as promised?"""

import math

import numpy as np
import pytest

from socialroi.stats.causal import Assignment, plain_difference
from socialroi.stats.standardise import standardised_means

REPS = 200


def chances(x, a):
    """P(treated) and P(outcome): x0 drives both, the effect is larger where x0 is."""
    e = 1 / (1 + np.exp(-(0.8 * x[..., 0] - 0.3 * x[..., 1])))
    return e, 1 / (1 + np.exp(-(-0.4 + 0.9 * x[..., 0] + 0.5 * x[..., 2] + a * (0.4 + 0.3 * x[..., 0]))))


def truths():
    """Effects in each population, by integration over two million people."""
    x = np.random.default_rng(99).normal(size=(2_000_000, 3))
    e, p1 = chances(x, 1)
    gap = p1 - chances(x, 0)[1]
    tilts = {"ATE": np.ones_like(e), "ATT": e, "ATU": 1 - e, "ATO": e * (1 - e)}
    return {name: float(np.average(gap, weights=h)) for name, h in tilts.items()}


def world(rng, n, effect=True):
    x = rng.normal(size=(n, 3))
    e, _ = chances(x, 0)
    a = (rng.random(n) < e).astype(float)
    y = (rng.random(n) < chances(x, a if effect else 0)[1]).astype(float)
    return y, a, x


def test_effects_are_unbiased_and_covered_under_confounding():
    truth, rng = truths(), np.random.default_rng(1)
    values = {name: [] for name in truth}
    covered = dict.fromkeys(truth, 0)
    naive = []
    for _ in range(REPS):
        y, a, x = world(rng, 600)
        effects = Assignment.of(a, x, splits=1).effects(y, tuple(truth))
        naive.append(effects["ATE"].naive.value - truth["ATE"])
        for name, effect in effects.items():
            values[name].append(effect.value - truth[name])
            covered[name] += effect.low <= truth[name] <= effect.high
    for name, errors in values.items():
        mcse = np.std(errors) / math.sqrt(REPS)
        assert abs(np.mean(errors)) < 3 * mcse, name
        assert covered[name] / REPS >= 0.90, name
    # the plain difference must be far off, or the world above would prove nothing
    assert np.mean(naive) > 0.10


def test_either_model_may_be_wrong():
    # the outcome depends on x0 squared, which the models do not have; treatment does not
    rng = np.random.default_rng(2)
    errors = []
    for _ in range(100):
        x = rng.normal(size=(800, 2))
        a = (rng.random(800) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
        y = x[:, 0] + x[:, 0] ** 2 + 0.5 * a + rng.normal(size=800)
        errors.append(Assignment.of(a, x, splits=1).effects(y, ("ATO",))["ATO"].value - 0.5)
    assert abs(np.mean(errors)) < 3 * np.std(errors) / 10


def test_customers_who_repeat_are_counted_once():
    # a customer's rows share treatment and mood; counting rows would cover far less
    rng = np.random.default_rng(3)
    covered, as_rows = 0, 0
    for _ in range(REPS):
        mood, xc = rng.normal(size=150), rng.normal(size=(150, 1))
        ac = (rng.random(150) < 1 / (1 + np.exp(-xc[:, 0]))).astype(float)
        customer = np.repeat(np.arange(150), rng.integers(1, 8, 150))
        a, x = ac[customer], xc[customer]
        y = 0.5 * a + x[:, 0] + mood[customer] + 0.5 * rng.normal(size=len(a))
        clustered = Assignment.of(a, x, customer, splits=1).effects(y, ("ATO",))["ATO"]
        rows = Assignment.of(a, x, splits=1).effects(y, ("ATO",))["ATO"]
        covered += clustered.low <= 0.5 <= clustered.high
        as_rows += rows.low <= 0.5 <= rows.high
    assert covered / REPS >= 0.90
    assert as_rows / REPS < 0.85


def test_without_an_effect_one_in_twenty_looks_like_one():
    rng = np.random.default_rng(4)
    false = 0
    for _ in range(400):
        y, a, x = world(rng, 400, effect=False)
        false += Assignment.of(a, x, splits=1).effects(y, ("ATO",))["ATO"].estimate.is_clear
    # 5 % of 400 is 20; four standard deviations of slack
    assert 4 <= false <= 38


def test_random_relabelling_is_called_an_effect_one_time_in_twenty():
    rng = np.random.default_rng(5)
    y, _, x = world(rng, 500)
    found = dict.fromkeys(("ATE", "ATT", "ATU", "ATO", "plain"), 0)
    for _ in range(500):
        a = rng.permutation(np.arange(500) % 2).astype(float)
        for name, effect in Assignment.of(a, x, splits=1).effects(y, ("ATE", "ATT", "ATU", "ATO")).items():
            found[name] += effect.estimate.is_clear
        found["plain"] += plain_difference(y, a).is_clear
    # 3 to 7 %
    assert all(15 <= one <= 35 for one in found.values()), found


def test_adjustment_narrows_a_randomised_comparison():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(2000, 2))
    a = (np.arange(2000) % 2).astype(float)
    y = 2 * x[:, 0] + 0.1 * a + rng.normal(size=2000)
    effect = Assignment.of(a, x).effects(y, ("ATE",))["ATE"]
    # half the variance is explained by x twice over: 1 / sqrt(5) of the width is left
    assert effect.high - effect.low < 0.55 * (effect.naive.high - effect.naive.low)


def test_standardised_means_cover_what_everybody_would_have():
    rng = np.random.default_rng(7)
    draw = np.random.default_rng(8).normal(size=(1_000_000, 2))
    truth = {
        g: float((1 / (1 + np.exp(-(draw[:, 0] + s)))).mean())
        for g, s in zip("abc", (0, 0.3, 0.6), strict=True)
    }
    covered, pairs, raw = dict.fromkeys(truth, 0), 0, 0
    for _ in range(120):
        x = rng.normal(size=(900, 2))
        group = np.array(list("abc"))[
            np.clip(np.round(0.5 * x[:, 0] + rng.normal(size=900) + 1), 0, 2).astype(int)
        ]
        shift = np.select([group == "b", group == "c"], [0.3, 0.6], 0.0)
        y = (rng.random(900) < 1 / (1 + np.exp(-(x[:, 0] + shift)))).astype(float)
        answer = standardised_means(y, group, x, splits=1)
        for g, expected in truth.items():
            covered[g] += answer.means[g].low <= expected <= answer.means[g].high
        pair = answer.contrasts[("a", "c")]
        pairs += pair.low <= truth["a"] - truth["c"] <= pair.high
        raw += abs(y[group == "a"].mean() - y[group == "c"].mean() - truth["a"] + truth["c"]) > 0.1
    assert min(covered.values()) / 120 >= 0.88
    assert pairs / 120 >= 0.88
    assert raw / 120 > 0.9


@pytest.mark.parametrize("share", [0.03, 0.5])
def test_lopsided_arms_keep_their_coverage(share):
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(150):
        x = rng.normal(size=(3000, 2))
        a = (rng.random(3000) < 1 / (1 + np.exp(-(0.4 * x[:, 0] + math.log(share / (1 - share)))))).astype(
            float
        )
        y = 0.3 * a + x[:, 0] + rng.normal(size=3000)
        effect = Assignment.of(a, x, splits=1).effects(y, ("ATO",))["ATO"]
        covered += effect.low <= 0.3 <= effect.high
    assert covered / 150 >= 0.89

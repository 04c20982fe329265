"""Power of two shares: published tables, statsmodels, simulation; the sample ratio against scipy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import power_proportions_2indep

from socialroi.stats.power import people_needed, sample_ratio, smallest_effect


def test_people_needed_as_r_documents_them():
    # R, ?power.prop.test: p1 = .50, p2 = .75, power = .90 => n = 76.7 in each group
    assert people_needed(0.5, 0.25, 0.5, power=0.9) == math.ceil(2 * 76.65294)
    # p1 = .5, p2 = .501, sig.level = .001, power = 0.90 => n = 10451937
    assert people_needed(0.5, 0.001, 0.5, power=0.9, alpha=0.001) == pytest.approx(2 * 10451937, abs=2)


@pytest.mark.parametrize("p", [0.02, 0.3, 0.8])
@pytest.mark.parametrize(("n1", "n0"), [(200, 200), (2000, 300), (150, 4000)])
def test_the_smallest_effect_has_its_power_by_statsmodels(p, n1, n0):
    effect = smallest_effect(p, n1, n0)
    peer = power_proportions_2indep(effect, p, n1, n0 / n1, return_results=False)
    # the peer also counts claims in the wrong direction, which are rare
    assert 0.8 - 1e-6 <= peer <= 0.801


def test_the_smallest_effect_is_found_four_times_in_five():
    rng, n = np.random.default_rng(1), 500
    effect = smallest_effect(0.3, n, n)
    hits, base = rng.binomial(n, 0.3 + effect, 20_000) / n, rng.binomial(n, 0.3, 20_000) / n
    pooled = (hits + base) / 2
    found = (hits - base) / np.sqrt(2 * pooled * (1 - pooled) / n) > 1.96
    assert found.mean() == pytest.approx(0.8, abs=0.015)


def test_both_answers_belong_together():
    n = people_needed(0.25, 0.04, 0.8)
    assert smallest_effect(0.25, 0.8 * n, 0.2 * n) == pytest.approx(0.04, abs=1e-4)
    assert people_needed(0.25, -0.04, 0.5) < people_needed(0.25, 0.04, 0.5)


def test_no_rise_shows_among_a_handful():
    assert smallest_effect(0.9, 10, 10) is None
    assert smallest_effect(1.0, 10**6, 10**6) is None


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 0.9), st.integers(20, 10**6), st.integers(20, 10**6))
def test_more_people_see_smaller_effects(p, n1, n0):
    few, many = smallest_effect(p, n1, n0), smallest_effect(p, 2 * n1, 2 * n0)
    assert few is None or many < few


@pytest.mark.parametrize(
    ("treated", "control", "share"), [(40, 60, 0.5), (9, 1, 0.8), (0, 7, 0.3), (0, 0, 0.5)]
)
def test_small_ratios_are_the_exact_binomial_test(treated, control, share):
    n = treated + control
    peer = stats.binomtest(treated, n, share).pvalue if n else 1.0
    assert sample_ratio(treated, control, share) == pytest.approx(peer, rel=1e-9)


def test_large_ratios_are_chi_square():
    # Kohavi, Tang & Xu 2020, chapter 21: 821,588 and 815,482 users of an even split: p = 1.8e-6
    assert sample_ratio(821_588, 815_482, 0.5) == pytest.approx(1.8e-6, rel=0.02)
    peer = stats.chisquare([8200, 1900], [8080, 2020]).pvalue
    assert sample_ratio(8200, 1900, 0.8) == pytest.approx(peer, rel=1e-9)
    assert sample_ratio(8080, 2020, 0.8) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: smallest_effect(1.1, 10, 10),
        lambda: smallest_effect(0.5, 0, 10),
        lambda: smallest_effect(0.5, 10, 10, power=0.01),
        lambda: people_needed(0.5, 0.6, 0.5),
        lambda: people_needed(0.5, 0.0, 0.5),
        lambda: people_needed(0.5, 0.1, 1.0),
        lambda: sample_ratio(-1, 5, 0.5),
        lambda: sample_ratio(5, 5, 0.0),
    ],
)
def test_impossible_input_is_an_error(call):
    with pytest.raises(ValueError, match=r"no such|both arms"):
        call()

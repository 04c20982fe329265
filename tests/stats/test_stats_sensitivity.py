"""Sensitivity: published numbers, second implementations, what the bounds must contain."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from socialroi.stats.causal import Assignment
from socialroi.stats.sensitivity import (
    benchmark,
    bias_bound,
    e_value,
    hidden_cause,
    robustness_value,
    summary,
)


def test_e_values_of_vanderweele_and_ding():
    # smoking in pregnancy / breast feeding example, RR 3.9 (1.8 to 8.7): 7.26 and 3.0
    answer = e_value(3.9, 1.8, 8.7)
    assert (round(answer.value, 2), round(answer.limit, 2)) == (7.26, 3.0)


def test_e_value_of_protection_is_that_of_its_inverse():
    back, forth = e_value(1 / 3.9, 1 / 8.7, 1 / 1.8), e_value(3.9, 1.8, 8.7)
    assert (back.value, back.limit) == pytest.approx((forth.value, forth.limit))


def test_an_interval_over_one_needs_no_unseen_cause():
    assert e_value(1.2, 0.9, 1.6).limit == 1


def test_robustness_values_of_darfur():
    # Cinelli & Hazlett 2020, table 1: t = 4.184, dof = 783
    assert round(robustness_value(4.184, 783), 3) == 0.139
    assert round(robustness_value(4.184, 783, alpha=0.05), 3) == 0.076


def test_a_result_that_is_not_significant_is_not_robust():
    assert robustness_value(1.5, 500, alpha=0.05) == 0
    assert 0 < robustness_value(1.5, 500) < 0.1


def test_a_huge_t_uses_the_other_branch_and_stays_below_one():
    assert 0.9 < robustness_value(500, 100, alpha=0.05) < 1


@settings(deadline=None)
@given(st.floats(0.01, 50), st.integers(10, 10_000))
def test_at_the_robustness_value_the_bound_is_the_estimate(t, dof):
    r = robustness_value(t, dof)
    # an estimate of t standard errors of 1; equal strength r in both
    assert bias_bound(1.0, dof, r, r) == pytest.approx(t, rel=1e-6)


def confounded(seed, n=3000):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    a = (0.8 * x[:, 0] + 0.3 * x[:, 1] + rng.normal(size=n) > 0).astype(float)
    return 0.5 * a + 0.7 * x[:, 0] + 0.3 * x[:, 2] + rng.normal(size=n), a, x


def test_benchmark_is_the_partial_r2_gain_of_two_regressions():
    y, a, x = confounded(1)
    answer = benchmark(y, a, x, {"recency": [0, 1], "spend": [2], "noise": [3]})
    for name, kept in (("recency", [2, 3]), ("spend", [0, 1, 3]), ("noise", [0, 1, 2])):
        full, short = (sm.OLS(y, sm.add_constant(np.column_stack([a, z]))).fit() for z in (x, x[:, kept]))
        assert answer[name].cy == pytest.approx(short.ssr / full.ssr - 1, rel=1e-6)
        full, short = (sm.OLS(a, sm.add_constant(z)).fit() for z in (x, x[:, kept]))
        assert answer[name].cd == pytest.approx(min(1, short.ssr / full.ssr - 1), rel=1e-6)
    assert answer["recency"].bound(1, 100) > answer["noise"].bound(1, 100)


def test_bound_holds_the_bias_of_leaving_out_a_cause_as_strong():
    # hide x0 and compare the bias with the bound of x0's own strength
    y, a, x = confounded(2)
    strength = benchmark(y, a, x, {"x0": [0]})["x0"]
    short = sm.OLS(y, sm.add_constant(np.column_stack([a, x[:, 1:]]))).fit()
    full = sm.OLS(y, sm.add_constant(np.column_stack([a, x]))).fit()
    bias = abs(short.params[1] - full.params[1])
    assert bias <= strength.bound(short.bse[1], short.df_resid)


def test_bound_is_exactly_the_omitted_variable_bias_for_partial_r2():
    # Cinelli & Hazlett 2020, equation 11, with the partial R2 of the short regressions
    y, a, x = confounded(3)
    rest = sm.add_constant(x[:, 1:])
    short = sm.OLS(y, np.column_stack([a, rest])).fit()
    full = sm.OLS(y, np.column_stack([a, x[:, 0], rest])).fit()
    cy = 1 - full.ssr / short.ssr
    cd = 1 - sm.OLS(a, np.column_stack([x[:, 0], rest])).fit().ssr / sm.OLS(a, rest).fit().ssr
    bias = abs(short.params[0] - full.params[0])
    assert bias_bound(short.bse[0], short.df_resid, cy, cd) == pytest.approx(bias, rel=1e-9)


def test_hidden_cause_agrees_with_the_linear_reading_when_all_is_linear():
    y, a, x = confounded(4)
    rng = np.random.default_rng(4)
    a = (rng.random(3000) < 0.5).astype(float)
    fitted = Assignment.of(a, x, splits=1)
    effect = fitted.effects(y, ("ATE",))["ATE"]
    answer = hidden_cause(fitted, y, "ATE")
    linear = robustness_value(effect.value / effect.se, 3000 - 6)
    assert answer.robustness == pytest.approx(linear, rel=0.03)
    assert answer.bound(answer.robustness, answer.robustness) == pytest.approx(abs(effect.value), rel=1e-6)


def test_leverage_by_formula():
    y, a, x = confounded(5)
    fitted = Assignment.of(a, x, splits=1)
    e = fitted.splits[0].propensity
    alpha = a / e - (1 - a) / (1 - e)
    expected = np.mean(2 * (1 / e + 1 / (1 - e)) - alpha**2)
    answer = hidden_cause(fitted, y, "ATE")
    assert answer.leverage == pytest.approx(max(expected, np.mean(alpha**2)))
    for estimand in ("ATT", "ATU", "ATO"):
        assert math.isfinite(hidden_cause(fitted, y, estimand).robustness)


def test_the_summary_is_all_scales_of_one_effect():
    y, a, x = confounded(7)
    bought = (y > 1).astype(float)
    fitted = Assignment.of(a, np.column_stack([x, np.ones(3000)]))
    for outcome, has_ratio in ((bought, True), (y - 5, False)):
        effect = fitted.effects(outcome, ("ATT",))["ATT"]
        answer = summary(fitted, outcome, effect)
        # four covariates that vary, treatment, intercept
        t, dof = effect.value / effect.se, 3000 - 4 - 2
        assert answer.rv == robustness_value(t, dof)
        assert 0 < answer.rv_alpha == robustness_value(t, dof, alpha=0.05) < answer.rv
        assert answer.hidden == hidden_cause(fitted, outcome, "ATT")
        assert 0 < answer.hidden.robustness < 1
        assert (answer.e_value is not None) == has_ratio
    effect = fitted.effects(bought, ("ATO",))["ATO"]
    ratio = effect.ratio
    assert summary(fitted, bought, effect).e_value == e_value(ratio.value, ratio.low, ratio.high)


def test_customers_not_rows_are_degrees_of_freedom():
    y, a, x = confounded(8)
    fitted = Assignment.of(a, x, np.arange(3000) // 2)
    effect = fitted.effects(y, ("ATO",))["ATO"]
    assert summary(fitted, y, effect).rv == robustness_value(effect.value / effect.se, 1500 - 6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: e_value(0.0, 0.0, 1.0),
        lambda: e_value(2.0, 2.5, 3.0),
        lambda: robustness_value(2.0, 1),
        lambda: robustness_value(math.nan, 10),
        lambda: bias_bound(-1, 10, 0.1, 0.1),
        lambda: benchmark([1, 2], [0, 1], np.zeros((2, 1)), {"gone": [1]}),
        lambda: benchmark([1, 1], [0, 1], np.zeros((2, 1)), {}),
    ],
)
def test_impossible_input_is_an_error(call):
    with pytest.raises(ValueError, match=r".+"):
        call()


def test_a_group_that_settles_the_treatment_explains_anything():
    assert bias_bound(1.0, 100, 0.1, 1.0) == math.inf
    assert bias_bound(1.0, 100, 0.0, 1.0) == 0
    y, a, x = confounded(6)
    assert benchmark(y, a, np.column_stack([x, a]), {"itself": [4]})["itself"].cd == 1

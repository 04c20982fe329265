"""Interrupted series: exact regression, false steps under memory, planted steps, case mix by week."""

import numpy as np
import pytest

from socialroi.result import Unknown
from socialroi.stats.interrupted import interrupted_series, standardised_periods


def noise(rng, n, rho):
    out = rng.standard_normal(n)
    for at in range(1, n):
        out[at] = rho * out[at - 1] + np.sqrt(1 - rho**2) * out[at]
    return out


def test_the_regression_is_ordinary_least_squares():
    rng, time = np.random.default_rng(1), np.arange(-30, 34)
    after = time >= 0
    y = 2 + 0.1 * time + 3 * after - 0.05 * time * after + 0.3 * rng.standard_normal(64)
    x = np.column_stack([np.ones(64), time, after, time * after])
    expected = np.linalg.lstsq(x, y, rcond=None)[0]
    found = interrupted_series(y, time, 0)
    assert (found.step.value, found.turn.value) == (pytest.approx(expected[2]), pytest.approx(expected[3]))
    assert found.fitted == pytest.approx(x @ expected)
    assert found.expected == pytest.approx(x[:, :2] @ expected[:2])
    assert (found.before, found.after) == (30, 34)
    assert found.step.low < 3 < found.step.high
    assert found.p_step < 0.01


def test_without_memory_the_interval_is_about_that_of_independent_weeks():
    rng, time = np.random.default_rng(2), np.arange(100)
    x = np.column_stack([np.ones(100), time, time >= 50, (time - 50) * (time >= 50)])
    ratio = []
    for _ in range(20):
        y = rng.standard_normal(100)
        left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        error = np.sqrt(left @ left / 96 * np.linalg.inv(x.T @ x)[2, 2])
        step = interrupted_series(y, time, 50, season=False).step
        ratio.append((step.high - step.low) / (2 * 1.985 * error))
    assert np.mean(ratio) == pytest.approx(1.08, abs=0.12)  # a little wider: the memory is not known to be 0


def test_gaps_are_gaps():
    rng, time = np.random.default_rng(3), np.arange(-40.0, 40)
    y = noise(rng, 80, 0.5) + 4 * (time >= 0)
    kept = (time < -3) | (time >= 0)  # weeks whose follow-up runs across the change
    found = interrupted_series(y[kept], time[kept], 0)
    assert found.before == 37
    assert found.step.low < 4 < found.step.high


def test_too_few_weeks_and_no_variation_say_so():
    time = np.arange(60)
    short = interrupted_series(np.random.default_rng(4).random(60), time, 40)
    assert (short.code, short.n) == ("too_short", 60)
    assert isinstance(interrupted_series(np.ones(60), time, 30), Unknown)
    assert interrupted_series(np.ones(60), time, 30).code == "no_variation"
    with pytest.raises(ValueError, match="rising"):
        interrupted_series([1.0, 2.0], [2, 1], 0)
    with pytest.raises(ValueError, match="rising"):
        interrupted_series([1.0, np.nan], [1, 2], 0)


def test_a_yearly_wave_is_no_step():
    rng, time = np.random.default_rng(5), np.arange(104)
    y = 5 * np.sin(2 * np.pi * time / 52.18) + 0.3 * rng.standard_normal(104)
    assert not interrupted_series(y, time, 52).step.is_clear
    # without the wave the regression takes part of it for a turn
    assert interrupted_series(y, time, 52, season=False).rho > 0.5


def hac_is_clear(y, time, change):
    """Newey-West with lag floor(4 (n/100)^(2/9)): the usual correction."""
    after = (time >= change).astype(float)
    x = np.column_stack([np.ones(len(y)), time - change, after, after * (time - change)])
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    score = x * (y - x @ beta)[:, None]
    meat, lags = score.T @ score, int(4 * (len(y) / 100) ** (2 / 9))
    for lag in range(1, lags + 1):
        one = score[lag:].T @ score[:-lag]
        meat += (1 - lag / (lags + 1)) * (one + one.T)
    return abs(beta[2]) > 1.96 * np.sqrt((bread @ meat @ bread)[2, 2])


def steps(rho, sides, repetitions, size=0.0, seed=5):
    """How often a step is found by the bootstrap and by HAC, and how often the true one is covered."""
    rng, time = np.random.default_rng(seed), np.arange(sum(sides))
    found, by_hac, covered = 0, 0, 0
    for _ in range(repetitions):
        y = noise(rng, len(time), rho) + size * (time >= sides[0])
        step = interrupted_series(y, time, sides[0]).step
        found += step.is_clear
        covered += step.low <= size <= step.high
        by_hac += hac_is_clear(y, time, sides[0])
    return found, by_hac, covered


def test_memory_is_not_taken_for_a_step():
    found, by_hac, _ = steps(0.6, (26, 26), 30)
    assert found <= 6  # more than 6 of 30 at 5 % happens once in 1,000
    assert by_hac >= found


def test_a_planted_step_is_recovered():
    found, _, covered = steps(0.3, (40, 40), 20, size=4.0)
    assert found >= 18
    assert covered >= 16


# study.md: at most 24 of 300. CAREFUL was chosen on the series of seed 5 (25 with the median, 24 with it),
# so these are others. Over ten such seeds, 3,000 series a cell: 125 to 185 false steps (4.2 to 6.2 %), no
# cell of 300 above 24, most with the shortest sides and rho .8.
@pytest.mark.slow
@pytest.mark.parametrize("sides", [(26, 26), (52, 52), (78, 26)])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 0.8])
def test_false_steps_are_as_rare_as_promised(rho, sides):
    found, by_hac, _ = steps(rho, sides, 300, seed=(20261, int(rho * 10), *sides))
    assert found <= 24
    assert by_hac > found
    _, _, covered = steps(rho, sides, 100, size=3.0)
    assert covered >= 88


def test_a_week_with_other_cases_stays_where_it_was():
    rng, week = np.random.default_rng(6), np.repeat(np.arange(40), 60)
    topic = (rng.random(2400) < np.where(week < 20, 0.2, 0.7)).astype(float)
    y = 1 + 2 * topic + 0.1 * rng.standard_normal(2400)
    period, level, n = standardised_periods(y, week, topic[:, None])
    assert (period.tolist(), set(n)) == (list(range(40)), {60})
    # everybody's topic mix: 1 + 2 x mean, in every week
    assert level == pytest.approx(np.full(40, 1 + 2 * topic.mean()), abs=0.06)
    raw = np.array([y[week == w].mean() for w in range(40)])
    assert raw[20:].mean() - raw[:20].mean() > 0.8


def test_a_step_in_the_outcome_does_not_hide_in_the_case_mix():
    rng, week = np.random.default_rng(7), np.repeat(np.arange(40), 60)
    topic = (rng.random(2400) < np.where(week < 20, 0.2, 0.7)).astype(float)
    y = 1 + 2 * topic + 0.5 * (week >= 20) + 0.1 * rng.standard_normal(2400)
    _, level, _ = standardised_periods(y, week, topic[:, None])
    assert level[20:].mean() - level[:20].mean() == pytest.approx(0.5, abs=0.02)


def test_without_covariates_it_is_the_mean_of_the_week():
    _, level, n = standardised_periods([1.0, 3.0, 5.0], [0, 0, 1], np.zeros((3, 0)))
    assert (level.tolist(), n.tolist()) == ([2, 5], [2, 1])
    with pytest.raises(ValueError, match="finite"):
        standardised_periods([np.nan], [0], np.zeros((1, 1)))

"""AUC: hand-worked, all pairs, DeLong's formula in plain Python, scipy, coverage and power."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from socialroi.result import Estimate, Unknown
from socialroi.stats.discrimination import (
    compare,
    delong,
    delong_hist,
    rows_needed,
    smallest_gap,
)

Z = 1.959964


def rows(low=4, high=60, levels=5):
    """Scores and events with both outcomes at least twice."""
    one = st.tuples(st.integers(1, levels), st.integers(1, levels), st.booleans())
    return st.lists(one, min_size=low, max_size=high).filter(
        lambda x: 2 <= sum(r[2] for r in x) <= len(x) - 2
    )


def pairs(score, event):
    """Every pair of one with and one without the event: (m, n) wins, ties half."""
    y = np.asarray(event, bool)
    s = np.asarray(score, float)
    d = s[y][:, None] - s[~y][None, :]
    return (d > 0) + 0.5 * (d == 0)


def delong_covariance(scores, event):
    """DeLong, DeLong & Clarke-Pearson 1988, equations 4 to 6, from all pairs."""
    wins = [pairs(s, event) for s in scores]
    v10 = np.array([w.mean(axis=1) for w in wins])
    v01 = np.array([w.mean(axis=0) for w in wins])
    m, n = wins[0].shape
    return np.cov(v10).reshape(len(scores), -1) / m + np.cov(v01).reshape(len(scores), -1) / n


# ---- by hand ----------------------------------------------------------------------------------


def test_by_hand():
    # with the event 3 4 4, without 1 3 4 2: wins of 3: 1, half, 0, 1 = 2.5; of each 4: 1, 1, half, 1 = 3.5
    score, event = [3, 4, 4, 1, 3, 4, 2], [1, 1, 1, 0, 0, 0, 0]
    value = delong(score, event)
    assert (value.value, value.n) == (pytest.approx((2.5 + 3.5 + 3.5) / 12), 7)
    # V10 = .625 .875 .875, variance 1/48; V01 = 1, 5/6, 1/3, 1, variance 43/432; A = 19/24
    se = math.sqrt(1 / 48 / 3 + np.var([1, 5 / 6, 1 / 3, 1], ddof=1) / 4)
    a = 19 / 24
    half = Z * se / (a * (1 - a))
    expected = [1 / (1 + math.exp(-(math.log(a / (1 - a)) + sign * half))) for sign in (-1, 1)]
    assert (value.low, value.high) == pytest.approx(expected, abs=1e-6)


def test_published_item():
    # Hanley & McNeil 1982, table I: 58 normal and 51 abnormal scans on five levels; Stata's manual of
    # roctab prints area .8932 and standard error .0307 for them
    value = delong_hist([[33, 6, 6, 11, 2], [3, 2, 2, 11, 33]])
    assert value.value == pytest.approx(0.8932, abs=5e-5)
    width = math.log(value.high / (1 - value.high)) - math.log(value.low / (1 - value.low))
    assert width / (2 * Z) * value.value * (1 - value.value) == pytest.approx(0.0307, abs=5e-5)


# ---- a second implementation ------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(rows())
def test_every_pair_counted(data):
    score, _, event = zip(*data, strict=True)
    value, wins = delong(score, event), pairs(score, event)
    assert value.value == pytest.approx(wins.mean())
    u = stats.mannwhitneyu([s for s, y in zip(score, event, strict=True) if y],
                           [s for s, y in zip(score, event, strict=True) if not y]).statistic  # fmt: skip
    assert value.value == pytest.approx(u / wins.size)


@settings(max_examples=80, deadline=None)
@given(rows())
def test_errors_are_delongs(data):
    first, second, event = (np.array(column) for column in zip(*data, strict=True))
    cov = delong_covariance([first, second], event)
    gap = compare(first, second, event)
    variance = cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]
    assert gap.se == pytest.approx(math.sqrt(max(0, variance)), abs=1e-7)
    d = pairs(first, event).mean() - pairs(second, event).mean()
    if isinstance(gap.value, Estimate):
        assert gap.value.value == pytest.approx(d)
        assert gap.value.high == pytest.approx(min(1, d + Z * gap.se), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(rows())
def test_the_table_of_levels_is_enough(data):
    score, _, event = zip(*data, strict=True)
    table = np.zeros((2, 5))
    np.add.at(table, (np.array(event, int), np.array(score) - 1), 1)
    one, two = delong(score, event), delong_hist(table)
    assert (two.value, two.low, two.high, two.n) == pytest.approx((one.value, one.low, one.high, one.n))


def test_clusters_by_plain_obuchowski():
    rng = np.random.default_rng(3)
    n = 120
    who, score = rng.integers(0, 40, n), rng.integers(1, 8, n)
    event = rng.random(n) < 0.4
    wins = pairs(score, event)
    a, (m, k) = wins.mean(), wins.shape
    v10, v01 = wins.mean(axis=1) - a, wins.mean(axis=0) - a
    plus, minus = who[event], who[~event]
    s10 = sum(v10[plus == c].sum() ** 2 for c in set(plus)) * len(set(plus)) / (len(set(plus)) - 1)
    s01 = sum(v01[minus == c].sum() ** 2 for c in set(minus)) * len(set(minus)) / (len(set(minus)) - 1)
    both = len(set(who)) / (len(set(who)) - 1)
    s11 = both * sum(v10[plus == c].sum() * v01[minus == c].sum() for c in set(who))
    se = math.sqrt(s10 / m**2 + s01 / k**2 + 2 * s11 / (m * k))
    value = delong(score, event, [f"c{i}" for i in who])
    half = Z * se / (a * (1 - a))
    assert math.log(value.high / (1 - value.high)) - math.log(a / (1 - a)) == pytest.approx(half, rel=1e-6)


# ---- properties -------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(rows())
def test_turning_the_score_or_the_event_turns_the_area(data):
    score, second, event = (np.array(column) for column in zip(*data, strict=True))
    value = delong(score, event)
    for other in (delong(-score, event), delong(score, ~event)):
        assert (other.value, other.low, other.high) == pytest.approx(
            (1 - value.value, 1 - value.high, 1 - value.low), abs=1e-9
        )
    stretched = delong(np.exp(3.0 * score), event)
    assert (stretched.value, stretched.low) == (value.value, pytest.approx(value.low))
    assert 0 <= value.low <= value.value <= value.high <= 1
    assert compare(score, second, event).se == pytest.approx(compare(second, score, event).se)


@settings(max_examples=40, deadline=None)
@given(rows())
def test_copies_of_a_customer_add_nothing(data):
    score, second, event = (np.array(column) for column in zip(*data, strict=True))
    who = np.arange(len(score))
    one = compare(score, second, event, who)
    two = compare(np.tile(score, 2), np.tile(second, 2), np.tile(event, 2), np.tile(who, 2))
    assert two.se == pytest.approx(one.se, abs=1e-12)
    alone = delong(score, event)
    assert delong(np.tile(score, 2), np.tile(event, 2), np.tile(who, 2)).low == pytest.approx(alone.low)


def test_the_edges():
    perfect = delong([1, 1, 2, 2], [0, 0, 1, 1])
    assert (perfect.value, perfect.high) == (1, 1)
    assert perfect.low < 0.5
    nothing = delong([3] * 20, [0, 1] * 10)
    assert nothing.value == 0.5
    assert nothing.low < 0.3
    same = compare([1, 2, 3, 2], [1, 2, 3, 2], [0, 1, 1, 0])
    assert (same.value.value, same.value.is_clear) == (0, False)
    assert compare([1, 1, 2, 2], [3] * 4, [0, 0, 1, 1]).value.code == "no_spread"


@pytest.mark.parametrize("event", [[0, 0, 0, 0], [1, 1, 1, 1], []])
def test_one_outcome_tells_nothing(event):
    score = [1, 2, 3, 4][: len(event)]
    assert delong(score, event).code == "one_outcome"
    assert compare(score, score, event).value.code == "one_outcome"
    assert isinstance(delong_hist([[0, 0], [sum(event), 1]]), Unknown)


def test_one_customer_tells_nothing():
    assert delong([1, 2, 3, 4], [0, 1, 1, 0], ["a"] * 4).code == "too_few"


@pytest.mark.parametrize(
    "call",
    [
        lambda: delong([1, math.nan], [0, 1]),
        lambda: delong([1, 2], [0, 2]),
        lambda: delong([1, 2, 3], [0, 1]),
        lambda: delong([1, 2], [0, 1], ["a"]),
        lambda: delong_hist([1, 2]),
        lambda: delong_hist([[1, 2], [-1, 2]]),
        lambda: rows_needed(0, 0.1, 100),
        lambda: rows_needed(0.1, math.nan, 100),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError, match=r".+"):
        call()


# ---- coverage and power -----------------------------------------------------------------------


def world(rng, n, gap=0.0, copies=1):
    """Two five-level items that see one mood through noise; `gap` makes the second dimmer."""
    mood = np.repeat(rng.normal(size=n // copies), copies)
    event = mood * 0.9 + rng.normal(size=n) > 1.1
    cuts = [-1.2, -0.4, 0.4, 1.2]
    first = np.digitize(mood + rng.normal(size=n), cuts)
    second = np.digitize(
        mood + (1 + gap) * rng.normal(size=n), np.array(cuts) * math.hypot(1, 1 + gap) / math.sqrt(2)
    )
    return first, second, event, np.repeat(np.arange(n // copies), copies)


def truth(gap=0.0):
    first, second, event, _ = world(np.random.default_rng(99), 1_000_000, gap)
    return delong(first, event).value, delong(second, event).value


@pytest.mark.parametrize(("n", "copies"), [(150, 1), (600, 1), (600, 3)])
def test_intervals_cover(n, copies):
    # methods.md: logit 94.9 / 94.5 %, paired difference 95.0 / 94.2 % at n = 150 / 500
    rng, repetitions = np.random.default_rng(n + copies), 800
    area, other = truth(0.5)
    inside, between = 0, 0
    for _ in range(repetitions):
        first, second, event, who = world(rng, n, 0.5, copies)
        value, gap = delong(first, event, who), compare(first, second, event, who).value
        inside += value.low <= area <= value.high
        between += gap.low <= area - other <= gap.high
    assert inside / repetitions >= 0.925
    assert between / repetitions >= 0.925


def test_repeated_customers_would_be_overstated_without_clusters():
    first, _, event, who = world(np.random.default_rng(1), 600, 0, 6)
    plain, clustered = delong(first, event), delong(first, event, who)
    assert clustered.high - clustered.low > 1.2 * (plain.high - plain.low)


def test_power_is_what_it_says():
    # the error at n = 400 says how many rows find the true gap four times in five
    rng = np.random.default_rng(7)
    area, other = truth(1.0)
    first, second, event, _ = world(rng, 20_000, 1.0)
    se = compare(first, second, event).se
    n = rows_needed(area - other, se, 20_000)
    found = sum(compare(*world(rng, n, 1.0)[:3]).value.low > 0 for _ in range(400))
    assert found / 400 == pytest.approx(0.8, abs=0.07)
    assert smallest_gap(se * math.sqrt(20_000 / n)) == pytest.approx(area - other, rel=0.01)

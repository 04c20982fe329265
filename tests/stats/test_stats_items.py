"""Does one item add to the other: a published number, a second implementation, and known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from socialroi.result import Estimate, Unknown
from socialroi.stats import items

#: Spector and Mazzeo 1980, as printed in Greene, Econometric Analysis: (GPA, TUCE, PSI, better grade).
SPECTOR = np.array([
    (2.66, 20, 0, 0), (2.89, 22, 0, 0), (3.28, 24, 0, 0), (2.92, 12, 0, 0), (4.0, 21, 0, 1),
    (2.86, 17, 0, 0), (2.76, 17, 0, 0), (2.87, 21, 0, 0), (3.03, 25, 0, 0), (3.92, 29, 0, 1),
    (2.63, 20, 0, 0), (3.32, 23, 0, 0), (3.57, 23, 0, 0), (3.26, 25, 0, 1), (3.53, 26, 0, 0),
    (2.74, 19, 0, 0), (2.75, 25, 0, 0), (2.83, 19, 0, 0), (3.12, 23, 1, 0), (3.16, 25, 1, 1),
    (2.06, 22, 1, 0), (3.62, 28, 1, 1), (2.89, 14, 1, 0), (3.51, 26, 1, 0), (3.54, 24, 1, 1),
    (2.83, 27, 1, 1), (3.39, 17, 1, 1), (2.67, 24, 1, 0), (3.65, 21, 1, 1), (4.0, 23, 1, 1),
    (3.1, 21, 1, 0), (2.39, 19, 1, 1),
])  # fmt: skip
GRADE = SPECTOR[:, 3]


def survey(rng, n, *, ease=0.0, happy=0.8, repeat=1):
    """n answers on 1 to 5 and 1 to 7 out of one mood; the mood's two sides bring orders, `repeat` each."""
    mood = rng.normal(size=n // repeat).repeat(repeat)
    own = rng.normal(size=n // repeat).repeat(repeat)
    second = np.digitize(mood + 0.5 * rng.normal(size=n), [-1, -0.3, 0.3, 1])
    first = np.digitize(0.6 * mood + own, np.linspace(-1.2, 1.2, 6))
    luck = rng.normal(size=n // repeat).repeat(repeat) * (repeat > 1)
    chance = expit(-0.4 + ease * (first - 3) / 2 + happy * (second - 2) / 2 + luck)
    who = np.arange(n // repeat).repeat(repeat)
    return first.astype(float), second.astype(float), (rng.random(n) < chance).astype(float), who


def test_the_published_likelihoods():
    # Greene: log likelihood -12.88963 with all three, -20.59173 with none; LR 15.404 with 3 degrees
    full = items.logistic(np.column_stack([np.ones(32), SPECTOR[:, :3]]), GRADE)
    assert full.likelihood == pytest.approx(-12.88963, abs=5e-6)
    assert full.beta == pytest.approx([-13.02135, 2.82611, 0.09516, 2.37869], abs=5e-5)
    found = items.likelihood_ratio(np.empty((32, 0)), SPECTOR[:, :3], GRADE)
    assert (found.statistic, found.dof) == (pytest.approx(15.40419, abs=5e-5), 3)
    assert found.p == pytest.approx(stats.chi2.sf(15.40419, 3), rel=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_the_clustered_test_is_statsmodels(seed):
    sm = pytest.importorskip("statsmodels.api")
    first, second, had, who = survey(np.random.default_rng(seed), 400, ease=0.5, repeat=2)
    fit = sm.Logit(had, np.column_stack([np.ones(400), second, first])).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": who, "use_correction": False}
    )
    found = items.wald(second[:, None], first[:, None], had, who)
    assert found.statistic * 200 / 199 == pytest.approx(fit.tvalues[2] ** 2, rel=1e-6)
    assert "clustered" in found.method


def test_the_shift_is_the_plain_average():
    first, second, had, who = survey(np.random.default_rng(5), 2000, ease=0.7)
    x = np.column_stack([np.ones(2000), first, second])
    beta = items.logistic(x, had).beta
    low, high = sorted(first)[399], sorted(first)[1599]
    plain = np.mean(
        [
            expit(beta[0] + beta[1] * high + beta[2] * s) - expit(beta[0] + beta[1] * low + beta[2] * s)
            for s in second
        ]
    )
    found = items.reach(first, second, had, who)
    assert found.value == pytest.approx(plain)
    # its error against 200 draws of the customers with replacement
    rng = np.random.default_rng(6)
    draws = [rng.integers(0, 2000, 2000) for _ in range(200)]
    spread = np.std([items.reach(first[d], second[d], had[d], np.arange(2000)).value for d in draws])
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(spread, rel=0.2)


def test_copies_of_a_customer_add_nothing():
    first, second, had, who = survey(np.random.default_rng(7), 600, ease=0.6)
    twice = [np.concatenate([part, part]) for part in (first, second, had, who)]
    one, two = items.reach(first, second, had, who), items.reach(*twice)
    assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high), rel=1e-6)
    alone, copied = items.wald(second[:, None], first[:, None], had, who), items.adds(*twice)
    plain = items.adds(first, second, had, who)
    assert copied.statistic < 1.3 * plain.statistic
    assert "likelihood" in plain.method
    assert alone.statistic > 0


def test_a_bend_in_the_other_item_is_not_its_merit():
    # orders hang on satisfaction alone, and not in a straight line; ease only follows satisfaction
    rng = np.random.default_rng(8)
    second = rng.integers(1, 6, 20_000).astype(float)
    first = np.where(second > 1, 5.0, 2.0) + rng.integers(-1, 2, 20_000)
    had = (rng.random(20_000) < np.array([0.1, 0.5, 0.52, 0.54, 0.56])[second.astype(int) - 1]).astype(float)
    who = np.arange(20_000)
    assert items.adds(first, second, had, who).p > 0.01
    assert items.likelihood_ratio(second[:, None], first[:, None], had).p < 1e-6


def test_rare_levels_join_their_neighbour():
    score = np.repeat([1.0, 2.0, 3.0], [3, 40, 40])
    had = np.tile([0.0, 1.0], 42)[:83]
    assert sorted(set(items._levels(score, had))) == [0, 1]
    assert set(items._levels(score[score < 3], had[score < 3])) == {0}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: items.adds(np.arange(9.0), np.arange(9.0), np.ones(9), np.arange(9)), "one_outcome"),
        (lambda: items.adds([], [], [], []), "one_outcome"),
        (lambda: items.reach(np.ones(9), np.arange(9.0), np.tile([0, 1, 1], 3), np.arange(9)), "no_spread"),
        (
            lambda: items.reach(np.arange(10.0), np.ones(10), np.arange(10) > 4, np.arange(10)),
            "no_maximum",
        ),
        (lambda: items.adds(np.arange(40.0), np.ones(40), np.arange(40) > 19, np.arange(40)), "no_maximum"),
    ],
)
def test_where_there_is_no_answer_there_is_a_reason(call, code):
    found = call()
    assert isinstance(found, Unknown)
    assert found.code == code
    assert found.sentence.endswith(".")


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="an event that happened"):
        items.likelihood_ratio(np.ones((3, 1)), np.ones((3, 1)), [0, 1, 2])


@pytest.mark.parametrize(("repeat", "repetitions"), [(1, 200), (3, 200)])
def test_an_item_that_adds_nothing_is_seldom_said_to(repeat, repetitions):
    rng = np.random.default_rng(9)
    found = [items.adds(*survey(rng, 600, repeat=repeat)) for _ in range(repetitions)]
    # 5 % of 200 is 10, with a standard error of 3
    assert sum(one.is_clear for one in found) <= 19
    assert sum(one.is_clear for one in found) >= 2


def test_an_item_that_adds_is_found():
    rng = np.random.default_rng(10)
    found = [items.adds(*survey(rng, 2000, ease=0.5)) for _ in range(30)]
    assert sum(one.is_clear for one in found) >= 28


@pytest.mark.slow
@pytest.mark.parametrize("repeat", [1, 2])
def test_the_shift_covers_its_truth(repeat):
    rng = np.random.default_rng(11)
    # the truth of the same question, asked of very many
    truth = items.reach(*survey(rng, 1_000_000, ease=0.7, repeat=repeat)).value
    found = [items.reach(*survey(rng, 1200, ease=0.7, repeat=repeat)) for _ in range(500)]
    hits = sum(isinstance(one, Estimate) and one.low <= truth <= one.high for one in found)
    assert 0.925 <= hits / 500 <= 0.975

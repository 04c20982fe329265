"""Buying models: published numbers of the CDNOW sample, derivatives and integrals, edges."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import betaln

from socialroi.result import Unknown
from socialroi.stats.btyd import (
    BgNbd,
    GammaGamma,
    ParetoNbd,
    backtest,
    bgnbd,
    corr,
    customers,
    fit_bgnbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    histories,
    mean_residual_value,
    residual_value,
    spend,
)

CDNOW = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_sample.txt"
SPLIT, END = 272, 545
PUBLISHED = BgNbd(0.243, 4.414, 0.793, 2.426)


@pytest.fixture(scope="module")
def orders():
    if not CDNOW.exists():
        pytest.skip(f"{CDNOW.name} is not here; it belongs in ../shared/data beside the project")
    names = ["customer", "sample", "day", "cds", "dollars"]
    frame = pd.read_csv(CDNOW, sep=r"\s+", header=None, names=names, dtype=str)
    day = (pd.to_datetime(frame["day"], format="%Y%m%d") - pd.Timestamp("1997-01-01")).dt.days
    return frame["sample"].astype(int).to_numpy(), day.to_numpy(), frame["dollars"].astype(float).to_numpy()


@pytest.fixture(scope="module")
def known(orders):
    return histories(*orders[:2], until=SPLIT)


@pytest.fixture(scope="module")
def weeks(known):
    return known.x, known.t_x / 7, known.age / 7


@pytest.fixture(scope="module")
def mean_spend(orders, known):
    """Mean per day with a repeat purchase, in the calibration weeks, of every customer."""
    frame = pd.DataFrame(dict(zip(("customer", "day", "dollars"), orders, strict=True)))
    frame = frame[frame["day"] <= SPLIT]
    frame = frame[frame["day"] > frame.groupby("customer")["day"].transform("min")]
    daily = frame.groupby(["customer", "day"])["dollars"].sum()
    return daily.groupby("customer").mean().reindex(known.code).to_numpy()


def close(expected, digits):
    return pytest.approx(expected, abs=0.5 * 10**-digits * 1.0001)


# ---- published: the sample -------------------------------------------------------------------


def test_cdnow_summary(orders, known, mean_spend):
    assert len(known.code) == 2357
    assert np.bincount(np.minimum(known.x, 7).astype(int)).tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert (known.x > 0).sum() == 946
    later = histories(*orders[:2], until=END)
    assert later.x.sum() - known.x.sum() == 1882
    spent = mean_spend[known.x > 0]
    assert (spent.mean(), spent.std(ddof=1), np.median(spent)) == (
        close(35.08, 2),
        close(30.28, 2),
        close(27.50, 2),
    )


# ---- published: BG/NBD -----------------------------------------------------------------------


def test_bgnbd_of_cdnow(weeks):
    model = fit_bgnbd(*weeks)
    # Fader, Hardie & Lee 2005; more digits: CLVTools tests
    assert model.fit.values == pytest.approx([0.2425945, 4.4136019, 0.7929199, 2.4258881], rel=2e-5)
    assert model.fit.log_likelihood == close(-9582.429, 3)
    assert list(model.fit.errors.values()) == pytest.approx([0.01256, 0.3782, 0.1857, 0.7053], rel=1e-3)
    r = model.fit.parameters["r"]
    half = 1.959963984540054 * 0.012557375 / 0.24259452
    assert (r.low, r.high) == pytest.approx((r.value * math.exp(-half), r.value * math.exp(half)))
    assert (r.n, model.fit.n) == (2357, 2357)


def test_bgnbd_does_not_depend_on_the_unit(known, weeks):
    in_weeks = fit_bgnbd(*weeks)
    in_days = fit_bgnbd(*(column.astype(int) for column in (known.x, known.t_x, known.age)))
    in_odd = fit_bgnbd(weeks[0], weeks[1] * math.pi, weeks[2] * math.pi)
    scale = np.array([1, 7, 1, 1]), np.array([1, math.pi, 1, 1])
    assert in_days.fit.values == pytest.approx(in_weeks.fit.values * scale[0], rel=1e-7)
    assert in_odd.fit.values == pytest.approx(in_weeks.fit.values * scale[1], rel=1e-7)
    assert in_days.fit.errors["b"] == pytest.approx(in_weeks.fit.errors["b"], rel=1e-5)


def test_rounded_summary(weeks):
    # the published summary file has two decimals
    rounded = weeks[0], weeks[1].round(2), weeks[2].round(2)
    assert fit_bgnbd(*rounded).fit.log_likelihood == close(-9582.4256, 4)
    likelihood = bgnbd.Likelihood(customers.Tally.of(*customers.checked(*rounded)))
    assert likelihood(np.array([0.5, 6, 1.2, 3.3]))[0] == close(-9783.441082, 6)


def test_bgnbd_expectations(weeks):
    model = fit_bgnbd(*weeks)
    # Hardie's sheet, by way of the lifetimes tests
    sheet = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
    assert model.expected([0.1429, 1, 3, 31.8571, 32]) == pytest.approx(sheet, abs=6e-5)
    assert model.expected(78) == pytest.approx(1.8576, abs=5e-4)
    assert model.expected_purchases(39, [2], [30.43], [38.86]) == close(1.226, 3)
    assert model.p_alive([2], [30.43], [38.86]) == close(0.7266, 4)
    assert model.p_alive([0], [0], [500]) == 1


def test_bgnbd_probabilities():
    # BTYD documentation, by way of the lifetimes tests
    assert PUBLISHED.probability(0, 39) == close(0.5737864, 7)
    assert PUBLISHED.probability(10, 2) == pytest.approx(1.07869e-07, rel=1e-5)
    every = PUBLISHED.probability(np.arange(400), 20.0)
    assert every.sum() == pytest.approx(1)
    assert every @ np.arange(400) == pytest.approx(float(PUBLISHED.expected(20.0)))
    assert PUBLISHED.probability([0, 1], 0.0).tolist() == [1, 0]


# ---- published: Pareto/NBD -------------------------------------------------------------------


def test_pareto_nbd_of_cdnow(weeks):
    model = fit_pareto_nbd(*weeks)
    assert model.fit.values == pytest.approx([0.553277, 10.577684, 0.606240, 11.668723], rel=1e-5)
    assert model.fit.log_likelihood == close(-9594.976, 3)
    clvtools = [0.0476264, 0.8427222, 0.1872594, 6.2105448]
    assert list(model.fit.errors.values()) == pytest.approx(clvtools, rel=2e-4)


def test_pareto_nbd_expectations():
    # BTYD, whose parameters are rounded like this
    purchases = [0.05077821, 0.09916088, 0.14542507, 0.18979930, 0.23247466]
    purchases += [0.27361274, 0.31335159, 0.35181024, 0.38909211]
    assert ParetoNbd(0.55, 10.56, 0.61, 11.64).expected(np.arange(1, 10)) == pytest.approx(
        purchases, abs=1e-8
    )
    cdnow = ParetoNbd(0.553, 10.578, 0.606, 11.669)
    assert cdnow.expected_purchases(52, [26], [30.86], [31]) == close(25.46, 2)
    assert cdnow.p_alive([26], [30.86], [31]) == close(0.9979, 4)
    assert cdnow.p_alive([0], [0], [39]) == pytest.approx(0.2941633, abs=5e-4)


def test_pareto_nbd_neither_underflows_nor_loses_a_number():
    # lifetimes tests
    model = ParetoNbd(0.55, 10.58, 0.61, 11.67)
    ahead = model.expected_purchases(10, [132, 133], [200, 200], [200, 200])
    assert ahead == pytest.approx([6.20605, 6.25287], abs=1e-5)
    # CLVTools tests
    model = ParetoNbd(0.5143, 2.8845, 0.2856, 14.1087)
    last, age = [103.42857, 97.14286, 94.71429, 98.57143], [103.57143, 97.28571, 98, 99.42857]
    alive = model.p_alive([221, 254, 161, 204], last, age)
    assert ((alive > 0.7) & (alive < 1)).all()
    for x in (1, 10, 1_000, 100_000):
        for last in (0.0, 1.0, 99.0, 100.0):
            value = model.p_alive([x], [last], [100.0])[0]
            assert 0 <= value <= 1
            assert math.isfinite(model.expected_purchases(1e6, [x], [last], [100.0])[0])


def test_dert_of_the_btyd_documentation():
    model = ParetoNbd(0.5629966, 12.559037, 0.4081095, 10.5148048)
    assert model.dert(0.0027, [7], [30], [39]) == close(23.31434, 5)


@pytest.mark.parametrize("s", [0.05, 0.6, 1.0, 1.7, 30.0])
def test_dert_is_the_discounted_stream_of_expected_purchases(s):
    model, rate, row = ParetoNbd(0.6, 9.0, s, 12.0), 0.02, ([3], [20.0], [30.0])
    stream = quad(
        lambda t: rate * math.exp(-rate * t) * model.expected_purchases(t, *row)[0], 0, 2_000, limit=300
    )[0]
    assert model.dert(rate, *row)[0] == pytest.approx(stream, rel=1e-6)


# ---- published: Gamma-Gamma ------------------------------------------------------------------


def test_gamma_gamma_of_cdnow(known, mean_spend):
    model = fit_gamma_gamma(known.x, mean_spend)
    # Fader & Hardie 2013, note 025; CLVTools
    assert model.fit.values == pytest.approx([6.25, 3.74, 15.44], abs=0.005)
    assert (model.fit.log_likelihood, model.fit.n) == (close(-4055.9177, 4), 946)
    sheet = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert model.conditional_mean(known.x, mean_spend)[:10] == pytest.approx(sheet, abs=0.006)
    assert model.mean == close(35.17, 2)
    assert corr(known.x, mean_spend) == close(0.11, 2)


# ---- published: backtest ---------------------------------------------------------------------


@pytest.mark.parametrize(("fit", "predicted"), [(fit_bgnbd, 1653), (fit_pareto_nbd, 1666)])
def test_cdnow_backtest(orders, fit, predicted):
    test = backtest(*orders[:2], holdout=273, until=END, fit=fit)
    assert (round(test.predicted), test.actual, test.n, test.repeaters) == (predicted, 1882, 2357, 946)
    assert test.is_usable
    assert round(100 * test.error) == -12
    assert test.sentence == f"The model expected {predicted:,} purchases where 1,882 were made (-12%)."
    assert sum(row.predicted for row in test.by_x) == pytest.approx(test.predicted)
    assert sum(row.actual for row in test.by_x) == 1882
    assert [(row.x, row.n) for row in test.by_x][:2] == [(0, 1411), (1, 439)]
    assert (test.by_x[-1].x, test.by_x[-1].or_more, test.by_x[-1].n) == (7, True, 64)


# ---- formulas the plain way -------------------------------------------------------------------


def averaged(model, t, x, age):
    """Purchases of an active BG/NBD customer: the integral over their chance p of leaving."""
    wait, a, b, k = t / (model.alpha + age), model.a, model.b + x, model.r + x

    def of_logit(v):
        p, log = 1 / (1 + math.exp(-v)), -a * np.logaddexp(0, -v) - b * np.logaddexp(0, v) - betaln(a, b)
        return -math.expm1(-k * math.log1p(p * wait)) / p * math.exp(log)

    mode, spread = math.log(a / b), math.sqrt(1 / a + 1 / b)
    marks = np.linspace(mode - 8 * spread - 30 / a, mode + 8 * spread + 30 / b, 40)
    return sum(quad(of_logit, *side, epsabs=0, epsrel=1e-10)[0] for side in pairwise(marks))


@pytest.mark.parametrize("a", [0.3, 0.9995, 1.0, 1.0008, 1.002, 7.0, 49.0, 60.0, 4000.0])
@pytest.mark.parametrize(
    ("b", "x", "t"), [(0.7, 0, 3.0), (2.4, 1, 40.0), (2.4, 300, 5_000.0), (3000.0, 2, 9e3)]
)
def test_expectation_is_the_integral_it_sums_up(a, b, x, t):
    model = BgNbd(0.4, 2.0, a, b)
    value = model.if_active(t, np.array([x]), np.array([10.0]))[0]
    assert value == pytest.approx(averaged(model, t, x, 10.0), rel=1e-7)


def test_expectation_at_the_pole():
    # a + b = 1 and x = 0: both factors are infinite, the answer is not
    at, beside = (BgNbd(0.4, 2.0, 0.25, b).expected(9.0) for b in (0.75, 0.75 + 1e-7))
    assert float(at) == pytest.approx(float(beside), rel=1e-6)


def test_expectations_in_tables_and_one_by_one_agree(weeks):
    x, _, age = weeks
    odd = age + np.random.default_rng(0).uniform(0, 1e-3, len(age))
    assert customers.distinct_pairs(x, age) is not None
    some_rows = slice(0, None, 97)
    alone = [
        PUBLISHED.if_active(9.0, *pair)[0]
        for pair in zip(x[some_rows, None], age[some_rows, None], strict=True)
    ]
    assert PUBLISHED.if_active(9.0, x, age)[some_rows] == pytest.approx(alone, rel=1e-12)
    assert PUBLISHED.if_active(9.0, x, odd) == pytest.approx(PUBLISHED.if_active(9.0, x, age), rel=1e-3)


# ---- histories of orders ---------------------------------------------------------------------


def test_histories_of_six_orders():
    # customer 7: days 3, 3, 10 (one purchase on day 3); customer 2: day 5; customer 9: first buys on day 30
    rows = histories([7, 7, 2, 7, 9, 7], [3, 3, 5, 10, 30, 28], until=20)
    assert rows.code.tolist() == [2, 7]
    assert (rows.x.tolist(), rows.t_x.tolist(), rows.age.tolist()) == ([0, 1], [0, 7], [15, 17])
    assert rows.first.tolist() == [5, 3]
    assert histories([7, 2], [3, 5]).age.tolist() == [0, 2]
    assert len(histories([], []).x) == len(histories([1], [9], until=3).x) == 0


def test_equal_histories_are_counted_once():
    x, t_x, age = (
        np.array([0, 0, 2, 2, 1, 0]),
        np.array([0, 0, 14, 14, 7, 0]),
        np.array([28, 28, 21, 21, 28, 7]),
    )
    for unit in (1, 7, 0.3):
        tally = customers.Tally.of(*customers.checked(x, t_x / unit, age / unit))
        assert (tally.n, tally.repeaters) == (6, 3)
        assert tally.count.tolist() == [1, 2]
        assert tally.levels[tally.level].tolist() == [1, 2]
        assert tally.ages[tally.last] * unit == pytest.approx([7, 14])
        assert tally.ages[tally.age] * unit == pytest.approx([28, 21])
        assert (tally.single @ tally.ages) * unit == pytest.approx(63)
        assert (tally.bought @ tally.ages) * unit == pytest.approx(28 + 4 * 21)
        assert tally.everybody.sum() == 6


def test_numbers_too_large_to_pack_are_kept_row_by_row():
    x, age = np.array([2**40, 3, 3, 0]), np.array([1e15, 5.5, 5.5, 2.25])
    tally = customers.Tally.of(*customers.checked(x, np.array([1e14, 2.5, 2.5, 0.0]), age))
    wide = customers.Tally.of(*customers.checked(x, np.array([1e14, 2.5, 2.5, 0.0]), age + np.arange(4)))
    assert (tally.n, tally.repeaters, wide.n) == (4, 3, 4)
    assert sorted(tally.levels.tolist()) == [3, 2**40]
    rows = customers._repeaters(np.array([2**60, 1]), np.array([5, 1]), np.array([9, 3]), 10)
    assert [column.tolist() for column in rows] == [[1, 2**60], [1, 5], [3, 9], [1, 1]]


# ---- edges -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fit", [fit_bgnbd, fit_pareto_nbd])
def test_what_cannot_be_fitted_is_unknown(fit):
    assert fit([], [], []).code == "no_data"
    assert fit([0, 0], [0, 0], [5, 6]).code == "too_few"
    # everybody bought today: nobody ever left
    rng = np.random.default_rng(5)
    x, age = 1 + rng.poisson(rng.gamma(1, 5, 500)), rng.uniform(20, 60, 500)
    assert fit(x, age, age).code == "no_fit"
    assert fit([3], [2], [2]).code == "no_fit"


@pytest.mark.parametrize(
    "call",
    [
        lambda: fit_bgnbd([1], [3], [2]),
        lambda: fit_bgnbd([-1], [0], [2]),
        lambda: fit_bgnbd([1.5], [1], [2]),
        lambda: fit_bgnbd([0], [1], [2]),
        lambda: fit_bgnbd([1], [math.nan], [2]),
        lambda: fit_pareto_nbd([1], [1], [math.inf]),
        lambda: fit_pareto_nbd([1, 2], [1, 1], [2, 2, 2]),
        lambda: PUBLISHED.expected(-1),
        lambda: PUBLISHED.expected_purchases(math.inf, [1], [1], [2]),
        lambda: ParetoNbd(1, 1, 1, 1).dert(0, [1], [1], [2]),
        lambda: fit_gamma_gamma([1], [1, 2]),
        lambda: corr([math.nan], [1]),
        lambda: histories([1, 2], [1]),
        lambda: histories([1], [1.5]),
        lambda: backtest([1, 1], [1, 9], holdout=8),
        lambda: residual_value(PUBLISHED, GammaGamma(6, 4, 15), [1], [1], [2], m=[9], horizon=0),
        lambda: residual_value(PUBLISHED, GammaGamma(6, 4, 15), [1], [1], [2], m=[9], horizon=9, discount=-1),
    ],
)
def test_impossible_input_is_an_error(call):
    with pytest.raises(ValueError, match=r".+"):
        call()


def test_extreme_customers_get_a_number():
    for model in (PUBLISHED, BgNbd(1e-3, 1e-3, 1e-3, 1e-3), BgNbd(50, 1e4, 1e5, 1e6), BgNbd(0.2, 3, 2, 900)):
        x, age = np.array([0, 1, 1, 50, 5_000, 5_000]), np.array([0.0, 1e-6, 4e3, 4e3, 4e3, 4e3])
        last = np.array([0.0, 1e-7, 1.0, 3e3, 1.0, 4e3])
        for t in (0.0, 1e-9, 1.0, 1e6):
            ahead = model.expected_purchases(t, x, last, age)
            assert np.isfinite(ahead).all()
            assert (ahead >= 0).all()
        assert (model.p_alive(x, last, age) <= 1).all()


def test_spending_edges():
    model = GammaGamma(6.25, 3.74, 15.44)
    everybody = model.conditional_mean([0, 3, 3, 3], [50, math.nan, 0, -4])
    assert everybody == pytest.approx([model.mean] * 4)
    # many purchases speak for themselves
    assert model.conditional_mean([10_000], [80.0])[0] == pytest.approx(80, rel=1e-3)
    assert GammaGamma(1, 0.5, 3).mean == math.inf
    assert GammaGamma(0.2, 0.5, 3).conditional_mean([1], [2.0])[0] == math.inf
    assert fit_gamma_gamma([0, 2], [5.0, 0.0]).code == "no_data"
    assert fit_gamma_gamma([1, 2, 3, 4], [10.0, 10.0, 10.0, 10.0]).code == "no_fit"
    rng = np.random.default_rng(6)
    assert (
        fit_gamma_gamma(np.ones(3000), rng.gamma(5, 1, 3000) / rng.gamma(0.6, 1, 3000)).code == "heavy_tail"
    )


def test_correlation_warns_of_what_it_should():
    x = np.array([1, 2, 3, 4, 0, 5])
    assert corr(x, 10.0 * x) == pytest.approx(1)
    assert corr(x, [9, 9, 9, 9, 1, math.nan]) is None
    assert corr([], []) is None
    assert spend.TOO_RELATED == 0.3


def test_a_backtest_that_may_not_be_used_says_why():
    def regular(n, days=90):
        return np.repeat(np.arange(n), 9), np.tile(np.arange(0, days, 10), n)

    few = backtest(*regular(50))
    assert (few.is_usable, few.repeaters) == (False, 50)
    customer, day = regular(400)
    rng = np.random.default_rng(7)
    day = day + rng.integers(0, 10, len(day))
    keep = (day < 60) | (rng.random(len(day)) < 0.05)  # nearly everybody leaves at once
    gone = backtest(np.append(customer[keep], 1000), np.append(day[keep], 95))
    assert not gone.is_usable
    assert backtest([], []).sentence == "There are no orders to test a model on."
    assert backtest([1], [5]).sentence == "1 days of orders are too few to test a model on."
    unknown = backtest([1, 2, 3], [0, 5, 30], holdout=10)
    assert (unknown.predicted, unknown.error, unknown.is_usable) == (None, None, False)
    assert unknown.sentence == "No customer came back yet."


def test_backtest_refuses_far_off_and_too_few():
    def told(predicted, actual, repeaters):
        from socialroi.stats.btyd.holdout import _verdict

        return _verdict(predicted, actual, repeaters)

    assert told(124, 100, 200)[0]
    assert told(126, 100, 200) == (
        False,
        "The model expected 126 purchases where 100 were made: further off than 25%, so it is not used.",
    )
    assert told(100, 100, 199) == (False, "Only 199 customers came back; a model needs 200.")
    assert not told(1, 0, 500)[0]


# ---- value -----------------------------------------------------------------------------------


def test_residual_value_by_hand():
    spent = GammaGamma(6.25, 3.74, 15.44)
    row, rate = ([2], [30.43], [38.86]), math.log(1.1) / 52
    for model in (PUBLISHED, ParetoNbd(0.553, 10.578, 0.606, 11.669)):
        plain = residual_value(model, spent, *row, m=[20.0], horizon=39)
        mean = 6.25 * (15.44 + 2 * 20) / (6.25 * 2 + 3.74 - 1)
        assert plain[0] == pytest.approx(float(model.expected_purchases(39, *row)[0]) * mean)
        # each of 3 thirds is worth what it is worth in its middle
        bought = [0.0] + [float(model.expected_purchases(t, *row)[0]) for t in (13, 26, 39)]
        third = [(bought[k + 1] - bought[k]) * math.exp(-rate * 13 * (k + 0.5)) for k in range(3)]
        value = residual_value(model, spent, *row, m=[20.0], horizon=39, discount=rate, steps=3)
        assert value[0] == pytest.approx(sum(third) * mean)
        fine = residual_value(model, spent, *row, m=[20.0], horizon=39, discount=rate, steps=400)
        usual = residual_value(model, spent, *row, m=[20.0], horizon=39, discount=rate)
        assert usual[0] == pytest.approx(fine[0], rel=1e-4)


def test_residual_value_far_ahead_is_dert_times_the_mean():
    model, spent, rate = ParetoNbd(0.553, 10.578, 0.606, 11.669), GammaGamma(6.25, 3.74, 15.44), 0.01
    row = ([0, 4], [0, 20], [39, 39])
    far = residual_value(model, spent, *row, m=[0, 30], horizon=2_000, discount=rate, steps=4_000)
    assert far == pytest.approx(model.dert(rate, *row) * spent.conditional_mean([0, 4], [0, 30]), rel=1e-4)


def test_mean_residual_value(weeks, mean_spend):
    bought, spent = fit_bgnbd(*weeks), fit_gamma_gamma(weeks[0], mean_spend)
    each = residual_value(bought, spent, *weeks, m=mean_spend, horizon=52, discount=0.002)
    mean = mean_residual_value(bought, spent, *weeks, m=mean_spend, horizon=52, discount=0.002)
    assert mean.value == pytest.approx(each.mean())
    assert 0.8 * mean.value < mean.low < mean.value < mean.high < 1.2 * mean.value
    assert mean.n == 2357
    first = np.arange(2357) < 1000
    weights = np.where(first, 1 / 1000, -1 / 1357)
    gap = mean_residual_value(
        bought, spent, *weeks, m=mean_spend, horizon=52, discount=0.002, weights=weights
    )
    assert gap.value == pytest.approx(each[first].mean() - each[~first].mean())
    assert mean_residual_value(PUBLISHED, spent, *weeks, m=mean_spend, horizon=9).code == "no_error"
    heavy = GammaGamma(1, 1, 1, spent.fit)
    assert mean_residual_value(bought, heavy, *weeks, m=mean_spend, horizon=9).code == "heavy_tail"
    assert isinstance(mean_residual_value(bought, spent, [], [], [], m=[], horizon=9), Unknown)

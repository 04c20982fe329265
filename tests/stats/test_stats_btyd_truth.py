"""Buying models where the truth is known: invented customers, textbook likelihoods, derivatives."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from socialroi.stats.btyd import (
    BgNbd,
    GammaGamma,
    ParetoNbd,
    backtest,
    bgnbd,
    customers,
    fit_bgnbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    histories,
    mean_residual_value,
    pareto_nbd,
    residual_value,
    spend,
)

BG, PARETO, SPENDING = (0.6, 5.0, 0.8, 2.5), (0.6, 8.0, 0.7, 12.0), (6.0, 4.0, 16.0)


def purchases(rng, n, leaves, parameters, weeks):
    """Times since the first purchase of all later ones within `weeks`, by customer: (customer, time)."""
    r, alpha, *rest = parameters
    pace = rng.gamma(r, 1 / alpha, n)
    if leaves == "after a purchase":
        chance, gone = rng.beta(*rest, n), np.full(n, math.inf)
    else:
        chance, gone = np.zeros(n), rng.exponential(1 / rng.gamma(rest[0], 1 / rest[1], n))
    now, active, rows = np.zeros(n), np.arange(n), []
    while len(active):
        now[active] += rng.exponential(1 / pace[active])
        active = active[now[active] < np.minimum(gone[active], weeks)]
        rows.append((active, now[active].copy()))
        active = active[rng.random(len(active)) >= chance[active]]
    return tuple(np.concatenate(column) for column in zip(*rows, strict=True))


def summary(customer, time, age):
    """x, t_x, age at `age` of every customer."""
    seen = time <= age[customer]
    x = np.bincount(customer[seen], minlength=len(age)).astype(float)
    last = np.zeros(len(age))
    np.maximum.at(last, customer[seen], time[seen])
    return x, last, age


def world(seed, n, leaves="after a purchase", parameters=BG):
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 60, n)
    return summary(*purchases(rng, n, leaves, parameters, 60), age)


def spending(seed, x, parameters=SPENDING):
    rng = np.random.default_rng(seed)
    p, q, gamma = parameters
    return rng.gamma(p * x) / (p * x) * p / rng.gamma(q, 1 / gamma, len(x))


def covered(fits, truth):
    """Share of fits whose interval holds the truth, per parameter."""
    rows = [
        [e.low <= t <= e.high for e, t in zip(f.fit.parameters.values(), truth, strict=True)] for f in fits
    ]
    return np.mean(rows, axis=0)


# ---- coverage --------------------------------------------------------------------------------


def test_intervals_of_bgnbd_cover_the_truth():
    fits = [fit_bgnbd(*world(seed, 2500)) for seed in range(200)]
    assert (covered(fits, BG) >= 0.90).all(), covered(fits, BG)
    assert np.mean([np.log(f.fit.values / BG) for f in fits], axis=0) == pytest.approx(0, abs=0.05)


def test_intervals_of_pareto_nbd_cover_the_truth():
    fits = [fit_pareto_nbd(*world(seed, 2500, "at any time", PARETO)) for seed in range(40)]
    assert (covered(fits, PARETO) >= 0.85).all(), covered(fits, PARETO)


def test_intervals_of_gamma_gamma_cover_the_truth():
    fits = []
    for seed in range(200):
        x = 1.0 + np.random.default_rng(seed).poisson(1.5, 800)
        fits.append(fit_gamma_gamma(x, spending(seed + 1000, x)))
    assert (covered(fits, SPENDING) >= 0.90).all(), covered(fits, SPENDING)


def test_warm_start_of_many_customers_ends_at_the_same_maximum():
    rows = world(1, 90_000)
    model = fit_bgnbd(*rows)
    assert abs(np.log(model.fit.values / BG)).max() < 0.06
    order = np.random.default_rng(2).permutation(90_000)
    again = fit_bgnbd(*(column[order] for column in rows))
    assert again.fit.values == pytest.approx(model.fit.values, rel=1e-6)
    assert again.fit.log_likelihood == pytest.approx(model.fit.log_likelihood, abs=1e-6)


# ---- second implementation: textbook likelihood, general optimiser ---------------------------


def textbook_bgnbd(p, x, t_x, age):
    r, alpha, a, b = p
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    left = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * (alpha + t_x) ** -(r + x), 0.0)
    return float((first + np.log((alpha + age) ** -(r + x) + left)).sum())


def textbook_pareto_nbd(p, x, t_x, age):
    r, alpha, s, beta = p
    big, n, second = max(alpha, beta), r + s + x, s + 1 if alpha >= beta else r + x

    def part(y):
        return hyp2f1(n, second, n + 1, abs(alpha - beta) / (big + y)) / (big + y) ** n

    whole = (alpha + age) ** -(r + x) * (beta + age) ** -s + s / n * (part(t_x) - part(age))
    return float((gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(whole)).sum())


def textbook_gamma_gamma(p, x, m):
    p, q, gamma = p
    total = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    total = total + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * m)
    return float(total.sum())


def spent(seed, n):
    x = 1.0 + np.random.default_rng(seed).poisson(2, n)
    return x, spending(seed, x)


@pytest.mark.parametrize(
    ("fit", "textbook", "rows", "start"),
    [
        (fit_bgnbd, textbook_bgnbd, world(3, 600), (1, 3, 1, 1)),
        (fit_pareto_nbd, textbook_pareto_nbd, world(5, 600, "at any time", PARETO), (1, 3, 1, 20)),
        (fit_gamma_gamma, textbook_gamma_gamma, spent(5, 600), (1, 2, 10)),
    ],
)
def test_fits_are_the_maximum_of_the_textbook_likelihood(fit, textbook, rows, start):
    model = fit(*rows)
    options = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 9000, "maxfev": 9000}
    found = minimize(
        lambda theta: -textbook(np.exp(theta), *rows), np.log(start), method="Nelder-Mead", options=options
    )
    assert model.fit.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    assert model.fit.values == pytest.approx(np.exp(found.x), rel=1e-3)
    assert model.fit.log_likelihood == pytest.approx(textbook(model.fit.values, *rows), abs=1e-6)


# ---- derivatives ----------------------------------------------------------------------------


def some(seed, n=300):
    """Histories of all kinds, none of them from a model."""
    rng = np.random.default_rng(seed)
    x, age = rng.poisson(rng.gamma(0.7, 3.0, n)), rng.uniform(5, 60, n)
    last = np.where(x > 0, age * rng.beta(2, 1, n), 0.0)
    return x.astype(float), last, age


def differences(likelihood, p):
    """Gradient and Hessian by central differences."""
    h = 1e-5 * p
    sides = [(likelihood(p + step), likelihood(p - step)) for step in np.diag(h)]
    gradient = np.array([(up[0] - down[0]) for up, down in sides]) / (2 * h)
    hessian = np.array([(up[1] - down[1]) for up, down in sides]) / (2 * h)[:, None]
    return gradient, hessian


@pytest.mark.parametrize("p", [[0.3, 5.0, 0.8, 2.5], [2.0, 0.7, 3.0, 0.4], [0.05, 80.0, 0.2, 300.0]])
@pytest.mark.parametrize("model", [bgnbd, pareto_nbd])
def test_derivatives(model, p):
    rows = some(3)
    # somebody who bought just now, and equal customers
    rows = tuple(np.append(column, (4.0, 20.0, 20.0)) for column in rows[:1]) + tuple(
        np.append(column, (value, 20.0, 20.0)) for column, value in zip(rows[1:], (20.0, 20.0), strict=True)
    )
    likelihood = model.Likelihood(customers.Tally.of(*customers.checked(*rows)))
    level, gradient, hessian = likelihood(np.array(p))
    textbook = textbook_bgnbd if model is bgnbd else textbook_pareto_nbd
    assert level == pytest.approx(textbook(p, *rows), rel=1e-8)
    by_steps = differences(likelihood, np.array(p))
    scale = np.abs(by_steps[1]).max(initial=1)
    assert gradient == pytest.approx(by_steps[0], rel=1e-4, abs=1e-4)
    assert hessian == pytest.approx(by_steps[1], rel=1e-4, abs=1e-6 * scale)
    assert hessian == pytest.approx(hessian.T)


def test_derivatives_of_gamma_gamma():
    rng = np.random.default_rng(4)
    likelihood = spend.Likelihood(1.0 + rng.poisson(2, 200), rng.gamma(2, 15, 200))
    for p in ([2.0, 3.0, 20.0], [0.4, 1.2, 300.0]):
        _, gradient, hessian = likelihood(np.array(p))
        by_steps = differences(likelihood, np.array(p))
        assert gradient == pytest.approx(by_steps[0], rel=1e-5, abs=1e-5)
        assert hessian == pytest.approx(by_steps[1], rel=1e-5, abs=1e-5)


# ---- what is expected happens ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "leaves"), [(BgNbd(*BG), "after a purchase"), (ParetoNbd(*PARETO), "at any time")]
)
def test_customers_buy_what_the_model_expects(model, leaves):
    rng, n, age = np.random.default_rng(6), 40_000, 26.0
    parameters = (model.r, model.alpha, *((model.a, model.b) if leaves[1] == "f" else (model.s, model.beta)))
    customer, time = purchases(rng, n, leaves, parameters, age + 39)
    x, last, ages = summary(customer, time, np.full(n, age))
    later = np.bincount(customer[time > age], minlength=n)
    assert x.mean() == pytest.approx(float(model.expected(age)), rel=0.03)
    ahead = model.expected_purchases(39, x, last, ages)
    for some in (x == 0, x == 1, (x > 1) & (last < 10), (x > 1) & (last > 20)):
        assert later[some].mean() == pytest.approx(
            ahead[some].mean(), abs=4 * later[some].std() / some.sum() ** 0.5
        )
    # whoever buys again had not left
    alive = model.p_alive(x, last, ages)
    assert (alive[later > 0]).mean() > alive[later == 0].mean()


def test_bgnbd_probabilities_are_frequencies():
    rng, n = np.random.default_rng(7), 40_000
    customer, _ = purchases(rng, n, "after a purchase", BG, 20.0)
    counts = np.bincount(np.bincount(customer, minlength=n), minlength=6)[:6] / n
    assert BgNbd(*BG).probability(np.arange(6), 20.0) == pytest.approx(counts, abs=0.01)


def orders(seed, n, weeks=80):
    """One row per order on whole days: first orders spread over 30 weeks."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 210, n)
    customer, time = purchases(rng, n, "after a purchase", BG, weeks)
    day = np.floor(first[customer] + 7 * time).astype(np.int64)
    every, days = np.append(np.arange(n), customer), np.append(first, day)
    return every[days < 7 * weeks], days[days < 7 * weeks]


def test_a_backtest_of_a_true_model_passes_and_of_another_world_fails():
    customer, day = orders(8, 4000)
    test = backtest(customer, day)
    assert test.is_usable, test.sentence
    assert test.holdout == int(day.max() - day.min()) // 3
    assert abs(test.error) < 0.1
    for row in test.by_x:
        assert abs(row.predicted - row.actual) < 6 * math.sqrt(row.actual) + 5
    # a shop that closes for most of the hold-out
    closed = day < int(day.max()) - test.holdout + 20
    broken = backtest(customer[closed], day[closed], holdout=test.holdout, until=int(day.max()))
    assert not broken.is_usable
    assert "further off than 25%" in broken.sentence
    # the same orders in another order of rows and under other codes
    shuffled = np.random.default_rng(9).permutation(len(day))
    again = backtest(10**9 - customer[shuffled], day[shuffled])
    assert again.predicted == pytest.approx(test.predicted)
    assert again.actual == test.actual


def test_the_hold_out_is_not_looked_at():
    customer, day = orders(10, 1500)
    test = backtest(customer, day, holdout=150)
    after = day > int(day.max()) - 150
    rows = histories(customer[~after], day[~after], until=int(day.max()) - 150)
    model = fit_bgnbd(rows.x, rows.t_x, rows.age)
    predicted = model.expected_purchases(150, rows.x, rows.t_x, rows.age).sum()
    assert (test.predicted, test.n) == (pytest.approx(predicted), len(rows.x))


def test_interval_of_the_mean_residual_value_covers_what_the_true_parameters_say():
    hits, rate = 0, math.log(1.1) / 52
    for seed in range(40):
        x, last, age = world(seed + 500, 1500)
        age = np.ceil(age)  # customers of equal age are expected to buy alike: much less to compute
        m = np.where(x > 0, spending(seed, np.maximum(x, 1)), 0.0)
        bought, mean_spend = fit_bgnbd(x, last, age), fit_gamma_gamma(x, m)
        mean = mean_residual_value(bought, mean_spend, x, last, age, m=m, horizon=52, discount=rate)
        truth = residual_value(
            BgNbd(*BG), GammaGamma(*SPENDING), x, last, age, m=m, horizon=52, discount=rate
        ).mean()
        hits += mean.low <= truth <= mean.high
    assert hits / 40 >= 0.85

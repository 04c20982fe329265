"""The public functions under the names and with the arguments people were promised."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest

from socialroi.result import Estimate
from socialroi.stats import btyd, discrimination, survival

RNG = np.random.default_rng(3)
N = 900
T = RNG.uniform(26, 39, N)
# every customer buys at a rate of their own and leaves at a moment of their own: both models have a maximum
RATE, STAY = RNG.gamma(0.8, 0.2, N), np.minimum(T, RNG.exponential(1 / RNG.gamma(0.8, 0.1, N)))
X = RNG.poisson(RATE * STAY)
T_X = np.where(X > 0, STAY * RNG.beta(np.maximum(X, 1), 1), 0.0)
M = RNG.gamma(6, 1, N) * RNG.gamma(4, 2, N)
TIME, EVENT = RNG.exponential(20, N), RNG.random(N) < 0.7
WEIGHTS = RNG.uniform(0.5, 2, N)


def frozen(result) -> None:
    assert dataclasses.is_dataclass(result)
    assert type(result).__dataclass_params__.frozen
    name = dataclasses.fields(result)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, name, 1)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (btyd.fit_bgnbd, ["x", "t_x", "T"]),
        (btyd.fit_pareto_nbd, ["x", "t_x", "T"]),
        (btyd.fit_gamma_gamma, ["x", "m"]),
        (survival.kaplan_meier, ["time", "event", "weights"]),
        (survival.rmst, ["time", "event", "tau", "weights"]),
        (discrimination.delong, ["score", "event", "cluster"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_arguments_have_the_promised_names(function, names):
    assert list(inspect.signature(function).parameters) == names


@pytest.mark.parametrize("fit", [btyd.fit_bgnbd, btyd.fit_pareto_nbd])
def test_buying_models_give_every_parameter_with_its_interval(fit):
    model = fit(x=X, t_x=T_X, T=T)
    frozen(model)
    assert [model.fit.parameters[name].value for name in model.fit.names] == [
        getattr(model, name) for name in model.fit.names
    ]
    assert all(one.low < one.value < one.high for one in model.fit.parameters.values())
    assert fit(X, T_X, T).fit.values == pytest.approx(model.fit.values)
    # what a model answers takes the same names
    ahead = model.expected_purchases(t=10.0, x=X, t_x=T_X, T=T)
    assert ahead.shape == model.p_alive(x=X, t_x=T_X, T=T).shape == (N,)


def test_gamma_gamma():
    model = btyd.fit_gamma_gamma(x=X, m=M)
    frozen(model)
    assert model.fit.n == (X > 0).sum()
    assert all(one.low < one.value < one.high for one in model.fit.parameters.values())


def test_kaplan_meier_and_restricted_mean():
    for weights in (None, WEIGHTS):
        curve = survival.kaplan_meier(time=TIME, event=EVENT, weights=weights)
        frozen(curve)
        assert (curve.low[:-1] <= curve.survival[:-1]).all()
        assert (curve.survival <= curve.high).all()
        assert isinstance(curve.quantile(0.5), Estimate)
        mean = survival.rmst(time=TIME, event=EVENT, tau=30, weights=weights)
        frozen(mean)
        assert mean.low < mean.value < mean.high
        assert mean.value == pytest.approx(curve.areas(30)[0])
    assert survival.rmst(TIME, EVENT, 30) == survival.kaplan_meier(TIME, EVENT).rmst(30)


def test_restricted_mean_by_hand():
    # S is 1 to day 1, 0.8 to day 3, 0.8 x 2/3 = 8/15 to day 4, then 4/15: 1 + 2 x 0.8 + 8/15 + 2 x 4/15.
    time, event = np.array([1, 2, 3, 4, 6]), np.array([1, 0, 1, 1, 0])
    assert survival.rmst(time, event, 6).value == pytest.approx(1 + 1.6 + 8 / 15 + 2 * 4 / 15)
    # equal weights are no weights; the influence interval is nearly Greenwood's
    equal = survival.rmst(TIME, EVENT, 30, np.ones(N))
    plain = survival.rmst(TIME, EVENT, 30)
    assert (equal.value, equal.n) == (pytest.approx(plain.value), N)
    assert equal.high - equal.value == pytest.approx(plain.high - plain.value, rel=0.01)
    # a weight of 2 is the same person twice
    twice = 1 + np.arange(N) % 2
    again = survival.rmst(np.repeat(TIME, twice), np.repeat(EVENT, twice), 30)
    assert survival.rmst(TIME, EVENT, 30, twice).value == pytest.approx(again.value)


def test_restricted_mean_that_cannot_be_said():
    for weights in (None, WEIGHTS[:2]):
        assert survival.rmst([1.0, 2.0], [1, 0], 9, weights).code == "not_observed"
        with pytest.raises(ValueError, match="tau > 0"):
            survival.rmst([1.0, 2.0], [1, 0], 0, weights)
    assert survival.rmst([], [], 9, []).code == "no_data"


def test_delong():
    value = discrimination.delong(TIME, EVENT)
    frozen(value)
    assert 0 < value.low < value.value < value.high < 1
    assert isinstance(discrimination.delong(score=TIME, event=EVENT, cluster=np.arange(N) // 2), Estimate)

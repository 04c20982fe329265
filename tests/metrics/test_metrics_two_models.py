"""The forecast by two models: what each foresees, its test in any case, and when it is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from metric_cases import orders, store
from test_metrics_forecast import planted

from socialroi.metrics import clv_predicted, forecast, p_alive, two_models
from socialroi.result import Estimate, Window
from socialroi.stats import btyd
from socialroi.store import Store


@pytest.fixture(scope="module")
def shop() -> Store:
    table = orders(planted(700)[0], 500, currency="EUR")
    table["amount"] = np.random.default_rng(1).gamma(4, 10, len(table)).round(2)
    return store(orders=table)


@pytest.fixture(scope="module")
def both(shop):
    return two_models.compare(shop, Window())


def test_the_first_model_is_the_headline(shop, both):
    headline = clv_predicted.compute(shop, Window())
    first, second = both.models
    assert (first.name, second.name) == ("BG/NBD", "Pareto/NBD")
    assert first.year == headline.value
    assert both.definition.name == headline.definition.name == "Predicted CLV in revenue"
    assert first.lifetime.code == "no_end"
    assert abs(both.related) < 0.3


def test_the_second_model_by_its_estimator(shop, both):
    found = forecast.buying(shop, model="pareto_nbd")
    people = found.people
    often = btyd.fit_pareto_nbd(people.x, people.t_x, people.age)
    much = btyd.fit_gamma_gamma(people.x, found.mean)
    rate = math.log(1.1) / 365
    expected = btyd.mean_residual_value(
        often, much, people.x, people.t_x, people.age, m=found.mean, horizon=365, discount=rate
    )
    second = both.models[1]
    for key in ("value", "low", "high"):
        assert getattr(second.year, key) == pytest.approx(getattr(expected, key), rel=1e-6)
    # everything to come: far enough ahead, the sum of a horizon is the sum without an end
    far = btyd.residual_value(
        often,
        much,
        people.x,
        people.t_x,
        people.age,
        m=found.mean,
        horizon=60_000,
        discount=rate,
        steps=3_000,
    )
    assert second.lifetime.value == pytest.approx(far.mean(), rel=2e-3)
    assert second.lifetime.low < second.lifetime.value < second.lifetime.high


def test_the_same_test_for_both(both):
    first, second = (model.tested for model in both.models)
    assert (first.actual, first.n, first.repeaters) == (second.actual, second.n, second.repeaters)
    assert [row.actual for row in first.by_x] == [row.actual for row in second.by_x]
    assert first.predicted != second.predicted


def test_a_refused_forecast_shows_its_test():
    refused = two_models.compare(store(orders=orders(planted(600, until=330)[0], 500)), Window())
    for model in refused.models:
        assert model.year.code == model.lifetime.code == "backtest"
        assert not model.tested.is_usable
        assert model.tested.predicted > 0
        assert sum(row.predicted for row in model.tested.by_x) == pytest.approx(model.tested.predicted)
    few = two_models.compare(store(orders=orders(planted(150)[0], 500)), Window())
    assert all("a model needs 200." in model.tested.sentence for model in few.models)
    assert all(model.tested.by_x for model in few.models)


def test_money_that_cannot_be_added_leaves_the_test(shop):
    table = orders(planted(150)[0], 500, currency="EUR")
    table.loc[3, "currency"] = "USD"
    found = two_models.compare(store(orders=table), Window())
    assert {model.year.code for model in found.models} == {"mixed_currencies"}
    assert found.models[0].tested.by_x
    assert two_models.compare(Store.of({}), Window()).absent.code == "no_data"


def test_the_grid_of_chances_adds_up_to_the_headline(shop):
    grid = p_alive.grid(shop, Window())
    assert (grid.rows[0], grid.rows[-1], grid.columns[0], grid.columns[-1]) == ("0-29 d", "365+ d", "2", "8+")
    known = [cell for cell in grid.cells.values() if isinstance(cell, Estimate)]
    assert all(cell.n >= 5 for cell in known)
    people = p_alive.rows(shop, Window(), most=10_000)
    one = people[(people["recency_d"].between(30, 89)) & (people["order_days"].between(5, 7))]
    cell = grid.cells["30-89 d", "5-7"]
    assert (cell.n, cell.value) == (len(one), pytest.approx(one["p_alive"].mean()))
    assert p_alive.grid(store(orders=orders(planted(150)[0], 500)), Window()).cells == {}

"""Margin by age: by hand, and its end is the number on the card."""

from __future__ import annotations

import pytest
from metric_cases import DAY, at, orders, store

from socialroi.metrics import clv_curve, clv_historical, landmark
from socialroi.result import Window
from socialroi.simulate import firm
from socialroi.store import Store

# Six customers of day 0: a again after 10.5 days, b after 40; g is too young.
SEVEN = {"a": (0, 10.5), "b": (0, 40), "c": (0,), "d": (0,), "e": (0,), "f": (0,), "g": (50, 51)}


def test_means_by_hand():
    steps = clv_curve.curve(store(orders=orders(SEVEN, 100)), Window()).groups[""]
    found = {round(step.x): step.value.value for step in steps}
    assert (min(found), max(found), steps[0].at_risk) == (0, 90, 6)
    # everybody has 10 at once; a's second order counts from day 11, b's from day 40
    assert [found[day] for day in (0, 10, 11, 39, 40, 90)] == pytest.approx(
        [10, 10, 70 / 6, 70 / 6, 80 / 6, 80 / 6]
    )
    # totals 20 20 10 10 10 10: standard deviation 5.1640, t(5) = 2.5706
    last = steps[-1].value
    assert last.high - last.value == pytest.approx(2.5706 * 5.1640 / 6**0.5, rel=1e-4)


def test_two_orders_add_up_before_they_are_squared():
    # 30, 10, 10, 10, 10: one customer bought three times
    bought = {"a": (0, 20, 30), "b": (0,), "c": (0,), "d": (0,), "e": (0,)}
    last = clv_curve.curve(store(orders=orders(bought, 100)), Window()).groups[""][-1].value
    card = clv_historical.compute(store(orders=orders(bought, 100)), Window()).value
    assert (last.value, last.low, last.high) == pytest.approx((card.value, card.low, card.high))


@pytest.fixture(scope="module")
def shop() -> Store:
    return Store.of(firm(customers=400, days=450, effect=0.0, seed=7).tables)


@pytest.mark.parametrize(
    "window",
    [
        Window(),
        Window(horizon_days=180),
        Window(segment=("plus",)),
        Window(start=at(-90 * DAY), horizon_days=60),
    ],
)
def test_the_last_step_is_the_card_and_the_comparison(shop, window):
    card = clv_historical.compute(shop, window).value
    last = clv_curve.curve(shop, window).groups[""][-1]
    assert (last.x, last.at_risk) == (window.horizon_days, card.n)
    assert (last.value.value, last.value.low) == pytest.approx((card.value, card.low))
    levels = landmark.compare(shop, "clv_historical", window).groups
    groups = clv_curve.curve(shop, window, by_status=True).groups
    assert set(groups) == {"answered", "unengaged"}
    for name, steps in groups.items():
        assert (steps[0].x, steps[-1].at_risk) == (30, levels[name].n)
        assert (steps[-1].value.value, steps[-1].value.high) == pytest.approx(
            (levels[name].value, levels[name].high)
        )
        assert steps[0].value.value == 0


def test_what_cannot_be_drawn_is_not_there(shop):
    assert clv_curve.curve(Store.of({}), Window()).groups == {}
    assert clv_curve.curve(shop, Window(horizon_days=30), by_status=True).groups == {}
    assert clv_curve.curve(store(orders=orders({"a": (0,)}, 100)), Window()).groups == {}
    named = clv_curve.curve(store(orders=orders(SEVEN, 100)), Window()).definition.name
    assert named == "Revenue per customer so far"


def test_to_each_age_discounted_beside():
    # 10 % a year: the order after 90 days is worth 10 x 1.1 ^ (-90 / 365) = 9.7677.
    bought = {f"c{i}": (0, 90, 170) for i in range(6)}
    found = clv_historical.compute_detail(store(orders=orders(bought, 200)), Window())
    assert (found["to_90_d"].value, found["to_180_d"].value) == (20, 30)
    assert found["to_90_d_discounted"].value == pytest.approx(10 + 10 * 1.1 ** (-90 / 365), abs=1e-3)
    late = 10 * 1.1 ** (-170 / 365)
    assert found["to_180_d_discounted"].value == pytest.approx(10 + 10 * 1.1 ** (-90 / 365) + late, abs=1e-3)
    assert found["to_365_d"].code == found["to_365_d_discounted"].code == "incomplete"

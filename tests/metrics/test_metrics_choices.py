"""Upsell and cross-sell: by hand, by a second way, against the engaged, and where too little is known."""

from __future__ import annotations

import random
from datetime import timedelta

import pandas as pd
import pytest
from metric_cases import DAY, at, orders, store
from test_metrics_landmark import world

from socialroi.metrics import cross_sell, landmark, upsell
from socialroi.result import Estimate, Unknown, Window
from socialroi.simulate import firm
from socialroi.store import Store

# Eight customers, what each bought on which day as (day, category, product, price).
EIGHT = {
    "a": [(0, "home", "lamp", 10), (9, "home", "table", 30)],  # dearer in home
    "b": [(0, "home", "lamp", 10), (9, "garden", "rake", 30)],  # a new category, no upsell in it
    "c": [(0, "home", "table", 30), (9, "home", "lamp", 10)],  # cheaper
    "d": [(0, "home", "lamp", 10), (0.1, "garden", "rake", 30)],  # the same day is one shopping trip
    "e": [(0, "home", "lamp", 10), (9, "home", "lamp", 14)],  # the same lamp at a higher price
    "f": [(0, "home", "lamp", 10), (91, "home", "table", 30), (92, "garden", "rake", 30)],  # too late for 90
    "g": [(0, "home", "lamp", 10)],
    "h": [(50, "home", "lamp", 10), (51, "home", "table", 30), (52, "garden", "rake", 30)],  # too young
}


def bought(people, end_day=100, **columns):
    """Orders of one line each, and their lines; a marker order by nobody ends the data."""
    told = orders({name: [day for day, *_ in lines] for name, lines in people.items()}, end_day, **columns)
    lines = pd.DataFrame(
        {"order_id": f"{name}-{no}", "line": 1, "product_id": product, "category": category,
         "quantity": 1, "unit_price": price}
        for name, basket in people.items()
        for no, (_, category, product, price) in enumerate(basket)
    )  # fmt: skip
    return {"orders": told, "order_items": lines}


def eight(**columns):
    return store(**bought(EIGHT, **columns))


def test_upsell_by_hand():
    # h is too young; of the other seven a alone chose something dearer within 90 days
    reading = upsell.compute(eight(), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(1 / 7), 7)
    assert "1 customers are left out because their window still runs." in reading.notes[0]


def test_cross_sell_by_hand():
    # of the same seven b alone; d bought both on one day, f too late
    reading = cross_sell.compute(eight(), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(1 / 7), 7)


@pytest.mark.parametrize(("horizon", "up", "cross"), [(8, 0, 0), (9, 1 / 7, 1 / 7), (91, 2 / 7, 1 / 7),
                                                      (92, 2 / 7, 2 / 7)])  # fmt: skip
def test_by_horizon(horizon, up, cross):
    # within 8 days only h has chosen anything, and h is observed for 50 days
    window = Window(horizon_days=horizon)
    n = 8 if horizon <= 50 else 7
    extra = 1 if horizon <= 50 else 0
    assert upsell.compute(eight(), window).value.value == pytest.approx((round(up * 7) + extra) / n)
    assert cross_sell.compute(eight(), window).value.value == pytest.approx((round(cross * 7) + extra) / n)


def test_the_rows_are_the_customers_of_the_number_and_name_the_categories():
    for metric, who, column, named in (
        (upsell, {"a", "h"}, "dearer_in", "home"),
        (cross_sell, {"b", "h"}, "new_categories", "garden"),
    ):
        listed = metric.rows(eight(), Window())
        value = metric.compute(eight(), Window()).value
        assert len(listed) == 8
        assert listed["complete"].sum() == value.n
        assert (listed["complete"] & listed["chose"]).sum() == round(value.value * value.n)
        assert set(listed.loc[listed["chose"], "customer_id"]) == who
        assert set(listed.loc[listed["chose"], column]) == {named}


def test_without_lines_it_is_said_what_to_export():
    found = store(orders=orders({name: [0, 9] for name in "abcdef"}, 100))
    for metric in (upsell, cross_sell):
        reading = metric.compute(found, Window(by="channel"))
        assert (reading.value.code, reading.value.n) == ("no_categories", 6)
        assert reading.value.sentence == (
            "Only 0 of 12 orders say what was bought; export the lines of orders (order_items) with a"
            " category."
        )
        assert [value.code for value in reading.by.values()] == ["no_categories"]
        assert landmark.compare(found, metric.DEFINITION.key, Window()).raw.code == "no_interactions"


def test_a_category_without_products_is_enough_for_cross_selling_only():
    tables = bought(EIGHT)
    tables["order_items"]["product_id"] = None
    assert upsell.compute(store(**tables), Window()).value.code == "no_products"
    assert isinstance(cross_sell.compute(store(**tables), Window()).value, Estimate)


def test_prices_in_two_currencies_are_not_compared():
    tables = bought(EIGHT, currency="EUR")
    tables["orders"].loc[tables["orders"]["order_id"] == "g-0", "currency"] = "USD"
    assert upsell.compute(store(**tables), Window()).value.code == "mixed_currencies"
    assert isinstance(cross_sell.compute(store(**tables), Window()).value, Estimate)


def test_one_order_in_twenty_may_be_silent():
    people = {f"c{i}": [(0, "home", "lamp", 10)] for i in range(20)}
    tables = bought(people)
    for silent, code in ((1, None), (2, "no_categories")):
        lines = tables["order_items"].iloc[silent:]
        value = cross_sell.compute(store(orders=tables["orders"], order_items=lines), Window()).value
        assert getattr(value, "code", None) == code


def by_hand(tables, horizon_d):
    """(customers, upsold, cross-sold), one line after the other."""
    bills = tables["orders"].query("status == 'paid'").dropna(subset=["customer_id"])
    lines = tables["order_items"]
    mean = lines.groupby("product_id")["unit_price"].mean().round(4)
    lines = lines.merge(bills[["order_id", "ordered_at", "customer_id"]], on="order_id",
                        suffixes=("_", ""))  # fmt: skip
    end = tables["orders"]["ordered_at"].max()
    people = upsold = crossed = 0
    for _, own in lines.sort_values("ordered_at").groupby("customer_id"):
        first = own["ordered_at"].min()
        if first + timedelta(days=horizon_d) > end:
            continue
        people += 1
        then = own[own["ordered_at"].dt.date == first.date()]
        later = own[(own["ordered_at"].dt.date > first.date())
                    & (own["ordered_at"] <= first + timedelta(days=horizon_d))]  # fmt: skip
        dearest = {c: mean[part["product_id"]].max() for c, part in then.groupby("category")}
        crossed += any(c not in dearest for c in later["category"])
        upsold += any(
            mean[line.product_id] > dearest.get(line.category, float("inf")) for line in later.itertuples()
        )
    return people, upsold, crossed


@pytest.mark.parametrize("horizon", [30, 90, 180])
def test_a_second_implementation_agrees(horizon):
    tables = firm(customers=400, days=400, seed=11).tables
    people, upsold, crossed = by_hand(tables, horizon)
    found = Store.of(tables)
    for metric, k in ((upsell, upsold), (cross_sell, crossed)):
        value = metric.compute(found, Window(horizon_days=horizon)).value
        assert (value.n, round(value.value * value.n)) == (people, k)
        assert k


def test_raising_every_price_at_once_upsells_nobody():
    rng = random.Random(3)
    people = {
        f"c{i}": [(day, "home", "lamp", 10 if day < 50 else 20) for day in sorted(rng.sample(range(99), 3))]
        for i in range(30)
    }
    assert upsell.compute(store(**bought(people, end_day=400)), Window()).value.value == 0


# ---- engaged against unengaged ----


def compared(outcome, people, choices, horizon=90):
    """The comparison of `landmark.compare`; `choices` names what everybody's order on a day held."""
    tables = world(people)
    lines = [
        {"order_id": row.order_id, "line": 1, "quantity": 1, "category": choices[at_day][0],
         "product_id": choices[at_day][1], "unit_price": choices[at_day][2]}
        for row in tables["orders"].dropna(subset=["customer_id"]).itertuples()
        for at_day in [round((row.ordered_at - at(0)).total_seconds() / DAY)]
    ]  # fmt: skip
    return landmark.compare(
        store(**tables, order_items=pd.DataFrame(lines)), outcome, Window(horizon_days=horizon)
    )


#: What was bought on which day, by everybody.
HELD = {0: ("home", "lamp", 10), 20: ("garden", "rake", 5), 60: ("garden", "mower", 99),
        80: ("sport", "ball", 3)}  # fmt: skip


def test_engaged_customers_choose_after_day_thirty_against_what_they_had_by_then():
    people = {f"a{i}": ((0, 20, 60), 10, 11) for i in range(6)}  # garden known by day 30, dearer on day 60
    people |= {f"n{i}": ((0, 60), None, None) for i in range(6)}  # garden new on day 60
    people |= {f"s{i}": ((0, 80), 10, None) for i in range(6)}  # sport new on day 80
    up, cross = (compared(key, people, HELD) for key in ("upsell", "cross_sell"))
    assert {name: value.value for name, value in up.groups.items()} == {
        "answered": 1, "asked_unanswered": 0, "never_asked": 0, "unengaged": 0,
    }  # fmt: skip
    assert {name: value.value for name, value in cross.groups.items()} == {
        "answered": 0, "asked_unanswered": 1, "never_asked": 1, "unengaged": 1,
    }  # fmt: skip
    assert compared("cross_sell", people, HELD, horizon=49).groups["asked_unanswered"].value == 0


def test_by_engaged_is_the_landmark():
    tables = firm(customers=700, days=500, effect=0.0, seed=5).tables
    found = Store.of(tables)
    for metric in (upsell, cross_sell):
        whole = landmark.compare(found, metric.DEFINITION.key, Window())
        by = metric.compute(found, Window(by="engaged")).by
        assert by == {name: whole.groups[name] for name in ("answered", "asked_unanswered", "never_asked")}
        assert isinstance(whole.raw, Estimate)
        assert isinstance(whole.standardised, Estimate | Unknown)


def test_the_comparison_says_what_to_export():
    people = {f"a{i}": ((0, 60), 10, 11) for i in range(6)} | {f"n{i}": ((0,), None, None) for i in range(6)}
    found = store(**world(people))
    for outcome in ("upsell", "cross_sell"):
        whole = landmark.compare(found, outcome, Window())
        assert whole.raw.code == whole.standardised.code == whole.groups["answered"].code == "no_categories"

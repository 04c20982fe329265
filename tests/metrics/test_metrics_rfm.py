"""Recency, frequency, money: scores and groups by hand, ties, a second implementation, edges."""

from __future__ import annotations

import random
from datetime import timedelta

import pandas as pd
import pytest
from metric_cases import DAY, at, orders, store

from socialroi.metrics import rfm
from socialroi.result import Estimate, Window
from socialroi.store import Store

# Ten customers; the orders end on day 100. Silent for 0, 10, 20 ... 90 days: two to a recency score, the two
# quietest (i, j) 1 and the two latest (a, b) 5. Order-days: 1 for c d g i j (score 1), 2 for b e h (five are
# worse: 1 + 25 // 10 = 3), 3 for f (eight are worse: 5), 4 for a (nine are worse: 5).
TEN = {
    "a": (1, 2, 3, 100), "b": (1, 90), "c": (80,), "d": (70,), "e": (1, 60),
    "f": (1, 2, 50), "g": (40,), "h": (1, 30), "i": (20,), "j": (10,),
}  # fmt: skip
SCORES = {"a": (5, 5), "b": (5, 3), "c": (4, 1), "d": (4, 1), "e": (3, 3), "f": (3, 5), "g": (2, 1),
          "h": (2, 3), "i": (1, 1), "j": (1, 1)}  # fmt: skip
GROUP = {"a": "Champions", "b": "Promising", "c": "New", "d": "New", "e": "Wavering", "f": "Loyal",
         "g": "Asleep", "h": "At risk", "i": "Asleep", "j": "Asleep"}  # fmt: skip


def everybody(found: Store, window: Window | None = None) -> pd.DataFrame:
    listed = [rfm.members(found, window or Window(), rule.name) for rule in rfm.RULES]
    return pd.concat(listed, ignore_index=True).set_index("customer_id")


def test_scores_and_groups_by_hand():
    rows = everybody(store(orders=orders(TEN, 100)))
    assert {name: (row.recency, row.frequency) for name, row in rows.iterrows()} == SCORES
    assert rows["group"].to_dict() == GROUP
    # money: 10 an order, so it is scored like frequency
    assert (rows["money"] == rows["frequency"]).all()
    assert rows.loc["h", "silent_d"] == 70


def test_every_pair_of_scores_belongs_to_one_group():
    for recency in range(1, 6):
        for frequency in range(1, 6):
            assert sum(rule.holds(recency, frequency) for rule in rfm.RULES) == 1
    assert rfm.RULES[2].sentence == "recency 4 to 5, frequency 2 to 3"
    assert rfm.RULES[3].sentence == "recency 4 to 5, frequency 1"


def test_equal_customers_are_never_parted():
    # 83 who bought once on the same day, 17 who came back: all 83 are the worst, all 17 have 83 of 100 below.
    bought = {f"a{i}": (0,) for i in range(83)} | {f"b{i}": (0, 50) for i in range(17)}
    rows = everybody(store(orders=orders(bought, 100)))
    assert rows.groupby(rows.index.str[0])[["recency", "frequency", "money"]].nunique().eq(1).all(axis=None)
    assert rows.loc["a0", ["recency", "frequency", "money"]].tolist() == [1, 1, 1]
    assert rows.loc["b0", ["recency", "frequency", "money"]].tolist() == [5, 5, 5]


def fifty() -> Store:
    """Everybody of the ten five times."""
    bought = {f"{name}{i}": days for name, days in TEN.items() for i in range(5)}
    return store(orders=orders(bought, 100, currency="EUR", margin=4.0))


def test_share_at_risk_by_hand():
    # Orders 4 2 1 1 2 3 1 2 1 1 = 18 of each five; at risk is h with 2: 2 / 18 = 1/9 of 50 customers.
    # mean 7.2, x = 8 inside: 5 x 64 x (8/9)^2 = 252.84; outside the squares are 16 x (16 + 4 + 1 + 1 + 4 + 9
    # + 1 + 1 + 1) x 5 = 3,040, times (1/9)^2 = 37.53; se = sqrt(290.37 / 50 / 49) / 7.2 = 0.04782.
    reading = rfm.compute(fifty(), Window())
    value = reading.value
    assert (value.value, value.n) == (pytest.approx(1 / 9), 50)
    z2, variance = 1.959964**2, 0.04782**2
    effective = (1 / 9) * (8 / 9) / variance
    middle = (1 / 9 + z2 / 2 / effective) / (1 + z2 / effective)
    half = 1.959964 * (variance + z2 / 4 / effective**2) ** 0.5 / (1 + z2 / effective)
    assert (value.low, value.high) == (
        pytest.approx(middle - half, rel=1e-3),
        pytest.approx(middle + half, rel=1e-3),
    )
    assert reading.definition.name == "Margin of customers at risk"


def test_groups_add_up_to_everybody():
    found = rfm.groups(fifty(), Window())
    assert sum(group.customers for group in found.groups) == 50
    assert sum(group.customers_share.value for group in found.groups) == pytest.approx(1)
    known = [group.brought_share.value for group in found.groups]
    assert sum(known) == pytest.approx(1)
    assert sum(cell.value for cell in found.counts.cells.values()) == 50
    by_name = {group.rule.name: group for group in found.groups}
    assert by_name["Champions"].mean.value == pytest.approx(16)
    assert by_name["Cannot lose"].mean.code == "too_few"
    # f and a: both frequency 5, of 3 and 4 order-days
    assert found.means.columns == ("1 (1)", "3 (2)", "5 (3-4)")
    assert found.means.rows == ("5 (0-10)", "4 (20-30)", "3 (40-50)", "2 (60-70)", "1 (80-90)")
    assert found.means.cells["5 (0-10)", "5 (3-4)"].value == pytest.approx(16)
    assert found.counts.cells["1 (80-90)", "1 (1)"].value == 10


def test_scores_are_those_among_everybody_whatever_is_chosen():
    window = Window(start=at(5 * DAY), end=at(45 * DAY))  # only g i j first bought then
    rows = everybody(store(orders=orders(TEN, 100)), window)
    assert {name: (row.recency, row.frequency) for name, row in rows.iterrows()} == {
        name: SCORES[name] for name in "gij"
    }


def test_a_loss_counts_as_nothing_and_revenue_is_called_so():
    table = orders({f"{name}{i}": days for name, days in TEN.items() for i in range(5)}, 100, margin=4.0)
    table.loc[table["customer_id"].str.startswith("j", na=False), "margin"] = -50.0
    # now h brought 8 of 17 x 4 = 68
    assert rfm.compute(store(orders=table), Window()).value.value == pytest.approx(2 / 17)
    reading = rfm.compute(store(orders=table.drop(columns="margin")), Window())
    assert reading.definition.name == "Revenue of customers at risk"
    nothing = table.assign(margin=0.0)
    assert rfm.compute(store(orders=nothing), Window()).value.code == "nothing_brought"


def test_below_fifty_there_is_no_share_but_there_are_scores():
    found = store(orders=orders(TEN, 100))
    assert (rfm.compute(found, Window()).value.code, rfm.compute(found, Window()).value.n) == ("too_few", 10)
    assert len(rfm.rows(found, Window())) == 1
    assert rfm.groups(Store.of({}), Window()).groups == ()


def test_mixed_currencies_have_counts_and_no_amounts():
    table = orders({f"c{i}": (i % 40, 50) for i in range(60)}, 100, currency="EUR")
    table.loc[3, "currency"] = "USD"
    found = rfm.groups(store(orders=table), Window())
    assert found.absent.code == "mixed_currencies"
    assert sum(group.customers for group in found.groups) == 60
    assert not any(isinstance(cell, Estimate) for cell in found.means.cells.values())


def plain_score(values: dict[str, float], name: str) -> int:
    worse = sum(value < values[name] for value in values.values())
    return 1 + 5 * worse // len(values)


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation(seed):
    rng = random.Random(seed)
    bought = {
        f"c{i}": sorted({rng.randrange(300) for _ in range(rng.choice((1, 1, 2, 5)))}) for i in range(70)
    }
    table = orders(bought, 300, currency="EUR")
    table["amount"] = [round(rng.uniform(5, 80), 2) for _ in range(len(table))]
    found = store(orders=table)
    known = table.dropna(subset=["customer_id"])
    last = known.groupby("customer_id")["ordered_at"].max()
    recency = {name: -((at(300 * DAY) - moment) // timedelta(days=1)) for name, moment in last.items()}
    frequency = {name: len(days) for name, days in bought.items()}
    money = known.groupby("customer_id")["amount"].sum().round(2).to_dict()
    risky, rows = 0.0, everybody(found)
    for name, row in rows.iterrows():
        expected = tuple(plain_score(values, name) for values in (recency, frequency, money))
        assert (row.recency, row.frequency, row.money) == expected
        risky += money[name] * (expected[0] <= 2 and expected[1] >= 3)
    assert rfm.compute(found, Window()).value.value == pytest.approx(risky / sum(money.values()))

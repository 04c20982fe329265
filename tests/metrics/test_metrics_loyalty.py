"""Retention, repurchase, time to second order and value: by hand, by a second way, on real purchases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from metric_cases import DAY, START, at, orders, store

from socialroi.metrics import clv_historical, cohorts, grids, repurchase, retention, time_to_second_order
from socialroi.result import Estimate, Unknown, Window
from socialroi.store import Store

# Nine customers, first orders on days 0 to 30; the orders end on day 100.
NINE = {
    "a": (0, 5),  # back after 5 days
    "b": (0, 0.2, 40),  # the second order is on the same day; back after 40
    "c": (0, 90),  # back exactly on day 90
    "d": (0, 91),  # a day too late for 90
    "e": (0,),
    "f": (5, 6, 7),
    "g": (9,),
    "h": (20, 50),  # first order less than 90 days before the end
    "i": (30,),  # likewise
}


def nine(**columns: object) -> Store:
    return store(orders=orders(NINE, 100, **columns))


def test_repurchase_by_hand():
    # h and i are too young. Of a b c d e f g: a b c f came back within 90 days on another day: 4 / 7.
    reading = repurchase.compute(nine(), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 7), 7)
    assert "2 customers are left out because their window still runs." in reading.notes[0]


@pytest.mark.parametrize(
    ("horizon", "share", "n"), [(4, 1 / 9, 9), (5, 2 / 9, 9), (40, 4 / 9, 9), (91, 5 / 7, 7)]
)
def test_repurchase_by_horizon(horizon, share, n):
    value = repurchase.compute(nine(), Window(horizon_days=horizon)).value
    assert (value.value, value.n) == (pytest.approx(share), n)


def test_repurchase_without_a_complete_window_is_unknown():
    value = repurchase.compute(nine(), Window(horizon_days=365)).value
    assert (value.code, value.n) == ("incomplete", 9)


def test_same_day_means_the_reporting_zone():
    # 23:30 UTC and 00:30 UTC are one evening in Tokyo (08:30 and 09:30) and two days in UTC.
    bought = {f"c{i}": (14.5 / 24, 15.5 / 24) for i in range(6)}
    table = orders(bought, 100)
    assert repurchase.compute(store(orders=table), Window()).value.value == 1
    tokyo = Store.of({"orders": table}, settings={"reporting_zone": "Asia/Tokyo"})
    assert repurchase.compute(tokyo, Window()).value.value == 0


def test_cancelled_and_test_orders_do_not_count():
    table = orders(NINE, 100)
    table["status"] = "paid"
    table.loc[table["order_id"].isin(["a-1", "f-1"]), "status"] = "cancelled"
    table.loc[table["order_id"] == "f-2", "status"] = "test"
    assert repurchase.compute(store(orders=table), Window()).value.value == pytest.approx(2 / 7)


def test_time_to_second_order_by_hand():
    # Gaps in days: f 1, a 5, h 30, b 40, c 90, d 91; cut off: i 70, g 91, e 100.
    # S after 1, 5, 30, 40: 8/9, 7/9, 6/9, 5/9. At risk at 90: c d g e = 4 of them: 5/9 x 3/4 = 5/12 <= 1/2.
    value = time_to_second_order.compute(nine(), Window()).value
    assert (value.value, value.n) == (90 * DAY, 9)
    detail = time_to_second_order.compute_detail(nine(), Window())
    assert detail["within_30_d"].value == pytest.approx(3 / 9)
    assert detail["within_90_d"].value == pytest.approx(1 - 5 / 12)
    assert (detail["customers"].value, detail["returned"].value) == (9, 6)


def test_time_to_second_order_not_reached():
    once = {f"c{i}": (0, 3) if i == 0 else (0,) for i in range(6)}
    value = time_to_second_order.compute(store(orders=orders(once, 50)), Window()).value
    assert (value.code, value.n) == ("not_reached", 6)
    assert value.sentence == "Not reached: 1 of 6 customers had ordered again when the orders end."


def test_ignoring_those_who_never_came_back_would_flatter():
    gaps = [5, 40, 90, 91, 1, 30]
    assert pd.Series(gaps).median() * DAY < time_to_second_order.compute(nine(), Window()).value.value


def test_retention_by_hand():
    # H = 30. Month's end 28 February (day 55 = 1 March). Ordered in the 30 days from day 25 to 54:
    # b (40), h (50), i (30), j (25), k (54). In the 30 days from day 55: k on 55, h on 84; b on 85: 2 / 5.
    bought = {
        "b": (40, 85),
        "h": (20, 50, 84),
        "i": (30,),
        "j": (25,),
        "k": (54, 55),
        "z": (24, 60),
        "y": (55,),
    }
    found = store(orders=orders(bought, 90))
    reading = retention.compute(found, Window(horizon_days=30))
    assert (reading.value.value, reading.value.n) == (pytest.approx(2 / 5), 5)
    assert reading.notes[0] == (
        "Of those who ordered from 2026-01-30 to 2026-02-28: ordered from 2026-03-01 to 2026-03-30."
    )


def test_retention_needs_its_follow_up():
    found = store(orders=orders({f"c{i}": (0, 20) for i in range(6)}, 80))
    assert retention.compute(found, Window(horizon_days=90)).value.code == "incomplete"
    line = retention.series(found, Window(horizon_days=30))
    assert [(p.start, p.complete) for p in line] == [(date(2026, 1, 31), True), (date(2026, 2, 28), False)]
    assert line.points[1].value.code == "incomplete"


def test_retention_period_picks_its_own_month_end():
    bought = {f"c{i}": (i, 40 + i, 80 + i) for i in range(10)}
    found = store(orders=orders(bought, 130))
    window = Window(start=datetime(2026, 1, 1), end=datetime(2026, 2, 1), horizon_days=30)
    assert (
        retention.compute(found, window)
        .notes[0]
        .startswith("Of those who ordered from 2026-01-02 to 2026-01-31")
    )


def test_value_by_hand():
    # Everybody observed for 90 days (a to g): 2 + 3 + 2 + 1 + 1 + 3 + 1 orders of 10 EUR = 130 / 7.
    reading = clv_historical.compute(nine(currency="EUR"), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(130 / 7), 7)
    assert reading.definition.name == "Historical CLV in revenue"
    assert "In EUR." in reading.notes
    assert any(note.startswith("Revenue, not margin: no margin is known.") for note in reading.notes)


def test_value_is_margin_where_every_order_has_one():
    reading = clv_historical.compute(nine(currency="EUR", margin=4.0), Window())
    assert reading.value.value == pytest.approx(13 * 4 / 7)
    assert reading.definition.name == "Historical CLV"


def test_a_mixture_of_margin_and_none_is_revenue():
    table = orders(NINE, 100, margin=4.0)
    table.loc[0, "margin"] = None
    reading = clv_historical.compute(store(orders=table), Window())
    assert reading.value.value == pytest.approx(130 / 7)
    assert any("Revenue, not margin: 16 of 17 orders have a margin" in note for note in reading.notes)


def test_value_is_net_of_refunds():
    table = orders(NINE, 100, refunded_amount=0.0)
    table.loc[table["order_id"] == "f-1", "refunded_amount"] = 2.5
    value = clv_historical.compute(store(orders=table), Window()).value
    assert value.value == pytest.approx((130 - 2.5) / 7)


def test_value_interval_is_students():
    # Totals 20 30 20 10 10 30 10 (seven customers): mean 18.571, sd 8.997, t(6) = 2.4469.
    value = clv_historical.compute(nine(), Window()).value
    assert value.high - value.value == pytest.approx(2.4469 * 8.9974 / 7**0.5, rel=1e-3)


def test_discounting_shrinks_later_orders():
    # 10 % a year: an order after 90 days is worth 10 x 1.1 ^ (-90 / 365).
    found = store(orders=orders({f"c{i}": (0, 90) for i in range(6)}, 100))
    value = clv_historical.compute(found, Window(), discount=0.1).value
    assert value.value == pytest.approx(10 + 10 * 1.1 ** (-90 / 365), abs=1e-3)


def test_currencies_are_never_added():
    table = orders(NINE, 100, currency="EUR")
    table.loc[3, "currency"] = "USD"
    value = clv_historical.compute(store(orders=table), Window()).value
    assert value.code == "mixed_currencies"
    assert "EUR, USD" in value.sentence


def test_orders_without_an_amount_have_no_value():
    value = clv_historical.compute(store(orders=orders(NINE, 100).assign(amount=None)), Window()).value
    assert value.code == "no_amount"


@pytest.mark.parametrize("metric", [retention, repurchase, time_to_second_order, clv_historical])
def test_a_customer_has_no_department(metric):
    found = nine()
    reading = metric.compute(found, Window(by="department"))
    assert reading.by["(all)"].code == "not_applicable"
    filtered = metric.compute(found, Window(department=("care",)))
    assert filtered.value == reading.value
    assert cohorts.DEPARTMENT_NOTE in filtered.notes


def test_channel_is_that_of_the_first_order():
    table = orders(NINE, 100)
    table["channel"] = ["web" if str(name)[0] in "abcde" else "shop" for name in table["order_id"]]
    found = store(orders=table)
    for metric in (repurchase, time_to_second_order, clv_historical):
        reading = metric.compute(found, Window(by="channel"))
        assert set(reading.by) == {"web", "shop"}
        assert reading.by["web"] == metric.compute(found, Window(channel=("web",))).value
        elsewhere = metric.compute(found, Window(channel=("twitter",)))
        assert elsewhere.value == reading.value
        assert any("the channel filter was not applied" in note for note in elsewhere.notes)


def random_orders(seed: int) -> dict[str, list[float]]:
    rng = random.Random(seed)
    return {f"c{i}": sorted(rng.uniform(0, 300) for _ in range(1 + rng.randrange(5))) for i in range(60)}


def day_of(value: float) -> date:
    return at(value * DAY).date()


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_of_the_cohort_metrics(seed):
    bought = random_orders(seed)
    found = store(orders=orders(bought, 300, currency="EUR"))
    returned = total = ripe = 0
    for days in bought.values():
        if at(days[0] * DAY) + timedelta(days=90) > at(300 * DAY):
            continue
        ripe += 1
        returned += any(day_of(d) != day_of(days[0]) and d <= days[0] + 90 for d in days)
        total += 10 * sum(d <= days[0] + 90 for d in days)
    assert repurchase.compute(found, Window()).value.value == pytest.approx(returned / ripe)
    assert clv_historical.compute(found, Window()).value.value == pytest.approx(total / ripe)


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_of_retention(seed):
    bought = random_orders(seed)
    line = retention.series(store(orders=orders(bought, 300)), Window(horizon_days=60))
    complete = [point for point in line if point.complete]
    assert len(complete) >= 6
    for point in complete:
        end = point.start + timedelta(days=1)
        days = {name: [day_of(d) for d in found] for name, found in bought.items()}
        span = timedelta(days=60)
        base = [name for name, found in days.items() if any(end - span <= d < end for d in found)]
        stayed = [name for name in base if any(end <= d < end + span for d in days[name])]
        assert isinstance(point.value, Estimate)
        assert (point.value.n, point.value.value) == (len(base), pytest.approx(len(stayed) / len(base)))


def test_cohort_triangle_by_hand():
    # Won in January: 5 customers; 2 order in February, 1 in March. April has not ended: no cell.
    bought = {"a": (0, 30), "b": (1, 40, 60), "c": (2,), "d": (3,), "e": (4, 4.1), "f": (40,)}
    grid = grids.triangle(store(orders=orders(bought, 100)), Window())
    assert (grid.rows, grid.columns) == (("2026-01",), ("1", "2"))
    assert [grid.cells["2026-01", age].value for age in grid.columns] == pytest.approx([2 / 5, 1 / 5])


def test_series_marks_cohorts_that_still_run():
    bought = {f"c{i}": (i * 10, i * 10 + 20) for i in range(15)}
    line = repurchase.series(store(orders=orders(bought, 160)), Window(horizon_days=60))
    assert [point.complete for point in line] == [True, True, True, False, False]
    assert line.points[0].start == date(2026, 1, 1)


DATA = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_sample.txt"


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    if not DATA.exists():
        pytest.skip("CDNOW_sample.txt is not here; it belongs in ../shared/data beside the project")
    names = ["master", "customer_id", "day", "cds", "amount"]
    frame = pd.read_csv(DATA, sep=r"\s+", header=None, names=names, dtype={"customer_id": str, "day": str})
    return frame.assign(ordered_at=pd.to_datetime(frame["day"], format="%Y%m%d"))


@pytest.fixture(scope="module")
def cdnow_store(cdnow) -> Store:
    table = cdnow.assign(order_id=cdnow.index.astype(str))
    return Store.of({"orders": table[["order_id", "customer_id", "ordered_at", "amount"]]})


def test_cdnow_in_39_weeks(cdnow):
    # Fader, Hardie & Lee 2005: 2,357 customers, 946 of them with a repeat purchase by 30 September 1997.
    early = cdnow[cdnow["ordered_at"] <= "1997-09-30"]
    table = early.assign(order_id=early.index.astype(str))[
        ["order_id", "customer_id", "ordered_at", "amount"]
    ]
    detail = time_to_second_order.compute_detail(store(orders=table), Window())
    assert (detail["customers"].value, detail["returned"].value) == (2357, 946)


@pytest.mark.parametrize("horizon", [30, 90, 365])
def test_cdnow_repurchase_equals_pandas(cdnow, cdnow_store, horizon):
    first = cdnow.groupby("customer_id")["ordered_at"].transform("min")
    gap = (cdnow["ordered_at"] - first).dt.days
    back = cdnow[(gap > 0) & (gap <= horizon)]["customer_id"].nunique()
    value = repurchase.compute(cdnow_store, Window(horizon_days=horizon)).value
    assert (value.n, value.value) == (2357, pytest.approx(back / 2357))


def test_cdnow_retention_equals_pandas(cdnow, cdnow_store):
    day, end = cdnow["ordered_at"], pd.Timestamp("1998-04-01")  # the data end on 1998-06-30
    before = set(cdnow[(day >= end - pd.Timedelta(days=90)) & (day < end)]["customer_id"])
    after = set(cdnow[(day >= end) & (day < end + pd.Timedelta(days=90))]["customer_id"])
    value = retention.compute(cdnow_store, Window()).value
    assert (value.n, value.value) == (len(before), pytest.approx(len(before & after) / len(before)))


def test_cdnow_value_equals_pandas(cdnow, cdnow_store):
    first = cdnow.groupby("customer_id")["ordered_at"].transform("min")
    spent = cdnow[(cdnow["ordered_at"] - first).dt.days <= 365].groupby("customer_id")["amount"].sum()
    value = clv_historical.compute(cdnow_store, Window(horizon_days=365)).value
    assert (value.n, value.value) == (2357, pytest.approx(spent.mean()))
    half = 1.961 * spent.std() / 2357**0.5
    assert value.high - value.value == pytest.approx(half, rel=1e-3)


def test_unknowns_by_segment_keep_their_reason():
    customers = pd.DataFrame({"customer_id": list("abcdefghi"), "segment": ["old"] * 7 + ["new"] * 2})
    reading = repurchase.compute(store(orders=orders(NINE, 100), customers=customers), Window(by="segment"))
    assert isinstance(reading.by["new"], Unknown)
    assert (reading.by["new"].code, reading.by["new"].n) == ("incomplete", 2)
    assert replace(reading.by["old"], method="") == replace(reading.value, method="")


def test_start_is_the_first_day_of_the_cohort():
    assert START.strftime("%A") == "Monday"
    later = repurchase.compute(nine(), Window(start=at(4 * DAY), horizon_days=5)).value
    assert (later.code, later.n) == ("too_few", 4)

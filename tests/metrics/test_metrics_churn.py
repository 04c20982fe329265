"""Churn: by hand, by a second way, on real purchases."""

from __future__ import annotations

import math
import random
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from metric_cases import DAY, at, orders, store

from socialroi.metrics import churn
from socialroi.result import Unknown, Window
from socialroi.store import Store

# The orders end on day 200. Gaps: 17 of 10 days (a), 20 (b), 40 (c), 60 (d): the 18th of 20 is 20.
EIGHT = {
    "a": tuple(range(0, 171, 10)),  # silent for 30 days: gone
    "b": (100, 120),  # silent for 80: gone
    "c": (140, 180),  # silent for 20, not longer: stays
    "d": (130, 190),  # stays
    "e": (50,),  # bought once, gone
    "f": (179, 179.1),  # both on one day, 21 days ago: gone
    "g": (180,),  # 20 days old: undetermined
    "h": (199.9,),  # undetermined
}


def test_churn_by_hand():
    # Older than 20 days: a to f. Gone of them: a, b, e, f.
    reading = churn.compute(store(orders=orders(EIGHT, 200)), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 6), 6)
    assert reading.notes == (
        "Gone: no order for more than 20 days, the 90% quantile of 20 gaps between orders.",
        "2 of the 4 who are gone bought once.",
        "2 customers are undetermined: their first order is no older than that.",
    )


def test_rows_say_who_is_gone():
    rows = churn.rows(store(orders=orders(EIGHT, 200)), Window())
    assert list(rows.loc[rows["gone"], "customer_id"]) == ["e", "b", "a", "f"]
    assert set(rows.loc[~rows["determined"], "customer_id"]) == {"g", "h"}


def test_without_twenty_gaps_there_is_no_threshold():
    value = churn.compute(store(orders=orders(EIGHT | {"d": (130,)}, 200)), Window()).value
    assert value == Unknown(
        "too_few", "Only 19 gaps between orders; a threshold needs at least 20.", len(EIGHT)
    )


def test_the_young_are_undetermined_never_retained():
    found = store(orders=orders(EIGHT, 200))
    value = churn.compute(found, Window(start=at(180 * DAY))).value
    assert (value.code, value.n) == ("incomplete", 2)
    assert value.sentence == "None of 2 customers placed the first order more than 20 days ago."


def test_the_threshold_is_one_for_all_segments():
    customers = pd.DataFrame({"customer_id": list("abcdefgh"), "segment": list("ppppppqq")})
    reading = churn.compute(store(orders=orders(EIGHT, 200), customers=customers), Window(by="segment"))
    assert reading.by["p"] == reading.value
    assert reading.by["q"].code == "incomplete"


@pytest.mark.parametrize("by", ["engaged", "department"])
def test_neither_engagement_nor_department_divides(by):
    found = store(orders=orders(EIGHT, 200))
    reading = churn.compute(found, Window(by=by))
    assert {value.code for value in reading.by.values()} == {"not_applicable"}
    assert reading.value == churn.compute(found, Window()).value


def random_orders(seed: int) -> dict[str, list[float]]:
    rng = random.Random(seed)
    return {f"c{i}": sorted(rng.uniform(0, 300) for _ in range(1 + rng.randrange(5))) for i in range(60)}


def day_of(value: float) -> date:
    return at(value * DAY).date()


@pytest.mark.parametrize("seed", range(4))
def test_second_implementation(seed):
    bought = random_orders(seed)
    days = {name: sorted({day_of(day) for day in found}) for name, found in bought.items()}
    gaps = sorted((b - a).days for found in days.values() for a, b in pairwise(found))
    threshold = gaps[math.ceil(0.9 * len(gaps)) - 1]
    end = day_of(320)
    old = [found for found in days.values() if (end - found[0]).days > threshold]
    gone = [found for found in old if (end - found[-1]).days > threshold]
    value = churn.compute(store(orders=orders(bought, 320)), Window()).value
    assert (value.n, value.value) == (len(old), pytest.approx(len(gone) / len(old)))


@pytest.mark.parametrize("stretch", [2, 7])
def test_a_slower_shop_is_no_more_deserted(stretch):
    # All pauses as much longer: so is the threshold, and nobody changes sides.
    whole = {name: sorted({round(day) for day in days}) for name, days in random_orders(9).items()}
    slow = {name: [stretch * day for day in days] for name, days in whole.items()}
    one, other = (
        churn.compute(store(orders=orders(bought, end)), Window()).value
        for bought, end in ((whole, 320), (slow, 320 * stretch))
    )
    assert one == other


def test_a_series_marks_cohorts_some_of_whom_are_too_young():
    bought = {f"c{i}": (i * 5, i * 5 + 10) for i in range(28)}
    # D = 10; the last of May is ten days old on 11 June, and the orders end on 4 June
    line = churn.series(store(orders=orders(bought, 150)), Window())
    assert [point.complete for point in line] == [True, True, True, True, False]


DATA = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_sample.txt"


def test_cdnow_equals_pandas():
    if not DATA.exists():
        pytest.skip("CDNOW_sample.txt is not here; it belongs in ../shared/data beside the project")
    names = ["master", "customer_id", "day", "cds", "amount"]
    frame = pd.read_csv(DATA, sep=r"\s+", header=None, names=names, dtype={"customer_id": str, "day": str})
    frame = frame.assign(ordered_at=pd.to_datetime(frame["day"], format="%Y%m%d"))
    days = frame.drop_duplicates(["customer_id", "ordered_at"]).sort_values(["customer_id", "ordered_at"])
    gaps = days.groupby("customer_id")["ordered_at"].diff().dropna().dt.days.sort_values()
    threshold = gaps.iloc[math.ceil(0.9 * len(gaps)) - 1]
    silent = (frame["ordered_at"].max() - frame.groupby("customer_id")["ordered_at"].max()).dt.days
    table = frame.assign(order_id=frame.index.astype(str))
    found = Store.of({"orders": table[["order_id", "customer_id", "ordered_at", "amount"]]})
    reading = churn.compute(found, Window())
    # everybody bought first in the first quarter of 1997 and is old enough
    assert (reading.value.n, reading.value.value) == (2357, pytest.approx((silent > threshold).mean()))
    assert f"more than {threshold} days" in reading.notes[0]

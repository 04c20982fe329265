"""Three definitions of retention and the lifecycle: by hand, as laws, by a second way."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest
from metric_cases import orders, store

from socialroi.metrics import lifecycle, retention, three_retentions
from socialroi.metrics.lifecycle import STATES
from socialroi.result import Estimate, Unknown, Window
from socialroi.simulate import firm
from socialroi.store import Store

ON, LATER, BRACKET = three_retentions.KINDS


def cells(found, brackets=three_retentions.BRACKETS, **window):
    grid = three_retentions.grid(found, Window(**window), brackets)
    return {row: [grid.cells[row, kind] for kind in (ON, LATER, BRACKET)] for row in grid.rows}


# Days of orders since the first; the orders end on day 200, all first orders on day 0 but that of "young".
SIX = {
    "a": (0, 30, 100),  # on day 30, in 91-180 but not in its last 30 days
    "b": (0, 31),
    "c": (0, 160),  # in the last 30 days of 91-180
    "d": (0, 190),  # after day 180
    "e": (0,),
    "f": (0, 0.2),  # the same day again is no return
    "young": (150, 170),  # 50 days old
}


def test_three_definitions_by_hand():
    found = cells(store(orders=orders(SIX, 200)))
    # days 1-30: all seven are old enough; a on 30, young on 20. Later as well: b, c, d
    assert [(round(v.value * v.n), v.n) for v in found["Days 1 to 30"]] == [(2, 7), (5, 7), (2, 7)]
    # from here on young is too young. days 31-60: b; a, c and d later
    assert [(round(v.value * v.n), v.n) for v in found["Days 31 to 60"]] == [(1, 6), (4, 6), (1, 6)]
    assert [(round(v.value * v.n), v.n) for v in found["Days 61 to 90"]] == [(0, 6), (3, 6), (0, 6)]
    # days 91-180: in the last 30 (151-180) c; then or since c, d; at any time a, c
    assert [(round(v.value * v.n), v.n) for v in found["Days 91 to 180"]] == [(1, 6), (2, 6), (2, 6)]
    # nobody is a year old
    assert {value.code for value in found["Days 181 to 365"]} == {"incomplete"}


def test_an_interval_counts_once_its_last_day_is_over():
    bought = {f"c{i}": (0, 30) for i in range(6)}
    # the orders end on the 30th day itself: it is not over; a day later it is
    assert isinstance(cells(store(orders=orders(bought, 30)))["Days 1 to 30"][0], Unknown)
    assert cells(store(orders=orders(bought, 31)))["Days 1 to 30"][0].value == 1


def test_intervals_can_be_chosen():
    (row,) = cells(store(orders=orders(SIX, 200)), ((1, 100),)).values()
    # old enough: the six; on in 71-100: a; then or since: a, c, d; at any time in 1-100: a, b
    assert [round(value.value * value.n) for value in row] == [1, 3, 2]


@pytest.fixture(scope="module")
def made():
    return firm(customers=700, days=600, seed=8).tables


def test_what_must_hold_for_every_firm(made):
    everybody = cells(Store.of(made))
    assert all(isinstance(value, Estimate) for row in everybody.values() for value in row)
    for on, later, bracket in everybody.values():
        assert on.n == later.n == bracket.n
        assert on.value <= later.value
        assert on.value <= bracket.value
    for row in ("Days 1 to 30", "Days 31 to 60", "Days 61 to 90"):  # of 30 days, so the last 30 are all
        assert everybody[row][0] == everybody[row][2]
    sizes = [row[0].n for row in everybody.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_a_second_implementation_agrees(made):
    bought = days_by_customer(made)
    last = made["orders"]["ordered_at"].max().date()
    found = cells(Store.of(made))
    for start, end in three_retentions.BRACKETS:
        old = {c: days for c, days in bought.items() if min(days) + timedelta(days=end) < last}
        ages = [{(day - min(days)).days for day in days} for days in old.values()]
        expected = [
            sum(any(end - 29 <= age <= end for age in each) for each in ages),
            sum(any(age >= end - 29 for age in each) for each in ages),
            sum(any(start <= age <= end for age in each) for each in ages),
        ]
        row = found[f"Days {start} to {end}"]
        assert [round(value.value * value.n) for value in row] == expected
        assert {value.n for value in row} == {len(old)}


def test_filters_choose_the_customers(made):
    found = Store.of(made)
    whole, parts = cells(found), [cells(found, segment=(name,)) for name in found.segments()]
    assert len(parts) > 1
    for row, values in whole.items():
        assert sum(part[row][0].n for part in parts) == values[0].n


def days_by_customer(tables):
    bought = defaultdict(set)
    for row in tables["orders"].query("status == 'paid'").itertuples():
        bought[row.customer_id].add(row.ordered_at.date())
    return bought


# ---- lifecycle ----


def counts(found, **window):
    line = lifecycle.series(found, Window(**window))
    return {
        point.start: tuple(int(line.by[state][at].value.value) for state in STATES)
        for at, point in enumerate(line.points)
    }


def test_lifecycle_by_hand():
    # January 5 is day 0; February begins on day 27, March on 55, April on 86, May on 116
    bought = {
        "a": (0, 30, 60, 90),  # every month
        "b": (0, 60),  # dormant in February, resurrected in March, dormant in April
        "c": (28,),  # new in February, dormant in March
        "d": (0, 1, 2),  # one active customer, however many orders; dormant in February
    }
    assert counts(store(orders=orders(bought, 100))) == {
        date(2026, 1, 1): (3, 0, 0, 0),
        date(2026, 2, 1): (1, 1, 0, 2),
        date(2026, 3, 1): (0, 1, 1, 1),
        date(2026, 4, 1): (0, 1, 0, 1),
    }


def test_the_month_in_which_the_orders_end_is_not_complete():
    line = lifecycle.series(store(orders=orders({"a": (0, 40)}, 100)), Window())
    assert [point.complete for point in line] == [True, True, True, False]
    assert [point.complete for point in line.by["dormant"]] == [True, True, True, False]


def test_a_month_without_orders_is_a_measured_zero():
    found = counts(store(orders=orders({"a": (0, 70)}, 100)))
    assert found[date(2026, 2, 1)] == (0, 0, 0, 1)
    assert found[date(2026, 3, 1)] == (0, 0, 1, 0)  # back after a whole month of silence


def test_without_orders_there_is_nothing():
    line = lifecycle.series(Store.of({}), Window())
    assert (line.points, line.by) == ((), {})


def test_everybody_of_last_month_is_returning_or_dormant(made):
    line = lifecycle.series(Store.of(made), Window())
    active = [point.value.value for point in line]
    states = {name: [point.value.value for point in points] for name, points in line.by.items()}
    assert len(active) > 12
    for at, total in enumerate(active):
        assert total == sum(states[name][at] for name in ("new", "returning", "resurrecting"))
        if at:
            assert active[at - 1] == states["returning"][at] + states["dormant"][at]
    assert sum(states["new"]) == len(days_by_customer(made))


def test_a_second_implementation_of_the_lifecycle_agrees(made):
    months = {who: {day.replace(day=1) for day in days} for who, days in days_by_customer(made).items()}
    for month, (new, returning, back, dormant) in counts(Store.of(made)).items():
        before = (month - timedelta(days=1)).replace(day=1)
        now = [own for own in months.values() if month in own]
        assert new == sum(min(own) == month for own in now)
        assert returning == sum(before in own for own in now)
        assert back == len(now) - new - returning
        assert dormant == sum(before in own and month not in own for own in months.values())


def test_a_window_chooses_months_and_changes_nobodys_past(made):
    found = Store.of(made)
    whole = counts(found)
    part = counts(found, start=datetime(2025, 6, 1), end=datetime(2025, 9, 1))
    assert list(part) == [date(2025, 6, 1), date(2025, 7, 1), date(2025, 8, 1)]
    assert all(whole[month] == states for month, states in part.items())


def test_segments_divide_the_lifecycle(made):
    found = Store.of(made)
    parts = [counts(found, segment=(name,)) for name in found.segments()]
    for month, states in counts(found).items():
        none = (0, 0, 0, 0)
        assert states == tuple(map(sum, zip(*(part.get(month, none) for part in parts), strict=True)))


# ---- one row set ----


@pytest.mark.parametrize("seed", range(3))
def test_the_bracket_of_ninety_days_is_repurchase_by_days(made, seed):
    """The same customers and orders under any filter: bracket 1-90 against a count of the rows behind it."""
    found, rng = Store.of(made), random.Random(seed)
    chosen = tuple(rng.sample(found.segments(), 2))
    window = Window(start=datetime(2025, rng.randint(1, 6), 1), segment=chosen)
    (row,) = cells(found, ((1, 90),), start=window.start, segment=chosen).values()
    listed = found.frame(
        "select p.customer_id, list(p.day - c.first_day) as ages, min(c.first_day) as first_day "
        "from purchases as p "
        "join (select customer_id, min(day) as first_day from purchases group by all) as c "
        "using (customer_id) "
        "join customer_summary as s using (customer_id) "
        "where list_contains($chosen, s.segment) and s.first_order_at >= $start_at group by p.customer_id",
        chosen=list(chosen), start_at=window.start,
    )  # fmt: skip
    last = made["orders"]["ordered_at"].max().date()
    old = listed[listed["first_day"].map(lambda day: day.date() + timedelta(days=90) < last)]
    assert row[2].n == len(old)
    assert round(row[2].value * row[2].n) == sum(any(1 <= age <= 90 for age in ages) for ages in old["ages"])


def test_the_headline_and_its_series_and_rows_are_one_number_under_any_filter(made):
    found = Store.of(made)
    for window in (Window(), Window(segment=(found.segments()[0],)), Window(horizon_days=30)):
        value, listed = retention.compute(found, window).value, retention.rows(found, window)
        assert (value.n, round(value.value * value.n)) == (len(listed), listed["stayed"].sum())
        assert [p.value for p in retention.series(found, window) if p.complete][-1] == value

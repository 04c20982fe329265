"""Dated events on charts over time: drawn, told, in the tables, and never one label over another."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from chart_shapes import HOVER, OWN_MARKUP, definition, est, strings
from hostile_names import HOSTILE
from hypothesis import given
from hypothesis import strategies as some

from socialroi import charts
from socialroi.charts import Look
from socialroi.charts.annotations import MOST, lanes
from socialroi.charts.house import Dated
from socialroi.result import Cost, Estimate, Event, Point, Series

MONTHS = tuple(date(2026, month, 1) for month in range(1, 7))
SERIES = Series(definition(), tuple(Point(start, est(0.5, 0.1), True) for start in MONTHS))
SALE = Dated(date(2026, 3, 14), "Spring sale")


def drawn(*dated, shape=SERIES):
    return charts.line_series(shape, Look(dated=dated))


def test_an_event_is_a_line_a_label_a_sentence_and_a_cell():
    chart = drawn(SALE)
    layout = chart.spec["layout"]
    assert [line["x0"] for line in layout["shapes"]] == ["2026-03-14"]
    assert [one["text"] for one in layout["annotations"]] == ["Spring sale"]
    assert "marked: 14 Mar 2026 Spring sale" in chart.alt
    told = dict(zip(chart.table["Period"], chart.table["Events"], strict=True))
    assert told == {str(start): "2026-03-14 Spring sale" * (start.month == 3) for start in MONTHS}
    assert list(chart.tidy["events"]) == list(chart.table["Events"])
    assert chart.figure().layout.shapes[0].x0 == "2026-03-14"


def test_room_is_made_above_the_plot_and_not_taken_from_it():
    plain, marked = drawn(), drawn(SALE)
    share = marked.spec["layout"]["yaxis"]["domain"][1]
    margin = plain.spec["layout"]["margin"]
    rest = margin["t"] + margin["b"]
    assert share * (marked.height - rest) == pytest.approx(plain.height - rest)


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 7, 2)])
def test_an_event_outside_the_chart_changes_nothing(day):
    assert drawn(Dated(day, "Elsewhere")).spec == drawn().spec


def test_the_last_period_has_its_events_too():
    assert drawn(Dated(date(2026, 6, 30), "Late")).spec["layout"]["annotations"][0]["text"] == "Late"


def test_a_handful_is_drawn_and_all_are_in_the_table():
    many = [Dated(date(2026, 1, 10) + timedelta(days=10 * k), f"No {k}") for k in range(9)]
    chart = drawn(*many)
    assert len(chart.spec["layout"]["annotations"]) == MOST
    assert "4 earlier ones in the table" in chart.subtitle
    assert all(any(one.label in cell for cell in chart.table["Events"]) for one in many)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strangers_label_is_no_markup(name):
    chart = drawn(Dated(SALE.day, name))
    for text in strings(chart.spec["layout"]["annotations"]):
        assert text == HOVER or not re.search(r"[<>]", OWN_MARKUP.sub("", text))
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in chart.tidy["events"])


@given(some.lists(some.tuples(some.floats(0, 300), some.floats(1, 200)), max_size=8))
def test_no_label_covers_another(boxes):
    ends = sorted((left, left + width) for left, width in boxes)
    placed = lanes(ends)
    for i, (left, right) in enumerate(ends):
        for j in range(i):
            overlaps = left < ends[j][1] and ends[j][0] < right
            assert not (overlaps and placed[i] == placed[j])


def test_events_of_one_day_stand_above_each_other():
    chart = drawn(SALE, replace(SALE, label="New inbox"))
    heights = [one["y"] for one in chart.spec["layout"]["annotations"]]
    assert len(set(heights)) == 2
    assert chart.table["Events"][2] == "2026-03-14 Spring sale; 2026-03-14 New inbox"


def test_bars_over_time_are_marked_too():
    costs = tuple(Cost(start, "care", "tool", 10.0, 5) for start in MONTHS)
    assert "Spring sale" in charts.costs_over_time(costs, Look(dated=(SALE,))).alt
    counts = tuple(Point(start, Estimate.count(4), True) for start in MONTHS)
    states = dict.fromkeys(("new", "returning", "resurrecting", "dormant"), counts)
    life = Series(definition("count"), counts, states)
    assert "Spring sale" in charts.lifecycle_bars(life, Look(dated=(SALE,))).alt


def test_the_day_is_that_of_the_reporting_zone():
    late = Event(datetime(2026, 3, 14, 23, 30), None, "Sale")
    assert charts.dated([late], "Europe/Berlin") == (Dated(date(2026, 3, 15), "Sale"),)
    assert charts.dated([late], "UTC") == (Dated(date(2026, 3, 14), "Sale"),)

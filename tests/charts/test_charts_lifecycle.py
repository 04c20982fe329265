"""The lifecycle as a picture: bars equal the table, dormant customers below zero, a running month marked."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from chart_shapes import definition

from socialroi import charts, limits
from socialroi.charts import Look
from socialroi.charts.house import INKS, marks
from socialroi.metrics.answer import following
from socialroi.metrics.lifecycle import ACTIVE, STATES
from socialroi.result import Estimate, Point, Series

ABOUT = definition("count", "up", "Active customers", "lifecycle")


def life(months=4, running=1, **counts):
    """Months from January on; by default 10 new, 20 returning, 5 back and 7 dormant in each."""
    given = {"new": 10, "returning": 20, "resurrecting": 5, "dormant": 7} | counts
    starts = [date(2026, 1, 1)]
    while len(starts) < months:
        starts.append(following(starts[-1], "month"))
    points = {
        name: tuple(
            Point(start, Estimate.count(given[name]), at < months - running)
            for at, start in enumerate(starts)
        )
        for name in STATES
    }
    active = tuple(
        Point(start, Estimate.count(sum(given[name] for name in ACTIVE)), at < months - running)
        for at, start in enumerate(starts)
    )
    return Series(ABOUT, active, points)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_the_numbers_of_the_table(theme):
    chart = charts.lifecycle_bars(life(), Look(theme=theme))
    bars = {trace["name"]: trace["y"] for trace in chart.spec["data"]}
    assert list(bars.values()) == [[10] * 4, [20] * 4, [5] * 4, [-7] * 4]
    assert chart.spec["layout"]["barmode"] == "relative"
    assert chart.table["Customers with an order"].tolist() == [35] * 4
    assert [chart.table[name].tolist() for name in bars] == [[10] * 4, [20] * 4, [5] * 4, [7] * 4]
    assert chart.tidy["complete"].tolist() == ["yes", "yes", "yes", "no"]
    assert INKS[theme].text in json.dumps(chart.spec)


def test_the_axis_counts_customers_on_both_sides_of_zero():
    axis = charts.lifecycle_bars(life(dormant=390, new=800)).spec["layout"]["yaxis"]
    assert "-400" not in axis["ticktext"]
    assert axis["ticktext"][axis["tickvals"].index(-500)] == "500"
    assert axis["range"][0] <= -390
    assert axis["range"][1] >= 825


def test_a_running_month_is_pale_outlined_and_said_to_be_running():
    chart = charts.lifecycle_bars(life())
    for trace in chart.spec["data"]:
        assert trace["marker"]["opacity"][-2:] == [1.0, 0.45]
        assert trace["marker"]["line"]["width"][-2:] == [1, 2]
        assert ["Still running" in text for text in trace["customdata"]] == [False, False, False, True]
    assert "the last month is still running" in chart.subtitle
    assert "running" not in charts.lifecycle_bars(life(running=0)).subtitle


def test_states_differ_in_more_than_colour():
    drawn = [trace["marker"] for trace in charts.lifecycle_bars(life()).spec["data"]]
    assert len({marker["pattern"]["shape"] for marker in drawn}) == len(drawn)
    assert len({marker["color"] for marker in drawn}) == len(drawn)


def test_the_title_is_the_last_month_that_is_over():
    assert charts.lifecycle_bars(life(new=1_200)).takeaway == (
        "1,225 customers bought in Mar 2026: 1,200 new, 20 from the month before and 5 back after a break; 7 "
        "fell silent."
    )
    assert charts.lifecycle_bars(life(running=4)).takeaway == (
        "Active customers: cannot say. No month is over yet."
    )


def test_long_histories_stay_drawable():
    chart = charts.lifecycle_bars(life(months=300))
    assert marks(chart.spec["data"]) <= limits.MARKS
    assert len(chart.spec["data"][0]["x"]) == 60
    assert len(chart.table) == 300
    first, last = chart.spec["layout"]["xaxis"]["range"]
    drawn = [
        date.fromisoformat(day) for day in (chart.spec["data"][0]["x"][0], chart.spec["data"][0]["x"][-1])
    ]
    assert date.fromisoformat(first) < drawn[0] < drawn[-1] < date.fromisoformat(last)
    assert drawn[0] - date.fromisoformat(first) < timedelta(days=32)


def test_plotly_accepts_it_and_nothing_at_all_is_said_not_raised():
    for found in (life(), Series(ABOUT, ())):
        chart = charts.lifecycle_bars(found)
        assert len(chart.figure().data) == len(chart.spec["data"])
        json.dumps(chart.spec, allow_nan=False)
        assert chart.takeaway.endswith(".")

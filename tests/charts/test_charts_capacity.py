"""What the pictures of capacity and of the two clocks say."""

from __future__ import annotations

from dataclasses import replace

from chart_shapes import definition, est

from socialroi import charts
from socialroi.charts.capacity import takeaway_arrivals, takeaway_staff, takeaway_touches
from socialroi.result import Curve, Estimate, Grid, Step, Unknown

DAYS, HOURS = ("Monday", "Tuesday"), ("09", "10")
COUNT = definition("count", "neither", "People needed", "staff_needed")


def grid(*values: float, half: float = 0.1) -> Grid:
    """Two days of two hours; a missing value is a closed hour."""
    places = [(day, hour) for day in DAYS for hour in HOURS]
    cells = {place: est(value, half, 60) for place, value in zip(places, values, strict=False)}
    return Grid(COUNT, DAYS, HOURS, cells, "Weekday", "Hour of the day, UTC")


def people(*values: int) -> Grid:
    found = grid(*map(float, values))
    return replace(
        found, cells={k: replace(v, low=v.value, high=v.value + 1) for k, v in found.cells.items()}
    )


def test_arrivals_name_the_hours_that_differ_clearly_and_no_others():
    assert takeaway_arrivals(grid(4.0, 2.0, 3.0)) == (
        "Most messages come on Monday from 09:00 to 10:00, 4 on average, and fewest on Monday from 10:00 to "
        "11:00, 2."
    )
    assert takeaway_arrivals(grid(4.0, 2.0, 3.0, half=2.0)) == (
        "No hour of the week clearly gets more messages than another."
    )
    assert takeaway_arrivals(grid()).endswith("too little data.")


def test_staff_names_the_busiest_hour_and_who_was_seen_in_it():
    assert takeaway_staff(people(1, 3, 1), grid(0.5, 2.5, 1.0), 0.8) == (
        "Keeping 80% of the promises takes 3 people at most, on Monday from 10:00 to 11:00. On average 2.50 "
        "were seen answering in that hour."
    )
    assert takeaway_staff(people(2, 2, 1), grid(0.5, 2.0, 1.0), 0.8) == (
        "Keeping 80% of the promises takes 2 people at most, in 2 of 3 open hours of the week. On average "
        "1.25 were seen answering in those hours."
    )
    assert "seen" not in takeaway_staff(people(1, 3, 1), grid(), 0.8)
    assert takeaway_staff(people(1, 1, 0), grid(0.5, 0.5, 0.5), 0.9) == (
        "One person at work is enough to keep 90% of the promises in every open hour."
    )
    assert takeaway_staff(grid(), grid(), 0.8).endswith("too little data.")


def test_the_table_has_messages_people_and_who_was_seen_side_by_side():
    chart = charts.staff_heatmap(people(1, 3, 1), grid(0.4, 9.0, 0.1), grid(0.5, 2.5), 0.8)
    assert chart.table.to_dict("records")[1] == {
        "Weekday": "Monday", "Hour": "10:00", "Messages an hour": 9.0, "People needed": 3, "At least": 3,
        "At most": 4, "Seen answering": 2.5, "Times open": 60,
    }  # fmt: skip
    assert len(chart.table) == len(chart.tidy) == 3
    assert chart.table["Seen answering"].isna().tolist() == [False, False, True]


def test_closed_hours_stay_empty():
    chart = charts.arrivals_heatmap(grid(4.0, 2.0, 3.0))
    assert chart.spec["data"][0]["z"] == [[4.0, 2.0], [3.0, None]]
    assert "blank: closed" in chart.subtitle


def test_both_clocks_are_named_with_their_medians():
    quick, slow = Estimate(60, 50, 70, 9, "KM"), Estimate(7200, 7000, 7400, 9, "KM")
    assert takeaway_touches(slow, quick) == (
        "Half of the messages are answered by a person within 2 h (1 h 57 min to 2 h 3 min); half hear "
        "anything back, bots included, within 1 min (50 s to 1 min 10 s)."
    )
    never = Unknown("not_reached", "Not reached.", 9)
    assert takeaway_touches(never, quick).startswith(
        "Fewer than half of the messages are answered by a person in the time observed; half hear"
    )


def test_two_lines_are_told_apart_without_colour():
    steps = (Step(0.0, est(0.0, 0.0), 9), Step(60.0, est(0.4, 0.1), 9), Step(600.0, est(0.6, 0.1), 5))
    curve = Curve(
        definition(), "Time since the message, seconds", {"By a person": steps, "By anybody": steps}
    )
    chart = charts.touch_curve(curve, est(600.0, 9.0), est(60.0, 9.0))
    lines = [trace for trace in chart.spec["data"] if trace.get("showlegend")]
    assert [line["name"] for line in lines] == ["By a person", "By anybody"]
    assert len({line["line"]["dash"] for line in lines}) == 2


def test_the_scale_of_people_has_no_halves():
    bar = charts.staff_heatmap(people(1, 2, 1), grid(), grid(), 0.8).spec["data"][0]["colorbar"]
    assert bar["tickvals"] == [1, 2]
    many = charts.staff_heatmap(people(1, 12, 3), grid(), grid(), 0.8).spec["data"][0]["colorbar"]
    assert many["tickvals"] == [1, 4, 7, 10]
    assert "tickvals" not in charts.arrivals_heatmap(grid(0.5, 2.0)).spec["data"][0]["colorbar"]

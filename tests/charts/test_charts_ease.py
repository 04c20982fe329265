"""The quadrant and the answers that foretell: marks equal the tables, few surveys stay blank."""

import json

import pytest
from hostile_names import HOSTILE

from socialroi import charts
from socialroi.charts import Look
from socialroi.charts.house import INKS, marks
from socialroi.metrics import quadrant
from socialroi.result import Estimate, Grid, Unknown
from socialroi.stats.intervals import wilson

FEW = Unknown("too_few", "Only 3 surveys; at least 5 are needed.", 3)
BASE = wilson(55, 100)
CLEAR = {
    ("Satisfied", "Easy"): wilson(90, 100),
    ("Satisfied", "Not easy"): wilson(60, 100),
    ("Not satisfied", "Easy"): FEW,
    ("Not satisfied", "Not easy"): wilson(20, 100),
}
ITEMS = {
    "Ease": [("7", FEW), ("4", wilson(20, 50)), ("1", wilson(40, 50))],
    "Satisfaction": [("1", wilson(10, 50)), ("5", wilson(45, 50))],
}


def grid(cells=CLEAR):
    return Grid(quadrant.DEFINITION, quadrant.SATISFIED, quadrant.EASY, cells, "Satisfaction", "Ease")


CHARTS = {
    "quadrant": lambda look: charts.quadrant_plot(grid(), BASE, look),
    "calibration": lambda look: charts.calibration_plot(ITEMS, 90, look),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_plotly_accepts_it_on_both_grounds(name, theme):
    drawn = CHARTS[name](Look(theme=theme, population="people who wrote until 1 Mar 2026"))
    assert len(drawn.figure().data) == len(drawn.spec["data"])
    assert json.dumps(drawn.spec, allow_nan=False)
    assert drawn.spec["layout"]["font"]["color"] == INKS[theme].text
    assert drawn.takeaway.endswith(".")
    assert "people who wrote" in drawn.subtitle
    assert marks(drawn.spec["data"]) < 40


def test_every_cell_is_written_out_and_colour_repeats_it():
    drawn = CHARTS["quadrant"](Look())
    heat, words = drawn.spec["data"]
    assert heat["z"] == [[90, 60], [None, 20]]
    assert words["text"][0].startswith("<b>90.0%</b><br>")
    assert words["text"][0].endswith("n = 100")
    assert words["text"][2] == "too few<br>n = 3"
    assert drawn.tidy["value"].tolist()[:2] == [0.9, 0.6]
    assert len(drawn.table) == 5  # four cells and all customers
    assert "all customers 55.0%" in drawn.subtitle


def test_the_quadrant_says_only_what_is_clear():
    assert charts.quadrant_plot(grid(), BASE).takeaway == (
        "Who orders again: most of those satisfied, easy 90.0%, "
        "fewest of those not satisfied, not easy 20.0%."
    )
    alike = dict.fromkeys(CLEAR, wilson(6, 10))
    assert charts.quadrant_plot(grid(alike), FEW).takeaway.startswith("No clear difference")
    assert "all customers" not in charts.quadrant_plot(grid(alike), FEW).subtitle
    assert charts.quadrant_plot(grid({}), BASE).takeaway.startswith("Too few surveys")


def test_each_answer_has_its_share_and_interval():
    drawn = CHARTS["calibration"](Look())
    ease, happy = drawn.spec["data"]
    assert (ease["x"], ease["y"]) == ([1, 2], [40, 80])
    value = ITEMS["Satisfaction"][0][1]
    assert isinstance(value, Estimate)
    assert happy["y"][0] + happy["error_y"]["array"][0] == pytest.approx(100 * value.high)
    assert happy["y"][0] - happy["error_y"]["arrayminus"][0] == pytest.approx(100 * value.low)
    assert (ease["marker"]["symbol"], ease["marker"]["color"]) != (
        happy["marker"]["symbol"],
        happy["marker"]["color"],
    )
    assert drawn.takeaway == (
        "Who ordered again, by answer: ease from 40.0% at 4 to 80.0% at 1; "
        "satisfaction from 20.0% at 1 to 90.0% at 5."
    )
    assert len(drawn.table) == 5


def test_without_answers_it_says_so():
    drawn = charts.calibration_plot({"Ease": [("7", FEW)], "Satisfaction": []}, 90)
    assert drawn.takeaway == "Too few surveys at each answer."


@pytest.mark.parametrize("name", HOSTILE[:6])
def test_names_are_escaped(name):
    items = {name: [(name, wilson(3, 9)), ("5", wilson(6, 9))]}
    drawn = charts.calibration_plot(items, 90)
    assert "<script" not in json.dumps(drawn.spec)
    assert len(drawn.figure().data) == 1

"""The small drawing on a card: a column a period, hatched while it fills, a gap where nothing is known."""

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from socialroi.charts.trend import PERIODS, trend, trend_words
from socialroi.result import Definition, Estimate, Point, Series, Unknown

ABOUT = Definition("k", "Response rate", "share", "up", "Q?", "F.", "S.", "C.", 5)
NONE = Unknown("too_few", "Too few.")


def series(*values, filling=()):
    points = [
        Point(date(2026, place, 1), NONE if v is None else Estimate(v, v, v, 9, "m"), place not in filling)
        for place, v in enumerate(values, 1)
    ]
    return Series(ABOUT, tuple(points))


def columns(drawn):
    root = ElementTree.fromstring(drawn)
    return [node.attrib for node in root if node.tag.endswith("rect")]


def test_columns_stand_on_zero_in_proportion():
    found = columns(trend(series(0.2, 0.4, 0.1)))
    heights = [float(c["height"]) for c in found]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.1)
    assert heights[0] == pytest.approx(2 * heights[2], abs=0.1)
    feet = {round(float(c["y"]) + float(c["height"]), 0) for c in found}
    assert len(feet) == 1


def test_below_zero_hangs_down():
    up, down = columns(trend(series(10, -10)))
    assert float(up["y"]) + float(up["height"]) == pytest.approx(float(down["y"]), abs=0.1)


def test_a_month_that_fills_is_hatched_and_said():
    found = series(0.2, 0.4, filling=(2,))
    assert [c["fill"].startswith("url") for c in columns(trend(found))] == [False, True]
    assert trend_words(found) == "Response rate by month: Jan 2026 20.0%, Feb 2026 40.0% (still filling)."


def test_an_unknown_month_is_a_gap_never_a_zero():
    found = columns(trend(series(0.2, None, 0.4)))
    assert len(found) == 2
    assert float(found[1]["x"]) > 1.5 * 240 / 3


def test_a_zero_is_drawn():
    assert len(columns(trend(series(0.0, 0.0)))) == 2


def test_one_number_makes_no_trend():
    assert trend(series(0.2, None)) == trend_words(series(0.2)) == ""


def test_the_last_year_only():
    long = Series(ABOUT, series(*[0.1] * 12).points + series(*[0.2] * 12).points)
    assert len(columns(trend(long))) == PERIODS


def test_no_name_reaches_the_picture():
    hostile = replace(ABOUT, name='"><script>alert(1)</script>')
    drawn = trend(Series(hostile, series(0.1, 0.2).points))
    assert set(re.findall(r"<(\w+)", drawn)) == {"svg", "defs", "pattern", "line", "rect"}
    assert "script" not in drawn

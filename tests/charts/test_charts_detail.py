"""Every number beside a headline says what it is, in its own unit."""

from __future__ import annotations

from datetime import date

import pytest
from chart_shapes import definition

from socialroi import charts
from socialroi.result import Estimate, Point, Rung, Series, Unknown


def rung(**detail) -> Rung:
    nobody = Unknown("none", "None.")
    return Rung("A", "retention", 90, "", "ATO", nobody, nobody, 0, 0, (), "cannot_say", "", detail=detail)


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("ATT", Estimate(0.08, 0.03, 0.13, 10, ""), "+8.0 pp (3.0 to 13.0)"),
        ("risk_ratio", Estimate(1.16, 1.02, 1.31, 10, ""), "1.16 (1.02 to 1.31)"),
        ("linked_answered", Estimate(0.9, 0.88, 0.92, 10, ""), "90.0% (88.0 to 92.0)"),
        ("pre_sale_messages", Estimate.count(1234), "1,234"),
        ("rmst_days", Estimate(-3.7, -7.4, 0.01, 10, ""), "−3.7 days (−7.4 to 0.0)"),
        ("robustness_value", Estimate(0.098, 0.098, 0.098, 10, ""), "9.8%"),
        ("e_value", Estimate(1.455, 1.455, 1.455, 10, ""), "1.46"),
        ("wait_trend", Estimate(-0.02, -0.03, -0.01, 10, ""), "−2.0 pp (−3.0 to −1.0)"),
        ("grace_4_hours", Estimate(-0.02, -0.05, 0.01, 10, ""), "−2.0 pp (−5.0 to +1.0)"),
    ],
)
def test_each_kind_is_written_in_its_unit(key, value, written):
    ((name, shown, n, reason),) = charts.detail_rows(rung(**{key: value}))
    assert (shown, n, reason) == (written, value.n, "")
    assert "_" not in name


def test_what_is_missing_says_why():
    ((_, shown, _, reason),) = charts.detail_rows(rung(ATU=Unknown("counts", "Too few.", 3)))
    assert (shown, reason) == ("—", "Too few.")


def test_one_endless_interval_does_not_flatten_a_series_of_waits():
    values = [Estimate(3600, 1800, 400 * 86400, 2, ""), *[Estimate(3600, 3000, 4200, 300, "")] * 5]
    points = tuple(Point(date(2026, 1 + i, 1), value, True) for i, value in enumerate(values))
    spec = charts.line_series(Series(definition(unit="seconds"), points)).spec
    assert spec["layout"]["yaxis"]["range"][1] < 4 * 3600

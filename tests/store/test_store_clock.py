"""Local time and opening hours, over clock changes and holidays. Worked by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_tables import episodes

from socialroi.store import zones

WEEK = pd.DataFrame(
    {"weekday": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00", "zone": "Europe/Berlin"}
)
HOUR = 3600


def waited(opened: str, replied: str, hours: pd.DataFrame = WEEK, **rest: Any) -> Any:
    """Business seconds of one wait; None when the clock says nothing."""
    department = rest.pop("department", "care")
    (episode,) = episodes(
        f"c customer:ann {opened} department={department}", f"c agent {replied}", calendars=hours, **rest
    )
    seconds = episode["business_waited_s"]
    return None if pd.isna(seconds) else seconds


def test_local_hour_before_and_after_the_clock_change() -> None:
    """Berlin: 28 March 2026 09:00 UTC is 10:00; a day later, in summer time, 11:00."""
    rows = episodes(
        "c1 customer:a 2026-03-28T09:00",
        "c2 customer:b 2026-03-29T09:00",
        settings={"business_zone": "Europe/Berlin"},
    )
    assert [(row["local_hour"], row["local_weekday"]) for row in rows] == [(10, 6), (11, 7)]
    assert rows[1]["local_at"] == datetime(2026, 3, 29, 11)


def test_the_local_day_is_that_of_the_reporting_zone() -> None:
    (row,) = episodes("c1 customer:a 2026-01-01T20:00", settings={"reporting_zone": "Asia/Tokyo"})
    assert row["local_day"].date() == date(2026, 1, 2)
    assert row["local_hour"] == 20


def test_open_time_within_a_day() -> None:
    """Monday 5 January, 08:30 to 09:30 in Berlin: half an hour open."""
    assert waited("2026-01-05T07:30", "2026-01-05T08:30") == HOUR // 2


def test_over_a_weekend() -> None:
    """Friday 16:00 to Monday 10:00 in Berlin: one hour and one hour."""
    assert waited("2026-01-09T15:00", "2026-01-12T09:00") == 2 * HOUR


def test_outside_opening_hours_is_zero() -> None:
    assert waited("2026-01-10T10:00", "2026-01-11T10:00") == 0


def test_over_the_clock_change() -> None:
    """Friday 27 March 16:00 to Monday 30 March 10:00 in Berlin, now 08:00 UTC: again two hours."""
    assert waited("2026-03-27T15:00", "2026-03-30T08:00") == 2 * HOUR


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_that_never_closes_is_as_long_as_the_clock_makes_it(day: str, hours: int) -> None:
    always = pd.DataFrame(
        {"weekday": range(1, 8), "opens": "00:00", "closes": "24:00", "zone": "Europe/Berlin"}
    )
    zone = ZoneInfo("Europe/Berlin")
    first = datetime.fromisoformat(day).replace(tzinfo=zone)
    ends = datetime.fromisoformat(day) + timedelta(days=1)
    to_utc = [
        at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M") for at in (first, ends.replace(tzinfo=zone))
    ]
    assert waited(*to_utc, hours=always) == hours * HOUR


def test_a_holiday_is_closed_for_those_it_is_for() -> None:
    """Tuesday 6 January is off for care; Monday 16:00 to Wednesday 10:00."""
    off = pd.DataFrame({"day": [date(2026, 1, 6)], "department": ["care"]})
    span = ("2026-01-05T15:00", "2026-01-07T09:00")
    assert waited(*span, holidays=off) == 10 * HOUR, (
        "care has no calendar of its own: everybody's is not touched"
    )
    assert waited(*span, hours=WEEK.assign(department="care"), holidays=off) == 2 * HOUR
    assert waited(*span, holidays=off.assign(department=None)) == 2 * HOUR


def test_a_department_follows_its_own_calendar() -> None:
    own = pd.DataFrame(
        {"weekday": [6], "opens": "10:00", "closes": "12:00", "zone": "UTC", "department": "night"}
    )
    both = pd.concat([WEEK, own])
    span = ("2026-01-09T15:00", "2026-01-12T09:00")
    assert waited(*span, hours=both, department="night") == 2 * HOUR
    assert waited("2026-01-10T09:00", "2026-01-10T11:00", hours=both, department="night") == HOUR
    assert waited("2026-01-10T09:00", "2026-01-10T11:00", hours=both, department="care") == 0


def test_without_a_calendar_there_is_no_answer() -> None:
    (row,) = episodes("c customer:ann 2026-01-05T10:00", "c agent 2026-01-05T11:00")
    assert pd.isna(row["business_waited_s"])
    assert waited("2026-01-05T10:00", "2026-01-05T11:00", hours=WEEK.assign(department="sales")) is None


def test_a_new_calendar_holds_from_its_day() -> None:
    """From 7 January care opens at 12:00: Wednesday 09:00 to 13:00 is one hour."""
    old = WEEK.assign(valid_from=date(2025, 1, 1))
    new = WEEK.assign(opens="12:00", valid_from=date(2026, 1, 7))
    both = pd.concat([old, new])
    assert waited("2026-01-06T08:00", "2026-01-06T12:00", hours=both) == 4 * HOUR
    assert waited("2026-01-07T08:00", "2026-01-07T12:00", hours=both) == 1 * HOUR
    assert waited("2026-01-06T08:00", "2026-01-06T12:00", hours=new) is None, "no calendar yet"


def test_a_night_shift_closes_the_next_day() -> None:
    night = pd.DataFrame({"weekday": [5], "opens": "22:00", "closes": "06:00", "zone": "UTC"})
    assert waited("2026-01-09T12:00", "2026-01-10T12:00", hours=night) == 8 * HOUR


def test_overlapping_hours_count_once() -> None:
    twice = pd.DataFrame(
        {"weekday": [1, 1], "opens": ["09:00", "11:00"], "closes": ["12:00", "13:00"], "zone": "UTC"}
    )
    assert waited("2026-01-05T08:00", "2026-01-05T14:00", hours=twice) == 4 * HOUR


def test_a_calendar_without_a_zone_is_in_the_business_zone() -> None:
    hours = WEEK.drop(columns="zone")
    span = ("2026-01-05T08:00", "2026-01-05T09:00")
    assert waited(*span, hours=hours) == 0
    assert waited(*span, hours=hours, settings={"business_zone": "Europe/Berlin"}) == HOUR


@cache
def twenty_years(name: str) -> list[tuple[datetime, datetime, int]]:
    return zones.offset_spans(ZoneInfo(name), datetime(2015, 1, 1), datetime(2035, 1, 1))


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(
        ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"]
    ),
    at=st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)),
)
def test_offsets_are_those_of_zoneinfo_at_every_second(name: str, at: datetime) -> None:
    (offset,) = (offset for starts, ends, offset in twenty_years(name) if starts <= at < ends)
    expected = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(name)).utcoffset()
    assert timedelta(seconds=offset) == expected


def test_offsets_change_exactly_at_the_transition() -> None:
    spans = zones.offset_spans(ZoneInfo("Europe/Berlin"), datetime(2026, 1, 1), datetime(2026, 12, 31))
    assert [starts for starts, _, _ in spans[1:]] == [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1)]
    assert all(spans[i][1] == spans[i + 1][0] for i in range(len(spans) - 1))

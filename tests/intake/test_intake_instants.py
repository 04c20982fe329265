"""Times: many forms, one UTC instant; nothing is moved without a word."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialroi.errors import UsageError
from socialroi.intake import instants, zones
from socialroi.intake.cells import Bad, Noted

NOON = datetime(2024, 3, 5, 12, 30, 15)


def utc(cell, zone=None, order=None, epoch=False):
    return instants.utc(instants.wall(cell, order, epoch=epoch), zone)


@pytest.mark.parametrize(("cell", "instant"), [
    ("2024-03-05T12:30:15Z", NOON),
    ("2024-03-05 12:30:15 UTC", NOON),
    ("2024-03-05 12:30:15 GMT", NOON),
    ("2024-03-05T12:30:15.250Z", NOON + timedelta(milliseconds=250)),
    ("2024-03-05T12:30:15.123456789Z", NOON.replace(microsecond=123456)),
    ("2024-03-05T14:30:15+02:00", NOON),
    ("2024-03-05T14:30:15+0200", NOON),
    ("2024-03-05 14:30:15 +02", NOON),
    ("2024-03-05 16:30:15 +0400", NOON),
    ("2024-03-05 09:00:15 -0330", NOON),
    ("2024/03/05 12:30 UTC", NOON.replace(second=0)),
    ("20240305T123015Z", NOON),
    ("Tue Mar 05 12:30:15 +0000 2024", NOON),
    ("Tue, 5 Mar 2024 12:30:15 GMT", NOON),
    ("Mar 5, 2024 12:30:15 PM UTC", NOON),
    ("5 March 2024 12:30:15 Z", NOON),
])  # fmt: skip
def test_a_time_that_says_its_offset_is_that_instant(cell, instant):
    assert utc(cell) == instant
    assert utc(cell, "America/New_York") == instant


@pytest.mark.parametrize(("cell", "zone", "instant"), [
    ("2024-03-05 12:30:15", "UTC", NOON),
    ("2024-03-05 13:30:15", "Europe/Berlin", NOON),
    ("2024-07-05 14:30:15", "Europe/Berlin", NOON.replace(month=7)),
    ("2024-03-05", "Europe/Berlin", datetime(2024, 3, 4, 23)),
    ("20240305", "America/New_York", datetime(2024, 3, 5, 5)),
    ("05.03.2024 12:30", "UTC", NOON.replace(second=0)),
    ("2024-03-05 18:00:15", "Asia/Kolkata", NOON),
])  # fmt: skip
def test_a_time_without_offset_is_read_in_the_declared_zone(cell, zone, instant):
    assert utc(cell, zone) == instant


def test_a_time_without_offset_and_without_zone_is_an_open_question():
    with pytest.raises(instants.NaiveTime):
        utc("2024-03-05 12:30:15")


@pytest.mark.parametrize(
    "cell",
    [
        "2024-02-30",
        "2024-13-01",
        "2024-01-01 25:00",
        "2024-01-01 10:61",
        "24-01-05",
        "01/02/24",
        "soon",
        "2024",
        "0001-01-01",
        "9999-12-31",
        "2024-01-01 10:00 +19:00",
        "2024-01-01 13:00 pm",
        "5 Mär 2024",
        "45321",
        "12:30",
        "2024-03-05 12:30 EST",
        "1709641815123",
    ],
)
def test_what_is_no_time_is_bad(cell):
    with pytest.raises(Bad):
        utc(cell, "UTC")


def test_ten_digits_are_seconds_only_when_the_column_says_so():
    assert utc("1709641815", epoch=True) == NOON
    with pytest.raises(Bad):
        utc("1709641815", "UTC")
    evidence = instants.Evidence()
    evidence.see("1709641815")
    assert evidence.epoch
    evidence.see("2024-03-05")
    assert not evidence.epoch


@pytest.mark.parametrize(("cells", "order", "undecided"), [
    (["03/04/2024", "13/04/2024"], "day-first", False),
    (["03/04/2024", "04/13/2024"], "month-first", False),
    (["03/04/2024", "04/04/2024"], None, True),
    (["03/04/2024", "13/04/2024", "04/13/2024"], None, True),
    (["03.04.2024"], "day-first", False),
    (["2024-04-03"], None, False),
])  # fmt: skip
def test_day_or_month_first_is_decided_by_the_column(cells, order, undecided):
    evidence = instants.Evidence()
    for cell in cells:
        evidence.see(cell)
    assert (evidence.order, evidence.undecided) == (order, undecided)


def test_the_decided_order_is_applied():
    assert utc("03/04/2024 2:05 pm", "UTC", "day-first") == datetime(2024, 4, 3, 14, 5)
    assert utc("03/04/2024 12:05 am", "UTC", "month-first") == datetime(2024, 3, 4, 0, 5)


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]


@pytest.mark.parametrize("name", ZONES)
def test_no_second_around_a_change_of_clocks_is_shifted_in_silence(name):
    """Against zoneinfo, clock by clock: every existing time once, every gap bad, every fold noted."""
    zone = ZoneInfo(name)
    changes = [span for span in zones.spans(name) if 2015 <= span.starts.year <= 2035]
    assert changes
    for span in changes:
        for minutes in range(-90, 91, 15):
            wall = span.starts + timedelta(minutes=minutes)
            early, late = (
                wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None) for fold in (0, 1)
            )
            exists = early.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) == wall
            said = instants.Wall(wall, None, False)
            if not exists:
                with pytest.raises(Bad, match="never was"):
                    instants.utc(said, name)
            else:
                assert instants.utc(said, name) == (Noted(early, "fold") if early != late else early)


def test_a_day_whose_midnight_never_was_begins_when_the_clocks_have_moved():
    assert utc("2018-11-04", "America/Sao_Paulo") == datetime(2018, 11, 4, 3)
    with pytest.raises(Bad):
        utc("2018-11-04 00:00", "America/Sao_Paulo")


def test_a_zone_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(UsageError, match="Did you mean 'Europe/Berlin'"):
        zones.zone_named("Europe/Berln")


def test_the_stretches_between_two_days_say_what_the_clocks_did():
    march = zones.between("Europe/Berlin", date(2024, 3, 30), date(2024, 3, 31))
    assert [(span.starts.hour, span.offset_s, span.kind) for span in march[1:]] == [
        (2, 3600, "gap"), (3, 7200, "normal"),
    ]  # fmt: skip
    assert (march[0].kind, march[0].offset_s, march[0].starts.year) == ("normal", 3600, 2023)
    october = zones.between("Europe/Berlin", date(2024, 10, 27), date(2024, 10, 27))
    assert [(span.kind, span.offset_s) for span in october] == [
        ("normal", 7200), ("fold", 7200), ("normal", 3600),
    ]  # fmt: skip


FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%d.%m.%Y %H:%M:%S",
    "%Y%m%d",
    "%Y/%m/%d %I:%M:%S %p",
    "%a %b %d %H:%M:%S +0000 %Y",
]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1)), st.sampled_from(FORMATS))
def test_writing_a_time_and_reading_it_gives_it_back(at, form):
    at = at.replace(microsecond=at.microsecond if "%f" in form else 0)
    wanted = at if "%H" in form or "%I" in form else datetime(at.year, at.month, at.day)
    assert utc(at.strftime(form), "UTC") == wanted


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_bad_and_nothing_else(text):
    with contextlib.suppress(Bad):
        found = instants.utc(instants.wall(text, "day-first", epoch=False), "Europe/Berlin")
        assert isinstance(found, datetime | Noted)


def test_a_day_is_a_day_and_no_time():
    assert instants.day(instants.wall("2024-03-05", None, epoch=False)) == date(2024, 3, 5)
    with pytest.raises(Bad):
        instants.day(instants.wall("2024-03-05 10:00", None, epoch=False))

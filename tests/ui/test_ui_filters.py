"""Filters become a window; chips say what holds."""

from datetime import date, datetime

import pytest

from socialroi.result import Window
from socialroi.ui import keys
from socialroi.ui.filters import Filters, chips


def test_no_filter_is_the_whole_window():
    assert Filters().window("UTC") == Window()


def test_days_are_inclusive_and_in_the_reporting_zone():
    window = Filters(start=date(2026, 3, 29), end=date(2026, 3, 29)).window("Europe/Berlin")
    assert window.start == datetime(2026, 3, 28, 23)  # midnight in winter time, one hour ahead of UTC
    assert window.end == datetime(2026, 3, 29, 22)  # the next midnight in summer time: a day of 23 hours


def test_a_window_carries_everything_chosen():
    chosen = Filters(channel=("x",), department=("care",), segment=("a", "b"), clock="business", horizon=180)
    window = chosen.window("UTC")
    assert (window.channel, window.department, window.segment) == (("x",), ("care",), ("a", "b"))
    assert (window.clock, window.horizon_days) == ("business", 180)


def test_a_period_that_ends_before_it_starts_is_noticed():
    assert Filters(start=date(2026, 2, 1), end=date(2026, 1, 1)).is_backwards
    assert not Filters(start=date(2026, 2, 1), end=date(2026, 2, 1)).is_backwards


def test_chips_name_each_active_filter_once():
    found = chips(Filters(start=date(2026, 1, 2), channel=("x", "y"), clock="business"))
    assert [key for key, _ in found] == [keys.START, keys.CHANNEL, keys.CLOCK]
    assert dict(found)[keys.CHANNEL] == "channel: x or y"


def test_chips_of_many_names_stay_short():
    ((_, words),) = chips(Filters(segment=tuple("abcdef")))
    assert words == "segment: a or b or c or 3 more"


def test_chips_do_not_render_what_a_stranger_typed():
    ((_, words),) = chips(Filters(channel=("![x](http://evil.example)",)))
    assert "](" not in words


@pytest.mark.parametrize("filters", [Filters(), Filters(horizon=90), Filters(clock="calendar")])
def test_defaults_make_no_chip(filters):
    assert chips(filters) == []

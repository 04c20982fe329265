"""The comparison period: which days, and when there is none."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from socialroi.result import Unknown
from socialroi.ui.filters import Choices, Filters
from socialroi.ui.periods import earlier, moved

OFFER = Choices(date(2025, 1, 1), date(2026, 6, 30), (), (), (), (90,))
APRIL = Filters(start=date(2026, 4, 1), end=date(2026, 4, 30))


def of(filters, versus):
    return earlier(Filters(start=filters.start, end=filters.end, versus=versus), OFFER)


def test_the_period_before_has_the_same_length_and_touches():
    assert of(APRIL, "period before") == (date(2026, 3, 2), date(2026, 3, 31))


def test_a_year_before_is_the_same_days():
    assert of(APRIL, "year before") == (date(2025, 4, 1), date(2025, 4, 30))
    leap = (date(2024, 2, 29), date(2024, 2, 29))
    assert moved(leap, by_year=True) == (date(2023, 2, 28), date(2023, 2, 28))


def test_an_open_end_is_the_end_of_the_data():
    assert of(Filters(start=date(2026, 6, 1)), "period before") == (date(2026, 5, 2), date(2026, 5, 31))


def test_nobody_asked():
    assert of(APRIL, "nothing") is None


def test_without_a_first_day_there_is_nothing_earlier():
    found = of(Filters(end=date(2026, 4, 30)), "period before")
    assert isinstance(found, Unknown)
    assert "choose a first day" in found.sentence


def test_a_period_the_files_do_not_cover_is_no_comparison():
    found = of(Filters(start=date(2025, 3, 1), end=date(2025, 6, 30)), "period before")
    assert isinstance(found, Unknown)
    assert "1 Jan 2025" in found.sentence
    assert "30 Oct 2024 to 28 Feb 2025" in found.sentence


@given(some.dates(date(2000, 1, 1), date(2030, 1, 1)), some.integers(0, 800))
def test_before_and_now_share_no_day_and_leave_none_out(first, days):
    last = first + timedelta(days=days)
    start, end = moved((first, last), by_year=False)
    assert end + timedelta(days=1) == first
    assert end - start == last - first

"""The earlier period that a visitor compares with: the one just before, or the same a year before."""

from __future__ import annotations

from datetime import date, timedelta

from socialroi.charts import format as written
from socialroi.result import Unknown
from socialroi.ui.filters import Choices, Filters

Days = tuple[date, date]
NO_PERIOD = Unknown(
    "no_comparison",
    "There is nothing earlier to compare with: choose a first day of the period under From.",
)


def earlier(filters: Filters, offer: Choices) -> Days | Unknown | None:
    """First and last day of the comparison period, both inclusive; why there is none; None when not asked.

    A period that the files cover in part only is no comparison: it would show what was not exported.
    """
    if filters.versus == "nothing" or offer.first is None or offer.last is None:
        return None
    if filters.start is None:
        return NO_PERIOD
    first, last = moved((filters.start, filters.end or offer.last), by_year=filters.versus == "year before")
    if first < offer.first:
        return Unknown(
            "no_comparison",
            f"The files begin on {written.day(offer.first)}, so there is no whole period "
            f"{said((first, last))} to compare with. Choose a later first day, or load older files.",
        )
    return first, last


def moved(days: Days, *, by_year: bool) -> Days:
    """The period of the same length just before, or the same days a year before."""
    first, last = days
    if by_year:
        return _year_before(first), _year_before(last)
    length = last - first + timedelta(days=1)
    return first - length, last - length


def said(days: Days) -> str:
    """A period in words: "1 Jan 2026 to 31 Mar 2026"."""
    return f"{written.day(days[0])} to {written.day(days[1])}"


def _year_before(day: date) -> date:
    """The same day a year before; the last of February for a leap day."""
    leaps = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leaps else day.day)

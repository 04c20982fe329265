"""How the study words its numbers, so that every sentence of it writes them alike."""

from __future__ import annotations

import math
from datetime import datetime

from socialroi.uplift.outcomes import Outcome

MINUS = "\N{MINUS SIGN}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def signed(value: float, outcome: Outcome, currency: str | None = None) -> str:
    """A difference with its sign and unit: "+4.1 points", "-0.12 orders", "+EUR 3.40"."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return sign + size(value, outcome, currency)


def size(value: float, outcome: Outcome, currency: str | None = None) -> str:
    """The size of a difference with its unit, without sign."""
    return with_unit(bare(abs(value), outcome), outcome, currency)


def interval(low: float, high: float, outcome: Outcome) -> str:
    """Both ends with their signs: "+1.0 to +7.2"."""
    return f"{_ended(low, outcome)} to {_ended(high, outcome)}"


def level(value: float, outcome: Outcome, currency: str | None = None) -> str:
    """The mean of a group: "62%" of people, "1.40 orders", "EUR 31.20"."""
    if outcome.is_share:
        return f"{value * 100:.0f}%"
    return with_unit(bare(abs(value), outcome), outcome, currency)


def bare(value: float, outcome: Outcome) -> str:
    """A number without sign and unit; shares are points."""
    if outcome.is_share:
        return f"{value * 100:.1f}"
    return f"{value:,.2f}" if value < 1_000 else f"{value:,.0f}"


def with_unit(number: str, outcome: Outcome, currency: str | None) -> str:
    """A number followed by its unit, or after its currency."""
    if outcome.unit == "money":
        return f"{currency} {number}" if currency else number
    return f"{number} {outcome.unit}"


def day(moment: datetime) -> str:
    """A day: "14 Mar 2026"."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def about(n: float) -> str:
    """A rounded-up count: 113 is "120", 1,204 is "1,300"."""
    step = 10 ** max(1, len(str(math.ceil(n))) - 2)
    return f"{math.ceil(n / step) * step:,}"


def hours(grace_us: int) -> str:
    """The grace time: "24 hours"."""
    value = grace_us / 3_600_000_000
    return f"{value:g} hour" + ("" if value == 1 else "s")


def _ended(value: float, outcome: Outcome) -> str:
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return sign + bare(abs(value), outcome)

"""How numbers are written, in one place: cards, charts, tables, sentences, report, command line.

    share     71.4% (68.0 to 74.6)          difference of shares   +4.1 pp (1.2 to 7.0)
    points    34.0 (30.1 to 38.0)           difference             +4.1 points (1.2 to 7.0)
    seconds   1 h 39 min (1 h 20 min to 2 h 3 min)
    money     EUR 1,234 (1,100 to 1,370)    count  12,345          score  4.21 (4.10 to 4.32)
    unknown   a dash; the reason stands beside it

A difference carries its sign; its interval carries signs only where it spans zero. Never a bare "4.1%" for
a difference of shares, never a 0 for a number that is small but there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from socialroi.result import Estimate, Unit, Unknown, Value

DASH = "\N{EM DASH}"
MINUS = "\N{MINUS SIGN}"
#: How `method` says that an upper limit is only where the observation ended.
OPEN = "upper limit open"

#: The one convention, whoever reads it: a report must not change its digits with its reader.
CONVENTION = "Numbers are written 1,234.5, days 14 Mar 2026, intervals at 95% unless they say otherwise."

_STEPS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
#: Amounts of these currencies have no smaller unit (ISO 4217).
_WHOLE = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def value_text(value: Value | None, unit: Unit, currency: str | None = None) -> str:
    """A level with its interval, or a dash: "71.4% (68.0 to 74.6)"."""
    if not isinstance(value, Estimate):
        return DASH
    return _joined(number(value.value, unit, currency), interval_text(value, unit))


def difference_text(value: Value | None, unit: Unit, currency: str | None = None) -> str:
    """A difference with sign, unit and interval, or a dash: "+4.1 pp (1.2 to 7.0)"."""
    if not isinstance(value, Estimate):
        return DASH
    shown = difference_number(value.value, unit, currency, fine=value.is_clear)
    return _joined(shown, interval_text(value, unit, difference=True))


def number(value: float, unit: Unit, currency: str | None = None) -> str:
    """A level without its interval: "71.4%", "1 h 39 min", "EUR 1,234", "12,345"."""
    if unit == "share":
        return f"{_share(value)}%"
    return _with_currency(_plain(value, unit, currency), unit, currency)


def difference_number(value: float, unit: Unit, currency: str | None = None, *, fine: bool = True) -> str:
    """A difference without its interval, always signed: "+4.1 pp", "-12 min".

    `fine` writes as many places as tell a small difference from none; without it, it rounds to 0.0.
    """
    signed = _signed(value, unit, currency, fine=fine)
    suffix = {"share": " pp", "points": " points"}.get(unit, "")
    return _with_currency(signed, unit, currency) + suffix


def return_number(value: float) -> str:
    """A return on what was spent, signed and in whole percent: "+48%"."""
    return f"{_signed(round(value * 100), 'count')}%"


def return_interval(estimate: Estimate) -> str:
    """The interval of a return: "+12% to +108%"."""
    return f"{return_number(estimate.low)} to {return_number(estimate.high)}"


def interval_text(estimate: Estimate, unit: Unit, *, difference: bool = False) -> str:
    """The interval alone: "1.2 to 7.0"; empty for a count, which is known exactly."""
    low, high = estimate.low, estimate.high
    if low == high == estimate.value:
        return ""
    if not difference:
        over = "over " if OPEN in estimate.method else ""
        return f"{_bound(low, unit)} to {over}{_bound(high, unit)}"
    if low < 0 < high:
        return f"{_signed(low, unit, fine=False)} to {_signed(high, unit, fine=False)}"
    return f"{_bare_difference(low, unit)} to {_bare_difference(high, unit)}"


def n_text(n: int) -> str:
    """How many units a number rests on: "n = 1,204"."""
    return f"n = {count(n)}"


def reason(value: Value | None) -> str:
    """Why there is no number, in a sentence; empty when there is one."""
    return value.sentence if isinstance(value, Unknown) else ""


def level_text(level: float) -> str:
    """The interval's level: "95% interval"."""
    return f"{level * 100:g}% interval"


def count(n: float) -> str:
    """A whole number with thousands separators; a fraction keeps up to two places."""
    return _grouped(n, 0 if float(n).is_integer() else 2)


def duration(seconds: float) -> str:
    """A wait in at most two steps of d, h, min, s: "45 s", "1 h 39 min", "64 d"."""
    magnitude = abs(seconds)
    if 0 < magnitude < 1:
        return _negative(seconds) + f"{magnitude:.1g} s"
    rest = int(round(magnitude / _grain(magnitude)) * _grain(magnitude))
    parts = []
    for name, size in _STEPS:
        whole, rest = divmod(rest, size)
        if whole:
            parts.append(f"{whole:,} {name}")
    return _negative(seconds) + (" ".join(parts[:2]) or "0 s")


def day(moment: date | datetime) -> str:
    """A day: "14 Mar 2026"."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def month(moment: date | datetime) -> str:
    """A month: "Mar 2026"."""
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def instant(moment: datetime, zone: str = "UTC") -> str:
    """A naive UTC instant on the clock of a zone, which it names: "14 Mar 2026 09:05 Europe/London"."""
    here = local(moment, zone)
    return f"{day(here)} {here:%H:%M} {zone}"


def local(moment: datetime, zone: str) -> datetime:
    """A naive UTC instant as a clock of this zone shows it."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _grain(seconds: float) -> int:
    """The finest step worth showing for a wait of this length."""
    if seconds < 600:
        return 1
    if seconds < 86_400:
        return 60
    return 3_600 if seconds < 10 * 86_400 else 86_400


def _plain(value: float, unit: Unit, currency: str | None = None) -> str:
    """A number in its unit's own notation, without % or currency."""
    if unit == "seconds":
        return duration(value)
    if unit == "count":
        return count(value)
    if unit == "money":
        return _money(value, currency)
    places = 2 if unit == "score" else 1
    return _grouped(value, _places(value, places))


def _bound(value: float, unit: Unit) -> str:
    return _share(value) if unit == "share" else _plain(value, unit)


def _signed(value: float, unit: Unit, currency: str | None = None, *, fine: bool = True) -> str:
    text = _bare_difference(value, unit, currency, fine=fine)
    is_nothing = not any(digit in text for digit in "123456789")
    return text if value <= 0 or is_nothing else f"+{text}"


def _bare_difference(value: float, unit: Unit, currency: str | None = None, *, fine: bool = True) -> str:
    if unit == "share":
        return _grouped(value * 100, _places(value * 100, 1) if fine else 1)
    if unit == "count" and not float(value).is_integer():
        return _grouped(value, _places(value, 2) if fine else 2)
    if unit in {"points", "score"} and not fine:
        return _grouped(value, 1 if unit == "points" else 2)
    return _plain(value, unit, currency)


def _share(value: float) -> str:
    """A share as a percentage without its sign; the ends are kept for exactly none and all."""
    if 0 < value < 0.0005:
        return "<0.1"
    if 0.9995 < value < 1:
        return ">99.9"
    return _grouped(value * 100, 1)


def _money(value: float, currency: str | None) -> str:
    if currency in _WHOLE or abs(value) >= 1_000:
        return _grouped(value, 0)
    return _grouped(value, 2)


def _with_currency(text: str, unit: Unit, currency: str | None) -> str:
    return f"{currency} {text}" if unit == "money" and currency else text


def _places(value: float, fewest: int) -> int:
    """As many places as it takes to tell `value` from zero, at least `fewest`, at most four."""
    return next((p for p in range(fewest, 4) if value == 0 or round(value, p) != 0), 4)


def _grouped(value: float, places: int) -> str:
    """Thousands separators and a real minus; a value that rounds to zero has no sign."""
    shown = f"{abs(value):,.{places}f}"
    return _negative(value) + shown if round(value, places) != 0 else shown


def _negative(value: float) -> str:
    return MINUS if value < 0 else ""


def _joined(shown: str, interval: str) -> str:
    return f"{shown} ({interval})" if interval else shown

"""What the owner of a workspace decides: zones, currency, margin, silence, horizons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from socialroi.errors import UnknownName, UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one workspace.

    `margin_rate` is the share of an order's amount that is margin, used where a file has no margin
    column. `episode_silence_h` is the silence after an answer that makes the next message a new
    episode. `grace_h` is how long after a message the study waits before it calls it unanswered.
    """

    reporting_zone: str = "UTC"
    business_zone: str = "UTC"
    currency: str | None = None
    margin_rate: float | None = None
    episode_silence_h: float = 24.0
    keep_text: bool = False
    horizons: tuple[int, ...] = (30, 90, 180, 365)
    grace_h: float = 24.0


NAMES = tuple(field.name for field in fields(Settings))


def parse(name: str, value: str) -> Any:
    """The value of one setting from its text; an empty text means the default.

    Raises UnknownName for a setting or zone that does not exist, UsageError for a value out of range.
    """
    if name not in NAMES:
        raise UnknownName("setting", name, NAMES)
    text = value.strip()
    return _PARSERS[name](name, text) if text else getattr(Settings(), name)


def from_texts(texts: Mapping[str, str]) -> Settings:
    """Settings from stored texts; a missing name keeps its default."""
    return Settings(**{name: parse(name, value) for name, value in texts.items()})


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name; UnknownName when there is none."""
    if name not in available_timezones():  # walks the whole zone folder: hence the cache
        raise UnknownName("time zone", name, _nearby_zones(name))
    return ZoneInfo(name)


def _nearby_zones(name: str) -> Iterable[str]:
    """Zones that share the first letters or the city, so that the message stays readable."""
    city = name.rpartition("/")[2].casefold()[:3]
    near = [known for known in available_timezones() if known.rpartition("/")[2].casefold().startswith(city)]
    return near or ("UTC", "Europe/London", "America/New_York", "Asia/Tokyo")


def _zone_name(_: str, text: str) -> str:
    return zone(text).key


def _currency(name: str, text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha()):
        raise UsageError(f"{name} is a three-letter ISO 4217 code such as EUR, not {text!r}.")
    return text.upper()


def _number(low: float, high: float) -> Callable[[str, str], float]:
    def parse_number(name: str, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise UsageError(f"{name} is a number from {low:g} to {high:g}, not {text!r}.")
        return number

    return parse_number


def _yes_no(name: str, text: str) -> bool:
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if text.casefold() not in known:
        raise UsageError(f"{name} is yes or no, not {text!r}.")
    return known[text.casefold()]


def _days(name: str, text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.strip("()[] ").split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= 3650 for part in parts):
        raise UsageError(f"{name} are days from 1 to 3650 with commas between, not {text!r}.")
    return tuple(sorted({int(part) for part in parts}))


_PARSERS: Mapping[str, Callable[[str, str], Any]] = {
    "reporting_zone": _zone_name,
    "business_zone": _zone_name,
    "currency": _currency,
    "margin_rate": _number(0.0, 1.0),
    "episode_silence_h": _number(0.0, 24.0 * 365),
    "keep_text": _yes_no,
    "horizons": _days,
    "grace_h": _number(0.0, 24.0 * 30),
}

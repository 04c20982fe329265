"""Value axes by unit: percent, percentage points, durations with human ticks, money with its code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from socialroi.charts import format as fmt
from socialroi.charts.house import Look, Spec, axis
from socialroi.result import Estimate, Unit, Value

MINUTE, HOUR, DAY = 60, 3_600, 86_400
#: Round durations a linear axis may step by, in seconds.
_STEPS = (
    *(1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY),
    *(30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 360 * DAY, 720 * DAY, 1_800 * DAY, 3_600 * DAY),
)
#: Waits that people name, for logarithmic axes, in seconds.
NAMED_WAITS = (1, 10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY)
#: From this ratio of largest to smallest on, durations are drawn on a logarithmic axis.
_WIDE = 30.0
_MOST_TICKS = 5


def scale_of(unit: Unit) -> float:
    """What a value is multiplied by to be drawn: shares are drawn as percent."""
    return 100.0 if unit == "share" else 1.0


def extent(values: Iterable[Value], unit: Unit) -> list[float]:
    """Every number an axis must reach, in drawn units."""
    scale = scale_of(unit)
    known = (value for value in values if isinstance(value, Estimate))
    return [end * scale for value in known for end in (value.low, value.value, value.high)]


def value_axis(
    reached: Sequence[float],
    unit: Unit,
    look: Look,
    *,
    difference: bool = False,
    zero: bool = False,
    log: bool = False,
) -> Spec:
    """An axis in the unit's own notation over everything in `reached` (drawn units).

    `zero` makes it start at zero, differences always contain it; `log` lets durations that differ
    by more than a factor of 30 use a logarithmic axis. With nothing to reach there is no axis.
    """
    if not reached:
        return axis(look, visible=False)
    ends = [*reached, 0.0] if zero or difference else list(reached)
    low, high = _padded(min(ends), max(ends), unit, difference, zero)
    if unit == "seconds":
        positive = min(reached)
        if log and not difference and positive > 0 and max(reached) / positive > _WIDE:
            return log_duration_axis(positive, max(reached), look)
        return axis(look, range=[low, high], **_duration_ticks(low, high))
    return axis(look, range=[low, high], nticks=_MOST_TICKS, **_notation(unit, look, difference, high - low))


def log_duration_axis(low: float, high: float, look: Look) -> Spec:
    """A logarithmic axis of waits in seconds with the ticks people name: 1 min, 15 min, 1 h, 1 d."""
    span = [math.log10(low) - 0.05, math.log10(high) + 0.05]
    inside = [tick for tick in NAMED_WAITS if span[0] <= math.log10(tick) <= span[1]]
    ticks = inside[:: math.ceil(len(inside) / 7) or 1]
    return axis(look, type="log", range=span, tickvals=ticks, ticktext=[short_wait(t) for t in ticks])


def short_wait(seconds: float) -> str:
    """A tick's text: "15 min", "1 h", "1 wk"."""
    return "1 wk" if seconds == 7 * DAY else fmt.duration(seconds)


def day_ticks(last: float, most: int = 5) -> list[int]:
    """Round days from 0 to `last`, at most `most` + 1 of them."""
    step = next((s for s in (1, 2, 5, 7, 14, 30, 60, 90, 180, 360, 720) if last / s <= most), None)
    return list(range(0, int(last) + 1, step or math.ceil(last / most)))


def _duration_ticks(low: float, high: float) -> Spec:
    step = next((s for s in _STEPS if (high - low) / s <= _MOST_TICKS), (high - low) / _MOST_TICKS)
    first = math.ceil(low / step)
    ticks = [i * step for i in range(first, math.floor(high / step) + 1)]
    return {"tickvals": ticks, "ticktext": [fmt.duration(tick) for tick in ticks]}


def _notation(unit: Unit, look: Look, difference: bool, span: float) -> Spec:
    if unit == "share":
        return {"ticksuffix": " pp" if difference else "%", "tickformat": ",.4~g"}
    if unit == "money":
        prefix = f"{look.currency} " if look.currency else ""
        return {"tickprefix": prefix, "tickformat": ",.0f" if span > 10 else ",.2f"}
    return {"tickformat": ",.0f" if span > 10 else ",.3~g"}


def _padded(low: float, high: float, unit: Unit, difference: bool, zero: bool) -> tuple[float, float]:
    """Room at both ends; never below 0 % or above 100 %, nor below a zero the axis starts from."""
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    start = low if zero and low == 0 else low - room
    end = high if zero and high == 0 else high + room
    if difference:
        return start, end
    if unit == "share":
        return max(0.0, start), min(100.0, end)
    return (max(0.0, start) if low >= 0 else start), end

"""From one query per metric to `Reading` and `Series`.

A metric answers one call, `ask(store, window, cut)`: the same query gives the headline, the
segments and the periods, so that a card, its chart and its table cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import pandas as pd

from socialroi import limits
from socialroi.result import By, Definition, Point, Reading, Series, Unknown, Value, Window, Working
from socialroi.store import Store

Grain = Literal["day", "week", "month", "quarter", "year"]

#: The segment of rows that name none.
UNNAMED = "(not recorded)"
#: The smallest segments together, when there are more than a comparison shows.
REST = "(all others)"
#: The fewest units that make a number, here and in every definition: fewer and the interval says nothing.
MIN_N = 5

STATUS_NOTE = (
    "By engagement on day 30 after the first order: whoever counts as answered had an answer by then, so"
    " figures on answers differ by construction."
)


@dataclass(frozen=True, slots=True)
class Cut:
    """How an answer is divided: by segment, by period, or (both None) not at all."""

    by: By | None = None
    grain: Grain | None = None


Key = tuple[str, date | None]
#: The key of the undivided answer.
WHOLE: Key = ("", None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a metric found: a value per (segment, period).

    `absent` is the answer where nothing was found. `definition` differs from the metric's own only
    where the data measure something with another name, such as a peer's answer.
    """

    definition: Definition
    absent: Unknown
    values: Mapping[Key, Value] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    working: tuple[Working, ...] = ()

    @property
    def whole(self) -> Value:
        """The undivided value."""
        return self.values.get(WHOLE, self.absent)


class Ask(Protocol):
    """The one question a metric puts to the store."""

    def __call__(self, store: Store, window: Window, cut: Cut) -> Answer:
        """Values by segment and period of `cut`."""
        ...


def reading(ask: Ask, store: Store, window: Window, rows: Callable[[], Any] | None = None) -> Reading:
    """The metric for the window, overall and by the segments the window asks for."""
    whole = ask(store, window, Cut())
    parts = ask(store, window, Cut(by=window.by)) if window.by else None
    status = (STATUS_NOTE,) if parts and parts.values and window.by == "engaged" else ()
    return Reading(
        definition=whole.definition,
        value=whole.whole,
        by={label: value for (label, _), value in parts.values.items()} if parts else {},
        notes=joined(whole.notes, parts.notes if parts else (), status),
        working=whole.working,
        rows=rows,
    )


def joined(*notes: tuple[str, ...]) -> tuple[str, ...]:
    """All notes, each once, in order."""
    return tuple(dict.fromkeys(note for group in notes for note in group))


def series(ask: Ask, store: Store, window: Window, grain: Grain, complete: Callable[[date], bool]) -> Series:
    """The metric per period, every period between the first and the last, with those by segment.

    `complete` says of a period's first day whether nothing more can come in for it.
    """
    whole = ask(store, window, Cut(grain=grain))
    parts = ask(store, window, Cut(by=window.by, grain=grain)) if window.by else None
    starts = spine([start for _, start in whole.values if start is not None], grain)
    line = partial(_line, starts, complete)
    by = {label: line(parts, label) for label in _labels(parts)} if parts else {}
    return Series(whole.definition, line(whole, ""), by)


def _labels(answer: Answer) -> list[str]:
    """The segments of an answer, in order, each once."""
    return list(dict.fromkeys(label for label, _ in answer.values))


def _line(
    starts: list[date], complete: Callable[[date], bool], answer: Answer, label: str
) -> tuple[Point, ...]:
    """One point per period; a period without rows is Unknown, never zero."""
    nothing = Unknown("no_data", "Nothing happened in this period, or nothing of it is loaded.")
    return tuple(Point(day, answer.values.get((label, day), nothing), complete(day)) for day in starts)


def spine(starts: list[date], grain: Grain) -> list[date]:
    """Every period start from the first to the last of `starts`."""
    if not starts:
        return []
    days, last = [min(starts)], max(starts)
    while days[-1] < last:
        days.append(following(days[-1], grain))
    return days


def following(start: date, grain: Grain) -> date:
    """The first day of the period after the one that starts on `start`."""
    if grain in {"day", "week"}:
        return start + timedelta(days=1 if grain == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    ahead = start.month - 1 + months
    return date(start.year + ahead // 12, ahead % 12 + 1, 1)


def label_slices(frame: pd.DataFrame, by: By | None, weight: str) -> dict[Key, pd.DataFrame]:
    """The rows of each (segment, period), largest segment first; `weight` counts units.

    Rows that name no segment come under `UNNAMED`; beyond `limits.SEGMENTS` segments the smallest
    come together under `REST`.
    """
    table = frame.assign(label=_named(frame["label"]) if by else "")
    sizes = table.groupby("label", sort=True)[weight].sum().sort_values(ascending=False, kind="stable")
    kept = list(sizes.index[: limits.SEGMENTS])
    table["label"] = table["label"].where(table["label"].isin(kept), REST)
    order = {label: place for place, label in enumerate([*kept, REST])}
    slices: dict[Key, pd.DataFrame] = {}
    groups: Any = table.groupby(["label", "period"], dropna=False, sort=False)
    for (label, period), part in groups:
        slices[str(label), None if pd.isna(period) else period.date()] = part
    return dict(sorted(slices.items(), key=lambda item: (order[item[0][0]], item[0][1] or date.min)))


def _named(labels: pd.Series[Any]) -> pd.Series[Any]:
    """Segment names; missing and empty ones get a name of their own."""
    return labels.astype(object).where(labels.notna() & (labels != ""), UNNAMED)


def filters(window: Window) -> dict[str, Any]:
    """The bound parameters of a query on episodes or survey answers: period and three filters."""
    return {
        "start_at": window.start,
        "end_at": window.end,
        "channels": list(window.channel),
        "departments": list(window.department),
        "segments": list(window.segment),
    }


def cuts(cut: Cut) -> dict[str, Any]:
    """The bound parameters that divide an answer."""
    return {"by": cut.by or "", "grain": cut.grain or ""}


def too_few(n: int, noun: str, definition: Definition) -> Unknown:
    """Fewer units than the definition asks for."""
    sentence = f"Only {n:,} {noun}; at least {definition.min_n} are needed."
    return Unknown("too_few", sentence, n)


def enough(value: Value, noun: str, definition: Definition) -> Value:
    """The value, unless it rests on fewer units than the definition asks for."""
    return too_few(value.n, noun, definition) if value.n < definition.min_n else value


def with_method(value: Value, addition: str) -> Value:
    """The same value with a word more about how it was computed."""
    return value if isinstance(value, Unknown) else replace(value, method=f"{value.method}{addition}")


def local_day(instant: datetime, zone: str) -> date:
    """The day it is at a naive UTC instant in an IANA zone."""
    return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()


COVERAGE = "select last_at from coverage where table_name = $table_name and last_at is not null"


def last_instant(store: Store, table: str) -> datetime | None:
    """The export cut-off of a table: its last instant, None when it holds nothing."""
    found = store.rows(COVERAGE, table_name=table)
    return found[0][0] if found else None


def is_over(store: Store, table: str, grain: Grain, days: int = 0) -> Callable[[date], bool]:
    """Whether a period and the `days` after it lie wholly before the export cut-off of `table`."""
    last_at = last_instant(store, table)
    last = local_day(last_at, store.settings.reporting_zone) if last_at else date.min
    return lambda start: following(start, grain) + timedelta(days=days) <= last

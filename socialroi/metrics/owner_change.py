"""Did anything change when social changed hands?

A declared change of owner (an event of kind `owner_change`) parts each measure into weeks before and after.
Every week is given everybody's case mix, so a change in what people write about is no step. Weeks whose
follow-up runs across the change belong to neither side and are left out.

Without a series that the change could not touch, a step coincides with the change and no more is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from socialroi.errors import UnknownName
from socialroi.metrics import dated, owner_cases
from socialroi.metrics.answer import MIN_N, local_day
from socialroi.metrics.owner_cases import GRACE_S, Cases
from socialroi.metrics.owner_measures import MEASURES
from socialroi.metrics.owner_words import stepped
from socialroi.metrics.resolution import HORIZON_DAYS
from socialroi.metrics.service_recovery import RESOLVED_DAYS
from socialroi.result import Change, Definition, Estimate, Event, Point, Series, Unknown, Verdict, Window
from socialroi.stats.interrupted import Interrupted, interrupted_series, standardised_periods
from socialroi.stats.intervals import Z, estimate
from socialroi.store import Store

Floats = NDArray[np.float64]

KIND = "owner_change"
GRACE_D = GRACE_S / 86_400

NONE_DECLARED = Unknown(
    "no_event",
    "No change of owner is declared: add an events file with a row of kind owner_change and its date.",
)


def events(store: Store, window: Window) -> tuple[Event, ...]:
    """The declared changes of owner in the window, oldest first, whoever took over."""
    return tuple(e for e in dated.events(store, replace(window, department=())) if is_handover(e))


def is_handover(event: Event) -> bool:
    """Whether an event is declared as a change of owner."""
    return event.kind.strip().lower().replace(" ", "_") == KIND


def changes(
    store: Store, window: Window, event: Event | None = None, control: Window | None = None
) -> tuple[Change, ...] | Unknown:
    """Every measure around one declared change, by default the latest of the window.

    `control` is a window that the change could not touch (other channels). A filter by department is not
    applied: it would show one owner on one side only. Unknown `no_event` when no change is declared.
    """
    declared = events(store, window) if event is None else (event,)
    if not declared:
        return NONE_DECLARED
    cases, other = _gathered(store, window), _gathered(store, control) if control else None
    return tuple(_change(store, key, declared[-1], cases, other) for key in MEASURES)


def change(store: Store, window: Window, measure: str, event: Event, control: Window | None = None) -> Change:
    """One measure around one change; see `changes`. Raises UnknownName for a measure that there is not."""
    if measure not in MEASURES:
        raise UnknownName("measure", measure, MEASURES)
    other = _gathered(store, control) if control else None
    return _change(store, measure, event, _gathered(store, window), other)


@dataclass(frozen=True, slots=True)
class _Part:
    """A window without its department filter, and its conversations."""

    window: Window
    cases: Cases


def _gathered(store: Store, window: Window) -> _Part:
    whole = replace(window, department=(), by=None)
    return _Part(whole, owner_cases.gather(store, whole))


def _change(store: Store, measure: str, event: Event, part: _Part, other: _Part | None) -> Change:
    """The weeks of one measure, less those of the control, with the step in them."""
    weeks = _weeks(store, measure, event, part)
    if isinstance(weeks, _Weeks) and other:
        against = _weeks(store, measure, event, other)
        weeks = weeks.less(against) if isinstance(against, _Weeks) else against
    empty = _empty(MEASURES[measure], event, part, _named(other.window) if other else None)
    if isinstance(weeks, Unknown):
        return _nothing(empty, weeks)
    found = interrupted_series(weeks.level, weeks.number, 0.0)
    drawn = replace(empty, series=_series(MEASURES[measure], store, event, weeks), notes=weeks.notes)
    if isinstance(found, Unknown):
        return _nothing(drawn, found)
    expected = zip(weeks.number.tolist(), found.expected.tolist(), strict=True)
    return _judged(
        replace(
            drawn,
            step=found.step,
            turn=found.turn,
            memory=found.rho,
            expected=tuple((_start(store, event, number), y) for number, y in expected if number >= 0),
        ),
        found,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Weeks:
    """Weeks counted from the change (0 begins at it): level with everybody's case mix, error, cases."""

    number: Floats
    level: Floats
    error: Floats
    n: Floats
    notes: tuple[str, ...]

    def less(self, other: _Weeks) -> _Weeks:
        """The difference from another series, on the weeks both have."""
        _, here, there = np.intersect1d(self.number, other.number, return_indices=True)
        error = np.hypot(self.error[here], other.error[there])
        n = self.n[here] + other.n[there]
        return _Weeks(self.number[here], self.level[here] - other.level[there], error, n, self.notes)


def follow_up_days(measure: str, horizon_days: int) -> float:
    """How long after a message its outcome is still open."""
    own: Mapping[str, float] = {
        "stayed_resolved": HORIZON_DAYS, "recovered": RESOLVED_DAYS, "retention": horizon_days
    }  # fmt: skip
    return GRACE_D + own.get(measure, 0.0)


def _weeks(store: Store, measure: str, event: Event, part: _Part) -> _Weeks | Unknown:
    """The weekly series of one measure."""
    made = owner_cases.outcome(store, part.window, part.cases, measure)
    if made.absent:
        return made.absent
    days = (made.table["opened_at"] - pd.Timestamp(event.happened_at)).dt.total_seconds() / 86_400
    week = days // 7
    whole = (week > week.min()) & (week < week.max())
    open_days = follow_up_days(measure, part.window.horizon_days)
    apart = (week >= 0) | (7 * (week + 1) + open_days <= 0)
    sizes = week.map(week.value_counts())
    table = made.table.assign(week=week)[whole & apart & (sizes >= MIN_N)]
    if table.empty:
        return Unknown("too_short", "No whole week lies on either side of the change.", len(made.table))
    x, _ = owner_cases.case_mix(table)
    number, level, n = standardised_periods(table["y"], table["week"], x)
    dropped = int((whole & ~apart).sum())
    note = f"{dropped:,} conversations are left out because their follow-up runs across the change."
    error = float(table["y"].std()) / np.sqrt(n)
    return _Weeks(number, level, error, n, (*made.notes, *((note,) if dropped else ())))


def _series(definition: Definition, store: Store, event: Event, weeks: _Weeks) -> Series:
    """The weeks as points that a chart can draw."""
    points = [
        Point(_start(store, event, number), _level(value, error, int(n)), True)
        for number, value, error, n in zip(weeks.number, weeks.level, weeks.error, weeks.n, strict=True)
    ]
    return Series(definition, tuple(points))


def _level(value: float, error: float, n: int) -> Estimate:
    limits = float(value - Z * error), float(value + Z * error)
    return estimate(float(value), limits, n, "weekly mean with everybody's case mix")


def _start(store: Store, event: Event, number: float) -> date:
    """The local day on which a week begins."""
    return local_day(event.happened_at + timedelta(days=7 * float(number)), store.settings.reporting_zone)


def _judged(told: Change, found: Interrupted) -> Change:
    """The change with its verdict; without a control series a clear step is not called an effect."""
    definition, step = told.definition, found.step
    if not step.is_clear:
        sentence = (
            f"No clear step in {definition.name.lower()} at the change, in {found.before} weeks before and"
            f" {found.after} after."
        )
        return replace(told, verdict="no_clear_difference", sentence=sentence)
    improved = (step.value > 0) == (definition.better != "down")
    verdict: Verdict = "not_causal" if told.control is None else "better" if improved else "worse"
    return replace(told, verdict=verdict, sentence=stepped(definition, step, told.label, told.control))


def _empty(definition: Definition, event: Event, part: _Part, control: str | None) -> Change:
    """What a change is about, before anything is known of it."""
    return Change(
        definition, event.label, event.department, event.happened_at, NONE_DECLARED, NONE_DECLARED,
        Series(definition, ()), (), None, control, "cannot_say", "", (), part.cases.working,
    )  # fmt: skip


def _nothing(empty: Change, why: Unknown) -> Change:
    verdict: Verdict = "too_little_data" if why.code == "too_short" else "cannot_say"
    return replace(empty, step=why, turn=why, verdict=verdict, sentence=why.sentence)


def _named(window: Window) -> str:
    """A control window in words."""
    parts: list[Any] = [*window.channel, *window.segment]
    return ", ".join(map(str, parts)) or "the rest"

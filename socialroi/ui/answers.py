"""Every number a page shows, made once per (database, generation, question, version).

Results are frozen and shared between visitors of the same workspace; nothing here depends on the
session. Caches are bounded. A key is a `Scope` and words, never a frame, and no function here
closes over data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from socialroi import metrics, uplift
from socialroi.metrics import first_response_time, grids, landmark
from socialroi.result import (
    HEADLINES,
    By,
    Comparison,
    Curve,
    Grid,
    Plan,
    Reading,
    Rung,
    Series,
    Study,
    Value,
    Worth,
)
from socialroi.ui.filters import Choices, choices
from socialroi.ui.scope import Scope
from socialroi.uplift.fair_test import randomise
from socialroi.uplift.fair_test.plan import plan as planned
from socialroi.uplift.worth import worth as weighed

#: A page asks some twenty questions; this holds about twenty different filterings of every page.
KEPT = 512
STUDIES_KEPT = 32

_SIZES = """
with asked as (
    select
        count(*) as n_all,
        count(*) filter (
            where ($start is null or opened_at >= $start)
            and ($end is null or opened_at < $end)
            and ($channels is null or list_contains($channels, channel))
            and ($departments is null or list_contains($departments, department))
            and ($segments is null or list_contains($segments, segment))
        ) as n
    from episodes
),
bought as (
    select
        count(*) as n_all,
        count(*) filter (
            where ($start is null or p.ordered_at >= $start)
            and ($end is null or p.ordered_at < $end)
            and ($segments is null or list_contains($segments, c.segment))
        ) as n
    from purchases as p
    left join customer_summary as c using (customer_id)
)
select asked.n, asked.n_all, bought.n, bought.n_all
from asked cross join bought
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the study is asked: of which outcome, over which follow-up (None: chosen from the data)."""

    outcome: str = "retention"
    horizon_days: int | None = None


#: What the study is asked unless somebody asks otherwise.
USUAL = Asked()

_kept = st.cache_resource(max_entries=KEPT, show_spinner=False)


@_kept
def reading(scope: Scope, key: str, by: By | None = None) -> Reading:
    """One metric for what the visitor selected, overall and by segment."""
    return metrics.by_key(key).compute(scope.store, replace(scope.window, by=by))


@_kept
def series(scope: Scope, key: str) -> Series:
    """One metric by month."""
    metric = metrics.by_key(key)
    return metric.series(scope.store, scope.window) if metric.series else Series(metric.definition, ())


@_kept
def comparison(scope: Scope, outcome: str) -> Comparison:
    """Engaged against unengaged customers in one outcome, from the same landmark."""
    return landmark.compare(scope.store, outcome, scope.window)


@_kept
def second_order(scope: Scope) -> Curve:
    """The second order over time, by engagement."""
    return landmark.curve(scope.store, scope.window)


@_kept
def detail(scope: Scope) -> Mapping[str, Value]:
    """The figures beside the median wait: p90, shares answered in time."""
    return first_response_time.compute_detail(scope.store, scope.window)


@_kept
def waits(scope: Scope) -> Curve:
    """Share answered by waiting time."""
    return grids.waits(scope.store, scope.window)


@_kept
def hours(scope: Scope) -> Grid:
    """Median wait by weekday and hour."""
    return grids.hours(scope.store, scope.window)


@_kept
def cohorts(scope: Scope) -> Grid:
    """Share of each month's new customers who order in each later month."""
    return grids.triangle(scope.store, scope.window)


@_kept
def spread(scope: Scope) -> Grid:
    """Share of each answer to the ease question, by department."""
    return grids.ease(scope.store, scope.window)


_compared = st.cache_resource(max_entries=STUDIES_KEPT, show_spinner="Comparing like with like")


def study(scope: Scope, asked: Asked = USUAL) -> Study:
    """Whether answering causes the difference. It is about everybody: no filter makes it another study."""
    return _study(scope.whole, asked)


@_compared
def _study(scope: Scope, asked: Asked) -> Study:
    return uplift.study(scope.store, asked.outcome, asked.horizon_days)


def headline(scope: Scope) -> Study:
    """The study's verdict alone, for whoever has two minutes: the rungs that may give it, nothing beside."""
    return _headline(scope.whole)


@_compared
def _headline(scope: Scope) -> Study:
    return uplift.study(scope.store, rungs=HEADLINES, brief=True)


def worth(scope: Scope) -> Worth:
    """What answering brings in against what it costs; of everybody, as the study."""
    return _worth(scope.whole)


@_compared
def _worth(scope: Scope) -> Worth:
    return weighed(scope.store)


def plan(scope: Scope, asked: Asked) -> Plan:
    """How long a fair test would take; of everybody, as the study."""
    return _plan(scope.whole, asked)


@_compared
def _plan(scope: Scope, asked: Asked) -> Plan:
    return planned(scope.store, asked.outcome, asked.horizon_days)


@_kept
def waiting(scope: Scope, hold_h: float) -> int:
    """How many conversations wait for an answer at the end of the export and may still be held."""
    return len(randomise.for_waiting(scope.store, 0.5, 0, hold_h=hold_h).lines)


def strongest(found: Study, part: str) -> Rung | None:
    """The strongest rung that has this: its `balance`, its `parts`, its `curve` or its `overlap`."""
    has = _has_overlap if part == "overlap" else lambda rung: bool(getattr(rung, part))
    return next((rung for rung in found.rungs if has(rung)), None)


def _has_overlap(rung: Rung) -> bool:
    treated, control = rung.overlap
    return any(treated) and any(control)


@_kept
def offer(scope: Scope) -> Choices:
    """What the filters offer for this database."""
    return choices(scope.store)


@_kept
def sizes(scope: Scope) -> tuple[tuple[str, int, int], ...]:
    """(noun, selected, all) for questions and orders under the visitor's filters."""
    window = scope.window
    asked, asked_all, bought, bought_all = scope.store.one(
        _SIZES,
        start=window.start,
        end=window.end,
        channels=list(window.channel) or None,
        departments=list(window.department) or None,
        segments=list(window.segment) or None,
    )
    return (("questions", asked, asked_all), ("orders", bought, bought_all))

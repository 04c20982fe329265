"""Pictures of the same numbers: cohorts by age, the week by hour, waits by length, ease by department.

A cell that cannot be known yet, or rests on too few, is not there; a blank is never a zero.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from socialroi.metrics import cohorts, first_response_time, first_touch_time, net_easy, ratings
from socialroi.metrics.answer import MIN_N, UNNAMED, WHOLE, Cut, filters, following
from socialroi.metrics.waits import WaitClock
from socialroi.result import Curve, Definition, Grid, Value, Window
from socialroi.stats import intervals, survival
from socialroi.store import Store

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{hour:02d}" for hour in range(24))
#: The fewest conversations that make one hour of the week.
HOUR_N = 10
#: The most months since the first order, and points of a curve, sent to a chart.
AGES = 24
#: Whose answer ends a wait.
BY_PERSON, BY_ANYBODY = "By a person", "By anybody, bots too"
CURVE_POINTS = 400

TRIANGLE = Definition(
    key="retention",
    name="Customers active by month",
    unit="share",
    better="up",
    question="Of the customers won in a month, what share orders in each later month?",
    formula=(
        "Customers of a first-order month with an order in the k-th calendar month after it / all"
        " customers of that first-order month; months that are not over yet are blank."
    ),
    source='Bounded ("on month N") retention, as Amplitude and Mixpanel define it.',
    caveat="A customer may skip a month and return; a later cell can exceed an earlier one.",
    min_n=MIN_N,
)

ACTIVE = """
with cohort as (
    select customer_id, first_order_month
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
),
months as (
    select distinct c.first_order_month, c.customer_id, date_diff('month', c.first_order_month, p.day) as age
    from cohort as c
    join purchases as p on p.customer_id = c.customer_id
)
select first_order_month, age, count(*) as active
from months
group by first_order_month, age
"""

WEEK = """
select
    local_weekday,
    local_hour,
    case $clock when 'business' then business_waited_s else waited_s end as waited_s,
    count(*) filter (where answered) as finished,
    count(*) filter (where not answered) as waiting
from episodes
where opened_at >= coalesce($start_at, opened_at)
  and opened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
  and needs_response
  and (answered or not $answered_only)
  and case $clock when 'business' then business_waited_s else waited_s end is not null
group by all
"""


def triangle(store: Store, window: Window) -> Grid:
    """Share of each month's new customers who order in each later month, Wilson intervals.

    Rows are months of first order (YYYY-MM), columns months since. Cells of months that are not over
    and cohorts below the minimum are absent.
    """
    params, _ = cohorts.filters(store, window)
    active = store.rows(ACTIVE, **params)
    last = cohorts.last_day(store)
    if not active or last is None:
        return Grid(TRIANGLE, (), (), {}, "First order in", "Months since first order")
    counts = {(month, age): n for month, age, n in active}
    sizes = {cohort: n for (cohort, age), n in counts.items() if age == 0 and n >= MIN_N}
    cells: dict[tuple[str, str], Value] = {
        (f"{cohort:%Y-%m}", str(age)): intervals.wilson(counts.get((cohort, age), 0), n)
        for cohort, n in sorted(sizes.items())
        for age in range(1, AGES + 1)
        if _end_of_age(cohort, age) <= last
    }
    rows = tuple(dict.fromkeys(row for row, _ in cells))
    columns = sorted({int(column) for _, column in cells})
    return Grid(TRIANGLE, rows, tuple(map(str, columns)), cells, "First order in", "Months since first order")


def _end_of_age(cohort: date, age: int) -> date:
    """The day after the last day of the month `age` months after a cohort's."""
    months = cohort.month - 1 + age
    return following(date(cohort.year + months // 12, months % 12 + 1, 1), "month")


def hours(store: Store, window: Window) -> Grid:
    """Median first response time by weekday and hour of arrival in the business zone, seconds.

    The same censored median as the headline, per cell; a cell that half were not answered in is
    Unknown, a cell with fewer than `HOUR_N` conversations is absent.
    """
    found = first_response_time.facts(store, window)
    table = store.frame(WEEK, **filters(window), clock=window.clock, answered_only=found.answered_only)
    groups: Any = table.groupby(["local_weekday", "local_hour"])
    medians = {cell: _median(part) for cell, part in groups}
    cells: dict[tuple[str, str], Value] = {
        (WEEKDAYS[int(weekday) - 1], HOURS[int(hour)]): value
        for (weekday, hour), value in medians.items()
        if value is not None
    }
    label = f"Hour of arrival, {store.settings.business_zone}"
    return Grid(first_response_time.DEFINITION, WEEKDAYS, HOURS, cells, "Weekday", label)


def _median(part: pd.DataFrame) -> Value | None:
    """The median of one hour of the week; None below the minimum."""
    curve = survival.from_counts(
        part["waited_s"].to_numpy(dtype=float), part["finished"].to_numpy(), part["waiting"].to_numpy()
    )
    return curve.quantile(0.5) if curve.n >= HOUR_N else None


def waits(store: Store, window: Window) -> Curve:
    """Share answered by waiting time in seconds, by the segments of `window.by` or for everybody ("").

    Unanswered messages stay in the denominator, so that a curve need not reach 100 %.
    """
    found = first_response_time.facts(store, window)
    curves, _ = first_response_time.wait_curves(store, window, Cut(by=window.by), found)
    groups = {
        label: one.steps(CURVE_POINTS, rising=True) for (label, _), one in curves.items() if one.n >= MIN_N
    }
    definition = replace(first_response_time.DEFINITION, name="Share answered by waiting time", unit="share")
    return Curve(definition, "Time since the message, seconds", groups)


def touches(store: Store, window: Window) -> Curve:
    """Share answered by a person, and share that heard anything back, by waiting time in calendar seconds.

    Where no bot and no automatic notice was ever quicker than a person both are the same, and only the
    first is there.
    """
    found = first_response_time.facts(store, window)
    clocks: dict[str, WaitClock] = {BY_PERSON: "calendar", BY_ANYBODY: "touch"}
    if not first_touch_time.machines_first(store, window):
        del clocks[BY_ANYBODY]
    groups = {}
    for name, clock in clocks.items():
        curves, _ = first_response_time.wait_curves(store, window, Cut(), found, clock=clock)
        if WHOLE in curves and curves[WHOLE].n >= MIN_N:
            groups[name] = curves[WHOLE].steps(CURVE_POINTS, rising=True)
    definition = replace(first_touch_time.DEFINITION, name="Share answered by waiting time", unit="share")
    return Curve(definition, "Time since the message, seconds", groups)


def _direction(scale: ratings.Scale) -> str:
    """The ends of a scale in words: "1 easiest to 7 hardest"."""
    ends = ("hardest", "easiest") if scale.high_is_good else ("easiest", "hardest")
    return f"{scale.lowest:g} {ends[0]} to {scale.highest:g} {ends[1]}"


def ease(store: Store, window: Window) -> Grid:
    """Share of each answer to the ease question by department, on the scale that is reported.

    Columns are the scores as asked. Departments with fewer than the minimum of answers are absent.
    """
    pick = net_easy.chosen(ratings.asked(store, window, net_easy.QUESTIONS))
    if pick is None:
        return Grid(net_easy.DEFINITION, (), (), {}, "Department", "Answer")
    variant, scale = pick
    definition = replace(net_easy.DEFINITION, name=f"Answers behind the {variant.name}", unit="share")
    counts = {(label, score): n for label, score, n in ratings.levels(store, window, scale, UNNAMED)}
    sizes: dict[str, int] = {}
    for (label, _), n in counts.items():
        sizes[label] = sizes.get(label, 0) + n
    kept = {label: n for label, n in sorted(sizes.items(), key=lambda item: -item[1]) if n >= MIN_N}
    scores = [scale.lowest + step for step in range(scale.points)]
    cells: dict[tuple[str, str], Value] = {
        (label, f"{score:g}"): intervals.wilson(counts.get((label, score), 0), n)
        for label, n in kept.items()
        for score in scores
    }
    columns = tuple(f"{score:g}" for score in scores)
    return Grid(definition, tuple(kept), columns, cells, "Department", f"Answer, {_direction(scale)}")

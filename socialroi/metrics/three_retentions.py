"""One question, three answers: what "still a customer after so long" may mean, side by side.

Of the customers who first ordered at least so long ago: who ordered *in* an interval of days since the first
order (bracket), in its last 30 days (on), and in these or at any time since (on or after). Tools call all
three retention. The headline of this product is of the kind "on".

Every customer old enough counts once, so that large cohorts weigh more; a customer who is younger than the
interval is left out of it, and an interval that nobody has reached yet has no number.
"""

from __future__ import annotations

from typing import Any

from socialroi.metrics import cohorts
from socialroi.metrics.answer import MIN_N, enough
from socialroi.result import Definition, Grid, Unknown, Value, Window
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="retention",
    name="Retention by three definitions",
    unit="share",
    better="up",
    question="What does each of the three usual definitions of retention say?",
    formula=(
        "Customers with an order in the interval of days since the first (bracket), in its last 30 days (on),"
        " or in these or later (on or after) / customers whose interval lies wholly within the data."
    ),
    source="N-day, unbounded and bracket retention, as Amplitude defines them.",
    caveat=(
        "On or after knows more of older customers, who had more time to come back, and still rises for all."
    ),
    min_n=MIN_N,
)

#: First and last day since the first order of each interval.
BRACKETS = ((1, 30), (31, 60), (61, 90), (91, 180), (181, 365))
#: The length of the period that "on" and "on or after" look at, in days.
PERIOD_D = 30
KINDS = ("On: in its last 30 days", "On or after: then or since", "Bracket: at any time in it")

KEPT = """
with members as (
    select p.customer_id, p.day as first_day
    from purchases as p
    join customer_summary as c on c.customer_id = p.customer_id
    where p.order_no = 1
      and c.first_order_at >= coalesce($start_at, c.first_order_at)
      and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, c.first_order_channel))
      and ($segments is null or list_contains($segments, c.segment))
),
brackets as (
    select unnest($starts_d) as start_d, unnest($ends_d) as end_d
),
days as (
    select m.customer_id, m.first_day, p.day - m.first_day as age_d
    from members as m
    join purchases as p on p.customer_id = m.customer_id
),
kept as (
    select
        d.customer_id,
        b.start_d,
        b.end_d,
        bool_or(d.age_d > b.end_d - $period_d and d.age_d <= b.end_d) as kept_on,
        bool_or(d.age_d > b.end_d - $period_d) as kept_on_or_after,
        bool_or(d.age_d >= b.start_d and d.age_d <= b.end_d) as kept_in_bracket
    from days as d
    join brackets as b on d.first_day + b.end_d::integer < $last_day::date
    group by d.customer_id, b.start_d, b.end_d
)
select
    start_d,
    end_d,
    count(*) as n,
    count(*) filter (where kept_on) as kept_on,
    count(*) filter (where kept_on_or_after) as kept_on_or_after,
    count(*) filter (where kept_in_bracket) as kept_in_bracket
from kept
group by start_d, end_d
"""


def grid(store: Store, window: Window, brackets: tuple[tuple[int, int], ...] = BRACKETS) -> Grid:
    """Shares with Wilson intervals: a row an interval of days since the first order, a column a definition.

    `brackets` are first and last days of intervals of at least `PERIOD_D` days; the window chooses customers
    by their first order. A cell that nobody is old enough for is Unknown `incomplete`.
    """
    shared, _ = cohorts.filters(store, window)
    params: dict[str, Any] = {**shared, "period_d": PERIOD_D, "last_day": cohorts.last_day(store)}
    params |= {"starts_d": [start for start, _ in brackets], "ends_d": [end for _, end in brackets]}
    found = {(start, end): (n, counts) for start, end, n, *counts in store.rows(KEPT, **params)}
    cells: dict[tuple[str, str], Value] = {}
    for start, end in brackets:
        n, counts = found.get((start, end), (0, [0] * len(KINDS)))
        for kind, k in zip(KINDS, counts, strict=True):
            cells[_named(start, end), kind] = _share(k, n, end)
    rows = tuple(_named(start, end) for start, end in brackets)
    return Grid(DEFINITION, rows, KINDS, cells, "Since the first order", "Counts as staying")


def _named(start: int, end: int) -> str:
    return f"Days {start} to {end}"


def _share(k: int, n: int, end_d: int) -> Value:
    if n == 0:
        return Unknown("incomplete", f"Nobody's first order lies more than {end_d} days back yet.")
    return enough(intervals.wilson(k, n), "customers are old enough", DEFINITION)

"""How long does it take until a new customer orders again?

Kaplan-Meier: a customer with one order has waited at least until the orders end. The median is the
day by which half of all first-time customers have ordered again; often it is never reached, and then
no number is shown. An average over those who came back would only describe them.

A second order on the day of the first is the same shopping trip.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts, landmark
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    is_over,
    label_slices,
    reading,
    too_few,
)
from socialroi.metrics.answer import series as series_of
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import survival
from socialroi.stats.survival import KaplanMeier
from socialroi.store import Store

DEFINITION = Definition(
    key="time_to_second_order",
    name="Time to second order",
    unit="seconds",
    better="down",
    question="How long does it take until a new customer orders again?",
    formula=(
        "Median time from the first order to the first order on another day, by Kaplan-Meier; customers"
        " with one order-day count as still waiting when the orders end."
    ),
    source="Kaplan and Meier 1958.",
    caveat=(
        "A short time can also mean that only eager customers were won; see repurchase for how many return."
    ),
    min_n=MIN_N,
)
DAY_S = 86400.0

GAPS = """
with firsts as (
    select
        case $by
            when 'channel' then first_order_channel
            when 'segment' then segment
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
        end as period,
        second_order_at is not null as returned,
        date_diff('second', first_order_at, coalesce(second_order_at, $observed_until)) as gap_s
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
)
select
    label,
    period,
    gap_s,
    count(*) filter (where returned) as finished,
    count(*) filter (where not returned) as waiting,
    count(*) as units
from firsts
group by label, period, gap_s
"""

ROWS = """
select
    customer_id, first_order_at, second_order_at, first_order_channel, segment, engaged,
    date_diff('second', first_order_at, coalesce(second_order_at, $observed_until)) as gap_s
from customer_summary
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
order by gap_s desc, customer_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Median time to the second order, in seconds.

    Unknown `not_reached` when fewer than half have come back. `by` engaged counts from day 30 after
    the first order, among those with one order-day until then.
    """
    whole = reading(_ask, store, window, partial(rows, store, window))
    return landmark.divided(whole, store, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The median per month of first order; complete 90 days after its end (or the window's horizon)."""
    over = is_over(store, "orders", grain, days=window.horizon_days)
    return series_of(_ask, store, landmark.without_engaged(window), grain, over)


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Share back within 30, 90, 180 and 365 days (Kaplan-Meier), and how many came back or wait."""
    params, _ = _params(store, window, Cut())
    table = store.frame(GAPS, **params)
    if table.empty:
        return {"customers": Estimate.count(0)}
    curve = _curve(table)
    shares = {f"within_{days}_d": _by(curve, days) for days in (30, 90, 180, 365)}
    returned = Estimate.count(curve.n_events)
    return {**shares, "customers": Estimate.count(curve.n), "returned": returned}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers of the cohort, longest gap first."""
    return store.frame(ROWS, **_params(store, window, Cut())[0], most=most)


def _params(store: Store, window: Window, cut: Cut) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    return shared | cuts(cut) | {"observed_until": cohorts.orders_end(store)}, notes


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Medians by segment and period."""
    if cohorts.is_undivided(cut):
        return Answer(DEFINITION, cohorts.no_orders())
    params, notes = _params(store, window, cut)
    table = store.frame(GAPS, **params)
    slices = label_slices(table, cut.by, "units")
    values: dict[Key, Value] = {key: median(_curve(part)) for key, part in slices.items()}
    working = (Working(GAPS, params, int(table["units"].sum())),)
    return Answer(DEFINITION, cohorts.no_orders(), values, notes, working)


def _curve(part: pd.DataFrame) -> KaplanMeier:
    """Survival without a second order, in seconds since the first."""
    gaps = part.groupby("gap_s")[["finished", "waiting"]].sum()
    return survival.from_counts(
        gaps.index.to_numpy(), gaps["finished"].to_numpy(), gaps["waiting"].to_numpy()
    )


def median(curve: KaplanMeier) -> Value:
    """The median of a curve of gaps, or why there is none."""
    if curve.n < DEFINITION.min_n:
        return too_few(curve.n, "customers have ordered", DEFINITION)
    value = curve.quantile(0.5)
    if isinstance(value, Unknown) and value.code == "not_reached":
        sentence = (
            f"Not reached: {curve.n_events:,} of {curve.n:,} customers had ordered again when the orders end."
        )
        return Unknown("not_reached", sentence, curve.n)
    return value


def _by(curve: KaplanMeier, days: int) -> Value:
    """Share back within so many days."""
    if curve.n < DEFINITION.min_n:
        return too_few(curve.n, "customers have ordered", DEFINITION)
    return curve.share_by(days * DAY_S)

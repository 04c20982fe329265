"""How much of the margin comes from the best tenth of customers?

Customers are ranked by what their orders have brought so far; the answer is the share of the total that
the best tenth brought. A tenth means that customers are all alike, 100 % that a tenth carries the shop.
Where a tenth is not a whole number of customers, the last one counts in part.

A customer whose returns cost more than was earned counts as 0. Customers won earlier have had more time
to buy: by month of the first order they are nearly of one age. Without a margin it is revenue.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts
from socialroi.metrics.answer import Answer, Cut, Grain, Key, cuts, is_over, label_slices, reading, too_few
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.divided import divided
from socialroi.metrics.landmark import without_engaged
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.stats.intervals import Floats
from socialroi.store import Store

DEFINITION = Definition(
    key="top_decile_share",
    name="Share of the best tenth",
    unit="share",
    better="neither",
    question="What share of the margin do the best tenth of customers bring?",
    formula=(
        "Margin, net of refunds, of the tenth of customers with the most of it / margin of all customers; all"
        " orders up to the end of the data; a customer below 0 counts as 0."
    ),
    source="1 - L(0.9) of the Lorenz curve (Lorenz 1905).",
    caveat=(
        "Says how unequal customers are, not whether the best of yesterday are those of tomorrow. In small"
        " groups the largest customers are rarely seen: the share comes out low and the interval narrow."
    ),
    min_n=50,
)
REVENUE_NAME = "Share of the best tenth in revenue"
METHOD = "Lorenz ordinate, influence-function t interval on the logit scale"
TOP = 0.1

TOTALS = """
with members as (
    select
        customer_id,
        case $by
            when 'channel' then first_order_channel
            when 'segment' then segment
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
        end as period,
        case when $use_margin then margin else amount end as brought
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
)
select label, period, brought::double as total, count(*) as units
from members
group by label, period, brought
order by label, period, total
"""

ROWS = """
select
    customer_id, first_order_at, last_order_at, orders, amount, margin, first_order_channel, segment, engaged,
    cume_dist() over (order by case when $use_margin then margin else amount end desc) as place
from customer_summary
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
order by place, customer_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Share brought by the best tenth of the customers whose first order lies in the window.

    Unknown `too_few` below 50 customers, `nothing_brought` when all together brought nothing,
    `mixed_currencies`, `no_amount`.
    """
    return divided(reading(_ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share by period of first order, each with all its orders so far."""
    return series_of(_ask, store, without_engaged(window), grain, is_over(store, "orders", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers, best first; `place` is the share of customers who brought at least as much."""
    params, _ = cohorts.filters(store, window)
    return store.frame(ROWS, **params, use_margin=cohorts.money(store, window).use_margin, most=most)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    found = cohorts.money(store, window)
    definition = DEFINITION if found.use_margin else replace(DEFINITION, name=REVENUE_NAME)
    if found.absent or cohorts.is_undivided(cut):
        return Answer(DEFINITION, found.absent or cohorts.no_orders())
    shared, notes = cohorts.filters(store, window)
    params: dict[str, Any] = shared | cuts(cut) | {"use_margin": found.use_margin}
    table = store.frame(TOTALS, **params)
    slices = label_slices(table, cut.by, "units")
    values: dict[Key, Value] = {key: _share(part) for key, part in slices.items()}
    below = int(table.loc[table["total"] < 0, "units"].sum())
    losses = (f"{below:,} customers brought less than nothing and count as 0.",) if below else ()
    working = (Working(TOTALS, params, int(table["units"].sum())),)
    return Answer(definition, cohorts.no_orders(), values, (*losses, *found.notes, *notes), working)


def _share(part: pd.DataFrame) -> Value:
    """Share of one slice."""
    units = part["units"].to_numpy(dtype=np.int64)
    totals = np.maximum(part["total"].to_numpy(dtype=float), 0.0)
    n = int(units.sum())
    if n < DEFINITION.min_n:
        return too_few(n, "customers", DEFINITION)
    if not totals.any():
        return Unknown("nothing_brought", f"{n:,} customers brought nothing so far.", n)
    return best_share(np.repeat(totals, units))


def best_share(totals: Floats) -> Value:
    """Share of the sum of `totals` (none negative, not all 0) that their largest tenth makes up.

    With q the 90 % quantile, T = E[(X - q)+] + q/10 is what the tenth brings per head and T / E[X] the
    share; q being the best choice there, a customer moves it by ((x - q)+ + q/10 - share x) / E[X].
    """
    x = np.sort(totals)[::-1]
    n = len(x)
    whole = math.floor(TOP * n + 1e-9)
    q = x[min(whole, n - 1)]
    share = float((x[:whole].sum() + (TOP * n - whole) * q) / x.sum())
    influence = (np.maximum(x - q, 0.0) + TOP * q - share * x) / x.mean()
    se = math.sqrt(float(influence @ influence) / (n - 1) / n)
    return intervals.estimate(share, _limits(share, se, n), n, METHOD)


def _limits(share: float, se: float, n: int) -> tuple[float, float]:
    """Limits between a tenth and 1; the degrees of freedom are those of the customers in the tenth."""
    if not (0 < share < 1 and se > 0):
        low, high = intervals.share_limits(share, se, n)
        return max(TOP, low), high
    centre = math.log(share / (1 - share))
    half = intervals.t_quantile(max(1.0, TOP * n - 1)) * se / (share * (1 - share))
    low, high = (1 / (1 + math.exp(-(centre + side))) for side in (-half, half))
    return max(TOP, low), high

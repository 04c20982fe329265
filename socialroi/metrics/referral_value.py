"""What does a recommended customer bring with the first order?

Margin of the first orders that carry a referral code or name who recommended; nobody recommends
themselves. Beside the mean: the total, how many recommended, what each brought, and what share of all new
customers came that way.

This is attribution, not effect: some of them would have come anyway, and whoever was told about us by a
friend without a code counts as if nobody had. It is never added to what answering is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    cuts,
    enough,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.divided import divided
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="referral_value",
    name="First order of a recommended customer",
    unit="money",
    better="up",
    question="What margin does the first order of a recommended customer bring?",
    formula=(
        "Margin, net of refunds, of first orders with a referral code or a customer who recommended / such"
        " first orders; recommending oneself does not count."
    ),
    source="Our rule; referral programmes count codes the same way.",
    caveat="Attribution, not effect: some would have come anyway, others were told and used no code.",
    min_n=MIN_N,
)
REVENUE_NAME = "First order of a recommended customer, in revenue"

NOUN = "first orders were recommended"

VALUES = """
with firsts as (
    select
        p.customer_id,
        case $by
            when 'channel' then c.first_order_channel
            when 'segment' then c.segment
            else ''
        end as label,
        case
            when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), p.day)::date
        end as period,
        nullif(p.referral_code, '') as code,
        coalesce(r.person, o.referred_by) as referrer,
        (case when $use_margin then p.margin else p.amount end)::double as value
    from purchases as p
    join customer_summary as c on c.customer_id = p.customer_id
    left join orders as o on o.order_id = p.order_id
    left join persons as r on r.customer_id = o.referred_by
    where p.order_no = 1
      and c.first_order_at >= coalesce($start_at, c.first_order_at)
      and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, c.first_order_channel))
      and ($segments is null or list_contains($segments, c.segment))
),
judged as (
    select
        *,
        coalesce(referrer = customer_id, false) as is_own,
        (code is not null or referrer is not null) and coalesce(referrer <> customer_id, true) as is_referred
    from firsts
)
select
    label,
    period,
    is_referred,
    is_own,
    coalesce(referrer, code) as source,
    referrer is not null as is_named,
    coalesce(value, 0) as value,
    count(*) as units
from judged
group by all
order by label, period, is_referred, is_own, source, is_named, value
"""

RECORDED = """
select
    count(*) filter (where nullif(referral_code, '') is not null or referred_by is not null) as recorded,
    count(*) filter (where referred_by is not null) as named,
    count(*) as orders
from orders
"""

ROWS = """
select
    p.order_id, p.ordered_at, p.customer_id, p.referral_code, o.referred_by, p.amount, p.margin,
    p.currency, c.first_order_channel, c.segment
from purchases as p
join customer_summary as c on c.customer_id = p.customer_id
left join orders as o on o.order_id = p.order_id
where p.order_no = 1
  and (nullif(p.referral_code, '') is not null or o.referred_by is not null)
  and c.first_order_at >= coalesce($start_at, c.first_order_at)
  and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, c.first_order_channel))
  and ($segments is null or list_contains($segments, c.segment))
order by p.amount desc nulls last, p.order_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Mean margin of a recommended first order, t interval.

    Unknown `not_recorded` without any code or name in the orders, `mixed_currencies`, `no_amount`.
    """
    return divided(reading(_ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The mean per period of the first order."""
    return series_of(_ask, store, window, grain, is_over(store, "orders", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """total and per_referrer (money), referrers and self_referrals (counts), referred_share of first orders.

    `total` is a sum over these orders, so its interval is itself. Referrers are persons where named, else
    codes.
    """
    absent = _absent(store, window)
    if absent:
        return dict.fromkeys(
            ("total", "per_referrer", "referrers", "self_referrals", "referred_share"), absent
        )
    table = store.frame(VALUES, **_params(store, window, Cut())[0])
    kept = table[table["is_referred"]]
    weights = kept["units"].to_numpy(dtype=float)
    total, n = float(weights @ kept["value"].to_numpy(dtype=float)), int(weights.sum())
    return {
        "total": Estimate(total, total, total, n, "sum") if n else cohorts.no_orders(),
        "per_referrer": _per_referrer(kept),
        "referrers": Estimate.count(kept["source"].nunique()),
        "self_referrals": Estimate.count(int(table.loc[table["is_own"], "units"].sum())),
        "referred_share": intervals.wilson(n, int(table["units"].sum())),
    }


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The first orders with a code or a name, largest first; also those who named themselves."""
    return store.frame(ROWS, **cohorts.filters(store, window)[0], most=most)


def recorded(store: Store) -> tuple[int, int, int]:
    """Orders with a code or a name, orders with a name, all orders."""
    some, named, orders = store.one(RECORDED)
    return int(some), int(named), int(orders)


def _params(store: Store, window: Window, cut: Cut) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    return shared | cuts(cut) | {"use_margin": cohorts.money(store, window).use_margin}, notes


def _absent(store: Store, window: Window) -> Unknown | None:
    """Why there is no number, if so."""
    some, _, orders = recorded(store)
    if orders and not some:
        sentence = (
            f"None of {orders:,} orders has a referral code or says who recommended: export `referral_code`"
            " or `referred_by`."
        )
        return Unknown("not_recorded", sentence, orders)
    return cohorts.money(store, window).absent


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Means by segment and period."""
    found = cohorts.money(store, window)
    absent = _absent(store, window)
    if absent or cohorts.is_undivided(cut):
        return Answer(DEFINITION, absent or cohorts.no_orders())
    definition = DEFINITION if found.use_margin else replace(DEFINITION, name=REVENUE_NAME)
    params, notes = _params(store, window, cut)
    table = store.frame(VALUES, **params)
    kept = table[table["is_referred"]]
    slices = label_slices(kept, cut.by, "units") if len(kept) else {}
    values: dict[Key, Value] = {key: _mean(part) for key, part in slices.items()}
    none = Unknown("no_data", "No first order of this selection was recommended.")
    working = (Working(VALUES, params, int(table["units"].sum())),)
    return Answer(definition, none, values, (*_notes(table), *found.notes, *notes), working)


def _mean(part: pd.DataFrame) -> Value:
    """Mean of one slice."""
    units, value = (part[name].to_numpy(dtype=float) for name in ("units", "value"))
    mean = intervals.mean(int(units.sum()), float(units @ value), float(units @ value**2))
    return enough(mean, NOUN, DEFINITION)


def _per_referrer(kept: pd.DataFrame) -> Value:
    """What each of those who recommended brought, t interval; Unknown where a code stands for many."""
    if not len(kept):
        return Unknown("no_data", "No first order of this selection was recommended.")
    if not kept["is_named"].all():
        sentence = "Codes do not say who recommended, and one code may be many people: export `referred_by`."
        return Unknown("no_referrer", sentence, int(kept["units"].sum()))
    sums = (kept["units"] * kept["value"]).groupby(kept["source"]).sum().to_numpy(dtype=float)
    value = intervals.mean(len(sums), float(sums.sum()), float(sums @ sums))
    return enough(value, "customers recommended", DEFINITION)


def _notes(table: pd.DataFrame) -> tuple[str, ...]:
    """Who recommended themselves."""
    own = int(table.loc[table["is_own"], "units"].sum())
    return (f"{own:,} first orders name their own customer and are left out.",) if own else ()

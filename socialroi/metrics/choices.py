"""What customers chose later, against their own first order: something dearer, or a category new to them.

Both are read from what each purchase held (the view `baskets`): a category, and the dearest product of it at
that product's mean price over the whole file, so that a change of price is no choice. Who buys nothing again
chose nothing and counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pandas as pd

from socialroi.metrics import cohorts
from socialroi.metrics.answer import Answer, Cut, Key, cuts, enough, label_slices
from socialroi.result import Definition, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

Choice = Literal["upsell", "cross_sell"]

#: The share of orders that must say what was bought; fewer and a category only looks new.
KNOWN_SHARE = 0.95

KNOWN = """
with contents as (
    select order_id, count(category) as categories, count(worth) as worths
    from baskets
    group by order_id
)
select
    count(*) as orders,
    count(*) filter (where c.categories > 0) as with_category,
    count(*) filter (where c.categories > 0 and c.worths > 0) as with_worth,
    count(distinct p.currency) as currencies
from purchases as p
left join contents as c on c.order_id = p.order_id
"""

CHOSEN = """
with firsts as (
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
        first_order_at + to_days($horizon_d) as window_end,
        first_order_at + to_days($horizon_d) <= $observed_until as complete
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
),
by_category as (
    select
        b.customer_id,
        b.category,
        bool_or(b.day_no = 1) as is_known,
        bool_or(b.day_no > 1) as is_bought,
        max(case when b.day_no = 1 then b.worth end) as dearest_first,
        max(case when b.day_no > 1 then b.worth end) as dearest_later
    from baskets as b
    join firsts as f on f.customer_id = b.customer_id and b.ordered_at <= f.window_end
    where b.category is not null
    group by b.customer_id, b.category
),
chosen as (
    select
        customer_id,
        case $choice
            when 'upsell' then bool_or(is_known and dearest_later > dearest_first)
            else bool_or(is_known) and bool_or(is_bought and not is_known)
        end as chose
    from by_category
    group by customer_id
)
select
    f.label,
    f.period,
    count(*) filter (where f.complete) as n,
    count(*) filter (where f.complete and c.chose) as k,
    count(*) filter (where not f.complete) as running,
    count(*) as units
from firsts as f
left join chosen as c on c.customer_id = f.customer_id
group by f.label, f.period
"""

ROWS = """
with firsts as (
    select
        customer_id, first_order_at, first_order_channel, segment, engaged,
        first_order_at + to_days($horizon_d) as window_end,
        first_order_at + to_days($horizon_d) <= $observed_until as complete
    from customer_summary
    where first_order_at >= coalesce($start_at, first_order_at)
      and first_order_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, first_order_channel))
      and ($segments is null or list_contains($segments, segment))
),
by_category as (
    select
        b.customer_id,
        b.category,
        bool_or(b.day_no = 1) as is_known,
        bool_or(b.day_no > 1) as is_bought,
        max(case when b.day_no = 1 then b.worth end) as dearest_first,
        max(case when b.day_no > 1 then b.worth end) as dearest_later
    from baskets as b
    join firsts as f on f.customer_id = b.customer_id and b.ordered_at <= f.window_end
    where b.category is not null
    group by b.customer_id, b.category
),
chosen as (
    select
        customer_id,
        list(category order by category) filter (where is_known) as first_bought_from,
        list(category order by category) filter (where is_bought and not is_known) as new_categories,
        list(category order by category) filter (where is_known and dearest_later > dearest_first)
            as dearer_in,
        case $choice
            when 'upsell' then bool_or(is_known and dearest_later > dearest_first)
            else bool_or(is_known) and bool_or(is_bought and not is_known)
        end as chose
    from by_category
    group by customer_id
)
select
    f.customer_id, f.first_order_at, f.complete, coalesce(c.chose, false) as chose,
    array_to_string(c.first_bought_from, ', ') as first_bought_from,
    array_to_string(c.new_categories, ', ') as new_categories,
    array_to_string(c.dearer_in, ', ') as dearer_in,
    f.first_order_channel, f.segment, f.engaged
from firsts as f
left join chosen as c on c.customer_id = f.customer_id
order by chose desc, f.first_order_at desc, f.customer_id
limit $most
"""


def obstacle(store: Store, choice: Choice) -> Unknown | None:
    """Why it cannot be said what customers chose; None when nearly every order says what was bought."""
    orders, with_category, with_worth, currencies = store.one(KNOWN)
    if with_category < KNOWN_SHARE * orders:
        sentence = (
            f"Only {with_category:,} of {orders:,} orders say what was bought; export the lines of orders"
            " (order_items) with a category."
        )
        return Unknown("no_categories", sentence, orders)
    if choice == "cross_sell":
        return None
    if with_worth < KNOWN_SHARE * orders:
        sentence = (
            f"Only {with_worth:,} of {orders:,} orders say which products were bought at what price; export"
            " the lines of orders (order_items) with product_id and unit_price."
        )
        return Unknown("no_products", sentence, orders)
    if currencies > 1:
        sentence = f"Orders are in {currencies} currencies, and prices in different ones are not compared."
        return Unknown("mixed_currencies", sentence, orders)
    return None


def ask(definition: Definition, choice: Choice, store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period; where too few orders say what was bought, why there is none."""
    if cohorts.is_undivided(cut):
        return Answer(definition, cohorts.no_orders())
    given, notes = params(choice, store, window, cut)
    table = store.frame(CHOSEN, **given)
    absent = obstacle(store, choice)
    values: dict[Key, Value] = {
        key: _share(part, definition, window.horizon_days, absent)
        for key, part in label_slices(table, cut.by, "units").items()
    }
    working = (Working(CHOSEN, given, int(table["units"].sum())),)
    said = () if absent else _notes(table, window)
    return Answer(definition, cohorts.no_orders(), values, (*said, *notes), working)


def params(choice: Choice, store: Store, window: Window, cut: Cut) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    given = {**shared, **cuts(cut), "choice": choice, "horizon_d": window.horizon_days}
    return {**given, "observed_until": cohorts.orders_end(store)}, notes


def rows(choice: Choice, store: Store, window: Window, most: int) -> pd.DataFrame:
    """The customers of the cohort, those who chose so first, with the categories it is about."""
    shared, _ = cohorts.filters(store, window)
    until = cohorts.orders_end(store)
    return store.frame(
        ROWS, **shared, choice=choice, horizon_d=window.horizon_days, observed_until=until, most=most
    )


def _share(part: pd.DataFrame, definition: Definition, horizon_d: int, absent: Unknown | None) -> Value:
    """Share of one slice."""
    n, k, running, units = (int(part[name].sum()) for name in ("n", "k", "running", "units"))
    if absent:
        return replace(absent, n=units)
    if n == 0:
        return cohorts.incomplete(running, horizon_d)
    return enough(intervals.wilson(k, n), "customers have a complete window", definition)


def _notes(table: pd.DataFrame, window: Window) -> tuple[str, ...]:
    """How long, and who is too young."""
    running = int(table["running"].sum())
    note = f"Within {window.horizon_days} days of the first order, against what was bought on that day."
    if not running:
        return (note,)
    return (f"{note} {running:,} customers are left out because their window still runs.",)

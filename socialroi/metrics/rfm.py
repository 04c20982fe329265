"""How much of the margin came from good customers who have gone quiet?

Every customer gets three scores from 1 to 5: how lately they bought (recency), on how many days (frequency),
and how much they brought (money). The scores sort them into nine named groups, from champions to those who
sleep. Two of the groups are at risk: customers who used to buy often and have not come for long.

The oldest tool of direct marketing and no model: it says who to look at, not what will happen. Scores are
taken among all customers, whatever is filtered, so that a group means the same everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    is_over,
    label_slices,
    reading,
    too_few,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.divided import divided
from socialroi.metrics.landmark import without_engaged
from socialroi.result import Definition, Estimate, Grid, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats import intervals
from socialroi.store import Store

DEFINITION = Definition(
    key="rfm_at_risk",
    name="Margin of customers at risk",
    unit="share",
    better="down",
    question="What share of the margin so far came from frequent customers who have gone quiet?",
    formula=(
        "Margin, net of refunds, of customers with recency score 1 or 2 and frequency score 3 to 5 / margin"
        " of all customers; a customer below 0 counts as 0. Score = 1 + the whole fifths of all customers who"
        " do strictly worse, so equal values never get different scores."
    ),
    source="RFM scoring: Hughes 1994 (Strategic Database Marketing), ties kept together.",
    caveat=(
        "Scores are relative: some customers are always the quietest. Newer customers have had less time to"
        " buy often. Says who to look at, not who will leave."
    ),
    min_n=50,
)
REVENUE_NAME = "Revenue of customers at risk"
METHOD = "ratio of means, influence-function interval, Wilson's limits"
GRID = "Customers by recency and frequency"

DOWN, ACROSS = "Recency (days since last order)", "Frequency (days with an order)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A named group: which recency and frequency scores belong to it, and what to make of it."""

    name: str
    recency: tuple[int, int]
    frequency: tuple[int, int]
    about: str

    def holds(self, recency: int, frequency: int) -> bool:
        """Whether a customer with these scores belongs here."""
        return (
            self.recency[0] <= recency <= self.recency[1]
            and self.frequency[0] <= frequency <= self.frequency[1]
        )

    @property
    def sentence(self) -> str:
        """The rule in words: "recency 4 to 5, frequency 1"."""
        spans = [f"{a}" if a == b else f"{a} to {b}" for a, b in (self.recency, self.frequency)]
        return f"recency {spans[0]}, frequency {spans[1]}"


#: Every pair of scores belongs to exactly one.
RULES = (
    Rule("Champions", (4, 5), (4, 5), "buy often and were here lately"),
    Rule("Loyal", (3, 3), (4, 5), "customers buy often, and were here not long ago"),
    Rule("Promising", (4, 5), (2, 3), "customers have come back, and were here lately"),
    Rule("New", (4, 5), (1, 1), "customers bought seldom so far, and lately"),
    Rule("Wavering", (3, 3), (2, 3), "customers have come back, and could go either way"),
    Rule("Cooling off", (3, 3), (1, 1), "customers bought seldom, and not lately"),
    Rule("At risk", (1, 2), (3, 4), "customers used to come back, and have not for long"),
    Rule("Cannot lose", (1, 2), (5, 5), "customers were among the most frequent, and have gone quiet"),
    Rule("Asleep", (1, 2), (1, 2), "customers bought seldom, and long ago"),
)
RISKY = ("At risk", "Cannot lose")

# Integer division keeps equal values together: a customer's score counts who is strictly worse.
SCORED = """
with buyers as (
    select
        customer_id, first_order_at, first_order_month, first_order_channel, segment, order_days,
        date_diff('second', last_order_at, $observed_until) // 86400 as silent_d,
        (case when $use_margin then margin else amount end)::decimal(18, 4) as brought
    from customer_summary
    where first_order_at is not null
),
scored as (
    select
        *,
        1 + (5 * (rank() over (order by silent_d desc) - 1)) // count(*) over () as recency,
        1 + (5 * (rank() over (order by order_days) - 1)) // count(*) over () as frequency
    from buyers
)
select
    case $by
        when 'channel' then first_order_channel
        when 'segment' then segment
        else ''
    end as label,
    case
        when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
    end as period,
    recency,
    frequency,
    min(silent_d) as silent_from_d,
    max(silent_d) as silent_to_d,
    min(order_days) as days_from,
    max(order_days) as days_to,
    count(*) as units,
    sum(brought)::double as brought,
    sum(brought * brought)::double as squares,
    sum(greatest(brought, 0))::double as gained,
    sum(greatest(brought, 0) * greatest(brought, 0))::double as gained_squares
from scored
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
group by all
order by label, period, recency, frequency
"""

ROWS = """
with buyers as (
    select
        customer_id, first_order_at, last_order_at, first_order_channel, segment, engaged, order_days, amount,
        margin, date_diff('second', last_order_at, $observed_until) // 86400 as silent_d,
        (case when $use_margin then margin else amount end)::decimal(18, 4) as brought
    from customer_summary
    where first_order_at is not null
),
scored as (
    select
        *,
        1 + (5 * (rank() over (order by silent_d desc) - 1)) // count(*) over () as recency,
        1 + (5 * (rank() over (order by order_days) - 1)) // count(*) over () as frequency,
        1 + (5 * (rank() over (order by brought) - 1)) // count(*) over () as money
    from buyers
)
select
    customer_id, recency, frequency, money, silent_d, order_days, amount, margin, first_order_at,
    last_order_at, first_order_channel, segment, engaged
from scored
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
  and list_contains($cells, 10 * recency + frequency)
order by brought desc nulls last, customer_id
limit $most
"""


@dataclass(frozen=True, slots=True)
class Group:
    """One named group: how many customers, their share of all, margin each, and share of the margin."""

    rule: Rule
    customers: int
    customers_share: Value
    mean: Value
    brought_share: Value


@dataclass(frozen=True, slots=True)
class Groups:
    """Customers by recency and frequency: `counts` and `means` by score, and the groups they make.

    Scores name the values they hold: "5 (0-13)" for days of silence, "4 (2-3)" for days with an order.
    """

    counts: Grid
    means: Grid
    groups: tuple[Group, ...]
    absent: Unknown | None = None
    notes: tuple[str, ...] = ()


def compute(store: Store, window: Window) -> Reading:
    """Share of the margin brought by customers at risk, of those whose first order lies in the window.

    Unknown `too_few` below 50 customers, `nothing_brought`, `mixed_currencies`, `no_amount`.
    """
    return divided(reading(_ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The share by period of first order, with the scores everybody has today."""
    return series_of(_ask, store, without_engaged(window), grain, is_over(store, "orders", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers at risk with their scores, those who brought most first; nobody at risk: everybody."""
    found = pd.concat([members(store, window, name, most) for name in RISKY], ignore_index=True)
    if found.empty:
        found = pd.concat([members(store, window, rule.name, most) for rule in RULES], ignore_index=True)
    return found.sort_values("amount", ascending=False, kind="stable").head(most).reset_index(drop=True)


def members(store: Store, window: Window, name: str, most: int | None = None) -> pd.DataFrame:
    """The customers of one named group, those who brought most first."""
    rule = next(rule for rule in RULES if rule.name == name)
    cells = [10 * r + f for r in range(1, 6) for f in range(1, 6) if rule.holds(r, f)]
    params = _params(store, window, cohorts.money(store, Window()).use_margin)
    frame = store.frame(ROWS, **params, cells=cells, most=most)
    frame.insert(1, "group", name)
    return frame


def groups(store: Store, window: Window) -> Groups:
    """Customers by recency and frequency score, with their margin; and the named groups."""
    money = cohorts.money(store, Window())
    table = store.frame(SCORED, **_params(store, window, money.use_margin), **cuts(Cut()))
    counted = replace(DEFINITION, name=GRID, unit="count", better="neither")
    priced = replace(counted, name=f"{_noun(money.use_margin)} per customer so far", unit="money")
    if table.empty:
        nothing = Grid(counted, (), (), {}, DOWN, ACROSS)
        return Groups(nothing, replace(nothing, definition=priced), (), money.absent or cohorts.no_orders())
    names = _names(table)
    counts: dict[tuple[str, str], Value] = {}
    means: dict[tuple[str, str], Value] = {}
    for (recency, frequency), part in _by_score(table).items():
        cell = names[0][recency], names[1][frequency]
        counts[cell] = Estimate.count(int(part["units"].sum()))
        means[cell] = money.absent or _mean(part)
    down = tuple(names[0][score] for score in sorted(names[0], reverse=True))
    across = tuple(names[1][score] for score in sorted(names[1]))
    grid = Grid(counted, down, across, counts, DOWN, ACROSS)
    found = tuple(_group(rule, table, money.absent) for rule in RULES)
    return Groups(grid, replace(grid, definition=priced, cells=means), found, money.absent, money.notes)


def _noun(use_margin: bool) -> str:
    return "Margin" if use_margin else "Revenue"


def _params(store: Store, window: Window, use_margin: bool) -> dict[str, Any]:
    """Bound parameters of both queries."""
    shared, _ = cohorts.filters(store, window)
    return shared | {"use_margin": use_margin, "observed_until": cohorts.orders_end(store)}


def _by_score(table: pd.DataFrame) -> Mapping[tuple[int, int], pd.DataFrame]:
    parts: Any = table.groupby(["recency", "frequency"], sort=True)
    return {(int(recency), int(frequency)): part for (recency, frequency), part in parts}


def _names(table: pd.DataFrame) -> tuple[dict[int, str], dict[int, str]]:
    """Scores that occur, with the values they hold among those selected."""
    found = []
    for score, low, high in (
        ("recency", "silent_from_d", "silent_to_d"),
        ("frequency", "days_from", "days_to"),
    ):
        ends = table.groupby(score).agg({low: "min", high: "max"})
        spans = {int(str(s)): (int(a), int(b)) for s, a, b in ends.itertuples()}
        found.append({s: f"{s} ({a if a == b else f'{a}-{b}'})" for s, (a, b) in spans.items()})
    return found[0], found[1]


def _mean(part: pd.DataFrame) -> Value:
    """Mean margin of some customers."""
    n = int(part["units"].sum())
    if n < MIN_N:
        return Unknown("too_few", f"Only {n:,} customers; at least {MIN_N} are needed.", n)
    return intervals.mean(n, float(part["brought"].sum()), float(part["squares"].sum()))


def _group(rule: Rule, table: pd.DataFrame, absent: Unknown | None) -> Group:
    """One named group among the customers of a table."""
    here = _within(table, (rule,))
    n, everybody = int(table.loc[here, "units"].sum()), int(table["units"].sum())
    share = absent or _share(table, (rule,), 1)
    return Group(rule, n, intervals.wilson(n, everybody), absent or _mean(table[here]), share)


def _within(table: pd.DataFrame, rules: tuple[Rule, ...]) -> list[bool]:
    pairs = zip(table["recency"].tolist(), table["frequency"].tolist(), strict=True)
    return [any(rule.holds(*pair) for rule in rules) for pair in pairs]


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Shares by segment and period."""
    # scores are taken among everybody, so what they count must be known of everybody
    money = cohorts.money(store, Window())
    definition = DEFINITION if money.use_margin else replace(DEFINITION, name=REVENUE_NAME)
    if money.absent or cohorts.is_undivided(cut):
        return Answer(DEFINITION, money.absent or cohorts.no_orders())
    _, notes = cohorts.filters(store, window)
    params = _params(store, window, money.use_margin) | cuts(cut)
    table = store.frame(SCORED, **params)
    risky = tuple(rule for rule in RULES if rule.name in RISKY)
    slices = label_slices(table, cut.by, "units")
    values: dict[Key, Value] = {key: _share(part, risky, DEFINITION.min_n) for key, part in slices.items()}
    working = (Working(SCORED, params, int(table["units"].sum())),)
    return Answer(definition, cohorts.no_orders(), values, (*money.notes, *notes), working)


def _share(part: pd.DataFrame, rules: tuple[Rule, ...], fewest: int) -> Value:
    """Share of what everybody in a slice brought that came from some groups, a loss counting as nothing.

    A customer who brought x moves the share s by x (1 - s) / mean inside the groups, by -x s / mean outside.
    """
    n, total = int(part["units"].sum()), float(part["gained"].sum())
    if n < fewest:
        return too_few(n, "customers", DEFINITION)
    if total <= 0:
        return Unknown("nothing_brought", f"{n:,} customers brought nothing so far.", n)
    here = pd.Series(_within(part, rules), index=part.index)
    share = min(1.0, float(part.loc[here, "gained"].sum()) / total)
    inside = float(part.loc[here, "gained_squares"].sum()) * (1 - share) ** 2
    spread = inside + float(part.loc[~here, "gained_squares"].sum()) * share**2
    se = math.sqrt(spread / (n * max(1, n - 1))) / (total / n)
    return intervals.estimate(share, intervals.share_limits(share, se, n), n, METHOD)

"""How often do people speak of us in public without being asked?

Public posts of people who are not staff, on social channels, that open a conversation of their own (no
comment under a post of the brand, no answer to anybody) and ask for no help; per 100 customers who ordered
in the same period. What counts as asking for help is the file's flag, else the rule at intake.

People paid to post look like everybody else in an export, and a mention says nothing about how many read
it. It is what people do; what they say they would do is the Net Promoter Score, which stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    filters,
    is_over,
    label_slices,
    reading,
    too_few,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.divided import divided
from socialroi.result import Definition, Estimate, Reading, Series, Unknown, Value, Window, Working
from socialroi.stats.rates import poisson_limits
from socialroi.store import Store

PER = 100

DEFINITION = Definition(
    key="earned_mention_rate",
    name="Earned mentions per 100 active customers",
    unit="score",
    better="up",
    question="How often do people speak of us in public without being asked?",
    formula=(
        f"{PER} x unprompted public posts by people who are not staff / customers with an order in the"
        " period. Unprompted: on a social channel, opens its conversation, answers nobody, needs no answer"
        " and holds no question mark."
    ),
    source="Earned media as PR counts it; per active customer by our rule.",
    caveat="Paid creators look like anybody else; mentions by people who never bought count too.",
    min_n=MIN_N,
)

NOUN = "customers ordered in this period"

RATE = """
with active as (
    select
        case $by when 'segment' then c.segment else '' end as label,
        case when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), p.day)::date end
            as period,
        count(distinct p.customer_id) as customers
    from purchases as p
    join customer_summary as c on c.customer_id = p.customer_id
    where p.ordered_at >= coalesce($start_at, p.ordered_at)
      and p.ordered_at < coalesce($end_at, 'infinity'::timestamp)
      and ($segments is null or list_contains($segments, c.segment))
    group by all
),
said as (
    select
        case $by when 'segment' then segment else '' end as label,
        case when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), local_day)::date end
            as period,
        coalesce(speaker, message_id) as person,
        count(*) as mentions
    from mentions
    where sent_at >= coalesce($start_at, sent_at)
      and sent_at < coalesce($end_at, 'infinity'::timestamp)
      and ($channels is null or list_contains($channels, channel))
      and ($departments is null or list_contains($departments, department))
      and ($segments is null or list_contains($segments, segment))
    group by all
),
spoken as (
    select label, period, sum(mentions) as mentions, sum(mentions * mentions) as squares, count(*) as authors
    from said
    group by label, period
)
select
    coalesce(a.label, s.label) as label,
    coalesce(a.period, s.period) as period,
    coalesce(s.mentions, 0)::bigint as mentions,
    coalesce(s.squares, 0)::bigint as squares,
    coalesce(s.authors, 0)::bigint as authors,
    coalesce(a.customers, 0)::bigint as units
from active as a
full join spoken as s
  on s.label is not distinct from a.label and s.period is not distinct from a.period
order by label, period
"""

FACTS = """
select
    count(*) filter (where e.social) as social,
    count(*) filter (where e.social and not e.needs_response) as without_need
from episodes as e
where e.opened_at >= coalesce($start_at, e.opened_at)
  and e.opened_at < coalesce($end_at, 'infinity'::timestamp)
"""

ROWS = """
select message_id, conversation_id, sent_at, sentiment, channel, department, segment, engaged, topic
from mentions
where sent_at >= coalesce($start_at, sent_at)
  and sent_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, channel))
  and ($departments is null or list_contains($departments, department))
  and ($segments is null or list_contains($segments, segment))
order by sent_at desc, message_id
limit $most
"""


def compute(store: Store, window: Window) -> Reading:
    """Earned mentions per 100 active customers, Poisson limits widened for authors who repeat.

    Unknown `no_posts` when no social conversation is loaded for the time, so that silence is not nobody
    speaking; `not_recorded` when every conversation is taken to need an answer.
    """
    whole = reading(_ask, store, window, partial(rows, store, window))
    if window.by == "channel":
        absent = Unknown("not_applicable", "Customers order and speak on different channels.")
        return Reading(
            whole.definition, whole.value, {"(all)": absent}, None, whole.notes, whole.working, whole.rows
        )
    return divided(whole, window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The rate per period, mentions and orders of the same period."""
    return series_of(_ask, store, window, grain, is_over(store, "interactions", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """Counts: mentions, authors, active_customers."""
    table = store.frame(RATE, **_params(window, Cut()))
    names = {"mentions": "mentions", "authors": "authors", "active_customers": "units"}
    return {key: Estimate.count(int(table[column].sum())) for key, column in names.items()}


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The earned mentions, newest first."""
    return store.frame(ROWS, **filters(window), most=most)


def _params(window: Window, cut: Cut) -> dict[str, Any]:
    """Bound parameters."""
    return filters(window) | cuts(cut)


def _ask(store: Store, window: Window, cut: Cut) -> Answer:
    """Rates by segment and period."""
    absent = _absent(store, window)
    if absent or (cut.by and cut.by != "segment"):
        return Answer(DEFINITION, absent or cohorts.no_orders())
    params = _params(window, cut)
    table = store.frame(RATE, **params)
    values: dict[Key, Value] = {
        key: _rate(part) for key, part in label_slices(table, cut.by, "units").items()
    }
    working = (Working(RATE, params, int(table["units"].sum() + table["mentions"].sum())),)
    return Answer(DEFINITION, cohorts.no_orders(), values, _notes(window), working)


def _notes(window: Window) -> tuple[str, ...]:
    """Where a filter applies to one side only."""
    if not (window.channel or window.department):
        return ()
    return ("Channel and department choose the mentions; the customers are all who ordered.",)


def _absent(store: Store, window: Window) -> Unknown | None:
    """Why there is no rate, if so."""
    social, without_need = (int(n) for n in store.one(FACTS, start_at=window.start, end_at=window.end))
    if not social:
        return Unknown(
            "no_data", "No social conversation is loaded here; export public posts that name you, too."
        )
    if not without_need:
        sentence = (
            f"All {social:,} social conversations are taken to ask for help: export a column"
            " `needs_response`, or posts beyond the care inbox."
        )
        return Unknown("not_recorded", sentence, social)
    return None


def _rate(part: pd.DataFrame) -> Value:
    """The rate of one slice; its count is divided by the design effect of authors who repeat."""
    customers, mentions, squares = (int(part[name].sum()) for name in ("units", "mentions", "squares"))
    if customers < DEFINITION.min_n:
        return too_few(customers, NOUN, DEFINITION)
    effect = max(1.0, squares / mentions) if mentions else 1.0
    low, high = poisson_limits(mentions / effect)
    scale = PER * effect / customers
    method = "Poisson limits, clustered by author"
    return Estimate(PER * mentions / customers, scale * low, scale * high, customers, method)

"""Every number a page shows, made once per (database, generation, question, version).

Results are frozen and shared between visitors of the same workspace; nothing here depends on the
session. Caches are bounded. A key is a `Scope` and words, never a frame, and no function here
closes over data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from socialroi import metrics, uplift
from socialroi.metrics import (
    capacity,
    clv_curve,
    clv_historical,
    dated,
    grids,
    landmark,
    lowest_ease,
    p_alive,
    rfm,
    two_models,
)
from socialroi.metrics import lifecycle as life
from socialroi.metrics import non_response as non_responses
from socialroi.metrics import quadrant as quadrants
from socialroi.metrics import three_retentions as three
from socialroi.metrics.capacity import Demand
from socialroi.metrics.non_response import NonResponse
from socialroi.metrics.predictors import Predictors, which_predicts
from socialroi.metrics.quadrant import Quadrant
from socialroi.report import Report, contents, steps
from socialroi.report.principles import Finding, scorecard
from socialroi.report.steps import Step
from socialroi.result import (
    HEADLINES,
    By,
    Comparison,
    Curve,
    Event,
    Grid,
    Plan,
    Reading,
    Rung,
    Series,
    Study,
    Value,
    Window,
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
with questions as (
    select
        customer_id,
        ($start is null or opened_at >= $start)
        and ($end is null or opened_at < $end)
        and ($channels is null or list_contains($channels, channel))
        and ($departments is null or list_contains($departments, department))
        and ($segments is null or list_contains($segments, segment)) as is_kept
    from episodes
),
orders as (
    select
        p.customer_id,
        ($start is null or p.ordered_at >= $start)
        and ($end is null or p.ordered_at < $end)
        and ($segments is null or list_contains($segments, c.segment)) as is_kept
    from purchases as p
    left join customer_summary as c using (customer_id)
),
seen as (
    select customer_id, is_kept from questions
    union all
    select customer_id, is_kept and $channels is null and $departments is null from orders
),
people as (
    select customer_id, bool_or(is_kept) as is_kept
    from seen
    where customer_id is not null
    group by customer_id
),
counted as (
    select 1 as place, 'customers' as noun, is_kept from people
    union all
    select 2, 'questions', is_kept from questions
    union all
    select 3, 'orders', is_kept from orders
)
select noun, count(*) filter (where is_kept) as n, count(*) as n_all
from counted
group by place, noun
order by place
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
def detail(scope: Scope, key: str = "first_response_time") -> Mapping[str, Value]:
    """The figures beside one metric, by default the median wait: p90, shares answered in time."""
    found = metrics.by_key(key).detail
    return found(scope.store, scope.window) if found else {}


@_kept
def waits(scope: Scope) -> Curve:
    """Share answered by waiting time."""
    return grids.waits(scope.store, scope.window)


@_kept
def touches(scope: Scope) -> Curve:
    """Share answered by a person, and by anybody where bots answer, by waiting time."""
    return grids.touches(scope.store, scope.window)


@_kept
def demand(scope: Scope) -> Demand:
    """Messages and people seen answering by hour of the week, and what was promised."""
    return capacity.demand(scope.store, scope.window)


@_kept
def hours(scope: Scope) -> Grid:
    """Median wait by weekday and hour."""
    return grids.hours(scope.store, scope.window)


@_kept
def cohorts(scope: Scope) -> Grid:
    """Share of each month's new customers who order in each later month."""
    return grids.triangle(scope.store, scope.window)


@_kept
def three_retentions(scope: Scope) -> Grid:
    """Retention by its three usual definitions, by days since the first order."""
    return three.grid(scope.store, scope.window)


@_kept
def lifecycle(scope: Scope) -> Series:
    """Where the customers of each month come from, and who fell silent."""
    return life.series(scope.store, scope.window)


@_kept
def spread(scope: Scope) -> Grid:
    """Share of each answer to the ease question, by department."""
    return grids.ease(scope.store, scope.window)


@_kept
def ages(scope: Scope) -> Mapping[str, Value]:
    """Margin per customer to fixed ages, plain and discounted."""
    return clv_historical.compute_detail(scope.store, scope.window)


@_kept
def margins(scope: Scope, by_status: bool) -> Curve:
    """Margin per customer by age: of everybody, or of engaged and unengaged customers after day 30."""
    return clv_curve.curve(scope.store, scope.window, by_status=by_status)


@_kept
def two_forecasts(scope: Scope) -> two_models.TwoModels:
    """The forecast by two models, and how each did on the days held out."""
    return two_models.compare(scope.store, scope.window)


@_kept
def alive(scope: Scope) -> Grid:
    """The chance of still being a customer by silence and days with an order."""
    return p_alive.grid(scope.store, scope.window)


@_kept
def groups(scope: Scope) -> rfm.Groups:
    """Customers by recency and frequency, and the groups they make."""
    return rfm.groups(scope.store, scope.window)


@_kept
def quadrant(scope: Scope) -> Quadrant:
    """Who orders again by satisfied and easy."""
    return quadrants.quadrant(scope.store, scope.window)


@_kept
def predictors(scope: Scope) -> Predictors:
    """Whether ease or satisfaction tells better who orders again."""
    return which_predicts(scope.store, scope.window)


@_kept
def non_response(scope: Scope) -> NonResponse:
    """Survey scores as answered and as weighted for those who stayed silent."""
    return non_responses.weighted(scope.store, scope.window)


@_kept
def hardest(scope: Scope) -> pd.DataFrame:
    """The conversations with the lowest ease answers."""
    return lowest_ease.conversations(scope.store, scope.window)


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
def next_steps(scope: Scope) -> tuple[Step, ...]:
    """What to do next; the study and the money in it are of everybody."""
    money = worth(scope) if scope.store.tables()["costs"] else None
    return steps.next_steps(contents.known(scope.store, scope.window, headline(scope), money))


@_kept
def principles(scope: Scope) -> tuple[Finding, ...]:
    """Every principle held against the data; the study in it is of everybody."""
    return scorecard(scope.store, scope.window, headline(scope))


def report_of(scope: Scope, commentary: str, versus: Window | None = None) -> Report:
    """Everything on screen and behind it, to send."""
    money = worth(scope) if scope.store.tables()["costs"] else None
    return contents.report(
        scope.store, scope.window, commentary=commentary, study=study(scope), money=money, versus=versus
    )


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
def events(scope: Scope) -> tuple[Event, ...]:
    """What the firm says happened in the selected period."""
    return dated.events(scope.store, scope.window)


@_kept
def offer(scope: Scope) -> Choices:
    """What the filters offer for this database."""
    return choices(scope.store)


@_kept
def sizes(scope: Scope) -> tuple[tuple[str, int, int], ...]:
    """(noun, selected, all) for customers, questions and orders under the visitor's filters.

    A customer is in with a question that is, or with an order that is; an order has no channel and no
    department, so where these are chosen only questions count.
    """
    window = scope.window
    found = scope.store.rows(
        _SIZES,
        start=window.start,
        end=window.end,
        channels=list(window.channel) or None,
        departments=list(window.department) or None,
        segments=list(window.segment) or None,
    )
    return tuple((noun, kept, total) for noun, kept, total in found)

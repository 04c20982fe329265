"""One model of everybody's buying, for the metrics that look ahead.

BG/NBD is fitted once on all customers, whatever the filters: a model per segment would compare models,
not segments. Before it is used it must have foretold the last third of the data; what that test said
is told with every number, and is the reason where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from socialroi.metrics import cohorts
from socialroi.metrics.answer import Cut, cuts
from socialroi.result import Unknown, Window, Working
from socialroi.stats import btyd
from socialroi.stats.btyd import Backtest, BgNbd, Customers, GammaGamma, ParetoNbd
from socialroi.stats.intervals import Floats
from socialroi.store import Store

# Several orders on one day are one purchase. Customers are numbered by their name, in every query alike.
DAYS = """
with buyers as (
    select customer_id, row_number() over (order by customer_id) - 1 as code
    from customer_summary
    where first_order_at is not null
)
select
    b.code,
    p.day - date '1970-01-01' as day_no,
    sum(case when $use_margin then p.margin else p.amount end)::double as worth
from purchases as p
join buyers as b on b.customer_id = p.customer_id
group by b.code, p.day
order by b.code, p.day
"""

PEOPLE = """
with buyers as (
    select *, row_number() over (order by customer_id) - 1 as code
    from customer_summary
    where first_order_at is not null
)
select
    code,
    case $by
        when 'channel' then first_order_channel
        when 'segment' then segment
        else ''
    end as label,
    case
        when $grain <> '' then date_trunc(coalesce(nullif($grain, ''), 'month'), first_order_month)::date
    end as period,
    1 as units
from buyers
where first_order_at >= coalesce($start_at, first_order_at)
  and first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, first_order_channel))
  and ($segments is null or list_contains($segments, segment))
order by code
"""

LISTED = """
with buyers as (
    select *, row_number() over (order by customer_id) - 1 as code
    from customer_summary
    where first_order_at is not null
),
picked as (
    select unnest($codes::bigint[]) as code
)
select
    b.code, b.customer_id, b.first_order_at, b.last_order_at, b.order_days, b.amount, b.margin,
    b.first_order_channel, b.segment, b.engaged
from picked as p
join buyers as b on b.code = p.code
"""

EPOCH = date(1970, 1, 1)

#: Relative change of a parameter from which slopes are taken.
SMALL = 1e-4

Codes = NDArray[np.int64]
Purchases = BgNbd | ParetoNbd
#: How often customers buy, and when they leave: after any purchase, or at any moment.
Name = Literal["bgnbd", "pareto_nbd"]
Model = TypeVar("Model", bound=BgNbd | ParetoNbd | GammaGamma)


@dataclass(frozen=True, slots=True, eq=False)
class Buying:
    """Everybody's histories in days, the mean worth of each one's repeat days, and the model of them.

    `often` is Unknown `backtest` when the model did not foretell what happened; `tested` and, in words,
    `note` say how it did. A customer's code is the place in `people` and `mean`.
    """

    people: Customers
    mean: Floats
    often: Purchases | Unknown
    tested: Backtest
    note: str
    working: Working


def buying(
    store: Store, *, use_margin: bool = False, holdout_d: int | None = None, model: Name = "bgnbd"
) -> Buying | Unknown:
    """The model of everybody, tested on the last third of the days (or the last `holdout_d`).

    Unknown `no_data` without orders.
    """
    end = cohorts.last_day(store)
    params = {"use_margin": use_margin}
    days = store.frame(DAYS, **params)
    if end is None or days.empty:
        return cohorts.no_orders()
    code, day = (days[name].to_numpy(np.int64) for name in ("code", "day_no"))
    until = (end - EPOCH).days
    fit = btyd.fit_pareto_nbd if model == "pareto_nbd" else btyd.fit_bgnbd
    tested = btyd.backtest(code, day, holdout_d, until, fit)
    people = btyd.histories(code, day, until)
    often = (
        fit(people.x, people.t_x, people.age)
        if tested.is_usable
        else Unknown("backtest", f"Nothing is predicted. {tested.sentence}", len(people.code))
    )
    about = "" if tested.predicted is None else f"Model tested on the last {tested.holdout:,} days. "
    note = f"{about}{tested.sentence}"
    return Buying(people, _mean_repeat(days), often, tested, note, Working(DAYS, params, len(days)))


def _mean_repeat(days: pd.DataFrame) -> Floats:
    """Mean worth of each customer's days with a purchase after the first; missing where there is none."""
    customers = int(days["code"].iloc[-1]) + 1
    repeat = days[days["code"].duplicated()]
    code = repeat["code"].to_numpy(np.int64)
    total = np.bincount(code, repeat["worth"].to_numpy(np.float64, na_value=np.nan), customers)
    n = np.bincount(code, minlength=customers)
    return np.asarray(np.divide(total, n, out=np.full(customers, np.nan), where=n > 0), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """How every customer's figure changes with the logarithms of a model's parameters; their covariance."""

    by_parameter: Floats
    covariance: Floats

    def variance(self, codes: Codes) -> float:
        """Variance of the mean over some customers that the parameters leave open (delta method)."""
        slope = self.by_parameter[:, codes].mean(axis=1)
        return max(0.0, float(slope @ self.covariance @ slope))


def slopes(answer: Callable[[Model], Floats], model: Model) -> Slopes:
    """The slopes of an answer of one number per customer; the model must have been fitted."""
    assert model.fit is not None

    def near(name: str, by: float) -> Floats:
        return answer(replace(model, **{name: getattr(model, name) * (1 + by)}))

    rows = [(near(name, SMALL) - near(name, -SMALL)) / (2 * SMALL) for name in model.fit.names]
    return Slopes(np.stack(rows), model.fit.covariance)


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What is expected of every customer, and how far the models' parameters leave it open."""

    each: Floats
    open: tuple[Slopes, ...]

    def mean(self, codes: Codes) -> tuple[float, float]:
        """Mean over some customers and its standard error, in which model error is not."""
        return float(self.each[codes].mean()), math.sqrt(sum(part.variance(codes) for part in self.open))


def chosen(store: Store, window: Window, cut: Cut) -> tuple[pd.DataFrame, Working, tuple[str, ...]]:
    """The customers of the window by code, with their segment and period; and notes on filters."""
    shared, notes = cohorts.filters(store, window)
    params: dict[str, Any] = shared | cuts(cut)
    table = store.frame(PEOPLE, **params)
    return table, Working(PEOPLE, params, len(table)), notes


def codes_of(part: pd.DataFrame) -> Codes:
    """The codes of a slice of `chosen`."""
    return part["code"].to_numpy(np.int64)


def listed(store: Store, codes: Codes, columns: Sequence[tuple[str, Floats]]) -> pd.DataFrame:
    """The customers with these codes, in this order, with a column more for each of `columns`."""
    frame = store.frame(LISTED, codes=codes.tolist()).set_index("code").reindex(codes).reset_index(drop=True)
    return frame.assign(**dict(columns))

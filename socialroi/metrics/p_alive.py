"""How likely is it that our customers are still our customers?

A customer who ordered often and then fell silent has probably left; one who always took that long has
not. The model weighs each customer's silence against their own rhythm and gives a probability.

Of customers who bought on one day only it knows nothing: in BG/NBD nobody leaves before the second
purchase, so they would all count as certain to be there. They are left out, and their number is told.
A forecast, checked against the last third of the data and withheld when it fails there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from socialroi import limits
from socialroi.metrics import cohorts, forecast
from socialroi.metrics.answer import (
    MIN_N,
    Answer,
    Cut,
    Grain,
    Key,
    enough,
    is_over,
    label_slices,
    reading,
)
from socialroi.metrics.answer import series as series_of
from socialroi.metrics.divided import divided
from socialroi.metrics.landmark import without_engaged
from socialroi.result import Definition, Estimate, Grid, Reading, Series, Unknown, Value, Window
from socialroi.stats import intervals
from socialroi.stats.intervals import Floats
from socialroi.store import Store

DEFINITION = Definition(
    key="p_alive",
    name="Still a customer",
    unit="share",
    better="up",
    question="How likely is it that a customer who came back is still a customer today?",
    formula=(
        "Mean over customers with at least two order-days of 1 / (1 + a / (b + x - 1) ((alpha + T) / (alpha +"
        " t))^(r + x)), at the end of the orders; x = order-days after the first, t = days from the first to"
        " the last, T = days since the first; r, alpha, a, b fitted to all customers."
    ),
    source="BG/NBD: Fader, Hardie and Lee 2005.",
    caveat=(
        "A model's opinion, not an observation; the interval excludes model error. Seasons and campaigns are"
        " unknown to it, and so are reasons."
    ),
    min_n=MIN_N,
)
METHOD = "mean under the fitted BG/NBD, delta-method interval that excludes model error"

#: Days without an order, and days with one, from which a row or column of the picture starts.
SILENT_D = (0, 30, 90, 180, 365)
ORDER_DAYS = (2, 3, 4, 5, 8)


def compute(store: Store, window: Window, *, holdout_d: int | None = None) -> Reading:
    """Mean probability of being still active, of the customers whose first order lies in the window.

    `holdout_d` is how many days the test of the model holds out, a third of the data by default. Unknown
    `backtest` when the model fails it, `no_fit` when it cannot be fitted, `no_repeat` when nobody chosen
    came back.
    """
    ask = partial(_ask, holdout_d=holdout_d)
    return divided(reading(ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """The mean today by period of first order."""
    return series_of(_ask, store, without_engaged(window), grain, is_over(store, "orders", grain))


def compute_detail(store: Store, window: Window) -> Mapping[str, Value]:
    """The mean over everybody, for whom one purchase counts as being there for certain."""
    everybody = _ask(store, window, Cut(), least=0).whole
    return {"with_one_time_buyers": everybody}


def grid(store: Store, window: Window) -> Grid:
    """The mean probability by silence (rows, days since the last order) and by days with an order (columns).

    Of customers who came back; a cell with fewer than the minimum is not there, and without a model none is.
    """
    found = forecast.buying(store)
    across = _bands(ORDER_DAYS)
    down = _bands(SILENT_D, " d")
    cells: dict[tuple[str, str], Value] = {}
    if not isinstance(found, Unknown) and not isinstance(found.often, Unknown):
        codes = forecast.codes_of(forecast.chosen(store, window, Cut())[0])
        codes = codes[found.people.x[codes] > 0]
        silent = np.searchsorted(SILENT_D, (found.people.age - found.people.t_x)[codes], "right") - 1
        often = np.searchsorted(ORDER_DAYS, found.people.x[codes] + 1, "right") - 1
        each = _expected(found.often, found)
        for i, row in enumerate(down):
            for j, column in enumerate(across):
                here = codes[(silent == i) & (often == j)]
                if len(here) >= MIN_N:
                    cells[row, column] = _share(here, each)
    return Grid(DEFINITION, down, across, cells, "Days since the last order", "Days with an order")


def _bands(starts: tuple[int, ...], unit: str = "") -> tuple[str, ...]:
    """Names of bands that start here: "2", "5-7", "8+"."""
    ends = [start - 1 for start in starts[1:]]
    names = [str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=False)]
    return tuple(f"{name}{unit}" for name in (*names, f"{starts[-1]}+"))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """Customers who came back: recency, frequency and money, the likeliest to have left first."""
    found = forecast.buying(store)
    people, _, _ = forecast.chosen(store, window, Cut())
    codes = forecast.codes_of(people)
    if isinstance(found, Unknown):
        return forecast.listed(store, codes, ())
    codes = codes[found.people.x[codes] > 0]
    x, t_x, age = (column[codes] for column in (found.people.x, found.people.t_x, found.people.age))
    alive = None if isinstance(found.often, Unknown) else found.often.p_alive(x, t_x, age)
    silent = age - t_x
    order = np.argsort(-silent if alive is None else alive, kind="stable")[:most]
    columns = [("recency_d", silent[order])]
    if alive is not None:
        columns.append(("p_alive", alive[order]))
    return forecast.listed(store, codes[order], columns)


def _ask(store: Store, window: Window, cut: Cut, *, holdout_d: int | None = None, least: int = 1) -> Answer:
    """Means by segment and period, of customers with at least `least` repeat purchases."""
    found = forecast.buying(store, holdout_d=holdout_d)
    if isinstance(found, Unknown) or cohorts.is_undivided(cut):
        return Answer(DEFINITION, cohorts.no_orders())
    people, working, notes = forecast.chosen(store, window, cut)
    again = found.people.x[forecast.codes_of(people)] >= least
    slices = label_slices(people.assign(again=again), cut.by, "units")
    if isinstance(found.often, Unknown):
        reason = found.often
        values: dict[Key, Value] = {
            key: replace(reason, n=int(p["again"].sum())) for key, p in slices.items()
        }
    else:
        expected = _expected(found.often, found)
        values = {key: _mean(part, expected) for key, part in slices.items()}
    told = (found.note, *_once(int((~again).sum())))
    return Answer(DEFINITION, cohorts.no_orders(), values, (*told, *notes), (found.working, working))


def _expected(model: forecast.Purchases, found: forecast.Buying) -> forecast.Expected:
    """Everybody's probability, and how far it is open."""

    def alive(model: forecast.Purchases) -> Floats:
        return model.p_alive(found.people.x, found.people.t_x, found.people.age)

    return forecast.Expected(alive(model), (forecast.slopes(alive, model),))


def _mean(part: pd.DataFrame, expected: forecast.Expected) -> Value:
    """Mean of one slice."""
    codes = forecast.codes_of(part[part["again"]])
    if not len(codes):
        return Unknown("no_repeat", f"None of {len(part):,} customers came back, so nothing shows who left.")
    return enough(_share(codes, expected), "customers came back", DEFINITION)


def _share(codes: forecast.Codes, expected: forecast.Expected) -> Estimate:
    """Mean of some customers."""
    value, se = expected.mean(codes)
    # Wilson's limits of a share with this error stay between 0 and 1
    return intervals.estimate(value, intervals.share_limits(value, se, len(codes)), len(codes), METHOD)


def _once(n: int) -> tuple[str, ...]:
    if not n:
        return ()
    return (f"{n:,} customers who bought on one day only are left out: the model cannot tell if they left.",)

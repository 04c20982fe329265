"""How much margin will a customer bring in the next year?

Expected orders of each customer over the next 365 days, times the margin that customer's orders bring,
discounted to today. How often comes from BG/NBD, how much from Gamma-Gamma, both fitted once to all
customers; a customer with few orders is pulled towards everybody's mean.

A forecast and not a measurement: it is shown only where the same model, fitted to the first two thirds
of the data, foretold the last third to within a quarter. It is no outcome of answering: it already
uses what customers bought afterwards.
"""

from __future__ import annotations

import math
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
from socialroi.result import Definition, Reading, Series, Unknown, Value, Window
from socialroi.stats import btyd, intervals
from socialroi.stats.btyd import GammaGamma
from socialroi.stats.btyd.spend import TOO_RELATED
from socialroi.stats.btyd.value import METHOD
from socialroi.stats.intervals import Floats
from socialroi.store import Store

#: How far ahead it looks, in days, and at which yearly rate later margin is discounted.
AHEAD_D = 365
DISCOUNT = 0.10

DEFINITION = Definition(
    key="clv_predicted",
    name="Predicted CLV",
    unit="money",
    better="up",
    question="How much margin will a customer bring in the next 365 days?",
    formula=(
        "Mean over all customers of expected order-days in the 365 days after the orders end x expected"
        " margin per order-day, discounted at 10 % a year; one BG/NBD and one Gamma-Gamma model of everybody."
    ),
    source="Fader, Hardie and Lee 2005 (how often); Fader and Hardie 2013, note 025 (how much).",
    caveat=(
        "A forecast; the interval excludes model error. Assumes that how much customers spend does not go"
        " with how often they buy, and that the shop goes on as it was. Not an effect of answering."
    ),
    min_n=MIN_N,
)
REVENUE_NAME = "Predicted CLV in revenue"


Models = tuple[forecast.Purchases, GammaGamma]


def compute(store: Store, window: Window, *, holdout_d: int | None = None) -> Reading:
    """Mean expected margin of the customers whose first order lies in the window.

    `holdout_d` is how many days the test of the model holds out, a third of the data by default. Unknown
    `backtest` when the model fails it; `no_fit`, `heavy_tail` when a model cannot be fitted;
    `mixed_currencies`, `no_amount`.
    """
    ask = partial(_ask, holdout_d=holdout_d)
    return divided(reading(ask, store, window, partial(rows, store, window)), window)


def series(store: Store, window: Window, grain: Grain = "month") -> Series:
    """What customers will bring in the next year, by period of their first order."""
    return series_of(_ask, store, without_engaged(window), grain, is_over(store, "orders", grain))


def rows(store: Store, window: Window, most: int = limits.ROWS_SHOWN) -> pd.DataFrame:
    """The customers who are expected to bring most; without a model, those who brought most orders."""
    money = cohorts.money(store, Window())
    found = forecast.buying(store, use_margin=money.use_margin)
    people, _, _ = forecast.chosen(store, window, Cut())
    codes = forecast.codes_of(people)
    if isinstance(found, Unknown):
        return forecast.listed(store, codes, ())
    fitted = fitted_to(found)
    if money.absent or isinstance(fitted, Unknown):
        return forecast.listed(store, codes[np.argsort(-found.people.x[codes], kind="stable")[:most]], ())
    brings = _each(found, *fitted)[codes]
    order = np.argsort(-brings, kind="stable")[:most]
    alive = fitted[0].p_alive(found.people.x, found.people.t_x, found.people.age)[codes]
    return forecast.listed(store, codes[order], (("predicted", brings[order]), ("p_alive", alive[order])))


def _ask(store: Store, window: Window, cut: Cut, *, holdout_d: int | None = None) -> Answer:
    """Means by segment and period."""
    # the model is everybody's, so what it counts must be known of everybody
    money = cohorts.money(store, Window())
    definition = DEFINITION if money.use_margin else replace(DEFINITION, name=REVENUE_NAME)
    if money.absent or cohorts.is_undivided(cut):
        return Answer(DEFINITION, money.absent or cohorts.no_orders())
    found = forecast.buying(store, use_margin=money.use_margin, holdout_d=holdout_d)
    if isinstance(found, Unknown):
        return Answer(DEFINITION, found)
    people, working, notes = forecast.chosen(store, window, cut)
    fitted = fitted_to(found)
    each = fitted if isinstance(fitted, Unknown) else expected(found, *fitted)
    values: dict[Key, Value] = {
        key: mean_of(forecast.codes_of(part), each)
        for key, part in label_slices(people, cut.by, "units").items()
    }
    told = (f"Discounted at {DISCOUNT:.0%} a year.", found.note, *warnings(found))
    return Answer(
        definition, cohorts.no_orders(), values, (*told, *money.notes, *notes), (found.working, working)
    )


def fitted_to(found: forecast.Buying) -> Models | Unknown:
    """Both models; Unknown unless both can be fitted and the test was passed."""
    if isinstance(found.often, Unknown):
        return found.often
    much = btyd.fit_gamma_gamma(found.people.x, found.mean)
    if isinstance(much, Unknown):
        return much
    if not much.q > 1 + 2 * forecast.SMALL:
        return Unknown("heavy_tail", "Spending varies so much that a mean cannot be expected.")
    return found.often, much


def _each(found: forecast.Buying, often: forecast.Purchases, much: GammaGamma) -> Floats:
    """Expected margin of every customer."""
    people, discount = found.people, math.log1p(DISCOUNT) / 365
    return btyd.residual_value(
        often, much, people.x, people.t_x, people.age, m=found.mean, horizon=AHEAD_D, discount=discount
    )


def expected(found: forecast.Buying, often: forecast.Purchases, much: GammaGamma) -> forecast.Expected:
    """Expected margin of every customer, and how far it is open: the two fits err independently."""
    by_often = forecast.slopes(lambda model: _each(found, model, much), often)
    by_much = forecast.slopes(lambda model: _each(found, often, model), much)
    return forecast.Expected(_each(found, often, much), (by_often, by_much))


def mean_of(codes: forecast.Codes, each: forecast.Expected | Unknown) -> Value:
    """Mean of one slice."""
    if isinstance(each, Unknown):
        return replace(each, n=len(codes))
    value, se = each.mean(codes)
    half = intervals.Z * se
    found = intervals.estimate(value, (max(0.0, value - half), value + half), len(codes), METHOD)
    return enough(found, "customers", DEFINITION)


def warnings(found: forecast.Buying) -> tuple[str, ...]:
    """Where the model's assumptions do not hold: spending goes with frequency, or brings a loss."""
    x, mean = found.people.x, found.mean
    related, losses = btyd.corr(x, mean), int(((x > 0) & (mean <= 0)).sum())
    notes = []
    if related is not None:
        doubt = ", which the model does not allow: read it with doubt" if abs(related) > TOO_RELATED else ""
        notes.append(f"Correlation of how often and how much customers buy: {related:.2f}{doubt}.")
    if losses:
        notes.append(f"{losses:,} customers whose repeat orders bring nothing count with everybody's mean.")
    return tuple(notes)

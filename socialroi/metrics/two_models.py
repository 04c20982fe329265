"""The forecast twice: by two models that differ in when customers leave, each put to the same test.

BG/NBD lets customers leave after a purchase only, Pareto/NBD at any moment. Where both pass the test and
agree, the forecast does not hang on that assumption; where they differ, it does. Pareto/NBD also has a sum
without an end: everything still to come, discounted continuously (DERT, "discounted expected residual
transactions").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from socialroi.metrics import clv_predicted, cohorts, forecast
from socialroi.metrics.answer import Cut
from socialroi.result import Definition, Unknown, Value, Window
from socialroi.stats import btyd
from socialroi.stats.btyd import Backtest, GammaGamma, ParetoNbd
from socialroi.stats.intervals import Floats
from socialroi.store import Store

#: The models by their published names, the one behind the headline first.
NAMES: Mapping[forecast.Name, str] = {"bgnbd": "BG/NBD", "pareto_nbd": "Pareto/NBD"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one model foresees: margin per customer in the next 365 days, and in all the time to come.

    Both are Unknown where `tested`, its test on the last third of the data, was not passed; `lifetime` also
    for the model whose sum has no end.
    """

    name: str
    tested: Backtest
    year: Value
    lifetime: Value


@dataclass(frozen=True, slots=True)
class TwoModels:
    """Both forecasts; `related` is the correlation of how often and how much customers buy, if defined."""

    definition: Definition
    models: tuple[Foreseen, ...]
    related: float | None
    notes: tuple[str, ...]
    absent: Unknown | None = None


def compare(store: Store, window: Window, *, holdout_d: int | None = None) -> TwoModels:
    """Both models of the customers whose first order lies in the window; no model without orders.

    The test is the same for both, and shown whether or not it was passed.
    """
    money = cohorts.money(store, Window())
    name = clv_predicted.DEFINITION.name if money.use_margin else clv_predicted.REVENUE_NAME
    definition = replace(clv_predicted.DEFINITION, name=name)
    codes = forecast.codes_of(forecast.chosen(store, window, Cut())[0])
    models: list[Foreseen] = []
    found: forecast.Buying | Unknown = cohorts.no_orders()
    for model, title in NAMES.items():
        found = forecast.buying(store, use_margin=money.use_margin, holdout_d=holdout_d, model=model)
        if isinstance(found, Unknown):
            return TwoModels(definition, (), None, (), found)
        models.append(_foreseen(title, found, money.absent, codes))
    assert not isinstance(found, Unknown)
    related = btyd.corr(found.people.x, found.mean)
    return TwoModels(definition, tuple(models), related, clv_predicted.warnings(found), money.absent)


def _foreseen(title: str, found: forecast.Buying, absent: Unknown | None, codes: forecast.Codes) -> Foreseen:
    """One model's test and its two sums."""
    fitted = absent or clv_predicted.fitted_to(found)
    if isinstance(fitted, Unknown):
        reason = replace(fitted, n=len(codes))
        return Foreseen(title, found.tested, reason, reason)
    often, much = fitted
    year = clv_predicted.mean_of(codes, clv_predicted.expected(found, often, much))
    if not isinstance(often, ParetoNbd):
        endless = Unknown("no_end", "Customers who bought once never leave here, so the sum has no end.")
        return Foreseen(title, found.tested, year, replace(endless, n=len(codes)))
    return Foreseen(title, found.tested, year, clv_predicted.mean_of(codes, _lifetime(found, often, much)))


def _lifetime(found: forecast.Buying, often: ParetoNbd, much: GammaGamma) -> forecast.Expected:
    """Everything a customer is still expected to bring, discounted continuously, of every customer."""
    people, rate = found.people, math.log1p(clv_predicted.DISCOUNT) / 365

    def stream(model: ParetoNbd) -> Floats:
        return model.dert(rate, people.x, people.t_x, people.age)

    def mean(model: GammaGamma) -> Floats:
        return model.conditional_mean(people.x, found.mean)

    to_come, worth = stream(often), mean(much)
    by_often = forecast.slopes(lambda model: stream(model) * worth, often)
    by_much = forecast.slopes(lambda model: to_come * mean(model), much)
    return forecast.Expected(np.asarray(to_come * worth), (by_often, by_much))

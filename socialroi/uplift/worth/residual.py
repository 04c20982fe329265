"""What a model expects after the horizon: never measured, shown hatched, only where its backtest passed.

One model of everybody's buying (BG/NBD for how often, Gamma-Gamma for how much), never one an arm. The effect
on what it predicts is one only as far as an answer works through how often and how lately somebody bought.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from socialroi.result import Bar, Unknown, Value, Working
from socialroi.stats.btyd import (
    BgNbd,
    GammaGamma,
    backtest,
    corr,
    fit_bgnbd,
    fit_gamma_gamma,
    histories,
    residual_value,
)
from socialroi.stats.btyd.spend import TOO_RELATED
from socialroi.stats.causal import Assignment
from socialroi.store import Store
from socialroi.uplift.outcomes import Floats
from socialroi.uplift.past import Units
from socialroi.uplift.worth import partition
from socialroi.uplift.worth.sql import DAYS, HISTORIES

#: How long after the follow-up the model looks, in days.
YEARS = 3
LATER_DAYS = 365 * YEARS
EXCLUDES = "of a predicted value; the interval excludes model error"


def residual(
    store: Store,
    rows: pd.DataFrame,
    model: Assignment,
    end_us: int,
    horizon_days: int,
    *,
    use_margin: bool,
    discount: float,
) -> tuple[Bar, tuple[Working, ...]]:
    """The effect on what customers are expected to bring in the three years after the follow-up.

    `end_us` after each of the trial `rows` the follow-up ends; `model` is the one of who is answered.
    """
    days = store.frame(DAYS, use_margin=use_margin)
    working = (Working(DAYS, {"use_margin": use_margin}, len(days)),)
    fitted = models_of(days)
    if isinstance(fitted, Unknown):
        return unknown_bar(fitted), working
    then, asked = histories_at(store, rows, end_us, use_margin)
    often, much, tested = fitted
    x, t_x, age, mean = (then[name].to_numpy(np.float64) for name in ("x", "t_x", "age", "mean_value"))
    expected = residual_value(
        often, much, x, t_x, age, m=mean, horizon=LATER_DAYS, discount=math.log1p(discount) / 365
    )
    value = _effect(model, expected * (1 + discount) ** (-horizon_days / 365))
    return Bar("residual", value, "modelled", _sentence(horizon_days, tested)), (*working, asked)


def unknown_bar(reason: Unknown) -> Bar:
    """No prediction, and why."""
    return Bar("residual", reason, "unknown", reason.sentence)


def models_of(days: pd.DataFrame) -> tuple[BgNbd, GammaGamma, str] | Unknown:
    """Both models of everybody, and what the backtest said; Unknown unless they may be believed."""
    customer, day = (days[name].to_numpy(np.int64) for name in ("customer", "day"))
    tested = backtest(customer, day)
    if not tested.is_usable:
        return Unknown("backtest", f"No value after the horizon is predicted. {tested.sentence}", tested.n)
    whole = histories(customer, day)
    mean = _mean_repeat(days, len(whole.code))
    related = corr(whole.x, mean)
    if related is not None and abs(related) > TOO_RELATED:
        return Unknown(
            "related",
            f"No value after the horizon is predicted: how much customers spend goes with how often they buy "
            f"(correlation {related:.2f}), which the model does not allow.",
            tested.n,
        )
    often, much = fit_bgnbd(whole.x, whole.t_x, whole.age), fit_gamma_gamma(whole.x, mean)
    if isinstance(often, Unknown):
        return often
    return much if isinstance(much, Unknown) else (often, much, tested.sentence)


def _mean_repeat(days: pd.DataFrame, customers: int) -> Floats:
    """Mean value of each customer's days with a purchase after the first; missing where there is none."""
    repeat = days[days["customer"].duplicated()]
    code = repeat["customer"].to_numpy(np.int64) - 1
    total = np.bincount(code, repeat["value"].to_numpy(np.float64, na_value=0.0), customers)
    n = np.bincount(code, minlength=customers)
    return np.asarray(np.divide(total, n, out=np.full(customers, np.nan), where=n > 0), dtype=np.float64)


def histories_at(
    store: Store, rows: pd.DataFrame, end_us: int, use_margin: bool
) -> tuple[pd.DataFrame, Working]:
    """What each customer had bought, how often and how lately, `end_us` after each of the trial `rows`."""
    units = Units.of(rows["customer_id"], rows["at_us"].to_numpy(np.int64))
    told = {"end_us": end_us, "use_margin": use_margin}
    found = store.frame(
        HISTORIES,
        customers=list(units.customers),
        persons=units.persons.tolist(),
        units_at_us=units.at_us.tolist(),
        **told,
    )
    return found, Working(HISTORIES, told, len(found))


def _effect(model: Assignment, y: Floats) -> Value:
    found = partition.effect(model, y, "ATT")
    return replace(found, method=f"{found.method}, {EXCLUDES}")


def _sentence(horizon_days: int, tested: str) -> str:
    return (
        f"Plus the value a model expects in the {YEARS} years after those {horizon_days} days; its interval "
        f"excludes model error. {tested}"
    )

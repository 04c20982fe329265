"""Differences between engaged and unengaged customers: raw, and with everybody's case mix.

Standardising removes what the first order shows (its month, value, channel, segment) and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats import causal, intervals

Floats = NDArray[np.float64]
DAY_S = 86400.0
#: The fewest customers on each side of a difference.
ARM_MIN = 50
#: The largest standardised difference of a covariate after weighting that is accepted.
MOST_UNLIKE = 0.10


def difference(answered: Value, unengaged: Value) -> Value:
    """Answered minus unengaged, each with its own interval (Newcombe's method for shares)."""
    for value in (answered, unengaged):
        if isinstance(value, Unknown):
            return value
        if value.n < ARM_MIN:
            return _small(value.n)
    assert isinstance(answered, Estimate)
    assert isinstance(unengaged, Estimate)
    return intervals.difference(answered, unengaged, method=f"MOVER on two of: {answered.method}")


def _small(n: int) -> Unknown:
    """A side of the comparison has too few customers."""
    return Unknown("too_few", f"Only {n:,} customers on one side; a difference needs {ARM_MIN} on each.", n)


def difference_like_with_like(people: pd.DataFrame, outcome: str, horizon_d: int) -> Value:
    """Answered minus unengaged with everybody's case mix, by doubly robust weighting.

    `horizon_d` is the follow-up of a time to something; everything else has its own in `people`.
    Unknown `not_comparable` when the groups still differ after weighting, or hardly overlap.
    """
    once = outcome in ("repurchase", "days_without_order")
    kept = people[people["complete"] & (people["bought_once"] | (not once))]
    y = _outcome(kept, outcome, horizon_d)
    a = np.asarray(kept["engaged"] == "answered", dtype=np.float64)
    smaller = int(min(a.sum(), len(a) - a.sum()))
    if smaller < ARM_MIN:
        return _small(smaller)
    x, names = case_mix(kept, room=smaller // 5)
    return like_with_like(y, a, x, names, kept["customer_id"].to_numpy())


def like_with_like(y: Floats, a: Floats, x: Floats, names: tuple[str, ...], who: ArrayLike) -> Value:
    """Mean of `y` where `a` is 1 minus where it is 0, both with everybody's `x` (n x p, named `names`).

    `who` names the person of each row. Unknown `too_few`, `no_variation` or `not_comparable`.
    """
    smaller = int(min(a.sum(), len(a) - a.sum()))
    if smaller < ARM_MIN:
        return _small(smaller)
    if y.min() == y.max():
        return Unknown("no_variation", "Everybody has the same outcome: there is nothing to compare.", len(y))
    effect = causal.estimate(y, a, x, who, estimand="ATE", names=names)
    unlike = _unlike(effect)
    if unlike:
        return Unknown("not_comparable", f"Not comparable like with like: {unlike}.", len(y))
    return replace(effect.estimate, method="standardised to everybody's case mix, cross-fitted AIPW")


def _unlike(effect: causal.Effect) -> str:
    """What keeps the groups apart after weighting; empty when nothing does."""
    name, gap = effect.balance.worst
    if gap > MOST_UNLIKE:
        return f"after weighting, {name} still differs by {gap:.2f} standard deviations"
    smaller = min(effect.ess.treated, effect.ess.control)
    return f"the weights leave the information of only {smaller:.0f} customers" if smaller < ARM_MIN else ""


def _outcome(people: pd.DataFrame, outcome: str, horizon_d: int) -> Floats:
    """One number per customer, all of them observed to the end of the follow-up."""
    if outcome in people:
        return people[outcome].to_numpy(dtype=float)
    if outcome == "days_without_order":
        # nobody is cut off before the horizon here, so the mean of these is the restricted mean
        return np.asarray(np.minimum(people["gap_s"].to_numpy(dtype=float), horizon_d * DAY_S))
    if outcome == "clv_historical":
        return people["margin"].to_numpy(dtype=float)
    return people["ordered"].to_numpy(dtype=float)


def case_mix(people: pd.DataFrame, room: int) -> tuple[Floats, tuple[str, ...]]:
    """Covariates known at the first order: its month and season, its value, channel and segment.

    Months enter as trend and season, names as indicators of the frequent ones (at least 1 in 50). At most
    `room` columns are used, in this order, so that a small arm is not fitted to pieces.
    """
    month = people["month_no"].to_numpy(dtype=float)
    season = 2 * np.pi * month / 12
    columns: dict[str, Floats] = {
        "first order value": people["log_amount"].to_numpy(dtype=float),
        "first order month": month,
        "first order month, squared": (month - month.mean()) ** 2,
        "season, sine": np.sin(season),
        "season, cosine": np.cos(season),
    }
    for name in ("segment", "channel"):
        shares = people[name].value_counts(normalize=True)
        for level in sorted(shares[shares >= 0.02].index)[1:]:
            columns[f"{name} {level}"] = (people[name] == level).to_numpy(dtype=float)
    kept = {name: column for name, column in columns.items() if column.min() < column.max()}
    names = tuple(kept)[: max(1, room)]
    return np.column_stack([kept[name] for name in names] or [np.zeros(len(people))]), names or ("constant",)

"""Weights that make those who answered a survey stand for all who were asked.

Chances of answering come from a logistic regression on what is known of everybody asked. A respondent
counts as the share who answered over the own chance (stabilised, so that the mean weight is about 1), at
most the 99 % quantile of all weights. What made people answer and is not among the covariates stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import Unknown, Value
from socialroi.stats.clusters import count_customers, customer_codes, standard_error
from socialroi.stats.intervals import Floats, estimate, share_limits
from socialroi.stats.nuisance import Layout, cross_fit, one_thread, scaled

CAP = 0.99
#: The fewest who answered, and who did not, from which chances are estimated.
MIN_EACH = 30
METHOD = "weighted by 1 / chance of answering, chances taken as given"


@dataclass(frozen=True, slots=True, eq=False)
class ResponseWeights:
    """One weight per respondent, in the order of the rows; `cap` is the largest, `capped` how many have it.

    `effective` is how many equally weighted respondents would be as certain.
    """

    weight: Floats
    cap: float
    capped: int
    effective: float


def response_weights(covariates: ArrayLike, responded: ArrayLike) -> ResponseWeights | Unknown:
    """Weights of those who `responded` (n, 0 or 1) from `covariates` (n x p) of all who were asked.

    Unknown `too_few` below 30 who answered or 30 who did not. Raises ValueError unless all is finite.
    """
    x, answered = np.asarray(covariates, dtype=np.float64), np.asarray(responded, dtype=np.float64)
    if (
        x.ndim != 2
        or len(x) != len(answered)
        or not np.isfinite(x).all()
        or not np.isin(answered, (0, 1)).all()
    ):
        raise ValueError("one row of finite covariates per person asked, who answered (1) or did not (0)")
    k, n = int(answered.sum()), len(answered)
    if min(k, n - k) < MIN_EACH:
        sentence = f"{k:,} of {n:,} asked answered; at least {MIN_EACH} who did and who did not are needed."
        return Unknown("too_few", sentence, n)
    weight = (k / n) / _chances(x, answered)[answered == 1]
    cap = float(np.quantile(weight, CAP))
    weight, capped = np.minimum(weight, cap), int((weight > cap).sum())
    return ResponseWeights(weight, cap, capped, float(weight.sum() ** 2 / (weight @ weight)))


def weighted_mean(
    values: ArrayLike, weight: ArrayLike, cluster: ArrayLike, ends: tuple[float, float] = (0.0, 1.0)
) -> Value:
    """Weighted mean of `values` between the `ends` of their scale; interval clustered, inside the scale.

    Wilson's limits on as many units as the weighted, clustered error is worth. Unknown `too_few` with
    fewer than two customers.
    """
    own, share = np.asarray(values, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    customer = customer_codes(cluster, len(own))
    if count_customers(customer) < 2:
        return Unknown("too_few", "At least two customers are needed.", len(own))
    length = ends[1] - ends[0]
    way = (own - ends[0]) / length
    middle = float(share @ way / share.sum())
    error = standard_error(len(own) / share.sum() * share * (way - middle), customer)
    sums = np.bincount(customer, share)
    low, high = share_limits(middle, error, float(sums.sum() ** 2 / (sums @ sums)))
    limits = ends[0] + length * low, ends[0] + length * high
    return estimate(ends[0] + length * middle, limits, len(own), METHOD)


def apart(values: ArrayLike, weight: ArrayLike, everybody: ArrayLike) -> float:
    """Weighted mean of respondents minus mean of `everybody`, in standard deviations of everybody."""
    own, share, all_of = (np.asarray(part, dtype=np.float64) for part in (values, weight, everybody))
    spread, gap = float(all_of.std()), float(share @ own / share.sum() - all_of.mean())
    return gap / spread if spread > 0 else (0.0 if math.isclose(gap, 0.0, abs_tol=1e-12) else math.inf)


def _chances(x: Floats, answered: Floats) -> Floats:
    """Chance of answering of everybody asked."""
    with one_thread():
        z, _ = scaled(x)
        nobody = np.zeros(len(x), dtype=np.int64)
        return cross_fit(z, answered, Layout.of(nobody, nobody, 1, 1), [0], binary=True)

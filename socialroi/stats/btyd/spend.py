"""Gamma-Gamma: how much customers spend per purchase, and how far one customer's mean can be trusted.

A customer's purchases vary around a mean of their own, means vary between customers (p, q, gamma); a few
purchases are pulled towards everybody's mean. It holds only when spending does not depend on how often
one buys: look at `corr` first. Source: Fader & Hardie 2013 (note 025); Colombo & Jiang 1999.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln, polygamma

from socialroi.result import Unknown
from socialroi.stats.btyd.customers import BLOCK, WARM_ROWS
from socialroi.stats.btyd.newton import Fit, Terms, maximise
from socialroi.stats.intervals import Floats, nobody
from socialroi.stats.nuisance import one_thread

NAMES = ("p", "q", "gamma")
TOO_RELATED = 0.3
"""From this correlation of purchases and spending on, the model's assumption is in doubt."""


@dataclass(frozen=True, slots=True, eq=False)
class GammaGamma:
    """The model with its parameters; `gamma` is in the unit of money."""

    p: float
    q: float
    gamma: float
    fit: Fit | None = None

    @property
    def mean(self) -> float:
        """Mean per purchase of a customer about whom nothing is known; infinite when q <= 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else np.inf

    def conditional_mean(self, x: ArrayLike, m: ArrayLike) -> Floats:
        """Expected mean per purchase of customers with `x` repeat purchases of mean `m`.

        Where there is no repeat purchase, or `m` is missing or not positive, it is everybody's mean.
        """
        x, m = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(m, dtype=np.float64))
        known = (x > 0) & np.isfinite(m) & (m > 0)
        x, total = np.where(known, x, 0.0), np.where(known, x * m, 0.0)
        below = self.p * x + self.q - 1
        with np.errstate(divide="ignore"):
            value = np.where(below > 0, self.p * (self.gamma + total) / np.maximum(below, 0.0), np.inf)
        return np.asarray(value, dtype=np.float64)


def fit_gamma_gamma(x: ArrayLike, m: ArrayLike) -> GammaGamma | Unknown:
    """The Gamma-Gamma model of customers with `x` repeat purchases of mean spend (or margin) `m`.

    Customers without a repeat purchase, or with a mean that is missing or not positive, are left out.
    Unknown `no_data` when nobody is left, `no_fit` when the likelihood has no maximum (all spend the
    same), `heavy_tail` when spending varies so much that a new customer's mean would be infinite.
    """
    x, m = _columns(x, m)
    keep = np.flatnonzero((x > 0) & (m > 0) & (m < np.inf))
    x, m = (x, m) if len(keep) == len(x) else (x[keep], m[keep])
    if not len(x):
        return nobody()
    start = np.array([2.0, 3.0, float(np.median(m[:: max(1, len(m) // WARM_ROWS)]))])
    stride = len(x) // WARM_ROWS
    with one_thread():
        if stride >= 4:
            rough = maximise(Likelihood(x[::stride], m[::stride]), start)
            start = start if rough is None else rough[0]
        found = maximise(Likelihood(x, m), start)
    if found is None:
        return Unknown("no_fit", "Spending does not vary the way this model needs it to.", len(x))
    values, level, covariance = found
    if values[NAMES.index("q")] <= 1:
        sentence = "Spending varies so much between customers that a mean cannot be expected."
        return Unknown("heavy_tail", sentence, len(x))
    p, q, gamma = values.tolist()
    return GammaGamma(p, q, gamma, Fit(NAMES, values, covariance, level, len(x)))


def corr(x: ArrayLike, m: ArrayLike) -> float | None:
    """Correlation of repeat purchases `x` and their mean `m` over customers with both; None when undefined.

    Above `TOO_RELATED` (0.3) the Gamma-Gamma model is in doubt: frequent buyers spend otherwise.
    """
    x, m = _columns(x, m)
    keep = (x > 0) & (m > 0) & (m < np.inf)
    x, m = x[keep], m[keep]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(m) == 0:
        return None
    return float(np.corrcoef(x, m)[0, 1])


class Likelihood:
    """Log likelihood of repeat spending with gradient and Hessian by (p, q, gamma).

    With z = x m a customer's part is (functions of x) + q ln gamma + p x ln z - ln m - (px+q) ln(gamma+z):
    one logarithm and one reciprocal a row, everything else once per distinct x or once and for all.
    """

    def __init__(self, x: Floats, m: Floats) -> None:
        self.x, self.z, self.n = x, x * m, len(x)
        self.levels, self.size = _levels(x)
        logs = np.log(m)
        self.logs = float(logs.sum())
        log_x = np.log(self.levels)
        self.log_totals = float(x @ logs + (self.size * self.levels) @ log_x)

    def __call__(self, params: Floats) -> Terms:
        """Log likelihood, gradient, Hessian."""
        p, q, gamma = params.tolist()
        x, n, total = self.levels, self.size, self.n
        (logs, x_logs), (inverse, x_inverse), (squared, x_squared) = self._sums(gamma)
        shape = p * x
        level = n @ (gammaln(shape + q) - gammaln(shape)) - total * (gammaln(q) - q * np.log(gamma))
        level += p * self.log_totals - self.logs - p * x_logs - q * logs
        both, one = digamma(shape + q), digamma(shape)
        gradient = np.array(
            [
                (n * x) @ (both - one) + self.log_totals - x_logs,
                n @ both - total * (digamma(q) - np.log(gamma)) - logs,
                total * q / gamma - p * x_inverse - q * inverse,
            ]
        )
        both, one = polygamma(1, shape + q), polygamma(1, shape)
        pq, qg = (n * x) @ both, total / gamma - inverse
        hessian = np.array(
            [
                [(n * x * x) @ (both - one), pq, -x_inverse],
                [pq, n @ both - total * polygamma(1, q), qg],
                [-x_inverse, qg, p * x_squared + q * squared - total * q / gamma**2],
            ]
        )
        return float(level), gradient, hessian

    def _sums(self, gamma: float) -> Floats:
        """Sums, plain and times x, of `ln(gamma+z)`, `1/(gamma+z)` and its square."""
        sums = np.zeros((3, 2))
        for start in range(0, self.n, BLOCK):
            x, z = self.x[start : start + BLOCK], self.z[start : start + BLOCK] + gamma
            log, inverse = np.log(z), 1 / z
            sums[0] += log.sum(), x @ log
            sums[1] += inverse.sum(), x @ inverse
            inverse_x = inverse * x
            sums[2] += inverse @ inverse, inverse_x @ inverse
        return sums


def _columns(x: ArrayLike, m: ArrayLike) -> tuple[Floats, Floats]:
    x, m = (np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in (x, m))
    if x.shape != m.shape or x.ndim != 1:
        raise ValueError(f"one mean per customer: got {m.shape} for {x.shape}")
    if len(x) and not (np.isfinite(x).all() and x.min() >= 0 and (x == np.rint(x)).all()):
        raise ValueError("x counts repeat purchases: whole and not negative")
    return x, m


def _levels(x: Floats) -> tuple[Floats, Floats]:
    """Distinct numbers of purchases and how many customers have each."""
    if x.max() <= 4 * len(x) + 1000:
        counts = np.bincount(x.astype(np.int64))
        levels = np.flatnonzero(counts)
        return levels.astype(np.float64), counts[levels].astype(np.float64)
    levels, counts = np.unique(x, return_counts=True)
    return levels, counts.astype(np.float64)

"""Pareto/NBD: how often customers buy who may leave at any moment.

While active, a customer buys at random at a rate of their own (gamma: shape r, rate alpha); they leave
for good at a rate of their own (gamma: s, beta). Unlike in BG/NBD, somebody who never came back may have
left. Source: Schmittlein, Morrison & Colombo 1987; Fader & Hardie notes (2005) for the likelihood.

The likelihood is an integral over the unseen moment of leaving, usually written as a difference of two
hypergeometric functions. Here the integral itself is summed over a few nodes: no difference of large
numbers, no underflow, and the derivatives are averages over the same nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, exprel, gammaln, polygamma

from socialroi.result import Unknown
from socialroi.stats.btyd.customers import Tally, checked, checked_time
from socialroi.stats.btyd.newton import Fit, Terms, fit_histories
from socialroi.stats.intervals import Floats

NAMES = ("r", "alpha", "s", "beta")
NODES = 16
"""Moments of leaving that are looked at, per customer."""
DEEP, CUTS = 32.0, 6
"""Moments whose part is e^-32 of the largest are left out; so many Newton steps find the last one."""
ROWS = 256
"""Customers handled at once: all their nodes stay in the cache."""

_AT, _WEIGHT = np.polynomial.legendre.leggauss(NODES)
_AT, _LOG_WEIGHT = ((_AT + 1) / 2)[:, None], np.log(_WEIGHT / 2)[:, None]
_GRID = np.arange(-4.5, 60.0, 1 / 16)
_LEFT = np.append(np.ones(NODES), 0.0)[:, None]
"""1 for the moments of leaving, 0 for the last row: has not left."""


@dataclass(frozen=True, slots=True, eq=False)
class ParetoNbd:
    """The model with its parameters; `alpha` and `beta` are in the unit of time."""

    r: float
    alpha: float
    s: float
    beta: float
    fit: Fit | None = None

    def expected(self, t: ArrayLike) -> Floats:
        """Repeat purchases a new customer makes within `t` of the first purchase, on average."""
        return self._active(checked_time(t), np.zeros(()), np.zeros(()))

    def expected_purchases(self, t: float, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Purchases of each customer within `t` from now on, given what they did so far."""
        x, t_x, T = checked(x, t_x, T)
        return self.if_active(t, x, T) * self.p_alive(x, t_x, T)

    def if_active(self, t: float, x: Floats, T: Floats) -> Floats:
        """Purchases within `t` from now on of customers known to be still active."""
        return self._active(checked_time(t), x, T)

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that each customer is still active."""
        x, t_x, T = checked(x, t_x, T)
        out = np.empty(len(x))
        p = np.array([self.r, self.alpha, self.s, self.beta])
        for rows in _blocks(len(x)):
            terms, _ = _moments(p, x[rows], t_x[rows], T[rows])
            share = np.exp(terms - terms.max(axis=0))
            out[rows] = share[-1] / share.sum(axis=0)
        return out

    def dert(self, rate: float, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Discounted expected residual transactions: all purchases still to come, each worth
        `exp(-rate * time until it)`.

        `rate` is continuous per unit of time (15 % a year in weeks: ln 1.15 / 52). Raises ValueError
        unless it is positive. Source: Fader, Hardie & Lee 2005 (Journal of Marketing Research 42), as
        `(r+x)(beta+T)/(alpha+T) P(alive)` times the integral of `exp(-zv) (1+v)^-s`, z = rate (beta+T).
        """
        if not rate > 0:
            raise ValueError(f"without a positive discount rate the sum has no end: {rate}")
        x, t_x, T = checked(x, t_x, T)
        ages, place = np.unique(T, return_inverse=True)
        lasting = np.array([self._lasting(rate * (self.beta + at)) for at in ages])[place]
        pace = (self.r + x) * (self.beta + T) / (self.alpha + T)
        return np.asarray(pace * lasting * self.p_alive(x, t_x, T), dtype=np.float64)

    def _active(self, t: Floats, x: Floats, T: Floats) -> Floats:
        """`(r+x)(beta+T) / ((alpha+T)(s-1)) [1 - ((beta+T)/(beta+T+t))^(s-1)]`, also at s = 1."""
        wait = np.log1p(t / (self.beta + T))
        pace = (self.r + x) * (self.beta + T) / (self.alpha + T)
        return np.asarray(pace * wait * exprel((1 - self.s) * wait), dtype=np.float64)

    def _lasting(self, z: float) -> float:
        """`e^z` times the exponential integral of order s, by the trapezoidal rule.

        With v as a double exponential of the grid the rule is exact to rounding.
        """
        v = np.exp(_GRID - np.exp(-_GRID)) / (z + self.s)
        values = np.exp(-z * v - self.s * np.log1p(v)) * v * (1 + np.exp(-_GRID))
        return float(values.sum()) / 16


def fit_pareto_nbd(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> ParetoNbd | Unknown:
    """The Pareto/NBD model of customers with `x` repeat purchases, the last at `t_x`, followed up to `T`.

    Unknown `no_data` for nobody, `too_few` when nobody came back, `no_fit` when the likelihood has no
    maximum (for example when nobody ever seems to leave). Raises ValueError for impossible histories.
    """
    fit = fit_histories(NAMES, Likelihood, lambda time: (1.0, time, 1.0, time), checked(x, t_x, T))
    if isinstance(fit, Unknown):
        return fit
    r, alpha, s, beta = fit.values.tolist()
    return ParetoNbd(r, alpha, s, beta, fit)


class Likelihood:
    """Log likelihood of a tally with gradient and Hessian by (r, alpha, s, beta).

    A customer's part is `lnG(r+x) - lnG(r) + r ln alpha + s ln beta` plus the logarithm of a sum over the
    moments of leaving. The derivatives of the latter are means and covariances over those moments, each
    weighted with its share of the sum.
    """

    def __init__(self, tally: Tally) -> None:
        never = np.flatnonzero(tally.single)
        nothing = np.zeros(len(never))
        self.x = np.concatenate((nothing, tally.levels[tally.level]))
        self.t_x = np.concatenate((nothing, tally.ages[tally.last]))
        self.age = np.concatenate((tally.ages[never], tally.ages[tally.age]))
        self.count = np.concatenate((tally.single[never], tally.count))
        self.levels = np.append(0.0, tally.levels)
        self.size = np.append(tally.single.sum(), tally.size)

    def __call__(self, p: Floats) -> Terms:
        """Log likelihood, gradient, Hessian."""
        level, gradient, hessian = self._of_counts(p)
        for rows in _blocks(len(self.x)):
            x, count = self.x[rows], self.count[rows]
            terms, y = _moments(p, x, self.t_x[rows], self.age[rows])
            top = terms.max(axis=0)
            share = np.exp(terms - top)
            total = share.sum(axis=0)
            level += float(count @ (top + np.log(total)))
            share *= count / total
            slopes, bends = _slopes(p, x, y)
            means = (share * slopes).sum(axis=1)
            gradient += means.sum(axis=1)
            flat = slopes.reshape(4, -1)
            hessian += (flat * share.ravel()) @ flat.T - (means / count) @ means.T
            for (i, j), bend in bends.items():
                hessian[i, j] += float((share * bend).sum())
        hessian[[1, 3], [0, 2]] = hessian[[0, 2], [1, 3]]
        return level, gradient, hessian

    def _of_counts(self, p: Floats) -> Terms:
        r, alpha, s, beta = p.tolist()
        n, total = self.size, float(self.size.sum())
        level = n @ gammaln(r + self.levels) - total * gammaln(r)
        level += total * (r * np.log(alpha) + s * np.log(beta))
        by_r = n @ digamma(r + self.levels) - total * digamma(r) + total * np.log(alpha)
        gradient = np.array([by_r, total * r / alpha, total * np.log(beta), total * s / beta])
        hessian = np.diag([0.0, -total * r / alpha**2, 0.0, -total * s / beta**2])
        hessian[0, 0] = n @ polygamma(1, r + self.levels) - total * polygamma(1, r)
        hessian[0, 1], hessian[2, 3] = total / alpha, total / beta
        return float(level), gradient, hessian


def _moments(p: Floats, x: Floats, t_x: Floats, age: Floats) -> tuple[Floats, Floats]:
    """Log of each moment's part of the likelihood (nodes + 1 x rows), and the moments.

    The parts are `s (alpha+y)^-(r+x) (beta+y)^-(s+1) dy` for leaving at y between the last purchase and
    now, and `(alpha+T)^-(r+x) (beta+T)^-s` for not having left. The nodes are Gauss-Legendre's in
    `w = ln((m+y)/(m+t_x))`, m the smaller of alpha and beta, as far as the first is not negligible.
    """
    r, alpha, s, beta = p.tolist()
    near, far = min(alpha, beta) + t_x, max(alpha, beta) + t_x
    exponents = (r + x, np.full(len(x), s + 1.0))
    own, other = exponents if alpha <= beta else exponents[::-1]
    wide = np.log1p((age - t_x) / near)
    for _ in range(CUTS):
        # how far the logarithm has dropped is convex: Newton comes down to the cut and not below
        ahead = near * np.expm1(wide)
        drop = (own - 1) * wide + other * np.log1p(ahead / far)
        slope = own - 1 + other * (near + ahead) / (far + ahead)
        wide = wide - np.divide(drop - DEEP, slope, out=np.zeros_like(wide), where=drop > DEEP)
    w = _AT * wide
    y = np.vstack((t_x + near * np.expm1(w), age))
    terms = -(r + x) * np.log(alpha + y) - (s + _LEFT) * np.log(beta + y)
    with np.errstate(divide="ignore"):
        # whoever bought just now has had no time to leave: the logarithm of 0 is right
        terms[:-1] += _LOG_WEIGHT + w + np.log(wide) + np.log(near) + np.log(s)
    return terms, y


def _slopes(p: Floats, x: Floats, y: Floats) -> tuple[Floats, dict[tuple[int, int], Floats]]:
    """First and second derivatives of every moment's log part by (r, alpha, s, beta)."""
    r, alpha, s, beta = p.tolist()
    of_alpha, of_beta = 1 / (alpha + y), 1 / (beta + y)
    by_alpha, by_beta = -(r + x) * of_alpha, -(s + _LEFT) * of_beta
    by_s = _LEFT / s - np.log(beta + y)
    slopes = np.stack((-np.log(alpha + y), by_alpha, by_s, by_beta))
    bends = {
        (0, 1): -of_alpha,
        (1, 1): -by_alpha * of_alpha,
        (2, 2): np.broadcast_to(-_LEFT / s**2, y.shape),
        (2, 3): -of_beta,
        (3, 3): -by_beta * of_beta,
    }
    return slopes, bends


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, ROWS):
        yield slice(start, min(start + ROWS, n))

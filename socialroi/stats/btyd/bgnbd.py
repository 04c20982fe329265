"""BG/NBD: how often customers buy who may leave after any purchase.

While active, a customer buys at random at a rate of their own (gamma distributed: shape r, rate alpha);
after every repeat purchase they leave for good with a probability of their own (beta: a, b).
Source: Fader, Hardie & Lee 2005 (Marketing Science 24). A customer who never came back has had no
occasion to leave, so the model calls them active for ever: that is the model, not a finding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, digamma, expit, gammaln, hyp2f1, polygamma, xlogy

from socialroi.result import Unknown
from socialroi.stats.btyd.customers import BLOCK, Tally, checked, checked_time, distinct_pairs
from socialroi.stats.btyd.newton import Fit, Terms, fit_histories
from socialroi.stats.intervals import Floats

NAMES = ("r", "alpha", "a", "b")
NEAR_ONE, MANY = 1e-3, 50.0
"""Between these distances of `a` from 1 the formula keeps its digits."""
FEW = 512
"""Customers handled at once when every one is averaged over some hundred chances of leaving."""


@dataclass(frozen=True, slots=True, eq=False)
class BgNbd:
    """The model with its parameters; `alpha` is in the unit of time. `fit` is how they were found."""

    r: float
    alpha: float
    a: float
    b: float
    fit: Fit | None = None

    def expected(self, t: ArrayLike) -> Floats:
        """Repeat purchases a new customer makes within `t` of the first purchase, on average."""
        return self._active(checked_time(t), np.zeros(()), np.zeros(()))

    def expected_purchases(self, t: float, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Purchases of each customer within `t` from now on, given what they did so far."""
        x, t_x, T = checked(x, t_x, T)
        return self.if_active(t, x, T) * self._p_alive(x, t_x, T)

    def if_active(self, t: float, x: Floats, T: Floats) -> Floats:
        """Purchases within `t` from now on of customers known to be still active."""
        pairs = distinct_pairs(x, T)
        if pairs is None:
            return self._active(checked_time(t), x.astype(np.float64), T.astype(np.float64))
        distinct, ages, place = pairs
        return self._active(checked_time(t), distinct, ages)[place]

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Probability that each customer is still active; 1 by definition for those who never came back."""
        return self._p_alive(*checked(x, t_x, T))

    def probability(self, x: ArrayLike, t: ArrayLike) -> Floats:
        """Probability that a new customer makes exactly `x` repeat purchases within `t`."""
        x, t = np.broadcast_arrays(np.asarray(x, dtype=np.float64), checked_time(t))
        again = np.maximum(x, 1.0)
        z = t / (self.alpha + t)
        whole = gammaln(self.r + x) - gammaln(self.r) - gammaln(x + 1) + self.r * np.log1p(-z) + xlogy(x, z)
        stayed = np.exp(whole + betaln(self.a, self.b + x) - betaln(self.a, self.b))
        # the chance of at least x occasions is a tail of the negative binomial
        left = np.exp(betaln(self.a + 1, self.b + again - 1) - betaln(self.a, self.b))
        return np.asarray(stayed + np.where(x > 0, left * betainc(again, self.r, z), 0.0), dtype=np.float64)

    def _p_alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        out = np.empty(len(x))
        for start in range(0, len(x), BLOCK):
            rows = slice(start, start + BLOCK)
            n, last = x[rows], t_x[rows]
            odds = np.log(self.a / (self.b + np.maximum(n, 1) - 1))
            odds += (self.r + n) * np.log1p((T[rows] - last) / (self.alpha + last))
            out[rows] = np.where(n > 0, expit(-odds), 1.0)
        return out

    def _active(self, t: Floats, x: Floats, T: Floats) -> Floats:
        """`(a+b+x-1)/(a-1) [1 - ((alpha+T)/(alpha+T+t))^(r+x) 2F1(r+x, b+x; a+b+x-1; z)]`.

        Computed after Euler's transformation, which does not overflow for many purchases; where it has no
        value (a = 1 and around), or is too large a number, from what the formula sums up.
        """
        t, x, T = np.broadcast_arrays(t, x, T)
        z, c, excess = t / (self.alpha + T + t), self.a + self.b + x - 1, self.a - 1
        if not NEAR_ONE < abs(excess) < MANY:
            return self._averaged(t / (self.alpha + T), x)
        with np.errstate(all="ignore"):
            series = hyp2f1(excess, excess + self.b - self.r, c, z)
            value = np.array(c / excess * (1 - np.exp(excess * np.log1p(-z)) * series))
        lost = ~np.isfinite(value)
        if lost.any():
            value[lost] = self._averaged((t / (self.alpha + T))[lost], x[lost])
        return value

    def _averaged(self, wait: Floats, x: Floats) -> Floats:
        """The same as the mean of `(1 - (1 + p wait)^-(r+x)) / p` over the chance p of leaving."""
        out = np.empty(x.shape)
        for level in np.unique(x):
            here = x == level
            p, weight = _beta_nodes(self.a, self.b + level)
            waits, values = wait[here], np.empty(int(here.sum()))
            for start in range(0, len(values), FEW):
                odds = p[:, None] * waits[start : start + FEW]
                values[start : start + FEW] = -(weight / p) @ np.expm1(-(self.r + level) * np.log1p(odds))
            out[here] = values
        return out


def _beta_nodes(a: float, b: float) -> tuple[Floats, Floats]:
    """Values of a beta variable and their weights: the trapezoidal rule on its logit.

    Smooth and falling exponentially on both sides, the density is integrated to about ten digits.
    """
    spread = math.sqrt(1 / a + 1 / b)
    step, wide = min(0.4, spread / 2.5), 8 * min(1.0, spread)
    mode = math.log(a / b)
    v = np.arange(mode - wide - 30 / a, mode + wide + 30 / b, step)
    log = -a * np.logaddexp(0, -v) - b * np.logaddexp(0, v)
    weight = np.exp(log - log.max())
    return np.maximum(expit(v), 1e-300), weight / weight.sum()


def fit_bgnbd(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> BgNbd | Unknown:
    """The BG/NBD model of customers with `x` repeat purchases, the last at `t_x`, followed up to `T`.

    Unknown `no_data` for nobody, `too_few` when nobody came back, `no_fit` when the likelihood has no
    maximum (for example when nobody ever seems to leave). Raises ValueError for impossible histories.
    """
    fit = fit_histories(NAMES, Likelihood, lambda time: (1.0, time, 1.0, 2.0), checked(x, t_x, T))
    if isinstance(fit, Unknown):
        return fit
    r, alpha, a, b = fit.values.tolist()
    return BgNbd(r, alpha, a, b, fit)


class Likelihood:
    """Log likelihood of a tally with gradient and Hessian by (r, alpha, a, b).

    A customer's part is (functions of x) - (r+x) ln(alpha+T) + ln(1 + e^u), the last for x > 0 only, with
    u = ln a - ln(b+x-1) + (r+x) [ln(alpha+T) - ln(alpha+t_x)]. What depends on x alone is done once per
    distinct x, what depends on a time alone once per distinct time; only u is done per row.
    """

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.levels = np.append(0.0, tally.levels)
        self.size = np.append(tally.single.sum(), tally.size)

    def __call__(self, p: Floats) -> Terms:
        """Log likelihood, gradient, Hessian."""
        level, gradient, hessian = self._of_counts(p)
        for more in (self._of_ages(p), self._of_rows(p)):
            level, gradient, hessian = level + more[0], gradient + more[1], hessian + more[2]
        return level, gradient, hessian

    def _of_counts(self, p: Floats) -> Terms:
        r, alpha, a, b = p.tolist()
        x, n, total = self.levels, self.size, self.tally.n
        level = n @ (gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x))
        level += total * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
        by_all = digamma(a + b) * total - n @ digamma(a + b + x)
        gradient = np.array(
            [
                n @ digamma(r + x) + total * (np.log(alpha) - digamma(r)),
                total * r / alpha,
                by_all,
                by_all + n @ digamma(b + x) - total * digamma(b),
            ]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 0] = n @ polygamma(1, r + x) - total * polygamma(1, r)
        hessian[0, 1] = hessian[1, 0] = total / alpha
        hessian[1, 1] = -total * r / alpha**2
        hessian[2:, 2:] = total * polygamma(1, a + b) - n @ polygamma(1, a + b + x)
        hessian[3, 3] += n @ polygamma(1, b + x) - total * polygamma(1, b)
        return float(level), gradient, hessian

    def _of_ages(self, p: Floats) -> Terms:
        """The part `-(r + x) ln(alpha + T)`."""
        r, alpha = p[0], p[1]
        n, events = self.tally.everybody, r * self.tally.everybody + self.tally.bought
        log, inverse = np.log(alpha + self.tally.ages), 1 / (alpha + self.tally.ages)
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[:2] = -(n @ log), -(events @ inverse)
        hessian[0, 1] = hessian[1, 0] = -(n @ inverse)
        hessian[1, 1] = events @ inverse**2
        return -float(events @ log), gradient, hessian

    def _of_rows(self, p: Floats) -> Terms:
        """The part `ln(1 + e^u)`: its slope is the probability of having left."""
        r, alpha, a, b = p.tolist()
        tally = self.tally
        log, inverse = np.log(alpha + tally.ages), 1 / (alpha + tally.ages)
        events, others = r + tally.levels, 1 / (b + tally.levels - 1)
        odds = np.log(a) + np.log(others)
        level, first, second = 0.0, np.zeros(7), np.zeros((4, 4))
        for rows in tally.blocks():
            of_x, last, age = tally.level[rows], tally.last[rows], tally.age[rows]
            count, k, c = tally.count[rows], events[of_x], others[of_x]
            at_last = inverse[last]
            wait, drop = log[age] - log[last], at_last - inverse[age]
            u = odds[of_x] + k * wait
            # u is never far below 0 because the wait is not negative: nothing overflows here
            stay = np.exp(-u)
            left = 1 / (1 + stay)
            slope = count * left
            bend = slope * left * stay
            level += count @ u + count @ np.log1p(stay)
            by_alpha = -k * drop
            slopes = np.stack((wait, by_alpha, np.ones_like(u), -c))
            # besides the slopes: the second derivatives of u
            first[:4] += slopes @ slope
            first[4:] += slope @ drop, slope @ (by_alpha * (drop - 2 * at_last)), slope @ (c * c)
            second += (slopes * bend) @ slopes.T
        gradient = first[:4].copy()
        gradient[2] /= a
        second[2] /= a
        second[:, 2] /= a
        second[0, 1] -= first[4]
        second[1, 0] -= first[4]
        second[1, 1] += first[5]
        second[2, 2] -= first[2] / a**2
        second[3, 3] += first[6]
        return float(level), gradient, second

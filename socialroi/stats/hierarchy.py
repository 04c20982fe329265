"""Several groups measured with different precision: what each is like once luck is taken out.

A small team is at the top or the bottom of a league table because it is small. Here every group is
pulled towards the common mean by as much as its own error and the groups' likeness ask for, and the best
is named with the chance that it is.

Normal model, y_j ~ N(theta_j, s_j^2), theta_j ~ N(mu, tau^2), flat mu, half-Cauchy tau. Given tau all else
is known in closed form, so tau is summed over a grid and nothing is sampled but the chance of being best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from socialroi.result import LEVEL, Estimate
from socialroi.stats.intervals import Floats, crossing, estimate

METHOD = "hierarchical normal model, half-Cauchy spread"
GRID = 400
"""Values of tau that stand for all of them."""
DRAWS = 20_000
"""Draws behind the chance of being best: it is known to about a third of a point."""


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """Groups after shrinkage, in the order given: `means` with intervals, `p_best` the chance of each to be
    the best one. `mu` is the mean of such groups, `tau` their true spread (a standard deviation).
    """

    means: tuple[Estimate, ...]
    p_best: tuple[float, ...]
    mu: Estimate
    tau: Estimate


def hier_normal(
    estimates: ArrayLike,
    errors: ArrayLike,
    *,
    better: Literal["up", "down"] = "up",
    scale: float | None = None,
    counts: Sequence[int] | None = None,
    seed: int = 0,
) -> Shrunken:
    """Shrink `estimates` with their standard `errors` (one per group, at least two groups).

    `scale` is that of the half-Cauchy on tau, in the unit of the estimates; by default the root mean square
    of the errors, so that a change of unit changes nothing. `counts` (units per group) become the n of the
    means. The estimates are taken as independent. Raises ValueError for fewer than two groups or for errors
    that are not positive.
    Source: Gelman 2006 (the prior); Gelman et al., Bayesian Data Analysis, section 5.4 (the grid).
    """
    y, s = _groups(estimates, errors)
    sizes = list(counts) if counts is not None else [0] * len(y)
    tau, weight = _spread(y, s, scale or float(np.sqrt(np.mean(s**2))))
    centre, error = _centre(y, s, tau)
    keep = s**2 / (s**2 + tau[:, None] ** 2)
    middle = (1 - keep) * y + keep * centre[:, None]
    sd = np.sqrt((1 - keep) * s**2 + keep**2 * error[:, None] ** 2)
    return Shrunken(
        tuple(_mixture(middle[:, j], sd[:, j], weight, sizes[j]) for j in range(len(y))),
        _chance_of_best((y, s), (tau, weight), better, seed),
        _mixture(centre, error, weight, sum(sizes)),
        _grid_estimate(tau, weight, len(y)),
    )


def pooled(estimates: ArrayLike, errors: ArrayLike, tau: float = 0.0) -> tuple[float, float]:
    """Precision-weighted mean of the groups and its standard error, at a known spread `tau`."""
    y, s = _groups(estimates, errors)
    centre, error = _centre(y, s, np.array([tau]))
    return float(centre[0]), float(error[0])


def paule_mandel(estimates: ArrayLike, errors: ArrayLike) -> float:
    """The groups' true variance tau^2, at which their weighted squares are what chance alone gives.

    One number to name; intervals that plug it in cover 87 % with five groups, so none are made of it.
    Source: Paule & Mandel 1982.
    """
    y, s = _groups(estimates, errors)

    def excess(tau_sq: float) -> float:
        centre, _ = _centre(y, s, np.array([math.sqrt(tau_sq)]))
        return float(len(y) - 1 - ((y - centre[0]) ** 2 / (s**2 + tau_sq)).sum())

    return 0.0 if excess(0.0) >= 0 else crossing(excess, 0.0, 4 * float(np.ptp(y)) ** 2)


def _groups(estimates: ArrayLike, errors: ArrayLike) -> tuple[Floats, Floats]:
    y, s = np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    if y.ndim != 1 or y.shape != s.shape or len(y) < 2:
        raise ValueError("shrinkage needs one estimate and one error for each of at least two groups")
    if not (np.isfinite(y).all() and np.isfinite(s).all() and (s > 0).all()):
        raise ValueError("estimates must be finite and their errors positive")
    return y, s


def _centre(y: Floats, s: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Mean of the groups and its error, given each tau."""
    precision = 1 / (s**2 + tau[:, None] ** 2)
    total = precision.sum(axis=1)
    return precision @ y / total, 1 / np.sqrt(total)


def _spread(y: Floats, s: Floats, scale: float) -> tuple[Floats, Floats]:
    """A grid of tau, fine near 0, and the posterior weight of each value.

    Equal steps in the angle of the half-Cauchy: the prior gives every step the same weight.
    """
    angle = (np.arange(GRID) + 0.5) / GRID * math.pi / 2
    tau = scale * np.tan(angle)
    centre, error = _centre(y, s, tau)
    variance = s**2 + tau[:, None] ** 2
    log = np.log(error) - 0.5 * (np.log(variance) + (y - centre[:, None]) ** 2 / variance).sum(axis=1)
    weight = np.exp(log - log.max())
    return tau, weight / weight.sum()


def _mixture(middle: Floats, sd: Floats, weight: Floats, n: int) -> Estimate:
    """Mean and central interval of a mixture of normals."""
    value, reach = float(weight @ middle), float(np.abs(middle).max() + 9 * sd.max())

    def limit(level: float) -> float:
        return crossing(lambda x: float(weight @ special.ndtr((x - middle) / sd)) - level, -reach, reach)

    return estimate(value, (limit((1 - LEVEL) / 2), limit((1 + LEVEL) / 2)), n, METHOD)


def _grid_estimate(tau: Floats, weight: Floats, n: int) -> Estimate:
    """Median and central interval of the grid."""
    low, value, high = np.interp([(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], np.cumsum(weight), tau)
    return estimate(float(value), (float(low), float(high)), n, METHOD)


def _chance_of_best(
    groups: tuple[Floats, Floats], spread: tuple[Floats, Floats], better: str, seed: int
) -> tuple[float, ...]:
    """How often each group comes out best, by joint draws of the common mean and all groups."""
    (y, s), (tau, weight) = groups, spread
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(tau), DRAWS, p=weight)
    centre, error = _centre(y, s, tau)
    mu = centre[drawn] + error[drawn] * rng.standard_normal(DRAWS)
    keep = (s**2 / (s**2 + tau[:, None] ** 2))[drawn]
    theta = (1 - keep) * y + keep * mu[:, None]
    theta += np.sqrt(1 - keep) * s * rng.standard_normal(theta.shape)
    best = theta.argmax(axis=1) if better == "up" else theta.argmin(axis=1)
    return tuple((np.bincount(best, minlength=len(y)) / DRAWS).tolist())

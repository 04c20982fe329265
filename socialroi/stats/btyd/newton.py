"""Maximum likelihood of positive parameters, and what a fit knows about itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from socialroi.result import Estimate, Unknown
from socialroi.stats.btyd.customers import Tally, thinned
from socialroi.stats.intervals import Floats, Z, nobody
from socialroi.stats.nuisance import one_thread

CLOSE = 1e-6
"""Newton stops when the next step is shorter than a thousandth of a standard error (squared here)."""
NEAR = 0.5
"""The last step changes the logarithm of a parameter by less."""
LONGEST = 1.5
"""No step changes the logarithm of a parameter by more."""
EDGE = 14.0
"""A logarithm this far from its start is on its way to infinity: the data do not pin the parameter down."""
HALVINGS = 20
"""A step is halved no more often: what does not climb then is rounding on a plain."""
METHOD = "maximum likelihood, Wald interval of the logarithm"

Terms = tuple[float, Floats, Floats]
"""A log likelihood with its gradient and Hessian."""
Likelihood = Callable[[Floats], Terms]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How a model was fitted: its parameters by name, and the covariance of their logarithms.

    `n` customers went in; `log_likelihood` leaves out no constant.
    """

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    log_likelihood: float
    n: int

    @property
    def errors(self) -> Mapping[str, float]:
        """Standard error of each parameter (delta method)."""
        errors = self.values * np.sqrt(np.diag(self.covariance))
        return dict(zip(self.names, errors.tolist(), strict=True))

    @property
    def parameters(self) -> Mapping[str, Estimate]:
        """Each parameter with its 95 % interval, which is symmetric on the log scale."""
        # an interval that spans forty digits is as good as open
        spread = np.exp(np.minimum(Z * np.sqrt(np.diag(self.covariance)), 50.0))
        rows = zip(self.names, self.values.tolist(), spread.tolist(), strict=True)
        return {name: Estimate(v, v / by, v * by, self.n, METHOD) for name, v, by in rows}


def fit_histories(
    names: tuple[str, ...],
    likelihood: Callable[[Tally], Likelihood],
    start: Callable[[float], tuple[float, ...]],
    columns: tuple[Floats, Floats, Floats],
) -> Fit | Unknown:
    """The fit of a buying model to checked histories; `start` gives first parameters for a time scale.

    Of many customers some thousand are fitted first: near the maximum Newton needs few steps.
    """
    if not len(columns[0]):
        return nobody()
    everybody = Tally.of(*columns)
    if not everybody.repeaters:
        return Unknown("too_few", "No customer came back yet.", everybody.n)
    first = np.array(start(float(columns[2].max()) / 4))
    few = thinned(columns)
    with one_thread():
        rough = maximise(likelihood(Tally.of(*few)), first) if few else None
        found = maximise(likelihood(everybody), rough[0] if rough else first)
    if found is None:
        sentence = "These purchases do not tell how often customers buy from when they leave."
        return Unknown("no_fit", sentence, everybody.n)
    values, level, covariance = found
    return Fit(names, values, covariance, level, everybody.n)


def maximise(terms: Likelihood, start: Floats) -> tuple[Floats, float, Floats] | None:
    """Parameters, log likelihood and covariance of log parameters at the maximum; None if there is none.

    `terms` takes parameters and gives the log likelihood with its derivatives by them. Newton on their
    logarithms, turned uphill where the likelihood is not concave and halved until it climbs. Newton
    squares the error with every step, so the last one needs no evaluation after it.
    """
    theta = np.log(start)
    level, gradient, bend = _by_log(terms, theta)
    for _ in range(100):
        curvature, axes = np.linalg.eigh(bend)
        floor = 1e-9 * float(np.abs(curvature).max())
        step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(curvature), floor))
        gain = float(gradient @ step)
        # on the way to infinity the gain fades away, but the steps do not get shorter
        if gain < CLOSE and curvature[0] > floor and np.abs(step).max() < NEAR:
            return np.exp(theta + step), level + gain / 2, np.linalg.inv(bend)
        step *= min(1.0, LONGEST / float(np.abs(step).max()))
        for _ in range(HALVINGS):
            trial = _by_log(terms, theta + step)
            if trial[0] >= level - 1e-9 * abs(level):
                break
            step /= 2
        else:
            return None
        theta = theta + step
        level, gradient, bend = trial
        if np.abs(theta - np.log(start)).max() > EDGE:
            return None
    return None


def _by_log(terms: Likelihood, theta: Floats) -> Terms:
    """Log likelihood, its gradient and its negative Hessian by the logarithms of the parameters."""
    p = np.exp(theta)
    level, gradient, hessian = terms(p)
    slope = p * gradient
    if not (math.isfinite(level) and np.isfinite(hessian).all()):
        return -math.inf, slope, -hessian
    return level, slope, -(hessian * np.outer(p, p) + np.diag(slope))

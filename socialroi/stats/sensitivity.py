"""How strong something unseen would have to be to explain a result away.

Three scales: the E-value (risk ratios), the robustness value (partial R2, for a linear reading) and
the same bound for doubly robust estimates. Only `benchmark` makes them speak: it measures what an
observed group of covariates does, so that one can say "as strong as recency".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from socialroi.result import Estimate
from socialroi.stats.causal import Assignment, Effect
from socialroi.stats.contrasts import Estimand
from socialroi.stats.diagnostics import tilt
from socialroi.stats.intervals import Floats
from socialroi.stats.nuisance import LINEAR_RIDGE, one_thread, scaled


@dataclass(frozen=True, slots=True)
class EValue:
    """Risk ratio an unseen cause would need with treatment and outcome: for the value, for the limit."""

    value: float
    limit: float


def e_value(ratio: float, low: float, high: float) -> EValue:
    """E-values of a risk ratio and of its interval's limit nearest to 1 (1 when the interval holds 1).

    Raises ValueError unless 0 < low <= ratio <= high. Source: VanderWeele & Ding 2017.
    """
    if not 0 < low <= ratio <= high < math.inf:
        raise ValueError(f"a ratio needs 0 < low <= ratio <= high, got {low}, {ratio}, {high}")
    nearest = 1.0 if low <= 1 <= high else low if low > 1 else high
    return EValue(_e_value(ratio), _e_value(nearest))


def _e_value(ratio: float) -> float:
    """`RR + sqrt(RR (RR - 1))`, of the ratio above 1."""
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def robustness_value(t: float, dof: float, q: float = 1.0, alpha: float | None = None) -> float:
    """Share of the residual variance of treatment and outcome an unseen cause must explain.

    With that strength the estimate with t statistic `t` on `dof` degrees of freedom shrinks by the share
    `q`; with `alpha`, until it is no longer significant at alpha. Raises ValueError unless dof > 1 and q > 0.
    Source: Cinelli & Hazlett 2020 (RV_q and RV_q,alpha as in sensemakr).
    """
    if not (dof > 1 and q > 0 and math.isfinite(t)):
        raise ValueError(f"a robustness value needs a finite t, dof > 1 and q > 0: {t}, {dof}, {q}")
    f = q * abs(t) / math.sqrt(dof)
    if alpha is None:
        return _equal_strength(f * f)
    needed = float(special.stdtrit(dof - 1, 1 - alpha / 2)) / math.sqrt(dof - 1)
    if f <= needed:
        return 0.0
    if needed > 0 and f > 1 / needed:
        return (f * f - needed * needed) / (1 + f * f)
    return _equal_strength((f - needed) ** 2)


def _equal_strength(d: float) -> float:
    """The c in (0, 1) with `c^2 / (1 - c) = d`."""
    return (math.sqrt(d * d + 4 * d) - d) / 2


def bias_bound(se: float, dof: float, cy: float, cd: float) -> float:
    """Largest bias an unseen cause of strength (cy, cd) can make: `SE sqrt(dof cy cd / (1 - cd))`.

    `cy`, `cd` are partial R2 with outcome and treatment. Infinite for cd >= 1.
    Source: Cinelli & Hazlett 2020.
    """
    if not (se >= 0 and dof > 0 and cy >= 0 and cd >= 0):
        raise ValueError("a bias bound needs se, dof, cy and cd that are not negative")
    if cd >= 1:
        return math.inf if cy > 0 else 0.0
    return se * math.sqrt(dof * min(1.0, cy) * cd / (1 - cd))


@dataclass(frozen=True, slots=True)
class Strength:
    """What one observed group of covariates adds: partial R2 with the outcome and the treatment."""

    name: str
    cy: float
    cd: float

    def bound(self, se: float, dof: float) -> float:
        """Largest bias of something unseen that is as strong as this group."""
        return bias_bound(se, dof, self.cy, self.cd)


def benchmark(
    y: ArrayLike, a: ArrayLike, x: ArrayLike, groups: Mapping[str, Sequence[int]]
) -> dict[str, Strength]:
    """Strength of each named group of columns of `x`, found by dropping it from both regressions.

    cy and cd are the gains relative to what the full model leaves unexplained, together from the same
    group: something unseen that gains as much again. Linear regressions also for 0/1 outcomes. Raises
    ValueError for columns that do not exist or an outcome or treatment that does not vary.
    Source: Cinelli & Hazlett 2020, section 4.4, with one time the strength.
    """
    table = np.asarray(x, dtype=np.float64)
    outcome, treated = np.asarray(y, dtype=np.float64), np.asarray(a, dtype=np.float64)
    if outcome.std() == 0 or treated.std() == 0:
        raise ValueError("a benchmark needs an outcome and a treatment that vary")
    for name, columns in groups.items():
        if not all(0 <= column < table.shape[1] for column in columns):
            raise ValueError(f"the group {name!r} names a column that is not among {table.shape[1]}")
    with one_thread():
        z, kept = scaled(table)
        every = np.vstack([z, treated, outcome])
        gram = every @ every.T
    row_of = np.where(kept, np.cumsum(kept), 0)
    return {name: _strength(name, gram, row_of, columns) for name, columns in groups.items()}


def _strength(name: str, gram: Floats, row_of: NDArray[np.int64], columns: Sequence[int]) -> Strength:
    """Gains of one group in the regressions of y on (a, x) and of a on x.

    `gram` is that of intercept, covariates, treatment and outcome; `row_of` the row of each covariate, 0 for
    a constant one.
    """
    y, a = len(gram) - 1, len(gram) - 2
    full = np.arange(a)
    short = np.setdiff1d(full, row_of[list(columns)][row_of[list(columns)] > 0])
    return Strength(
        name, _gain(gram, y, np.append(full, a), np.append(short, a)), _gain(gram, a, full, short)
    )


def _gain(gram: Floats, of: int, full: NDArray[np.int64], short: NDArray[np.int64]) -> float:
    """How much more the short regression leaves unexplained, relative to the full one; at most 1."""
    left, left_short = _unexplained(gram, of, full), _unexplained(gram, of, short)
    if left <= 1e-12 * float(gram[of, of]):
        return 1.0
    return min(1.0, max(0.0, left_short / left - 1))


def _unexplained(gram: Floats, of: int, on: NDArray[np.int64]) -> float:
    """Residual sum of squares of one row on others, the intercept among them."""
    within = gram[np.ix_(on, on)] + LINEAR_RIDGE * gram[0, 0] * np.eye(len(on))
    right = gram[on, of]
    return max(0.0, float(gram[of, of] - right @ np.linalg.solve(within, right)))


@dataclass(frozen=True, slots=True)
class HiddenCause:
    """Room for something unseen around a doubly robust estimate.

    `noise` is the residual variance of the outcome, `leverage` the second moment of the weights (Riesz
    representer), `robustness` the equal strength that would make the estimate 0.
    """

    value: float
    noise: float
    leverage: float

    @property
    def robustness(self) -> float:
        """Partial R2 with outcome and treatment that would make the estimate 0."""
        scale = self.noise * self.leverage
        return _equal_strength(self.value**2 / scale) if scale > 0 else 1.0

    def bound(self, cy: float, cd: float, rho: float = 1.0) -> float:
        """Largest bias for strengths cy and cd; `rho` below 1 when the two do not go together."""
        if cd >= 1:
            return math.inf
        return abs(rho) * math.sqrt(self.noise * self.leverage * cy * cd / (1 - cd))


def hidden_cause(
    fitted: Assignment, y: ArrayLike, estimand: Estimand = "ATO", value: float | None = None
) -> HiddenCause:
    """Bound of the omitted-variable bias of `fitted.effects(y)[estimand]` (models of the first split).

    `value` is that effect where it is known already.
    Source: Chernozhukov, Cinelli, Newey, Sharma & Syrgkanis 2022.
    """
    outcome = np.asarray(y, dtype=np.float64)
    if value is None:
        value = fitted.effects(outcome, (estimand,))[estimand].value
    (m1, m0), e, a = fitted.outcome_models(outcome)[0], fitted.splits[0].propensity, fitted.a
    h = tilt(estimand, e)
    # ATT and ATU average over people, the others over their tilt of the propensity
    weight = {"ATT": a, "ATU": 1 - a}.get(estimand, h) / h.mean()
    alpha = h / h.mean() * np.where(a == 1, 1 / e, -1 / (1 - e))
    gap = h / h.mean() * (1 / e + 1 / (1 - e))
    noise = float(np.mean((outcome - np.where(a == 1, m1, m0)) ** 2))
    # the debiased second moment can fall to nothing where propensities are extreme; take the careful one
    plain = float(np.mean(alpha**2))
    return HiddenCause(value, noise, max(plain, float(np.mean(2 * weight * gap)) - plain))


@dataclass(frozen=True, slots=True)
class Summary:
    """How robust an effect is, on every scale (partial R2 are 0..1, E-values ratios of at least 1).

    `rv` strength that makes the estimate 0, `rv_alpha` one that makes it no longer significant at 5 %;
    `hidden` the same for the doubly robust estimate (`hidden.robustness`). `e_value` is None where the
    effect has no ratio.
    """

    rv: float
    rv_alpha: float
    hidden: HiddenCause
    e_value: EValue | None


def summary(fitted: Assignment, y: ArrayLike, effect: Effect) -> Summary:
    """Robustness of `effect`, one of `fitted.effects(y)`.

    Degrees of freedom of the linear reading: customers less covariates, treatment and intercept. The E-value
    is that of the ratio of adjusted means, so of risks where the outcome is 0/1. Raises ValueError when no
    degrees of freedom are left or the effect has no error.
    """
    dof = effect.n_clusters - int(fitted.kept.sum()) - 2
    if not effect.se > 0:
        raise ValueError("an effect without an error has no robustness")
    t, ratio = effect.value / effect.se, effect.ratio
    return Summary(
        rv=robustness_value(t, dof),
        rv_alpha=robustness_value(t, dof, alpha=0.05),
        hidden=hidden_cause(fitted, y, effect.estimand, effect.value),
        e_value=e_value(ratio.value, ratio.low, ratio.high) if isinstance(ratio, Estimate) else None,
    )

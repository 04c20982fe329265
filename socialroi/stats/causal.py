"""Doubly robust comparison of two arms: what the treatment changed, given the covariates.

Cross-fitted AIPW for three populations and its overlap version, with clustered
influence-function intervals; no bootstrap. An effect carries what is needed to judge it: balance
under the weights of the number shown, effective sizes, overlap, and the plain difference beside it.
The numbers are causal only as far as the covariates hold every reason for treatment that also
drives the outcome; nothing in here can check that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from socialroi.result import Check, Estimate, Value
from socialroi.stats import diagnostics
from socialroi.stats.clusters import Codes, count_customers, customer_codes, standard_error
from socialroi.stats.contrasts import Combine, Estimand, combine, contrast, relative
from socialroi.stats.diagnostics import Balance, Bools, EffectiveSize, Overlap
from socialroi.stats.intervals import Floats, Z
from socialroi.stats.intervals import estimate as bounded
from socialroi.stats.nuisance import Layout, cross_fit, deal_folds, one_thread, scaled

Outcome = Literal["auto", "linear"]
Learner = Callable[[Floats, Floats, Layout, Sequence[int], bool], Floats]
"""What predicts treatment and outcomes: `nuisance.cross_fit` (regressions) or `boosted.cross_fit` (trees)."""

CLIP = 0.01
"""Propensities are kept this far from 0 and 1; `Overlap.clipped` counts the rows it touched."""
METHODS: Mapping[Estimand, str] = {
    "ATE": "cross-fitted AIPW, everybody",
    "ATT": "cross-fitted AIPW, the treated",
    "ATU": "cross-fitted AIPW, the untreated",
    "ATO": "cross-fitted doubly robust overlap",
}


class _Judged(TypedDict):
    """The fields of an Effect that do not depend on the outcome."""

    balance: Balance
    ess: EffectiveSize
    overlap: Overlap
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """Treated minus control in the population of `estimand`, with everything needed to judge it.

    `influence` (one value per row, mean 0, sd / sqrt(n) = error) adds up: any contrast of effects over
    the same rows has the same contrast of influences. `naive` is the plain difference of the same rows,
    `ratio` the relative one (treated / control), Unknown unless both adjusted means are positive.
    """

    estimand: Estimand
    value: float
    low: float
    high: float
    se: float
    n: int
    n_treated: int
    n_control: int
    n_clusters: int
    treated_mean: float
    control_mean: float
    ratio: Value
    naive: Estimate
    influence: Floats
    balance: Balance
    ess: EffectiveSize
    overlap: Overlap
    checks: tuple[Check, ...]

    @property
    def estimate(self) -> Estimate:
        """The effect as a number with its interval."""
        return Estimate(self.value, self.low, self.high, self.n, METHODS[self.estimand])


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One division into folds: the sorted layout and the clipped propensities (caller's order)."""

    layout: Layout
    propensity: Floats
    clipped: int


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who was treated, given the covariates: fitted once, then asked about any number of outcomes.

    `a` 0/1 per row; `z` the standardised covariates (see `nuisance.scaled`), `kept` which of the given
    ones vary, `names` all of them.
    """

    a: Floats
    z: Floats
    kept: Bools
    names: tuple[str, ...]
    customer: Codes
    splits: tuple[Split, ...]
    learner: Learner = cross_fit

    @classmethod
    def of(
        cls,
        a: ArrayLike,
        x: ArrayLike,
        cluster: ArrayLike | None = None,
        *,
        folds: int = 5,
        seed: int = 0,
        splits: int = 3,
        names: Sequence[str] | None = None,
        learner: Learner = cross_fit,
    ) -> Assignment:
        """Fit the propensity of treatment `a` (n, 0/1) on `x` (n x p), cross-fitted.

        `cluster` names the customer of each row: its rows share a fold and count once in the errors.
        `folds` = 1 switches cross-fitting off. `splits` divisions into folds are made, so that a number
        does not hang on one of them. Without clusters the folds depend on the order of the rows.
        `learner` fits the propensity and the outcome models.
        Raises ValueError for missing values, an `a` that is not 0/1, fewer than two customers in an arm,
        or an arm with no more rows than covariates.
        """
        treated, table = _binary(a), _table(x)
        customer = customer_codes(cluster, len(treated))
        _need_arms(treated, table, customer)
        labels = tuple(names) if names is not None else tuple(f"x{j}" for j in range(table.shape[1]))
        if len(labels) != table.shape[1]:
            raise ValueError(f"{len(labels)} names for {table.shape[1]} covariates")
        usable = max(1, min(folds, *(count_customers(customer[treated == arm]) for arm in (0, 1))))
        with one_thread():
            z, kept = scaled(table)
            arm = treated.astype(np.int64)
            dealt = [deal_folds(arm, customer, usable, seed + s) for s in range(max(1, splits))]
            made = tuple(_split(treated, z, fold, learner) for fold in dealt)
        return cls(treated, z, kept, labels, customer, made if usable > 1 else made[:1], learner)

    def weights(self, estimand: Estimand) -> Floats:
        """Weights of the rows that turn both arms into the population of `estimand` (first split)."""
        return diagnostics.weights(estimand, self.a, self.splits[0].propensity)

    def scores(self) -> Floats:
        """Propensity scores `z (a - e)` (n x p' + 1) for `survival.without_scores` (first split)."""
        return np.asarray((self.z * (self.a - self.splits[0].propensity)).T)

    def effects(
        self,
        y: ArrayLike,
        estimands: Sequence[Estimand] = ("ATO", "ATT", "ATU"),
        outcome: Outcome = "auto",
        how: Combine = "median",
    ) -> dict[Estimand, Effect]:
        """Effects of the treatment on `y` (one value per row).

        0/1 outcomes get a logistic outcome model, others a linear one; `outcome="linear"` forces the
        latter. `how` says how the splits become one number: `median` is steadier, `mean` keeps
        effects on parts of an outcome adding up exactly to the effect on their sum (with "linear").
        Raises ValueError for missing values or an outcome that is the same for everybody.
        """
        values = _outcome(y, len(self.a))
        fitted = self.outcome_models(values, outcome)
        with one_thread():
            naive = plain_difference(values, self.a, self.customer)
            return {one: self._effect(one, values, fitted, naive, how) for one in estimands}

    def outcome_models(self, y: ArrayLike, outcome: Outcome = "auto") -> list[tuple[Floats, Floats]]:
        """Predicted outcome of every row if treated and if not, per split, learned within each arm."""
        values = _outcome(y, len(self.a))
        binary = outcome == "auto" and bool(((values == 0) | (values == 1)).all())
        with one_thread():
            return [_arm_models(self.z, split.layout, values, binary, self.learner) for split in self.splits]

    def _effect(
        self,
        estimand: Estimand,
        y: Floats,
        fitted: Sequence[tuple[Floats, Floats]],
        naive: Estimate,
        how: Combine,
    ) -> Effect:
        """One estimand from the outcome models of every split."""
        pairs = [
            contrast(estimand, y, self.a, split.propensity, models)
            for split, models in zip(self.splits, fitted, strict=True)
        ]
        chosen, pair, spread = combine(pairs, how)
        se = math.hypot(standard_error(pair.influence, self.customer), spread)
        return Effect(
            estimand=estimand,
            value=pair.value,
            low=pair.value - Z * se,
            high=pair.value + Z * se,
            se=se,
            n=len(self.a),
            n_treated=int(self.a.sum()),
            n_control=len(self.a) - int(self.a.sum()),
            n_clusters=int(self.customer.max()) + 1,
            treated_mean=pair.treated.value,
            control_mean=pair.control.value,
            ratio=relative(pair, self.customer),
            naive=naive,
            influence=pair.influence,
            **self._judged(estimand, self.splits[chosen]),
        )

    def _judged(self, estimand: Estimand, split: Split) -> _Judged:
        """Diagnostics of an estimand under the weights of one split."""
        w = diagnostics.weights(estimand, self.a, split.propensity)
        table = diagnostics.balance(self.z, self.kept, self.a, w, self.names)
        size = diagnostics.effective_size(self.a, w)
        common = diagnostics.overlap(self.a, split.propensity, split.clipped)
        counts = int(self.a.sum()), len(self.a) - int(self.a.sum())
        checks = diagnostics.judge(estimand, table, size, common, counts)
        return {"balance": table, "ess": size, "overlap": common, "checks": checks}


def estimate(
    y: ArrayLike,
    a: ArrayLike,
    x: ArrayLike,
    cluster: ArrayLike | None = None,
    estimand: Estimand = "ATO",
    *,
    folds: int = 5,
    seed: int = 0,
    splits: int = 3,
    outcome: Outcome = "auto",
    names: Sequence[str] | None = None,
    learner: Learner = cross_fit,
) -> Effect:
    """Effect of treatment `a` (0/1) on `y`, adjusted for covariates `x` (n x p).

    `estimand` chooses whose effect: "ATO" of those who could have been in either arm, "ATT" of the treated,
    "ATU" of the untreated, "ATE" of everybody. `cluster` names the customer of each row, `folds` and
    `splits` say how often the data are divided, `seed` how they are shuffled: the same call gives the
    same number. A shorthand for `Assignment.of(...).effects(...)`; see there for the errors.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> spend = rng.normal(size=4000)  # drives the answer and the outcome
    >>> answered = rng.random(4000) < 1 / (1 + np.exp(-spend))
    >>> margin = 10 + 3 * answered + 5 * spend + rng.normal(size=4000)
    >>> effect = estimate(margin, answered, spend[:, None], estimand="ATT", names=["spend"])
    >>> print(f"{effect.value:.1f}, not {effect.naive.value:.1f}")
    3.0, not 7.1
    >>> effect.low < 3 < effect.high
    True
    >>> [check.name for check in effect.checks if not check.passed]
    []
    """
    fitted = Assignment.of(a, x, cluster, folds=folds, seed=seed, splits=splits, names=names, learner=learner)
    return fitted.effects(y, (estimand,), outcome)[estimand]


def plain_difference(y: ArrayLike, a: ArrayLike, cluster: ArrayLike | None = None) -> Estimate:
    """Difference of the arms' plain means with its (clustered) interval: right for randomised arms.

    Raises ValueError for missing values, an empty arm or a single customer.
    """
    treated, values = _binary(a), _outcome(y, np.size(np.asarray(a)), constant=True)
    customer = customer_codes(cluster, len(treated))
    share = treated.mean()
    if not 0 < share < 1:
        raise ValueError("both arms need somebody: one of them is empty")
    mean1, mean0 = treated @ values / treated.sum(), (1 - treated) @ values / (1 - treated).sum()
    influence = treated * (values - mean1) / share - (1 - treated) * (values - mean0) / (1 - share)
    half = Z * standard_error(influence, customer)
    value = float(mean1 - mean0)
    return bounded(value, (value - half, value + half), len(treated), "difference of means")


def _split(a: Floats, z: Floats, fold: Codes, learner: Learner) -> Split:
    """One division into folds with the propensities it gives."""
    layout = Layout.of(a.astype(np.int64), fold, 2, int(fold.max()) + 1)
    e = layout.back(learner(z[:, layout.order], a[layout.order], layout, (0, 1), True))
    kept = np.clip(e, CLIP, 1 - CLIP)
    return Split(layout, kept, int((kept != e).sum()))


def _arm_models(
    z: Floats, layout: Layout, y: Floats, binary: bool, learner: Learner
) -> tuple[Floats, Floats]:
    """Outcome predictions for the treated and the control arm, in the caller's order."""
    rows, values = z[:, layout.order], y[layout.order]
    m1, m0 = (layout.back(learner(rows, values, layout, (arm,), binary)) for arm in (1, 0))
    return m1, m0


def _binary(a: ArrayLike) -> Floats:
    """Treatment as 0.0 / 1.0."""
    treated = np.asarray(a, dtype=np.float64)
    if treated.ndim != 1 or not ((treated == 0) | (treated == 1)).all():
        raise ValueError("the treatment must be 0 or 1 for every row")
    return treated


def _table(x: ArrayLike) -> Floats:
    """Covariates as a complete n x p table; p may be 0."""
    table = np.asarray(x, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError("covariates must be a table of finite numbers, one row per row of the treatment")
    return table


def _outcome(y: ArrayLike, n: int, constant: bool = False) -> Floats:
    """Outcome of every row; must vary unless `constant` is accepted."""
    values = np.asarray(y, dtype=np.float64)
    if values.shape != (n,) or not np.isfinite(values).all():
        raise ValueError(f"the outcome must be {n} finite numbers")
    if not constant and n and values.min() == values.max():
        raise ValueError("everybody has the same outcome: there is nothing to compare")
    return values


def _need_arms(a: Floats, x: Floats, customer: Codes) -> None:
    """Raise ValueError unless both arms can be modelled."""
    if len(x) != len(a):
        raise ValueError(f"{len(x)} rows of covariates for {len(a)} rows of treatment")
    for arm, name in ((1.0, "treated"), (0.0, "untreated")):
        rows = int((a == arm).sum())
        if count_customers(customer[a == arm]) < 2:
            raise ValueError(f"fewer than two customers are {name}: there is nobody to compare with")
        if rows <= x.shape[1]:
            raise ValueError(f"only {rows} rows are {name}, too few for {x.shape[1]} covariates")

"""From trial rows to effects: one assignment model, every population, one short or full list of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats.causal import Assignment, Effect, Learner, plain_difference
from socialroi.stats.contrasts import Estimand
from socialroi.stats.nuisance import cross_fit
from socialroi.uplift.covariates import GROUPS, Covariates, Group, column_budget, covariates
from socialroi.uplift.outcomes import Bools, Floats
from socialroi.uplift.past import Ints

#: The number shown first, then the others.
ALL: tuple[Estimand, ...] = ("ATO", "ATT", "ATU", "ATE")
#: The number shown and its placebo are the median of this many ways to deal customers into folds, so that no
#: verdict hangs on one; everything beside them, and more messages than `MANY`, take one way.
SPLITS = 3
MANY = 20_000
#: Without any column nothing is learned, and nothing need be left out of the learning.
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """Two groups of units: `treated` or not, whose they are (`person`), what came after (`y`).

    `bought` is whether the customer ordered at all, which is what the counts are about.
    """

    y: Floats
    treated: Bools
    person: Ints
    bought: Bools

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Arms:
        """The arms of trial rows (design.Design.trial or .earlier)."""
        return cls(
            rows["y"].to_numpy(np.float64),
            rows["treated"].to_numpy(bool),
            rows["person"].to_numpy(np.int64),
            rows["bought"].to_numpy(bool),
        )

    @property
    def n_treated(self) -> int:
        """Units of the treated arm."""
        return int(self.treated.sum())

    @property
    def n_control(self) -> int:
        """Units of the control arm."""
        return len(self.treated) - self.n_treated

    def people(self, treated: bool) -> int:
        """Different people in one arm."""
        return _different(self.person[self.treated == treated])

    def buyers(self, treated: bool) -> tuple[int, int]:
        """In one arm: different people who ordered afterwards, and who at least once did not."""
        arm = self.treated == treated
        return _different(self.person[arm & self.bought]), _different(self.person[arm & ~self.bought])

    def naive(self) -> Value:
        """The plain difference of the arms' means."""
        if self.n_treated == 0 or self.n_control == 0 or _different(self.person) < 2:
            return Unknown("empty_arm", "One of the two groups is empty.", len(self.y))
        return plain_difference(self.y, self.treated, self.person)


def _different(codes: Ints) -> int:
    """How many different codes there are."""
    return int(np.count_nonzero(np.bincount(codes)))


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The effects on one outcome by population, and the model behind them; `headline` is the one shown."""

    arms: Arms
    columns: Covariates
    model: Assignment
    effects: dict[Estimand, Effect]
    headline: Effect


def fit(
    rows: pd.DataFrame,
    estimands: Sequence[Estimand] = ALL[:1],
    *,
    groups: Sequence[Group] = GROUPS,
    full: bool | None = None,
    seed: int = 0,
    splits: int = 1,
    learner: Learner = cross_fit,
) -> Fit | None:
    """Effects of treatment on `y` of trial `rows`; None where two groups cannot be compared at all.

    The first of `estimands` is the headline. `groups` are the columns compared on; `full` chooses their
    long or short list, by default the events of the smaller arm decide. `splits` is how often customers are
    dealt into folds; see `SPLITS`. `learner` fits the models of who is treated and what comes after.
    """
    arms = Arms.of(rows)
    if min(arms.people(True), arms.people(False)) < 2 or np.ptp(arms.y) == 0:
        return None
    budget = column_budget(arms.bought.astype(np.float64), arms.treated)
    columns = covariates(rows, budget, groups, full=full)
    try:
        model = Assignment.of(
            arms.treated, columns.x, arms.person, names=columns.names, seed=seed,
            folds=FOLDS if columns.names else 1, splits=splits if len(rows) <= MANY else 1,
            learner=learner,
        )  # fmt: skip
        effects = model.effects(arms.y, estimands)
        return Fit(arms, columns, model, effects, effects[estimands[0]])
    except ValueError:  # fewer units in an arm than columns, or than customers for two folds
        return None


def capped(fitted: Fit, share: float = 0.995) -> Estimate | None:
    """The headline with every amount above the pooled `share` quantile cut to it."""
    cap = float(np.quantile(fitted.arms.y, share))
    y = np.minimum(fitted.arms.y, cap)
    if np.ptp(y) == 0:
        return None
    shown = fitted.headline.estimand
    return fitted.model.effects(y, (shown,))[shown].estimate

"""From trial rows to effects: one assignment model, every population, one short or full list of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialroi.result import Estimate, Unknown, Value
from socialroi.stats.causal import Assignment, Effect, plain_difference
from socialroi.stats.contrasts import Estimand
from socialroi.uplift.covariates import Covariates, column_budget, covariates
from socialroi.uplift.outcomes import Bools, Floats
from socialroi.uplift.past import Ints

#: The number shown, fixed in advance: the people whose answer could have gone either way.
HEADLINE: Estimand = "ATO"
ALL: tuple[Estimand, ...] = ("ATO", "ATT", "ATU", "ATE")
#: The headline and its placebo are the median of this many ways to deal customers into folds, so that no
#: verdict hangs on one; everything beside them, and more messages than `MANY`, take one way.
SPLITS = 3
MANY = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """Two groups of messages: `answered`, whose they are (`person`), what came after (`y`).

    `bought` is whether the customer ordered at all, which is what the counts are about.
    """

    y: Floats
    answered: Bools
    person: Ints
    bought: Bools

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Arms:
        """The arms of trial rows (design.Design.trial or .earlier)."""
        return cls(
            rows["y"].to_numpy(np.float64),
            rows["answered"].to_numpy(bool),
            rows["person"].to_numpy(np.int64),
            rows["bought"].to_numpy(bool),
        )

    @property
    def n_answered(self) -> int:
        """Messages answered within the grace time."""
        return int(self.answered.sum())

    @property
    def n_unanswered(self) -> int:
        """Messages not answered within the grace time."""
        return len(self.answered) - self.n_answered

    def people(self, answered: bool) -> int:
        """Different people in one arm."""
        return len(np.unique(self.person[self.answered == answered]))

    def buyers(self, answered: bool) -> tuple[int, int]:
        """In one arm: different people who ordered afterwards, and who at least once did not."""
        arm = self.answered == answered
        return len(np.unique(self.person[arm & self.bought])), len(np.unique(self.person[arm & ~self.bought]))

    def naive(self) -> Value:
        """The plain difference of the arms' means."""
        if self.n_answered == 0 or self.n_unanswered == 0 or len(np.unique(self.person)) < 2:
            return Unknown("empty_arm", "One of the two groups is empty.", len(self.y))
        return plain_difference(self.y, self.answered, self.person)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The effects on one outcome by population, and the model behind them."""

    arms: Arms
    columns: Covariates
    model: Assignment
    effects: dict[Estimand, Effect]

    @property
    def headline(self) -> Effect:
        """The effect in the population fixed in advance."""
        return self.effects[HEADLINE]


def fit(
    rows: pd.DataFrame,
    estimands: Sequence[Estimand] = (HEADLINE,),
    *,
    full: bool | None = None,
    seed: int = 0,
    splits: int = 1,
) -> Fit | None:
    """Effects of an answer on `y` of trial `rows`; None where two groups cannot be compared at all.

    `full` chooses the list of columns; by default the events of the smaller arm decide. `splits` is how
    often customers are dealt into folds; see `SPLITS`.
    """
    arms = Arms.of(rows)
    if min(arms.people(True), arms.people(False)) < 2 or np.ptp(arms.y) == 0:
        return None
    columns = covariates(rows, column_budget(arms.bought.astype(np.float64), arms.answered), full=full)
    try:
        model = Assignment.of(
            arms.answered, columns.x, arms.person,
            names=columns.names, seed=seed, splits=splits if len(rows) <= MANY else 1,
        )  # fmt: skip
        return Fit(arms, columns, model, model.effects(arms.y, estimands))
    except ValueError:  # fewer messages in an arm than columns, or than customers for two folds
        return None


def capped(fitted: Fit, share: float = 0.995) -> Estimate | None:
    """The headline with every amount above the pooled `share` quantile cut to it."""
    cap = float(np.quantile(fitted.arms.y, share))
    y = np.minimum(fitted.arms.y, cap)
    if np.ptp(y) == 0:
        return None
    return fitted.model.effects(y, (HEADLINE,))[HEADLINE].estimate

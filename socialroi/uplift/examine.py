"""One question to a design: compare at a follow-up, and run every check on what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from socialroi.result import Check
from socialroi.stats.causal import Effect
from socialroi.stats.contrasts import Estimand
from socialroi.uplift import checks, counts, notes, placebo, words
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import Arms, Fit, capped, fit
from socialroi.uplift.horizon import Horizon
from socialroi.uplift.money import Money


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One follow-up: who is compared, the fit where there are enough, and every check.

    `full` says which list of columns its placebo must use too.
    """

    days: int
    rows: pd.DataFrame
    arms: Arms
    fitted: Fit | None
    checks: tuple[Check, ...]

    @property
    def blocked(self) -> Check | None:
        """The check that withholds the number."""
        return checks.failed(self.checks)

    @property
    def balance(self) -> dict[str, tuple[float, float]]:
        """How alike the arms are before and after weighting, covariate by covariate."""
        return self.fitted.headline.balance.by_name if self.fitted else {}

    @property
    def shown(self) -> Effect | None:
        """The effect, if it may be shown."""
        return self.fitted.headline if self.fitted and not self.blocked else None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of a design: the follow-ups, how money is kept, and where chance starts."""

    design: Design
    horizon: Horizon
    money: Money
    seed: int

    @property
    def grace(self) -> str:
        """The grace time in words."""
        return words.hours(self.design.grace_us)

    @property
    def currency(self) -> str | None:
        """The currency of a money outcome."""
        return self.money.currency if self.design.outcome.unit == "money" else None


def examine(
    asked: Question, days: int, linked: Check, estimands: tuple[Estimand, ...], splits: int = 1
) -> Examined:
    """Compare at one follow-up and run every check; no model is fitted when the counts fail."""
    design = asked.design
    rows = design.trial(days)
    arms = Arms.of(rows)
    enough = counts.check(arms, asked.grace)
    fitted = fit(rows, estimands, seed=asked.seed, splits=splits) if enough.passed else None
    if fitted is None:
        idle = tuple(checks.not_run(name) for name in ("balance", "overlap", "placebo"))
        return Examined(days, rows, arms, None, (enough, *idle, linked))
    earlier = placebo.before_the_message(design, days, fitted.columns.is_full, asked.seed, splits)
    effect = fitted.headline
    five = (
        enough,
        checks.balance_check(effect),
        checks.overlap_check(effect),
        placebo.check(effect, earlier, design.outcome, asked.currency),
        linked,
    )
    return Examined(days, rows, arms, fitted, (*five, *_money_check(asked, fitted, five[3])))


def _money_check(asked: Question, fitted: Fit, tested: Check) -> tuple[Check, ...]:
    """What an amount of money needs beyond the five checks; nothing for other outcomes."""
    if asked.design.outcome.unit != "money":
        return ()
    return (checks.money_check(fitted, tested, notes.sensitivity(fitted), capped(fitted)),)

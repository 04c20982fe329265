"""One question to a design: compare at a follow-up, and run every check on what comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from socialroi.result import Check
from socialroi.stats.causal import Effect
from socialroi.stats.contrasts import Estimand
from socialroi.uplift import checks, counts, notes, placebo
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import ALL, Arms, Fit, capped, fit
from socialroi.uplift.horizon import Horizon
from socialroi.uplift.money import Money


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One follow-up: who is compared, the fit where there are enough, and every check."""

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
    def overlap(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """How many of each arm have which chance of treatment."""
        if self.fitted is None or not self.fitted.columns.names:
            return (), ()
        found = self.fitted.headline.overlap
        return found.treated_counts, found.control_counts

    @property
    def shown(self) -> Effect | None:
        """The effect, if it may be shown."""
        return self.fitted.headline if self.fitted and not self.blocked else None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of a design: the follow-ups, how money is kept, and where chance starts.

    `brief` asks for the number and its checks only, and for nothing beside it; `boosted` for the same number
    by boosted trees as well, which is slow.
    """

    design: Design
    horizon: Horizon
    money: Money
    seed: int
    brief: bool = False
    boosted: bool = False

    def of(self, design: Design) -> Question:
        """The same question to another design."""
        return replace(self, design=design)

    @property
    def currency(self) -> str | None:
        """The currency of a money outcome."""
        return self.money.currency if self.design.outcome.unit == "money" else None

    @property
    def estimands(self) -> tuple[Estimand, ...]:
        """Every population, that of the number shown first."""
        shown = self.design.estimand
        return (shown, *(one for one in ALL if one != shown))


def examine(
    asked: Question,
    days: int,
    gates: tuple[Check, ...],
    estimands: tuple[Estimand, ...],
    splits: int = 1,
) -> Examined:
    """Compare at one follow-up and run every check; no model is fitted when the counts fail.

    `gates` are the design's own checks, which do not depend on the follow-up.
    """
    design = asked.design
    rows = design.trial(days)
    arms = Arms.of(rows)
    enough = counts.check(arms, design.sides, design.outcome.happened)
    fitted = None
    if enough.passed:
        fitted = fit(rows, estimands, groups=design.groups, seed=asked.seed, splits=splits)
    if fitted is None:
        idle = tuple(checks.not_run(name) for name in ("balance", "overlap", "placebo"))
        return Examined(days, rows, arms, None, (enough, *idle, *gates))
    earlier = placebo.before(design, days, fitted.columns.is_full, asked.seed, splits)
    effect = fitted.headline
    tested = placebo.check(effect, earlier, design, asked.currency)
    if design.groups:
        alike = checks.balance_check(effect, design.sides), checks.overlap_check(effect, design.sides)
    else:
        alike = checks.by_chance("balance"), checks.by_chance("overlap")
    all_of_them = (enough, *alike, tested, *gates, *_money_check(asked, fitted, tested))
    return Examined(days, rows, arms, fitted, all_of_them)


def _money_check(asked: Question, fitted: Fit, tested: Check) -> tuple[Check, ...]:
    """What an amount of money needs beyond the other checks; nothing for other outcomes."""
    if asked.design.outcome.unit != "money" or not asked.design.sides.is_causal:
        return ()
    needs_topic = bool(asked.design.groups)
    return (checks.money_check(fitted, tested, notes.sensitivity(fitted), capped(fitted), needs_topic),)

"""The same comparison where an answer cannot have changed anything: it must find nothing."""

from __future__ import annotations

import pandas as pd

from socialroi.result import Check
from socialroi.stats.causal import Effect
from socialroi.uplift import words
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import Fit, fit
from socialroi.uplift.outcomes import Outcome
from socialroi.uplift.past import DAY_BEFORE, MESSAGE, PLACEBO, PLACEBO_END

#: A placebo whose interval is more than this many times as wide as the headline's is too weak to speak.
WIDTH = 1.5
#: A group smaller than this gives no normal interval.
FEWEST = 30

_WINDOW = "the 90 days that ended two weeks before the message, when no answer could matter"


def before_the_message(
    design: Design, horizon_days: int, full: bool, seed: int, splits: int = 1
) -> Fit | None:
    """The comparison of [message - 104 d, message - 14 d); None when too few were customers then."""
    return _fit(design.earlier(horizon_days, PLACEBO, PLACEBO_END), full, seed, splits)


def day_before(design: Design, horizon_days: int, full: bool, seed: int) -> Fit | None:
    """The comparison of orders in the 24 hours before the message: a negative control."""
    return _fit(design.earlier(horizon_days, DAY_BEFORE, MESSAGE), full, seed, splits=1)


def _fit(rows: pd.DataFrame, full: bool, seed: int, splits: int) -> Fit | None:
    """The headline's comparison with the same list of columns; None when a group is too small."""
    answered = int(rows["answered"].sum())
    if min(answered, len(rows) - answered) < FEWEST:
        return None
    return fit(rows, full=full, seed=seed, splits=splits)


def check(headline: Effect | None, found: Fit | None, outcome: Outcome, currency: str | None) -> Check:
    """Passed, failed, or (passed None) too weak or not run; only a failure withholds."""
    if headline is None or found is None:
        return Check("placebo", None, None, None, _not_run())
    effect = found.headline
    half, allowed = (effect.high - effect.low) / 2, WIDTH * (headline.high - headline.low) / 2
    if effect.low > 0 or effect.high < 0:
        return Check("placebo", effect.value, half, False, _failed(effect, outcome, currency))
    if half > allowed:
        return Check("placebo", effect.value, half, None, _too_weak(half, allowed, outcome, currency))
    return Check("placebo", effect.value, half, True, _passed(effect, outcome, currency))


def _shown(effect: Effect, outcome: Outcome, currency: str | None) -> str:
    value = words.signed(effect.value, outcome, currency)
    return f"{value} ({words.interval(effect.low, effect.high, outcome)})"


def _passed(effect: Effect, outcome: Outcome, currency: str | None) -> str:
    return f"In {_WINDOW}, both groups bought alike: {_shown(effect, outcome, currency)}."


def _failed(effect: Effect, outcome: Outcome, currency: str | None) -> str:
    return (
        f"The two groups already differed in {_WINDOW}: {_shown(effect, outcome, currency)}; it would pass "
        "if the files showed what else decides who is answered."
    )


def _too_weak(half: float, allowed: float, outcome: Outcome, currency: str | None) -> str:
    now, then = words.size(half, outcome, currency), words.size(allowed, outcome, currency)
    return (
        f"The test on {_WINDOW}, is too weak to speak: give or take {now}, and {then} are needed; it would "
        "speak with more people who were customers half a year before they wrote."
    )


def _not_run() -> str:
    return (
        f"The test on {_WINDOW}, was not run: it needs {FEWEST} messages on both sides from people who were "
        "already customers 134 days before them."
    )

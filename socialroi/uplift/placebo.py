"""The same comparison where an answer cannot have changed anything: it must find nothing."""

from __future__ import annotations

import pandas as pd

from socialroi.result import Check
from socialroi.stats.causal import Effect
from socialroi.uplift import words
from socialroi.uplift.design import Design
from socialroi.uplift.estimate import Fit, fit
from socialroi.uplift.past import DAY_BEFORE, PLACEBO, PLACEBO_END, UNIT

#: A placebo whose interval is more than this many times as wide as the headline's is too weak to speak.
WIDTH = 1.5
#: A group smaller than this gives no normal interval.
FEWEST = 30


def before(design: Design, horizon_days: int, full: bool, seed: int, splits: int = 1) -> Fit | None:
    """The comparison of [unit - 104 d, unit - 14 d); None when too few were customers then."""
    return _fit(design, design.earlier(horizon_days, PLACEBO, PLACEBO_END), full, seed, splits)


def day_before(design: Design, horizon_days: int, full: bool, seed: int) -> Fit | None:
    """The comparison of orders in the 24 hours before the unit: a negative control."""
    return _fit(design, design.earlier(horizon_days, DAY_BEFORE, UNIT), full, seed, splits=1)


def _fit(design: Design, rows: pd.DataFrame, full: bool, seed: int, splits: int) -> Fit | None:
    """The headline's comparison with the same list of columns; None when a group is too small."""
    treated = int(rows["treated"].sum())
    if min(treated, len(rows) - treated) < FEWEST:
        return None
    return fit(rows, (design.estimand,), groups=design.groups, full=full, seed=seed, splits=splits)


def check(headline: Effect | None, found: Fit | None, design: Design, currency: str | None) -> Check:
    """Passed, failed, or (passed None) too weak or not run; only a failure withholds."""
    window = f"the 90 days that ended two weeks before {design.sides.before}, when no answer could matter"
    if headline is None or found is None:
        return Check("placebo", None, None, None, _not_run(design, window))
    effect, outcome = found.headline, design.outcome
    half, allowed = (effect.high - effect.low) / 2, WIDTH * (headline.high - headline.low) / 2
    value = words.signed(effect.value, outcome, currency)
    shown = f"{value} ({words.interval(effect.low, effect.high, outcome)})"
    if effect.low > 0 or effect.high < 0:
        sentence = (
            f"The two groups already differed in {window}: {shown}; it would pass if the files showed what "
            "else decides who is in which."
        )
        return Check("placebo", effect.value, half, False, sentence)
    if half > allowed:
        now, then = words.size(half, outcome, currency), words.size(allowed, outcome, currency)
        sentence = (
            f"The test on {window}, is too weak to speak: give or take {now}, and {then} are needed; it "
            f"would speak with more people who were customers half a year before {design.sides.before}."
        )
        return Check("placebo", effect.value, half, None, sentence)
    return Check("placebo", effect.value, half, True, f"In {window}, both groups bought alike: {shown}.")


def _not_run(design: Design, window: str) -> str:
    return (
        f"The test on {window}, was not run: it needs {FEWEST} {design.sides.units} on both sides from "
        "people who were already customers 134 days before."
    )

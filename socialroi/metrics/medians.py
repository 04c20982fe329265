"""Medians of waits some of which are not over: what the metrics of waiting have in common.

`waits.py` times the first answer of an episode; a metric that times something else brings its own
query and gets the same curve, widened for people who come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from socialroi.metrics.answer import Cut, Key, label_slices, too_few, with_method
from socialroi.metrics.clusters import design_effect, people
from socialroi.result import Definition, Unknown, Value
from socialroi.stats import survival
from socialroi.stats.survival import KaplanMeier


def quantile(curve: KaplanMeier, q: float, definition: Definition, noun: str, how: str) -> Value:
    """The time by which a share `q` of `noun` was answered; `how` is added to its method.

    Unknown `too_few` below the definition's least number, `not_reached` when fewer were answered.
    """
    if curve.n < definition.min_n:
        return too_few(curve.n, noun, definition)
    value = curve.quantile(q)
    if isinstance(value, Unknown) and value.code == "not_reached":
        return Unknown("not_reached", _not_reached(curve, q, noun), curve.n)
    return with_method(value, how)


def _not_reached(curve: KaplanMeier, q: float, noun: str) -> str:
    """Fewer than a share q were answered before the data end."""
    return (
        f"Not reached: fewer than {q:.0%} of {curve.n:,} {noun} had an answer when the export ends"
        f" ({curve.n_events:,} were answered)."
    )


def curves(waits: pd.DataFrame, repeats: pd.DataFrame, cut: Cut) -> dict[Key, KaplanMeier]:
    """Kaplan-Meier curves by segment and period, their counts divided by the design effect.

    `waits` has label, period, waited_s, finished, waiting, units; `repeats` how many `people` of a label
    and period have `hits` waits longer than the median there among `size`.
    """
    effects = _effects(repeats, cut)
    slices = label_slices(waits, cut.by, "units")
    return {key: _curve(part, effects.get(key, 1.0)) for key, part in slices.items()}


def _effects(repeats: pd.DataFrame, cut: Cut) -> Mapping[Key, float]:
    """Design effect of the share still waiting, by segment and period."""
    return {key: _effect(part) for key, part in label_slices(repeats, cut.by, "units").items()}


def _effect(part: pd.DataFrame) -> float:
    """Design effect of one share."""
    hits, sizes = people(part)
    share = float(hits.sum() / sizes.sum())
    return design_effect(hits, sizes, share * (1 - share))


def _curve(part: pd.DataFrame, effect: float) -> KaplanMeier:
    """The curve of one slice: it stays what it is, its variance grows."""
    times = part.groupby("waited_s")[["finished", "waiting"]].sum()
    finished, waiting = (times[name].to_numpy(dtype=np.float64) for name in ("finished", "waiting"))
    seconds = times.index.to_numpy(dtype=np.float64)
    curve = survival.from_counts(seconds, finished / effect, waiting / effect)
    return replace(
        curve,
        at_risk=curve.at_risk * effect,
        events=curve.events * effect,
        n=int(finished.sum() + waiting.sum()),
        n_events=int(finished.sum()),
    )

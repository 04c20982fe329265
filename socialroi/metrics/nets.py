"""Net scores in points: share of the good answers minus share of the bad ones, people clustered."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from socialroi.metrics.answer import too_few
from socialroi.metrics.clusters import design_effect
from socialroi.result import Definition, Unknown, Value
from socialroi.stats import intervals


def net_points(table: pd.DataFrame, definition: Definition) -> Value:
    """Net score of one slice of `ratings.slices`, -100..100.

    Tango's interval, moved out by the design effect where people answered more than once and kept
    within the scale. Unknown `too_few` below the definition's minimum.
    """
    count = table["people"].to_numpy()
    good, bad, sizes = (
        table[name].to_numpy(dtype=float).repeat(count) for name in ("hits", "misses", "size")
    )
    n = round(sizes.sum())
    if n < definition.min_n:
        return too_few(n, "answers", definition)
    score = intervals.net_score(round(good.sum()), round(bad.sum()), n)
    if isinstance(score, Unknown):
        return score
    variance = (good.sum() + bad.sum()) / n - score.value**2
    wider = math.sqrt(design_effect(good - bad, sizes, variance))
    low = max(-1.0, score.value - wider * (score.value - score.low))
    high = min(1.0, score.value + wider * (score.high - score.value))
    method = score.method + ("" if wider == 1.0 else ", widened for customers who answered twice or more")
    return replace(score, value=100 * score.value, low=100 * low, high=100 * high, method=method)

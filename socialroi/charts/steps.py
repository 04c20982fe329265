"""Curves as steps: turned to rise, read at a point, thinned to what a browser should draw."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from socialroi.result import Curve, Estimate, Step


def risen(steps: Sequence[Step]) -> tuple[Step, ...]:
    """A survival curve turned into the share who have by now; a rising curve as it is."""
    if steps[-1].value.value >= steps[0].value.value and not _starts_full(steps):
        return tuple(steps)
    return tuple(Step(step.x, _complement(step.value), step.at_risk) for step in steps)


def step_at(steps: Sequence[Step], x: float) -> Step | None:
    """The step in force at x: the last one at or before it; None before the first."""
    return next((step for step in reversed(steps) if step.x <= x), None)


def common_x(curve: Curve) -> float:
    """The last x at which every group still has a tenth of its people under observation."""
    followed = [
        max((s.x for s in steps if s.at_risk >= 0.1 * steps[0].at_risk), default=steps[0].x)
        for steps in curve.groups.values()
        if steps
    ]
    return min(followed)


def _starts_full(steps: Sequence[Step]) -> bool:
    return len(steps) == 1 and steps[0].value.value == 1


def _complement(value: Estimate) -> Estimate:
    return Estimate(1 - value.value, 1 - value.high, 1 - value.low, value.n, value.method, value.level)


def thinned(steps: Sequence[Step], most: int) -> list[Step]:
    """At most `most` steps that keep the curve's shape: evenly spaced in height, ends kept.

    A monotone step curve is off by at most its height over `most - 2`.
    """
    if len(steps) <= most:
        return list(steps)
    heights = [step.value.value for step in steps]
    low, high = heights[0], heights[-1]
    levels = (low + (high - low) * i / (most - 2) for i in range(most - 1))
    kept = {min(bisect.bisect_left(heights, level), len(steps) - 1) for level in levels}
    return [steps[i] for i in sorted(kept | {0, len(steps) - 1})]

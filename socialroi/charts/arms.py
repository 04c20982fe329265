"""The two arms of a design over time: who had ordered by which day, weighted alike."""

from __future__ import annotations

from dataclasses import replace

from socialroi.charts import format as fmt
from socialroi.charts.curves import survival_curve
from socialroi.charts.house import Chart, Look
from socialroi.charts.roles import arms_of
from socialroi.charts.steps import risen, step_at
from socialroi.result import Curve, Rung


def arms_curve(rung: Rung, look: Look | None = None) -> Chart | None:
    """The share with an order by days since time zero, by arm; None where no curve was made.

    The arms go by the names they have everywhere, treated first.
    """
    if rung.curve is None or not any(rung.curve.groups.values()):
        return None
    names = [arm.name for arm in arms_of(rung.rung)]
    groups = dict(zip(names, rung.curve.groups.values(), strict=False))
    curve = replace(rung.curve, groups=groups)
    return survival_curve(curve, look, title=_takeaway(curve, rung.horizon_days))


def _takeaway(curve: Curve, days: int) -> str:
    """What each arm had reached at the end of the follow-up."""
    reached = {name: step_at(risen(steps), days) for name, steps in curve.groups.items() if steps}
    parts = [
        f"{fmt.number(step.value.value, 'share')} of those {name.lower()}"
        for name, step in reached.items()
        if step
    ]
    return f"Within {days} days, {' and '.join(parts)} had ordered, with the same mix of people in both."

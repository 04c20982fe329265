"""Which of several scales a survey metric reports, and what it says about the others."""

from __future__ import annotations

from collections.abc import Callable

from socialroi.metrics import ratings
from socialroi.metrics.ratings import Asked, Scale
from socialroi.result import Unknown


def largest(found: Asked, fits: Callable[[Scale], bool]) -> Scale | None:
    """The scale with most answers among those the metric knows; None when it knows none of them."""
    return next((scale for scale in found.scales if fits(scale)), None)


def left_out(found: Asked, scale: Scale) -> tuple[str, ...]:
    """A note on the answers on other scales, which are never pooled with the one reported."""
    others = [f"{n:,} on {other}, {direction(other)}" for other, n in found.scales.items() if other != scale]
    if not others:
        return ()
    return (
        f"Shown: {found.scales[scale]:,} answers on {scale}, {direction(scale)}; scales are never pooled, so"
        f" these are left out: {'; '.join(others)}.",
    )


def direction(scale: Scale) -> str:
    """Which end of the scale is good, in words."""
    if scale.high_is_good is None:
        return "good end not stated"
    return "high is good" if scale.high_is_good else "low is good"


def refused(found: Asked, what: str, wanted: str) -> Unknown:
    """Why no answer counts: none was given, or all are on scales the metric does not know."""
    n = sum(found.scales.values())
    if not n:
        return ratings.nothing_asked(found, what)
    return Unknown("unknown_scale", f"{n:,} {what} answers are not on {wanted}; it is never guessed.", n)

"""Shares: 0..1, None where there is nothing to share."""

from __future__ import annotations


def share(part: int, whole: int) -> float | None:
    """The part of a whole, 0..1; None of nothing."""
    return part / whole if whole else None

"""How long to follow up: fixed from the gaps between orders before anything is compared."""

from __future__ import annotations

from dataclasses import dataclass

from socialroi.errors import UsageError
from socialroi.store import Store
from socialroi.uplift.sql import GAPS

#: The primary horizon is the smallest of these that holds the share of gaps.
CHOICES = (90, 180, 365)
GAP_SHARE = 0.75
#: The longest follow-up that may be asked for, in days: ten years.
LONGEST = 3_650


@dataclass(frozen=True, slots=True)
class Horizon:
    """The `primary` follow-up in days, why it is that one, and the `secondary` ones."""

    primary: int
    reason: str
    secondary: tuple[int, ...]

    @property
    def alone(self) -> Horizon:
        """The primary one without any others."""
        return Horizon(self.primary, self.reason, ())

    @property
    def every(self) -> tuple[int, ...]:
        """The primary one, then the secondary ones."""
        return (self.primary, *self.secondary)


def choose(store: Store, asked_days: int | None) -> Horizon:
    """The horizon that was asked for, else the smallest that holds 75 % of the gaps between orders.

    Raises UsageError when the one asked for is not a number of days from 1 to 3650.
    """
    if asked_days is None:
        primary, reason = _from_gaps(store)
    elif 1 <= asked_days <= LONGEST:
        primary, reason = asked_days, f"{asked_days} days were asked for."
    else:
        raise UsageError(f"A follow-up lasts from 1 to {LONGEST} days, not {asked_days}.")
    others = tuple(days for days in store.settings.horizons if days != primary)
    return Horizon(primary, reason, others)


def _from_gaps(store: Store) -> tuple[int, str]:
    n, gap_days = store.one(GAPS, share=GAP_SHARE)
    if not n:
        return CHOICES[0], f"Nobody ordered twice, so the shortest of {CHOICES} days is used."
    primary = next((days for days in CHOICES if gap_days <= days), CHOICES[-1])
    return primary, (
        f"Three of four gaps between the orders of a customer are at most {gap_days} days "
        f"({n:,} gaps), so {primary} days were fixed before anything was compared."
    )

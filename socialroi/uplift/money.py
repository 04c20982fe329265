"""Whether amounts can be added up at all: one currency, margins known."""

from __future__ import annotations

from dataclasses import dataclass

from socialroi.result import Unknown
from socialroi.store import Store
from socialroi.uplift.sql import MONEY

#: The share of orders whose margin must be known before margins are compared.
KNOWN_SHARE = 0.95
#: The share of orders with a time of day from which clock times are trusted.
CLOCK_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Money:
    """What the orders carry: how many there are, have a margin, have a time of day; the currency."""

    orders: int
    with_margin: int
    with_clock: int
    currencies: int
    currency: str | None

    @classmethod
    def of(cls, store: Store) -> Money:
        """Read from the purchases of `store`; the declared currency where the files name none."""
        orders, with_margin, currencies, currency, with_clock = store.one(MONEY)
        return cls(orders, with_margin, with_clock, currencies, currency or store.settings.currency)

    @property
    def has_clock(self) -> bool:
        """Whether orders carry a time of day."""
        return self.orders > 0 and self.with_clock >= CLOCK_SHARE * self.orders

    def obstacle(self) -> Unknown | None:
        """Why margins cannot be compared."""
        if self.currencies > 1:
            return Unknown(
                "mixed_currency",
                f"Orders are in {self.currencies} currencies, which are not added up.",
                self.orders,
            )
        if self.with_margin < KNOWN_SHARE * self.orders:
            return Unknown(
                "no_margin",
                f"The margin of only {self.with_margin:,} of {self.orders:,} orders is known; load margins "
                "or declare a margin rate.",
                self.orders,
            )
        return None

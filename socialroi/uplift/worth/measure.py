"""What an order is worth in these files: its margin, or only its revenue, and in which currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from socialroi.result import Unknown
from socialroi.store import Store
from socialroi.uplift.money import KNOWN_SHARE, Money
from socialroi.uplift.outcomes import MARGIN, Outcome
from socialroi.uplift.worth.sql import KNOWN

#: Where no margin is known, what customers paid; it is named revenue wherever it is shown.
REVENUE = replace(MARGIN, key="revenue", column="amount")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is added up. `without_margin` says why it is revenue, `obstacle` why nothing can be added up."""

    money: Money
    orders: int
    with_category: int
    refunded: int
    without_margin: Unknown | None
    obstacle: Unknown | None

    @classmethod
    def of(cls, store: Store) -> Measure:
        """Read from the purchases of `store`."""
        money = Money.of(store)
        orders, with_amount, with_category, refunded = store.one(KNOWN)
        absent = money.obstacle()
        is_revenue = absent is not None and absent.code == "no_margin"
        obstacle = None if is_revenue else absent
        if is_revenue and with_amount < KNOWN_SHARE * orders:
            obstacle = Unknown(
                "no_amount", f"The amount of only {with_amount:,} of {orders:,} orders is known.", orders
            )
        return cls(money, orders, with_category, refunded, absent if is_revenue else None, obstacle)

    @property
    def use_margin(self) -> bool:
        """Whether margins are added up, not revenue."""
        return self.without_margin is None

    @property
    def has_categories(self) -> bool:
        """Whether enough orders say what was bought to call a category new."""
        return self.orders > 0 and self.with_category >= KNOWN_SHARE * self.orders

    @property
    def outcome(self) -> Outcome:
        """The outcome of the study that goes with it."""
        return MARGIN if self.use_margin else REVENUE

    @property
    def word(self) -> str:
        """Margin or revenue."""
        return self.outcome.key

    @property
    def currency(self) -> str | None:
        """The one currency of all orders."""
        return self.money.currency if self.money.currencies <= 1 else None

    def notes(self) -> Iterator[str]:
        """What a reader must know about the amounts."""
        if self.without_margin:
            yield f"Revenue, not margin: {self.without_margin.sentence}"
        unknown = self.orders - self.money.with_margin
        if self.use_margin and unknown:
            yield f"{unknown:,} of {self.orders:,} orders have no known margin and count as bringing none."
        if self.refunded:
            yield (
                f"{self.refunded:,} orders were partly or wholly repaid; refunds carry no date and are taken "
                "off on the day of their order."
            )
        if self.orders and not self.currency:
            yield "The files name no one currency."

"""Customers by their first order: what the loyalty metrics have in common.

A cohort metric has two filters: segment, and channel in the sense of the channel of the first order.
Departments belong to conversations, not to customers, so a department neither filters nor divides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from socialroi.metrics.answer import Cut, last_instant, local_day
from socialroi.result import By, Unknown, Window
from socialroi.store import Store

SELLING_CHANNELS = """
select count(*) > 0 as sells
from customer_summary
where first_order_at is not null and list_contains($channels, first_order_channel)
"""

MONEY = """
select
    count(*) as orders,
    count(p.margin) as with_margin,
    count(p.amount) as with_amount,
    count(distinct p.currency) as currencies,
    min(p.currency) as currency,
    max(p.currency) as another
from purchases as p
join customer_summary as c on c.customer_id = p.customer_id
where c.first_order_at >= coalesce($start_at, c.first_order_at)
  and c.first_order_at < coalesce($end_at, 'infinity'::timestamp)
  and ($channels is null or list_contains($channels, c.first_order_channel))
  and ($segments is null or list_contains($segments, c.segment))
"""

#: Divisions a customer has; engaged is answered by the landmark comparison alone.
DIVISIONS: tuple[By, ...] = ("channel", "segment")

CHANNEL_NOTE = "Channel means the channel of the first order."
NO_SALES_NOTE = (
    "Nobody's first order came through the chosen channels, so the channel filter was not applied."
)
DEPARTMENT_NOTE = "A customer belongs to no department, so the department filter was not applied."
NO_DEPARTMENT = Unknown(
    "not_applicable", "Customers belong to no department; departments divide conversations and surveys."
)


def filters(store: Store, window: Window) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Bound parameters of a query on customers, and notes on filters that do not apply to them."""
    notes = [DEPARTMENT_NOTE] if window.department else []
    channels = list(window.channel)
    if channels and not store.one(SELLING_CHANNELS, channels=channels)[0]:
        channels = []
        notes.append(NO_SALES_NOTE)
    elif channels:
        notes.append(CHANNEL_NOTE)
    params = {
        "start_at": window.start,
        "end_at": window.end,
        "channels": channels,
        "segments": list(window.segment),
    }
    return params, tuple(notes)


def orders_end(store: Store) -> datetime | None:
    """The last instant of orders, up to which everybody was observed; None without orders."""
    return last_instant(store, "orders")


def last_day(store: Store) -> date | None:
    """The reporting-zone day on which the orders end; None without orders."""
    end = orders_end(store)
    return local_day(end, store.settings.reporting_zone) if end else None


def is_undivided(cut: Cut) -> bool:
    """Whether customers cannot be divided as asked, so that only the whole has a value."""
    return cut.by is not None and cut.by not in DIVISIONS


def no_orders() -> Unknown:
    """Nobody bought anything here."""
    return Unknown("no_data", "No order of a known customer is loaded for this selection.")


def incomplete(running: int, horizon_d: int) -> Unknown:
    """Nobody's window is over yet."""
    sentence = f"None of {running:,} customers has been observed for {horizon_d} days since the first order."
    return Unknown("incomplete", sentence, running)


@dataclass(frozen=True, slots=True)
class Money:
    """What the cohort's orders say about money: how many know margin and amount, in which currency."""

    orders: int
    with_margin: int
    with_amount: int
    currencies: int
    currency: str | None
    another: str | None

    @property
    def use_margin(self) -> bool:
        """Whether every order has a margin; a mixture would add profit to revenue."""
        return self.orders > 0 and self.with_margin == self.orders

    @property
    def absent(self) -> Unknown | None:
        """Why there can be no amount, if so."""
        if self.orders == 0:
            return no_orders()
        if self.currencies > 1:
            named = f"{self.currency}, {self.another}" + (" and others" if self.currencies > 2 else "")
            return Unknown(
                "mixed_currencies",
                f"Orders are in {self.currencies} currencies ({named}); amounts in different currencies are"
                " never added. Load the orders of one currency, or convert them before.",
                self.orders,
            )
        if not self.use_margin and self.with_amount < self.orders:
            missing = self.orders - self.with_amount
            return Unknown("no_amount", f"{missing:,} of {self.orders:,} orders have no amount.", self.orders)
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """Currency, and whether it is revenue."""
        unit = f"In {self.currency}." if self.currency else "The files name no currency."
        if self.use_margin:
            return (unit,)
        known = (
            f"{self.with_margin:,} of {self.orders:,} orders have a margin"
            if self.with_margin
            else "no margin is known"
        )
        return (unit, f"Revenue, not margin: {known}. Load a margin column or declare a margin rate.")


def money(store: Store, window: Window) -> Money:
    """What the cohort's orders say about money."""
    params, _ = filters(store, window)
    return Money(*store.one(MONEY, **params))

"""Hand-made shops: conversations of one message and at most one answer, orders at given instants."""

from __future__ import annotations

import pandas as pd

from socialroi.store import Store

START = pd.Timestamp("2025-01-01")
#: Both exports reach far beyond every message unless a test says otherwise.
END = pd.Timestamp("2028-01-01")


def at(days: float = 0, hours: float = 0, us: int = 0) -> pd.Timestamp:
    return START + pd.Timedelta(days=days, hours=hours) + pd.Timedelta(us, "us")


def order(customer: str, when: pd.Timestamp, amount: float = 10.0, **more: object) -> dict[str, object]:
    row = {"customer_id": customer, "ordered_at": when, "amount": amount, "margin": amount / 2}
    return {**row, "currency": "EUR", "status": "paid", "channel": "web", **more}


def message(
    customer: str | None, when: pd.Timestamp, reply_h: float | None = None, **more: object
) -> dict[str, object]:
    """A conversation opened at `when`; `reply_h` hours later somebody answers, or nobody does."""
    return {"customer_id": customer, "sent_at": when, "reply_h": reply_h, "channel": "twitter", **more}


def shop(
    orders: list[dict[str, object]],
    messages: list[dict[str, object]],
    *,
    keeps_unanswered: str = "yes",
    orders_end: pd.Timestamp = END,
    messages_end: pd.Timestamp = END,
    settings: dict[str, str] | None = None,
    **tables: pd.DataFrame,
) -> Store:
    """A store of these rows; two strangers mark where the exports end."""
    bought = pd.DataFrame([*orders, order("the last buyer", orders_end)])
    bought["order_id"] = [f"o{i:05d}" for i in range(len(bought))]
    last = message("the last writer", messages_end, channel="email")
    facts = {"orders": bought, "interactions": interactions([*messages, last]), **tables}
    return Store.of(facts, settings=settings, keeps_unanswered=keeps_unanswered)


def interactions(messages: list[dict[str, object]]) -> pd.DataFrame:
    rows = []
    for number, one in enumerate(messages):
        given = {**one}
        reply_h = given.pop("reply_h")
        kind = given.pop("reply_kind", "agent")
        common = {"conversation_id": f"k{number:05d}", "visibility": "public"}
        rows.append(
            {"message_id": f"m{number:05d}", "author_kind": "customer", "direction": "in", **common, **given}
        )
        if reply_h is not None:
            when = given["sent_at"] + pd.Timedelta(hours=reply_h)
            answer = {"customer_id": given["customer_id"], "sent_at": when, "channel": given["channel"]}
            rows.append(
                {"message_id": f"r{number:05d}", "author_kind": kind, "direction": "out", **common, **answer}
            )
    return pd.DataFrame(rows)


def regular(customer: str, n: int = 2, every_days: float = 20.0) -> list[dict[str, object]]:
    """A customer with `n` orders from the start on."""
    return [order(customer, at(days=every_days * i)) for i in range(n)]

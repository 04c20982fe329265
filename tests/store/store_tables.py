"""Small tables for the tests of the store, written the way one would on paper."""

from __future__ import annotations

from typing import Any

import pandas as pd

from socialroi.store import Store


def talk(*lines: str, **constant: Any) -> pd.DataFrame:
    """Messages, one a line: `conversation author time [key=value ...]`.

    The author is `kind` or `kind:id`; a customer's id is also the customer. The time is
    `2026-01-01T10:00`; a day alone means midnight.
    """
    rows = []
    for number, line in enumerate(lines, start=1):
        conversation, author, at, *rest = line.split()
        kind, _, who = author.partition(":")
        row = {
            "message_id": f"m{number}",
            "conversation_id": conversation,
            "author_kind": kind,
            "sent_at": at,
        }
        row |= {"author_id": who or None, "customer_id": who or None if kind == "customer" else None}
        rows.append(row | dict(part.split("=") for part in rest))
    frame = pd.DataFrame(rows).assign(**constant)
    return frame.assign(sent_at=pd.to_datetime(frame["sent_at"], format="ISO8601"))


def bought(*lines: str, **constant: Any) -> pd.DataFrame:
    """Orders, one a line: `order customer time amount [key=value ...]`."""
    rows = []
    for line in lines:
        order, customer, at, amount, *rest = line.split()
        row = {"order_id": order, "customer_id": customer, "ordered_at": at, "amount": float(amount)}
        rows.append(row | dict(part.split("=") for part in rest))
    frame = pd.DataFrame(rows).assign(**constant)
    for name in ("margin", "refunded_amount"):
        if name in frame:
            frame[name] = frame[name].astype(float)
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


def episodes(
    *lines: str, settings: dict[str, str] | None = None, **tables: pd.DataFrame
) -> list[dict[str, Any]]:
    """The episodes of some messages, in order of opening, as dictionaries."""
    store = Store.of({"interactions": talk(*lines), **tables}, settings=settings)
    return store.frame("select * from episodes order by opened_at, episode_id").to_dict("records")

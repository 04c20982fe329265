"""Small canonical tables, written the way a support lead would tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pandas as pd

from socialroi.store import Store

#: A Monday morning; all small worlds start here.
START = datetime(2026, 1, 5, 9)
MINUTE, HOUR, DAY = 60, 3600, 86400


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def conversation(
    name: str,
    customer: str | None,
    wait_s: float | None,
    opened_s: float = 0,
    *,
    channel: str = "twitter",
    department: str | None = "care",
    needs: bool | None = None,
    kind: str = "customer",
    reply_kind: str = "agent",
) -> list[dict[str, object]]:
    """One conversation: a message `opened_s` after START and, unless `wait_s` is None, its reply."""
    asked = {
        "message_id": f"{name}-in",
        "conversation_id": name,
        "customer_id": customer,
        "author_id": customer,
        "author_kind": kind,
        "direction": "in",
        "sent_at": at(opened_s),
        "department": department,
        "channel": channel,
        "visibility": "public",
        "needs_response": needs,
    }
    if wait_s is None:
        return [asked]
    reply = asked | {
        "message_id": f"{name}-out",
        "author_id": f"someone-{name}",
        "author_kind": reply_kind,
        "direction": "out" if reply_kind != "peer" else None,
        "sent_at": at(opened_s + wait_s),
        "needs_response": None,
    }
    return [asked, reply]


def marker(end_s: float, channels: Iterable[str] = ("twitter",)) -> list[dict[str, object]]:
    """The last message of the export: a note of the system on every channel, which answers nobody."""
    return [
        {
            "message_id": f"end-{channel}",
            "conversation_id": f"end-{channel}",
            "author_kind": "system",
            "direction": "out",
            "sent_at": at(end_s),
            "channel": channel,
            "visibility": "public",
        }
        for channel in channels
    ]


def talk(
    *conversations: list[dict[str, object]], end_s: float, channels: Iterable[str] = ("twitter",)
) -> pd.DataFrame:
    """Interactions of an export that ends `end_s` after START."""
    rows = [row for one in conversations for row in one]
    return pd.DataFrame([*rows, *marker(end_s, channels)])


def orders(
    bought: Mapping[str, Iterable[float]], end_day: float, *, amount: float = 10.0, **columns: object
) -> pd.DataFrame:
    """Orders on the given days after START per customer; a marker order by nobody ends the data."""
    rows = [
        {
            "order_id": f"{customer}-{no}",
            "customer_id": customer,
            "ordered_at": at(day * DAY),
            "amount": amount,
        }
        for customer, days in bought.items()
        for no, day in enumerate(days)
    ]
    rows.append({"order_id": "end", "customer_id": None, "ordered_at": at(end_day * DAY), "amount": amount})
    return pd.DataFrame(rows).assign(**columns)


def surveys(
    scores: Iterable[float | None],
    *,
    question: str = "net_easy",
    lowest: float = 1,
    highest: float = 7,
    good: bool | None = False,
    customers: Iterable[str] | None = None,
    prefix: str = "r",
) -> pd.DataFrame:
    """One answer per score, each a day after the one before, by different customers unless named."""
    scores = list(scores)
    who = list(customers) if customers is not None else [f"{prefix}-c{i}" for i in range(len(scores))]
    return pd.DataFrame(
        {
            "response_id": [f"{prefix}{i}" for i in range(len(scores))],
            "customer_id": who,
            "conversation_id": [f"{prefix}-t{i}" for i in range(len(scores))],
            "question": question,
            "score": pd.Series(scores, dtype="float64"),
            "scale_min": lowest,
            "scale_max": highest,
            "high_is_good": pd.Series([good] * len(scores), dtype="boolean"),
            "asked_at": [at(i * DAY) for i in range(len(scores))],
            "answered_at": [at(i * DAY + HOUR) if s is not None else pd.NaT for i, s in enumerate(scores)],
        }
    )


def store(**tables: pd.DataFrame) -> Store:
    return Store.of(tables)

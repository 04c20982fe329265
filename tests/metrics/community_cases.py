"""A small community beside a shop: members who ask and answer each other, some harshly, and their orders."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pandas as pd


def post(
    name: str,
    conversation: str,
    author: str | None,
    sent_at: datetime,
    *,
    kind: str = "peer",
    way: str = "in",
    **more: object,
) -> dict[str, object]:
    """One public message of a community."""
    row = {
        "message_id": name, "conversation_id": conversation, "reply_to": None, "customer_id": author,
        "author_id": author, "agent_id": author if kind == "agent" else None, "author_kind": kind,
        "direction": way, "sent_at": sent_at, "channel": "forum", "department": "community",
        "visibility": "public",
    }  # fmt: skip
    if kind in {"agent", "campaign"}:
        row["customer_id"] = None
    return row | more


def community(people: list[str], start: datetime, days: int, seed: int = 3) -> list[dict[str, object]]:
    """A question or remark every day, up to three answers by members, harsh ones among them, some staff."""
    rng = random.Random(seed)
    rows = []
    for day in range(days):
        at = start + timedelta(days=day, seconds=rng.randrange(80_000))
        asker = rng.choice(people)
        name = f"q{day}"
        rows.append(post(name, name, asker, at, needs_response=rng.random() < 0.7,
            has_question=rng.random() < 0.5, text_length=rng.randrange(20, 400),
            sentiment=rng.uniform(-1, 1),
            topic=rng.choice(["grinder", "complaint", None]) if day > 30 else None))  # fmt: skip
        for no in range(rng.randrange(4)):
            at += timedelta(seconds=rng.randrange(60, 40_000))
            mood = rng.choice([-0.9, 0.1, 0.4, 0.8])
            rows.append(post(f"{name}-{no}", name, rng.choice(people), at, way="out", sentiment=mood))
        if rng.random() < 0.5:
            at += timedelta(seconds=rng.randrange(60, 40_000))
            rows.append(post(f"{name}-s", name, f"agent{rng.randrange(3)}", at, kind="agent", way="out"))
    return rows


def with_voice(interactions: pd.DataFrame, seed: int = 4) -> pd.DataFrame:
    """The messages with what would have been kept of their texts; a third of answers share a wording."""
    rng = random.Random(seed)
    n = len(interactions)
    staff = interactions["author_kind"] == "agent"
    template = [f"w{i}" if rng.random() < 0.7 else f"t{rng.randrange(4)}" for i in range(n)]
    marks = {
        name: pd.Series([rng.random() < share for _ in range(n)], interactions.index, dtype="boolean")
        for name, share in (("has_sign_off", 0.6), ("greets_by_name", 0.5), ("has_apology", 0.2))
    }
    asks = pd.Series([rng.random() < 0.3 for _ in range(n)], interactions.index, dtype="boolean")
    known = interactions.get("has_question", pd.Series(pd.NA, interactions.index)).astype("boolean")
    return interactions.assign(
        text_length=100,
        template=pd.Series(template, interactions.index).where(staff),
        has_question=known.where(~staff, asks),
        **marks,
    )


def referred(orders: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    """The orders; every fourth names an earlier buyer who recommended, and carries a code."""
    rng = random.Random(seed)
    told, seen = [], []
    for customer in orders.sort_values("ordered_at", kind="stable")["customer_id"]:
        told.append(rng.choice(seen) if seen and rng.random() < 0.25 else None)
        seen.append(customer)
    at = orders.sort_values("ordered_at", kind="stable").index
    names = pd.Series(told, index=at, dtype="object").reindex(orders.index)
    return orders.assign(
        referred_by=names, referral_code=names.map(lambda v: f"code-{v}", na_action="ignore")
    )


def with_community(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """A shop's tables with a forum among its customers, voices of staff and recommendations."""
    said = tables["interactions"]
    customers = list(tables["customers"]["customer_id"][:120])
    start, end = said["sent_at"].min(), said["sent_at"].max()
    forum = pd.DataFrame(community(customers, start.to_pydatetime(), (end - start).days - 3))
    for name in ("needs_response", "has_question"):
        forum[name] = forum[name].astype("boolean")
    both = pd.concat([said, forum], ignore_index=True)
    return {
        **tables,
        "interactions": with_voice(both).sort_values("sent_at", kind="stable", ignore_index=True),
        "orders": referred(tables["orders"]),
    }

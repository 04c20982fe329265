"""Canonical files for the tests of loading: written, loaded, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from socialroi.intake import Request
from socialroi.store import Loaded, Store, ingest

FACTS = ("customers", "identities", "orders", "order_items", "interactions", "surveys", "costs")


def request(folder: Path, name: str, *lines: str, **said: Any) -> Request:
    """A file of those lines in `folder/files`, as a request in UTC."""
    path = folder / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Request(**{"path": path, "label": name, "timezone": "UTC", **said})


def load(folder: Path, name: str, *lines: str, **said: Any) -> Loaded:
    """Load one file of one table into `folder/db`."""
    (done,) = ingest(folder / "db", [request(folder, name, *lines, **said)])
    return done


def contents(db: Path, *leave_out: str) -> dict[str, pd.DataFrame]:
    """Every fact, in a fixed order, without the columns named."""
    with Store.open(db) as store:
        frames = {name: store.frame(f"select * from {name} order by all") for name in FACTS}
    return {name: frame.drop(columns=[*leave_out]) for name, frame in frames.items()}


def same(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    for name, frame in left.items():
        pd.testing.assert_frame_equal(frame, right[name])


ORDERS = "order_id,customer_id,ordered_at,amount,currency"
MESSAGES = "message_id,conversation_id,customer_id,author_kind,sent_at,channel"

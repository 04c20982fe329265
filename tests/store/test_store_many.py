"""Loads large enough that the database writes their rows in whole groups, after loads of nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from store_files import request
from test_store_loading import parcel_of

from socialroi import store
from socialroi.intake import Parcel
from socialroi.store import Store, ingest

#: More than one group of rows of the database.
MANY = 125_000


def orders(name: str, count: int) -> Parcel:
    columns = {
        "order_id": [f"o{i}" for i in range(count)],
        "customer_id": [f"p{i % 100}" for i in range(count)],
        "ordered_at": [datetime(2026, 1, 1)] * count,
    }
    return replace(parcel_of("orders", columns), label=name, file_hash=f"{name:0<64}")


def load(tmp_path: Path, *parcels: Parcel, **said: str) -> list[store.Loaded]:
    named = {parcel.label: parcel for parcel in parcels}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socialroi.intake.read", lambda asked, **_: named[asked.label])
        return ingest(tmp_path / "db", [request(tmp_path, name, name) for name in named], **said)


def seen(tmp_path: Path) -> tuple[int, int]:
    with Store.open(tmp_path / "db") as opened:
        return opened.one("select sum(orders), count(*) from customer_summary")


def test_many_rows_after_a_file_without_any_are_seen_in_the_same_call(tmp_path: Path) -> None:
    _, many = load(tmp_path, orders("none.csv", 0), orders("many.csv", MANY))
    assert many.rows_loaded == MANY
    assert seen(tmp_path) == (MANY, 100)


def test_many_rows_in_place_of_a_batch_are_seen_in_the_same_call(tmp_path: Path) -> None:
    """Taking a batch back brings no older rows back here, and the new ones come right after."""
    (old,) = load(tmp_path, orders("old.csv", 10))
    (new,) = load(tmp_path, orders("new.csv", MANY), replace=old.batch)
    assert (new.rows_read, new.rows_loaded) == (MANY, MANY)
    assert new.notes[0] == f"Batch {old.batch} was taken back: 10 rows."
    assert seen(tmp_path) == (MANY, 100)

"""Used for long it does not grow: page runs and loads end with the memory, files and threads of before."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from socialroi import store
from socialroi.intake import Request
from socialroi.ui import router

MIB = 1024 * 1024
MAIN = Path(router.__path__[0]) / "main.py"


def used() -> tuple[float, int, int]:
    """Memory of this process in MiB, open files, threads."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = len(os.listdir("/proc/self/fd"))
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB, files, threading.active_count()


def load(db: Path, n: int) -> None:
    file = db.parent / f"orders-{n}.csv"
    lines = [f"o{n}-{i},p{i % 40},2026-0{1 + i % 6}-0{1 + i % 9}T10:00:00Z,{i},EUR" for i in range(100)]
    file.write_text("order_id,customer_id,ordered_at,amount,currency\n" + "\n".join(lines) + "\n")
    store.ingest(db, [Request(file, file.name)])
    file.unlink()


@pytest.mark.parametrize("reruns", [60, pytest.param(2_000, marks=pytest.mark.slow)])
def test_page_runs_leave_nothing_behind(tmp_path, monkeypatch, reruns: int, record_property) -> None:
    """The first third fills the caches; after it memory may grow by 20 MiB and a twentieth of its size."""
    load(tmp_path / "db", 0)
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    for _ in range(max(10, reruns // 3)):
        assert not app.run().exception
    before = used()
    for _ in range(reruns - max(10, reruns // 3)):
        assert not app.run().exception
    after = used()
    assert after[0] - before[0] < 20 + before[0] / 20, f"{before[0]:.0f} to {after[0]:.0f} MiB"
    assert after[1] <= before[1] + 2, "open files"
    assert after[2] <= before[2] + 2, "threads"
    record_property("reruns", reruns)


@pytest.mark.parametrize("loads", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_loads_leave_one_database_and_nothing_else(tmp_path, loads: int, record_property) -> None:
    db = tmp_path / "db"
    for n in range(loads // 3):
        load(db, n)
    before = used()
    for n in range(loads // 3, loads):
        load(db, n)
    after = used()
    assert after[0] - before[0] < 20 + before[0] / 20, f"{before[0]:.0f} to {after[0]:.0f} MiB"
    assert after[1] <= before[1] + 2, "open files"
    assert len(list(db.glob("generation-*.duckdb"))) <= 2, "the current one, and one for those still reading"
    assert not list(db.glob("spill-*"))
    with store.Store.open(db) as opened:
        assert opened.tables()["orders"] == loads * 100
    record_property("loads", loads)

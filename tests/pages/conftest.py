"""Workspaces that the page tests look at, each made once."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from socialroi.intake import Request
from socialroi.simulate import firm
from socialroi.store import ingest

ROUTER = Path(__file__).parents[2] / "socialroi" / "ui" / "router" / "main.py"


def loaded(folder: Path, **world) -> Path:
    """A workspace with everything an invented firm exports."""
    exports = folder / "exports"
    firm(customers=500, days=420, seed=4, **world).write(exports)
    files = sorted(exports.glob("*.csv"))
    db = folder / "db"
    ingest(db, [Request(path=file, label=file.name, keeps_unanswered="yes") for file in files])
    return db


@pytest.fixture(scope="session")
def full(tmp_path_factory) -> Path:
    """A firm that leaves some people unanswered."""
    return loaded(tmp_path_factory.mktemp("full"), effect=0.08, answered=0.7)


@pytest.fixture(scope="session")
def all_answered(tmp_path_factory) -> Path:
    """A firm in which one group is empty: nobody is left unanswered."""
    return loaded(tmp_path_factory.mktemp("all"), effect=0.0, answered=0.999)


@pytest.fixture(scope="session")
def orders_only(tmp_path_factory) -> Path:
    """A shop without any conversation."""
    folder = tmp_path_factory.mktemp("orders")
    firm(customers=300, days=420, seed=4).write(folder / "exports")
    file = folder / "exports" / "orders.csv"
    ingest(folder / "db", [Request(path=file, label=file.name)])
    return folder / "db"


@pytest.fixture
def broken(tmp_path) -> Path:
    """A workspace whose pointer names a generation that is no database."""
    (tmp_path / "generation-000001.duckdb").write_bytes(b"not a database" * 100)
    (tmp_path / "current").write_text("generation-000001.duckdb", encoding="utf-8")
    return tmp_path


@pytest.fixture
def visit(monkeypatch):
    """Open a page of a workspace the way a visitor does: router first, then the page."""

    def opened(db: Path, page: str = "", **query: str) -> AppTest:
        monkeypatch.setenv("SOCIALROI_DB", os.fspath(db))
        app = AppTest.from_file(str(ROUTER), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(f"../../../pages/{page}.py").run() if page else app

    return opened

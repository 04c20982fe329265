"""Workspaces that the page tests look at, each made once."""

import shutil
import sys
from functools import partial
from pathlib import Path

import pytest
from intake_kit import BROKEN, ODD, box, by_hand, chosen, load, page_of, read_in_process

from socialroi.intake import Request
from socialroi.simulate import firm
from socialroi.store import ingest

#: The hand-made shapes of the chart tests serve here too.
sys.path.append(str(Path(__file__).parents[1] / "charts"))


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
def in_process(monkeypatch):
    """See `read_in_process`."""
    read_in_process(monkeypatch)


@pytest.fixture(scope="session")
def broken_orders(tmp_path_factory) -> Path:
    """A workspace into which a visitor loaded a file with three bad rows, and nothing was put away since."""
    return by_visitor(tmp_path_factory.mktemp("broken-orders") / "db", BROKEN)


@pytest.fixture(scope="session")
def named_columns(tmp_path_factory) -> Path:
    """A workspace into which a visitor loaded a file whose columns they had to name."""
    names = {"kunde": "order_id", "wann": "ordered_at", "betrag": "amount"}
    return by_visitor(tmp_path_factory.mktemp("named") / "db", ODD, names)


def by_visitor(db: Path, content: bytes, columns: dict[str, str] | None = None) -> Path:
    """A workspace with one file of orders, loaded through the page."""
    with pytest.MonkeyPatch.context() as patch:
        read_in_process(patch)
        app = chosen(page_of(patch, db, "data"), ("orders.csv", content))
        if columns:
            by_hand(app, "orders")
            for header, column in columns.items():
                box(app, f"What {header} is").set_value(column)
            app.run()
        load(app, db)
    return db


@pytest.fixture
def copy(tmp_path):
    """A copy of a workspace that a test may change."""
    return lambda db: Path(shutil.copytree(db, tmp_path / "db"))


@pytest.fixture
def visit(monkeypatch):
    """Open a page of a workspace the way a visitor does: router first, then the page."""
    return partial(page_of, monkeypatch)

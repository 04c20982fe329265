"""What stands in the folders: one folder of Parquet files a table, with names and types of this version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from socialroi.store import derived, engine, sql

#: Canonical tables a cluster reads; a folder that is missing is an empty table.
INPUTS = (
    "customers", "identities", "orders", "order_items", "interactions", "surveys", "costs", "promises",
    "calendars", "holidays", "events", "assignments", "batches", "links", "batch_coverage", "settings",
)  # fmt: skip
#: Those of them that are small and go along as they are.
WHOLE = ("settings", "batches", "batch_coverage", "costs", "promises", "calendars", "holidays", "events")
#: Views of one machine that a folder holds as tables, because what they read stays on the cluster.
VIEWS = ("baskets", "bursts", "posts", "replies", "mentions")
#: What the figures read of raw tables beyond the derived ones, cut down to the columns they name.
KEPT = (
    "kept_interactions", "kept_orders", "kept_order_items", "kept_customers", "kept_assignments",
    "fact_counts", "linked_counts",
)  # fmt: skip
#: Every folder of a result.
OUTPUTS = (*derived.TABLES, *VIEWS, *KEPT, *WHOLE)
#: SQL of this package, beside that of one machine.
MODELS = "cluster/models"
MANIFEST = "derived.json"

#: Names and types of columns, by table.
Types = Mapping[str, Mapping[str, str]]

_COLUMNS = """
select table_name, column_name, data_type
from information_schema.columns
where table_schema = 'main'
order by table_name, ordinal_position
"""


@cache
def input_types() -> Types:
    """Names and DuckDB types of the columns of the canonical tables."""
    with closing(engine.connect_memory()) as con:
        engine.change(con, sql.model("tables"))
        return _types(con)


@cache
def output_types() -> Types:
    """Names and DuckDB types of the columns of every folder of a result."""
    with closing(engine.connect_memory()) as con:
        shape(con)
        return _types(con)


def shape(con: engine.Connection) -> None:
    """Give a new database the tables of a result, all empty."""
    engine.change(con, sql.model("tables"))
    derived.rebuild(con)
    engine.change(con, sql.model("shape", folder=MODELS))


def _types(con: engine.Connection) -> Types:
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in con.execute(_COLUMNS).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def parts(folder: Path) -> list[Path]:
    """The Parquet files of one table, in order."""
    return sorted(file for file in folder.glob("*.parquet") if not file.name.startswith(("_", ".")))


def fingerprint(folder: Path, tables: Iterable[str]) -> str:
    """What tells the files of these tables from any others: their names, sizes and times of change."""
    digest = hashlib.sha256()
    for table in tables:
        for file in parts(folder / table):
            about = file.stat()
            digest.update(f"{table}/{file.name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]

"""The canonical tables of a database as Parquet folders, for a cluster to read."""

from __future__ import annotations

from pathlib import Path

from socialroi.errors import UsageError
from socialroi.store import engine, workspace
from socialroi.store.cluster import layout

#: Rows of one group of a file, and of one batch on the way: a message with its text is a few hundred bytes.
ROWS = 250_000

#: What is exported of each table; the text of messages stays where it is.
_TABLES = {
    "customers": "select * from customers",
    "identities": "select * from identities",
    "orders": "select * from orders",
    "order_items": "select * from order_items",
    "interactions": "select * exclude (text), cast(null as varchar) as text from interactions",
    "surveys": "select * from surveys",
    "costs": "select * from costs",
    "promises": "select * from promises",
    "calendars": "select * from calendars",
    "holidays": "select * from holidays",
    "events": "select * from events",
    "assignments": "select * from assignments",
    "batches": "select * from batches",
    "links": "select * from links",
    "batch_coverage": "select * from batch_coverage",
    "settings": "select * from settings",
}


def export(db: str | Path, out: Path) -> dict[str, int]:
    """Write every canonical table of the current generation to a folder `out`: {table: rows}.

    Identifiers are the pseudonyms of the database, message text is left out, and the key stays. Raises
    UsageError when a folder of one of the tables is there already.
    """
    taken = [name for name in layout.INPUTS if (out / name).exists()]
    if taken:
        raise UsageError(f"{str(out)!r} holds {taken[0]} already. Name an empty folder.")
    con, _ = workspace.read_current(Path(db))
    try:
        with workspace.explained_writes(), engine.answering():
            out.mkdir(parents=True, exist_ok=True, mode=0o700)
            return tables(con, out)
    finally:
        con.close()


def tables(con: engine.Connection, out: Path) -> dict[str, int]:
    """Write every canonical table of an open database into a folder: {table: rows}."""
    return {name: _write(con, text, out / name) for name, text in _TABLES.items()}


def _write(con: engine.Connection, text: str, folder: Path) -> int:
    """Write the answer to one SELECT as one Parquet file in a new folder; how many rows it has."""
    import pyarrow.parquet as pq

    folder.mkdir(mode=0o700)
    rows = 0
    with con.cursor() as cursor:
        reader = cursor.sql(text).to_arrow_reader(ROWS)
        with pq.ParquetWriter(folder / "part-0.parquet", reader.schema, compression="zstd") as file:
            for batch in reader:
                file.write_batch(batch)
                rows += batch.num_rows
    return rows

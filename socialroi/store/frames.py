"""Canonical frames into a database in memory: for tests, simulation and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from socialroi import schema
from socialroi.errors import UnknownName
from socialroi.store import engine, settings, sql

if TYPE_CHECKING:
    import pandas as pd

BATCH = "frames"
OWN = ("batch_id", "record")


def fill(
    con: engine.Connection,
    tables: Mapping[str, pd.DataFrame],
    texts: Mapping[str, str],
    keeps_unanswered: str,
) -> None:
    """Create the tables and insert the frames; ids a frame lacks become record numbers."""
    engine.change(con, sql.model("tables"))
    for name, value in texts.items():
        settings.parse(name, value)
        con.execute("insert into settings values ($name, $value)", {"name": name, "value": value}).fetchall()
    for name, frame in tables.items():
        if name not in schema.TABLES:
            raise UnknownName("table", name, schema.TABLES)
        con.register("incoming_rows", arrow(schema.TABLES[name], frame))
        con.execute(_INSERTS[name]).fetchall()
        con.unregister("incoming_rows")
    engine.change(con, _LEDGER, {"keeps_unanswered": keeps_unanswered})


def arrow(table: schema.Table, frame: pd.DataFrame) -> pa.Table:
    """A frame as Arrow, missing values as nulls, with its batch, record numbers and generated ids.

    Raises UnknownName for a column that the table does not have.
    """
    columns: dict[str, Any] = {}
    for name in map(str, frame.columns):
        if name not in table.by_name and name not in OWN:
            raise UnknownName(f"column of {table.name}", name, table.by_name)
        columns[name] = _typed(table, name, frame[name])
    records = pa.array(range(1, len(frame) + 1))
    columns.setdefault("record", records)
    columns.setdefault("batch_id", pa.array([BATCH] * len(frame), pa.string()))
    for name in GENERATED.get(table.name, ()):
        columns.setdefault(name, records.cast(pa.string()))
    return pa.table(columns)


#: Ids that are record numbers when a frame has none.
GENERATED = {"interactions": ("message_id",), "surveys": ("response_id",), "order_items": ("line",)}


def _typed(table: schema.Table, name: str, values: pd.Series[Any]) -> pa.Array:
    """One column as Arrow; whole floats in a text column (ids beside gaps) are written as integers."""
    is_text = name not in OWN and table.column(name).kind == "text"
    if is_text and values.dtype.kind == "f":
        return pa.array(values, from_pandas=True).cast(pa.int64()).cast(pa.string())
    if is_text:
        return _texts(values)
    return pa.array(values, from_pandas=True)


def _texts(values: pd.Series[Any]) -> pa.Array:
    """A text column; numbers among the words are written as they print."""
    try:
        return pa.array(values, pa.string(), from_pandas=True)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array(
            [None if gap else str(v) for v, gap in zip(values, values.isna(), strict=True)], pa.string()
        )


_INSERTS = {
    "customers": "insert into customers by name select * from incoming_rows",
    "identities": "insert into identities by name select * from incoming_rows",
    "orders": "insert into orders by name select * from incoming_rows",
    "order_items": "insert into order_items by name select * from incoming_rows",
    "interactions": "insert into interactions by name select * from incoming_rows",
    "surveys": "insert into surveys by name select * from incoming_rows",
    "costs": "insert into costs by name select * from incoming_rows",
    "promises": "insert into promises by name select * from incoming_rows",
    "calendars": "insert into calendars by name select * from incoming_rows",
    "holidays": "insert into holidays by name select * from incoming_rows",
    "events": "insert into events by name select * from incoming_rows",
    "assignments": "insert into assignments by name select * from incoming_rows",
}
_LEDGER = """
insert into batches by name
select
    batch_id, 'interactions' as table_name, batch_id as file, 'canonical' as format,
    cast($keeps_unanswered as varchar) as keeps_unanswered,
    count(*) as rows_read, count(*) as rows_loaded, 0 as rows_rejected, 0 as rows_duplicate,
    0 as rows_replaced, count(*) - count(customer_id) as rows_unlinked, max(sent_at) as loaded_at,
    1 as load_no
from interactions
group by batch_id;

insert into batch_coverage
with said as (
    select batch_id, channel, sent_at
    from interactions
    where author_kind is distinct from 'campaign'
),
spans as (
    select batch_id, min(sent_at) as first_at, max(sent_at) as last_at
    from said
    group by batch_id
)
select distinct i.batch_id, coalesce(i.channel, ''), s.first_at, s.last_at
from said as i
join spans as s on s.batch_id = i.batch_id;
"""

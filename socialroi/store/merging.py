"""Rows the intake read into their table: hashed, merged with what is there, counted.

The SQL is in loads/: what all tables share in shared.sql, what names a table in a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from socialroi import schema
from socialroi.store import engine, sql

if TYPE_CHECKING:
    import pyarrow as pa

    from socialroi.intake import Parcel, Scan

#: Columns that say who somebody is; only their hashes are kept, as links.
ADDRESSES = ("email", "phone", "handle")
#: Tables whose rows may be about nobody we know.
ABOUT_CUSTOMERS = ("customers", "orders", "order_items", "interactions", "surveys")


class Merged(NamedTuple):
    """Rows that came, that are new or changed, that replaced an older version, of nobody known."""

    came: int
    loaded: int
    replaced: int
    unlinked: int


def merge(con: engine.Connection, parcel: Parcel, batch: str, name: str) -> Merged:
    """Bring the rows of one table of a parcel into the database.

    The first rows of a table have nothing to be compared with and go straight into it, unless they
    bring addresses, which must not.
    """
    known = _known(parcel, batch, name)
    own, shared = sql.steps(name), sql.steps("shared")
    brings_addresses = known["kept"] != known["told"]
    is_first = not brings_addresses and not _count(con, _ANY, known)
    with _readable(con, parcel.tables[name]):
        _run(con, known, shared["open"], own["open"], own["fill"] if is_first else shared["stage"])
    came = _count(con, _CAME, known)
    if name == "interactions":
        _run(con, known, _COVERAGE)
    _run(con, known, shared["earlier"])
    _run(con, known, own["once"]) if is_first else _run(con, known, shared["match"], own["merge"])
    if brings_addresses:
        _run(con, known, shared["links"])
    replaced = 0 if is_first else _count(con, _REPLACED, known)
    unlinked = _count(con, _UNLINKED, known) if name in ABOUT_CUSTOMERS else 0
    merged = Merged(came, _count(con, _LOADED, known), replaced, unlinked)
    _run(con, known, shared["close"])
    return merged


_ANY = "select count(*) from query_table($table)"
_CAME = "select count(*) from incoming"
_LOADED = "select count(*) from query_table($table) where batch_id = $batch"
_REPLACED = "select count(*) from matched where not same"
_UNLINKED = "select count(*) from query_table($table) where batch_id = $batch and customer_id is null"
_COVERAGE = """
insert into batch_coverage
with filled as (
    select * from blank
    union all by name
    select * from incoming
),
span as (
    select min(sent_at) as first_at, max(sent_at) as last_at
    from filled
)
select distinct cast($batch as varchar), coalesce(f.channel, ''), s.first_at, s.last_at
from filled as f
cross join span as s
"""


def _known(parcel: Parcel, batch: str, name: str) -> dict[str, Any]:
    """What the statements of a load ask for; names of columns are those of the schema."""
    rows, table = parcel.tables[name], schema.TABLES[name]
    columns = set(_names(rows))
    addresses = ADDRESSES if columns.intersection(ADDRESSES) else ()
    columns.update(table.key, ("customer_id",) if addresses else ())
    told = [column.name for column in table.columns if column.name in columns]
    return {
        "batch": batch, "format": parcel.format, "table": name, "key": table.key, "told": told,
        "kept": [*told, *addresses],
    }  # fmt: skip


def _run(con: engine.Connection, known: dict[str, Any], *scripts: str) -> None:
    for script in scripts:
        engine.change(con, script, known)


def _count(con: engine.Connection, question: str, known: dict[str, Any]) -> int:
    with engine.answering():
        ((n,),) = engine.run(con, question, known).fetchall()
    return int(n)


def _names(rows: pa.Table | Scan) -> Iterable[str]:
    """The columns that the intake found."""
    from socialroi.intake import Scan

    return rows.found if isinstance(rows, Scan) else rows.column_names


@contextmanager
def _readable(con: engine.Connection, rows: pa.Table | Scan) -> Iterator[None]:
    """Make the rows readable as `parcel`: Arrow as it is, a scan as a view the database reads itself."""
    from socialroi.intake import Scan, fast  # the parsers are not needed to open a store

    if isinstance(rows, Scan):
        text, params = fast.select(rows)
        con.register("parcel", con.sql(text, params=params))
    else:
        con.register("parcel", rows)
    try:
        yield
    finally:
        con.unregister("parcel")

"""The ledger of loads: what came in, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from socialroi.errors import UnknownName, UsageError
from socialroi.store import derived, engine, rejected, sql, workspace

if TYPE_CHECKING:
    from socialroi.intake import Reject
    from socialroi.store.store import Store


@dataclass(frozen=True, slots=True)
class Batch:
    """One file's part in one table; rows_read = loaded + rejected + duplicate + removed.

    `rows_removed` were loaded, and erased or expired since.
    """

    batch: str
    loaded_at: datetime
    file: str
    table: str
    format: str
    keeps_unanswered: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_duplicate: int
    rows_replaced: int
    rows_unlinked: int
    rows_removed: int


_BATCHES = """
select
    batch_id, loaded_at, file, table_name, format, keeps_unanswered, rows_read, rows_loaded, rows_rejected,
    rows_duplicate, rows_replaced, rows_unlinked, coalesce(rows_removed, 0) as rows_removed
from batches
order by load_no desc, table_name
"""


def batches(store: Store) -> list[Batch]:
    """Every load, newest first."""
    return [Batch(*row) for row in store.rows(_BATCHES)]


def rejects(db: str | Path, batch: str) -> list[Reject]:
    """The rejected records of a batch, as far as they are still kept (limits.REJECTS_DAYS)."""
    return rejected.read(Path(db), batch)


_TABLES_OF = "select table_name from batches where batch_id = $batch"
_BROUGHT = "select sum(rows_loaded) from batches where batch_id = $batch"
_KNOWN = "select distinct batch_id from batches"
_LATER = """
select distinct s.batch_id
from shared as s
where s.older = $batch and s.batch_id <> $batch
order by s.batch_id
"""
_FORGET = """
delete from batches where batch_id = $batch;
delete from batch_coverage where batch_id = $batch;
delete from links where batch_id = $batch;
delete from shared where batch_id = $batch;
"""


def undo(db: str | Path, batch: str) -> None:
    """Take one batch back: its rows go, and the rows it replaced come back.

    Raises UnknownName when there is no such batch; UsageError when a later batch repeats or replaces
    its rows, because those would be lost: take that one back first.
    """
    with workspace.changing(Path(db)) as change:
        take_back(change, batch)
        derived.rebuild(change.con)


def take_back(change: workspace.Change, batch: str) -> int:
    """Take one batch back within a change that rebuilds the derived tables itself; errors as `undo`.

    Gives how many rows it had brought.
    """
    tables = _tables_of(change.con, batch)
    if later := [name for (name,) in change.con.execute(_LATER, {"batch": batch}).fetchall()]:
        raise UsageError(_shared(batch, later))
    ((rows,),) = change.con.execute(_BROUGHT, {"batch": batch}).fetchall()
    for table in tables:
        engine.change(change.con, sql.steps(table)["undo"], {"batch": batch})
    engine.change(change.con, _FORGET, {"batch": batch})
    change.afterwards.append(partial(rejected.forget, change.folder, batch))
    return int(rows)


def _tables_of(con: engine.Connection, batch: str) -> list[str]:
    tables = [name for (name,) in con.execute(_TABLES_OF, {"batch": batch}).fetchall()]
    if not tables:
        raise UnknownName("batch", batch, [name for (name,) in con.execute(_KNOWN).fetchall()])
    return tables


def _shared(batch: str, later: Sequence[str]) -> str:
    names = ", ".join(later)
    return f"Later loads hold rows of batch {batch} too. Take them back first: {names}."

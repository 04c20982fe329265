"""Files into the database: read by the intake, hashed, merged, counted, written down in the ledger.

A row with a key that is already there replaces the older one, which is kept aside for undo; an equal
row changes nothing and is counted as a duplicate. Columns a file does not have keep what was known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from socialroi import schema
from socialroi.errors import FileRefused, UsageError
from socialroi.store import derived, engine, ledger, merging, rejected, workspace
from socialroi.store.settings import Settings

if TYPE_CHECKING:
    from socialroi.intake import Parcel, Reject, Request

Lane = Literal["local", "upload"]
Refusal = Callable[["Request", FileRefused], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one file did to one table; rows_read = loaded + rejected + duplicate."""

    file: str
    table: str
    format: str
    batch: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_duplicate: int
    rows_unlinked: int
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...] = ()


def ingest(
    db: str | Path,
    requests: Sequence[Request],
    *,
    lane: Lane = "local",
    memory_limit: str | None = None,
    on_refused: Refusal | None = None,
    replace: str | None = None,
) -> list[Loaded]:
    """Load files into the workspace `db`, made if it is not there; one `Loaded` per file and table.

    All files of one call become visible together or not at all. A refused file ends the call with
    FileRefused, or, with `on_refused`, is reported there and left out. Raises Busy when somebody else
    is writing, StoreDamaged when the database is not sound. `replace` names a batch that is taken back
    in the same change, and comes back if anything goes wrong: UnknownName when it does not exist,
    UsageError when later loads share its rows. The "upload" lane reads each file in a child process and
    never lets the database open it.
    """
    folder = Path(db)
    paths = [_existing(request) for request in requests]
    allowed = paths if lane == "local" else []
    with workspace.changing(folder, allowed=allowed, memory=memory_limit, create=True) as change:
        change.is_needed = replace is not None
        notes: tuple[str, ...] = ()
        if replace is not None:
            notes = (f"Batch {replace} was taken back: {ledger.take_back(change, replace)} rows.",)
            on_refused = None  # a refusal must bring the old rows back
        loaded = [done for request in requests for done in _one(change, request, lane, on_refused)]
        loaded[:1] = [_with(done, notes) for done in loaded[:1]]
        if change.is_needed:
            derived.rebuild(change.con)
            change.afterwards.append(partial(rejected.expire, folder))
    return loaded


def _with(done: Loaded, notes: tuple[str, ...]) -> Loaded:
    return replace(done, notes=(*notes, *done.notes))


def _existing(request: Request) -> Path:
    """The file of a request as an absolute path; UsageError when there is none."""
    path = Path(request.path).absolute()
    if not path.is_file():
        raise UsageError(f"There is no file for {request.label!r}. Check the spelling of the path.")
    return path


def _one(change: workspace.Change, request: Request, lane: Lane, on_refused: Refusal | None) -> list[Loaded]:
    """Load one file, or report why not."""
    try:
        return _file(change, request, lane)
    except FileRefused as refusal:
        if on_refused is None:
            raise
        on_refused(request, refusal)
        return []


def _file(change: workspace.Change, request: Request, lane: Lane) -> list[Loaded]:
    """Everything one file brings; the same bytes as before bring nothing."""
    known, seen = _seen(change, request)
    if seen and (request.table is None or request.table in {done.table for done in seen}):
        return seen
    parcel = _read(_as_set(request, derived.read_settings(change.con)), lane, known)
    merging.refuse_strangers(change.con, parcel)
    batch = _batch_name(change.con, parcel)
    loaded: list[Loaded] = []
    for name in [name for name in schema.TABLES if name in parcel.tables]:
        merged = merging.merge(change.con, parcel, batch, name)
        parcel = merged.parcel
        loaded.append(_booked(change.con, merged, batch, name))
    change.is_needed = True
    change.afterwards.append(partial(rejected.keep, change.folder, batch, parcel))
    return loaded


def _as_set(request: Request, chosen: Settings) -> Request:
    """The request with what the workspace's settings say where it is silent."""
    return replace(request, keep_text=request.keep_text or chosen.keep_text)


def _read(request: Request, lane: Lane, known: str | None) -> Parcel:
    from socialroi import intake  # the parsers are not needed to open a store

    upload = lane == "upload"
    parcel: Parcel = intake.run_in_child(request) if upload else intake.read(request, file_hash=known)
    return parcel


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; UsageError is the caller's, OSError ours to pass on."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


_SEEN_BATCHES = """
select table_name, format, batch_id, rows_read, rows_rejected, coalesce(rows_removed, 0)
from batches
where file_hash = $file_hash
order by load_no, table_name
"""


_GONE = "{} rows of it were erased or expired since, and stay left out: they count as rejected."
_SEEN = (
    "This exact file is already loaded as batch {}. Nothing changed; to read it differently, take that "
    "batch back first."
)


def _seen(change: workspace.Change, request: Request) -> tuple[str | None, list[Loaded]]:
    """The hash of the file, and what this very file did when it was loaded before: now all its good rows
    are duplicates. Where nothing was ever loaded the file need not be hashed first.
    """
    if not change.con.execute("select count(*) from batches").fetchall()[0][0]:
        return None, []
    digest = file_hash(Path(request.path))
    rows = change.con.execute(_SEEN_BATCHES, {"file_hash": digest}).fetchall()
    return digest, [
        Loaded(
            request.label, table, form, batch, read, 0, bad + gone, read - bad - gone, 0,
            tuple(rejected.read(change.folder, batch)) if bad else (),
            (_SEEN.format(batch), *((_GONE.format(gone),) if gone else ())),
        )
        for table, form, batch, read, bad, gone in rows
    ]  # fmt: skip


def _batch_name(con: engine.Connection, parcel: Parcel) -> str:
    ((number,),) = con.execute("select coalesce(max(load_no), 0) + 1 from batches").fetchall()
    return f"b{number:04d}-{parcel.file_hash[:8]}"


def _booked(con: engine.Connection, merged: merging.Merged, batch: str, name: str) -> Loaded:
    """Write into the ledger what happened to one table."""
    parcel = merged.parcel
    wrong = parcel.rejected if name == _main_table(parcel) else 0
    bad = wrong + merged.erased
    done = Loaded(
        parcel.label, name, parcel.format, batch, merged.came + bad, merged.loaded, bad,
        merged.came - merged.loaded, merged.unlinked, parcel.rejects if wrong else (),
        _notes(parcel, merged),
    )  # fmt: skip
    engine.change(con, _LEDGER, _entry(parcel, done, merged.replaced))
    return done


def _main_table(parcel: Parcel) -> str:
    """The table a file is mainly about: rejected records are counted there."""
    return next(iter(parcel.tables))


def _notes(parcel: Parcel, merged: merging.Merged) -> tuple[str, ...]:
    replaced = (f"{merged.replaced} rows replaced an older version.",) if merged.replaced else ()
    erased = (_ERASED.format(merged.erased),) if merged.erased else ()
    return (*parcel.notes, *replaced, *erased)


_ERASED = "{} rows of erased customers left out: they count as rejected."


def _entry(parcel: Parcel, done: Loaded, replaced: int) -> dict[str, Any]:
    return {
        "batch": done.batch, "table_name": done.table, "file": done.file, "file_hash": parcel.file_hash,
        "format": done.format, "keeps_unanswered": parcel.keeps_unanswered, "zone": parcel.timezone,
        "currency": parcel.currency, "rows_read": done.rows_read, "rows_loaded": done.rows_loaded,
        "rows_rejected": done.rows_rejected, "rows_duplicate": done.rows_duplicate,
        "rows_replaced": replaced, "rows_unlinked": done.rows_unlinked,
        "loaded_at": datetime.now(UTC).replace(tzinfo=None), "load_no": int(done.batch[1:].partition("-")[0]),
    }  # fmt: skip


_LEDGER = """
insert into batches by name
select
    cast($batch as varchar) as batch_id, cast($table_name as varchar) as table_name,
    cast($file as varchar) as file, cast($file_hash as varchar) as file_hash,
    cast($format as varchar) as format, cast($keeps_unanswered as varchar) as keeps_unanswered,
    cast($zone as varchar) as zone, cast($currency as varchar) as currency,
    $rows_read as rows_read, $rows_loaded as rows_loaded, $rows_rejected as rows_rejected,
    $rows_duplicate as rows_duplicate, $rows_replaced as rows_replaced, $rows_unlinked as rows_unlinked,
    cast($loaded_at as timestamp) as loaded_at, $load_no as load_no
"""

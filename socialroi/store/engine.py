"""DuckDB, locked down: the one place that opens it.

No file, no network, no extension, no Python variable is reachable from SQL; the settings cannot be
changed afterwards. A query asked by a reader is exactly one SELECT, on its own cursor, read to the end:
a connection shared by threads has been seen to return other people's rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from socialroi import limits
from socialroi.errors import NotASelect, StoreDamaged, StoreError

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error

#: Everything that must be set before the database starts. All connections of one process to one
#: file must pass the same, so readers and the writer differ only by file.
LOCKDOWN: Mapping[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    # rollback insurance: DuckDB 1.5 can still open the file
    "storage_compatibility_version": "v1.5.0",
}
_opening = Lock()
#: The most memory one opened database may use; beyond it DuckDB spills into the workspace.
MEMORY = "4GB"
#: The most disk one opened database may spill.
SPILL = "100GB"


def connect_memory(allowed: Sequence[Path] = ()) -> Connection:
    """A locked-down database in memory that cannot spill and reads exactly the `allowed` files."""
    config = {
        **LOCKDOWN,
        "memory_limit": MEMORY,
        "temp_directory": "",
        "enable_external_access": bool(allowed),
    }
    con = duckdb.connect(":memory:", config=config)
    return _locked(_closed(con, allowed) if allowed else con)


def connect_reader(file: Path, spill: Path) -> Connection:
    """A read-only, locked-down view of one database file; a query past its deadline is cut.

    Raises duckdb.Error when the file is not a sound database.
    """
    config = {**LOCKDOWN, **_room(spill, MEMORY), "max_execution_time": int(limits.QUERY_S * 1000)}
    with _opening:  # two threads must not both find the shared database unlocked
        return _locked(duckdb.connect(file, read_only=True, config=config))


def connect_writer(
    file: Path, spill: Path, allowed: Sequence[Path] = (), memory: str | None = None
) -> Connection:
    """A locked-down connection that may change `file` and read exactly the `allowed` files.

    Raises duckdb.Error when the file is not a sound database.
    """
    config = {**LOCKDOWN, **_room(spill, memory or MEMORY)}
    # which files may be read has to be said before the outside is closed, and only a statement can say it
    config["enable_external_access"] = True
    return _locked(_closed(duckdb.connect(file, config=config), allowed))


def _closed(con: Connection, allowed: Sequence[Path]) -> Connection:
    """The connection with the outside closed but for the `allowed` files."""
    con.execute("set variable allowed = $paths", {"paths": [str(path) for path in allowed]}).fetchall()
    if allowed:
        con.execute("set allowed_paths = getvariable('allowed')").fetchall()
    con.execute("set enable_external_access = false").fetchall()
    return con


def with_log(file: Path) -> list[Path]:
    """A database file and the log DuckDB looks for beside it: what must be allowed to attach it."""
    path = file.absolute()
    return [path, path.with_name(f"{path.name}.wal")]


def attach(con: Connection, file: Path) -> None:
    """Make an allowed database readable, and only readable, as `old`."""
    con.execute("attach $file as old (read_only)", {"file": str(file.absolute())}).fetchall()


def _room(spill: Path, memory: str) -> dict[str, str]:
    return {"memory_limit": memory, "temp_directory": str(spill), "max_temp_directory_size": SPILL}


def _locked(con: Connection) -> Connection:
    """Last steps, in this order: the zone is not accepted in the config, the lock ends all changes.

    A second connection to a file that this process has open shares its database and finds it locked.
    """
    if not con.execute("select current_setting('lock_configuration')").fetchall()[0][0]:
        con.execute("set global TimeZone = 'UTC'").fetchall()
        con.execute("set enable_progress_bar = false").fetchall()
        con.execute("set global lock_configuration = true").fetchall()
    return con


def parameters(cursor: Connection, sql: str) -> frozenset[str]:
    """The names a single SELECT expects; NotASelect for anything else."""
    try:
        statements = cursor.extract_statements(sql)
    except duckdb.Error as error:
        raise NotASelect(f"This is not a question the database understands: {_first_line(error)}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise NotASelect("Only one SELECT statement may be asked of the database.")
    return frozenset(statements[0].named_parameters)


def run(cursor: Connection, sql: str, params: Mapping[str, Any]) -> Connection:
    """Execute one SELECT with exactly the parameters it names.

    A parameter given and not named is left out: one window serves many questions. Raises NotASelect,
    or StoreError naming the missing parameter; call it inside `answering`.
    """
    named = parameters(cursor, sql)
    if missing := sorted(named - params.keys()):
        raise StoreError(f"The question needs a value for {', '.join(missing)}.")
    return cursor.execute(sql, {name: bound(params[name]) for name in named})


@contextmanager
def answering() -> Iterator[None]:
    """What the database says while it answers or changes becomes an error of ours, in one sentence."""
    try:
        yield
    except duckdb.Error as error:
        raise explained(error) from error


def explained(error: duckdb.Error) -> StoreError:
    """A DuckDB error in words that say what to do."""
    text = str(error)
    if any(sign in text for sign in _DISK_FULL):
        return disk_full()
    if any(sign in text for sign in _CLOSED):
        return StoreError(
            "The folder of the database cannot be written to. Let this user write there, and try again."
        )
    if isinstance(error, duckdb.InterruptException):
        return StoreError(
            f"The question took longer than {limits.QUERY_S:g} seconds. Ask for a shorter time."
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            "This needs more memory than the database may use. Ask for a shorter time; a load may be allowed "
            "more: --memory-limit 8GB."
        )
    if isinstance(error, _DAMAGE) or any(sign in text for sign in _CORRUPT):
        return StoreDamaged(
            "The database file is damaged. Restore a backup (socialroi restore FILE --db FOLDER --replace), "
            "or load the files again into a new folder."
        )
    return StoreError(f"The database could not do this: {_first_line(error)}")


def disk_full() -> StoreError:
    """The error for a disk without room."""
    return StoreError("The disk is full. Nothing was changed; make room and try again.")


_DISK_FULL = ("No space left", "File too large", "Disk quota exceeded")
_CLOSED = ("Permission denied", "Read-only file system", "Failed to create directory")
#: DuckDB 2.0.0 says some damage with the class of all its errors.
_CORRUPT = ("Corrupt database file", "checksum")
_DAMAGE = (
    duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException,
)  # fmt: skip


def change(con: Connection, script: str, params: Mapping[str, Any] | None = None) -> None:
    """Run the statements of one of our own scripts, each with the parameters it names.

    Only for constants and .sql files of this package, never for anything a user wrote.
    """
    known = params or {}
    for statement in con.extract_statements(script):
        con.execute(statement, {name: bound(known[name]) for name in statement.named_parameters}).fetchall()


def bound(value: Any) -> Any:
    """A Python value as DuckDB binds it: tuples become lists, an empty one means "all" (null)."""
    if isinstance(value, tuple | list):
        return list(value) or None
    return value


def _first_line(error: Exception) -> str:
    """The first line of a DuckDB message; the rest quotes the statement."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__

"""A workspace is a folder: a pointer, one database file per generation, a key, a lock, rejected cells.

A change copies the current generation, changes the copy in one transaction, syncs it and publishes it
by renaming the pointer. So a kill at any moment leaves the old or the new state, readers see whole
loads, and deleted rows do not linger in an old file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from socialroi.errors import Busy, StoreDamaged, UsageError
from socialroi.store import engine, identities, sql

LAYOUT = 8
#: ioctl of Linux that makes a copy share its blocks with the original where the disk can do that.
_FICLONE = 0x40049409
_READ_TRIES = 5
_FIRST = "generation-000001"
#: Marks a workspace that is a copy of tables derived elsewhere, and says where from.
DERIVED = "derived-from"


def read_current(folder: Path) -> tuple[engine.Connection, str]:
    """A reader on the current generation, and the generation's name.

    Raises StoreDamaged, with what to do, when there is none or it is not sound. A generation that is
    replaced between reading the pointer and opening the file is looked up again.
    """
    for _ in range(_READ_TRIES):
        generation = pointer(folder)
        if generation is None:
            raise StoreDamaged(f"There is no database in {folder}. Load a file first: {_load(folder)}")
        try:
            return _reader(folder, folder / file_name(generation)), generation
        except StoreDamaged:
            if pointer(folder) == generation:
                raise
    raise _too_fast(folder)


def _reader(folder: Path, file: Path) -> engine.Connection:
    if not file.exists():
        raise StoreDamaged(f"The database in {folder} points to a file that is not there. {_remedy(folder)}")
    with explained(folder):
        return _checked(engine.connect_reader(file, spill_folder(folder, file)))


def _checked(con: engine.Connection) -> engine.Connection:
    """The connection, if its file has the layout of this version."""
    ((layout,),) = con.execute("select layout from about").fetchall()
    if layout != LAYOUT:
        con.close()
        raise StoreDamaged(_other_layout(layout))
    return con


def _other_layout(layout: int) -> str:
    return f"This database has layout {layout}, this version reads {LAYOUT}: load the files anew."


def pointer(folder: Path) -> str | None:
    """The name of the current generation; None when there is no database yet."""
    try:
        text = (folder / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreDamaged(f"The pointer in {folder} cannot be read. {_remedy(folder)}") from error
    if not text.startswith("generation-") or "/" in text or "\\" in text:
        raise StoreDamaged(f"The pointer in {folder} is broken. {_remedy(folder)}")
    return text


def file_name(generation: str) -> str:
    """The file of a generation: its name is followed by a mark that no other database has."""
    return generation.partition(" ")[0]


def spill_folder(folder: Path, file: Path) -> Path:
    """Where one process may spill while it works on one generation. DuckDB makes it, but no folder above."""
    return folder.resolve() / f"spill-{file.stem}-{os.getpid()}"


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """What DuckDB says about a file it cannot use becomes StoreDamaged with what to do."""
    try:
        yield
    except engine.Error as error:
        raise StoreDamaged(
            f"The database in {folder} is damaged or not of socialroi. {_remedy(folder)}"
        ) from error


def _remedy(folder: Path) -> str:
    return (
        f"Restore a backup: socialroi restore FILE --db {folder} --replace; or load the files again into a "
        f"new folder: {_load(folder)}"
    )


def _load(folder: Path) -> str:
    return f"socialroi ingest --db {folder} FILE"


@dataclass(slots=True)
class Change:
    """A change under way: the writer, the workspace's key, and whether there is anything to publish."""

    con: engine.Connection
    key: str
    folder: Path
    is_needed: bool = True
    #: What to do once the change is published, such as writing rejected cells beside the database.
    afterwards: list[Callable[[], object]] = field(default_factory=list)


@contextmanager
def changing(
    folder: Path,
    *,
    allowed: Sequence[Path] = (),
    memory: str | None = None,
    create: bool = False,
    anew: bool = False,
) -> Iterator[Change]:
    """One transaction on a copy of the current generation, published if the block ends well.

    Set `is_needed` to False to leave everything as it was. With `anew` the new generation starts with empty
    tables, and the current one is there to be read as `old`: what is not copied leaves no byte behind.
    Raises Busy when another process or thread is writing, StoreDamaged when there is no sound database
    (or none at all and not `create`), UsageError when the tables were derived elsewhere.
    """
    _must_be_own(folder)
    _make(folder) if create else _must_exist(folder)
    with locked(folder):
        before = pointer(folder)
        key = identities.read_key(folder / "key") if before else _new_key(folder)
        sweep(folder, keep=before)
        file = folder / _next_name(before)
        with _cleaned(folder, file), engine.answering(), explained_writes():
            old = folder / file_name(before) if before else None
            if old and not anew:
                _copy(old, file)
            readable = [*allowed, *engine.with_log(old)] if old and anew else allowed
            con = engine.connect_writer(file, spill_folder(folder, file), readable, memory)
            change = Change(con, key, folder)
            try:
                if old and anew:
                    attach_old(con, old, key)
                _begin(change, file, is_new=anew or not before)
                yield change
                _end(change)
            finally:
                change.con.close()
            if change.is_needed:
                publish(folder, file)
                sweep(folder, keep=pointer(folder))
                for step in change.afterwards:
                    step()


@contextmanager
def explained_writes() -> Iterator[None]:
    """A full disk is said plainly; nothing was published, so nothing is half-written."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise engine.disk_full() from error
        raise


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def _must_be_own(folder: Path) -> None:
    """UsageError for a copy of derived tables: they change where the raw data are."""
    if (folder / DERIVED).exists():
        raise UsageError(
            "These tables were derived elsewhere and are only to be read here. Load files where the raw data "
            "are, and derive again."
        )


def _must_exist(folder: Path) -> None:
    if not (folder / "current").exists():
        raise StoreDamaged(f"There is no database in {folder}. Load a file first: {_load(folder)}")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The one write lock of a workspace; Busy when somebody has it. A dead process lets go of it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"Another load is changing the database in {folder}. Try again when it is done."
            ) from error
        yield
    finally:
        os.close(descriptor)


def is_changing(folder: Path) -> bool:
    """Whether somebody has the write lock right now."""
    try:
        with locked(folder):
            return False
    except Busy:
        return True


def _new_key(folder: Path) -> str:
    """The key of a new workspace; nothing was published with one a dead first load left behind."""
    if lost := [file.name for file in folder.glob("generation-*") if not file.name.startswith(_FIRST)]:
        raise StoreDamaged(f"The pointer in {folder} is gone but {min(lost)} is there. {_remedy(folder)}")
    (folder / "key").unlink(missing_ok=True)
    return identities.create_key(folder / "key")


def _next_name(before: str | None) -> str:
    number = int(file_name(before).removeprefix("generation-").removesuffix(".duckdb")) if before else 0
    return f"generation-{number + 1:06d}.duckdb"


def _begin(change: Change, file: Path, is_new: bool) -> None:
    """Open the transaction; a new database gets its tables in it."""
    file.chmod(0o600)
    if not is_new:
        _checked(change.con)
    identities.prepare(change.con, change.key)
    if not is_new:
        identities.recognise(change.key, change.con.execute(_KEY_MARK).fetchall())
    change.con.begin()
    if is_new:
        engine.change(change.con, sql.model("tables"))
        change.con.execute(_MARK_KEY, {"mark": identities.key_mark(change.key)}).fetchall()


_KEY_MARK = "select key_mark from about"
_MARK_KEY = "update about set key_mark = $mark"


def attach_old(con: engine.Connection, file: Path, key: str) -> None:
    """Make one generation readable as `old` beside what is open, if it is of this layout and key."""
    engine.attach(con, file)
    ((layout,),) = con.execute("select layout from old.about").fetchall()
    if layout != LAYOUT:
        raise StoreDamaged(_other_layout(layout))
    identities.recognise(key, con.execute("select key_mark from old.about").fetchall())


@contextmanager
def beside(folder: Path) -> Iterator[engine.Connection]:
    """A database in memory with the current generation attached as `old`, to look without changing.

    Errors as `changing`.
    """
    _must_exist(folder)
    key = identities.read_key(folder / "key")
    con = _looking(folder, key)
    try:
        with engine.answering():
            identities.prepare(con, key)
            yield con
    finally:
        con.close()


def _looking(folder: Path, key: str) -> engine.Connection:
    """A connection in memory that reads the generation the pointer names at that moment."""
    for _ in range(_READ_TRIES):
        generation = pointer(folder) or ""
        file = folder / file_name(generation)
        con = engine.connect_memory(engine.with_log(file))
        try:
            with explained(folder):
                attach_old(con, file, key)
            return con
        except StoreDamaged:
            con.close()
            if pointer(folder) == generation:
                raise
    raise _too_fast(folder)


def _too_fast(folder: Path) -> Busy:
    return Busy(f"The database in {folder} changes faster than it can be opened. Try again.")


def _end(change: Change) -> None:
    if change.is_needed:
        change.con.commit()
        change.con.execute("checkpoint").fetchall()
    else:
        change.con.rollback()


def _copy(source: Path, target: Path) -> None:
    """Copy a file, sharing its blocks where the file system can."""
    with source.open("rb") as old, target.open("wb") as new:
        os.fchmod(new.fileno(), 0o600)
        try:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
        except OSError:
            shutil.copyfileobj(old, new, 16 * 1024 * 1024)


def publish(folder: Path, file: Path) -> None:
    """Make `file` the current generation: data first, then the pointer, each synced."""
    sync(file)
    sync(folder)
    fresh = folder / "current.new"
    fresh.write_text(f"{file.name} {secrets.token_hex(8)}\n", encoding="utf-8")
    fresh.chmod(0o600)
    sync(fresh)
    fresh.rename(folder / "current")
    sync(folder)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _cleaned(folder: Path, file: Path) -> Iterator[None]:
    """Whatever a change that was not published leaves behind is removed."""
    try:
        yield
    finally:
        shutil.rmtree(spill_folder(folder, file), ignore_errors=True)
        if file_name(pointer(folder) or "") != file.name:
            for left in folder.glob(f"{file.name}*"):
                left.unlink(missing_ok=True)


def sweep(folder: Path, keep: str | None) -> None:
    """Remove generations that are not current; open handles keep theirs until they let go."""
    current = file_name(keep) if keep else ""
    for file in folder.glob("generation-*"):
        if file.name != current:
            file.unlink(missing_ok=True)
    sweep_dead(folder.glob("spill-*"))
    sweep_dead(folder.glob("restoring-*"))


def sweep_dead(found: Iterable[Path]) -> None:
    """Remove folders that end in the number of a process that is gone."""
    for path in found:
        process = path.name.rpartition("-")[2]
        if process.isdecimal() and not _is_alive(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

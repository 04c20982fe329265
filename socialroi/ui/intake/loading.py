"""Step 5 at work: files go in one after the other, in a thread that no reload of the page can stop.

How far it is stands in a small record beside the database, so that every window and the next reload see
it. A lock on a file says whether somebody is at it: a process that dies lets go of it.
"""

from __future__ import annotations

import fcntl
import inspect
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from socialroi import store
from socialroi.errors import SocialRoiError
from socialroi.store import Loaded
from socialroi.ui import trouble
from socialroi.ui.intake import disk, memory, repair
from socialroi.ui.intake.answers import Answers
from socialroi.ui.intake.repair import Mended, Writing
from socialroi.ui.intake.staging import Staged

RECORD, LOCK = "last-load.json", "load.lock"
State = Literal["waiting", "reading", "loaded", "refused"]


@dataclass(frozen=True, slots=True)
class Job:
    """One file to load: what was said about it, how it is written, which load it replaces or mends."""

    staged: Staged
    answers: Answers
    writing: Writing
    replaces: str | None = None
    mends: Mended | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """How far one file is, and once it is loaded what it brought, by table."""

    file: str
    state: State = "waiting"
    sentence: str = ""
    batch: str = ""
    tables: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """The last load of a workspace. `ended` is empty while it runs, and after a process died in it."""

    started: str
    files: tuple[Done, ...]
    ended: str = ""
    is_running: bool = False


def begin(folder: Path, jobs: Sequence[Job]) -> threading.Thread | None:
    """Start loading; None when a load is under way already."""
    lock = _locked(folder)
    if lock is None:
        return None
    thread = threading.Thread(
        target=_work, args=(folder, tuple(jobs), lock), name="socialroi-load", daemon=True
    )
    thread.start()
    return thread


def last(folder: Path) -> Load | None:
    """The last load, running or done; None when there was none or it was put away."""
    said = disk.read(folder / RECORD)
    if not isinstance(said, dict):
        return None
    try:
        files = tuple(_done(each) for each in said["files"])
        return Load(
            said["started"], files, said["ended"], is_running=not said["ended"] and is_running(folder)
        )
    except (KeyError, TypeError):  # of another version of this program
        return None


def _done(said: Mapping[str, Any]) -> Done:
    return Done(**{**said, "tables": tuple(said["tables"]), "notes": tuple(said["notes"])})


def put_away(folder: Path) -> None:
    """Forget the last load; what it brought stays. A button's callback."""
    (folder / RECORD).unlink(missing_ok=True)


def is_running(folder: Path) -> bool:
    """Whether a load of this workspace is under way, in this process or another."""
    lock = _locked(folder)
    if lock is None:
        return True
    os.close(lock)
    return False


def can_replace() -> bool:
    """Whether this version of the store can put a file in the place of an earlier load."""
    return "replace" in inspect.signature(store.ingest).parameters


def _locked(folder: Path) -> int | None:
    """An open lock, to be closed when done; None when somebody else has it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _work(folder: Path, jobs: Sequence[Job], lock: int) -> None:
    """Load file by file, so that one refused file does not hold up the others."""
    try:
        load = Load(_now(), tuple(Done(job.staged.label) for job in jobs))
        for at, job in enumerate(jobs):
            load = _noted(folder, load, at, replace(load.files[at], state="reading"))
            load = _noted(folder, load, at, _one(folder, job))
        _write(folder, replace(load, ended=_now()))
    finally:
        os.close(lock)


def _noted(folder: Path, load: Load, at: int, done: Done) -> Load:
    """The load with one file further on, written down."""
    files = (*load.files[:at], done, *load.files[at + 1 :])
    load = replace(load, files=files)
    _write(folder, load)
    return load


def _write(folder: Path, load: Load) -> None:
    said = asdict(load)
    del said["is_running"]
    disk.write(folder / RECORD, said)


def _one(folder: Path, job: Job) -> Done:
    """Load one file and tidy up after it, or say why not."""
    staged = job.staged
    try:
        loaded = _ingest(folder, job)
    except SocialRoiError as error:
        return Done(staged.label, "refused", str(error))
    except Exception as error:
        return Done(staged.label, "refused", trouble.unforeseen(error))
    _tidy(folder, job, loaded)
    return _loaded(staged.label, loaded)


def _tidy(folder: Path, job: Job, loaded: Sequence[Loaded]) -> None:
    """Keep the answers and the rejected records, let the file go; the load stands whatever happens here."""
    try:
        if job.answers.header:
            memory.keep(folder, job.writing.headers, job.answers, date.today())
        if loaded:
            repair.keep(folder, job.staged, job.answers, job.writing, loaded)
        if job.mends is not None:
            repair.settle(folder, job.mends)
        repair.expire(folder)
    except Exception as error:
        trouble.report(error)
    job.staged.path.unlink(missing_ok=True)


def _ingest(folder: Path, job: Job) -> list[Loaded]:
    request = job.answers.request(job.staged.path, job.staged.label)
    more = {"replace": job.replaces} if job.replaces and can_replace() else {}
    return store.ingest(folder, [request], lane="upload", **more)  # type: ignore[arg-type]


def _loaded(label: str, loaded: Sequence[Loaded]) -> Done:
    tables = tuple(
        {
            "table": each.table,
            "read": each.rows_read,
            "loaded": each.rows_loaded,
            "rejected": each.rows_rejected,
            "duplicate": each.rows_duplicate,
            "unlinked": each.rows_unlinked,
        }
        for each in loaded
    )
    notes = tuple(dict.fromkeys(note for each in loaded for note in each.notes))
    return Done(label, "loaded", "", loaded[0].batch if loaded else "", tables, notes)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M")

"""A database as one file.

The file is a plain tar with four members under fixed names: the database of one generation, the key, a
manifest with the size and SHA-256 of both, and the SHA-256 of the manifest. Without the key nothing loaded
later would join what was restored, and nobody could be found or erased; so it is in there, and a backup is as
sensitive as the database itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from socialroi.errors import StoreDamaged, UsageError
from socialroi.store import health, identities, workspace

FORMAT = "socialroi backup 1"
DATABASE, KEY, MANIFEST, SUM = "database.duckdb", "key", "manifest.json", "manifest.sha256"
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One file in a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    format: str
    layout: int
    made_at: str
    files: dict[str, Part]


def backup(db: str | Path, out: Path) -> Manifest:
    """Write the current generation and its key into one file that only this user may read.

    Readers and a writer may go on meanwhile. Raises UsageError when `out` is there already, StoreDamaged when
    the database is not sound: a backup of it would not help.
    """
    folder = Path(db)
    if out.exists():
        raise UsageError(f"{str(out)!r} is there already: name another file.")
    _sound(folder)
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with workspace.explained_writes(), private(part) as file:
            manifest = _written(folder, file)
        part.rename(out)
        workspace.sync(out.parent)
    except OSError as error:
        raise UsageError(f"{str(out)!r} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _sound(folder: Path) -> None:
    for check in health.inspect(folder):
        if check.passed is False:
            raise StoreDamaged(f"This database is not sound, so nothing was written. {check.sentence}")


@contextmanager
def private(path: Path) -> Iterator[IO[bytes]]:
    """A new file of this user alone, on the disk when the block is left."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _written(folder: Path, file: IO[bytes]) -> Manifest:
    with closing(_current(folder)) as database, tarfile.open(fileobj=file, mode="w") as tar:
        key = identities.read_key(folder / "key").encode()
        parts = {
            DATABASE: _add(tar, DATABASE, database, os.fstat(database.fileno()).st_size),
            KEY: _add(tar, KEY, io.BytesIO(key), len(key)),
        }
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(FORMAT, workspace.LAYOUT, made_at, parts)
        text = json.dumps(asdict(manifest), indent=2).encode()
        _add(tar, MANIFEST, io.BytesIO(text), len(text))
        mark = hashlib.sha256(text).hexdigest().encode()
        _add(tar, SUM, io.BytesIO(mark), len(mark))
    return manifest


def _current(folder: Path) -> IO[bytes]:
    """The file of the current generation, open: it stays whole even when a writer publishes the next one."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):
            return (folder / workspace.file_name(workspace.pointer(folder) or "")).open("rb")
    raise StoreDamaged(f"The database in {folder} points to a file that is not there.")


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int) -> Part:
    """Add one member and give its sum, taken from the very bytes that were written."""
    digest = hashlib.sha256()

    class Summed:
        def read(self, wanted: int = -1) -> bytes:
            piece = file.read(wanted)
            digest.update(piece)
            return piece

    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, Summed())  # tarfile asks for no more than `read`
    return Part(size, digest.hexdigest())

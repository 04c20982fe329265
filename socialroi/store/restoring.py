"""The way back from a backup.

Reading takes four fixed names and no other, never a path out of the file, and believes nothing before the
sums agree and the database opens.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from socialroi.errors import FileRefused, StoreDamaged, UsageError
from socialroi.store import health, identities, removing, workspace
from socialroi.store.backup import DATABASE, FORMAT, KEY, MANIFEST, SUM, Manifest, Part, private
from socialroi.store.store import Store

_PIECE = 1024 * 1024
#: No honest manifest is longer.
_SMALL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: when the backup was made, rows by table, and rows of customers erased since."""

    made_at: str
    rows: dict[str, int]
    erased_again: int
    sentence: str


def restore(file: Path, db: str | Path, *, force: bool = False) -> Restored:
    """Bring a backup back into the folder `db`; with `force` in place of the database that is there.

    Everything is checked before anything is touched. Customers erased from the database that is replaced are
    erased from the restored one too, if both have the same key. Raises FileRefused for a file that is no
    whole backup, UsageError when there is a database already and not `force`, Busy when it is being changed.
    """
    folder = Path(db).absolute()
    if not file.is_file():
        raise UsageError(f"There is no file {str(file)!r}. Check the spelling of the path.")
    is_there = folder.is_dir() and any(folder.iterdir())
    _may_replace(folder, is_there, force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = _own_folder(folder, inside=is_there)
    try:
        with workspace.explained_writes():
            return _put(file, fresh, folder) if is_there else _new(file, fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _may_replace(folder: Path, is_there: bool, force: bool) -> None:
    if is_there and not force:
        raise UsageError(
            f"{str(folder)!r} is not empty. Name another folder, or add --replace to give up what is in it."
        )
    if is_there and not any((folder / name).exists() for name in ("current", "lock", "key")):
        raise UsageError(f"{str(folder)!r} holds other files than a database. Name another folder.")


def _new(file: Path, fresh: Path, folder: Path) -> Restored:
    manifest = _unpacked(file, fresh)
    with suppress(FileNotFoundError):
        folder.rmdir()
    fresh.rename(folder)
    workspace.sync(folder.parent)
    return Restored(manifest.made_at, _rows(folder), 0, _AS_OF_NEW.format(manifest.made_at))


def _put(file: Path, fresh: Path, folder: Path) -> Restored:
    """Put what a backup holds in the place of a database, as its next generation."""
    with workspace.locked(folder):
        manifest = _unpacked(file, fresh)
        erased = _erased_again(folder, fresh)
        _adopt(folder, fresh)
        removing.clear_aside(folder)
    sentence = _AS_OF_NEW if erased is None else _AGAIN if erased else _AS_OF
    return Restored(manifest.made_at, _rows(folder), erased or 0, sentence.format(manifest.made_at, erased))


_AS_OF = "As of {0}."
_AS_OF_NEW = "As of {0}. Customers erased after that are in it again: erase them anew."
_AGAIN = "As of {0}. {1} rows of customers erased since were left out again."


def _rows(folder: Path) -> dict[str, int]:
    with closing(Store.open(folder)) as store:
        return store.tables()


def _own_folder(folder: Path, *, inside: bool) -> Path:
    """Where this process may lay out what it restores, on the disk of the workspace.

    What processes that died left there goes.
    """
    beside = folder if inside else folder.parent
    name = "restoring" if inside else f"{folder.name}.restoring"
    workspace.sweep_dead(beside.glob(f"{name}-*"))
    return beside / f"{name}-{os.getpid()}"


def _adopt(folder: Path, fresh: Path) -> None:
    """Make the database and key of `fresh` those of `folder`, whose lock must be held.

    The key comes last and only if it is another: until then nothing new can be loaded, and all can be read.
    """
    lost = (file.name.removeprefix("generation-")[:6] for file in folder.glob("generation-*"))
    number = max((int(name) for name in lost if name.isdecimal()), default=0) + 1
    file = folder / f"generation-{number:06d}.duckdb"
    (fresh / workspace.file_name(workspace.pointer(fresh) or "")).rename(file)
    workspace.publish(folder, file)
    (fresh / "key").rename(folder / "key")
    workspace.sync(folder)
    workspace.sweep(folder, keep=workspace.pointer(folder))


def _erased_again(folder: Path, fresh: Path) -> int | None:
    """Erase from the restored database whoever was erased from the one it replaces.

    Gives how many rows; None when nobody can tell, as the old one cannot be read or has another key.
    """
    try:
        if identities.read_key(folder / "key") != identities.read_key(fresh / "key"):
            return None
        with closing(Store.open(folder)) as old, closing(Store.open(fresh)) as new:
            lost = sorted({*old.rows(_MARKS)} - {*new.rows(_MARKS)})
    except StoreDamaged:
        return None
    return sum(removing.forget_marked(fresh, lost).rows.values()) if lost else 0


_MARKS = "select kind, mark from erased"


def _unpacked(file: Path, fresh: Path) -> Manifest:
    """Write what a backup holds into a new folder, once every sum agrees; FileRefused else."""
    fresh.mkdir(mode=0o700)
    try:
        with tarfile.open(file, mode="r:") as tar:
            manifest = _manifest(file, tar)
            for name, target in ((DATABASE, "generation-000001.duckdb"), (KEY, "key")):
                _take(file, tar, name, manifest.files[name], fresh / target)
    except (tarfile.TarError, EOFError) as error:
        raise _refused(file, "it is no backup of socialroi, or not a whole one.") from error
    if manifest.layout != workspace.LAYOUT:
        reason = f"it has layout {manifest.layout}, this version reads {workspace.LAYOUT}."
        raise FileRefused(
            file.name, reason, "Restore it with the version that wrote it, or load the files anew."
        )
    (fresh / "lock").touch(mode=0o600)
    workspace.publish(fresh, fresh / "generation-000001.duckdb")
    _opens(file, fresh)
    return manifest


def _opens(file: Path, fresh: Path) -> None:
    """Sums that agree say that nothing changed since; this says that it was a database."""
    try:
        for check in health.inspect(fresh):
            if check.passed is False:
                raise StoreDamaged(check.sentence)
        with workspace.beside(fresh):
            pass
    except StoreDamaged as error:
        raise _refused(file, "the database in it cannot be read.") from error


def _manifest(file: Path, tar: tarfile.TarFile) -> Manifest:
    names = [member.name for member in tar.getmembers()]
    if names != [DATABASE, KEY, MANIFEST, SUM] or not all(member.isreg() for member in tar.getmembers()):
        raise _refused(file, "it does not hold the four parts of a backup.")
    text, mark = _small(file, tar, MANIFEST), _small(file, tar, SUM)
    if hashlib.sha256(text).hexdigest().encode() != mark:
        raise _refused(file, "its manifest has changed since it was written.")
    try:
        return _read_manifest(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(file, "its manifest is not one of socialroi.") from error


def _read_manifest(said: dict[str, Any]) -> Manifest:
    files = {
        name: Part(int(said["files"][name]["bytes"]), str(said["files"][name]["sha256"]))
        for name in (DATABASE, KEY)
    }
    if said["format"] != FORMAT:
        raise ValueError
    return Manifest(FORMAT, int(said["layout"]), str(said["made_at"]), files)


def _small(file: Path, tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.getmember(name)
    source = tar.extractfile(member)
    if source is None or member.size > _SMALL:
        raise _refused(file, f"its {name} is not one of socialroi.")
    return source.read()


def _take(file: Path, tar: tarfile.TarFile, name: str, part: Part, target: Path) -> None:
    """Copy one member to a name of our own and compare its sum."""
    source, digest, size = tar.extractfile(tar.getmember(name)), hashlib.sha256(), 0
    with private(target) as out:
        while source is not None and (piece := source.read(_PIECE)):
            out.write(piece)
            digest.update(piece)
            size += len(piece)
    if (size, digest.hexdigest()) != (part.bytes, part.sha256):
        raise _refused(file, f"its {name} is not what was written: the sums differ.")


def _refused(file: Path, reason: str) -> FileRefused:
    return FileRefused(
        file.name, reason, "Nothing was changed. Try an older backup, or load the files again."
    )

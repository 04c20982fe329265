"""The invented shops: their exports loaded into databases of their own, built once.

The sample never shares a database with a user's data. It is rebuilt when its files or this version
of the program change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import socialroi
from socialroi.errors import UnknownName, UsageError
from socialroi.store import workspace

SHOPS = ("harbour", "lantern")


def data_home() -> Path:
    """Where databases live unless a folder is named: SOCIALROI_HOME, else the user's data folder."""
    named = os.environ.get("SOCIALROI_HOME")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(named) if named else Path(base) / "socialroi"


def ensure_all(home: Path | None = None) -> dict[str, Path]:
    """The databases of all invented shops, built where missing: {shop: folder}."""
    return {shop: ensure(shop, home) for shop in SHOPS}


def ensure(shop: str, home: Path | None = None) -> Path:
    """The database folder of one invented shop, built from its exports if it is not there yet."""
    if shop not in SHOPS:
        raise UnknownName("sample shop", shop, SHOPS)
    files = sorted((_exports() / shop).glob("*.csv"))
    folder = (home or data_home()) / "samples" / f"{shop}-{_fingerprint(files)}"
    if not (folder / "current").exists():
        _build(folder, files)
    return folder


def _build(folder: Path, files: list[Path]) -> None:
    from socialroi.intake import Request
    from socialroi.store import ingest

    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    ingest(unfinished, [Request(path=path, label=path.name) for path in files])
    try:
        unfinished.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(unfinished, ignore_errors=True)


def _exports() -> Path:
    package = Path(socialroi.__file__).resolve().parent
    for folder in (package.parent / "sample_data", package / "_site" / "sample_data"):
        if folder.is_dir():
            return folder
    raise UsageError("The sample data are missing from this installation. Install socialroi again.")


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256(f"{socialroi.__version__} {workspace.LAYOUT}".encode())
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

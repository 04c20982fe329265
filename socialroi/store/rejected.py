"""Rejected cells: kept outside the database for repair, readable by the owner only, gone after a week.

They may hold personal values in the clear, which is why they are files that can be removed and not rows.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from socialroi import limits
from socialroi.errors import StoreDamaged

if TYPE_CHECKING:
    from socialroi.intake import Parcel, Reject

_DAY_S = 24 * 3600


def folder_of(workspace: Path) -> Path:
    """Where rejected cells of a workspace lie."""
    return workspace / "rejects"


def keep(workspace: Path, batch: str, parcel: Parcel) -> None:
    """Write the rejected records of a batch; those of earlier tries of the same file go away."""
    folder = folder_of(workspace)
    _forget(folder, parcel.label)
    if not parcel.rejects:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    text = json.dumps(
        {"file": parcel.label, "rejects": [asdict(r) for r in parcel.rejects[: limits.REJECTS_KEPT]]}
    )
    descriptor = os.open(_file(workspace, batch), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)


def _forget(folder: Path, label: str) -> None:
    """Once the file of that name is loaded again, what was rejected before is of no more use."""
    for file in folder.glob("*.json"):
        if json.loads(file.read_text(encoding="utf-8")).get("file") == label:
            file.unlink()


def expire(workspace: Path, now: float | None = None) -> int:
    """Remove rejected cells older than limits.REJECTS_DAYS; gives how many files."""
    oldest = (time.time() if now is None else now) - limits.REJECTS_DAYS * _DAY_S
    old = [file for file in folder_of(workspace).glob("*.json") if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def forget(workspace: Path, batch: str) -> None:
    """Remove what was rejected in a batch."""
    _file(workspace, batch).unlink(missing_ok=True)


def _file(workspace: Path, batch: str) -> Path:
    return folder_of(workspace) / f"{Path(batch).name}.json"


def read(workspace: Path, batch: str) -> list[Reject]:
    """The rejected records of a batch, as far as they are still kept."""
    from socialroi.intake import Reject

    file = _file(workspace, batch)
    if not file.exists():
        return []
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))["rejects"]
        return [Reject(**item) for item in kept]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(
            f"The rejected rows of batch {batch} cannot be read. Load the file again."
        ) from error

"""Small JSON files beside the database: written whole or not at all, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def write(path: Path, value: object) -> None:
    """Write `value` so that a reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(value, handle)
    fresh.replace(path)


def read(path: Path) -> object:
    """What was written, or None when there is nothing that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None

"""Changes that are not loads: making a workspace, settings, rebuilding."""

from __future__ import annotations

from pathlib import Path

from socialroi.store import derived, workspace
from socialroi.store import settings as known


def create(db: str | Path) -> None:
    """Make an empty workspace; one that is there already is left alone."""
    folder = Path(db)
    if workspace.pointer(folder) is None:
        with workspace.changing(folder, create=True) as change:
            derived.rebuild(change.con)


def set_setting(db: str | Path, key: str, value: str) -> None:
    """Change one setting and rebuild the derived tables; an empty value brings the default back.

    Raises UnknownName for a setting or zone that does not exist, UsageError for a value out of range.
    """
    known.parse(key, value)
    folder = Path(db)
    with workspace.changing(folder, create=True) as change:
        change.con.execute("delete from settings where name = $name", {"name": key}).fetchall()
        if value.strip():
            change.con.execute(_SET, {"name": key, "value": value.strip()}).fetchall()
        derived.rebuild(change.con)


_SET = "insert into settings values ($name, $value)"


def derive(db: str | Path) -> None:
    """Rebuild the derived tables from the facts."""
    with workspace.changing(Path(db)) as change:
        derived.rebuild(change.con)

"""The SQL texts of this room, read from their files; nothing is ever put together from parts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_MARK = "-- step "


@cache
def model(name: str) -> str:
    """The text of `models/<name>.sql`."""
    return files("socialroi.store").joinpath("models", f"{name}.sql").read_text(encoding="utf-8")


@cache
def steps(table: str) -> dict[str, str]:
    """The steps of `loads/<table>.sql` by name: stage, merge, links where it has any, undo."""
    text = files("socialroi.store").joinpath("loads", f"{table}.sql").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split(_MARK)[1:])
    return {name.strip(): body for name, _, body in parts}

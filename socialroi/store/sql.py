"""The SQL texts of this room, read from their files; nothing is ever put together from parts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_MARK = "-- step "


@cache
def model(name: str, folder: str = "models") -> str:
    """The text of `models/<name>.sql`, or of a file in another folder."""
    return files("socialroi.store").joinpath(folder, f"{name}.sql").read_text(encoding="utf-8")


@cache
def steps(name: str, folder: str = "loads") -> dict[str, str]:
    """The steps of `loads/<name>.sql`, or of a file in another folder, by their own names."""
    text = files("socialroi.store").joinpath(folder, f"{name}.sql").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split(_MARK)[1:])
    return {step.strip(): body for step, _, body in parts}

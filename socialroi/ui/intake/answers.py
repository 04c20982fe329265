"""Everything a visitor said about one file: the key of what is cached, and what is saved for next time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from socialroi import limits
from socialroi.intake import Request

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The part of a `Request` that people decide; fields mean what they mean there."""

    format: str | None = None
    table: str | None = None
    columns: Pairs = ()
    fixed: Pairs = ()
    header: bool = True
    timezone: str | None = None
    currency: str | None = None
    keeps_unanswered: str | None = None

    def request(self, path: Path, label: str) -> Request:
        """The request for the file at `path`, within the limits of an upload."""
        said = {**asdict(self), "columns": dict(self.columns), "fixed": dict(self.fixed)}
        return Request(path=path, label=label, profile=limits.UPLOAD, **said)


def of_json(said: Mapping[str, Any]) -> Answers:
    """Answers as they were saved. Raises TypeError or KeyError when they are of another version."""
    pairs = {name: tuple((str(a), str(b)) for a, b in said[name]) for name in ("columns", "fixed")}
    return Answers(**{**said, **pairs})

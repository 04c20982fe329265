"""Answers kept for the next file of the same source: by its header, never with a cell of it.

One JSON file in the workspace, readable by its owner only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from socialroi import schema
from socialroi.ui.intake import answers as said
from socialroi.ui.intake import disk
from socialroi.ui.intake.answers import Answers

FILE = "mappings.json"
#: The most sources that are remembered; the oldest go first.
KEPT = 200


@dataclass(frozen=True, slots=True)
class Remembered:
    """The answers about a source and the day they were last used."""

    answers: Answers
    day: date


def fingerprint(headers: Sequence[str]) -> str:
    """What files of one source have in common: the set of their headers, in whatever order."""
    names = sorted({schema.normalise(header) for header in headers})
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:16]


def recall(folder: Path, headers: Sequence[str]) -> Remembered | None:
    """What was said last time about a file with these headers."""
    found = _read(folder).get(fingerprint(headers)) if headers else None
    try:
        return Remembered(said.of_json(found["answers"]), date.fromisoformat(found["day"])) if found else None
    except (TypeError, KeyError, ValueError):  # of another version of this program
        return None


def keep(folder: Path, headers: Sequence[str], answers: Answers, day: date) -> None:
    """Remember these answers for the next file with these headers."""
    known = _read(folder)
    known.pop(fingerprint(headers), None)
    known[fingerprint(headers)] = {"day": day.isoformat(), "answers": asdict(answers)}
    disk.write(folder / FILE, dict(list(known.items())[-KEPT:]))


def forget(folder: Path, headers: Sequence[str]) -> None:
    """Remember nothing about files with these headers. A button's callback."""
    known = _read(folder)
    if known.pop(fingerprint(headers), None) is not None:
        disk.write(folder / FILE, known)


def _read(folder: Path) -> dict[str, Any]:
    known = disk.read(folder / FILE)
    return known if isinstance(known, dict) else {}

"""What a format declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

KeepsUnanswered = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Format:
    """One export format.

    `needs` are the normalised headers by which a delimited file is recognised, empty for formats
    recognised otherwise. `identity` says in a sentence how people are known in it. A delimited
    format has `prepare`; an XML format has `prepare_bytes`.
    """

    name: str
    sentence: str
    tables: tuple[str, ...]
    keeps_unanswered: KeepsUnanswered
    identity: str
    needs: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    prepare: Callable[[Request, Sheet], Prepared] | None = None
    prepare_bytes: Callable[[Request, memoryview], Prepared] | None = None

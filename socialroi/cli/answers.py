"""Answers as JSON and as text for a terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from socialroi.result import Definition, Reading, Rung, Unknown, Value


def print_json(rows: Iterable[dict[str, Any]]) -> None:
    """One JSON array on standard output, also for one row."""
    json.dump(list(rows), sys.stdout, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    print()


def value(answer: Value) -> dict[str, Any]:
    """An estimate or an unknown."""
    if isinstance(answer, Unknown):
        return {"code": answer.code, "sentence": answer.sentence, "n": answer.n}
    fields = ("value", "low", "high", "n", "level", "method")
    return {name: getattr(answer, name) for name in fields}


def definition(what: Definition) -> dict[str, Any]:
    """Everything a reader is told about a metric."""
    return dataclasses.asdict(what)


def reading(answer: Reading) -> dict[str, Any]:
    """One metric."""
    about = answer.definition
    return {
        "key": about.key, "name": about.name, "unit": about.unit, "better": about.better,
        "value": value(answer.value),
        "by": [{"segment": segment, "value": value(part)} for segment, part in answer.by.items()],
        "notes": list(answer.notes),
        "definition": definition(about),
    }  # fmt: skip


def rung(answer: Rung) -> dict[str, Any]:
    """One rung of the study."""
    return {
        "rung": answer.rung, "outcome": answer.outcome, "horizon_days": answer.horizon_days,
        "population": answer.population, "estimand": answer.estimand,
        "estimate": value(answer.estimate), "naive": value(answer.naive),
        "n_treated": answer.n_treated, "n_control": answer.n_control,
        "checks": [dataclasses.asdict(check) for check in answer.checks],
        "verdict": answer.verdict, "sentence": answer.sentence,
        "detail": {name: value(part) for name, part in answer.detail.items()},
        "notes": list(answer.notes),
    }  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Plain columns, as wide as their widest cell; control characters never reach the terminal."""
    lines = [[_printable(str(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)

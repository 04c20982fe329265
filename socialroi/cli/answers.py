"""Answers as JSON and as text for a terminal."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socialroi.result import Bar, Definition, Plan, Reading, Rung, Unknown, Value, Worth

if TYPE_CHECKING:
    import pandas as pd

    from socialroi.uplift.fair_test.randomise import Draw


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


def worth(answer: Worth) -> dict[str, Any]:
    """What answering is worth: what the contract names, then what stands beside it."""
    numbers = (
        "margin", "cost", "roi", "breakeven_effect", "effect", "payback_months", "unanswered", "marginal_cost"
    )  # fmt: skip
    return {
        "estimand": answer.estimand, "horizon_days": answer.horizon_days, "currency": answer.currency,
        **{name: value(getattr(answer, name)) for name in numbers},
        "bars": list(map(bar, answer.bars)), "residual": bar(answer.residual),
        "beside": list(map(bar, answer.beside)),
        "costs": [dataclasses.asdict(cost) for cost in answer.costs],
        "checks": [dataclasses.asdict(check) for check in answer.checks],
        "verdict": answer.verdict, "sentence": answer.sentence, "notes": list(answer.notes),
    }  # fmt: skip


def bar(part: Bar) -> dict[str, Any]:
    """One part of the money."""
    return {
        "name": part.name, "value": value(part.value), "status": part.status, "sentence": part.sentence
    }  # fmt: skip


def plan(answer: Plan, draw: Draw | None, out: Path | None) -> dict[str, Any]:
    """A fair test, and the list that was drawn for it."""
    drawn = None if draw is None else {"file": str(out), "lines": len(draw.lines), "seed": draw.seed}
    return {**dataclasses.asdict(answer), "list": drawn}


def csv(frame: pd.DataFrame) -> bytes:
    """A table as downloads give it: UTF-8 with its mark, and no text cell can become a formula."""
    from socialroi.charts import tables

    text: str = tables.neutral(frame).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Plain columns, as wide as their widest cell; control characters never reach the terminal."""
    lines = [[printable(str(cell)) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)


def printable(text: str) -> str:
    """Text without control characters, whatever the files held."""
    return "".join(c if c.isprintable() else "?" for c in text)

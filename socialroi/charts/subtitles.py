"""Under every title: what is drawn, of whom, how many, and what the interval means."""

from __future__ import annotations

from socialroi.charts import format as fmt
from socialroi.charts.house import Look
from socialroi.result import LEVEL, Estimate, Value


def said(drawn: str, value: Value | None, look: Look, *more: str, level: bool = True) -> str:
    """The subtitle: what is drawn; the population; n; the interval's level; anything more. Plain text."""
    shown = value if isinstance(value, Estimate) else None
    parts = [
        drawn,
        look.population,
        fmt.n_text(shown.n) if shown else "",
        fmt.level_text(shown.level if shown else LEVEL) if level else "",
        *more,
    ]
    return "; ".join(part for part in parts if part)

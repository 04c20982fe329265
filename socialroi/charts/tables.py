"""The table twin of every chart: the same numbers for screen readers, for copying and for export.

`table` is for reading (human column names, written-out numbers), `tidy` for machines (one name per
column, plain numbers in the metric's own unit: shares 0..1, durations in seconds). Text that a
spreadsheet would run as a formula gets a leading apostrophe in `tidy`; numbers stay numbers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from socialroi.charts import format as fmt
from socialroi.charts.label import clean
from socialroi.result import Estimate, Unit, Unknown, Value

TIDY = ("value", "low", "high", "n", "level", "unit", "currency", "method", "code", "reason")
#: The most characters of a sentence in a table for reading; the export has it whole.
_SENTENCE = 400
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is about (column name to text or number) and its value."""

    keys: Mapping[str, object]
    value: Value
    unit: Unit
    difference: bool = False


def table(rows: Sequence[Row], currency: str | None = None) -> pd.DataFrame:
    """The table for reading: the rows' keys, then Value, Interval, n and Why not."""
    return pd.DataFrame([_shown(row, currency) for row in rows])


def tidy(rows: Sequence[Row], currency: str | None = None) -> pd.DataFrame:
    """The table for export: the rows' keys in snake case, then `TIDY`, safe to open in a spreadsheet."""
    return neutral(pd.DataFrame([_machine(row, currency) for row in rows]))


def counts(rows: Sequence[Mapping[str, object]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both twins of rows that carry plain counts or numbers instead of estimates."""
    shown = [{name: _readable(value) for name, value in row.items()} for row in rows]
    machine = [{snake(name): _whole(value) for name, value in row.items()} for row in rows]
    return pd.DataFrame(shown), neutral(pd.DataFrame(machine))


def neutral(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy in which no text cell and no column name can become a formula; numbers are untouched."""
    names = [safe_cell(str(name)) for name in frame.columns]
    columns = [_neutral_column(frame.iloc[:, i]) for i in range(frame.shape[1])]
    return pd.DataFrame(dict(enumerate(columns))).set_axis(names, axis=1)


def _neutral_column(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    return column.map(safe_cell, na_action="ignore")


def safe_cell(cell: object) -> object:
    """A text cell that starts like a formula, after spaces or invisible signs, with an apostrophe before it.

    Full-width forms count as their plain ones (NFKC), and so do a leading tab, CR or LF.
    Source: OWASP CSV injection.
    """
    if not isinstance(cell, str) or not cell:
        return cell
    if cell[0] in "\t\r\n":
        return f"'{cell}"
    if cell[0].isascii() and cell[0].isalnum():
        return cell
    bare = "".join(_visible(unicodedata.normalize("NFKC", cell)))
    return f"'{cell}" if bare.startswith(_FORMULA) else cell


def snake(name: str) -> str:
    """A column name for machines: "Why not" to "why_not"."""
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _visible(text: str) -> Iterable[str]:
    return (c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})


def _shown(row: Row, currency: str | None) -> dict[str, object]:
    value = row.value
    keys = {clean(name): _readable(key) for name, key in row.keys.items()}
    if isinstance(value, Unknown):
        why = clean(value.sentence, cap=_SENTENCE)
        return {**keys, "Value": fmt.DASH, "Interval": "", "n": value.n, "Why not": why}
    interval = fmt.interval_text(value, row.unit, difference=row.difference)
    if row.difference:
        shown = fmt.difference_number(value.value, row.unit, currency, fine=value.is_clear)
    else:
        shown = fmt.number(value.value, row.unit, currency)
    return {**keys, "Value": shown, "Interval": interval, "n": value.n, "Why not": ""}


def _machine(row: Row, currency: str | None) -> dict[str, object]:
    keys = {snake(name): _whole(key) for name, key in row.keys.items()}
    value, unit = row.value, row.unit
    common = {"unit": unit, "currency": currency if unit == "money" else None}
    if isinstance(value, Estimate):
        numbers = {
            "value": value.value,
            "low": value.low,
            "high": value.high,
            "n": value.n,
            "level": value.level,
        }
        return {**keys, **numbers, **common, "method": value.method, "code": None, "reason": None}
    nothing = dict.fromkeys(("value", "low", "high"))
    why = {"method": None, "code": value.code, "reason": _whole(value.sentence)}
    return {**keys, **nothing, "n": value.n, "level": None, **common, **why}


def _readable(key: object) -> object:
    return clean(key, cap=_SENTENCE) if isinstance(key, str) else key


def _whole(key: object) -> object:
    """Text as it is, except for halves of characters, which no file can hold."""
    return key.encode("utf-8", "replace").decode() if isinstance(key, str) else key

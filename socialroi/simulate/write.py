"""A firm as files: canonical CSV that loads without any option, and the truth beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from socialroi.schema import TABLES

_README = """\
An invented firm, written by `socialroi simulate`. No person or order in it is real.

Load it:  socialroi ingest --db DATABASE *.csv

Instants are UTC and end in Z. interactions.csv declares in its column `keeps_unanswered` whether
the export keeps conversations that nobody answered ({keeps}); on a file without that column say
`--keeps-unanswered {keeps}`. truth.json holds the true effects of an answer, which no study sees.
"""


def write(
    tables: Mapping[str, pd.DataFrame], truth: Mapping[str, Any], keeps: str, directory: Path
) -> list[Path]:
    """Write every table as NAME.csv with truth.json and README.txt; the paths written, in order.

    A column in which nothing is known is left out of its file, and a table without rows is no file.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, frame in tables.items():
        if frame.empty:
            continue
        declared = frame.assign(keeps_unanswered=keeps) if name == "interactions" else frame
        written.append(_write_csv(declared, name, directory / f"{name}.csv"))
    written.append(_write_text(directory / "truth.json", json.dumps(truth, indent=1) + "\n"))
    written.append(_write_text(directory / "README.txt", _README.format(keeps=keeps)))
    return written


def _write_csv(frame: pd.DataFrame, table: str, path: Path) -> Path:
    known = [str(name) for name in frame if frame[name].notna().any()]
    told = pa.table({name: _cells(frame[name], _kind(table, name)) for name in known})
    # invented values hold no separators; should one ever, writing fails rather than misleads
    options = pyarrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
    pyarrow.csv.write_csv(told, path, write_options=options)
    return path


def _kind(table: str, column: str) -> str:
    known = TABLES[table].by_name
    return known[column].kind if column in known else "text"


def _cells(column: pd.Series[Any], kind: str) -> pa.Array:
    """Cells as the file shows them: instants with Z, days as days, money with two decimals."""
    if kind == "instant":
        seconds = column.to_numpy().astype("datetime64[s]")
        return pa.array(np.datetime_as_string(seconds, timezone="UTC"), mask=np.isnat(seconds))
    if kind == "day":
        return pa.array(column.to_numpy().astype("datetime64[D]").astype(str))
    if kind == "money":
        return pa.array(column.to_numpy()).cast(pa.decimal128(18, 2), safe=False)
    return pa.array(column, from_pandas=True)


def _write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path

"""Shares of messages and conversations, clustered by whoever they are of.

A query returns, per segment and period, how many `people` have `hits` among `size` units; what the
metrics of a community then do with it is the same for all of them.
"""

from __future__ import annotations

import pandas as pd

from socialroi.metrics import clusters
from socialroi.metrics.answer import Cut, Key, enough, label_slices
from socialroi.result import Definition, Unknown, Value


def values(table: pd.DataFrame, cut: Cut, noun: str, definition: Definition) -> dict[Key, Value]:
    """One clustered share per (segment, period); fewer units than the definition asks for are Unknown.

    `table` has label, period, hits, size, people, units; `noun` reads after a number ("posts").
    """
    return {key: share(part, noun, definition) for key, part in label_slices(table, cut.by, "units").items()}


def share(part: pd.DataFrame, noun: str, definition: Definition) -> Value:
    """The share of one slice; Unknown `too_few` also where a single person gave all of it."""
    value = clusters.share(part)
    if isinstance(value, Unknown) or value.n >= definition.min_n:
        return value
    return enough(value, noun, definition)


def total(table: pd.DataFrame) -> int:
    """How many units a table counts."""
    return int(table["units"].sum())


def whole(table: pd.DataFrame, noun: str, definition: Definition) -> Value:
    """The undivided share; Unknown `no_data` of an empty table."""
    if table.empty:
        return Unknown("no_data", f"There are no {noun} in this selection.")
    return share(table, noun, definition)

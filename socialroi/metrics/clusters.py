"""Shares and design effects when the same customer counts several times.

A person who writes ten times does not say ten independent things. Queries return how many people
have `hits` hits among `size` units, which is small; here it becomes one entry a person again.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from socialroi.result import Value
from socialroi.stats import intervals

Floats = NDArray[np.float64]


def share(table: pd.DataFrame) -> Value:
    """Share of hits, interval clustered by person where anybody counts twice.

    `table` has one row per (`hits`, `size`) with the number of `people` in it. A single person's
    repeated answers give `Unknown` `too_few`.
    """
    hits, sizes = people(table)
    if (sizes <= 1).all():
        return intervals.wilson(int(hits.sum()), int(sizes.sum()))
    return intervals.clustered_share(hits, sizes)


def people(table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Hits and size of every person, from the counted table."""
    count = table["people"].to_numpy(dtype=np.int64)
    hits, sizes = (table[name].to_numpy(dtype=np.float64) for name in ("hits", "size"))
    return np.repeat(hits, count), np.repeat(sizes, count)


def design_effect(totals: Floats, sizes: Floats, variance: float) -> float:
    """How many times wider (in variance) a mean is because people repeat; at least 1.

    `variance` is that of one unit. Where it is 0 nobody differs, and a person is taken to repeat
    herself (Kish: sum of squared sizes over their sum).
    """
    n, groups = float(sizes.sum()), len(sizes)
    if groups == n:
        return 1.0
    kish = float(sizes @ sizes) / n
    if variance <= 0 or groups < 2:
        return kish
    residual = totals - totals.sum() / n * sizes
    clustered = groups / (groups - 1) * float(residual @ residual) / n**2
    return max(1.0, clustered / (variance / n))

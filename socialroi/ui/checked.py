"""The conditions under which a number is shown, as a table of sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from socialroi.charts import format as written
from socialroi.result import Check
from socialroi.ui import show

SAYS = {True: "passed", False: "failed", None: "not run, or too weak to speak"}


def table(found: Sequence[Check], key: str) -> None:
    """Every check with its result in words; the download has value and limit too."""
    show.prose(_frame(found), key, columns=("Check", "Result", "In words"))


def _frame(found: Sequence[Check]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Check": [check.name.replace("_", " ") for check in found],
            "Result": [SAYS[check.passed] for check in found],
            "Value": [_plain(check.value) for check in found],
            "Limit": [_plain(check.limit) for check in found],
            "In words": [check.sentence for check in found],
        }
    )


def _plain(number: float | None) -> str:
    return written.DASH if number is None else f"{number:,.3g}"

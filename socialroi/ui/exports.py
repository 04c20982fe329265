"""Tables on their way out of the page."""

from __future__ import annotations

import pandas as pd

from socialroi.charts import tables


def csv(frame: pd.DataFrame) -> bytes:
    """`frame` as UTF-8 CSV with a byte order mark (Excel needs it); no text cell can become a formula."""
    text: str = tables.neutral(frame).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")

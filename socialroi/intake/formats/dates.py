"""Dates of vendors who always write the month first, written so that nobody can read them otherwise."""

from __future__ import annotations

import re

_MONTH_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)(.*)")


def month_first(cell: str) -> str:
    """03/04/2024 2:05 pm as 2024-03-04 2:05 pm. A first number above 12 stays wrong and is rejected."""
    found = _MONTH_FIRST.fullmatch(cell)
    return f"{found[3]}-{found[1]}-{found[2]}{found[4]}" if found else cell

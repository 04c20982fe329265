"""Text a stranger typed, made fit to show: never markup, never a link, never invisible.

Streamlit renders Markdown in most of what it shows, and escaping punctuation alone still leaves
auto-links, so a word joiner breaks what the auto-linker looks for. `text` is for those sinks;
`plain` is for the few that show characters as they are (`st.text`, `st.code`, `st.dataframe`,
options of a list).
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from socialroi.limits import TEXT_SHOWN

_JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LINKISH = re.compile(r"(?i)(@|www|:|\.)")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(value: object, limit: int = TEXT_SHOWN) -> str:
    """`value` on one line without control, invisible or direction-changing characters, cut at `limit`."""
    shown = str(value)
    if not (shown.isascii() and shown.isprintable()):  # nearly every cell is both, and a page has thousands
        shown = "".join(_visible(character) for character in shown)
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def text(value: object, limit: int = TEXT_SHOWN) -> str:
    """`value` as Markdown that renders as exactly its own characters, cut at `limit` before escaping."""
    joined = _LINKISH.sub(_broken, plain(value, limit))
    return _PUNCTUATION.sub(r"\\\1", joined)


def legible(frame: pd.DataFrame, limit: int = TEXT_SHOWN) -> pd.DataFrame:
    """`frame` with every text cell and heading on one visible line."""
    shown = frame.rename(columns=plain)
    return shown.map(lambda cell: plain(cell, limit) if isinstance(cell, str) else cell)


def _visible(character: str) -> str:
    if character in "\t\n\r":
        return " "
    return "" if unicodedata.category(character) in _HIDDEN else character


def _broken(match: re.Match[str]) -> str:
    found = match.group(0)
    if found == "@":
        return f"{_JOINER}@{_JOINER}"
    if found.casefold() == "www":
        return f"{found[0]}{_JOINER}{found[1:]}"
    return found + _JOINER

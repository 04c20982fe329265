"""What a staged file is, asked of a child process and remembered by its content and what was said about it.

A refusal is an answer like any other, so that a file that cannot be read is not read again at every click.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st

from socialroi import intake
from socialroi.errors import FileRefused, UsageError
from socialroi.intake import Recognition
from socialroi.ui.intake.answers import Answers

#: How many files' recognitions are remembered between clicks.
LOOKED_AT = 200
#: The name of the format that reads any table once its columns are named.
BY_HAND = "canonical"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file cannot be read as it was asked for, and what to do, in the words of the command line."""

    reason: str
    remedy: str = ""

    @property
    def passing(self) -> bool:
        """Whether the same file may well be read at another try."""
        return self.reason.startswith("reading it took") or "stopped" in self.reason


def told(ask: Callable[[], T]) -> T | Refusal:
    """The answer, or why there is none."""
    try:
        return ask()
    except FileRefused as refused:
        return Refusal(refused.reason, refused.remedy)
    except UsageError as wrong:
        return Refusal(str(wrong))


@st.cache_data(max_entries=LOOKED_AT, show_spinner="Looking at the file")
def recognised(path: Path, label: str, answers: Answers) -> Recognition | Refusal:
    """What the file is. `path` names its content; the file is parsed in a process of its own."""
    return told(lambda: intake.recognise_in_child(answers.request(path, label)))


@st.cache_data(max_entries=LOOKED_AT, show_spinner="Looking at the file")
def table(path: Path, label: str, *, header: bool) -> Recognition | Refusal:
    """The headers and first cells of any table, recognised or not."""
    return told(lambda: _table(path, label, header=header))


def _table(path: Path, label: str, *, header: bool) -> Recognition:
    asked = Answers(format=BY_HAND, header=header)
    names = intake.headers_in_child(asked.request(path, label))
    first = next((str(at) for at, name in enumerate(names, 1) if name.strip()), "1")
    # one column said to be a question makes a table of any file, and a table shows its first cells
    return intake.recognise_in_child(
        Answers(format=BY_HAND, header=header, columns=((first, "nps:0-10"),)).request(path, label)
    )

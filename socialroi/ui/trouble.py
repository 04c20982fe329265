"""What a visitor sees when something fails: our own sentence, or a reference number and nothing else.

Messages of libraries hold paths and values, so they go to the log, with what looks personal blanked.
"""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from socialroi.errors import SocialRoiError
from socialroi.ui.safe import text

_LOG = logging.getLogger("socialroi")
_PERSONAL = re.compile(r"\S+@\S+|\+?\d[\d ()./-]{6,}\d|'[^']*'|\"[^\"]*\"")

#: These name things of the program, never of the data.
_ABOUT_CODE = (AttributeError, NameError, ImportError, TypeError)

#: Our own messages name files, columns and what to do; they may be longer than a cell.
SENTENCE_SHOWN = 600


@contextmanager
def told() -> Iterator[None]:
    """Run a part of a page; if it fails, say so in its place and go on with the rest of the page."""
    try:
        yield
    except Exception as error:
        st.error(sentence(error))


def sentence(error: Exception) -> str:
    """What the visitor is told about `error`, safe to show."""
    return text(error, SENTENCE_SHOWN) if isinstance(error, SocialRoiError) else unforeseen(error)


def unforeseen(error: Exception) -> str:
    """What is told about an error that is not ours; the log says more."""
    return (
        "Something went wrong here, and it is not your doing. "
        f"The log of the server says more under reference {report(error)}."
    )


def report(error: Exception) -> str:
    """Write `error` to the log under a new reference number and give that number."""
    reference = secrets.token_hex(4)
    where = " < ".join(
        f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    said = str(error) if isinstance(error, _ABOUT_CODE) else redacted(str(error))
    _LOG.error("reference %s: %s: %s | %s", reference, type(error).__name__, said, where)
    return reference


def redacted(message: str) -> str:
    """`message` without addresses, numbers that could be phones, and quoted values."""
    return _PERSONAL.sub("[blanked]", message)


def on_script_error(error: Exception) -> bool:
    """Streamlit's hook for what no page caught, callbacks above all; True keeps its own display away."""
    st.error(sentence(error))
    return True

"""Our own answers by their sentences: which one to read first."""

from __future__ import annotations

import re

from socialroi.result import Estimate, Worth

#: Between two sentences of ours: a full stop, a space, and a capital or a number.
_BETWEEN = re.compile(r"(?<=\.) (?=[A-Z\d])")


def sentences(said: str) -> list[str]:
    """A text by its sentences, at least one."""
    return _BETWEEN.split(said)


def lead(found: Worth) -> tuple[str, str]:
    """The sentence to read first, and the others: the return where it may be shown, else what is known.

    Without a return the reasons come first in the text, and what is known (from where on an answer would
    pay, or what it costs) stands last.
    """
    first, *others = sentences(found.sentence)
    if isinstance(found.roi, Estimate) or not others:
        return first, " ".join(others)
    return others[-1], " ".join((first, *others[:-1]))

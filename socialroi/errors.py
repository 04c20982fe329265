"""Everything that can go wrong on purpose, as one tree.

SocialRoiError
├── UsageError            the call itself is wrong                         exit 2
│   └── UnknownName       a name that does not exist, with the nearest one
├── FileRefused           a file cannot be read as it is                   exit 3
├── Busy                  another process is writing to this database      exit 4
└── StoreError            the database cannot answer
    ├── NotASelect        something other than one SELECT was asked
    └── StoreDamaged      the file is missing, foreign or broken

Every message says what is wrong, where, what was there, what is accepted and what to do next.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SocialRoiError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 1


class UsageError(SocialRoiError):
    """The call is wrong: a bad option, an impossible combination, a missing file."""

    exit_code = 2


class UnknownName(UsageError):
    """A name that does not exist; the message offers the nearest one that does."""

    def __init__(self, what: str, given: str, accepted: Iterable[str]) -> None:
        names = sorted(accepted)
        near = nearest(given, names)
        hint = f" Did you mean {near!r}?" if near else ""
        super().__init__(f"There is no {what} named {given!r}.{hint} Accepted: {', '.join(names)}.")


class FileRefused(SocialRoiError):
    """A whole file is refused: `reason` says why, `remedy` what to do next."""

    exit_code = 3

    def __init__(self, file: str, reason: str, remedy: str) -> None:
        self.file, self.reason, self.remedy = file, reason, remedy
        super().__init__(f"{file}: {reason} {remedy}")


class Busy(SocialRoiError):
    """Another process is writing to this database."""

    exit_code = 4


class StoreError(SocialRoiError):
    """The database cannot answer."""


class NotASelect(StoreError):
    """Only one SELECT statement may be asked of a store."""


class StoreDamaged(StoreError):
    """The database is missing, foreign or broken."""


def nearest(given: str, names: Iterable[str]) -> str | None:
    """The accepted name most like `given`, or None when nothing is close."""
    by_folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(given.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None

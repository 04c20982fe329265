"""What somebody who may see data may also do: a viewer looks, an analyst loads, undoes, sets and takes rows.

Without sign-in the only visitor is whoever sits at this machine, and that is an analyst. A button's callback
runs before the page does, and a download's file is made after it: both ask here once more, so that neither
gets past a sign-in that has expired since the page was drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from socialroi.errors import SocialRoiError
from socialroi.ui import gate, trouble

P = ParamSpec("P")
T = TypeVar("T")
Visitor = Mapping[str, Any] | None

VIEWER = (
    "You may look, and not load, undo, set or download rows. Whoever runs this server can change that: the "
    "list is `analysts` in the `[socialroi]` section of `.streamlit/secrets.toml`."
)


class NotAllowed(SocialRoiError):
    """Somebody asked for what only an analyst may do."""


def may_change() -> bool:
    """Whether this visitor is an analyst."""
    return refusal(visitor(), change=True) is None


def visitor() -> Visitor:
    """Who is looking, as the provider describes them; None where nobody has to sign in."""
    return st.user.to_dict() if gate.signs_in() else None


def refusal(user: Visitor, *, change: bool) -> str | None:
    """Why this visitor may not look, or with `change` not change anything; None when they may."""
    if user is None:
        return None
    said = gate.refusal_of(user, gate.allowed(), time.time())
    if said is None and change and gate.address_of(user) not in gate.analysts():
        return VIEWER
    return said


def checked(act: Callable[P, T], *, change: bool = True) -> Callable[P, T]:
    """A callback that asks first, at the moment it runs, whether this visitor may do it."""

    def asking(*args: P.args, **named: P.kwargs) -> T:
        _need(visitor(), change=change)
        return act(*args, **named)

    return asking


def download(make: Callable[[], T], *, change: bool = True) -> Callable[[], T]:
    """What a download button calls when it is pressed, outside any page run: for whom is fixed now.

    Whatever goes wrong in it reaches the log of the server only as our own words.
    """
    user = visitor()

    def asking() -> T:
        _need(user, change=change)
        try:
            return make()
        except SocialRoiError:
            raise
        except Exception as error:
            raise NotAllowed(trouble.unforeseen(error)) from None

    return asking


def _need(user: Visitor, *, change: bool) -> None:
    said = refusal(user, change=change)
    if said is not None:
        raise NotAllowed(said)

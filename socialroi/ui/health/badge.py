"""A line on every page that says how good the data behind it are, and leads to why."""

from __future__ import annotations

import streamlit as st

from socialroi.ui import keys
from socialroi.ui.health import found
from socialroi.ui.menu import page_of
from socialroi.ui.scope import Scope

TAB = "Health"


def draw(scope: Scope) -> None:
    """The badge; nothing for a database without a load."""
    words = says(scope.whole)
    if words:
        link(words)


def link(words: str) -> None:
    """A link to the health tab; the choice of data goes along, as with every link."""
    st.page_link(page_of("data"), label=words, icon=":material/fact_check:", query_params={keys.TAB: TAB})


def says(scope: Scope) -> str:
    """ "Data: 97% of rows used, 84% linked", as far as there is something to say."""
    used = found.usage(scope).total.used_share
    if used is None:
        return ""
    linked = found.people(found.linked(scope)).share
    parts = [f"{_whole(used)} of rows used"] + ([f"{_whole(linked)} linked"] if linked is not None else [])
    return f"Data: {', '.join(parts)}"


def _whole(share: float) -> str:
    """A share without decimals; never all or nothing when it is only nearly so."""
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"

"""Which database a visitor looks at: their own, or one invented shop. The two never mix.

A workspace is a folder with a pointer to its current generation. A handle belongs to one
generation; when a load publishes the next one, the next page run asks for it by its own name and
gets a new handle. The old one closes when nobody holds it any more.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from socialroi.store import Store
from socialroi.store.samples import SHOPS, data_home, ensure
from socialroi.store.workspace import pointer

MINE = "mine"
NAMES = (MINE, *SHOPS)

#: Handles kept open; an open generation costs a few megabytes.
HANDLES = 8


@dataclass(frozen=True, slots=True)
class Workspace:
    """One database folder at one generation; an empty `generation` means nothing was ever loaded."""

    name: str
    folder: Path
    generation: str

    @property
    def is_sample(self) -> bool:
        """Whether this is an invented shop."""
        return self.name != MINE


def workspace(name: str) -> Workspace:
    """The workspace of that name as it is now."""
    folder = own_folder() if name == MINE else sample_folder(name)
    return Workspace(name, folder, pointer(folder) or "")


def opens_with() -> str:
    """What a visitor sees who names no data: SOCIALROI_OPENS while nothing of their own is loaded."""
    named = os.environ.get("SOCIALROI_OPENS", MINE)
    return named if named in SHOPS and not pointer(own_folder()) else MINE


def own_folder() -> Path:
    """Where the user's own data live: SOCIALROI_DB, else the data home."""
    named = os.environ.get("SOCIALROI_DB")
    return Path(named) if named else data_home() / MINE


@st.cache_resource(max_entries=len(SHOPS), show_spinner="Building the invented shop")
def sample_folder(shop: str) -> Path:
    """The database of an invented shop, built if it is missing; looked for once a process."""
    return ensure(shop)


@st.cache_resource(max_entries=HANDLES, show_spinner=False)
def handle(folder: str, generation: str) -> Store:
    """An open store for one generation, shared by all visitors; every query takes its own cursor.

    Without a generation and a folder it is a store without a row, one for all who have nothing loaded, so
    that pages need no second path for "no data".
    """
    return Store.open(Path(folder)) if generation else Store.of({})

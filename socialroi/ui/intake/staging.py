"""Uploads between choosing and loading: a private folder, and which of them this visitor still has open.

A file is named by the hash of its bytes. What it was called is shown, never opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from socialroi.ui import keys
from socialroi.ui.safe import plain
from socialroi.ui.workspaces import own_folder

#: What the browser lets people choose. Content decides in the end, not the name.
TYPES = ("csv", "tsv", "txt", "xlsx", "json", "jsonl", "ndjson", "xml", "js")
#: Uploads that nobody loaded or put away are removed after this long.
STAGED_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Staged:
    """One uploaded file in the private folder. `variant` keeps two sets of answers about it apart."""

    path: Path
    label: str
    digest: str
    size: int
    variant: str = ""

    def key(self, question: str) -> str:
        """The widget key of one question about this file."""
        return f"{keys.UPLOAD}-{self.digest[:12]}{self.variant}-{question}"

    @property
    def variant_key(self) -> str:
        """The key of the one question that decides on the variant."""
        return f"{keys.UPLOAD}-{self.digest[:12]}-as-last"


def stage(name: str, content: bytes) -> Staged:
    """Write an upload to the private folder under its hash; `name` is kept as a label only."""
    st.session_state[keys.PENDING] = pending()  # what is loaded since must not come back with its bytes
    digest = hashlib.sha256(content).hexdigest()
    ending = PurePath(name).suffix.lower().lstrip(".")
    path = private("incoming") / f"{digest}.{ending if ending in TYPES else 'bin'}"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(content)
    return Staged(path, plain(name), digest, len(content))


def private(name: str) -> Path:
    """A folder of the visitor's own workspace that only its owner may look into."""
    for folder in (own_folder(), own_folder() / name):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return own_folder() / name


def sweep(folder: Path, now: float, older_than_s: float = STAGED_S) -> int:
    """Remove files left behind for longer than that; gives how many."""
    old = [path for path in folder.glob("*.*") if now - path.stat().st_mtime > older_than_s]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def pending() -> tuple[Staged, ...]:
    """The files this visitor has chosen and not yet loaded or put away."""
    chosen: Sequence[Staged] = st.session_state.get(keys.PENDING, ())
    return tuple(staged for staged in chosen if staged.path.exists())


def add(staged: Staged) -> bool:
    """Put a file among the pending ones; False when one with the same bytes is there already."""
    have = pending()
    if any(other.digest == staged.digest for other in have):
        return False
    st.session_state[keys.PENDING] = (*have, staged)
    return True


def put_away(staged: Staged) -> None:
    """Forget a file that was chosen. A button's callback."""
    st.session_state[keys.PENDING] = tuple(s for s in pending() if s.digest != staged.digest)
    st.session_state.pop(keys.TWICE, None)
    staged.path.unlink(missing_ok=True)


def release(uploaded: Sequence[UploadedFile]) -> None:
    """Let the server forget the bytes of these uploads now, not when the session ends.

    Streamlit has no public way; where its insides change, nothing happens here.
    """
    context = get_script_run_ctx()
    with suppress(AttributeError, TypeError):
        for file in uploaded:
            context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file.file_id)  # type: ignore[union-attr]

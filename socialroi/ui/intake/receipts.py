"""What the last load did, while it runs and after: read from its record, so that a reload shows it too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from socialroi import store
from socialroi.intake import Reject
from socialroi.ui import access, gate, keys, show, trouble
from socialroi.ui.intake import loading, rejects, repair, words
from socialroi.ui.intake.loading import Done, Load
from socialroi.ui.safe import text

#: How often a running load is looked at.
EVERY_S = 0.7
_SAID = {
    "waiting": "waits",
    "reading": "is being read and loaded",
    "loaded": "is loaded",
    "refused": "was refused",
}


def draw(folder: Path) -> Load | None:
    """The last load, while it runs or after, if there is one to show; gives it."""
    load = loading.last(folder)
    if load is not None and load.is_running:
        _watch(str(folder))
    elif load is not None:
        _done(folder, load)
    return load


@gate.fragment(run_every=EVERY_S)
def _watch(folder: str) -> None:
    """The stages of a running load; when it has ended the whole page is drawn anew."""
    load = loading.last(Path(folder))
    if load is None or not load.is_running:
        st.rerun()
    else:
        _stages(load)


def _stages(load: Load) -> None:
    at = sum(done.state in {"loaded", "refused"} for done in load.files)
    with st.status(f"Loading file {min(at + 1, len(load.files)):d} of {len(load.files):d}", expanded=True):
        for done in load.files:
            st.markdown(f"{text(done.file)} {text(_SAID[done.state])}.")
        st.caption("You may leave this page or close it: the load goes on, and its receipt is shown here.")


def _done(folder: Path, load: Load) -> None:
    """The receipt of a load that ended."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("What was loaded", anchor=False, width="stretch")
        put_away = access.checked(loading.put_away)
        st.button("Hide", key=keys.HIDE, type="tertiary", on_click=put_away, args=(folder,))
    for done in load.files:
        _not_loaded(done, ended=bool(load.ended))
    if any(done.tables for done in load.files):
        show.table(_table(load.files), "loaded")
    for done in load.files:
        for note in done.notes:
            st.caption(f"{text(done.file)}: {text(words.note(note), show.SENTENCE)}")
    for done in load.files:
        if done.batch:
            left_out(folder, done.batch, done.file)


def _not_loaded(done: Done, *, ended: bool) -> None:
    """Why a file of the load is not in: refused, or the server stopped in the middle."""
    if done.state == "refused":
        st.error(text(done.sentence, trouble.SENTENCE_SHOWN))
    elif done.state != "loaded" and not ended:
        st.error(
            f"{text(done.file)}: the server stopped before this file was loaded. Nothing of it is in. "
            "Choose it again."
        )


def left_out(folder: Path, batch: str, file: str) -> None:
    """The rows a load left out, as long as they are kept, and their repair."""
    with trouble.told():
        kept = repair.read(folder, batch)
        mended = kept.mended if kept is not None else ()
        found: Sequence[Reject] = [r for r in store.rejects(folder, batch) if r.line not in mended]
        if not found:
            return
        st.header(f"Rows of {text(file)} that were left out", anchor=False)
        rejects.draw(found, len(found), f"rejected-{batch}")
        if kept is None:
            st.caption(
                "Put them right in the file and load it again: what is here already is not loaded twice."
            )
        else:
            repair.draw(folder, kept)


def _table(files: Sequence[Done]) -> pd.DataFrame:
    rows = [(done.file, table) for done in files for table in done.tables]
    return pd.DataFrame(
        {
            "File": [file for file, _ in rows],
            "Holds": [words.TABLES.get(table["table"], table["table"]) for _, table in rows],
            "Rows read": [table["read"] for _, table in rows],
            "Loaded": [table["loaded"] for _, table in rows],
            "Left out": [table["rejected"] for _, table in rows],
            "Already here": [table["duplicate"] for _, table in rows],
            "Without a customer": [table["unlinked"] for _, table in rows],
        }
    )

"""Every load so far, what each left out, and a way back from each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from socialroi import store
from socialroi.charts import format as written
from socialroi.store import Batch
from socialroi.ui import access, keys, show, start, trouble
from socialroi.ui.intake import loading, receipts, repair, words
from socialroi.ui.safe import plain
from socialroi.ui.view import View
from socialroi.ui.workspaces import MINE, own_folder

_SEEN = """
select batch_id, loaded_at
from batches
where file_hash = $digest
order by load_no
limit 1
"""


def listed(view: View) -> None:
    """The ledger to read."""
    with trouble.told():
        if (
            not view.workspace.is_sample
            and view.workspace.generation
            and (loads := store.batches(view.store))
        ):
            st.header("Loads so far", anchor=False)
            show.table(_table(loads), "batches", lines=8)


def draw(view: View, shown: Collection[str]) -> None:
    """The ledger of the visitor's own workspace. What the loads `shown` left out stands above already."""
    if view.workspace.is_sample or not view.workspace.generation:
        return
    with trouble.told():
        loads = store.batches(view.store)
        if not loads:
            return
        st.header("Loads so far", anchor=False)
        show.table(_table(loads), "batches", lines=8)
        chosen = _choose(loads)
        if chosen is not None:
            if chosen not in shown:
                receipts.left_out(own_folder(), chosen, named(loads)[chosen])
            _take_back(own_folder(), chosen)


def named(loads: Sequence[Batch]) -> dict[str, str]:
    """Each load and how it is offered: its file and its day."""
    return {b.batch: f"{plain(b.file)}, {written.day(b.loaded_at)}" for b in loads}


def seen_before(view: View, digest: str) -> str:
    """When these very bytes were loaded, as a sentence; empty when they were not."""
    if view.workspace.is_sample or not view.workspace.generation:
        return ""
    rows = view.store.rows(_SEEN, digest=digest)
    return "".join(
        f"This exact file is already loaded, as {batch} on {written.day(at)}. Loading it again changes "
        "nothing; to read it differently, take that load back first."
        for batch, at in rows
    )


def _choose(loads: Sequence[Batch]) -> str | None:
    names = named(loads)
    chosen: str | None = st.selectbox(
        "Look at one load",
        list(names),
        index=None,
        format_func=lambda batch: f"{batch}: {names[batch]}",
        placeholder="choose one",
        key=keys.UNDO,
    )
    return chosen


def _take_back(folder: Path, batch: str) -> None:
    why = "Its rows go, and the rows it replaced come back."
    if st.button("Take it back", key=keys.UNDO_GO, help=why):
        with trouble.told():
            access.checked(_undo)(folder, batch)


def _undo(folder: Path, batch: str) -> None:
    store.undo(folder, batch)
    repair.forget(folder, batch)
    load = loading.last(folder)
    if load is not None and any(done.batch == batch for done in load.files):
        loading.put_away(folder)
    start.go("data", MINE)
    st.rerun()


def _table(loads: Sequence[Batch]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Load": [b.batch for b in loads],
            "When (UTC)": [f"{b.loaded_at:%Y-%m-%d %H:%M}" for b in loads],
            "File": [b.file for b in loads],
            "Holds": [words.TABLES.get(b.table, b.table) for b in loads],
            "Loaded": [b.rows_loaded for b in loads],
            "Left out": [b.rows_rejected for b in loads],
            "Already here": [b.rows_duplicate for b in loads],
            "Without a customer": [b.rows_unlinked for b in loads],
            "Read as": [words.title(b.format) for b in loads],
        }
    )

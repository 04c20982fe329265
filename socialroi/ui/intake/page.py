"""The data page's first tab, from top to bottom: the last load, the five steps, the ledger."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from socialroi import limits, store
from socialroi.intake import Recognition
from socialroi.store import Batch
from socialroi.ui import access, keys, start, trouble
from socialroi.ui.intake import batches, draft, loading, one, receipts, repair, staging, steps, words
from socialroi.ui.intake.draft import Draft
from socialroi.ui.intake.loading import Job, Load
from socialroi.ui.intake.repair import Writing
from socialroi.ui.intake.staging import Staged
from socialroi.ui.safe import text
from socialroi.ui.view import View
from socialroi.ui.workspaces import MINE, own_folder

#: A load that ends within this time is not worth a progress display.
QUICK_S = 1.0
INTO_OWN = "You are looking at an invented shop. Files you load go into your own database, never here."


def draw(view: View) -> None:
    """The whole tab; a viewer sees which files are loaded, and none of their cells."""
    if not access.may_change():
        st.info(access.VIEWER)
        batches.listed(view)
        return
    load = _last(view)
    if load is not None and load.is_running:
        return
    _files()
    drafts = [found for staged in staging.pending() if (found := _one(view, staged)) is not None]
    if drafts:
        _load(view, drafts)
    batches.draw(view, shown={done.batch for done in load.files} if load else set())


def _last(view: View) -> Load | None:
    """The last load, drawn; of an invented shop there is none."""
    if view.workspace.is_sample:
        st.info(INTO_OWN)
        return None
    return receipts.draw(own_folder())


def _files() -> None:
    """Step 1. What is chosen is staged at once, so that the server does not hold the bytes a second time."""
    waiting = staging.pending()
    with steps.step(
        1,
        f"{keys.STEP}-1",
        f"{len(waiting):d} chosen" if waiting else "",
        state="done" if waiting else "open",
    ):
        uploaded = st.file_uploader(
            "Exports of your shop, your inbox or your surveys",
            type=list(staging.TYPES),
            accept_multiple_files=True,
            key=f"{keys.UPLOAD}-{st.session_state.get(keys.ROUND, 0)}",
            max_upload_size=limits.UPLOAD.max_bytes // limits.MIB if limits.UPLOAD.max_bytes else None,
            help="Up to 50 MB each, as they come out: CSV, TSV, Excel, JSON, JSON lines, XML. "
            "Larger files: socialroi ingest --db FOLDER FILE",
        )
        for name in st.session_state.get(keys.TWICE, ()):
            st.caption(f"{text(name)} holds the same bytes as a file below and is not listed twice.")
        if not waiting:
            st.caption("Nothing leaves this machine, and nothing is stored before step 5.")
    if uploaded:
        staging.sweep(staging.private("incoming"), time.time())
        twice = [f.name for f in uploaded if not staging.add(staging.stage(f.name, f.getvalue()))]
        st.session_state[keys.TWICE] = tuple(twice)
        staging.release(uploaded)
        st.session_state[keys.ROUND] = st.session_state.get(keys.ROUND, 0) + 1
        st.rerun()


def _one(view: View, staged: Staged) -> Draft | None:
    """The steps of one file; a failure in one leaves the others alone."""
    with trouble.told():
        found = draft.of(staged)
        one.draw(found, batches.seen_before(view, staged.digest))
        return found
    return None


def _load(view: View, drafts: Sequence[Draft]) -> None:
    """Step 5: what goes in, whether it is added or takes the place of an earlier load, and the button."""
    ready = [found for found in drafts if found.is_ready]
    loads = _earlier(view)
    with steps.step(5, f"{keys.STEP}-5", _outlook(ready, len(drafts))):
        for found in ready:
            _place(found, loads)
        if st.button("Load", type="primary", key=keys.LOAD, disabled=not ready):
            access.checked(_begin)([_job(found) for found in ready])


def _outlook(ready: Sequence[Draft], chosen: int) -> str:
    rows = sum(found.checked.would_load for found in ready if found.checked)
    if not ready:
        return "waits for the answers above"
    waiting = chosen - len(ready)
    said = f"{words.counted(rows, 'row')} of {words.counted(len(ready), 'file')}"
    return said + (f"; not yet ready: {waiting:d}" if waiting else "")


def _earlier(view: View) -> Sequence[Batch]:
    """The loads that a file could take the place of."""
    if view.workspace.is_sample or not view.workspace.generation or not loading.can_replace():
        return ()
    return store.batches(view.store)


def _place(found: Draft, loads: Sequence[Batch]) -> None:
    if not loads:
        return
    names = batches.named(loads)
    st.selectbox(
        f"Where {text(found.staged.label)} goes",
        ["", *names],
        format_func=lambda batch: (
            f"in the place of {names[batch]} ({batch})" if batch else "added to what is here"
        ),
        key=found.staged.key(keys.REPLACE),
        persist_state="session",
        help="In the place of an earlier load: its rows go, these come, in one step. Added: rows that are "
        "here already are recognised by their number and not loaded twice.",
    )


def _job(found: Draft) -> Job:
    seen = found.found
    assert isinstance(seen, Recognition)
    headers = found.headers if found.answers.header else seen.headers
    writing = Writing(headers, seen.delimiter, seen.encoding, found.answers.header)
    replaces = st.session_state.get(found.staged.key(keys.REPLACE)) or None
    return Job(found.staged, found.answers, writing, replaces, repair.source(found.staged))


def _begin(jobs: Sequence[Job]) -> None:
    """Start the load; wait a moment, because most loads are done by then."""
    thread = loading.begin(own_folder(), jobs)
    if thread is None:
        st.warning("Another load is under way. Wait until it is done.")
        return
    thread.join(QUICK_S)
    st.session_state.pop(keys.TWICE, None)
    start.go("data", MINE)
    st.rerun()

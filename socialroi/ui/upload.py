"""Files in: choose, see what they were recognised as, map columns, answer what they leave open, load.

Nothing is stored in the database before "Load". The bytes go to a private folder under their own
hash; the name a file arrived with is a label and never a path. Reading happens in a child process
(`socialroi.intake`); this module only asks and tells.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from socialroi import intake, limits, schema, store
from socialroi.errors import FileRefused, SocialRoiError
from socialroi.intake import Recognition, Request
from socialroi.store import Batch, Loaded
from socialroi.ui import keys, show, start, trouble
from socialroi.ui.safe import plain, text
from socialroi.ui.view import View
from socialroi.ui.workspaces import MINE, own_folder

#: How many files' answers are remembered between clicks.
LOOKED_AT = 100
TYPES = ("csv", "tsv", "txt", "xml")
LEAVE_OUT = "leave out"
#: How a column of dates may be read when nothing in it decides.
DATE_HINTS = ("", ":day-first", ":month-first")
UNANSWERED = {
    "yes": "yes, also those nobody answered",
    "no": "no, only answered ones",
    "unknown": "I do not know",
}
#: Uploads that nobody loaded or took back are removed after this long.
STAGED_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Staged:
    """One uploaded file in the private folder."""

    path: Path
    label: str
    digest: str

    def key(self, question: str) -> str:
        """The widget key of one question about this file."""
        return f"{keys.UPLOAD}-{self.digest[:12]}-{question}"


def files(view: View) -> None:
    """The uploader and, per file, everything between choosing and loading."""
    if view.workspace.is_sample:
        st.info("You are looking at an invented shop. Files you load go into your own database, never here.")
    uploaded = st.file_uploader(
        "Exports of your shop, your inbox or your surveys",
        type=list(TYPES),
        accept_multiple_files=True,
        key=f"{keys.UPLOAD}-{st.session_state.get(keys.ROUND, 0)}",
        max_upload_size=limits.UPLOAD.max_bytes // limits.MIB if limits.UPLOAD.max_bytes else None,
        help="Up to 50 MB each. Larger files: socialroi ingest --db FOLDER FILE",
    )
    requests = [request for request in map(_one, uploaded) if request is not None]
    if requests and st.button("Load", type="primary", key=keys.LOAD) and _load(requests):
        _clear(uploaded, requests)
        start.go("data", MINE)
        st.rerun()


def receipts(view: View) -> None:
    """What the last load did, and the rows it had to leave out."""
    loaded: Sequence[Loaded] = st.session_state.get(keys.RECEIPTS, ())
    if not loaded or view.workspace.is_sample:
        return
    st.header("What was loaded", anchor=False)
    show.table(_receipts(loaded), "loaded")
    for receipt in loaded:
        for note in receipt.notes:
            st.caption(f"{text(receipt.file)}: {text(note, show.SENTENCE)}")
    rejected = [(receipt, reject) for receipt in loaded for reject in receipt.rejects]
    if rejected:
        st.header("Rows that were left out", anchor=False)
        st.caption("Put them right in the file and load it again: what is already here is not loaded twice.")
        show.table(_rejects(rejected), "rejected")


def batches(view: View) -> None:
    """Every load so far, and a way back from each."""
    if view.workspace.is_sample or not view.workspace.generation:
        return
    with trouble.told():
        loads = store.batches(view.store)
        if not loads:
            return
        st.header("Loads so far", anchor=False)
        show.table(_batches(loads), "batches")
        _undo(loads)


def stage(name: str, content: bytes) -> Staged:
    """Write an upload to the private folder under its hash; `name` is kept as a label only."""
    digest = hashlib.sha256(content).hexdigest()
    folder = own_folder() / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ending = PurePath(name).suffix.lower().lstrip(".")
    path = folder / f"{digest}.{ending if ending in TYPES else 'bin'}"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(content)
    return Staged(path, plain(name), digest)


def sweep(folder: Path, now: float) -> int:
    """Remove uploads left behind for longer than `STAGED_S`; gives how many."""
    old = [path for path in folder.glob("*.*") if now - path.stat().st_mtime > STAGED_S]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _one(uploaded: UploadedFile) -> Request | None:
    """One file's box; its request when nothing stands in the way of loading it."""
    with st.container(border=True):
        st.header(text(uploaded.name), anchor=False)
        try:
            staged = stage(uploaded.name, uploaded.getvalue())
            draft = Request(path=staged.path, label=staged.label, profile=limits.UPLOAD)
            return _asked(staged, draft)
        except FileRefused as error:
            st.error(trouble.sentence(error))
            with trouble.told():
                return _by_hand(staged, draft)
        return None


def _by_hand(staged: Staged, draft: Request) -> Request | None:
    """A file that is no table we know: the visitor says which, and which column is which."""
    table = st.selectbox(
        "What does it hold?", list(schema.TABLES), index=None, placeholder="choose", key=staged.key("table")
    )
    if table is None:
        return None
    headers = _headers(staged.path, staged.label)
    columns: dict[str, str] = {}
    with st.grid(columns=2, min_column_width=260):
        for column in schema.TABLES[table].columns:
            needed = " (needed)" if column.required else ""
            header = st.selectbox(
                f"{column.name}{needed}",
                headers,
                index=None,
                format_func=plain,
                placeholder="not in this file",
                help=column.sentence,
                key=staged.key(f"is-{column.name}"),
            )
            columns |= {header: column.name} if header is not None else {}
    if not set(schema.TABLES[table].required) <= set(columns.values()):
        st.caption("Choose a column for everything that is needed.")
        return None
    return _asked(staged, replace(draft, table=table, columns=columns))


@st.cache_data(max_entries=LOOKED_AT, show_spinner="Looking at the file")
def _recognised(
    path: Path, label: str, table: str | None, columns: tuple[tuple[str, str], ...]
) -> Recognition:
    """What a staged file is; `path` names its content. The file is parsed in a process of its own."""
    draft = Request(path=path, label=label, table=table, columns=dict(columns), profile=limits.UPLOAD)
    return intake.recognise_in_child(draft)


@st.cache_data(max_entries=LOOKED_AT, show_spinner="Looking at the file")
def _headers(path: Path, label: str) -> tuple[str, ...]:
    return intake.headers_in_child(Request(path=path, label=label, profile=limits.UPLOAD))


def _asked(staged: Staged, draft: Request) -> Request:
    """What the file was recognised as, and what it leaves open."""
    found = _recognised(staged.path, staged.label, draft.table, tuple(draft.columns.items()))
    _says(found)
    return replace(
        draft,
        format=found.format,
        columns={**draft.columns, **_columns(staged, found)},
        timezone=_timezone(staged, found),
        currency=_currency(staged, found),
        keeps_unanswered=_keeps_unanswered(staged, found),
    )


def _says(found: Recognition) -> None:
    tables = " and ".join(found.tables)
    st.markdown(f"Recognised as **{text(found.format)}** with {text(tables)}.")
    for note in found.notes:
        st.caption(text(note, show.SENTENCE))


def _columns(staged: Staged, found: Recognition) -> Mapping[str, str]:
    """The mapping from file columns to ours, as the visitor left it."""
    fields = [LEAVE_OUT, *_fields(found.tables)]
    frame = pd.DataFrame(
        {
            "Column in the file": [plain(header) for header in found.headers],
            "Looks like": [plain(", ".join(found.samples.get(h, ())[:3])) for h in found.headers],
            "Is our": [found.mapping.get(header) or LEAVE_OUT for header in found.headers],
        }
    )
    with st.expander("Columns", expanded=LEAVE_OUT in set(frame["Is our"])):
        edited = st.data_editor(
            frame,
            key=staged.key("columns"),
            hide_index=True,
            disabled=["Column in the file", "Looks like"],
            column_config={"Is our": st.column_config.SelectboxColumn(options=fields, required=True)},
        )
    chosen = dict(zip(found.headers, edited["Is our"], strict=True))
    changed = {h: field for h, field in chosen.items() if field != (found.mapping.get(h) or LEAVE_OUT)}
    return {header: "" if field == LEAVE_OUT else field for header, field in changed.items()}


def _fields(tables: Sequence[str]) -> list[str]:
    """Names of our columns, with their table where a file fills several, dates also with their order."""
    prefix = "{}.{}".format if len(tables) > 1 else "{1}".format
    return [
        prefix(name, column.name) + hint
        for name in tables
        for column in schema.TABLES[name].columns
        for hint in (DATE_HINTS if column.kind in {"instant", "day"} else ("",))
    ]


def _is_asked(found: Recognition, topic: str) -> bool:
    return any(topic in question for question in found.questions)


def _timezone(staged: Staged, found: Recognition) -> str | None:
    if not _is_asked(found, "time zone"):
        return None
    zones = ["UTC", *sorted(available_timezones() - {"UTC"})]
    own = st.context.timezone
    return st.selectbox(
        "In which time zone are the times in this file?",
        zones,
        index=zones.index(own) if own in zones else 0,
        key=staged.key("timezone"),
    )


def _currency(staged: Staged, found: Recognition) -> str | None:
    if not _is_asked(found, "currency"):
        return None
    typed = st.text_input(
        "Which currency are its amounts in?", max_chars=3, placeholder="EUR", key=staged.key("currency")
    )
    return typed.strip().upper() or None


def _keeps_unanswered(staged: Staged, found: Recognition) -> str | None:
    if "interactions" not in found.tables:
        return None
    options = list(UNANSWERED)
    known = found.keeps_unanswered if found.keeps_unanswered in options else "unknown"
    return st.radio(
        "Does this export hold all conversations?",
        options,
        index=options.index(known),
        format_func=UNANSWERED.__getitem__,
        key=staged.key("unanswered"),
        help="Response rates need the unanswered ones too.",
    )


def _load(requests: Sequence[Request]) -> bool:
    """Load file by file, so that one refused file does not hold up the others; says whether all went in."""
    loaded: list[Loaded] = []
    refused = 0
    with st.status("Loading", expanded=True) as status:
        for request in requests:
            status.update(label=f"Reading {text(request.label)}")
            try:
                receipts = store.ingest(own_folder(), [request], lane="upload")
            except SocialRoiError as error:
                refused += 1
                st.error(trouble.sentence(error))
                continue
            loaded += receipts
            st.markdown(_line(receipts))
        status.update(label="Done", state="error" if refused else "complete")
    st.session_state[keys.RECEIPTS] = tuple(loaded)
    return not refused


def _line(receipts: Sequence[Loaded]) -> str:
    parts = [f"{r.rows_loaded:,} rows into {r.table}, {r.rows_rejected:,} left out" for r in receipts]
    return f"{text(receipts[0].file)}: {'; '.join(parts)}." if receipts else ""


def _clear(uploaded: Sequence[UploadedFile], requests: Sequence[Request]) -> None:
    """After a load: the staged files, the bytes the server still holds, and the uploader's list go."""
    for request in requests:
        Path(request.path).unlink(missing_ok=True)
    sweep(own_folder() / "incoming", time.time())
    release(uploaded)
    st.session_state[keys.ROUND] = st.session_state.get(keys.ROUND, 0) + 1


def release(uploaded: Sequence[UploadedFile]) -> None:
    """Let the server forget the bytes of these uploads now, not when the session ends.

    Streamlit has no public way; where its insides change, nothing happens here.
    """
    context = get_script_run_ctx()
    with suppress(AttributeError, TypeError):
        for file in uploaded:
            context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file.file_id)  # type: ignore[union-attr]


def _receipts(loaded: Sequence[Loaded]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "File": [r.file for r in loaded],
            "Table": [r.table for r in loaded],
            "Rows read": [r.rows_read for r in loaded],
            "Loaded": [r.rows_loaded for r in loaded],
            "Left out": [r.rows_rejected for r in loaded],
            "Already here": [r.rows_duplicate for r in loaded],
            "Without a customer": [r.rows_unlinked for r in loaded],
        }
    )


def _rejects(rejected: Sequence[tuple[Loaded, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "File": [receipt.file for receipt, _ in rejected],
            "Line": [reject.line for _, reject in rejected],
            "Column": [reject.column for _, reject in rejected],
            "Reason": [reject.reason for _, reject in rejected],
            "What stands there": [reject.shown for _, reject in rejected],
        }
    )


def _batches(loads: Sequence[Batch]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Load": [b.batch for b in loads],
            "When (UTC)": [f"{b.loaded_at:%Y-%m-%d %H:%M}" for b in loads],
            "File": [b.file for b in loads],
            "Table": [b.table for b in loads],
            "Loaded": [b.rows_loaded for b in loads],
            "Left out": [b.rows_rejected for b in loads],
            "Already here": [b.rows_duplicate for b in loads],
            "Without a customer": [b.rows_unlinked for b in loads],
        }
    )


def _undo(loads: Sequence[Batch]) -> None:
    files = {b.batch: plain(b.file) for b in loads}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        batch = st.selectbox(
            "Take back a load",
            list(files),
            index=None,
            format_func=lambda name: f"{name}, {files[name]}",
            placeholder="choose one",
            key=keys.UNDO,
        )
        if st.button("Take it back", disabled=batch is None, key=keys.UNDO_GO) and batch is not None:
            with trouble.told():
                store.undo(own_folder(), batch)
                st.session_state.pop(keys.RECEIPTS, None)
                start.go("data", MINE)
                st.rerun()

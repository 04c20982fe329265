"""Rejected records, kept whole for repair: shown as a grid, corrected, and put among the files to load.

A record is found by its line in the uploaded file before that goes. What is kept is private, and gone
after the repair or `limits.REJECTS_DAYS`. Only text with a delimiter can be repaired here; a workbook is
corrected where it came from.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import streamlit as st

from socialroi import limits
from socialroi.intake.tokenise import WHITESPACE, first
from socialroi.store import Loaded, rejected
from socialroi.ui import access, exports, keys, show
from socialroi.ui.intake import disk, staging
from socialroi.ui.intake.answers import Answers, of_json
from socialroi.ui.intake.staging import Staged
from socialroi.ui.safe import plain, text

FOLDER = "repair"
#: So many rows are offered in the grid; the download has all that are kept.
IN_GRID = 200
#: A record goes on for at most this many lines.
LINES = 50
#: The most characters of rejected records that are kept of one load.
BUDGET = 8 * limits.MIB
REPAIRED = " (repaired)"
LINE, WRONG = "socialroi line", "socialroi reason"
_NEGATIVE = re.compile(r"-\d[\d.,]*")
_TOGETHER = "Another row of "
APART = (
    "Correct the cells. The rows you change are checked and loaded like a file of their own; others stay out."
)
TOGETHER = "Correct the cells. Rows of one order stand or fall together, so all rows below are loaded again."


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text file is written: its headers, delimiter and encoding; no delimiter for any other file."""

    headers: tuple[str, ...]
    delimiter: str
    encoding: str
    has_header: bool = True

    @property
    def codec(self) -> str:
        """Python's name of the encoding, which takes a byte order mark away."""
        return "utf-8-sig" if self.encoding == "utf-8" else self.encoding


class Record(NamedTuple):
    """One rejected record: the line of the file it starts on, why it was rejected, its cells."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """The rejected records of one load and what was said about its file; `mended` lines are loaded since."""

    batch: str
    file: str
    headers: tuple[str, ...]
    records: tuple[Record, ...]
    answers: Answers
    mended: tuple[int, ...] = ()

    @property
    def stand_together(self) -> bool:
        """Whether rows fall together, so that all of them have to be loaded again."""
        return any(record.reason.startswith(_TOGETHER) for record in self.records)


@dataclass(frozen=True, slots=True)
class Mended:
    """Where a file of repaired rows comes from: the load, the lines of its file, what was said about it."""

    batch: str
    lines: tuple[int, ...]
    answers: Answers


def keep(folder: Path, staged: Staged, answers: Answers, form: Writing, loaded: Sequence[Loaded]) -> None:
    """Keep the rejected records of a load for repair, with what was said about the file."""
    rejects = {reject.line: reject.reason for each in loaded for reject in each.rejects}
    batch = next((each.batch for each in loaded), "")
    if not rejects or not form.delimiter or read(folder, batch) is not None:
        return
    found = records_at(staged.path, form, sorted(rejects))
    records = tuple(Record(line, rejects[line], cells) for line, cells in found)
    _write(folder, Kept(batch, staged.label, form.headers, records, answers))


def settle(folder: Path, mended: Mended) -> None:
    """Let go of what is repaired; with the last row everything that was kept of the load."""
    kept = read(folder, mended.batch)
    if kept is None:
        return
    left = tuple(record for record in kept.records if record.line not in mended.lines)
    if left:
        _write(folder, replace(kept, records=left, mended=(*kept.mended, *mended.lines)))
    else:
        forget(folder, mended.batch)
        rejected.forget(folder, mended.batch)


def _write(folder: Path, kept: Kept) -> None:
    disk.write(folder / FOLDER / f"{kept.batch}.json", asdict(kept))


def records_at(path: Path, form: Writing, lines: Sequence[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The cells of the records that start on these lines, in order, until `BUDGET` is used up."""
    wanted, size = deque(lines), 0
    with path.open(encoding=form.codec, errors="replace", newline=_line_end(path)) as handle:
        window: deque[str] = deque(maxlen=LINES)
        for number, line in enumerate(chain(handle, repeat("", LINES)), 1):
            window.append(line.removeprefix("\ufeff") if number == 1 else line)
            if wanted and wanted[0] <= number - LINES + 1:
                cells = cells_of(list(window), form)
                size += sum(map(len, cells))
                yield wanted.popleft(), cells
            if not wanted or size >= BUDGET:
                return


def _line_end(path: Path) -> str:
    """What ends a line of the file, as the intake counts lines."""
    with path.open("rb") as handle:
        head = handle.read(limits.MIB)
    return "\r" if b"\r" in head and b"\n" not in head else "\n"


def cells_of(lines: Sequence[str], form: Writing) -> tuple[str, ...]:
    """One record's cells; a line that fits no rule is divided as it stands, what is too much is joined."""
    width, blank = len(form.headers), form.delimiter == WHITESPACE
    text_of = "".join(lines)
    found = first(text_of if "\n" in text_of else text_of.replace("\r", "\n"), form.delimiter, 1)
    cells = list(found[0].cells or ()) if found and found[0].line == 1 else []
    if not cells and lines:
        raw = lines[0].rstrip("\r\n")
        cells = raw.split() if blank else raw.split(form.delimiter)
    mark = " " if blank else form.delimiter
    if len(cells) > width:
        cells = [*cells[: width - 1], mark.join(cells[width - 1 :])]
    return (*cells, *[""] * (width - len(cells)))


def read(folder: Path, batch: str) -> Kept | None:
    """What is kept of a load, or None."""
    said = disk.read(folder / FOLDER / f"{Path(batch).name}.json")
    if not isinstance(said, dict):
        return None
    try:
        records = tuple(Record(line, reason, tuple(cells)) for line, reason, cells in said["records"])
        answers, mended = of_json(said["answers"]), tuple(said["mended"])
        return Kept(batch, said["file"], tuple(said["headers"]), records, answers, mended)
    except (KeyError, TypeError, ValueError):  # of another version of this program
        return None


def forget(folder: Path, batch: str) -> None:
    """Remove what is kept of a load."""
    (folder / FOLDER / f"{Path(batch).name}.json").unlink(missing_ok=True)


def expire(folder: Path) -> None:
    """Remove what is older than rejected cells may become."""
    staging.sweep(folder / FOLDER, time.time(), limits.REJECTS_DAYS * 24 * 3600)


def draw(folder: Path, kept: Kept) -> None:
    """The grid of the rejected records, the way on with the repaired ones, and the download of all."""
    with st.expander(f"Repair the rows of {text(kept.file)} here"):
        st.caption(TOGETHER if kept.stand_together else APART)
        edited = _grid(kept)
        changed = chosen(kept, edited)
        if len(kept.records) > IN_GRID:
            st.caption(f"The first {IN_GRID:,} of {len(kept.records):,} rows; the download has them all.")
        with st.container(horizontal=True):
            go = st.button(
                "Check the repaired rows",
                key=f"{keys.REPAIR}-{kept.batch}",
                type="primary",
                disabled=not changed,
            )
            _download(kept)
        if go:
            _take(kept, changed)
            st.rerun()


def _take(kept: Kept, records: Sequence[Record]) -> None:
    """Put the repaired rows among the files to load, in place of an earlier try, with what is known."""
    before: Mapping[str, Mended] = st.session_state.get(keys.MENDED, {})
    for staged in staging.pending():
        if staged.digest in before and before[staged.digest].batch == kept.batch:
            staging.put_away(staged)
    headers = kept.headers if kept.answers.header else None
    staged = staging.stage(name_of(kept.file), as_csv(headers, [r.cells for r in records]))
    staging.add(staged)
    mended = Mended(kept.batch, tuple(record.line for record in records), kept.answers)
    st.session_state[keys.MENDED] = {**before, staged.digest: mended}


def name_of(file: str) -> str:
    """What the repaired rows of a file are called, also when they are repaired once more."""
    stem = file.removesuffix(".csv").removesuffix(REPAIRED)
    return f"{stem}{REPAIRED}.csv"


def source(staged: Staged) -> Mended | None:
    """Where a file of repaired rows comes from; None for any other."""
    known: Mapping[str, Mended] = st.session_state.get(keys.MENDED, {})
    return known.get(staged.digest)


def _grid(kept: Kept) -> list[Mapping[str, str]]:
    """The records as an editable table; a column is called by its place, whatever the file calls it."""
    records = kept.records[:IN_GRID]
    frame = pd.DataFrame(
        {
            LINE: [record.line for record in records],
            WRONG: [plain(record.reason, 300) for record in records],
            **{str(at): [record.cells[at] for record in records] for at in range(len(kept.headers))},
        }
    )
    names = {str(at): plain(header) or "(no name)" for at, header in enumerate(kept.headers)}
    edited = st.data_editor(
        frame,
        key=f"{keys.GRID}-{kept.batch}",
        hide_index=True,
        row_height=show.TWO_LINES,
        disabled=[LINE, WRONG],
        column_config={
            LINE: st.column_config.NumberColumn("Line", pinned=True, width="small"),
            WRONG: st.column_config.TextColumn("What is wrong", width=260),
            **{at: st.column_config.TextColumn(name) for at, name in names.items()},
        },
    )
    return [{str(k): str(v or "") for k, v in row.items()} for row in edited.to_dict("records")]


def chosen(kept: Kept, edited: Sequence[Mapping[str, str]]) -> list[Record]:
    """The rows to load: those that were changed, and with one of them all, where rows stand together."""
    width = range(len(kept.headers))
    after = [
        record._replace(cells=tuple(row[str(at)] for at in width))
        for record, row in zip(kept.records, edited, strict=False)
    ]
    changed = [record for record, was in zip(after, kept.records, strict=False) if record != was]
    return after if changed and kept.stand_together else changed


def as_csv(headers: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> bytes:
    """The repaired rows as a file for the intake, cell by cell as they were typed."""
    out = io.StringIO()
    every = [headers, *rows] if headers is not None else rows
    csv.writer(out, lineterminator="\r\n").writerows(every)
    return out.getvalue().encode("utf-8")


def _download(kept: Kept) -> None:
    st.download_button(
        "Download the rows as CSV",
        data=access.download(lambda: exports.csv(frame_of(kept))),
        file_name="socialroi-rejected-rows.csv",
        mime="text/csv",
        key=f"csv-repair-{kept.batch}",
        on_click="ignore",
        help="With line and reason. Correct it, then choose it as a file: both extra columns are left out.",
    )


class _Negative:
    """A negative number as it stood in the file: no formula, so that no apostrophe goes before it."""

    def __init__(self, cell: str) -> None:
        self.cell = cell

    def __str__(self) -> str:
        return self.cell


def _as_is(cell: str) -> object:
    return _Negative(cell) if _NEGATIVE.fullmatch(cell) else cell


def frame_of(kept: Kept) -> pd.DataFrame:
    """All kept records with the line and the reason in front."""
    columns: list[Sequence[object]] = [
        [record.line for record in kept.records],
        [record.reason for record in kept.records],
        *([_as_is(record.cells[at]) for record in kept.records] for at in range(len(kept.headers))),
    ]
    return pd.DataFrame(dict(enumerate(columns))).set_axis([LINE, WRONG, *kept.headers], axis=1)

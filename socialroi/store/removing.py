"""Rows that leave for good: one person's on request, or everything older than a day.

A new generation is built from what stays, so nothing of what goes was ever in its file; then it is published
and the old one removed. Rejected cells and uploads that lie beside the database hold values in the clear and
cannot be told apart, so erasing somebody removes them all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from socialroi.errors import UsageError
from socialroi.result import Window
from socialroi.store import derived, engine, identities, rejected, sql, whose, workspace
from socialroi.store.store import Store

#: What lies beside the database and may hold what files said, in the clear.
ASIDE = ("rejects", "repair", "incoming", "last-load.json")


@dataclass(frozen=True, slots=True)
class Removal:
    """What left the database, or would: rows by table, those kept aside for undo included.

    `files` counts rejected cells and uploads beside the database that went too. `is_done` is False for a
    rehearsal and when there was nothing left to remove.
    """

    rows: dict[str, int]
    files: int
    is_done: bool
    sentence: str


def erase(db: str | Path, typed: str, *, kind: str | None = None, dry_run: bool = False) -> Removal:
    """Remove everything that is stored about one customer; loading the same rows again leaves them out.

    Raises UsageError when nobody or several may be meant.
    """
    folder = Path(db)
    if dry_run:
        with closing(Store.open(folder)) as store, workspace.beside(folder) as con:
            traces = whose.traces_of(store, identities.read_key(folder / "key"), typed, kind)
            find(con, traces or nobody())
            return Removal(
                counts(con), len(aside(folder)), False, "Nothing was changed: this was a rehearsal."
            )
    with workspace.changing(folder, anew=True) as change:
        with closing(Store.open(folder)) as store:  # nobody else publishes while this change has the lock
            traces = whose.traces_of(store, change.key, typed, kind)
            if not traces:
                return _again(change, store, typed, kind)
        find(change.con, traces)
        return _erased(change)


def forget_marked(db: str | Path, marks: Iterable[tuple[str, str]]) -> Removal:
    """Erase whom another generation of this database marked as erased: a backup may bring them back.

    `marks` are rows of its table `erased`, and are kept here from now on.
    """
    kinds, words = (list(column) for column in zip(*marks, strict=True))
    with workspace.changing(Path(db), anew=True) as change:
        steps = sql.steps("erase", folder="removals")
        engine.change(change.con, steps["marked"], {"marks": words})
        _look(change.con)
        done = _erased(change)
        engine.change(change.con, steps["remember"], {"kinds": kinds, "marks": words})
        return done


def find(con: engine.Connection, traces: Iterable[str]) -> None:
    """Fill `gone` and what goes with it from the generation attached as `old`."""
    engine.change(con, sql.steps("erase", folder="removals")["typed"], {"traces": sorted(traces)})
    _look(con)


def _look(con: engine.Connection) -> None:
    steps = sql.steps("erase", folder="removals")
    for name in ("found", "rows", "messages"):
        engine.change(con, steps[name])


def _erased(change: workspace.Change) -> Removal:
    rows = counts(change.con)
    _copy(change.con)
    engine.change(change.con, sql.steps("erase", folder="removals")["marks"])
    derived.rebuild(change.con)
    files = clear_aside(change.folder)  # before the new generation is published: a kill must not leave them
    sentence = f"Erased: {sum(rows.values())} rows. Backups made before still hold them."
    return Removal(rows, files, True, sentence)


def _again(change: workspace.Change, store: Store, typed: str, kind: str | None) -> Removal:
    """Nobody is known by that: fine if that is because they were erased, else a mistake in the call."""
    kinds = (kind,) if kind else identities.KINDS
    hashes = identities.hashes_of(change.key, typed, kinds)
    marks = {identities.pseudonym(change.key, "erased person", trace, "e_") for trace in hashes}
    if not store.rows(_MARKED, marks=sorted(marks)):
        nobody()
    change.is_needed = False
    return Removal({}, clear_aside(change.folder), False, "Erased before; nothing about them is left.")


_MARKED = "select mark from erased where kind = 'person' and mark = any($marks)"


def nobody() -> frozenset[str]:
    """UsageError: what was typed is known as nobody."""
    raise UsageError(
        "No customer is known by that. What is typed must be written as in the files: an id, an e-mail "
        "address, a phone number, a handle, or a pseudonym such as c_0123456789abcdef."
    )


def expire(db: str | Path, before: date, *, dry_run: bool = False) -> Removal:
    """Remove orders, conversations and surveys from before a day of the reporting zone.

    Orders go with their lines, a conversation once its last message is older, and the coin's word on it too.
    Customers, their links and what concerns nobody (costs, events, hours, promises) stay. Raises UsageError
    for a day that is still to come.
    """
    folder = Path(db)
    with closing(Store.open(folder)) as store:
        zone = store.settings.reporting_zone
    if before > datetime.now(UTC).date() + timedelta(days=1):
        raise UsageError(f"{before} is still to come, and everything would go. Name an earlier day.")
    known = {"before": Window.of_days(before, before, zone).start}
    steps = sql.steps("expire", folder="removals")
    if dry_run:
        with workspace.beside(folder) as con:
            engine.change(con, steps["rows"], known)
            return Removal(counts(con), 0, False, "Nothing was changed: this was a rehearsal.")
    with workspace.changing(folder, anew=True) as change:
        engine.change(change.con, sql.steps("copy", folder="removals")["nobody"])
        engine.change(change.con, steps["rows"], known)
        rows = counts(change.con)
        change.afterwards.append(partial(rejected.expire, folder))
        if not rows:
            change.is_needed = False
            return Removal({}, 0, False, f"Nothing is older than {before}.")
        _copy(change.con)
        derived.rebuild(change.con)
        return Removal(rows, 0, True, _EXPIRED.format(sum(rows.values()), before))


_EXPIRED = (
    "{} rows from before {} are gone. Figures that look further back, such as first orders, now start later: "
    "a customer's first order here may be a later one."
)


def _copy(con: engine.Connection) -> None:
    steps = sql.steps("copy", folder="removals")
    for name in ("facts", "superseded", "books"):
        engine.change(con, steps[name])


def counts(con: engine.Connection) -> dict[str, int]:
    """Rows in `gone` by table; those kept aside for undo count with their table."""
    return dict(con.execute(_COUNTS).fetchall())


_COUNTS = """
select replace(place, 'superseded_', '') as table_name, count(*) as n
from gone
group by table_name
order by table_name
"""


def aside(folder: Path) -> list[Path]:
    """Files beside the database that may hold what exports said in the clear."""
    found = [folder / name for name in ASIDE]
    return [file for path in found for file in (path, *path.rglob("*")) if file.is_file()]


def clear_aside(folder: Path) -> int:
    """Remove rejected cells and uploads that were not loaded; gives how many files."""
    files = aside(folder)
    for path in [folder / name for name in ASIDE]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(files)

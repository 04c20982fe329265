"""A folder of derived Parquet tables, opened as a database: copied once, then read like any other."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from socialroi.errors import StoreDamaged
from socialroi.store import engine, sql, workspace
from socialroi.store.cluster import layout

_FIRST = "generation-000001.duckdb"


def is_derived(folder: Path) -> bool:
    """Whether a folder holds derived tables as Parquet, and is no workspace."""
    return not (folder / "current").exists() and (folder / "episodes").is_dir()


def opened(folder: Path) -> Path:
    """The workspace that is a copy of the derived tables in `folder`, made if there is none yet.

    It lives in the data home under the fingerprint of the files, so another result is another copy. Raises
    StoreDamaged, with what to do, when the folder is not whole or of another version.
    """
    from socialroi.store.samples import data_home

    checked(folder)
    mark = layout.fingerprint(folder, layout.OUTPUTS)
    place = data_home() / "derived" / f"{workspace.LAYOUT}-{mark}"
    if not (place / "current").exists():
        _build(folder, place)
    return place


def checked(folder: Path) -> None:
    """StoreDamaged unless every table is there with exactly the columns of this version."""
    _must_be_finished(folder)
    for name in layout.OUTPUTS:
        files = layout.parts(folder / name)
        if not files:
            raise StoreDamaged(f"{str(folder)!r} has no table {name!r}. {_AGAIN}")
        found, wanted = _columns(files[0]), set(layout.output_types()[name])
        if found != wanted:
            off = ", ".join(sorted(found ^ wanted))
            raise StoreDamaged(
                f"The table {name!r} in {str(folder)!r} has too few or too many columns ({off}). {_AGAIN}"
            )


_AGAIN = "Derive it with this version of socialroi: socialroi derive --engine spark --input DIR --out DIR"


def _must_be_finished(folder: Path) -> None:
    """A warehouse writes no manifest; a cluster's says whether it came to an end."""
    try:
        about = json.loads((folder / layout.MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise StoreDamaged(f"{layout.MANIFEST} in {str(folder)!r} cannot be read. {_AGAIN}") from error
    if not about.get("finished") or about.get("layout") != workspace.LAYOUT:
        raise StoreDamaged(f"The tables in {str(folder)!r} are not finished or of another version. {_AGAIN}")


def _columns(file: Path) -> set[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return set(pq.read_schema(file).names)
    except (OSError, pa.ArrowException) as error:
        raise StoreDamaged(f"{file.name!r} in {str(file.parent)!r} is no Parquet file. {_AGAIN}") from error


def _build(folder: Path, place: Path) -> None:
    """Copy the tables in one transaction into a new workspace, and move it into place when it is whole."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = place.with_name(f"{place.name}.{os.getpid()}")
    unfinished.mkdir(mode=0o700)
    try:
        with workspace.explained_writes(), engine.answering():
            _fill(folder, unfinished)
        (unfinished / workspace.DERIVED).write_text(f"{folder.resolve()}\n", encoding="utf-8")
        unfinished.rename(place)
    except OSError:
        if not (place / "current").exists():  # else another process was first
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _fill(folder: Path, into: Path) -> None:
    file = into / _FIRST
    files = {name: layout.parts(folder / name) for name in layout.OUTPUTS}
    allowed = [path.resolve() for paths in files.values() for path in paths]
    con = engine.connect_writer(file, workspace.spill_folder(into, file), allowed)
    try:
        con.begin()
        layout.shape(con)
        paths = {name: [str(path.resolve()) for path in paths] for name, paths in files.items()}
        engine.change(con, sql.model("fill", folder=layout.MODELS), paths)
        con.commit()
        con.execute("checkpoint").fetchall()
    finally:
        con.close()
    workspace.publish(into, file)

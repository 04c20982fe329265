"""The fast lane: DuckDB types rows by constant queries, and only what it is not sure of is read with care.

A file that is proven clean is read by DuckDB itself; of any other the pieces are divided by us and
typed by the same queries. They live in `sql/`, one file a table, and never see a header of the file:
columns are named by us. A row with a cell that the careful readers might treat in any other way is not
ok and decided by them, so every way gives the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from socialroi.intake import careful, forms, headers, pieces, refusals, tokenise
from socialroi.intake.careful import Settings
from socialroi.intake.features import Features
from socialroi.intake.headers import Mapped, columns_of
from socialroi.intake.pieces import Piece
from socialroi.intake.proof import Proof, prove
from socialroi.intake.rows import ARROW, HEADER_AGAIN, Outcome, Prepared, Row, chunks, is_header
from socialroi.intake.shapes import Parcel, Request, Scan, Settled
from socialroi.intake.sheet import Sheet

#: Tables that can be large. The others are a few lines long and always read with care.
TABLES = ("customers", "orders", "order_items", "interactions", "surveys")
#: How many of the first rows decide on forms.
HEAD = 5_000
#: How many rows are typed at once.
ROWS = 200_000

_MARKER, _SOURCE = "-- question: ", "-- source: "
_GLOB = re.compile(r"[*?\[\]{}]")
_PARAMETER = re.compile(r"\$([a-z_]+)")
#: Columns of an answer that are about the rows and not in them.
_ABOUT = ("ok", "derived", "folds")


@lru_cache(maxsize=64)
def query(table: str, source: str, question: str) -> str:
    """The constant query of a table that answers "rows", "folds" or "range".

    `source` is where its rows come from: "scan", "numbered" or "pieces".
    """
    folder = resources.files("socialroi.intake").joinpath("sql")
    sources = _parts(folder.joinpath("source.sql").read_text("utf-8"), _SOURCE)[1]
    shared, answers = _parts(folder.joinpath(f"{table}.sql").read_text("utf-8"), _MARKER)
    return sources[source] + shared + answers[question]


def _parts(text: str, marker: str) -> tuple[str, dict[str, str]]:
    first, *parts = text.split(marker)
    return first, {name: body for name, _, body in (part.partition("\n") for part in parts)}


def parameters(sql: str, settings: dict[str, object]) -> dict[str, object]:
    """The settings that a query names."""
    return {name: settings[name] for name in dict.fromkeys(_PARAMETER.findall(sql))}


def select(scan: Scan) -> tuple[str, dict[str, object]]:
    """The SELECT, and its parameters, that yields the rows of `scan`.

    It reads `scan.path`, which the connection must allow, and needs the time zone UTC.
    """
    sql = query(scan.table, scan.source, "rows")
    return sql, parameters(sql, dict(scan.settings))


@dataclass(frozen=True, slots=True)
class File:
    """A recognised file: `sheet` and `prepared` know its beginning, `data` is all of it.

    `stem` waits for the hash of the file, of which made keys begin. `reread` reads it with care.
    """

    request: Request
    sheet: Sheet
    prepared: Prepared
    data: memoryview
    stem: Callable[[], str]
    reread: Callable[[], Parcel]

    @property
    def mapped(self) -> Mapped:
        """Its only table."""
        (mapped,) = self.prepared.tables.values()
        return mapped

    @property
    def table(self) -> str:
        """The name of that table."""
        return self.mapped.table.name

    @property
    def path(self) -> str:
        """Where it is, absolute."""
        return str(Path(self.request.path).absolute())

    @property
    def made_key(self) -> str | None:
        """The key that is made for every row, because the file has no column for it."""
        key = headers.MADE_KEYS.get(self.table)
        return key if key is not None and key not in self.mapped.names else None


@dataclass(frozen=True, slots=True)
class Lane:
    """A file, what its first rows say, and the parameters of the queries."""

    file: File
    head: tuple[Row, ...]
    settings: Settings
    found: dict[str, object]


class Read(NamedTuple):
    """The rows, or where they are, and what else is known about the file."""

    table: pa.Table | Scan
    outcome: Outcome


def read(file: File, *, scan: bool) -> Read | None:
    """The file read by the fast lane, or None when every row of it has to be read with care.

    With `scan` the rows stay in a file that is clean. Errors: FileRefused.
    """
    lane = _lane(file)
    if lane is None:
        return None
    try:
        proof = _proof(file) if scan else None
        return _left_there(lane, proof) if proof is not None else _by_pieces(lane)
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except (duckdb.Error, pieces.Odd):
        return None  # whatever they stumble over, the careful lane says in plain words


def _lane(file: File) -> Lane | None:
    if file.table not in TABLES or "phone" in file.mapped.names:
        return None  # what makes a phone number complete is known by a library and no query
    head = tuple(islice(file.prepared.rows(), HEAD))
    settings = careful.gather(file.prepared, chunks(head))
    cells = [row.cells for row in head if not row.problem]
    found = forms.parameters(file.mapped, settings[file.table], cells)
    if found is None or len(file.sheet.delimiter) != 1:
        return None
    return Lane(file, head, settings, found | _asked(file))


def _asked(file: File) -> dict[str, object]:
    """The parameters that say what is asked of the file."""
    return {
        "named": list(file.mapped.names),
        "stem": file.stem(),
        "currency": file.request.currency,
        "found": yielded(file.request, file.mapped),
    }


def yielded(request: Request, mapped: Mapped) -> list[str]:
    """The canonical columns that reading this file gives, made and derived ones included."""
    names = set(mapped.names)
    made = headers.MADE_KEYS.get(mapped.table.name)
    names |= {made} if made else set()
    if mapped.table.name == "order_items":
        names.add("line")
    if request.currency and "currency" in mapped.table.by_name:
        names.add("currency")
    if "text" in names:
        names.update(("needs_response", *Features._fields))
        names -= set() if request.keep_text else {"text"}
    return [column.name for column in columns_of(mapped.table) if column.name in names]


def connect(path: str | None, memory_bytes: int | None) -> duckdb.DuckDBPyConnection:
    """A database in memory that may read this one file, if any, and nothing else."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "allow_community_extensions": False, "python_enable_replacements": False,
        "allow_persistent_secrets": False,
    }  # fmt: skip
    if memory_bytes is not None:
        config |= {"memory_limit": f"{memory_bytes // 2}B", "threads": 2}
    connection = duckdb.connect(config=config)
    connection.execute("set TimeZone = 'UTC'").fetchall()
    if path is not None:
        connection.execute("set allowed_paths = [$path]", {"path": path}).fetchall()
    connection.execute("set enable_external_access = false").fetchall()
    connection.execute("set lock_configuration = true").fetchall()
    return connection


# A clean file, left where it is


def _proof(file: File) -> Proof | None:
    if _GLOB.search(file.path) or file.sheet.start > file.sheet.has_header:
        return None
    return prove(file.data, file.sheet.delimiter, len(file.sheet.headers))


def _left_there(lane: Lane, proof: Proof) -> Read:
    file = lane.file
    names = {source.position: source.column.name for source in file.mapped.sources}
    columns = [names.get(position, f"unread_{position}") for position in range(len(file.sheet.headers))]
    lane.found.update(
        path=file.path,
        columns=dict.fromkeys(columns, "varchar"),
        delimiter=file.sheet.delimiter,
        header=file.sheet.has_header,
        padded=proof.padded,
    )
    outcome = Outcome(currency=file.request.currency, rows_read=proof.records - file.sheet.has_header)
    refusals.refuse_too_many(file.request, outcome)
    with connect(file.path, file.request.profile.memory_bytes) as connection:
        _zone(connection, lane, "scan")
        _note_scanned(connection, lane, outcome)
    numbered = file.table == "order_items" or file.made_key is not None
    return Read(
        Scan(
            table=file.table,
            source="numbered" if numbered else "scan",
            path=file.path,
            found=tuple(yielded(file.request, file.mapped)),
            rows=outcome.rows_read,
            settings=lane.found,
            notes=outcome.notes(),
            settle=lambda records: _settled(lane, outcome, tuple(_rows(lane, proof, records))),
            reread=file.reread,
        ),
        outcome,
    )


def _ask(connection: duckdb.DuckDBPyConnection, lane: Lane, source: str, question: str) -> tuple[object, ...]:
    """The one row of an answer, read to its end: a connection is not free before."""
    sql = query(lane.file.table, source, question)
    (row,) = connection.execute(sql, parameters(sql, lane.found)).fetchall()
    return tuple(row)


def _zone(connection: duckdb.DuckDBPyConnection, lane: Lane, source: str) -> None:
    """Fill in the spans of the declared zone for the days that the file covers."""
    zone = lane.file.request.timezone
    if zone is None or "zone" not in lane.found.values():
        return
    first, last = _ask(connection, lane, source, "range")
    if isinstance(first, date) and isinstance(last, date):
        within = max(first, forms.FIRST_DAY), min(last, forms.LAST_DAY)
        lane.found.update(forms.spans(zone, *within) if within[0] <= within[1] else forms.no_spans())


def _note_scanned(connection: duckdb.DuckDBPyConnection, lane: Lane, outcome: Outcome) -> None:
    """Count what can be known about the rows of a file before they are judged."""
    if "zone" in lane.found.values():
        (folds,) = _ask(connection, lane, "scan", "folds")
        _note(lane, outcome, 0, int(str(folds)))
    if "text" in lane.file.mapped.names:
        outcome.noted["needs_some"] = 1
    if lane.file.made_key is not None:
        outcome.noted[f"generated:{lane.file.made_key}"] = outcome.rows_read


def _note(lane: Lane, outcome: Outcome, derived: int, folds: int) -> None:
    for code, count in (("needs", derived), ("fold", folds)):
        if count:
            outcome.noted[code] += count


def _rows(lane: Lane, proof: Proof, records: Sequence[int]) -> Iterator[Row]:
    """The records of these numbers (from 1, header not counted), tokenised with care."""
    file, sheet = lane.file, lane.file.sheet
    shift = 0 if sheet.has_header else 1
    places = proof.places(file.data, [record - shift for record in records])
    for record, place in zip(records, places, strict=True):
        text = bytes(file.data[place.start : place.end]).decode("utf-8")
        found = next(tokenise.records(text, sheet.delimiter, len(sheet.headers)))
        cells, problem = found.cells or (found.shown,), found.problem
        if sheet.has_header and is_header(sheet.headers, cells):
            problem = HEADER_AGAIN
        yield Row(place.line, record, file.table, cells, problem=problem)


def _settled(lane: Lane, seen: Outcome, rows: tuple[Row, ...]) -> Settled | None:
    """What comes of the rows that are not ok, with what has been noted about all."""
    outcome = _with_care(lane, rows)
    if outcome is None:
        return None
    outcome.rows_read = seen.rows_read
    refusals.refuse_mostly_rejected(lane.file.request, outcome)
    table = outcome.tables.get(lane.file.table)
    kept = table if table is not None and table.num_rows else None
    outcome.noted += seen.noted
    if lane.file.made_key is not None:
        outcome.noted[f"generated:{lane.file.made_key}"] = seen.rows_read - outcome.rejected
    if "needs_some" in outcome.noted:
        del outcome.noted["needs"]
    return Settled(kept, tuple(outcome.rejects), outcome.rejected, outcome.notes())


def _with_care(lane: Lane, rows: tuple[Row, ...]) -> Outcome | None:
    """What the careful readers say about the rows that are not ok; None when they have to see all."""
    file = lane.file
    unseen = (row for row in rows if row.record > len(lane.head))
    both = careful.gather(file.prepared, chunks(chain(lane.head, unseen), careful.CHUNK))
    if not forms.same_decisions(lane.settings[file.table], both[file.table]):
        return None
    outcome = careful.load(file.request, file.prepared, chunks(rows, careful.CHUNK), both, file.stem())
    recovered = outcome.tables.get(file.table)
    if file.table == "order_items" and recovered is not None and recovered.num_rows:
        return None  # occurrence numbers count all rows of an order
    return outcome


# Any other file, piece by piece


def _by_pieces(lane: Lane) -> Read | None:
    file = lane.file
    names = {source.position: source.column.name for source in file.mapped.sources}
    found = pieces.pieces(
        file.data, file.sheet.division, [names.get(position) for position in range(len(file.sheet.headers))]
    )
    typed: list[pa.Table] = []
    doubtful: list[Row] = []
    outcome = Outcome(currency=file.request.currency)
    with connect(None, file.request.profile.memory_bytes) as connection:
        for batch in _ahead(_batches(found, None if file.table == "order_items" else ROWS)):
            rows, about = _typed(connection, lane, batch)
            ok = about["ok"]
            typed.append(rows.filter(ok))
            doubtful += _doubtful(lane, batch, about.filter(pc.invert(ok))["record"].to_pylist())
            _note(lane, outcome, _sum(about, "derived"), _sum(about, "folds"))
            outcome.rows_read += rows.num_rows + sum(len(piece.problems) for piece in batch)
            refusals.refuse_too_many(file.request, outcome)
    if file.made_key is not None:
        outcome.noted[f"generated:{file.made_key}"] += sum(table.num_rows for table in typed)
    return _together(lane, typed, tuple(doubtful), outcome)


def _ahead(batches: Iterator[list[Piece]]) -> Iterator[list[Piece]]:
    """The same, each divided while the one before it is typed."""
    with ThreadPoolExecutor(1) as side:
        coming = side.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = side.submit(next, batches, None)
            yield batch


def _batches(found: Iterator[Piece], rows: int | None) -> Iterator[list[Piece]]:
    """Pieces of about `rows` rows together; all of them without a number."""
    batch: list[Piece] = []
    count = 0
    for piece in found:
        batch.append(piece)
        count += piece.cells.num_rows
        if rows is not None and count >= rows:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _typed(
    connection: duckdb.DuckDBPyConnection, lane: Lane, batch: Sequence[Piece]
) -> tuple[pa.Table, pa.Table]:
    """The rows of a batch in the types of the schema, and what is to be said about each."""
    cells = pa.concat_tables([piece.cells for piece in batch])
    numbers = pa.chunked_array([pa.array(piece.numbers) for piece in batch], pa.int64())
    lane.found["padded"] = any(piece.padded for piece in batch)
    connection.register("pieces", cells.append_column("record", numbers))
    _zone(connection, lane, "pieces")
    sql = query(lane.file.table, "pieces", "rows")
    table = connection.sql(sql, params=parameters(sql, lane.found)).to_arrow_table(ROWS)
    connection.unregister("pieces")
    if not _in_order(table["record"]):
        table = table.take(pc.sort_indices(table["record"]))
    kinds = {column.name: column.kind for column in columns_of(lane.file.mapped.table)}
    names = [name for name in table.column_names if name not in _ABOUT]
    types = [ARROW[kinds[name]] if name in kinds else pa.int64() for name in names]
    rows = table.select(names).cast(pa.schema(list(zip(names, types, strict=True))))
    return rows, table.select([*_ABOUT, "record"])


def _sum(about: pa.Table, name: str) -> int:
    return pc.sum(pc.filter(about[name], about["ok"])).as_py() or 0


def _doubtful(lane: Lane, batch: Sequence[Piece], records: Sequence[int]) -> Iterator[Row]:
    """The rows of these numbers, and those that could not be divided, in the order of the file."""
    asked = set(records)
    width = len(lane.file.sheet.headers)
    places = {source.column.name: source.position for source in lane.file.mapped.sources}
    for piece in batch:
        rows = [Row(p.record.line, p.number, lane.file.table, (p.record.shown,), problem=p.record.problem)
                for p in piece.problems]  # fmt: skip
        for at in (
            [at for at, number in enumerate(piece.numbers.tolist()) if number in asked] if asked else ()
        ):
            cells = [""] * width
            for name, place in places.items():
                cells[place] = piece.cells[name][at].as_py() or ""
            headed = all(cells[place] == lane.file.sheet.headers[place] for place in places.values())
            problem = HEADER_AGAIN if headed and lane.file.sheet.has_header else ""
            rows.append(
                Row(int(piece.lines[at]), int(piece.numbers[at]), lane.file.table, cells, problem=problem)
            )
        yield from sorted(rows, key=lambda row: row.record)


def _together(lane: Lane, typed: list[pa.Table], doubtful: tuple[Row, ...], outcome: Outcome) -> Read | None:
    """The rows that were sure and those that became so, as one Arrow table in the order of the file."""
    if doubtful:
        settled = _with_care(lane, doubtful)
        if settled is None:
            return None
        outcome.rejects, outcome.rejected = settled.rejects, settled.rejected
        outcome.noted += settled.noted
        recovered = settled.tables.get(lane.file.table)
        if recovered is not None and recovered.num_rows and typed:
            typed.append(recovered.select(typed[0].column_names))
    refusals.refuse_mostly_rejected(lane.file.request, outcome)
    table = pa.concat_tables(typed)
    if not _in_order(table["record"]):
        table = table.take(pc.sort_indices(table["record"]))
    return Read(table, outcome)


def _in_order(records: pa.ChunkedArray) -> bool:
    numbers = records.to_numpy()
    return bool((numbers[1:] > numbers[:-1]).all())

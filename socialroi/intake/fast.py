"""The fast lane: DuckDB reads a file that is proven clean, by constant queries, as text, typed by us.

The queries live in `sql/`, one file a table, each with the questions it can answer. They never see a
header of the file: columns are named by us, in file order. A row with a cell that the careful lane
might treat in any other way is left out here and decided there, so both lanes give the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from socialroi.intake import careful, forms, headers, refusals, tokenise
from socialroi.intake.careful import Settings
from socialroi.intake.headers import ADDRESSES, Mapped
from socialroi.intake.proof import Proof, prove
from socialroi.intake.rows import ARROW, HEADER_AGAIN, Outcome, Prepared, Row, is_header
from socialroi.intake.shapes import Request, Scan
from socialroi.intake.sheet import Sheet

#: Tables that can be large. The others are a few lines long and always read with care.
TABLES = ("customers", "orders", "order_items", "interactions", "surveys")
#: How many of the first rows decide on forms.
HEAD = 5_000
#: More rows than this share left out, and the careful lane reads the whole file.
LEFT_OUT_SHARE = 0.02
LEFT_OUT = 100_000

#: Rows in one piece of an Arrow table: DuckDB's own 2,048 cost eight times as much to hand over.
ARROW_ROWS = 1_000_000

_MARKER = "-- question: "
_GLOB = re.compile(r"[*?\[\]{}]")
_PARAMETER = re.compile(r"\$([a-z_]+)")


class Counts(NamedTuple):
    """What the counting query says: records, records that are ok, and cells to be noted."""

    rows_read: int
    rows_ok: int
    made: int
    derived: int
    folds: int


@lru_cache(maxsize=64)
def query(table: str, question: str) -> str:
    """The constant query of a table that answers "rows", "failing", "count" or "range"."""
    text = resources.files("socialroi.intake").joinpath("sql", f"{table}.sql").read_text("utf-8")
    shared, *answers = text.split(_MARKER)
    by_name = {name: body for name, _, body in (answer.partition("\n") for answer in answers)}
    return shared + by_name[question]


def parameters(sql: str, settings: dict[str, object]) -> dict[str, object]:
    """The settings that a query names."""
    return {name: settings[name] for name in dict.fromkeys(_PARAMETER.findall(sql))}


def select(scan: Scan) -> tuple[str, dict[str, object]]:
    """The SELECT, and its parameters, that yields the canonical columns of `scan` and `record`.

    It reads `scan.path`, which the connection must allow, and needs the time zone UTC.
    """
    sql = query(scan.table, "rows")
    return sql, parameters(sql, dict(scan.settings))


@dataclass(frozen=True, slots=True)
class File:
    """A recognised file: `sheet` and `prepared` know its beginning, `data` is all of it.

    `stem` waits for the hash of the file, of which made keys begin.
    """

    request: Request
    sheet: Sheet
    prepared: Prepared
    data: memoryview
    stem: Callable[[], str]

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


@dataclass(frozen=True, slots=True)
class Lane:
    """A proven file, what its first rows say, and the parameters of the queries."""

    file: File
    proof: Proof
    head: tuple[Row, ...]
    settings: Settings
    found: dict[str, object]


class Read(NamedTuple):
    """The rows, or where they are, and what else is known about the file."""

    table: pa.Table | Scan
    outcome: Outcome


def read(file: File, *, scan: bool) -> Read | None:
    """The file read by the fast lane, or None when the careful lane has to read it.

    With `scan` the rows stay in the file where none of them needs care. Errors: FileRefused.
    """
    lane = _lane(file)
    if lane is None:
        return None
    with connect(file.path, file.request.profile.memory_bytes) as connection:
        try:
            return _read(connection, lane, scan=scan)
        except duckdb.OutOfMemoryException:
            raise MemoryError from None
        except duckdb.Error:
            return None  # whatever DuckDB stumbles over, the careful lane says in plain words


def _lane(file: File) -> Lane | None:
    known = file.table not in TABLES or any(source.column in ADDRESSES for source in file.mapped.sources)
    if known or _GLOB.search(file.path):
        return None
    head = tuple(islice(file.prepared.rows(), HEAD))
    settings = careful.gather(file.prepared, head)
    cells = [row.cells for row in head if not row.problem]
    found = forms.parameters(file.mapped, settings[file.table], cells)
    proof = prove(file.data, file.sheet.delimiter, len(file.sheet.headers)) if found is not None else None
    if found is None or proof is None:
        return None
    return Lane(file, proof, head, settings, found | _divided(file, proof))


def _divided(file: File, proof: Proof) -> dict[str, object]:
    """The parameters that say where the file is and how it is divided."""
    names = {source.position: source.column.name for source in file.mapped.sources}
    columns = [names.get(position, f"unread_{position}") for position in range(len(file.sheet.headers))]
    return {
        "path": file.path,
        "columns": dict.fromkeys(columns, "varchar"),
        "named": list(file.mapped.names),
        "delimiter": file.sheet.delimiter,
        "header": file.sheet.has_header,
        "padded": proof.padded,
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
        names.add("needs_response")
        names -= set() if request.keep_text else {"text"}
    return [column.name for column in mapped.table.columns if column.name in names]


def connect(path: str, memory_bytes: int | None) -> duckdb.DuckDBPyConnection:
    """A database in memory that may read this one file and nothing else."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        "allow_community_extensions": False, "python_enable_replacements": False,
        "allow_persistent_secrets": False,
    }  # fmt: skip
    if memory_bytes is not None:
        config |= {"memory_limit": f"{memory_bytes // 2}B", "threads": 2}
    connection = duckdb.connect(config=config)
    connection.execute("set TimeZone = 'UTC'").fetchall()
    connection.execute("set allowed_paths = [$path]", {"path": path}).fetchall()
    connection.execute("set enable_external_access = false").fetchall()
    connection.execute("set lock_configuration = true").fetchall()
    return connection


def _read(connection: duckdb.DuckDBPyConnection, lane: Lane, *, scan: bool) -> Read | None:
    _zone(connection, lane)
    counts = Counts(*(int(str(count)) for count in _ask(connection, lane, "count")[0]))
    left_out = counts.rows_read - counts.rows_ok
    if counts.rows_read != lane.proof.records - lane.file.sheet.has_header:
        return None
    if left_out > min(LEFT_OUT, max(100, LEFT_OUT_SHARE * counts.rows_read)):
        return None
    outcome = _explained(connection, lane) if left_out else Outcome(currency=lane.file.request.currency)
    if outcome is None:
        return None
    outcome.rows_read = counts.rows_read
    _note(lane, counts, outcome)
    refusals.refuse_mostly_rejected(lane.file.request, outcome)
    refusals.refuse_too_many(lane.file.request, outcome)
    lane.found["trusted"] = left_out == 0
    recovered = outcome.tables.get(lane.file.table)
    if scan and (recovered is None or recovered.num_rows == 0):
        return Read(_scan(lane, counts), outcome)
    return Read(_together(connection, lane, recovered), outcome)


def _ask(connection: duckdb.DuckDBPyConnection, lane: Lane, question: str) -> list[tuple[object, ...]]:
    """The whole answer: a connection is not free before its last row is read."""
    sql = query(lane.file.table, question)
    return list(connection.execute(sql, parameters(sql, lane.found)).fetchall())


def _zone(connection: duckdb.DuckDBPyConnection, lane: Lane) -> None:
    """Fill in the spans of the declared zone for the days that the file covers."""
    zone = lane.file.request.timezone
    if zone is None or "zone" not in lane.found.values():
        return
    first, last = _ask(connection, lane, "range")[0]
    if isinstance(first, date) and isinstance(last, date):
        within = max(first, forms.FIRST_DAY), min(last, forms.LAST_DAY)
        lane.found.update(forms.spans(zone, *within) if within[0] <= within[1] else {})


def _note(lane: Lane, counts: Counts, outcome: Outcome) -> None:
    """Add the notes about the rows that DuckDB has read."""
    made = headers.MADE_KEYS.get(lane.file.table)
    for code, count in (
        (f"generated:{made}", counts.made),
        ("needs", counts.derived),
        ("fold", counts.folds),
    ):
        if count:
            outcome.noted[code] += count


def _scan(lane: Lane, counts: Counts) -> Scan:
    columns, found = lane.found["columns"], lane.found["found"]
    assert isinstance(columns, dict)
    assert isinstance(found, list)
    return Scan(
        table=lane.file.table,
        path=lane.file.path,
        delimiter=lane.file.sheet.delimiter,
        columns=tuple(columns),
        found=tuple(found),
        rows=counts.rows_ok,
        settings=lane.found,
    )


def _explained(connection: duckdb.DuckDBPyConnection, lane: Lane) -> Outcome | None:
    """What the careful lane says about the rows that were left out; None when it has to see all."""
    file = lane.file
    records = [int(str(record)) for (record,) in _ask(connection, lane, "failing")]
    rows = tuple(_rows(lane, records))
    unseen = (row for row in rows if row.record > len(lane.head))
    both = careful.gather(file.prepared, chain(lane.head, unseen))
    if not forms.same_decisions(lane.settings[file.table], both[file.table]):
        return None
    outcome = careful.load(file.request, replace(file.prepared, rows=lambda: rows), both, file.stem())
    recovered = outcome.tables.get(file.table)
    if file.table == "order_items" and recovered is not None and recovered.num_rows:
        return None  # occurrence numbers count all rows of an order
    return outcome


def _rows(lane: Lane, records: Sequence[int]) -> Iterator[Row]:
    """The records of these numbers (from 1, header not counted), tokenised with care."""
    file, sheet = lane.file, lane.file.sheet
    shift = 0 if sheet.has_header else 1
    places = lane.proof.places(file.data, [record - shift for record in records])
    for record, place in zip(records, places, strict=True):
        text = bytes(file.data[place.start : place.end]).decode("utf-8")
        found = next(tokenise.records(text, sheet.delimiter, len(sheet.headers)))
        cells, problem = found.cells or (found.shown,), found.problem
        if sheet.has_header and is_header(sheet.headers, cells):
            problem = HEADER_AGAIN
        yield Row(place.line, record, file.table, cells, problem=problem)


def _together(connection: duckdb.DuckDBPyConnection, lane: Lane, recovered: pa.Table | None) -> pa.Table:
    """The rows DuckDB has read and the recovered ones, as one Arrow table in file order."""
    sql = query(lane.file.table, "rows")
    table = connection.sql(sql, params=parameters(sql, lane.found)).to_arrow_table(ARROW_ROWS)
    kinds = {column.name: column.kind for column in lane.file.mapped.table.columns}
    types = [ARROW[kinds[name]] if name in kinds else pa.int64() for name in table.column_names]
    table = table.cast(pa.schema(list(zip(table.column_names, types, strict=True))))
    if recovered is not None and recovered.num_rows:
        table = pa.concat_tables([table, recovered.select(table.column_names)])
    return table if _in_order(table["record"]) else table.take(pc.sort_indices(table["record"]))


def _in_order(records: pa.ChunkedArray) -> bool:
    numbers = records.to_numpy()
    return bool((numbers[1:] > numbers[:-1]).all())

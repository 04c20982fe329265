"""What goes into the intake and what comes out: requests, recognitions, parcels, rejects, scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from socialroi import limits

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Request:
    """One file somebody wants read, and what they said about it.

    `label` is the display name, never opened as a path. `columns` maps header names, or 1-based
    positions written as text, to "column" or "table.column" of the schema; an empty value leaves
    the column out; a survey's question with its scale, as in "csat:1-5", makes answers of it. `fixed`
    maps canonical columns that the file lacks to the one cell they have in every row. `timezone` is an
    IANA name and applies to times without an offset. `currency` is an ISO 4217 code and applies to rows
    that name none.
    """

    path: str | Path
    label: str
    table: str | None = None
    format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    header: bool = True
    timezone: str | None = None
    currency: str | None = None
    keeps_unanswered: str | None = None
    keep_text: bool = False
    profile: limits.Profile = limits.LOCAL


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file seems to be, before anything of it is loaded.

    `mapping` goes from the file's header to "column", or "table.column" where a format fills
    several tables; None means the column is left out. `samples` are the first values by header,
    each cut to `limits.TEXT_SHOWN`. `questions` are what the reader still has to say, as sentences.
    `certain` is False for a format that is only known by its column names: somebody has to confirm it,
    by asking for it by name.
    """

    format: str
    tables: tuple[str, ...]
    delimiter: str
    encoding: str
    headers: tuple[str, ...]
    mapping: Mapping[str, str | None]
    samples: Mapping[str, tuple[str, ...]]
    questions: tuple[str, ...]
    keeps_unanswered: str
    notes: tuple[str, ...]
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that was not loaded.

    `line` is the physical line of the file on which the record starts, from 1. `column` is the
    file's own header or position, empty when the whole record is at fault. `shown` is the cell,
    cut to `limits.TEXT_SHOWN`.
    """

    line: int
    column: str
    reason: str
    shown: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What the careful readers say about the rows of a `Scan` that were not ok.

    `rows` are those that can be loaded after all, `rejects` and `rejected` as in a `Parcel`, `notes` those
    about the whole file, which take the place of `Scan.notes`.
    """

    rows: pa.Table | None
    rejects: tuple[Reject, ...]
    rejected: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """A proven clean file that the writer's own DuckDB may read directly: see `fast.select`.

    `found` are the canonical columns the select yields beside `ok`: whether a row may be loaded as it
    is, and `record`: its number, or null where the rows come in the order of the file. `rows` counts all
    of them. `settle` takes the numbers of the rows that were not ok, in order; it gives None when these
    change what the columns mean, and then the whole file has to be read again with `reread`.
    """

    table: str
    source: str
    path: str
    found: tuple[str, ...]
    rows: int
    settings: Mapping[str, object]
    notes: tuple[str, ...]
    settle: Callable[[Sequence[int]], Settled | None]
    reread: Callable[[], Parcel]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Everything read from one file.

    A table has the canonical columns that were found, typed by the schema, `record` (the record's
    number in the file, from 1, header not counted) and for formats that know people by address
    the normalised `email`, `phone` and `handle`. `rejects` lists at most `limits.REJECTS_KEPT`
    records, `rejected` counts all of them; those of a `Scan` are not known before it is settled.
    `rows_read` counts the records of the file.
    """

    format: str
    label: str
    file_hash: str
    rows_read: int
    tables: Mapping[str, pa.Table | Scan]
    rejects: tuple[Reject, ...]
    rejected: int
    keeps_unanswered: str
    timezone: str | None
    currency: str | None
    notes: tuple[str, ...]

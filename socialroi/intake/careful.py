"""The careful lane: every record read by the rules, one chunk of columns at a time.

Two passes over the records: the first gathers evidence where a form is decided for a whole column,
the second reads. Each record is loaded whole or listed as rejected with line, column and reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from socialroi.intake import amounts, coerce, refusals, rules
from socialroi.intake.cells import BLANKS, Bad, Noted
from socialroi.intake.coerce import Reader, Setting
from socialroi.intake.headers import Mapped, Source
from socialroi.intake.instants import NaiveTime
from socialroi.intake.rows import ARROW, Outcome, Prepared, Row
from socialroi.intake.shapes import Reject, Request

#: Records held as columns at once: enough to be quick, few enough to be small.
CHUNK = 50_000

Settings = Mapping[str, Sequence[Setting]]
Columns = dict[str, list[object]]


def read(request: Request, prepared: Prepared, stem: str) -> Outcome:
    """Read every row. `stem` begins the keys that are made for rows without one.

    Errors: FileRefused when the zone, the order of day and month or the currency is open, when the
    file has more rows than the profile allows, or more than half of them are rejected.
    """
    outcome = load(request, prepared, gather(prepared, prepared.rows()), stem)
    refusals.refuse_mostly_rejected(request, outcome)
    return outcome


def gather(prepared: Prepared, rows: Iterable[Row]) -> Settings:
    """What `rows` say about each column, by table and in the order of its sources."""
    settings = {
        name: [
            Setting(prepared.zone, coerce.evidence_for(source.column), source.hint)
            for source in mapped.sources
        ]
        for name, mapped in prepared.tables.items()
    }
    watched = {name: list(_watched(mapped, settings[name])) for name, mapped in prepared.tables.items()}
    for row in rows if any(watched.values()) else ():
        for position, evidence in () if row.problem else watched[row.table]:
            cell = row.cells[position].strip(BLANKS)
            if cell and cell.lower() not in coerce.MISSING:
                evidence.see(cell)
    return settings


def _watched(mapped: Mapped, settings: Sequence[Setting]) -> Iterator[tuple[int, coerce.Evidence]]:
    for source, setting in zip(mapped.sources, settings, strict=True):
        if setting.evidence is not None:
            yield source.position, setting.evidence


def load(request: Request, prepared: Prepared, settings: Settings, stem: str) -> Outcome:
    """Read every row with evidence already gathered; see `read`."""
    refusals.refuse_open_questions(request, prepared.tables, settings)
    currency = refusals.currency(request, prepared, settings)
    tables = [
        _Table(request, mapped, settings[name], rules.Book(mapped, stem, currency, request.keep_text))
        for name, mapped in prepared.tables.items()
    ]
    outcome = Outcome(currency=currency)
    for chunk in _chunks(prepared.rows(), None if prepared.grouped else CHUNK):
        _load(tables, chunk, outcome)
        refusals.refuse_too_many(request, outcome)
    outcome.tables = {table.name: pa.concat_tables(table.parts) for table in tables}
    return outcome


def _chunks(rows: Iterable[Row], size: int | None) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        if size is not None and len(chunk) >= size:
            yield chunk
            chunk = []
        chunk.append(row)
    yield chunk


def _load(tables: Sequence[_Table], chunk: Sequence[Row], outcome: Outcome) -> None:
    """Read one chunk into the tables; whatever is wrong with a record keeps it out of all of them."""
    bad: dict[int, Reject] = {row.record: row.rejected for row in chunk if row.problem}
    outcome.set_aside += len({row.record for row in chunk if row.by_rule})
    columns = [table.read(chunk, bad, outcome.noted) for table in tables]
    _reject_groups(chunk, bad)
    for table, values in zip(tables, columns, strict=True):
        table.keep(values, bad, outcome.noted)
    for record in sorted(bad):
        outcome.reject(bad[record])
    outcome.rows_read = chunk[-1].record if chunk else outcome.rows_read


def _reject_groups(chunk: Sequence[Row], bad: dict[int, Reject]) -> None:
    """Rows that belong together are rejected together."""
    broken = {row.group: row.line for row in chunk if row.group and row.record in bad}
    for row in chunk:
        if row.group in broken and row.record not in bad:
            name = coerce.shown(row.group)
            reason = f"Another row of {name} was rejected, on line {broken[row.group]}."
            bad[row.record] = Reject(row.line, "", reason, name)


class _Table:
    """One table being read: its readers, what is derived for it, and the parts that are done."""

    def __init__(
        self, request: Request, mapped: Mapped, settings: Sequence[Setting], book: rules.Book
    ) -> None:
        self.request, self.mapped, self.settings, self.book = request, mapped, settings, book
        self.name = mapped.table.name
        self.readers = [
            coerce.reader(s.column, setting) for s, setting in zip(mapped.sources, settings, strict=True)
        ]
        self.parts: list[pa.Table] = []
        self.rows: list[Row] = []

    def read(self, chunk: Sequence[Row], bad: dict[int, Reject], noted: Counter[str]) -> Columns:
        """The values by column; every row with a bad cell goes into `bad`."""
        self.rows = [row for row in chunk if row.table == self.name and not row.problem]
        columns: Columns = {}
        for source, reader in zip(self.mapped.sources, self.readers, strict=True):
            columns[source.column.name], wrong = self._column(source, reader, noted)
            for at, reason in wrong:
                _reject(bad, self.rows[at], source, reason)
        self._foreign(columns, bad)
        for at, name, reason in rules.contradictions(self.mapped, columns):
            source = next(source for source in self.mapped.sources if source.column.name == name)
            _reject(bad, self.rows[at], source, reason)
        return columns

    def _foreign(self, columns: Columns, bad: dict[int, Reject]) -> None:
        """Reject rows in which an amount names another currency than the row's own column."""
        for source, setting in zip(self.mapped.sources, self.settings, strict=True):
            evidence = setting.evidence
            if isinstance(evidence, amounts.Evidence) and evidence.symbols and "currency" in columns:
                for row, own in zip(self.rows, columns["currency"], strict=True):
                    named = amounts.named(row.cells[source.position].strip(BLANKS))
                    if named not in {None, own}:
                        _reject(bad, row, source, f"The amount is in {named} and its row in {own}.")

    def _column(
        self, source: Source, reader: Reader, noted: Counter[str]
    ) -> tuple[list[object], list[tuple[int, str]]]:
        cells = [row.cells[source.position] for row in self.rows]
        try:
            return read_column(cells, reader, noted, required=source.column.required)
        except NaiveTime as naive:
            raise refusals.zone_needed(self.request, source, str(naive)) from None

    def keep(self, columns: Columns, bad: Mapping[int, Reject], noted: Counter[str]) -> None:
        """Add the rows that are not bad, with what is derived, as an Arrow table."""
        kept = [at for at, row in enumerate(self.rows) if row.record not in bad]
        columns = {name: [values[at] for at in kept] for name, values in columns.items()}
        records = [self.rows[at].record for at in kept]
        completed = self.book.complete(columns, records, noted)
        kinds = self.book.kinds
        arrays = {name: pa.array(values, ARROW[kinds[name]]) for name, values in completed.items()}
        self.parts.append(pa.table({**arrays, "record": pa.array(records, pa.int64())}))


def _reject(bad: dict[int, Reject], row: Row, source: Source, reason: str) -> None:
    """Note the first thing that is wrong with a record."""
    if row.record in bad:
        return
    if any(cell.strip(BLANKS) for cell in row.cells):
        header = row.headers[source.position] if row.headers else source.header
        bad[row.record] = Reject(row.line, header, reason, coerce.shown(row.cells[source.position]))
    else:
        bad[row.record] = Reject(row.line, "", "The row is empty.", "")


def read_column(
    cells: Sequence[str], reader: Reader, noted: Counter[str], *, required: bool
) -> tuple[list[object], list[tuple[int, str]]]:
    """Values, and (index, reason) of the bad ones. Equal cells are read once; notes are counted."""
    memo: dict[str, object] = {}
    values: list[object] = []
    wrong: list[tuple[int, str]] = []
    for at, cell in enumerate(cells):
        if cell not in memo:
            memo[cell] = _read(cell, reader, required=required)
        value = memo[cell]
        if isinstance(value, Noted):
            noted[value.note] += 1
            value = value.value
        elif isinstance(value, Bad):
            wrong.append((at, str(value)))
            value = None
        values.append(value)
    return values, wrong


def _read(cell: str, reader: Reader, *, required: bool) -> object:
    trimmed = cell.strip(BLANKS)
    try:
        value = reader(trimmed) if trimmed else None
    except Bad as bad:
        return bad
    except NaiveTime:
        raise NaiveTime(trimmed) from None
    return Bad("The cell is empty, and this column is needed.") if value is None and required else value

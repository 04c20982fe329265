"""The careful lane: every record read by the rules, one chunk of columns at a time.

Two passes over the records: the first gathers evidence where a form is decided for a whole column,
the second reads. Each record is loaded whole or listed as rejected with line, column and reason.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import pyarrow as pa

from socialroi.intake import amounts, coerce, refusals, rules
from socialroi.intake.cells import BLANKS, Bad, Noted
from socialroi.intake.coerce import Reader, Setting
from socialroi.intake.headers import Mapped, Source
from socialroi.intake.instants import NaiveTime
from socialroi.intake.rows import ARROW, EMPTY, Chunk, Outcome, Prepared, Rows, chunks
from socialroi.intake.shapes import Reject, Request

#: Rows held as columns at once: enough to be quick, few enough to be small.
CHUNK = 50_000
#: How many rows that were divided into columns for the first pass are kept for the second.
HELD = 1_000_000
_ODD = (Noted, Bad)

Settings = Mapping[str, Sequence[Setting]]
Columns = dict[str, list[object]]
NO_ROWS = Rows((), (), lambda position: (), 0, lambda at, position: "")


def read(request: Request, prepared: Prepared, stem: str) -> Outcome:
    """Read every row. `stem` begins the keys that are made for rows without one.

    Errors: FileRefused when the zone, the order of day and month or the currency is open, when the
    file has more rows than the profile allows, or more than half of them are rejected.
    """
    first, second = _twice(prepared)
    outcome = load(request, prepared, second, gather(prepared, first), stem)
    refusals.refuse_mostly_rejected(request, outcome)
    return outcome


def _twice(prepared: Prepared) -> tuple[Iterable[Chunk], Iterable[Chunk]]:
    """The rows of the file in chunks, for both passes; columns are divided once if they are not too many."""
    if prepared.chunks is None and not prepared.grouped:
        return chunks(prepared.rows(), CHUNK), chunks(prepared.rows(), CHUNK)
    held: deque[Chunk] = deque()
    size = 0
    for chunk in prepared.chunks() if prepared.chunks else chunks(prepared.rows()):
        held.append(chunk)
        size += sum(len(rows.records) for rows in chunk.tables.values())
        if size > HELD and prepared.chunks:
            return prepared.chunks(), prepared.chunks()
    return held, (held.popleft() for _ in range(len(held)))


def gather(prepared: Prepared, found: Iterable[Chunk]) -> Settings:
    """What the rows say about each column, by table and in the order of its sources."""
    settings = {
        name: [
            Setting(prepared.zone, coerce.evidence_for(source.column), source.hint)
            for source in mapped.sources
        ]
        for name, mapped in prepared.tables.items()
    }
    watched = {name: list(_watched(mapped, settings[name])) for name, mapped in prepared.tables.items()}
    for chunk in found if any(watched.values()) else ():
        for name, rows in chunk.tables.items():
            for position, evidence in watched[name]:
                _see(rows.column(position), evidence)
    return settings


def _see(cells: Iterable[str], evidence: coerce.Evidence) -> None:
    """Take each cell into account, equal ones once: nothing is decided by how many they are."""
    for cell in dict.fromkeys(cell.strip(BLANKS) for cell in dict.fromkeys(cells)):
        if cell and cell.lower() not in coerce.MISSING:
            evidence.see(cell)


def _watched(mapped: Mapped, settings: Sequence[Setting]) -> Iterator[tuple[int, coerce.Evidence]]:
    for source, setting in zip(mapped.sources, settings, strict=True):
        if setting.evidence is not None:
            yield source.position, setting.evidence


def load(
    request: Request, prepared: Prepared, found: Iterable[Chunk], settings: Settings, stem: str
) -> Outcome:
    """Read every row with evidence already gathered; see `read`."""
    refusals.refuse_open_questions(request, prepared.tables, settings)
    currency = refusals.currency(request, prepared, settings)
    tables = [
        _Table(request, mapped, settings[name], rules.Book(mapped, stem, currency, request.keep_text))
        for name, mapped in prepared.tables.items()
    ]
    outcome = Outcome(currency=currency)
    for chunk in chain(found, (Chunk({}, (), 0),)):
        _load(tables, chunk, outcome)
        refusals.refuse_too_many(request, outcome)
    outcome.tables = {table.name: pa.concat_tables(table.parts) for table in tables}
    return outcome


def _load(tables: Sequence[_Table], chunk: Chunk, outcome: Outcome) -> None:
    """Read one chunk into the tables; whatever is wrong with a record keeps it out of all of them."""
    bad: dict[int, Reject] = {row.record: row.rejected for row in chunk.problems}
    outcome.set_aside += len({row.record for row in chunk.problems if row.by_rule})
    columns = [table.read(chunk, bad, outcome.noted) for table in tables]
    _reject_groups(chunk, bad)
    for table, values in zip(tables, columns, strict=True):
        table.keep(values, bad, outcome.noted)
    for record in sorted(bad):
        outcome.reject(bad[record])
    outcome.rows_read = chunk.last or outcome.rows_read


def _reject_groups(chunk: Chunk, bad: dict[int, Reject]) -> None:
    """Rows that belong together are rejected together; of several that are broken the last is named."""
    if not bad:
        return
    grouped = [
        each
        for rows in chunk.tables.values()
        for each in zip(rows.records, rows.lines, rows.groups, strict=False)
        if each[2]
    ]
    broken = {group: line for record, line, group in sorted(grouped) if record in bad}
    for record, line, group in grouped:
        if group in broken and record not in bad:
            name = coerce.shown(group)
            reason = f"Another row of {name} was rejected, on line {broken[group]}."
            bad[record] = Reject(line, "", reason, name)


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
        self.rows = NO_ROWS

    def read(self, chunk: Chunk, bad: dict[int, Reject], noted: Counter[str]) -> Columns:
        """The values by column; every row with a bad cell goes into `bad`."""
        self.rows = chunk.tables.get(self.name, NO_ROWS)
        columns: Columns = {}
        for source, reader in zip(self.mapped.sources, self.readers, strict=True):
            columns[source.column.name], wrong = self._column(source, reader, noted)
            for at, reason in wrong:
                _reject(bad, self.rows, at, source, reason)
        self._foreign(columns, bad)
        for at, name, reason in rules.contradictions(self.mapped, columns):
            source = next(source for source in self.mapped.sources if source.column.name == name)
            _reject(bad, self.rows, at, source, reason)
        return columns

    def _foreign(self, columns: Columns, bad: dict[int, Reject]) -> None:
        """Reject rows in which an amount names another currency than the row's own column."""
        for source, setting in zip(self.mapped.sources, self.settings, strict=True):
            evidence = setting.evidence
            if isinstance(evidence, amounts.Evidence) and evidence.symbols and "currency" in columns:
                cells = self.rows.column(source.position)
                for at, (cell, own) in enumerate(zip(cells, columns["currency"], strict=True)):
                    named = amounts.named(cell.strip(BLANKS))
                    if named not in {None, own}:
                        _reject(bad, self.rows, at, source, f"The amount is in {named} and its row in {own}.")

    def _column(
        self, source: Source, reader: Reader, noted: Counter[str]
    ) -> tuple[list[object], list[tuple[int, str]]]:
        cells = self.rows.column(source.position)
        try:
            return read_column(cells, reader, noted, required=source.column.required)
        except NaiveTime as naive:
            raise refusals.zone_needed(self.request, source, str(naive)) from None

    def keep(self, columns: Columns, bad: Mapping[int, Reject], noted: Counter[str]) -> None:
        """Add the rows that are not bad, with what is derived, as an Arrow table."""
        records = list(self.rows.records)
        if not bad.keys().isdisjoint(records):
            kept = [at for at, record in enumerate(records) if record not in bad]
            columns = {name: [values[at] for at in kept] for name, values in columns.items()}
            records = [records[at] for at in kept]
        completed = self.book.complete(columns, records, noted)
        kinds = self.book.kinds
        arrays = {name: pa.array(values, ARROW[kinds[name]]) for name, values in completed.items()}
        self.parts.append(pa.table({**arrays, "record": pa.array(records, pa.int64())}))


def _reject(bad: dict[int, Reject], rows: Rows, at: int, source: Source, reason: str) -> None:
    """Note the first thing that is wrong with a record."""
    record, line, place = rows.records[at], rows.lines[at], source.position
    if record in bad:
        return
    if any(rows.column(position)[at].strip(BLANKS) for position in (place, *range(rows.width))):
        header = rows.header(at, place) or source.header
        bad[record] = Reject(line, header, reason, coerce.shown(rows.column(place)[at]))
    else:
        bad[record] = Reject(line, "", EMPTY, "")


def read_column(
    cells: Sequence[str], reader: Reader, noted: Counter[str], *, required: bool
) -> tuple[list[object], list[tuple[int, str]]]:
    """Values, and (index, reason) of the bad ones. Equal cells are read once; notes are counted."""
    read = {cell: _read(cell, reader, required=required) for cell in dict.fromkeys(cells)}
    odd = {cell: value for cell, value in read.items() if isinstance(value, _ODD)}
    read |= {cell: value.value if isinstance(value, Noted) else None for cell, value in odd.items()}
    wrong: list[tuple[int, str]] = []
    for at, cell in enumerate(cells) if odd else ():
        value = odd.get(cell)
        if isinstance(value, Noted):
            noted[value.note] += 1
        elif isinstance(value, Bad):
            wrong.append((at, str(value)))
    return [read[cell] for cell in cells], wrong


def _read(cell: str, reader: Reader, *, required: bool) -> object:
    trimmed = cell.strip(BLANKS)
    try:
        value = reader(trimmed) if trimmed else None
    except Bad as bad:
        return bad
    except NaiveTime:
        raise NaiveTime(trimmed) from None
    return Bad("The cell is empty, and this column is needed.") if value is None and required else value

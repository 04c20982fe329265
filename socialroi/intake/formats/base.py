"""What a format declares, and how a declared format is read.

Most formats are two tables of words: by which headers a file is known, and from which of them each of
our columns is filled. `Makes` says the second; `prepare` turns it into rows. A format that needs more
brings a function of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import accumulate, chain, repeat
from typing import Literal, NamedTuple

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake import headers
from socialroi.intake.blocks import Block, Columns
from socialroi.intake.headers import Mapped, Source, Told, columns_of
from socialroi.intake.objects import Objects
from socialroi.intake.rows import EMPTY, HEADER_AGAIN, Ask, Chunk, Prepared, Row, Rows, one_by_one
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

KeepsUnanswered = Literal["yes", "no", "unknown"]


class Cells:
    """The cells of one record, trimmed, by normalised header; "" where the file has no such column."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: Columns, at: int) -> None:
        self._columns, self._at = columns, at

    def __getitem__(self, header: str) -> str:
        return self._columns[header][self._at]

    @property
    def is_empty(self) -> bool:
        """Whether the record holds nothing but blanks."""
        return not any(column[self._at] for column in self._columns.every())


def records(columns: Columns) -> list[Cells]:
    """The records of a block, one by one."""
    return [Cells(columns, at) for at in range(columns.count)]


class Fixed(NamedTuple):
    """A cell that is the same in every row of a format."""

    cell: str


class Computed(NamedTuple):
    """A cell made of others. `header` is what a reject names and what the file must have for it."""

    header: str
    of: Callable[[Cells], str]


#: Where a cell comes from: a header as the vendor writes it, several of which the first one present
#: counts, a fixed cell or a computed one.
From = str | tuple[str, ...] | Fixed | Computed


@dataclass(frozen=True, slots=True)
class Makes:
    """One row of `table` that a record makes: where each of its columns comes from.

    Columns are canonical ones, and email, phone or handle. A column of which the file has no header is
    left out. `when` says whether a record makes this row at all. Columns in `utc` have times in UTC;
    `hints` are what was told about columns, as in "day-first".
    """

    table: str
    columns: Mapping[str, From]
    when: Callable[[Cells], bool] | None = None
    utc: frozenset[str] = frozenset()
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Format:
    """One export format.

    `needs` are sets of normalised headers by any of which a delimited file is recognised; the longest
    set that fits decides between formats. `matches` recognises a JSON file by its objects. `identity`
    says in a sentence how people are known in it. A format that is not `certain` is one whose headers
    we know at second hand: it is offered and has to be confirmed. `zone` is the one its times are in,
    if the vendor says so. `reads` are headers that only its rules read. `problem` says why a record is no
    row of ours. `aside` tells the lines of the report that are no records, such as a footer, by their
    first cell. `refusal` is (reason, remedy) for a file that we know and cannot use.
    """

    name: str
    sentence: str
    tables: tuple[str, ...]
    keeps_unanswered: KeepsUnanswered
    identity: str
    needs: tuple[frozenset[str], ...] = ()
    notes: tuple[str, ...] = ()
    certain: bool = True
    makes: tuple[Makes, ...] = ()
    zone: str | None = None
    reads: tuple[str, ...] = ()
    problem: Callable[[Cells], str] | None = None
    aside: Callable[[str], bool] | None = None
    refusal: tuple[str, str] | None = None
    matches: Callable[[Objects], bool] | None = None
    prepare: Callable[[Request, Sheet], Prepared] | None = None
    prepare_objects: Callable[[Request, Objects], Prepared] | None = None
    prepare_bytes: Callable[[Request, memoryview], Prepared] | None = None


def known_by(*names: str) -> frozenset[str]:
    """Headers, as the vendor writes them, by which a file is recognised."""
    return frozenset(schema.normalise(name) for name in names)


def made_by(form: Format, request: Request, sheet: Sheet) -> Prepared:
    """A delimited file of a format that declares what it makes, as `request.columns` corrects it."""
    asked = headers.questions(request, sheet.headers)
    makes = [_corrected(each, request, sheet.headers) for each in form.makes]
    makes = [each for made in makes for each in _per_question(made, asked)]
    return tabled(form, request, sheet, makes)


def tabled(
    form: Format,
    request: Request,
    sheet: Sheet,
    makes: Sequence[Makes],
    *,
    skip: int = 0,
    zone: str | None = None,
    asks: tuple[Ask, ...] = (),
) -> Prepared:
    """The rows that `makes` makes of a sheet, of whose first records `skip` belong to the header."""
    _refuse_doubled(request, sheet.headers, makes)
    layout = _layout(makes, {schema.normalise(header): header for header in reversed(sheet.headers)})
    made = partial(_chunks, form, sheet, skip, layout, [each for each in makes if each.table in layout])
    tables = {table: mapped(table, columns) for table, columns in layout.items()}
    left_out = headers.unused(sheet.headers, [*_used(makes), *form.reads])
    return Prepared(
        tables,
        partial(one_by_one, made),
        request.timezone or zone or form.zone,
        request.currency,
        notes=(*sheet.notes, *left_out),
        asks=asks + confirmed(form, request),
        chunks=made,
    )


def confirmed(form: Format, request: Request) -> tuple[Ask, ...]:
    """What to ask about a format that is not certain and that nobody has named."""
    if form.certain or request.format == form.name:
        return ()
    question = f"Is this what it looks like? {form.sentence}"
    return (
        Ask(question, f"If it is, say so: --format {form.name}. If not, map its columns with --columns."),
    )


class Layout(dict[str, Told]):
    """The columns of one table in the order of its rows' cells, each with where it is told."""


def mapped(table: str, columns: Mapping[str, Told]) -> Mapped:
    """The columns of a table whose rows give their cells in this order."""
    known = {column.name: column for column in columns_of(schema.TABLES[table])}
    sources = tuple(
        Source(known[name], at, told.header, told.hint) for at, (name, told) in enumerate(columns.items())
    )
    return Mapped(schema.TABLES[table], sources, ())


def _layout(makes: Sequence[Makes], present: Mapping[str, str]) -> dict[str, Layout]:
    """By table the columns that the file has, in the order of the schema."""
    found: dict[str, dict[str, Told]] = {}
    for each in makes:
        table = found.setdefault(each.table, {})
        for name, source in each.columns.items():
            told = _told(source, present, each, name)
            if told is not None:
                table.setdefault(name, told)
    order = {name: [column.name for column in columns_of(schema.TABLES[name])] for name in found}
    return {
        table: Layout((name, columns[name]) for name in order[table] if name in columns)
        for table, columns in found.items()
    }


def _told(source: From, present: Mapping[str, str], each: Makes, name: str) -> Told | None:
    hint = each.hints.get(name, "utc" if name in each.utc else "")
    if isinstance(source, Fixed):
        return Told(name, hint)
    first = next((key for key in map(schema.normalise, _named(source)) if key in present), None)
    return None if first is None else Told(present[first], hint)


def _chunks(
    form: Format, sheet: Sheet, skip: int, layout: Mapping[str, Layout], makes: Sequence[Makes]
) -> Iterator[Chunk]:
    """What the records make, without the rest of the header and the lines of the report."""
    gone = list(range(1, skip + 1))
    for block in sheet.blocks():
        gone += [number for number in _aside(form, block) if number > skip]
        yield _Making(form, sheet, block, gone).chunk(layout, makes)


def _aside(form: Format, block: Block) -> list[int]:
    """The numbers of the records that are lines of the report."""
    if form.aside is None:
        return []
    texts = chain(
        zip(block.numbers, block.column(0), strict=True),
        ((each.number, each.record.shown) for each in block.problems),
    )
    return sorted(number for number, text in texts if form.aside(text))


class _Part(NamedTuple):
    """The rows of one kind that a block makes: its records, where their cells come from, and the headers."""

    places: list[int]
    sources: list[From]
    headers: list[str]


class _Making:
    """What a block of records makes. Records that are `gone` are left out and not counted."""

    def __init__(self, form: Format, sheet: Sheet, block: Block, gone: Sequence[int]) -> None:
        self.form, self.sheet, self.block, self.gone = form, sheet, block, gone
        self.numbers = [self._number(number) for number in block.numbers] if gone else block.numbers
        self.kept = [at for at, number in enumerate(self.numbers) if number]
        self.columns = Columns(block, sheet.names)
        self.cells = records(self.columns)

    def _number(self, number: int) -> int:
        """The number of a record among those that count; 0 for one that is gone."""
        before = bisect_left(self.gone, number)
        return 0 if self.gone[before : before + 1] == [number] else number - before

    def chunk(self, layout: Mapping[str, Layout], makes: Sequence[Makes]) -> Chunk:
        """The rows by table, and every record that makes none with the reason."""
        again = dict.fromkeys(self._again(), HEADER_AGAIN)
        ruled = self._ruled()
        odd = {**dict.fromkeys(self._empty(), EMPTY), **ruled, **again}
        good = [at for at in self.kept if at not in odd]
        parts: dict[str, list[_Part]] = {name: [] for name in layout}
        left = set(good)
        for each in makes:
            places = [at for at in good if each.when(self.cells[at])] if each.when is not None else good
            left.difference_update(places)
            parts[each.table].append(_Part(places, *_sources(each, layout[each.table])))
        odd |= dict.fromkeys(left, "The row holds nothing that is loaded.")
        problems = [*self._undivided(), *self._problems(odd, by_rule=ruled.keys() - again.keys())]
        tables = {name: self._rows(each) for name, each in parts.items()}
        last = max(chain((row.record for row in problems), self.numbers), default=0)
        return Chunk(tables, problems, last)

    def _ruled(self) -> dict[int, str]:
        """What the format's own rule says of a record that is none of ours."""
        rule = self.form.problem
        if rule is None:
            return {}
        return {at: said for at in self.kept if (said := rule(self.cells[at]))}

    def _again(self) -> Iterable[int]:
        return self.block.like(self.sheet.headers) if self.sheet.has_header else ()

    def _empty(self) -> Iterable[int]:
        return self.block.like([""] * len(self.sheet.headers))

    def _problems(self, found: Mapping[int, str], by_rule: Set[int]) -> Iterator[Row]:
        """Records with a problem. The first cell may be somebody's name, so it is not shown."""
        for at, problem in found.items():
            if self.numbers[at]:
                line = self.block.lines[at]
                yield Row(line, self.numbers[at], "", ("",), problem=problem, by_rule=at in by_rule)

    def _undivided(self) -> Iterator[Row]:
        for number, record in self.block.problems:
            if counted := self._number(number):
                yield Row(record.line, counted, "", (record.shown,), problem=record.problem)

    def _rows(self, parts: Sequence[_Part]) -> Rows:
        """The rows of one table in the order of the file; of one record in the order of `parts`."""
        places = list(chain.from_iterable(part.places for part in parts))
        order = sorted(range(len(places)), key=places.__getitem__) if len(parts) > 1 else range(len(places))
        starts = list(accumulate((len(part.places) for part in parts), initial=0))

        @cache
        def column(position: int) -> Sequence[str]:
            cells = list(chain.from_iterable(self._column(part, position) for part in parts))
            return cells if len(parts) == 1 else [cells[at] for at in order]

        def header(at: int, position: int) -> str:
            return parts[bisect_right(starts, order[at]) - 1].headers[position]

        records = [self.numbers[places[at]] for at in order]
        lines = [self.block.lines[places[at]] for at in order]
        return Rows(records, lines, column, len(parts[0].headers), header)

    def _column(self, part: _Part, position: int) -> Iterable[str]:
        source = part.sources[position]
        if isinstance(source, Fixed):
            return repeat(source.cell, len(part.places))
        if isinstance(source, Computed):
            return [source.of(self.cells[at]) for at in part.places]
        column = self.columns[schema.normalise(part.headers[position])]
        return [column[at] for at in part.places]


def _sources(each: Makes, columns: Layout) -> tuple[list[From], list[str]]:
    """Where the cells of a row come from, and which header of the file each is read from."""
    sources = [each.columns.get(name, Fixed("")) for name in columns]
    return sources, [_header(*pair) for pair in zip(sources, columns.values(), strict=True)]


def _header(source: From, told: Told) -> str:
    """The header a cell of this row is read from: `told`, unless this row has its own."""
    if isinstance(source, Fixed):
        return told.header
    names = _named(source)
    return told.header if schema.normalise(told.header) in map(schema.normalise, names) else names[0]


def _refuse_doubled(request: Request, found: Sequence[str], makes: Sequence[Makes]) -> None:
    """FileRefused when a header that is read stands in the file twice."""
    used = {schema.normalise(name) for name in _used(makes)}
    headers.refuse_doubled(request.label, [name for name in found if schema.normalise(name) in used])


def _used(makes: Sequence[Makes]) -> list[str]:
    """Every header from which something is made."""
    return [name for each in makes for source in each.columns.values() for name in _named(source)]


def _named(source: From) -> tuple[str, ...]:
    if isinstance(source, Computed):
        return (source.header,)
    if isinstance(source, Fixed):
        return ()
    return (source,) if isinstance(source, str) else source


def _corrected(each: Makes, request: Request, found: Sequence[str]) -> Makes:
    """What a format makes, after what the user said about its columns."""
    columns, hints = dict(each.columns), dict(each.hints)
    for position, (target, hint) in headers.told(request, found).items():
        table, _, name = target.rpartition(".")
        if table not in {"", each.table} or name in schema.QUESTIONS:
            continue
        header = found[position]
        columns = {key: value for key, value in columns.items() if header not in _named(value)[:1]}
        if name in {column.name for column in columns_of(schema.TABLES[each.table])}:
            columns[name] = header
            hints |= {name: hint} if hint else {}
    fixed = {name: cell for name, cell in request.fixed.items() if name in schema.TABLES[each.table].by_name}
    return replace(each, columns=columns | {name: Fixed(cell) for name, cell in fixed.items()}, hints=hints)


def _per_question(each: Makes, asked: Mapping[str, headers.Scale]) -> Iterator[Makes]:
    """A survey row for every column that was said to be a question; any other row as it is."""
    if each.table != "surveys" or not asked:
        yield each
        return
    for header, scale in asked.items():
        yield replace(each, columns={**each.columns, **answers(header, scale)})


def answers(header: str, scale: headers.Scale) -> dict[str, From]:
    """The columns of a survey row that say which question was asked, on which scale, and the answer."""
    return {
        "question": Fixed(scale.question),
        "score": header,
        "scale_min": Fixed(f"{scale.low:g}"),
        "scale_max": Fixed(f"{scale.high:g}"),
        "high_is_good": Fixed("yes" if scale.high_is_good else "no"),
    }


@dataclass(frozen=True, slots=True)
class Made:
    """One row of a format that is not a sheet: what table, and its cells by canonical column."""

    line: int
    record: int
    table: str
    cells: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    shown: str = ""


def from_objects(
    form: Format,
    request: Request,
    layout: Mapping[str, Mapping[str, Told | str]],
    made: Callable[[], Iterable[Made]],
    *,
    zone: str | None = None,
    notes: tuple[str, ...] = (),
) -> Prepared:
    """The rows of a JSON format. `layout` says by table which of our columns come from which key."""
    told = {
        table: {name: key if isinstance(key, Told) else Told(key) for name, key in columns.items()}
        for table, columns in layout.items()
    }
    tables = {table: mapped(table, columns) for table, columns in told.items()}

    def rows() -> Iterator[Row]:
        for each in made():
            names = told[each.table]
            cells = [each.cells.get(name, "") for name in names] if not each.problem else [each.shown]
            yield Row(each.line, each.record, each.table, cells, problem=each.problem)

    return Prepared(
        tables,
        rows,
        request.timezone or zone or form.zone,
        request.currency,
        notes=notes,
        asks=confirmed(form, request),
    )


def refused(request: Request, form: Format) -> FileRefused:
    """The refusal of a file that we know and cannot use."""
    assert form.refusal is not None
    return FileRefused(request.label, *form.refusal)

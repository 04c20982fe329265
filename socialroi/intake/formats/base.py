"""What a format declares, and how a declared format is read.

Most formats are two tables of words: by which headers a file is known, and from which of them each of
our columns is filled. `Makes` says the second; `prepare` turns it into rows. A format that needs more
brings a function of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, NamedTuple

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake import headers
from socialroi.intake.cells import BLANKS
from socialroi.intake.headers import Mapped, Source, Told, columns_of
from socialroi.intake.objects import Objects
from socialroi.intake.rows import HEADER_AGAIN, Ask, Prepared, Row, is_header
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

KeepsUnanswered = Literal["yes", "no", "unknown"]


class Cells(dict[str, str]):
    """The cells of one record, trimmed, by normalised header; "" where the file has no such column.

    Exports are wide and formats read few of their columns, so a cell is looked up when it is asked for.
    """

    __slots__ = ("_places", "_raw")

    def __init__(self, raw: Sequence[str] = (), places: Mapping[str, int] | None = None) -> None:
        self._raw, self._places = raw, places or {}

    def __missing__(self, header: str) -> str:
        at = self._places.get(header)
        found = self[header] = "" if at is None else self._raw[at].strip(BLANKS)
        return found

    @property
    def is_empty(self) -> bool:
        """Whether the record holds nothing but blanks."""
        return not any(cell and not cell.isspace() and cell.strip(BLANKS) for cell in self._raw)


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
    names = [schema.normalise(header) for header in sheet.headers]
    layout = _layout(makes, {schema.normalise(header): header for header in reversed(sheet.headers)})
    records = partial(_records, form, sheet, names, skip)
    made = partial(_made, records, layout, [each for each in makes if each.table in layout])
    tables = {table: mapped(table, columns) for table, columns in layout.items()}
    left_out = headers.unused(sheet.headers, [*_used(makes), *form.reads])
    return Prepared(
        tables,
        made,
        request.timezone or zone or form.zone,
        request.currency,
        notes=(*sheet.notes, *left_out),
        asks=asks + confirmed(form, request),
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


class _Record(NamedTuple):
    """A record of the file: its place, its cells by header, or what is wrong with it and its text."""

    line: int
    number: int
    cells: Cells
    problem: str = ""
    shown: str = ""
    by_rule: bool = False


def _records(form: Format, sheet: Sheet, names: Sequence[str], skip: int) -> Iterator[_Record]:
    """The data records, without the rest of the header and the lines of the report."""
    places = {name: at for at, name in reversed(list(enumerate(names))) if name}
    number = -skip
    for record in sheet.records():
        number += 1
        if number <= 0:
            continue
        raw = record.cells
        if raw is None:
            if form.aside is not None and form.aside(record.shown):
                number -= 1
                continue
            yield _Record(record.line, number, Cells(), record.problem, record.shown)
            continue
        if form.aside is not None and form.aside(raw[0].strip(BLANKS)):
            number -= 1
            continue
        cells = Cells(raw, places)
        problem = form.problem(cells) if form.problem is not None else ""
        again = sheet.has_header and is_header(sheet.headers, raw)
        problem = HEADER_AGAIN if again else problem
        # the first cell may be somebody's name, so it is not shown
        yield _Record(record.line, number, cells, problem, by_rule=bool(problem) and not again)


def _made(
    records: Callable[[], Iterator[_Record]], layout: Mapping[str, Layout], makes: Sequence[Makes]
) -> Iterator[Row]:
    readers = [(each, *_readers(each, layout[each.table])) for each in makes]
    first = next(iter(layout))
    for record in records():
        problem = record.problem or ("The row is empty." if record.cells.is_empty else "")
        if problem:
            yield Row(
                record.line,
                record.number,
                first,
                (record.shown,),
                problem=problem,
                by_rule=record.by_rule,
            )
            continue
        made = False
        for each, read, names in readers:
            if each.when is None or each.when(record.cells):
                made = True
                cells = [get(record.cells) for get in read]
                yield Row(record.line, record.number, each.table, cells, headers=names)
        if not made:
            problem = "The row holds nothing that is loaded."
            yield Row(record.line, record.number, first, (record.shown,), problem=problem)


def _readers(each: Makes, columns: Layout) -> tuple[list[Callable[[Cells], str]], list[str]]:
    """How the cells of a row are got, and which header of the file each is read from."""
    sources = [each.columns.get(name, Fixed("")) for name in columns]
    shown = list(zip(sources, columns.values(), strict=True))
    return [_reader(*pair) for pair in shown], [_header(*pair) for pair in shown]


def _reader(source: From, told: Told) -> Callable[[Cells], str]:
    if isinstance(source, Fixed):
        return lambda cells: source.cell
    if isinstance(source, Computed):
        return source.of
    at = schema.normalise(_header(source, told))
    return lambda cells: cells[at]


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

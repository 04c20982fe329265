"""Headers to canonical columns: which column of which table each header of a file means.

Names and aliases are compared normalised. What was told beats a name, a name beats an alias, an
earlier alias a later one. Headers never travel further than this module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from socialroi import schema
from socialroi.errors import FileRefused, UnknownName, UsageError, nearest
from socialroi.intake.shapes import Request
from socialroi.schema import Column, Table

#: How a person may be known in a file that has no customer ids. Never stored as they are.
ADDRESSES = (
    Column(
        "email", "text", "E-mail address of the customer.", personal=True,
        aliases=("e_mail", "email_address", "customer_email", "mail"),
    ),
    Column(
        "phone", "text", "Phone number of the customer.", personal=True,
        aliases=("phone_number", "mobile", "customer_phone", "telephone"),
    ),
    Column(
        "handle", "text", "Name of the customer on a network.", personal=True,
        aliases=("username", "screen_name", "user_name"),
    ),
)  # fmt: skip

#: Keys that are made of the file and the row number when a file has none.
MADE_KEYS = {
    "orders": "order_id",
    "order_items": "order_id",
    "interactions": "message_id",
    "surveys": "response_id",
}

#: What a file of order lines has and a file of orders has not.
TELLING = ("product_id", "line", "unit_price", "unit_cost")

HINTS = ("day-first", "month-first", "utc")
#: How many columns that were left out are named.
LISTED = 20


class Told(NamedTuple):
    """The header a column is read from, as a reject names it, and the hint for reading it."""

    header: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a canonical column stands in the file: its 0-based position, its header, what was told."""

    column: Column
    position: int
    header: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table and where its columns stand. `left_out` are headers nothing is read from."""

    table: Table
    sources: tuple[Source, ...]
    left_out: tuple[str, ...]
    exact: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical columns that were found."""
        return tuple(source.column.name for source in self.sources)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that were not found and cannot be made; an address stands for a customer's id."""
        there = {*self.names, MADE_KEYS.get(self.table.name)}
        if there & {column.name for column in ADDRESSES}:
            there.add("customer_id")
        return tuple(name for name in self.table.required if name not in there)


def columns_of(table: Table) -> tuple[Column, ...]:
    """The canonical columns of a table, and the addresses where it knows customers."""
    return table.columns + (ADDRESSES if table.name in schema.ABOUT_CUSTOMERS else ())


def refuse_doubled(label: str, headers: Sequence[str]) -> None:
    """FileRefused when two columns have the same name: nobody could say which one is meant."""
    counted = Counter(schema.normalise(header) for header in headers)
    doubled = sorted(
        {header for header in headers if header.strip() and counted[schema.normalise(header)] > 1}
    )
    if doubled:
        reason = f"the header names a column twice: {', '.join(map(repr, doubled[:5]))}."
        raise FileRefused(label, reason, "Rename or remove one of them and load the file again.")


def told(request: Request, headers: Sequence[str]) -> dict[int, tuple[str, str]]:
    """What `request.columns` says: position -> ("table.column" or "column" or "", hint).

    Errors: UnknownName for a header, column or hint that does not exist.
    """
    return {_position(request, key, headers): _target(value) for key, value in request.columns.items()}


def _position(request: Request, key: str, headers: Sequence[str]) -> int:
    by_name = {schema.normalise(header): position for position, header in enumerate(headers)}
    if request.header and schema.normalise(key) in by_name:
        return by_name[schema.normalise(key)]
    if key.isdigit() and 1 <= int(key) <= len(headers):
        return int(key) - 1
    if key.isdigit() or not request.header:
        raise UsageError(f"{request.label} has columns 1 to {len(headers)}, and no column {key!r}.")
    raise UnknownName(f"header in {request.label}", key, [header for header in headers if header.strip()])


def _target(value: str) -> tuple[str, str]:
    name, _, hint = value.partition(":")
    table, _, column = name.rpartition(".")
    if column in schema.QUESTIONS and table in {"", "surveys"}:
        _scale(column, hint)
        return column, hint
    if hint and hint not in HINTS:
        raise UnknownName("hint for a column", hint, HINTS)
    if table and table not in schema.TABLES:
        raise UnknownName("table", table, schema.TABLES)
    tables = [schema.TABLES[table]] if table else list(schema.TABLES.values())
    names = {known.name for each in tables for known in columns_of(each)}
    if name and column not in names:
        raise UnknownName("column" if not table else f"column of {table}", column, names)
    return name, hint


@dataclass(frozen=True, slots=True)
class Scale:
    """A survey question and the scale it was asked on, as somebody declared it."""

    question: str
    low: float
    high: float
    high_is_good: bool


_SCALE = re.compile(r"(-?\d{1,4})-(\d{1,4})(:low-is-good)?")


def _scale(question: str, hint: str) -> Scale:
    found = _SCALE.fullmatch(hint)
    if found is None or int(found[1]) >= int(found[2]):
        raise UsageError(
            f"The scale of {question} has to be declared, as in {question}:1-5, or, when the lowest point is "
            f"the best answer, {question}:1-5:low-is-good."
        )
    return Scale(question, int(found[1]), int(found[2]), found[3] is None)


def questions(request: Request, headers: Sequence[str]) -> dict[str, Scale]:
    """The headers that were said to be survey questions, with their scales."""
    said = told(request, headers)
    return {
        headers[position]: _scale(name, hint)
        for position, (name, hint) in said.items()
        if name in schema.QUESTIONS
    }


def unused(found: Sequence[str], used: Iterable[str]) -> tuple[str, ...]:
    """A sentence about the headers from which nothing is read; none when all are."""
    read = {schema.normalise(header) for header in used}
    return left_out([header for header in found if header.strip() and schema.normalise(header) not in read])


def left_out(headers: Sequence[str]) -> tuple[str, ...]:
    """A sentence that names the columns nothing is read from; none when there are none."""
    if not headers:
        return ()
    more = f" and {len(headers) - LISTED} more" if len(headers) > LISTED else ""
    return (f"Columns left out: {', '.join(header[:40] for header in headers[:LISTED])}{more}.",)


def mapped(
    headers: Sequence[str], table: Table, said: Mapping[int, tuple[str, str]], fixed: Iterable[str] = ()
) -> Mapped:
    """Which headers mean which columns of `table`. An address is used only without a customer id.

    `fixed` are columns that no header means, with the cell of every row: they stand behind the others.

    Errors: UsageError when two headers are said to be the same column.
    """
    matching = _Matching(headers, table)
    for position, (name, hint) in said.items():
        matching.tell(position, name, hint)
    for place, name in enumerate(fixed, len(headers)):
        matching.fix(place, name)
    for column in matching.columns.values():
        matching.try_names(column, (column.name,))
    exact = len(matching.found)
    for column in matching.columns.values():
        matching.try_names(column, column.aliases)
    return matching.result(exact)


class _Matching:
    """The columns of one table that have been found so far, and the headers still free."""

    def __init__(self, headers: Sequence[str], table: Table) -> None:
        self.headers, self.table = headers, table
        self.columns = {column.name: column for column in columns_of(table)}
        self.found: dict[str, Source] = {}
        self.told: set[int] = set()
        self.free = {schema.normalise(header): at for at, header in enumerate(headers) if header.strip()}

    def tell(self, position: int, name: str, hint: str) -> None:
        """Take what the user said about one header; an empty name leaves it out."""
        self.free.pop(schema.normalise(self.headers[position]), None)
        column = self.columns.get(name.rpartition(".")[2])
        if column is None:
            return
        if column.name in self.found:
            both = f"{self.found[column.name].header!r} and {self.headers[position]!r}"
            raise UsageError(f"Two columns are said to be {column.name}: {both}.")
        self.found[column.name] = Source(column, position, self.headers[position], hint)
        self.told.add(position)

    def fix(self, place: int, name: str) -> None:
        """Take a column whose one cell stands behind those of the file."""
        column = self.columns.get(name)
        if column is not None and name not in self.found:
            self.found[name] = Source(column, place, name)

    def try_names(self, column: Column, names: Sequence[str]) -> None:
        """Give the column the first free header of one of these names; `..._utc` says its zone."""
        hinted = [(name, "") for name in names]
        if column.kind == "instant":
            hinted += [(f"{name}_utc", "utc") for name in names]
        for name, hint in hinted if column.name not in self.found else ():
            if name in self.free:
                position = self.free.pop(name)
                self.found[column.name] = Source(column, position, self.headers[position], hint)
                return

    def result(self, exact: int) -> Mapped:
        """What was found, in the order of the schema."""
        # beside a customer's id, a name in a row of a conversation may be that of whoever wrote it
        doubtful = self.table.name == "interactions" and "customer_id" in self.found
        sources = tuple(
            source
            for source in (self.found[name] for name in self.columns if name in self.found)
            if not (doubtful and source.column in ADDRESSES) or self._is_plain(source)
        )
        used = {source.position for source in sources}
        left_out = tuple(h for at, h in enumerate(self.headers) if at not in used and h.strip())
        return Mapped(self.table, sources, left_out, exact)

    def _is_plain(self, source: Source) -> bool:
        """Whether the header was told, or is the very name of its column."""
        return source.position in self.told or schema.normalise(source.header) == source.column.name


def best(request: Request, headers: Sequence[str]) -> Mapped:
    """The canonical table these headers belong to, with its columns.

    Errors: FileRefused when none fits or two fit equally well; UnknownName for a bad `table`.
    """
    said = told(request, headers)
    tables = _candidates(request, said)
    fits = sorted((mapped(headers, table, said, request.fixed) for table in tables), key=_rank, reverse=True)
    forced = len(tables) == 1
    whole = [fit for fit in fits if not fit.missing and (forced or _key_found(fit) or said)]
    if not whole:
        raise _no_table(request, headers, max(fits, key=lambda fit: _rank(fit)[1]), forced)
    if len(whole) > 1 and _rank(whole[0]) == _rank(whole[1]):
        names = f"{whole[0].table.name} or {whole[1].table.name}"
        raise FileRefused(
            request.label,
            f"its columns fit {names} equally well.",
            f"Say which: --table {whole[0].table.name}.",
        )
    return whole[0]


def _key_found(fit: Mapped) -> bool:
    """Whether the file has what tells this table from others: an order's id, a line's product."""
    made = MADE_KEYS.get(fit.table.name)
    lines = fit.table.name != "order_items" or any(name in fit.names for name in TELLING)
    return lines and (made not in fit.table.required or made in fit.names)


def _candidates(request: Request, said: Mapping[int, tuple[str, str]]) -> list[Table]:
    """The tables that were named, else those that have every column that was named."""
    named = {name.rpartition(".")[0] for name, _ in said.values()} - {""} | {request.table or ""} - {""}
    if len(named) > 1:
        listed = ", ".join(sorted(named))
        raise UsageError(f"The columns of {request.label} are said to belong to several tables: {listed}.")
    wanted = {name.rpartition(".")[2] for name, _ in said.values()} - {""} | set(request.fixed)
    tables = [schema.TABLES[name] for name in named] or list(schema.TABLES.values())
    fitting = [table for table in tables if wanted <= {column.name for column in columns_of(table)}]
    if not fitting:
        where = f"Table {tables[0].name} has not" if named else "No table has"
        raise UsageError(f"{where} all the columns named for {request.label}: {', '.join(sorted(wanted))}.")
    return fitting


def _rank(fit: Mapped) -> tuple[int, int]:
    """Fewest required columns missing, then most headers matched, exact ones counting three times."""
    return -len(fit.missing), fit.exact * 2 + len(fit.sources)


def _no_table(request: Request, headers: Sequence[str], nearest_fit: Mapped, forced: bool) -> FileRefused:
    table = nearest_fit.table
    found = ", ".join(repr(header) for header in headers[:12]) + (", ..." if len(headers) > 12 else "")
    made = (
        ()
        if forced
        else tuple(n for n in table.required if n not in nearest_fit.names and n not in nearest_fit.missing)
    )
    missing = ", ".join(nearest_fit.missing + made)
    reason = f"no column for {missing}, which {table.name} need. Found: {found}."
    if not forced:
        reason = f"it looks like no table we know; the nearest is {table.name}, but there is {reason}"
    hints = did_you_mean(nearest_fit)
    accepted = f"Columns of {table.name}: {', '.join(column.name for column in table.columns)}."
    remedy = f"{hints}{accepted} Map yours with --columns {_example(headers, nearest_fit)}."
    return FileRefused(request.label, reason, remedy)


def did_you_mean(fit: Mapped) -> str:
    """Sentences for headers that were left out and look like a column that was not found."""
    open_names = [column.name for column in fit.table.columns if column.name not in fit.names]
    near = ((header, nearest(schema.normalise(header), open_names)) for header in fit.left_out)
    return "".join(f"Did you mean {name} by {header!r}? " for header, name in near if name)


def _example(headers: Sequence[str], fit: Mapped) -> str:
    given = next((header for header in fit.left_out), headers[0] if headers else "1")
    name = fit.missing[0] if fit.missing else fit.table.columns[0].name
    return f'"{given}={name}"'

"""Rows the intake read into their table: hashed, merged with what is there, counted.

The SQL is in loads/: what all tables share in shared.sql, what names a table in a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.store import engine, sql

if TYPE_CHECKING:
    import pyarrow as pa

    from socialroi.intake import Parcel, Scan

#: What is kept of addresses for a while: their hashes, and which tool gave the id they belong to.
ADDRESSED = (*schema.ADDRESSES, "issuer")
#: The tables whose keys are the numbers of one tool.
NUMBERED = ("interactions", "orders", "surveys")


#: What may tell that a row is about somebody who was erased, by table; see removals/left_out.sql.
TELLTALES: Mapping[str, tuple[str, ...]] = {
    "customers": ("persons",),
    "identities": ("persons", "addresses"),
    "orders": ("persons", "orders"),
    "order_items": ("persons", "orders"),
    "interactions": ("persons", "authors", "conversations"),
    "surveys": ("persons", "conversations"),
    "assignments": ("assigned",),
}
#: Columns of other people's rows that may name the erased.
MENTIONS = ("referred_by", "reply_to")


class Merged(NamedTuple):
    """Rows that came, that are new or changed, that replaced an older version, of nobody known; the parcel
    with everything that was said about its rows; and how many were about somebody erased and stay out.
    """

    came: int
    loaded: int
    replaced: int
    unlinked: int
    parcel: Parcel
    erased: int


def merge(con: engine.Connection, parcel: Parcel, batch: str, name: str) -> Merged:
    """Bring the rows of one table of a parcel into the database.

    The first rows of a table have nothing to be compared with and go straight into it, unless they
    bring addresses, which must not, or somebody was erased, who must not come back. Errors: FileRefused
    when most rows of a scan turn out to be bad; then nothing of it stays.
    """
    known = _known(parcel, batch, name)
    own, shared = sql.steps(name), sql.steps("shared")
    brings_addresses = known["kept"] != known["told"]
    is_guarded = name in TELLTALES and bool(_count(con, _ERASED, known))
    goes_straight = not brings_addresses and not is_guarded and _has_rows(parcel.tables[name])
    is_first = goes_straight and not _count(con, _ANY, known)
    steps = (
        _Steps(own["fill"], own["fill"], own) if is_first else _Steps(shared["stage"], shared["add"], shared)
    )
    parcel = _bring(con, parcel, known, steps)
    erased = _leave_out(con, known) if is_guarded else 0
    came = _count(con, _CAME, known)
    if name == "interactions":
        _run(con, known, _COVERAGE)
    _run(con, known, shared["earlier"])
    if is_first:
        _run(con, known, own["once"])
    elif brings_addresses:
        _run(con, known, shared["match"], shared["address"], shared["settle"], own["merge"], shared["links"])
    else:
        _run(con, known, shared["match"], shared["settle"], own["merge"])
    replaced = 0 if is_first else _count(con, _REPLACED, known)
    unlinked = _count(con, _UNLINKED, known) if name in schema.ABOUT_CUSTOMERS else 0
    merged = Merged(came, _count(con, _LOADED, known), replaced, unlinked, parcel, erased)
    _run(con, known, shared["close"])
    return merged


def _leave_out(con: engine.Connection, known: dict[str, Any]) -> int:
    """Take rows about the erased out of those that came; gives how many."""
    before, steps = _count(con, _CAME, known), sql.steps("left_out", folder="removals")
    _run(con, known, *(steps[name] for name in TELLTALES[known["table"]]))
    _run(con, known, *(steps[name] for name in MENTIONS if name in known["told"]))
    return before - _count(con, _CAME, known)


def refuse_strangers(con: engine.Connection, parcel: Parcel) -> None:
    """FileRefused when rows of this file would replace rows that another tool knows by the same number."""
    if parcel.format == "canonical":
        return
    for name in [name for name in NUMBERED if name in parcel.tables]:
        known = _known(parcel, "", name)
        with _readable(con, parcel.tables[name]):
            found = _all(con, _STRANGERS, known)
        if found:
            (key,), (form, example, count) = known["key"], found[0]
            raise FileRefused(
                parcel.label,
                f"{count} of its {name} have a {key} that {form} files already brought, such as {example!r}. "
                "Nobody can tell whether these are the same.",
                "Load the two tools into databases of their own, or load this file as canonical with a "
                f"{key} that begins with the tool's name.",
            )


class _Steps(NamedTuple):
    """How rows come in where they are compared or kept: the first ones, more of them, and other steps."""

    first: str
    more: str
    others: Mapping[str, str]


def _bring(con: engine.Connection, parcel: Parcel, known: dict[str, Any], steps: _Steps) -> Parcel:
    """Bring the rows in, and settle those of a scan that are not ok."""
    from socialroi.intake import Scan

    rows = parcel.tables[known["table"]]
    _insert(con, rows, known, steps.first)
    if not isinstance(rows, Scan):
        return parcel
    if rows.source == "scan":
        _run(con, known, steps.others["number"])
    doubtful = [record for (record,) in _all(con, _DOUBTFUL, known)]
    _run(con, known, steps.others["discard"])
    if not doubtful:
        return replace(parcel, notes=(*parcel.notes, *rows.notes))
    try:
        settled = rows.settle(doubtful)
    except FileRefused:
        _run(con, known, steps.others["empty"], sql.steps("shared")["close"])
        raise
    if settled is None:
        again = rows.reread()
        _run(con, known, steps.others["empty"])
        _insert(con, again.tables[known["table"]], known, steps.more)
        return again
    if settled.rows is not None:
        _insert(con, settled.rows, known, steps.more)
    return replace(
        parcel, rejects=settled.rejects, rejected=settled.rejected, notes=(*parcel.notes, *settled.notes)
    )


def _insert(con: engine.Connection, rows: pa.Table | Scan, known: dict[str, Any], step: str) -> None:
    own, shared = sql.steps(known["table"]), sql.steps("shared")
    with _readable(con, rows):
        _run(con, known, shared["open"], own["open"], step)


def _all(con: engine.Connection, question: str, known: dict[str, Any]) -> list[tuple[Any, ...]]:
    with engine.answering():
        rows: list[tuple[Any, ...]] = engine.run(con, question, known).fetchall()
    return rows


_DOUBTFUL = "select record from incoming where batch_id is null order by record"
_ERASED = "select count(*) from erased"
_ANY = "select count(*) from query_table($table)"
_CAME = "select count(*) from incoming"
_LOADED = "select count(*) from query_table($table) where batch_id = $batch"
_REPLACED = "select count(*) from matched where not same"
_UNLINKED = "select count(*) from query_table($table) where batch_id = $batch and customer_id is null"
#: Rows whose number another tool gave to rows of its own; canonical files may correct anybody's.
_STRANGERS = """
with mine as (
    select columns(lambda name: list_contains($key, name)) as key from parcel
),
theirs as (
    select columns(lambda name: list_contains($key, name)) as key, batch_id from query_table($table)
)
select b.format, min(t.key), count(*)
from theirs as t
join mine as m on m.key = t.key
join batches as b on b.batch_id = t.batch_id and b.table_name = $table
where split_part(b.format, '_', 1) not in ('canonical', split_part($format, '_', 1))
group by b.format
order by count(*) desc, b.format
"""
_COVERAGE = """
insert into batch_coverage
with filled as (
    select * from blank
    union all by name
    select * from incoming
),
-- posts that answer nobody say nothing about the conversations of their channel
said as (
    select channel, sent_at
    from filled
    where author_kind is distinct from 'campaign'
),
span as (
    select min(sent_at) as first_at, max(sent_at) as last_at
    from said
)
select distinct cast($batch as varchar), coalesce(f.channel, ''), s.first_at, s.last_at
from said as f
cross join span as s
"""


def _known(parcel: Parcel, batch: str, name: str) -> dict[str, Any]:
    """What the statements of a load ask for; names of columns are those of the schema."""
    rows, table = parcel.tables[name], schema.TABLES[name]
    columns = set(_names(rows))
    addresses = ADDRESSED if columns.intersection(schema.ADDRESSES) else ()
    columns.update(table.key, ("customer_id",) if addresses else ())
    told = [column.name for column in table.columns if column.name in columns]
    return {
        "batch": batch, "format": parcel.format, "table": name, "key": table.key, "told": told,
        "kept": [*told, *addresses],
    }  # fmt: skip


def _run(con: engine.Connection, known: dict[str, Any], *scripts: str) -> None:
    for script in scripts:
        engine.change(con, script, known)


def _count(con: engine.Connection, question: str, known: dict[str, Any]) -> int:
    ((n,),) = _all(con, question, known)
    return int(n)


def _names(rows: pa.Table | Scan) -> Iterable[str]:
    """The columns that the intake found."""
    from socialroi.intake import Scan

    return rows.found if isinstance(rows, Scan) else rows.column_names


def _has_rows(rows: pa.Table | Scan) -> bool:
    from socialroi.intake import Scan

    return bool(rows.rows if isinstance(rows, Scan) else rows.num_rows)


@contextmanager
def _readable(con: engine.Connection, rows: pa.Table | Scan) -> Iterator[None]:
    """Make the rows readable as `parcel`: Arrow as it is, a scan as a view the database reads itself."""
    from socialroi.intake import Scan, fast  # the parsers are not needed to open a store

    if isinstance(rows, Scan):
        text, params = fast.select(rows)
        con.register("parcel", con.sql(text, params=params))
    else:
        con.register("parcel", rows)
    try:
        yield
    finally:
        con.unregister("parcel")

"""Everything that is stored about one customer, table by table: what the law calls access to one's data."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from socialroi import schema
from socialroi.errors import UsageError
from socialroi.store import derived, engine, identities, removing, sql, whose, workspace
from socialroi.store.store import Store

#: What a reader has to know before the rows.
NOT_STORED = (
    "Names, e-mail addresses, phone numbers, handles and customer ids: only keyed hashes of them, such as "
    "c_0123456789abcdef, which cannot be turned back.",
    "The text of messages, unless the setting keep_text was on when the file was loaded; then it is in the "
    "column text.",
    "Columns of the original files that the tables below do not have: they were never read in.",
    "Rejected rows and uploads beside the database: they are kept for repair for a few days and belong to no "
    "customer yet.",
)
#: Derived tables, found by their columns, so that one added later is never forgotten.
_DERIVED = """
select table_name
from duckdb_columns()
where database_name = 'old' and column_name = 'customer_id' and table_name in (select unnest($derived))
order by table_name
"""
_DERIVED_ROWS = """
select *
from query_table($table)
where customer_id in (select trace from traces)
"""
_SPOKEN = """
select *
from old.episodes
where customer_id in (select trace from traces)
    or conversation_id in (select conversation_id from gone_conversations)
order by opened_at, episode_id
"""
_PLACES = "select distinct place from gone order by place"
#: Rows that stay about others and name this customer; erasing takes the name out of them.
_MENTIONS = """
select 'referred_by in orders of others' as place, count(*) as n
from old.orders
where referred_by in (select trace from traces)
union all
select 'author_id of replies to others', count(*)
from old.interactions as i
left join gone as g on g.place = 'interactions' and g.row = i.rowid
where i.author_kind in ('customer', 'peer') and i.author_id in (select author from authors) and g.row is null
"""


def portrait(db: str | Path, typed: str, *, kind: str | None = None) -> dict[str, Any]:
    """What is stored about one customer: {pseudonyms, tables: [{table, about, rows}], mentions, not_stored}.

    Empty cells are left out.
    The rows are exactly those that `erase` would remove, and the derived ones built from them. Raises
    UsageError when nobody or several may be meant.
    """
    folder = Path(db)
    with closing(Store.open(folder)) as store, workspace.beside(folder) as con:
        traces = whose.traces_of(store, identities.read_key(folder / "key"), typed, kind)
        removing.find(con, traces or removing.nobody())
        return {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "pseudonyms": sorted(traces),
            "tables": [*_facts(con), *_derived(con)],
            "mentions": [{"where": place, "rows": n} for place, n in con.execute(_MENTIONS).fetchall()],
            "not_stored": list(NOT_STORED),
        }


def write(answer: dict[str, Any], out: Path) -> None:
    """Write it as JSON that only this user may read; UsageError rather than over another file."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{str(out)!r} is there already: name another file.") from None
    except OSError as error:
        raise UsageError(f"{str(out)!r} cannot be written ({error.strerror}).") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(answer, file, indent=2, ensure_ascii=False, allow_nan=False, default=str)
        file.write("\n")


def _facts(con: engine.Connection) -> list[dict[str, Any]]:
    steps = sql.steps("portrait", folder="removals")
    return [
        _table(con, place, _about(place), steps[place], {}) for (place,) in con.execute(_PLACES).fetchall()
    ]


def _about(place: str) -> str:
    name = place.removeprefix("superseded_")
    if name == "links":
        return "Which address a file named together with which customer."
    replaced = " An older version, kept so that a load can be taken back." if place != name else ""
    return schema.TABLES[name].sentence + replaced


def _derived(con: engine.Connection) -> list[dict[str, Any]]:
    names = [name for (name,) in con.execute(_DERIVED, {"derived": list(derived.TABLES)}).fetchall()]
    found = [_table(con, name, "Worked out from the rows above.", *_question(name)) for name in names]
    return [table for table in found if table["rows"]]


def _question(name: str) -> tuple[str, dict[str, str]]:
    return (_SPOKEN, {}) if name == "episodes" else (_DERIVED_ROWS, {"table": f"old.{name}"})


def _table(
    con: engine.Connection, name: str, about: str, question: str, known: dict[str, str]
) -> dict[str, Any]:
    asked = con.execute(question, known)
    head = [column for column, *_ in asked.description or ()]
    rows = [
        {column: cell for column, cell in zip(head, row, strict=True) if cell is not None}
        for row in asked.fetchall()
    ]
    return {"table": name, "about": about, "rows": rows}

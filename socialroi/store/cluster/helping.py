"""What SQL on a cluster cannot say: local time, opening hours, who is who. Made on the driver, by DuckDB.

The driver gets the settings, calendars and identity links, the traces that are linked to others, and the
first and last instant of the facts: no message and no order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from socialroi import schema
from socialroi.store import derived, engine, people, sql

#: What the driver makes, each from its own SELECT.
TABLES = {
    "people": "select * from people",
    "zone_offsets": "select * from zone_offsets order by purpose, starts_at",
    "service_clock": "select * from service_clock order by department, opens_at",
}
#: What it needs of the facts: a table of Arrow by name.
NEEDS = ("settings", "calendars", "holidays", "identities", "links")
#: First and last instant of the facts, in Spark's dialect too.
EXTENT = derived.EXTENT

_INSERTS = {
    "settings": "insert into settings by name select * from incoming_rows",
    "calendars": "insert into calendars by name select * from incoming_rows",
    "holidays": "insert into holidays by name select * from incoming_rows",
    "identities": "insert into identities by name select * from incoming_rows",
    "links": "insert into links by name select * from incoming_rows",
    "traces_on_file": "insert into customers by name select * from incoming_rows",
    "traces_bought": "insert into orders by name select * from incoming_rows",
}
#: The facts' first and last instant stand for all the facts between them.
_SPAN = "insert into surveys (asked_at, answered_at) values ($first, $last)"


def known(con: engine.Connection) -> dict[str, Any]:
    """The parameters of the models, from the settings of a database."""
    return derived.parameters(derived.read_settings(con))


def prepared(
    given: Mapping[str, pa.Table], span: tuple[datetime | None, datetime | None]
) -> engine.Connection:
    """A database in memory that holds what the driver was given, with `TABLES` made from it."""
    con = engine.connect_memory()
    engine.change(con, sql.model("tables"))
    for name, rows in given.items():
        con.register("incoming_rows", rows)
        con.execute(_INSERTS[name]).fetchall()
        con.unregister("incoming_rows")
    people.build(con)
    con.execute(_SPAN, {"first": span[0], "last": span[1]}).fetchall()
    derived.fill_zones(con, derived.read_settings(con))
    return con


def made(con: engine.Connection, name: str) -> pa.Table:
    """One of `TABLES` as Arrow; asked on the connection itself: no other sees its temporary tables."""
    return con.sql(TABLES[name]).to_arrow_table()


def social_channels() -> pa.Table:
    """The channels that count as social."""
    return pa.table({"channel": pa.array(schema.SOCIAL_CHANNELS, pa.string())})

"""Derived tables: rebuilt whole, in the same transaction as the change that made it necessary.

The SQL is in models/, one file each. What SQL cannot say portably, local time and opening hours, comes
from zones.py as small tables of UTC instants.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from socialroi import schema
from socialroi.store import engine, settings, sql, zones

#: In dependency order.
MODELS = (
    "people", "order_facts", "coverage", "purchases", "messages", "threads", "waits", "plain_waits",
    "cutoffs", "contacts", "queues", "customer_summary", "episodes", "customer_days", "survey_answers",
)  # fmt: skip
#: Those that are kept; the others are temporary steps.
TABLES = (
    "zone_offsets", "service_clock", "coverage", "episodes", "purchases", "customer_summary",
    "customer_days", "survey_answers",
)  # fmt: skip

_EXTENT = """
with instants as (
    select min(ordered_at) as first_at, max(ordered_at) as last_at from orders
    union all
    select min(ordered_at), max(ordered_at) from order_items
    union all
    select min(sent_at), max(sent_at) from interactions
    union all
    select min(asked_at), max(asked_at) from surveys
    union all
    select min(answered_at), max(answered_at) from surveys
)
select min(first_at), max(last_at) from instants
"""
_HOURS = "select coalesce(department, ''), weekday, opens, closes, zone, valid_from from calendars"
_HOLIDAYS = "select day, coalesce(department, '') from holidays"


def rebuild(con: engine.Connection) -> None:
    """Build every derived table from the facts and settings of this database."""
    chosen = read_settings(con)
    _fill_zones(con, chosen)
    _fill_channels(con)
    known = {
        "silence_s": round(chosen.episode_silence_h * 3600),
        "margin_rate": chosen.margin_rate,
        "currency": chosen.currency,
    }
    for name in MODELS:
        engine.change(con, sql.model(name), known)
    engine.change(con, sql.model("forget"))


def read_settings(con: engine.Connection) -> settings.Settings:
    """The settings stored in this database."""
    rows = con.execute("select name, value from settings").fetchall()
    return settings.from_texts(dict(rows))


def _fill_zones(con: engine.Connection, chosen: settings.Settings) -> None:
    """Rebuild zone_offsets and service_clock for the time the facts cover."""
    first, last = _extent(con)
    offsets = [
        (purpose, *span)
        for purpose, name in (("business", chosen.business_zone), ("reporting", chosen.reporting_zone))
        for span in zones.offset_spans(settings.zone(name), first, last)
    ]
    hours = [zones.OpenHours(*row) for row in con.execute(_HOURS).fetchall()]
    holidays = con.execute(_HOLIDAYS).fetchall()
    clock = zones.service_clock(hours, holidays, chosen.business_zone, first, last)
    con.execute("delete from zone_offsets").fetchall()
    con.execute("delete from service_clock").fetchall()
    _insert(con, "insert into zone_offsets select * from incoming_rows", _OFFSETS, offsets)
    _insert(con, "insert into service_clock select * from incoming_rows", _CLOCK, clock)


_OFFSETS = ("purpose", "starts_at", "ends_at", "offset_s")
_CLOCK = ("department", "day", "opens_at", "closes_at", "next_at", "open_before_s")


def _insert(con: engine.Connection, text: str, columns: tuple[str, ...], rows: list[Any]) -> None:
    """Run an insert that reads its rows from `incoming_rows`."""
    if rows:
        named = zip(columns, zip(*rows, strict=True), strict=True)
        con.register("incoming_rows", pa.table({name: pa.array(values) for name, values in named}))
        con.execute(text).fetchall()
        con.unregister("incoming_rows")


def _extent(con: engine.Connection) -> tuple[datetime, datetime]:
    """First and last instant of the facts, with a day of room; any day when there are none."""
    ((first, last),) = con.execute(_EXTENT).fetchall()
    if first is None:
        first = last = datetime(2000, 1, 1)
    midnight = datetime(first.year, first.month, first.day)
    return midnight - timedelta(days=1), last + timedelta(days=1)


def _fill_channels(con: engine.Connection) -> None:
    con.execute("create or replace temp table social_channels (channel varchar)").fetchall()
    rows = [(channel,) for channel in schema.SOCIAL_CHANNELS]
    _insert(con, "insert into social_channels select * from incoming_rows", ("channel",), rows)

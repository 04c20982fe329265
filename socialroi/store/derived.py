"""Derived tables: rebuilt whole, in the same transaction as the change that made it necessary.

The SQL is in models/, one file each. What SQL cannot say portably, local time and opening hours, comes
from zones.py as small tables of UTC instants.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from socialroi import schema
from socialroi.store import engine, people, settings, sql, zones

#: In dependency order; all of them need `people`.
MODELS = (
    "persons", "order_facts", "coverage", "purchases", "baskets", "messages", "threads", "waits",
    "plain_waits", "cutoffs", "contacts", "queues", "customer_summary", "episodes", "bursts", "customer_days",
    "survey_answers", "posts", "replies", "mentions",
)  # fmt: skip
#: Those that are kept; the others are temporary steps.
TABLES = (
    "zone_offsets", "service_clock", "coverage", "episodes", "purchases", "customer_summary",
    "customer_days", "survey_answers", "persons",
)  # fmt: skip

#: First and last instant of the facts.
EXTENT = """
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
    fill_zones(con, chosen)
    _fill_channels(con)
    known = parameters(chosen)
    people.build(con)
    for name in MODELS:
        engine.change(con, sql.model(name), known)
    engine.change(con, sql.model("forget"))


def parameters(chosen: settings.Settings) -> dict[str, float | str | None]:
    """What the models are told of the settings."""
    return {
        "silence_s": round(chosen.episode_silence_h * 3600),
        "margin_rate": chosen.margin_rate,
        "currency": chosen.currency,
    }


def read_settings(con: engine.Connection) -> settings.Settings:
    """The settings stored in this database."""
    rows = con.execute("select name, value from settings").fetchall()
    return settings.from_texts(dict(rows))


def fill_zones(con: engine.Connection, chosen: settings.Settings) -> None:
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
    _insert(con, _OFFSETS, offsets)
    _insert(con, _CLOCK, clock)


_OFFSETS = """
insert into zone_offsets
select unnest($1), unnest($2), unnest($3), unnest($4)
"""
_CLOCK = """
insert into service_clock
select
    unnest($1), unnest($2), unnest($3), unnest($4), unnest($5),
    unnest($6)
"""


def _insert(con: engine.Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run an insert of whole columns: plain lists, because Arrow would load pandas to read them."""
    if rows:
        con.execute(text, [list(column) for column in zip(*rows, strict=True)]).fetchall()


def _extent(con: engine.Connection) -> tuple[datetime, datetime]:
    """First and last instant of the facts, with a day of room; any day when there are none."""
    ((first, last),) = con.execute(EXTENT).fetchall()
    if first is None:
        first = last = datetime(2000, 1, 1)
    midnight = datetime(first.year, first.month, first.day)
    return midnight - timedelta(days=1), last + timedelta(days=1)


def _fill_channels(con: engine.Connection) -> None:
    con.execute("create or replace temp table social_channels (channel varchar)").fetchall()
    con.execute(_CHANNELS, {"channels": list(schema.SOCIAL_CHANNELS)}).fetchall()


_CHANNELS = "insert into social_channels select unnest($channels)"

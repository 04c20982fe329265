"""The doctor: is the database sound, and do its books agree with its rows?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from socialroi.errors import StoreError
from socialroi.result import Check
from socialroi.store import derived
from socialroi.store.standing import standing
from socialroi.store.store import Store

_PRESENT = """
with facts as (
    select 'customers' as table_name, batch_id, count(*) as n from customers group by batch_id
    union all select 'identities', batch_id, count(*) from identities group by batch_id
    union all select 'orders', batch_id, count(*) from orders group by batch_id
    union all select 'order_items', batch_id, count(*) from order_items group by batch_id
    union all select 'interactions', batch_id, count(*) from interactions group by batch_id
    union all select 'surveys', batch_id, count(*) from surveys group by batch_id
    union all select 'costs', batch_id, count(*) from costs group by batch_id
    union all select 'promises', batch_id, count(*) from promises group by batch_id
    union all select 'calendars', batch_id, count(*) from calendars group by batch_id
    union all select 'holidays', batch_id, count(*) from holidays group by batch_id
    union all select 'events', batch_id, count(*) from events group by batch_id
    union all select 'assignments', batch_id, count(*) from assignments group by batch_id
    union all select 'customers', batch_id, count(*) from superseded_customers group by batch_id
    union all select 'identities', batch_id, count(*) from superseded_identities group by batch_id
    union all select 'orders', batch_id, count(*) from superseded_orders group by batch_id
    union all select 'order_items', batch_id, count(*) from superseded_order_items group by batch_id
    union all select 'interactions', batch_id, count(*) from superseded_interactions group by batch_id
    union all select 'surveys', batch_id, count(*) from superseded_surveys group by batch_id
    union all select 'costs', batch_id, count(*) from superseded_costs group by batch_id
    union all select 'promises', batch_id, count(*) from superseded_promises group by batch_id
    union all select 'calendars', batch_id, count(*) from superseded_calendars group by batch_id
    union all select 'holidays', batch_id, count(*) from superseded_holidays group by batch_id
    union all select 'events', batch_id, count(*) from superseded_events group by batch_id
    union all select 'assignments', batch_id, count(*) from superseded_assignments group by batch_id
),
held as (
    select table_name, batch_id, sum(n) as n
    from facts
    group by table_name, batch_id
)
select
    coalesce(b.batch_id, h.batch_id) as batch_id,
    coalesce(b.table_name, h.table_name) as table_name,
    coalesce(b.rows_loaded, 0) as booked,
    coalesce(h.n, 0) as held
from batches as b
full outer join held as h on h.table_name = b.table_name and h.batch_id = b.batch_id
where coalesce(b.rows_loaded, 0) <> coalesce(h.n, 0)
order by batch_id, table_name
"""
#: Reading every column of every row makes the database check its own sums.
_READ_ALL = {
    "customers": "select count(*), max(hash(t)) from customers as t",
    "identities": "select count(*), max(hash(t)) from identities as t",
    "orders": "select count(*), max(hash(t)) from orders as t",
    "order_items": "select count(*), max(hash(t)) from order_items as t",
    "interactions": "select count(*), max(hash(t)) from interactions as t",
    "surveys": "select count(*), max(hash(t)) from surveys as t",
    "costs": "select count(*), max(hash(t)) from costs as t",
    "promises": "select count(*), max(hash(t)) from promises as t",
    "calendars": "select count(*), max(hash(t)) from calendars as t",
    "holidays": "select count(*), max(hash(t)) from holidays as t",
    "events": "select count(*), max(hash(t)) from events as t",
    "assignments": "select count(*), max(hash(t)) from assignments as t",
    "episodes": "select count(*), max(hash(t)) from episodes as t",
    "purchases": "select count(*), max(hash(t)) from purchases as t",
    "customer_summary": "select count(*), max(hash(t)) from customer_summary as t",
    "customer_days": "select count(*), max(hash(t)) from customer_days as t",
    "survey_answers": "select count(*), max(hash(t)) from survey_answers as t",
    "persons": "select count(*), max(hash(t)) from persons as t",
    "coverage": "select count(*), max(hash(t)) from coverage as t",
    "zone_offsets": "select count(*), max(hash(t)) from zone_offsets as t",
    "service_clock": "select count(*), max(hash(t)) from service_clock as t",
}
_UNCOVERED = """
select count(*)
from episodes
where local_at is null or local_day is null or queue_at_arrival is null or waited_s < 0
"""


def doctor(db: str | Path) -> list[Check]:
    """What `inspect` finds, and whether the folder is private, tidy and locked down; one `Check` each."""
    checks = inspect(db)
    return checks if checks[0].passed is False else [*checks, *standing(Path(db))]


def inspect(db: str | Path) -> list[Check]:
    """Open the database, read all of it, and compare the ledger with the rows; one `Check` each."""
    try:
        store = Store.open(db)
    except StoreError as error:
        return [Check("opens", None, None, False, str(error))]
    with store:
        return [Check("opens", None, None, True, f"Generation {store.generation}."), *_checks(store)]


def _checks(store: Store) -> Iterator[Check]:
    rows = 0
    for table, text in _READ_ALL.items():
        try:
            rows += store.one(text)[0]
        except StoreError as error:
            yield Check(f"reads {table}", None, None, False, str(error))
            return
    yield Check("reads", rows, None, True, f"All {len(_READ_ALL)} tables can be read: {rows} rows.")
    for name, check in (("books", _books), ("derived", _derived)):
        try:
            yield check(store)
        except StoreError as error:
            yield Check(name, None, None, False, str(error))


def _books(store: Store) -> Check:
    """Rows in the facts, or kept aside for undo, against rows in the ledger."""
    off = store.rows(_PRESENT)
    if not off:
        return Check("books", 0, 0, True, "Every batch has as many rows as the ledger says.")
    batch, table, booked, held = off[0]
    sentence = f"Batch {batch} should have {booked} rows in {table} and has {held}. {_RESTORE}"
    return Check("books", len(off), 0, False, sentence)


_RESTORE = "Restore a backup: socialroi restore FILE --db FOLDER --replace."


def _derived(store: Store) -> Check:
    """Whether the derived tables are complete; rebuilding them is safe at any time."""
    (n,) = store.one(_UNCOVERED)
    names = ", ".join(derived.TABLES)
    good = f"{names} are complete."
    bad = f"{n} episodes lack local time or queue, or wait a negative time: socialroi derive rebuilds them."
    return Check("derived", n, 0, n == 0, bad if n else good)

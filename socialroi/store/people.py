"""Who is who: the traces that several files left of one person, brought together.

The SQL is in models/people.sql. What it cannot say without recursion, "until nothing changes", is the
loop here.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from socialroi.store import engine, sql

if TYPE_CHECKING:
    from socialroi.store.store import Store

#: Kinds of links, the hardest to share first.
KINDS = ("external", "email", "phone", "handle")
#: More addresses than this in one source, and an id is no person but a till or a shared login.
MOST_ADDRESSES = 20
#: Rounds after which a chain of meetings is left in pieces.
ROUNDS = 100
#: How many traces around somebody are followed; those of a till are not.
FOLLOWED = 5_000

Claim = tuple[Any, ...]


def build(con: engine.Connection) -> None:
    """Make `people` (customer_id, person, linked_at) from identities and links; see models/people.sql."""
    steps = sql.steps("people", folder="models")
    kinds = {kind for (kind,) in con.execute(_KINDS).fetchall()} & set(KINDS)
    if not kinds:
        engine.change(con, steps["nobody"])
        return
    engine.change(con, steps["open"], {"most_addresses": MOST_ADDRESSES})
    for kind in filter(kinds.__contains__, KINDS):
        engine.change(con, steps["hear"], {"kind": kind})
        _repeat(con, steps["carry"])
        engine.change(con, steps["group"])
    engine.change(con, steps["date"])
    _repeat(con, steps["reach"])
    engine.change(con, steps["people"])


#: Links that link something; most workspaces have none of some kinds, many none at all.
_KINDS = """
select kind from identities where customer_id <> value
union
select kind from links where customer_id <> value
"""


def _repeat(con: engine.Connection, step: str) -> None:
    """Run a step until it has no news."""
    for number in range(1, ROUNDS + 1):
        engine.change(con, step, {"round": number})
        if not _any_news(con):
            return


def _any_news(con: engine.Connection) -> bool:
    ((news,),) = con.execute("select count(*) from news").fetchall()
    return bool(news)


def around(store: Store, traces: Iterable[str]) -> tuple[list[Claim], dict[str, str]]:
    """What links the traces to others, as `_AROUND` says it, and the person of each trace that has another.

    Only the traces that hang together with these are looked at, by the same rules as for all.
    """
    claims = _claims(store, traces)
    known = sorted({trace for claim in claims for trace in claim[2:4]})
    with closing(engine.connect_memory()) as con:
        engine.change(con, sql.model("tables"))
        for table, statement in _INSERTS.items():
            _insert(con, statement, [claim[1:] for claim in claims if claim[0] == table])
        _insert(con, _ON_FILE, store.rows(_FILED, traces=known) if known else [])
        _insert(con, _BUYERS, store.rows(_BOUGHT, traces=known) if known else [])
        build(con)
        return claims, dict(con.execute("select customer_id, person from people").fetchall())


def _claims(store: Store, traces: Iterable[str]) -> list[Claim]:
    """Every claim about one of these traces, or about one that such a claim names, and so on."""
    seen: set[str] = set()
    found: set[Claim] = set()
    fresh = set(traces)
    while fresh and len(seen) < FOLLOWED:
        seen |= fresh
        claims = store.rows(_AROUND, traces=sorted(fresh))
        found.update(claims)
        fresh = {trace for claim in claims for trace in claim[2:4]} - seen
    return sorted(found, key=str)


def _insert(con: engine.Connection, statement: str, rows: list[Claim]) -> None:
    if rows:
        con.execute(statement, [list(column) for column in zip(*rows, strict=True)]).fetchall()


_AROUND = """
with looked_for as (
    select unnest($traces) as trace
)
select 'identities' as said_in, kind, value, customer_id, coalesce(source, batch_id) as source, linked_at
from identities
where value in (select trace from looked_for) or customer_id in (select trace from looked_for)
union all
select 'links', kind, value, customer_id, source, linked_at
from links
where value in (select trace from looked_for) or customer_id in (select trace from looked_for)
"""
_FILED = "select distinct customer_id from customers where customer_id in (select unnest($traces))"
_BOUGHT = """
select customer_id from orders where customer_id in (select unnest($traces))
union
select customer_id from order_items where customer_id in (select unnest($traces))
"""
_INSERTS = {
    "identities": """
insert into identities (kind, value, customer_id, source, linked_at)
select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
""",
    "links": """
insert into links (kind, value, customer_id, source, linked_at)
select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5)
""",
}
_ON_FILE = "insert into customers (customer_id) select unnest($1)"
_BUYERS = "insert into orders (customer_id) select unnest($1)"

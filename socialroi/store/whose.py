"""One person of a database, from what somebody typed: an id, an address, or a pseudonym off a page.

To erase or hand over what is stored about somebody it must be certain who is meant, so two who could be meant
are an error and not a choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialroi.errors import UsageError
from socialroi.store import identities, people

if TYPE_CHECKING:
    from socialroi.store.store import Store

_WORDS = {"external": "an id", "email": "an e-mail address", "phone": "a phone number", "handle": "a handle"}

#: Which of these are known as somebody in any row, current or kept aside for undo.
_PRESENT = """
with known as (
    select customer_id as trace from customers
    union select customer_id from orders
    union select referred_by from orders
    union select customer_id from order_items
    union select customer_id from interactions
    union select 'c_' || substr(author_id, 3) from interactions where author_kind in ('customer', 'peer')
    union select customer_id from surveys
    union select customer_id from identities
    union select customer_id from links
    union select customer_id from superseded_customers
    union select customer_id from superseded_orders
    union select referred_by from superseded_orders
    union select customer_id from superseded_order_items
    union select customer_id from superseded_interactions
    union
    select 'c_' || substr(author_id, 3) from superseded_interactions where author_kind in ('customer', 'peer')
    union select customer_id from superseded_surveys
    union select customer_id from superseded_identities
)
select trace
from known
where trace = any($traces)
"""


def traces_of(store: Store, key: str, typed: str, kind: str | None = None) -> frozenset[str]:
    """Every hash under which files knew the one person who is meant; empty when nobody is.

    Raises UsageError when it may be several, naming each by pseudonym.
    """
    if not typed.strip():
        raise UsageError("Say whom: an id, an e-mail address, a phone number, a handle or a pseudonym.")
    kinds = (kind,) if kind else identities.KINDS
    found = {name: _persons(store, identities.hashes_of(key, typed, (name,))) for name in kinds}
    persons = {person: traces for group in found.values() for person, traces in group.items()}
    if len(persons) > 1:
        raise UsageError(_several(found))
    return next(iter(persons.values()), frozenset())


def _persons(store: Store, hashes: set[str]) -> dict[str, frozenset[str]]:
    """The persons these hashes may stand for, each with all their hashes, if any row knows them."""
    claims, person_of = people.around(store, hashes)
    owners = {customer for _, _, value, customer, *_ in claims if value in hashes}
    wanted = {person_of.get(trace, trace) for trace in hashes | owners}
    seen = hashes | {trace for claim in claims for trace in claim[2:4]}
    groups = {
        person: frozenset({person, *(trace for trace in seen if person_of.get(trace, trace) == person)})
        for person in wanted
    }
    traces = sorted({trace for group in groups.values() for trace in group})
    present = {trace for (trace,) in store.rows(_PRESENT, traces=traces)}
    return {person: group for person, group in groups.items() if group & present}


def _several(found: dict[str, dict[str, frozenset[str]]]) -> str:
    known: dict[str, list[str]] = {}
    for kind, group in found.items():
        for person in group:
            known.setdefault(person, []).append(_WORDS[kind])
    said = ", ".join(f"{person} (as {' and '.join(words)})" for person, words in sorted(known.items()))
    return f"This may be several customers: {said}. Name one of these pseudonyms instead, or add --kind."

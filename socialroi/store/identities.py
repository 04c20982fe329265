"""Who is who without names: identifiers become keyed hashes before they reach the database.

The key is 32 random bytes that never leave the workspace. The same text always gives the same hash, so
rows still join, and nobody without the key can try out e-mail addresses against the file.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from socialroi.errors import StoreDamaged
from socialroi.store import engine, people

if TYPE_CHECKING:
    from socialroi.store.store import Store

KINDS = ("external", "email", "phone", "handle")

#: The same function in SQL; `pepper` is a variable of the connection and never written to the file.
#: A person is their id, else the first address there is; addresses are hashed as `_forms` writes them. The
#: issuer of an id is the tool whose name it begins with, as in zendesk:123.
_MACROS = """
create or replace temp macro pseudonym(prefix, kind, value) as
    prefix || substr(sha256(getvariable('pepper') || '|' || kind || '|' || value), 1, 16);

create or replace temp macro person(customer_id, email, phone, handle) as
    case
        when customer_id is not null then pseudonym('c_', 'external', customer_id)
        when email is not null then pseudonym('c_', 'email', email)
        when phone is not null then pseudonym('c_', 'phone', phone)
        else pseudonym('c_', 'handle', handle)
    end;

create or replace temp macro address(kind, value) as
    pseudonym(
        'c_', kind,
        case kind
            when 'email' then lower(trim(value))
            when 'handle' then ltrim(lower(trim(value)), '@')
            when 'phone' then regexp_replace(regexp_replace(value, '[^+0-9]', '', 'g'), '^00', '+')
            else trim(value)
        end
    );

create or replace temp macro issuer(customer_id) as
    nullif(regexp_extract(customer_id, '^([a-z][a-z_]+:).', 1), '');
"""


def pseudonym(key: str, kind: str, value: str, prefix: str = "c_") -> str:
    """The hash under which `value` is stored: `c_` for customers, `a_` for authors and agents."""
    digest = hashlib.sha256(f"{key}|{kind}|{value}".encode()).hexdigest()
    return prefix + digest[:16]


def prepare(con: engine.Connection, key: str) -> None:
    """Give a writer the SQL functions `pseudonym`, `person` and `address`."""
    con.execute("set variable pepper = $key", {"key": key}).fetchall()
    engine.change(con, _MACROS)


def read_key(file: Path) -> str:
    """The workspace's key; StoreDamaged when it is gone, because nothing would join any more."""
    try:
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreDamaged(_NO_KEY) from error
    if len(key) != 64:
        raise StoreDamaged(_NO_KEY)
    return key


_NO_KEY = (
    "The key of this database is missing or broken, so new rows could not be joined to old ones. "
    "Restore a backup, which has the key in it (socialroi restore FILE --db FOLDER --replace), or load all "
    "files into a new folder."
)


def create_key(file: Path) -> str:
    """Write a new random key, readable by the owner only."""
    key = secrets.token_hex(32)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(key)
        handle.flush()
        os.fsync(handle.fileno())
    return key


def key_mark(key: str) -> str:
    """What a database keeps to tell its own key from another: a hash under it, of nobody."""
    return pseudonym(key, "key", "socialroi", "k_")


def recognise(key: str, marks: list[tuple[str]]) -> None:
    """StoreDamaged when the key is not the one this database was made with: nothing new would join."""
    if marks != [(key_mark(key),)]:
        raise StoreDamaged(_NO_KEY)


def find(store: Store, key: str, typed: str) -> list[str]:
    """The customers that what somebody typed may stand for: an id, e-mail, phone or handle.

    What is typed is hashed, never searched as text. An address that belongs to nobody gives all who have
    it.
    """
    hashes = hashes_of(key, typed)
    claims, persons = people.around(store, hashes)
    owners = {customer for _, _, value, customer, *_ in claims if value in hashes}
    candidates = {persons.get(trace, trace) for trace in hashes | owners}
    return [customer for (customer,) in store.rows(_FIND, customers=sorted(candidates))]


def hashes_of(key: str, typed: str, kinds: Iterable[str] = KINDS) -> set[str]:
    """The hashes under which files may have brought what somebody typed; a pseudonym stands for itself."""
    text = typed.strip()
    if _PSEUDONYM.fullmatch(text):
        return {"c_" + text[2:]}
    return {pseudonym(key, kind, form) for kind in kinds for form in _forms(kind, typed)}


_PSEUDONYM = re.compile("[ac]_[0-9a-f]{16}")


def _forms(kind: str, typed: str) -> set[str]:
    """How an identifier of that kind was written when it was hashed."""
    text = typed.strip()
    if kind == "email":
        return {text.lower()}
    if kind == "handle":
        return {text.lower().lstrip("@")}
    if kind == "phone":
        digits = "".join(c for c in text if c.isdigit())
        return {text, digits, "+" + digits.removeprefix("00")}
    return {text}


_FIND = """
select customer_id
from customer_summary
where customer_id = any($customers)
order by customer_id
"""

"""What the exports of several shops have in common: phone numbers, places, words for what became of orders.

No format of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from socialroi import schema
from socialroi.intake import identity
from socialroi.intake.formats.base import Format, Makes, made_by
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

UNREACHABLE = (
    "Neither a customer id nor a usable e-mail address or phone number, so nothing can be joined to it."
)


def phone(said: str, country: str = "") -> str:
    """A number in E.164, read as one of its country, where it is complete; else as written."""
    read = identity.phone(said, country.upper() or None) if said else said
    return read if isinstance(read, str) else said


def place(country: str, province: str) -> str:
    """A country's code with that of the province, such as US-NY, or the one of them that is known."""
    return "-".join(code for code in (country, province) if code)


def is_reachable(email: str, said: str = "") -> bool:
    """Whether the store can know somebody by this e-mail address or this phone number, in E.164."""
    return isinstance(identity.email(email), str) or isinstance(identity.phone(said), str)


def became(status: str, words: Mapping[str, str]) -> str:
    """What became of an order in our words; a word that is not among the vendor's stays as it is."""
    return words.get(schema.normalise(status), status)


def making(form: Format, makes: Sequence[Makes], request: Request, sheet: Sheet) -> Prepared:
    """A file of a format whose makes depend on the headers the file has."""
    return made_by(replace(form, makes=tuple(makes)), request, sheet)

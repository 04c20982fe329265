"""How an address is written so that the same person is the same everywhere."""

from __future__ import annotations

import re
from functools import lru_cache

from socialroi.intake.cells import Noted

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def email(cell: str) -> Noted | str:
    """Lower case, without `mailto:`; empty and noted when it is no address."""
    address = cell.lower().removeprefix("mailto:")
    return address if _EMAIL.fullmatch(address) else Noted(None, "no_email")


@lru_cache(maxsize=65_536)
def phone(cell: str, region: str | None = None) -> Noted | str:
    """E.164, such as +4930123456; `region` (ISO 3166) helps numbers without a country code.

    Empty and noted when the number is not complete.
    """
    import phonenumbers  # costs 30 ms and few files have phones

    digits = cell.lstrip("'")
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    try:
        number = phonenumbers.parse(digits, region if region in phonenumbers.SUPPORTED_REGIONS else None)
    except phonenumbers.NumberParseException:
        return Noted(None, "no_phone")
    if not phonenumbers.is_possible_number(number):
        return Noted(None, "no_phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def handle(cell: str) -> str:
    """Lower case without the leading at sign."""
    return cell.removeprefix("@").lower()

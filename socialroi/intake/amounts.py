"""Cells to numbers: money, counts, measures. Separators are decided by evidence, never by locale."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from socialroi.intake.cells import Bad, Noted

Point = Literal[".", ","]

#: Signs that name one currency. A dollar or a yen sign names several and so names none here.
SYMBOLS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW", "₪": "ILS", "₴": "UAH",
    "฿": "THB", "R$": "BRL", "zł": "PLN",
}  # fmt: skip
_UNNAMED = ("US$", "C$", "A$", "$", "¥", "kr", "Fr.", "Kč")
_SIGNS = "|".join(re.escape(sign) for sign in sorted([*SYMBOLS, *_UNNAMED], key=len, reverse=True))
_MONEY = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+\u2212])?\s?(?P<before>{_SIGNS}|[A-Z]{{3}})?\s?(?P<inner>[-\u2212])?"
    rf"(?P<digits>\d[\d.,'\u2019 \xa0\u202f]*)"
    rf"\s?(?P<after>{_SIGNS}|[A-Z]{{3}})?(?P<behind>-)?(?P<close>\))?"
)
_SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,]\d+)?[eE][-+]?\d+")
_GROUPS = re.compile(r"\d{1,3}(?P<mark>[.,'\u2019 \xa0\u202f])\d{3}(?:(?P=mark)\d{3})*")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_INTEGER = re.compile(r"[-+]?\d+")
_WHOLE = re.compile(r"[-+]?\d+\.0+")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+")
_FOUR = Decimal("0.0001")
_LARGEST = Decimal(10) ** 14


class Sum(NamedTuple):
    """A cell of money taken apart: its sign, its digits with separators, the currency it names."""

    negative: bool
    digits: str
    symbol: str | None


@dataclass(slots=True)
class Evidence:
    """What the cells of one money column say about its decimal mark and its currencies."""

    point: int = 0
    comma: int = 0
    symbols: set[str] = field(default_factory=set)

    def see(self, cell: str) -> None:
        """Take one cell (trimmed, not empty) into account."""
        try:
            found = taken_apart(cell)
        except Bad:
            return
        if found.symbol:
            self.symbols.add(found.symbol)
        mark = _certain(found.digits)
        self.point += mark == "."
        self.comma += mark == ","

    @property
    def mark(self) -> Point | None:
        """The decimal mark when all certain cells agree, else None."""
        if self.point and not self.comma:
            return "."
        return "," if self.comma and not self.point else None

    @property
    def currencies(self) -> set[str]:
        """The currencies the cells name; a bare dollar sign stands for itself."""
        return {SYMBOLS.get(symbol, symbol) for symbol in self.symbols}


def taken_apart(cell: str) -> Sum:
    """Sign, digits and symbol of a cell of money; Bad when it is none."""
    found = _MONEY.fullmatch(cell)
    if found is None or bool(found["open"]) != bool(found["close"]):
        if _SCIENTIFIC.fullmatch(cell):
            raise Bad(
                "This amount is in scientific notation, so its digits are lost. Export it as plain digits."
            )
        raise Bad("This is not an amount. Accepted: 1234.50, 1,234.50, 1.234,50, -12.00, (12.00), 12.00 EUR.")
    if found["before"] and found["after"] and found["before"] != found["after"]:
        raise Bad("This amount names two currencies.")
    signs = sum(found[name] not in {None, "+"} for name in ("open", "sign", "inner", "behind"))
    if signs > 1:
        raise Bad("This amount has more than one minus sign.")
    return Sum(signs == 1, found["digits"].rstrip(), found["before"] or found["after"])


def named(cell: str) -> str | None:
    """The one currency that a cell of money names, if it does."""
    found = _MONEY.fullmatch(cell)
    symbol = (found["before"] or found["after"]) if found else None
    code = SYMBOLS.get(symbol, symbol) if symbol else None
    return code if code and len(code) == 3 and code.isalpha() else None


def _certain(digits: str) -> Point | None:
    """The decimal mark of a number when only one reading is possible."""
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        return "." if point > comma else ","
    mark: Point = "." if point >= 0 else ","
    if digits.count(mark) != 1:
        # none, or several, which can only be thousands and leave the other mark for decimals
        return {".": ",", ",": "."}[mark] if digits.count(mark) > 1 else None  # type: ignore[return-value]
    whole, decimals = digits.split(mark)
    grouped = len(decimals) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    return None if grouped else mark


def number(digits: str, mark: Point | None) -> Decimal:
    """The number that digits with separators stand for; `mark` is the column's decimal mark, if known."""
    mark = _certain(digits) or mark
    if mark is None:
        if "." in digits or "," in digits:
            raise Bad("The separator can mean decimals or thousands; nothing else in the column says which.")
        mark = "."
    whole, _, decimals = digits.partition(mark)
    if not whole.isdigit() and not _GROUPS.fullmatch(whole):
        raise Bad("The thousands separators do not stand in groups of three digits.")
    if decimals and not decimals.isdigit():
        raise Bad("There is more than one decimal mark.")
    return Decimal("".join(c for c in whole if c.isdigit()) + "." + (decimals or "0"))


def money(cell: str, mark: Point | None) -> Decimal | Noted:
    """An amount with at most four decimals, below 10^14. Bad when the cell is none."""
    found = taken_apart(cell)
    amount = number(found.digits, mark) * (-1 if found.negative else 1)
    rounded = amount.quantize(_FOUR, ROUND_HALF_UP) if abs(amount) < _LARGEST else amount
    if abs(rounded) >= _LARGEST:
        raise Bad("This amount has more than fourteen digits before the decimal mark.")
    return rounded if rounded == amount else Noted(rounded, "rounded")


def integer(cell: str) -> int:
    """A whole number; `3.0` and `1,234` are whole numbers too."""
    if _WHOLE.fullmatch(cell):
        cell = cell.partition(".")[0]
    elif _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "")
    elif not _INTEGER.fullmatch(cell):
        raise Bad("This is not a whole number.")
    value = int(cell) if len(cell) < 25 else 1 << 64
    if not -(1 << 63) <= value < 1 << 63:
        raise Bad("This number is too large.")
    return value


def measure(cell: str) -> float:
    """A number with decimals; a comma is a decimal mark when it cannot be thousands."""
    if not _NUMBER.fullmatch(cell):
        if (
            cell.count(",") != 1
            or _THOUSANDS.fullmatch(cell)
            or not _NUMBER.fullmatch(cell.replace(",", "."))
        ):
            raise Bad("This is not a number.")
        cell = cell.replace(",", ".")
    value = float(cell)
    if not -1e15 < value < 1e15:
        raise Bad("This number is too large.")
    return value

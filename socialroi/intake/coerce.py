"""One reader per column: from a trimmed cell to a value of the schema's type, or a reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from socialroi import errors, limits
from socialroi.intake import amounts, identity, instants, zones
from socialroi.intake.cells import Bad, Noted
from socialroi.schema import Column

Reader = Callable[[str], object]
Evidence = amounts.Evidence | instants.Evidence

TRUE = frozenset(
    [
        "true",
        "t",
        "yes",
        "y",
        "1",
        "1.0",
        "on",
        "ja",
        "j",
        "oui",
        "si",
        "sí",
        "да",
        "wahr",
        "vrai",
        "verdadero",
        "sim",
    ]
)
FALSE = frozenset(
    [
        "false",
        "f",
        "no",
        "n",
        "0",
        "0.0",
        "off",
        "nein",
        "non",
        "нет",
        "falsch",
        "faux",
        "falso",
        "não",
        "nao",
    ]
)
MISSING = frozenset(("null", "none", "n/a", "na", "\\n"))
#: For ids only what no one is called: a name could be None, an id could be NA.
MISSING_ID = frozenset(("null", "\\n"))
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SCIENTIFIC_ID = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}")
_FLOAT_ID = re.compile(r"\d+\.0")
_GUARDED = re.compile(r"'[+\d=@-]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")

#: Columns whose unit has bounds, by name.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "sentiment": (-1.0, 1.0),
    "urgency": (0.0, 1.0),
    "target_s": (0.0, 1e9),
    "weekday": (1, 7),
}


@dataclass(slots=True)
class Setting:
    """What a reader needs to know beyond the cell: the file's zone, the column's evidence and hint.

    `hint` is what the reader was told about the column: "day-first", "month-first", "utc" or "".
    """

    zone: str | None = None
    evidence: Evidence | None = None
    hint: str = ""
    notes: dict[str, int] = field(default_factory=dict)


def is_id(column: Column) -> bool:
    """Whether cells of the column are names of things rather than words."""
    return column.kind == "text" and (
        column.personal or column.name.endswith("_id") or column.name == "reply_to"
    )


def evidence_for(column: Column) -> Evidence | None:
    """An empty evidence for a column whose form must be decided from all its cells."""
    if column.kind == "money":
        return amounts.Evidence()
    return instants.Evidence() if column.kind in {"instant", "day"} else None


def reader(column: Column, setting: Setting) -> Reader:
    """The function that reads one trimmed, non-empty cell of `column`. It raises Bad."""
    made = _special(column) or _by_kind(column, setting)
    if column.kind == "text":
        return made
    return partial(_or_missing, made)


def _or_missing(read: Reader, cell: str) -> object:
    return None if cell.lower() in MISSING else read(cell)


def _special(column: Column) -> Reader | None:
    """The reader of a column that its name makes special."""
    if column.choices:
        return partial(_choice, column)
    named: dict[str, Reader] = {
        "currency": _currency, "channel": _channel, "opens": _clock, "closes": _clock, "zone": _zone,
        "weekday": _weekday, "email": identity.email, "phone": identity.phone, "handle": identity.handle,
    }  # fmt: skip
    return named.get(column.name, identifier if is_id(column) else None)


def _by_kind(column: Column, setting: Setting) -> Reader:
    if column.kind in {"instant", "day"}:
        return _time(column, setting)
    if column.kind == "money":
        return _money(column, setting)
    if column.kind == "integer":
        return partial(_bounded, column.name, amounts.integer)
    if column.kind == "number":
        return partial(_bounded, column.name, amounts.measure)
    return boolean if column.kind == "boolean" else str


def _time(column: Column, setting: Setting) -> Reader:
    evidence = setting.evidence if isinstance(setting.evidence, instants.Evidence) else instants.Evidence()
    order: instants.Order | None = evidence.order
    order = next((told for told in instants.ORDERS if told == setting.hint), order)
    zone = "UTC" if setting.hint == "utc" else setting.zone
    epoch = evidence.epoch
    if column.kind == "day":
        return lambda cell: instants.day(instants.wall(cell, order, epoch=False))
    return lambda cell: instants.utc(instants.wall(cell, order, epoch), zone)


def _money(column: Column, setting: Setting) -> Reader:
    mark = setting.evidence.mark if isinstance(setting.evidence, amounts.Evidence) else None
    if column.name == "refunded_amount":
        return partial(_refund, mark)
    return lambda cell: amounts.money(cell, mark)


def _refund(mark: amounts.Point | None, cell: str) -> object:
    read = amounts.money(cell, mark)
    value = read.value if isinstance(read, Noted) else read
    return Noted(-value, "sign") if value < 0 else read  # type: ignore[operator]


def _bounded(name: str, read: Callable[[str], int | float], cell: str) -> int | float:
    value = read(cell)
    low, high = BOUNDS.get(name, (value, value))
    if not low <= value <= high:
        raise Bad(f"{name} must lie between {low:g} and {high:g}.")
    return value


def boolean(cell: str) -> bool:
    """Yes or no in one of many spellings."""
    word = cell.lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise Bad("This is neither yes nor no. Accepted: true, false, yes, no, 1, 0.")


def identifier(cell: str) -> object:
    """An id as text; None for a written null. Bad when a spreadsheet has destroyed it."""
    if cell.lower() in MISSING_ID:
        return None
    if cell.isalnum():
        return cell
    if _SCIENTIFIC_ID.fullmatch(cell):
        raise Bad(
            "A spreadsheet has turned this id into scientific notation and lost its digits; export it again."
        )
    if _GUARDED.match(cell):
        return Noted(cell[1:], "apostrophe")
    return Noted(cell[:-2], "float_id") if _FLOAT_ID.fullmatch(cell) else cell


def _choice(column: Column, cell: str) -> str:
    word = cell.casefold()
    spellings = column.spellings or {}
    for form in (word, "_".join(word.replace("-", " ").split()), "-".join(word.split())):
        if form in column.choices:
            return form
        if form in spellings:
            return spellings[form]
    near = errors.nearest(cell, column.choices) or errors.nearest(cell, spellings)
    hint = f" Did you mean {near}?" if near else ""
    raise Bad(f"This is no {column.name} we know.{hint} Accepted: {', '.join(column.choices)}.")


def _currency(cell: str) -> str:
    if cell in amounts.SYMBOLS:
        return amounts.SYMBOLS[cell]
    if not _CURRENCY.fullmatch(cell):
        raise Bad("This is not a currency code of three letters, such as EUR.")
    return cell.upper()


def _channel(cell: str) -> str:
    """Channels are compared with each other and with a list, so spelling must not matter."""
    return cell.lower().replace(" ", "_").replace("-", "_")


def _clock(cell: str) -> str:
    found = _CLOCK.fullmatch(cell)
    if found is None or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 24 * 60:
        raise Bad("This is not a time of day such as 09:00.")
    return f"{int(found[1]):02d}:{found[2]}"


def _zone(cell: str) -> str:
    try:
        return zones.zone_named(cell).key
    except errors.UsageError:
        raise Bad("This is not a time zone such as Europe/Berlin.") from None


def _weekday(cell: str) -> object:
    word = cell.lower()
    for number, name in enumerate(WEEKDAYS, 1):
        if len(word) >= 3 and name.startswith(word):
            return number
    return _bounded("weekday", amounts.integer, cell)


def shown(cell: str) -> str:
    """A cell cut to what is shown of a stranger's text."""
    cut = limits.TEXT_SHOWN
    return cell if len(cell) <= cut else cell[: cut - 3] + "..."

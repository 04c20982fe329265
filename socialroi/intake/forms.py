"""From what a column's cells look like to the parameters of the fast lane's queries.

Only forms that both lanes read alike are translated; for any other the answer is None, and the
careful lane reads the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from socialroi.intake import amounts, coerce, features, instants, needs, redact, zones
from socialroi.intake.cells import BLANKS, Bad
from socialroi.intake.coerce import Setting
from socialroi.intake.headers import Mapped, Source
from socialroi.schema import Column

Parameters = dict[str, object]

#: The days for which the queries trust themselves; see their years.
FIRST_DAY, LAST_DAY = date(zones.FIRST_YEAR + 1, 1, 1), date(zones.LAST_YEAR - 1, 12, 31)
#: How many forms of a time one column may have; every row of a later form is tried with each earlier one.
FORMS = 4
#: Ids, joined by bars, among which is one that `coerce.identifier` repairs, empties or refuses.
ODD_IDS = r"[eE]\+|\.0(\||$)|(^|\|)'|(^|\|)[nN][uU][lL][lL](\||$)|\\[nN]"
#: An address that `identity.email` takes as it is, but for capitals.
EMAIL = r"[!-?A-~]+@[!-?A-~]+[.][!-\-/-?A-~]+"
OFFSET = r"[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?$"
_TRUE = ("true", "True", "TRUE", "t", "T", "yes", "Yes", "YES", "y", "Y", "1")
_FALSE = ("false", "False", "FALSE", "f", "F", "no", "No", "NO", "n", "N", "0")
#: Formats no cell has, for columns that are not in the file.
_NEVER: Final = ["\x01"]

#: Parameters that are the same for every file.
CONSTANT: Mapping[str, object] = {
    "odd_ids": ODD_IDS,
    "offset_shape": OFFSET,
    "email_shape": EMAIL,
    "addressed": needs.ADDRESSED,
    "question": needs.QUESTION,
    "between": needs.BETWEEN,
    "courtesy": needs.COURTESY,
    "closer": needs.CLOSER,
    "apology": features.APOLOGY,
    "sign_off": features.SIGN_OFF,
    "greeting": features.GREETING,
    "variable": features.VARIABLE,
    "link": redact.LINK,
    "link_word": redact.LINK_WORD,
    "email": redact.EMAIL,
    "email_word": redact.EMAIL_WORD,
    "name_on_site": redact.HANDLE,
    "name_on_site_word": redact.HANDLE_WORD,
    "long_number": redact.NUMBER,
    "long_number_word": redact.NUMBER_WORD,
    "flag_words": [*_TRUE, *_FALSE],
    "flag_means": [True] * len(_TRUE) + [False] * len(_FALSE),
}

_CLOCK = re.compile(
    r"(?P<sep>T|,? )(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<fraction>\.\d{1,6})?"
    r"(?P<blank> ?)(?:(?P<half>[aApP][mM]))?(?P<gap> ?)(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_YEAR_FIRST = re.compile(r"\d{4}(?P<mark>[-/.])\d{2}(?P=mark)\d{2}")
_YEAR_LAST = re.compile(r"\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)\d{4}")


def parameters(
    mapped: Mapped, settings: Sequence[Setting], rows: Sequence[Sequence[str]]
) -> Parameters | None:
    """The parameters for every column of the table, from its first rows; None when a form is unknown.

    The zone's spans are left to be filled in when the range of days is known.
    """
    found: Parameters = {**CONSTANT, **no_spans()}
    for column in mapped.table.columns:
        found.update(_absent(column))
    for source, setting in zip(mapped.sources, settings, strict=True):
        cells = [cell for row in rows if (cell := row[source.position].strip(BLANKS))]
        known = _present(source, setting, cells)
        if known is None:
            return None
        found.update(known)
    return found


def _absent(column: Column) -> Parameters:
    name = column.name
    if column.kind == "instant":
        return {f"{name}_mode": "none", f"{name}_wall": _NEVER, f"{name}_offset": ["%z"]}
    if column.kind == "money":
        return {f"{name}_shape": "", f"{name}_group": ",", f"{name}_point": "."}
    words = list(column.choices)
    return {f"{name}_words": words, f"{name}_means": words, f"{name}_header": ""}


def _present(source: Source, setting: Setting, cells: Sequence[str]) -> Parameters | None:
    column = source.column
    if column.kind == "instant":
        return _times(source, setting, cells)
    if column.kind == "money":
        assert isinstance(setting.evidence, amounts.Evidence)
        return _money(column, setting.evidence)
    if column.choices:
        return _words(column, cells)
    return {f"{column.name}_header": source.header}


def _times(source: Source, setting: Setting, cells: Sequence[str]) -> Parameters | None:
    evidence = setting.evidence
    assert isinstance(evidence, instants.Evidence)
    order = setting.hint if setting.hint.endswith("-first") else evidence.order
    forms = Counter(_form(cell, order) for cell in cells)
    modes = {form[0] for form in forms if form is not None}
    if len(modes) > 1 or evidence.epoch:
        return None
    name, mode = source.column.name, next(iter(modes), "offset")
    texts = [form[1] for form, _ in forms.most_common(FORMS) if form is not None] or ["%Y-%m-%d %H:%M:%S%z"]
    if mode == "offset":
        return {f"{name}_mode": "offset", f"{name}_wall": _NEVER, f"{name}_offset": texts}
    if mode == "wall":
        zone = "UTC" if setting.hint == "utc" else setting.zone
        mode = "utc" if zone in {None, "UTC"} else "zone"
        if zone is None:
            return None
    return {f"{name}_mode": mode, f"{name}_wall": texts, f"{name}_offset": ["%z"]}


def _form(cell: str, order: str | None) -> tuple[str, str] | None:
    """("utc", "offset" or "wall", the strptime format) of a cell, None when it has no such format."""
    day = _day(cell, order)
    if day is None:
        return None
    text, length = day
    if length == len(cell):
        return "wall", text
    clock = _CLOCK.fullmatch(cell, length)
    if clock is None or (clock["half"] and "%H" in text):
        return None
    hour = "%I" if clock["half"] else "%H"
    text += (
        clock["sep"]
        + hour
        + ":%M"
        + (":%S" if clock["second"] else "")
        + (".%f" if clock["fraction"] else "")
    )
    text += clock["blank"] + ("%p" if clock["half"] else "") + clock["gap"]
    offset = clock["offset"]
    if offset is None:
        return "wall", text
    return ("offset", text + "%z") if offset[0] in "+-" else ("utc", text + offset)


def _day(cell: str, order: str | None) -> tuple[str, int] | None:
    if found := _YEAR_FIRST.match(cell):
        mark = found["mark"]
        return f"%Y{mark}%m{mark}%d", found.end()
    found = _YEAR_LAST.match(cell)
    if found is None or order is None:
        return None
    mark = found["mark"]
    return (f"%d{mark}%m{mark}%Y" if order == "day-first" else f"%m{mark}%d{mark}%Y"), found.end()


def _money(column: Column, evidence: amounts.Evidence) -> Parameters:
    """Plain digits; separators only where the column has shown which is which."""
    sign = "" if column.name == "refunded_amount" else "-?"
    shapes = {
        ".": rf"{sign}(?:[0-9]{{1,14}}|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,3}})(?:\.[0-9]{{1,4}})?",
        ",": rf"{sign}(?:[0-9]{{1,14}}|[0-9]{{1,3}}(?:\.[0-9]{{3}}){{1,3}})(?:,[0-9]{{1,4}})?",
        None: rf"{sign}[0-9]{{1,14}}(?:\.(?:[0-9]{{1,2}}|[0-9]{{4}}))?",
    }
    point = evidence.mark or "."
    return {
        f"{column.name}_shape": shapes[evidence.mark],
        f"{column.name}_group": "." if point == "," else ",",
        f"{column.name}_point": point,
    }


def _words(column: Column, cells: Sequence[str]) -> Parameters:
    """Every accepted word, and every spelling of one seen in the first rows."""
    read = coerce.reader(column, Setting())
    means: dict[str, object] = {word: word for word in column.choices}
    for cell in dict.fromkeys(cells):
        try:
            means[cell] = read(cell)
        except Bad:
            continue
    return {f"{column.name}_words": list(means), f"{column.name}_means": list(means.values())}


def no_spans() -> Parameters:
    """Spans of a zone that no time needs."""
    return {"zone_starts": [], "zone_offsets": [], "zone_folds": []}


def spans(zone: str, first: date, last: date) -> Parameters:
    """The stretches of wall clock between two days, both included; those that never were have no offset."""
    found = zones.between(zone, first, last)
    return {
        "zone_starts": [span.starts for span in found],
        "zone_offsets": [None if span.kind == "gap" else span.offset_s for span in found],
        "zone_folds": [span.kind == "fold" for span in found],
    }


def same_decisions(before: Sequence[Setting], after: Sequence[Setting]) -> bool:
    """Whether more evidence has left every decision about a column as it was, and none was open."""
    return all(_same(one.evidence, other.evidence) for one, other in zip(before, after, strict=True))


def _same(one: coerce.Evidence | None, other: coerce.Evidence | None) -> bool:
    if isinstance(one, amounts.Evidence) and isinstance(other, amounts.Evidence):
        return one.mark == other.mark and one.mark is not None and one.currencies == other.currencies == set()
    if isinstance(one, instants.Evidence) and isinstance(other, instants.Evidence):
        settled = one.year_last == 0 or (one.order is not None and one.order == other.order)
        return settled and not one.epoch and not other.epoch
    return True

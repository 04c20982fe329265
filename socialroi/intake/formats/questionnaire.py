"""What exports of survey tools have in common: one column a question, and only the user knows which.

The user declares a column's question and scale; nothing here guesses either. Answers have to be numbers:
"10 - Extremely likely" says its number, "Extremely likely" does not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from socialroi import schema
from socialroi.errors import UsageError
from socialroi.intake import coerce, headers
from socialroi.intake.formats import base
from socialroi.intake.formats.base import Cells, Format
from socialroi.intake.headers import Scale
from socialroi.intake.rows import Ask, Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet
from socialroi.intake.tokenise import Record

#: How many of the columns that may be questions are listed, and how much of each is shown.
LISTED, SHOWN = 6, 50
#: What can be written before the `=` of --columns.
_NAMEABLE = re.compile(r"[^,=\r\n]{1,50}")
#: A number, a mark that sets it off, and a word that explains it.
_EXPLAINED = re.compile(r"(\d{1,2})(?:\s+[-\u2013\u2014=:]\s+|[:.)]\s+|\s+\()[^\W\d_].*", re.DOTALL)

QUESTIONS = ", ".join(schema.QUESTIONS)


class Listed(NamedTuple):
    """A column that may be a question: its 0-based position, its header, what was asked if known."""

    position: int
    header: str
    asked: str = ""

    @property
    def name(self) -> str:
        """What the user writes for this column: its header, or its position where that is too long."""
        return self.header if _NAMEABLE.fullmatch(self.header) else str(self.position + 1)

    @property
    def sentence(self) -> str:
        """The column as it is listed for the user."""
        asked = " ".join((self.asked or self.header).split())
        cut = asked if len(asked) <= SHOWN else f"{asked[: SHOWN - 3]}..."
        return self.name if cut == self.name else f"{self.name} ({cut})"


def prepared(form: Format, request: Request, sheet: Sheet, listed: Sequence[Listed]) -> Prepared:
    """The answers to the declared questions, or the question which of `listed` are any."""
    asked = headers.questions(request, sheet.headers)
    _refuse_twice(asked)
    checked = replace(form, problem=partial(_problem, form.problem, tuple(asked)))
    made = base.made_by(checked, request, _numbered(sheet, asked))
    return made if asked else replace(made, asks=(*made.asks, which(listed)))


def which(listed: Sequence[Listed]) -> Ask:
    """The question which columns are standard questions, and how to say it."""
    names = [each.sentence for each in listed[:LISTED]]
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    found = f" It has {', '.join(names)}{more}." if names else ""
    example = listed[0].name if listed else "Q1"
    return Ask(
        f"Which columns answer a standard question ({QUESTIONS}), and on which scale?{found}",
        f'Say so, as in --columns "{example}=csat:1-5"; add :low-is-good when the lowest point is the best.',
    )


def _refuse_twice(asked: Mapping[str, Scale]) -> None:
    """UsageError when two columns are declared as the same question: one answer would replace the other."""
    counted = Counter(scale.question for scale in asked.values())
    for question, count in counted.items():
        if count > 1:
            both = " and ".join(
                repr(name[:SHOWN]) for name, scale in asked.items() if scale.question == question
            )
            raise UsageError(f"Several columns are said to be {question}: {both}.")


def _problem(own: Callable[[Cells], str] | None, asked: Sequence[str], cells: Cells) -> str:
    """Why a record is no answer: what the tool says about it, or a label in place of a number."""
    problem = own(cells) if own is not None else ""
    label = next((name for name in asked if _is_label(cells[schema.normalise(name)])), None)
    if problem or label is None:
        return problem
    return f"{label[:SHOWN]!r} holds a label where a number is needed: export the answers as numeric values."


def _is_label(cell: str) -> bool:
    return any(mark.isalpha() for mark in cell) and cell.lower() not in coerce.MISSING


def _numbered(sheet: Sheet, asked: Mapping[str, Scale]) -> Sheet:
    """The sheet with the explained numbers in the columns of questions as plain ones."""
    at = {place for place, header in enumerate(sheet.headers) if header in asked}

    def records() -> Iterator[Record]:
        for record in sheet.all_records():
            cells = record.cells or ()
            if any(_EXPLAINED.fullmatch(cells[place].strip()) for place in at if place < len(cells)):
                numbers = (_number(cell) if place in at else cell for place, cell in enumerate(cells))
                yield record._replace(cells=tuple(numbers))
            else:
                yield record

    return replace(sheet, all_records=records) if at else sheet


def _number(cell: str) -> str:
    found = _EXPLAINED.fullmatch(cell.strip())
    return found[1] if found else cell

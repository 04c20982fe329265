"""Records of a table, cell by column: what is asked about them is asked of whole columns.

Exports are wide and formats read few of their columns, so a column becomes text when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import pyarrow.compute as pc

from socialroi.intake.cells import BLANKS
from socialroi.intake.pieces import Piece, Problem
from socialroi.intake.tokenise import Record


class Block:
    """Consecutive records: the number of each and the line it starts on, and those that were not divided.

    `column` gives the trimmed cells at a position.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        lines: Sequence[int],
        problems: Sequence[Problem],
        column: Callable[[int], Sequence[str]],
    ) -> None:
        self.numbers, self.lines, self.problems = numbers, lines, problems
        self._column = column
        self._known: dict[int, Sequence[str]] = {}

    def column(self, place: int) -> Sequence[str]:
        """The trimmed cells at this position."""
        if place not in self._known:
            self._known[place] = self._column(place)
        return self._known[place]

    def like(self, cells: Sequence[str]) -> list[int]:
        """The records whose cells are all these, but for capitals."""
        found = list(range(len(self.numbers)))
        for place, folded in enumerate(map(str.casefold, cells)):
            column = self.column(place) if found else ()
            found = [at for at in found if column[at].casefold() == folded]
        return found


class Columns(dict[str, Sequence[str]]):
    """The columns of a block by normalised header; empty cells where the file has no such column."""

    def __init__(self, block: Block, names: Sequence[str]) -> None:
        super().__init__()
        self._block, self._width, self.count = block, len(names), len(block.numbers)
        self._places = {name: at for at, name in reversed(list(enumerate(names))) if name}

    def __missing__(self, header: str) -> Sequence[str]:
        at = self._places.get(header)
        found = self[header] = [""] * self.count if at is None else self._block.column(at)
        return found

    def every(self) -> Iterator[Sequence[str]]:
        """Every column of the file."""
        return (self._block.column(place) for place in range(self._width))


def of_piece(piece: Piece) -> Block:
    """The records of a piece, in which an empty cell is an empty text."""

    def column(place: int) -> Sequence[str]:
        found: list[str] = pc.utf8_trim(piece.cells.column(str(place)), BLANKS).to_pylist()
        return found

    return Block(piece.numbers.tolist(), piece.lines.tolist(), piece.problems, column)


def of_records(numbered: Sequence[tuple[int, Record]]) -> Block:
    """Records with their numbers."""
    good = [(number, record.line, record.cells) for number, record in numbered if record.cells is not None]
    problems = [Problem(number, record) for number, record in numbered if record.cells is None]

    def column(place: int) -> Sequence[str]:
        return [cells[place].strip(BLANKS) for _, _, cells in good]

    return Block([number for number, _, _ in good], [line for _, line, _ in good], problems, column)


def joined(blocks: Sequence[Block]) -> Block:
    """All of them as one."""
    return Block(
        list(chain.from_iterable(block.numbers for block in blocks)),
        list(chain.from_iterable(block.lines for block in blocks)),
        list(chain.from_iterable(block.problems for block in blocks)),
        lambda place: list(chain.from_iterable(block.column(place) for block in blocks)),
    )

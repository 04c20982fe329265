"""Files of any delimited format from rows, written in the many ways in which programs write CSV.

A test draws rows with a strategy of its own and a dialect with `dialects()`, writes them with
`csv_text(headers, rows, **dialect)` and compares what is read with what was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FIXTURES = Path(__file__).parent / "fixtures"

#: What stands in the columns nobody asked for: separators, quotes, line breaks, other alphabets.
CLUTTER = ("", "plain", "a, b; c", 'he said "yes"', "two\nlines", "naïve 漢字", "0", "=1+1", "x\ty|z")

#: Few examples, because each of them is a whole file; `tmp_path` is the same folder for all of them.
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fixture(name: str) -> bytes:
    """The bytes of a file in the folder of fixtures."""
    return (FIXTURES / name).read_bytes()


def csv_text(
    headers: Sequence[str],
    rows: Sequence[Mapping[str, str] | Sequence[str]],
    *,
    newline: str = "\n",
    bom: bool = False,
    order: int | None = None,
    delimiter: str = ",",
    extra: int = 0,
    above: Sequence[str] = (),
) -> bytes:
    """Headers and rows as the bytes of a file.

    A row is a sequence in the order of `headers`, or a mapping in which a missing header is an empty
    cell. With an `order`, which is a seed, the columns are shuffled, `extra` unknown ones are put among
    them and cells are quoted at random; without, every cell is quoted that has to be. `above` are lines
    before the header, written as they are.
    """
    random = Random(order)
    named = [row if isinstance(row, Mapping) else dict(zip(headers, row, strict=True)) for row in rows]
    names = [*headers, *(f"Unasked {number}" for number in range(1, extra + 1))]
    if order is not None:
        random.shuffle(names)
    lines = [*above, delimiter.join(_cell(name, delimiter, random, order) for name in names)]
    for row in named:
        cells = [row.get(name, "") if name in headers else random.choice(CLUTTER) for name in names]
        lines.append(delimiter.join(_cell(cell, delimiter, random, order) for cell in cells))
    return (b"\xef\xbb\xbf" if bom else b"") + "".join(line + newline for line in lines).encode()


def _cell(cell: str, delimiter: str, random: Random, order: int | None) -> str:
    must = any(mark in cell for mark in (delimiter, '"', "\n", "\r"))
    if must or (order is not None and random.random() < 0.3):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def dialects(delimiters: Sequence[str] = (",", ";"), extra: int = 4) -> st.SearchStrategy[dict[str, object]]:
    """Ways of writing a file: the keywords of `csv_text` other than `above`; at most `extra` more columns."""
    return st.fixed_dictionaries(
        {
            "newline": st.sampled_from(["\n", "\r\n"]),
            "bom": st.booleans(),
            "order": st.integers(0, 2**16),
            "delimiter": st.sampled_from(list(delimiters)),
            "extra": st.integers(0, extra),
        }
    )

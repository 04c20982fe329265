"""Clean tables of three kinds, and the ways in which files of them are damaged on their way to us.

`variants()` gives every damaged file with what is known about it: what each row is worth under its key,
how many records the file holds and which rows the damage has hurt. Nothing here reads a file, so that
what is expected does not depend on what is tested. A cut inside the last cell of a row leaves a whole
row of another value; nobody could tell, so no file is cut there unless its cells are quoted. For the same
reason a row may be `blind`: what is left of it is a whole row again.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from random import Random

ROWS = 84
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_START = datetime(2024, 1, 25, 7, 11, 13)
#: What people write into a cell: separators, quotes, line ends, accents of Windows-1252.
_SAID = (
    "plain", "Größe passt nicht", 'he said "yes", twice', "two\nlines", "a; b | c", 'a 5" pipe', "– 12 € –",
    "first, second\nthird, \"fourth\"", "tab\there", "", "naïve café", "ok",
)  # fmt: skip

#: Columns without which a file of orders, messages or answers may pass for a list of customers.
TELLING = {"order_id", "ordered_at", "author_kind", "question"}
#: In which styles the tables other than orders are written.
_CHOSEN = {
    "interactions": {("comma", "minimal"), ("semicolon", "all"), ("tab", "none")},
    "surveys": {("bar", "minimal"), ("comma", "all"), ("semicolon", "none")},
}

Cells = tuple[str, ...]
Key = tuple[object, ...]
Value = Mapping[str, object]


@dataclass(frozen=True)
class Clean:
    """A table as text, and what its rows are worth: by key, only columns that are loaded."""

    table: str
    key: Cells
    headers: Cells
    rows: tuple[Cells, ...]
    values: tuple[Value, ...]
    said: Mapping[str, object] = field(default_factory=dict)

    def at(self, name: str) -> int:
        return self.headers.index(name)

    def with_cells(self, name: str, cells: Sequence[str]) -> Clean:
        """The same table with other cells in one column."""
        place = self.at(name)
        rows = tuple(
            (*row[:place], cell, *row[place + 1 :]) for row, cell in zip(self.rows, cells, strict=True)
        )
        return replace(self, rows=rows)

    def arranged(self, places: Sequence[int]) -> Clean:
        """The same table with these of its columns, in this order."""
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return replace(self, headers=tuple(self.headers[place] for place in places), rows=rows)


@dataclass(frozen=True)
class Style:
    """How a clean table is written."""

    mark: str
    quoting: str = "minimal"
    escape: str = '""'

    def line(self, cells: Sequence[str]) -> str:
        return self.mark.join(self.cell(cell) for cell in cells)

    def cell(self, cell: str) -> str:
        must = self.mark in cell or '"' in cell or "\n" in cell
        if self.quoting == "all" or (self.quoting == "minimal" and must):
            return '"' + cell.replace('"', self.escape) + '"'
        return cell

    def lines(self, clean: Clean) -> list[str]:
        """The header and the records; a record may hold line ends."""
        return [self.line(clean.headers), *(self.line(row) for row in clean.rows)]


@dataclass(frozen=True)
class Variant:
    """A damaged file. `records` is how many records it holds, None where that is open to dispute; `hurt`
    are the rows that the damage has hit; `by` are the columns a row is known by. A file may `never` be
    read, be read as another table `elsewhere`, where it lost what tells its own, or with letters changed
    that a note with these words speaks of: `noted`.
    """

    name: str
    clean: Clean
    data: bytes
    records: int | None = ROWS
    hurt: frozenset[int] = frozenset()
    said: Mapping[str, object] = field(default_factory=dict)
    by: Cells = ()
    never: bool = False
    elsewhere: bool = False
    noted: str = ""
    blind: bool = False

    @property
    def expected(self) -> dict[Key, Value]:
        """What each row is worth, by key."""
        by = self.by or self.clean.key
        return {tuple(value[name] for name in by): value for value in self.clean.values}

    @property
    def sound(self) -> set[Key]:
        """The keys of the rows that the damage left alone."""
        by = self.by or self.clean.key
        values = enumerate(self.clean.values)
        return {tuple(value[name] for name in by) for at, value in values if at not in self.hurt}


# The three clean tables


def cleans(*, plain: bool) -> list[Clean]:
    """The clean tables; without separators and quotes in their cells where those are not quoted."""
    return [_orders(plain), _interactions(plain), _surveys(plain)]


def _said(at: int, *, plain: bool) -> str:
    said = _SAID[at % len(_SAID)]
    return "".join(" " if c in ',;\t|"\n' else c for c in said).strip() if plain else said


def _time(at: int) -> datetime:
    return _START + timedelta(minutes=at * 1_399, seconds=at)


def _iso(at: int) -> str:
    return _time(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def _orders(plain: bool) -> Clean:
    headers = (
        "order_id", "customer_id", "ordered_at", "amount", "margin", "currency", "quantity", "status",
        "acquisition_channel", "channel",
    )  # fmt: skip
    rows, values = [], []
    for at in range(ROWS):
        amount = Decimal(at * 3_713 % 250_000 + 105) / 100
        margin = None if at % 9 == 4 else Decimal(at * 711 % 9_000 + 5) / 100
        text = _said(at, plain=plain)
        row = (
            f"{1001 + at:06d}", f"c{at % 17}", _iso(at), f"{amount:.2f}",
            "" if margin is None else f"{margin:.2f}", "EUR", str(at % 5 + 1),
            ("paid", "pending", "refunded")[at % 3], text, ("web", "store")[at % 2],
        )  # fmt: skip
        typed = (row[0], row[1], _time(at), amount, margin, "EUR", at % 5 + 1, row[7], text or None, row[9])
        rows.append(row)
        values.append(dict(zip(headers, typed, strict=True)))
    return Clean("orders", ("order_id",), headers, tuple(rows), tuple(values))


def _interactions(plain: bool) -> Clean:
    headers = (
        "message_id", "conversation_id", "customer_id", "author_kind", "text", "sent_at", "sentiment",
        "direction", "channel",
    )  # fmt: skip
    rows, values = [], []
    for at in range(ROWS):
        kind, way = (("customer", "in"), ("agent", "out"), ("peer", "in"))[at % 3]
        text = _said(at, plain=plain)
        mood = None if at % 7 == 3 else at % 21 / 10 - 1
        row = (
            f"m{at}", f"k{at // 3}", f"c{at % 17}", kind, text, _iso(at),
            "" if mood is None else f"{mood:.1f}",
            way, ("twitter", "email")[at % 2],
        )  # fmt: skip
        typed = (*row[:4], text or None, _time(at), None if mood is None else round(mood, 1), *row[7:])
        rows.append(row)
        values.append(dict(zip(headers, typed, strict=True)))
    return Clean(
        "interactions", ("message_id",), headers, tuple(rows), tuple(values), {"keep_text": True}
    )  # fmt: skip


def _surveys(plain: bool) -> Clean:
    headers = (
        "response_id", "customer_id", "question", "score", "remark", "scale_min", "scale_max", "high_is_good",
        "answered_at",
    )  # fmt: skip
    rows, values = [], []
    for at in range(ROWS):
        question, low, high = (("csat", 1, 5), ("nps", 0, 10), ("net_easy", 1, 7))[at % 3]
        score = None if at % 8 == 5 else float(low + at % (high - low + 1))
        row = (
            f"r{at}", f"c{at % 17}", question, "" if score is None else f"{score:g}", _said(at, plain=plain),
            str(low), str(high), "true", _iso(at),
        )  # fmt: skip
        typed = (*row[:3], score, None, float(low), float(high), True, _time(at))
        rows.append(row)
        value = dict(zip(headers, typed, strict=True))
        del value["remark"]  # no column of ours
        values.append(value)
    return Clean("surveys", ("response_id",), headers, tuple(rows), tuple(values))


# The damages: each takes a clean table and a style and gives files

Damage = Callable[[Clean, Style], Iterator[Variant]]


def _file(name: str, clean: Clean, lines: Sequence[str], **known: object) -> Variant:
    return Variant(name, clean, ("\n".join(lines) + "\n").encode(), **known)  # type: ignore[arg-type]


def untouched(clean: Clean, style: Style) -> Iterator[Variant]:
    """No damage; where quotes are escaped by a backslash, rows that have some are hurt."""
    hurt = frozenset(
        at for at, row in enumerate(clean.rows) if style.escape != '""' and any('"' in cell for cell in row)
    )
    yield _file("untouched", clean, style.lines(clean), hurt=hurt, records=None if hurt else ROWS)


def widths(clean: Clean, style: Style) -> Iterator[Variant]:
    """A row too short or too long, at several places of several rows; a delimiter lost or doubled."""
    lines, width = style.lines(clean), len(clean.headers)
    for at, place in product((0, 41, ROWS - 1), (0, width // 2, width - 1)):
        row = clean.rows[at]
        changed = {"short": (*row[:place], *row[place + 1 :]), "long": (*row[:place], "x", *row[place:])}
        if at == 41:
            changed["hole"] = (*row[:place], "", *row[place:])
        for name, cells in changed.items():
            bad = [*lines[: at + 1], style.line(cells), *lines[at + 2 :]]
            yield _file(f"row {at} {name} at {place}", clean, bad, hurt=frozenset([at]))


def many_widths(clean: Clean, style: Style) -> Iterator[Variant]:
    """Every eighth row too short, or too long."""
    hurt = frozenset(range(3, ROWS, 8))
    for name in ("short", "long"):
        rows = [
            row if at not in hurt else row[:-1] if name == "short" else (*row, "x")
            for at, row in enumerate(clean.rows)
        ]
        lines = [style.line(cells) for cells in (clean.headers, *rows)]
        yield _file(f"many rows {name}", clean, lines, hurt=hurt)


def quotes(clean: Clean, style: Style) -> Iterator[Variant]:
    """A quote lost where there was one, or put where none belongs."""
    lines = style.lines(clean)
    if style.quoting == "none":
        for at, side in product((0, 38, 60), ("before", "behind")):
            row = list(clean.rows[at])
            row[1] = f'"{row[1]}' if side == "before" else f'{row[1]}"'
            bad = [*lines[: at + 1], style.line(row), *lines[at + 2 :]]
            yield _file(f"row {at} a quote {side}", clean, bad, hurt=frozenset([at]), records=None)
        return
    for at, last in product((2, 43, 79), (False, True)):
        line = lines[at + 1]
        place = line.rindex('"') if last else line.index('"')
        bad = [*lines[: at + 1], line[:place] + line[place + 1 :], *lines[at + 2 :]]
        name = f"row {at} without its {'last' if last else 'first'} quote"
        # what the lost quote held together: a row with as many cells as it should have, and a rest
        blind = bad[at + 1].split("\n")[0].count(style.mark) == len(clean.headers) - 1 and not last
        yield _file(name, clean, bad, hurt=frozenset([at]), records=None, blind=blind)


def columns(clean: Clean, style: Style) -> Iterator[Variant]:
    """Columns dropped, added, in another order, under another name."""
    width = len(clean.headers)
    for gone in (0, 2, width // 2, width - 1):
        fewer = clean.arranged([place for place in range(width) if place != gone])
        kept = [{k: v for k, v in value.items() if k != clean.headers[gone]} for value in clean.values]
        by = _another_key(clean) if gone == 0 else ()
        name = f"without {clean.headers[gone]}"
        known = replace(fewer, values=tuple(kept))
        yield _file(name, known, style.lines(fewer), by=by, elsewhere=clean.headers[gone] in TELLING)
    for place, header in product((0, width // 2, width), ("Unasked", "")):
        more = replace(
            clean,
            headers=(*clean.headers[:place], header, *clean.headers[place:]),
            rows=tuple((*row[:place], "extra", *row[place:]) for row in clean.rows),
        )
        yield _file(f"{header or 'nameless'} column at {place}", clean, style.lines(more))
    for seed in (None, 1, 2):
        order = list(reversed(range(width)))
        if seed is not None:
            Random(seed).shuffle(order)
        yield _file(f"columns in another order {seed}", clean, style.lines(clean.arranged(order)))
    for to in ("Some Thing", "x", "1", "order_idx"):
        names = (*clean.headers[:3], to, *clean.headers[4:])
        lost = clean.headers[3]
        kept = [{k: v for k, v in value.items() if k != lost} for value in clean.values]
        renamed = replace(clean, headers=names, values=tuple(kept))
        yield _file(f"{lost} renamed {to}", renamed, style.lines(renamed), elsewhere=lost in TELLING)


def _another_key(clean: Clean) -> Cells:
    return {"orders": ("ordered_at",), "interactions": ("sent_at",), "surveys": ("answered_at",)}[clean.table]


def encodings(clean: Clean, style: Style) -> Iterator[Variant]:
    """The same text in other encodings, with and without their marks."""
    text = "\n".join(style.lines(clean)) + "\n"
    written = {
        "utf-8-sig": text.encode("utf-8-sig"),
        "utf-16-le without a mark": text.encode("utf-16-le"),
        "utf-16-be without a mark": text.encode("utf-16-be"),
        "utf-16-le": codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        "utf-16-be": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "utf-32-le": codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
        "cp1252": text.encode("cp1252"),
        "latin-1": text.replace("€", "E").replace("–", "-").encode("latin-1"),
    }
    for name, data in written.items():
        values = clean.values
        if name == "latin-1":
            values = tuple({k: _latin(v) for k, v in value.items()} for value in values)
        yield Variant(name, replace(clean, values=values), data)
    undefined = written["latin-1"].replace("ö".encode("latin-1"), b"\x81")
    yield Variant("latin-1 with undefined bytes", clean, undefined, records=None, never=True)
    half = text.encode("cp1252").replace("ß".encode("cp1252"), "ß".encode())
    both = _holding(clean, "ß")
    yield Variant("two encodings in one file", clean, half, hurt=both, noted="Windows-1252")
    cut, last = text.encode(), max(both)
    yield Variant("utf-8 cut inside a letter", clean, cut[: cut.rindex("ß".encode()) + 1], records=last + 1,
                  hurt=frozenset(range(last, ROWS)) | _accented(clean), noted="Windows-1252")  # fmt: skip


def _latin(value: object) -> object:
    return value.replace("€", "E").replace("–", "-") if isinstance(value, str) else value


def _holding(clean: Clean, what: str) -> frozenset[int]:
    return frozenset(at for at, row in enumerate(clean.rows) if any(what in cell for cell in row))


def _accented(clean: Clean) -> frozenset[int]:
    return frozenset(at for at, row in enumerate(clean.rows) if not "".join(row).isascii())


def line_ends(clean: Clean, style: Style) -> Iterator[Variant]:
    """Line ends of Windows, of old Macs, doubled by a careless copy, mixed."""
    lines = style.lines(clean)
    for name, end in {"CRLF": "\r\n", "CR": "\r", "CRCRLF": "\r\r\n"}.items():
        yield Variant(name, clean, "".join(line + end for line in lines).encode())
    everywhere = ("\n".join(lines) + "\n").replace("\n", "\r\n")
    yield Variant("CRLF in cells too", clean, everywhere.encode())
    yield Variant("CR in cells too", clean, everywhere.replace("\r\n", "\r").encode())
    mixed = "".join(line + ("\r\n" if at % 3 else "\n") for at, line in enumerate(lines))
    yield Variant("LF and CRLF mixed", clean, mixed.encode())
    bare = "".join(line + ("\r" if at in {5, 33, 70} else "\n") for at, line in enumerate(lines))
    hurt = frozenset(at + step for at in (4, 32, 69) for step in (0, 1))
    # a CR among LFs ends no row: it makes one of two
    yield Variant("three bare CRs among LFs", clean, bare.encode(), hurt=hurt, records=ROWS - 3)
    yield Variant("no last line end", clean, "\n".join(lines).encode())


def header(clean: Clean, style: Style) -> Iterator[Variant]:
    """The header lost, doubled, shouted, spaced, too short, too long, again in the middle."""
    lines = style.lines(clean)
    yield _file("no header", clean, lines[1:], hurt=frozenset([0]), records=None)
    yield _file("header twice", clean, [lines[0], *lines], records=ROWS + 1)
    written = {
        "upper case": [name.upper() for name in clean.headers],
        "spaced": [f"  {name.replace('_', ' ').title()} " for name in clean.headers],
        "one name empty": [*clean.headers[:3], "", *clean.headers[4:]],
        "short": clean.headers[:-1],
        "long": [*clean.headers, "more"],
        "one name twice": [*clean.headers[:-1], clean.headers[0]],
    }
    for name, names in written.items():
        values = clean.values
        if name == "one name empty":
            lost = clean.headers[3]
            values = tuple({k: v for k, v in value.items() if k != lost} for value in values)
        known = replace(clean, values=values)
        elsewhere = name == "one name empty" and clean.headers[3] in TELLING
        yield _file(f"header {name}", known, [style.line(names), *lines[1:]], elsewhere=elsewhere)
    for at in (1, 30, ROWS):
        again = [*lines[: at + 1], lines[0], *lines[at + 1 :]]
        yield _file(f"header again behind row {at}", clean, again, records=ROWS + 1)
    shouted = [*lines[:20], style.line([name.upper() for name in clean.headers]), *lines[20:]]
    yield _file("header again in capitals", clean, shouted, records=ROWS + 1)
    spaced = [*lines[:20], style.line([f" {name}" for name in clean.headers]), *lines[20:]]
    yield _file("header again spaced", clean, spaced, records=ROWS + 1)


def preambles(clean: Clean, style: Style) -> Iterator[Variant]:
    """One to five lines of several widths above the header."""
    lines, width = style.lines(clean), len(clean.headers)
    above = {
        "a title": ["Report of March"],
        "a pair": ["From", "2024-01-01"],
        "half empty": ["Report", "2024", *[""] * (width - 2)],
        "too wide": ["Report", *["x"] * width],
    }
    for count, (name, cells) in product(range(1, 6), above.items()):
        yield _file(f"{count} lines above: {name}", clean, [*[style.line(cells)] * count, *lines])
    yield _file("a title and a blank line", clean, ["Report", "", *lines])
    if style.quoting == "none":
        yield _file("sep=", clean, [f"sep={style.mark}", *lines])


def footers(clean: Clean, style: Style) -> Iterator[Variant]:
    """Lines below the rows."""
    lines, width = style.lines(clean), len(clean.headers)
    below = {
        "a word": ["Total"], "a sum": ["Total", "84"], "as wide": ["Total", *[""] * (width - 1)],
        "as wide with a sum": ["Total", *[""] * (width - 2), "84"], "too wide": ["Total", *["1"] * width],
    }  # fmt: skip
    for name, cells in below.items():
        yield _file(f"below: {name}", clean, [*lines, style.line(cells)], records=ROWS + 1)
    yield _file("below: blank line and a word", clean, [*lines, "", "End of report"], records=ROWS + 1)


def stacked(clean: Clean, style: Style) -> Iterator[Variant]:
    """A second table below the first one."""
    lines, width = style.lines(clean), len(clean.headers)
    yield _file("the table twice", clean, [*lines, *lines], records=2 * ROWS + 1)
    narrow = [style.line(["product", "stock"]), *(style.line([f"p{n}", str(n)]) for n in range(20))]
    yield _file("a narrow table below", clean, [*lines, "", *narrow], records=ROWS + 21)
    wide = [style.line([f"column {n}" for n in range(width)])]
    wide += [style.line([f"v{n}-{place}" for place in range(width)]) for n in range(20)]
    yield _file("another table as wide below", clean, [*lines, *wide], records=ROWS + 21)
    order = [width - 1, *range(width - 1)]
    turned = style.lines(clean.arranged(order))[:20]
    yield _file("the table again with turned columns", clean, [*lines, *turned], records=ROWS + 20)


def blank_lines(clean: Clean, style: Style) -> Iterator[Variant]:
    """Blank lines are no records; lines of delimiters are empty ones."""
    lines, width = style.lines(clean), len(clean.headers)
    yield _file("blank lines between all rows", clean, [part for line in lines for part in (line, "")])
    for at in (0, 1, 50):
        yield _file(f"blank lines at {at}", clean, [*lines[:at], "", "  ", *lines[at:]])
    empty = style.line([""] * width)
    yield _file("empty rows", clean, [*lines[:9], empty, *lines[9:], empty], records=ROWS + 2)


def trailing(clean: Clean, style: Style) -> Iterator[Variant]:
    """A delimiter more at the end of lines."""
    lines = style.lines(clean)
    yield _file("every line ends with a delimiter", clean, [line + style.mark for line in lines])
    rows = [lines[0], *(line + style.mark for line in lines[1:])]
    yield _file("every row ends with a delimiter", clean, rows, hurt=frozenset(range(ROWS)))
    some = [line + style.mark if at in {7, 70} else line for at, line in enumerate(lines)]
    yield _file("two rows end with a delimiter", clean, some, hurt=frozenset([6, 69]))


def nuls(clean: Clean, style: Style) -> Iterator[Variant]:
    """A NUL in a cell, and a tail of them, as a crash of the writer leaves it."""
    data = ("\n".join(style.lines(clean)) + "\n").encode()
    middle = data.index(b"c5")
    yield Variant("a NUL in a cell", clean, data[:middle] + b"\0" + data[middle:], records=None, never=True)
    yield Variant("NULs behind the end", clean, data + b"\0" * 200, records=None, never=True)


def cuts(clean: Clean, style: Style) -> Iterator[Variant]:
    """The end of the file lost, in the middle of a row."""
    lines = style.lines(clean)
    for at, place in product((20, 55, ROWS), (1, 3, 6)):
        kept = "\n".join([*lines[:at], _cut(lines[at], clean.rows[at - 1], style, place)])
        # a cut quoted cell of two lines may count twice
        yield Variant(f"cut in cell {place} of row {at}", clean, kept.encode(),
                      records=None if style.quoting == "all" else at,
                      hurt=frozenset(range(at - 1, ROWS)))  # fmt: skip
    if style.quoting == "all":
        yield Variant("cut inside the last quoted cell", clean, "\n".join(lines)[:-2].encode(), records=None,
                      hurt=frozenset([ROWS - 1]))  # fmt: skip


def _cut(line: str, row: Cells, style: Style, place: int) -> str:
    """The line up to and with the first sign of this cell."""
    return line[: len(style.line(row[:place])) + 2]


def numbers(clean: Clean, style: Style) -> Iterator[Variant]:
    """Amounts as other countries and programs write them."""
    if clean.table != "orders":
        return
    amounts = [row[clean.at("amount")] for row in clean.rows]
    comma = [cell.replace(".", ",") for cell in amounts]
    grouped = [f"{Decimal(cell):,.2f}" for cell in amounts]
    ways = {
        "decimal commas": comma,
        "grouped with commas": grouped,
        "grouped with points": [cell.translate({44: ".", 46: ","}) for cell in grouped],
        "grouped with blanks": [cell.translate({44: " ", 46: ","}) for cell in grouped],
        "with the sign of the euro": [f"€{cell}" for cell in amounts],
        "one with a decimal comma": [comma[9] if at == 9 else cell for at, cell in enumerate(amounts)],
        "one in scientific notation": ["1.5E+3" if at == 9 else cell for at, cell in enumerate(amounts)],
        "one NaN": ["NaN" if at == 9 else cell for at, cell in enumerate(amounts)],
        "one infinite": ["1e999" if at == 9 else cell for at, cell in enumerate(amounts)],
    }
    for name, cells in ways.items():
        if style.quoting == "none" and any(style.mark in cell for cell in cells):
            continue
        hurt = frozenset([9]) if name in {"one in scientific notation", "one NaN", "one infinite"} else ()
        changed = clean.with_cells("amount", cells)
        yield _file(f"amounts {name}", changed, style.lines(changed), hurt=frozenset(hurt))


def dates(clean: Clean, style: Style) -> Iterator[Variant]:
    """Dates as other countries and programs write them."""
    name = {"orders": "ordered_at", "interactions": "sent_at", "surveys": "answered_at"}[clean.table]
    times = [_time(at) for at in range(ROWS)]
    forms = {
        "with points": "%d.%m.%Y %H:%M:%S +0000", "day first": "%d/%m/%Y %H:%M:%S +0000",
        "month first": "%m/%d/%Y %H:%M:%S Z", "with half days": "%m/%d/%Y %I:%M:%S %p UTC",
        "named": "%d %b %Y %H:%M:%S Z", "of Java": "%a %b %d %H:%M:%S +0000 %Y",
    }  # fmt: skip
    ways = {way: [time.strftime(form) for time in times] for way, form in forms.items()}
    ways["in seconds"] = [str(int((time - datetime(1970, 1, 1)).total_seconds())) for time in times]
    ways["in Berlin time"] = [(t + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00") for t in times]
    ways["one of another order"] = [
        time.strftime(forms["month first" if at == 0 else "day first"]) for at, time in enumerate(times)
    ]
    ways["one impossible"] = ["2024-02-30T10:00:00Z" if at == 9 else _iso(at) for at in range(ROWS)]
    for way, cells in ways.items():
        changed = clean.with_cells(name, cells)
        hurt = frozenset([9]) if way == "one impossible" else frozenset()
        yield _file(f"dates {way}", changed, style.lines(changed), hurt=hurt)
    naive = clean.with_cells(name, [time.strftime("%Y-%m-%d %H:%M:%S") for time in times])
    yield _file("dates without a zone", naive, style.lines(naive), never=True)
    few = replace(clean, rows=clean.rows[30:36], values=clean.values[30:36])
    both = few.with_cells(name, [f"0{at + 1}/0{at + 2}/2024 10:00:00 Z" for at in range(6)])
    yield _file("dates that can be read two ways", both, style.lines(both), records=6, never=True)


DAMAGES: tuple[Damage, ...] = (
    untouched, widths, many_widths, quotes, columns, encodings, line_ends, header, preambles, footers,
    stacked, blank_lines, trailing, nuls, cuts, numbers, dates,
)  # fmt: skip


def variants() -> list[Variant]:
    """Every damaged file, in the same order every time."""
    found: list[Variant] = []
    for (mark, sign), quoting in product(DELIMITERS.items(), ("minimal", "all", "none")):
        for clean in cleans(plain=quoting == "none"):
            if clean.table != "orders" and (mark, quoting) not in _CHOSEN[clean.table]:
                continue
            for damage in DAMAGES:
                found += _named(damage(clean, Style(sign, quoting)), mark, quoting)
        for clean in cleans(plain=False) if quoting != "none" else ():
            found += _named(untouched(clean, Style(sign, quoting, '\\"')), mark, f"{quoting}, backslashes")
    return found


def _named(made: Iterator[Variant], mark: str, quoting: str) -> Iterator[Variant]:
    for each in made:
        yield replace(each, name=f"{each.clean.table}, {mark}, {quoting}: {each.name}")

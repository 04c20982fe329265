"""Step 3: the columns of the file beside ours, survey questions with their scales, columns it lacks.

`propose` says what stands there before anybody chose, `read` what was chosen, `draw` lets people choose.
Reading comes first and works whether or not the step is open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from socialroi import schema
from socialroi.errors import nearest
from socialroi.intake import Recognition
from socialroi.intake import headers as known
from socialroi.schema import Column
from socialroi.ui.intake import words
from socialroi.ui.intake.answers import Answers, Pairs
from socialroi.ui.intake.staging import Staged
from socialroi.ui.safe import plain, text

#: How much of a header is shown, and how many of its cells.
HEADER_SHOWN, SAMPLES = 80, 3
WAYS = {"": "highest is best", "low-is-good": "lowest is best"}
#: Made of the file and the row number where a file has none.
_MADE = known.MADE_KEYS
_SCALED = ("question", "score", "scale_min", "scale_max", "high_is_good")


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file: what the intake would make of it, and what stands there at first.

    `auto` and `preset` are fields of ours, "column" or "table.column"; "" means it is left out.
    `hint` is what was said about its dates or its scale. `guessed` is a preset nobody has said.
    """

    at: int
    header: str
    samples: tuple[str, ...]
    auto: str
    preset: str
    hint: str = ""
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The columns of a file and what they may be."""

    tables: tuple[str, ...]
    lines: tuple[Line, ...]
    fields: tuple[str, ...]
    fixed: Pairs = ()
    by_hand: bool = False

    @property
    def lacking(self) -> tuple[str, ...]:
        """Columns that could have one cell for every row."""
        found = [column.name for name in self.tables for column in schema.TABLES[name].columns]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: a field by position, the pairs of a `Request`, and what is still to be said."""

    by_position: Mapping[int, str]
    columns: Pairs
    fixed: Pairs
    missing: tuple[str, ...]

    @property
    def used(self) -> int:
        """How many columns of the file are read."""
        return sum(bool(field) for field in self.by_position.values())


def propose(
    found: Recognition, tables: Sequence[str], last: Answers, *, by_hand: bool, free: bool
) -> Proposal:
    """What stands in the step at first. `free` says whether columns may be given another meaning at all."""
    auto = _matched(found.headers, tables) if by_hand else {h: f for h, f in found.mapping.items() if f}
    lines = [
        Line(at, header, found.samples.get(header, ()), auto.get(header, ""), auto.get(header, ""))
        for at, header in enumerate(found.headers)
        if header.strip()
    ]
    fields = fields_of(tables) if free else tuple(dict.fromkeys(auto.values()))
    questions = tuple(schema.QUESTIONS) if "surveys" in tables else ()
    options = tuple(dict.fromkeys((*questions, *fields)))
    guessed = _guess(lines, tables) if by_hand else lines
    return Proposal(tuple(tables), tuple(_as_last(guessed, last)), options, last.fixed, by_hand)


def fields_of(tables: Sequence[str]) -> tuple[str, ...]:
    """Names of our columns, with their table where a file fills several."""
    prefix = "{}.{}".format if len(tables) > 1 else "{1}".format
    return tuple(
        prefix(name, column.name) for name in tables for column in known.columns_of(schema.TABLES[name])
    )


def column_of(field: str, tables: Sequence[str]) -> Column | None:
    """The column of ours that a field names."""
    table, _, name = field.rpartition(".")
    for each in (table,) if table else tables:
        for column in known.columns_of(schema.TABLES[each]):
            if column.name == name:
                return column
    return None


def _matched(headers: Sequence[str], tables: Sequence[str]) -> Mapping[str, str]:
    """What the intake itself would make of these headers in one table."""
    found = known.mapped(headers, schema.TABLES[tables[0]], {})
    return {source.header: source.column.name for source in found.sources}


def _guess(lines: Sequence[Line], tables: Sequence[str]) -> list[Line]:
    """The lines with a preset where a header is nearly one of our names or aliases."""
    taken = {line.auto for line in lines}
    names = {
        name: column.name
        for column in known.columns_of(schema.TABLES[tables[0]])
        if column.name not in taken
        for name in (column.name, *column.aliases)
    }
    return [_guessed(line, names) for line in lines]


def _guessed(line: Line, names: dict[str, str]) -> Line:
    near = None if line.auto else nearest(schema.normalise(line.header), names)
    if near is None:
        return line
    field = names[near]
    for name in [name for name, column in names.items() if column == field]:
        del names[name]
    return replace(line, preset=field, guessed=True)


def _as_last(lines: Sequence[Line], last: Answers) -> Iterator[Line]:
    """The lines with what was said about them last time."""
    said = {schema.normalise(key): value for key, value in last.columns}
    for line in lines:
        value = said.get(schema.normalise(line.header), said.get(str(line.at + 1)))
        if value is None:
            yield line
        else:
            field, _, hint = value.partition(":")
            yield replace(line, preset=field, hint=hint, guessed=False)


def read(staged: Staged, proposal: Proposal) -> Chosen:
    """What was chosen, or stands there as long as nobody chose."""
    state = st.session_state
    chosen = {
        line.at: str(state.get(staged.key(f"is-{line.at}"), line.preset) or "") for line in proposal.lines
    }
    fixed = _fixed(staged, proposal)
    told = [_pair(staged, proposal, line, chosen[line.at]) for line in proposal.lines]
    missing = list(_unscaled(staged, proposal, chosen))
    if proposal.by_hand:
        missing += [*_unnamed(proposal, chosen, fixed), *_doubled(chosen)]
    return Chosen(chosen, tuple(pair for pair in told if pair), fixed, tuple(missing))


def _pair(staged: Staged, proposal: Proposal, line: Line, field: str) -> tuple[str, str] | None:
    """What the request has to say about a column; None where the intake does the same by itself."""
    hint = _hint(staged, proposal, line, field)
    if field == line.auto and not hint:
        return None
    return _name(proposal.lines, line), f"{field}:{hint}" if hint else field


def _name(lines: Sequence[Line], line: Line) -> str:
    """How the request names a column: by its header, or by its place where that says too little."""
    normal = schema.normalise(line.header)
    alike = sum(schema.normalise(other.header) == normal for other in lines)
    return line.header if normal and alike == 1 else str(line.at + 1)


def _hint(staged: Staged, proposal: Proposal, line: Line, field: str) -> str:
    """The scale of a question, or the order of day and month."""
    if field in schema.QUESTIONS:
        low, high, way = _scale(staged, line)
        return "" if low is None or high is None else ":".join(filter(None, (f"{low}-{high}", way)))
    column = column_of(field, proposal.tables) if field else None
    if column is None or column.kind not in {"instant", "day"}:
        return ""
    preset = line.hint if line.preset == field else ""
    return str(st.session_state.get(staged.key(f"order-{line.at}"), preset) or "")


def _scale(staged: Staged, line: Line) -> tuple[int | None, int | None, str]:
    low, high, way = _preset_scale(line)
    state = st.session_state
    return (
        state.get(staged.key(f"low-{line.at}"), low),
        state.get(staged.key(f"high-{line.at}"), high),
        state.get(staged.key(f"way-{line.at}"), way),
    )


def _preset_scale(line: Line) -> tuple[int | None, int | None, str]:
    """The scale said last time, else an open one: scales are declared, never guessed."""
    span, _, way = line.hint.partition(":")
    low, _, high = span.rpartition("-")
    try:
        return int(low), int(high), way
    except ValueError:
        return None, None, ""


def _unscaled(staged: Staged, proposal: Proposal, chosen: Mapping[int, str]) -> Iterator[str]:
    for line in proposal.lines:
        if chosen[line.at] in schema.QUESTIONS:
            low, high, _ = _scale(staged, line)
            if low is None or high is None or low >= high:
                yield f"the lowest and the highest answer of {line.header}"


def _unnamed(proposal: Proposal, chosen: Mapping[int, str], fixed: Pairs) -> Iterator[str]:
    """Columns that the table must have and that nothing fills."""
    table = schema.TABLES[proposal.tables[0]]
    have = {field.rpartition(".")[2] for field in chosen.values()} | {name for name, _ in fixed}
    asked = bool(have & set(schema.QUESTIONS))
    for name in table.required:
        if name not in have and name != _MADE.get(table.name) and not (asked and name == "question"):
            yield f"a column for {name}"


def _doubled(chosen: Mapping[int, str]) -> Iterator[str]:
    counted = Counter(field for field in chosen.values() if field)
    yield from (f"which one column is {field}" for field, n in counted.items() if n > 1)


def _fixed(staged: Staged, proposal: Proposal) -> Pairs:
    """The columns with one cell for every row, as far as the cell is given."""
    state = st.session_state
    known_cells = dict(proposal.fixed)
    names = state.get(staged.key("fixed"), list(known_cells)) or []
    cells = [(name, state.get(staged.key(f"fixed-{name}"), known_cells.get(name, ""))) for name in names]
    return tuple((name, str(cell).strip()) for name, cell in cells if cell and str(cell).strip())


def draw(staged: Staged, proposal: Proposal, chosen: Chosen) -> None:
    """The table of columns, then what every row of the file has in common."""
    for line in proposal.lines:
        _row(staged, proposal, line, chosen.by_position[line.at])
    _draw_fixed(staged, proposal, chosen)


def _row(staged: Staged, proposal: Proposal, line: Line, field: str) -> None:
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left:
        cells = text(", ".join(line.samples[:SAMPLES]) or "no cell is filled")
        st.markdown(f"**{text(line.header, HEADER_SHOWN)}**  \n:gray[:small[{cells}]]")
    with right:
        options = ["", *proposal.fields]
        st.selectbox(
            f"What {text(spoken(line), HEADER_SHOWN)} is",
            options,
            index=options.index(line.preset) if line.preset in options else 0,
            format_func=lambda name: meaning(name, proposal.tables),
            key=staged.key(f"is-{line.at}"),
            label_visibility="collapsed",
            persist_state="session",
        )
        if line.guessed and field == line.preset:
            st.caption("Chosen because the names are close. Is it right?")
        if field in schema.QUESTIONS:
            _draw_scale(staged, line)


def spoken(line: Line) -> str:
    """A header for screen readers, to whom a label goes as it is, with every escape in it: words alone."""
    words_only = "".join(c if c.isalnum() else " " for c in line.header)
    return " ".join(words_only.split()) or f"column {line.at + 1}"


def meaning(field: str, tables: Sequence[str]) -> str:
    """A field as it is offered: its name and what it means."""
    if not field:
        return "leave out"
    if field in schema.QUESTIONS:
        return f"{field}: answers to {words.QUESTIONS[field]}"
    column = column_of(field, tables)
    return f"{field}: {column.sentence}" if column else plain(field)


def _draw_scale(staged: Staged, line: Line) -> None:
    low, high, way = _preset_scale(line)
    with st.container(horizontal=True):
        for name, value, key in (("Lowest", low, "low"), ("Highest", high, "high")):
            st.number_input(
                name, value=value, min_value=-9999, max_value=9999, step=1, placeholder="number", width=105,
                key=staged.key(f"{key}-{line.at}"), persist_state="session",
            )  # fmt: skip
        st.selectbox(
            "Direction", list(WAYS), index=list(WAYS).index(way), format_func=WAYS.__getitem__,
            key=staged.key(f"way-{line.at}"), persist_state="session",
        )  # fmt: skip


def _draw_fixed(staged: Staged, proposal: Proposal, chosen: Chosen) -> None:
    """One cell for every row, for columns the file lacks."""
    taken = {field.rpartition(".")[2] for field in chosen.by_position.values()}
    asked = any(field in schema.QUESTIONS for field in chosen.by_position.values())
    names = [n for n in proposal.lacking if n not in taken and not (asked and n in _SCALED)]
    given = st.multiselect(
        "Columns the file lacks, with the same value in every row",
        names,
        default=[name for name, _ in proposal.fixed if name in names],
        placeholder="none",
        key=staged.key("fixed"),
        help="For instance question = csat when all answers are to one question.",
        persist_state="session",
    )
    with st.grid(columns=3, min_column_width=200):
        for name in given:
            _cell(staged, proposal, name)


def _cell(staged: Staged, proposal: Proposal, name: str) -> None:
    column = column_of(name, proposal.tables)
    key, value = staged.key(f"fixed-{name}"), dict(proposal.fixed).get(name, "")
    if column is not None and column.choices:
        at = column.choices.index(value) if value in column.choices else None
        st.selectbox(
            column.name, column.choices, index=at, placeholder="choose", key=key, persist_state="session"
        )
    elif column is not None:
        st.text_input(column.name, value=value, key=key, help=column.sentence, persist_state="session")

"""What is decided for a whole row: keys, line numbers, currency, needs_response, contradictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialroi.intake.features import Features, features
from socialroi.intake.headers import MADE_KEYS, Mapped, columns_of
from socialroi.intake.needs import needs_response
from socialroi.intake.redact import redact
from socialroi.schema import Kind

if TYPE_CHECKING:
    pass

#: Only these say something that may need an answer.
ASKERS = frozenset(("customer", "peer"))

Columns = dict[str, list[object]]


def contradictions(mapped: Mapped, columns: Mapping[str, list[object]]) -> Iterator[tuple[int, str, str]]:
    """(index, column, reason) of rows whose cells are right one by one and impossible together."""
    if mapped.table.name != "surveys" or "score" not in columns:
        return
    empty: list[object] = [None] * len(columns["score"])
    scales = zip(
        columns["score"], columns.get("scale_min", empty), columns.get("scale_max", empty), strict=True
    )
    for at, (score, low, high) in enumerate(scales):
        below = score is not None and low is not None and score < low  # type: ignore[operator]
        above = score is not None and high is not None and score > high  # type: ignore[operator]
        if below or above:
            yield at, "score", "The score lies outside the scale of its row."


@dataclass(slots=True)
class Book:
    """Completes the rows of one table: keys, line numbers, currency, needs_response, text dropped."""

    mapped: Mapped
    stem: str
    currency: str | None
    keep_text: bool
    lines: Counter[tuple[object, object]] = field(default_factory=Counter)

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of every column this table can have."""
        return {column.name: column.kind for column in columns_of(self.mapped.table)}

    def complete(self, columns: Columns, records: Sequence[int], noted: Counter[str]) -> Columns:
        """The columns with everything that is derived, in the order of the schema."""
        self._keys(columns, records, noted)
        if self.mapped.table.name == "order_items":
            self._lines(columns, len(records))
        if self.currency and "currency" in self.mapped.table.by_name:
            given = columns.get("currency") or [None] * len(records)
            columns["currency"] = [code or self.currency for code in given]
        if self.mapped.table.name == "interactions":
            self._needs_response(columns, len(records), noted)
        order = [column.name for column in columns_of(self.mapped.table)]
        return {name: columns[name] for name in order if name in columns}

    def _keys(self, columns: Columns, records: Sequence[int], noted: Counter[str]) -> None:
        name = MADE_KEYS.get(self.mapped.table.name)
        if name is None:
            return
        given = columns.get(name) or [None] * len(records)
        if made := sum(value is None for value in given):
            noted[f"generated:{name}"] += made
        columns[name] = [
            f"{self.stem}-{record}" if value is None else value
            for value, record in zip(given, records, strict=True)
        ]

    def _lines(self, columns: Columns, count: int) -> None:
        """The occurrence number of a product within its order, where the file gives no line number."""
        given = columns.get("line") or [None] * count
        products = columns.get("product_id") or [None] * count
        numbered: list[object] = []
        for order, product, line in zip(columns["order_id"], products, given, strict=True):
            self.lines[order, product] += 1
            numbered.append(self.lines[order, product] if line is None else line)
        columns["line"] = numbered

    def _needs_response(self, columns: Columns, count: int, noted: Counter[str]) -> None:
        text = columns.get("text") if self.keep_text else columns.pop("text", None)
        if text is None:
            return
        self._features(columns, text)
        given = columns.get("needs_response") or [None] * count
        directions = columns.get("direction") or [None] * count
        derived = [
            needs_response(said) if flag is None and kind in ASKERS and way != "out" else flag  # type: ignore[arg-type]
            for said, flag, kind, way in zip(text, given, columns["author_kind"], directions, strict=True)
        ]
        if made := sum(a is None and b is not None for a, b in zip(given, derived, strict=True)):
            noted["needs"] += made
        columns["needs_response"] = list(derived)
        if self.keep_text:
            columns["text"] = [redact(str(said)) if said is not None else None for said in text]

    def _features(self, columns: Columns, text: Sequence[object]) -> None:
        """What is kept of each text, before it is dropped; where there is none, what the file says."""
        kinds = columns["author_kind"]
        found = [features(str(said), kind) if said else None for said, kind in zip(text, kinds, strict=True)]
        for at, name in enumerate(Features._fields):
            given = columns.get(name) or [None] * len(found)
            columns[name] = [
                own if each is None else each[at] for each, own in zip(found, given, strict=True)
            ]

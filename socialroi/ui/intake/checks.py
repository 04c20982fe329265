"""Step 4: the whole file read once without storing anything, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from socialroi import intake, limits, schema
from socialroi.charts import format as written
from socialroi.intake import Parcel, Reject
from socialroi.ui.intake import looking
from socialroi.ui.intake.answers import Answers
from socialroi.ui.intake.looking import Refusal

#: Dry runs kept; each holds counts and at most `limits.REJECTS_KEPT` rejects, never a row.
KEPT = 64
#: Up to this size a file is checked at once; a larger one when asked, because it takes seconds.
AT_ONCE = 8 * limits.MIB
#: The column that says when a row happened, by table.
_WHEN = {
    "customers": ("created_at",), "identities": ("linked_at",), "orders": ("ordered_at",),
    "order_items": ("ordered_at",), "interactions": ("sent_at",), "surveys": ("answered_at", "asked_at"),
    "costs": ("month",), "promises": ("valid_from",), "calendars": ("valid_from",), "holidays": ("day",),
    "events": ("happened_at",), "assignments": ("assigned_at",),
}  # fmt: skip
#: Columns that say whom a row is about.
_WHO = ("customer_id", *schema.ADDRESSES)


@dataclass(frozen=True, slots=True)
class Part:
    """What would come into one table: rows, their first and last day, how many name a customer."""

    table: str
    rows: int
    first: date | None
    last: date | None
    about: int
    named: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a dry run found."""

    rows_read: int
    rejected: int
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def would_load(self) -> int:
        """Records of the file that would be loaded."""
        return self.rows_read - self.rejected

    @property
    def span(self) -> str:
        """The first and last day of the rows, in a sentence."""
        days = [day for part in self.parts for day in (part.first, part.last) if day]
        if not days:
            return "No column says when, so figures over time leave these rows out."
        if min(days) == max(days):
            return f"All on {written.day(min(days))}, in UTC."
        return f"From {written.day(min(days))} to {written.day(max(days))}, in UTC."

    @property
    def named(self) -> float | None:
        """Which share of the rows that could name a customer do; None when none could."""
        about = sum(part.about for part in self.parts)
        return sum(part.named for part in self.parts) / about if about else None


@st.cache_resource(max_entries=KEPT, show_spinner="Reading every row")
def run(path: Path, label: str, answers: Answers) -> Checked | Refusal:
    """Read the whole file in a child process, as a load would; `path` names its content."""
    return looking.told(lambda: _of(intake.run_in_child(answers.request(path, label))))


def again(path: Path, label: str, answers: Answers) -> None:
    """Forget one dry run, so that it is done anew. A button's callback."""
    run.clear(path, label, answers)


def _of(parcel: Parcel) -> Checked:
    parts = tuple(_part(name, rows) for name, rows in parcel.tables.items() if isinstance(rows, pa.Table))
    return Checked(parcel.rows_read, parcel.rejected, parcel.rejects, parcel.notes, parts)


def _part(table: str, rows: pa.Table) -> Part:
    first, last = _span(rows, _WHEN.get(table, ()))
    about = _about(table, rows)
    return Part(table, rows.num_rows, first, last, about.num_rows, _named(about))


def _span(rows: pa.Table, names: tuple[str, ...]) -> tuple[date | None, date | None]:
    name = next((name for name in names if name in rows.column_names), None)
    if name is None or not rows.num_rows:
        return None, None
    ends: Mapping[str, Any] = pc.min_max(rows[name]).as_py()
    return _day(ends["min"]), _day(ends["max"])


def _day(value: date | datetime | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _about(table: str, rows: pa.Table) -> pa.Table:
    """The rows that could name a customer: of messages only those that customers wrote."""
    if table not in schema.ABOUT_CUSTOMERS:
        return rows.slice(0, 0)
    if table == "interactions" and "author_kind" in rows.column_names:
        return rows.filter(pc.equal(rows["author_kind"], "customer"))
    return rows


def _named(rows: pa.Table) -> int:
    known = [pc.is_valid(rows[name]) for name in _WHO if name in rows.column_names]
    if not known:
        return 0
    any_of = known[0]
    for other in known[1:]:
        any_of = pc.or_(any_of, other)
    return int(pc.sum(any_of).as_py() or 0)

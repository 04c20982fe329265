"""A store answers questions: one SELECT at a time, each on its own cursor, over one whole generation.

with Store.open("my-firm") as store:
    frame = store.frame("select count(*) as n from episodes where channel = $channel", channel="x")
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from socialroi.errors import StoreError
from socialroi.store import derived, engine, frames, workspace
from socialroi.store.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

_FACTS = """
select 'customers' as table_name, count(*) as n from customers
union all select 'identities', count(*) from identities
union all select 'orders', count(*) from orders
union all select 'order_items', count(*) from order_items
union all select 'interactions', count(*) from interactions
union all select 'surveys', count(*) from surveys
union all select 'costs', count(*) from costs
union all select 'promises', count(*) from promises
union all select 'calendars', count(*) from calendars
union all select 'holidays', count(*) from holidays
union all select 'events', count(*) from events
union all select 'assignments', count(*) from assignments
"""
_COUNTED = "select table_name, n from fact_counts"
_IS_WHOLE = "select count(*) from information_schema.tables where table_name = 'fact_counts'"
_COVERAGE = "select table_name, first_at, last_at from coverage order by table_name"
_CHANNELS = """
select channel from episodes where channel is not null
union select channel from survey_answers where channel is not null
order by channel
"""
_DEPARTMENTS = "select distinct department from episodes where department is not null order by department"
_SEGMENTS = "select distinct segment from customer_summary where segment is not null order by segment"
_CURRENCIES = "select distinct currency from purchases where currency is not null order by currency limit 2"

_memory = count(1)


class Store:
    """One generation of the facts and derived tables, for reading.

    `generation` names exactly what is read and is the key of every cache; `settings` are those it was
    built with. Threads may share a store.
    """

    def __init__(self, con: engine.Connection, generation: str, settings: Settings) -> None:
        self._con, self.generation, self.settings = con, generation, settings

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """The current generation of the workspace at `path`, read-only and locked down.

        A folder of derived Parquet tables is opened by its copy, see cluster/opening.py. Raises StoreDamaged,
        with what to do, when there is none or it cannot be read.
        """
        from socialroi.store.cluster import opening

        folder = Path(path)
        folder = opening.opened(folder) if opening.is_derived(folder) else folder
        con, generation = workspace.read_current(folder)
        with workspace.explained(folder):
            return cls(con, generation, derived.read_settings(con))

    @classmethod
    def of(
        cls,
        tables: Mapping[str, pd.DataFrame],
        *,
        settings: Mapping[str, str] | None = None,
        keeps_unanswered: str = "yes",
    ) -> Store:
        """A store in memory of canonical frames as they are: identifiers are not hashed.

        Raises UnknownName for a table or column that is not in schema.TABLES.
        """
        con = engine.connect_memory()
        frames.fill(con, tables, settings or {}, keeps_unanswered)
        derived.rebuild(con)
        return cls(con, f"memory-{next(_memory)}", derived.read_settings(con))

    def frame(self, sql: str, **params: Any) -> pd.DataFrame:
        """The answer to one SELECT as a frame; parameters the text does not name are left out.

        Raises NotASelect for anything else than one SELECT, StoreError when it cannot be answered.
        """
        with self._asked(sql, params) as result:
            return result.df()

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        """The answer to one SELECT as tuples; errors as in `frame`."""
        with self._asked(sql, params) as result:
            return result.fetchall()

    def one(self, sql: str, **params: Any) -> tuple[Any, ...]:
        """The only row of the answer to one SELECT; StoreError when there is not exactly one."""
        rows = self.rows(sql, **params)
        if len(rows) != 1:
            raise StoreError(f"The question has one answer by its form, and {len(rows)} rows came.")
        return rows[0]

    @contextmanager
    def _asked(self, sql: str, params: Mapping[str, Any]) -> Iterator[engine.Connection]:
        """One cursor per question; what fails while rows are fetched is an error of the question too."""
        with self._con.cursor() as cursor, engine.answering():
            yield engine.run(cursor, sql, params)

    def tables(self) -> dict[str, int]:
        """Rows per canonical table; of tables derived elsewhere those that were there."""
        return dict(self.rows(_FACTS if self.holds_facts else _COUNTED))

    @cached_property
    def holds_facts(self) -> bool:
        """Whether the raw tables are here; not in a result of a cluster, which holds what figures need."""
        return self.one(_IS_WHOLE) == (0,)

    @property
    def is_empty(self) -> bool:
        """Whether no fact is loaded at all."""
        return not any(self.tables().values())

    def coverage(self) -> dict[str, tuple[datetime, datetime]]:
        """First and last instant of orders, interactions and surveys, where there are any."""
        return {name: (first, last) for name, first, last in self.rows(_COVERAGE)}

    def channels(self) -> list[str]:
        """Channels of episodes and surveys, in order, for filters."""
        return [name for (name,) in self.rows(_CHANNELS)]

    def departments(self) -> list[str]:
        """Departments of episodes, in order, for filters."""
        return [name for (name,) in self.rows(_DEPARTMENTS)]

    def segments(self) -> list[str]:
        """Segments of customers, in order, for filters."""
        return [name for (name,) in self.rows(_SEGMENTS)]

    @cached_property
    def currency(self) -> str | None:
        """The currency set, else the only one orders are in; None when there are several or none."""
        found = self.rows(_CURRENCIES)
        return self.settings.currency or (found[0][0] if len(found) == 1 else None)

    def close(self) -> None:
        """Let go of the file."""
        self._con.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

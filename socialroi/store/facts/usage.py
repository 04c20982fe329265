"""What became of the rows of the files that are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from socialroi.store.facts.share import share
from socialroi.store.store import Store


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of the rows of all files: read = used + replaced + rejected + duplicate.

    `used` are in the tables now; a newer version stands for the `replaced`; a `duplicate` repeats a row
    that is there; `unlinked` were loaded without a customer. `table` is "" for all together.
    """

    table: str
    read: int
    used: int
    replaced: int
    rejected: int
    duplicate: int
    unlinked: int

    @property
    def used_share(self) -> float | None:
        """Share of the rows read that are in the tables now."""
        return share(self.used, self.read)


@dataclass(frozen=True, slots=True)
class Usage:
    """Rows over all batches, and by table in order of name. Records a file has rejected count where its
    main table is.
    """

    total: Rows
    tables: tuple[Rows, ...]


_USAGE = """
select
    table_name,
    sum(rows_read),
    sum(rows_loaded - rows_replaced),
    sum(rows_replaced),
    sum(rows_rejected),
    sum(rows_duplicate),
    sum(rows_unlinked)
from batches
group by table_name
order by table_name
"""


def usage(store: Store) -> Usage:
    """What became of the rows of every file that is loaded now, from the ledger. Rows, by table."""
    tables = tuple(Rows(table, *map(int, counts)) for table, *counts in store.rows(_USAGE))
    return Usage(together(tables), tables)


def together(tables: Iterable[Rows]) -> Rows:
    """The rows of several tables as one count."""
    every = list(tables)
    return Rows(
        "",
        sum(rows.read for rows in every),
        sum(rows.used for rows in every),
        sum(rows.replaced for rows in every),
        sum(rows.rejected for rows in every),
        sum(rows.duplicate for rows in every),
        sum(rows.unlinked for rows in every),
    )

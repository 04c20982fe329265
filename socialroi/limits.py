"""Every cap of the product, named, with one sentence each. No other number may stop a user."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Profile:
    """What one way of loading a file may use; None means no cap."""

    name: str
    max_bytes: int | None
    max_rows: int | None
    memory_bytes: int | None
    cpu_s: int | None
    wall_s: int | None


#: A file that arrives through the browser, from somebody this process does not know.
UPLOAD = Profile("upload", 50 * MIB, 5_000_000, 2 * GIB, cpu_s=20, wall_s=30)
#: A file named on the command line by the owner of the machine.
LOCAL = Profile("local", None, None, None, None, None)

#: The longest single cell that is read; a longer one rejects its row.
CELL_BYTES = 1 * MIB
#: The most bytes a workbook may unpack to, and the most parts it may have.
WORKBOOK_BYTES = 200 * MIB
WORKBOOK_MEMBERS = 2_000
#: The most columns a file may have; more means it is not a table of records.
COLUMNS = 500
#: A file of which more than this share of rows is rejected is refused whole.
REJECTED_SHARE = 0.5
#: The most rejected rows whose cells are kept for repair; all are counted.
REJECTS_KEPT = 10_000
#: The most rejected rows that a page or a JSON answer lists.
REJECTS_SHOWN = 1_000
#: How many days rejected cells are kept for repair.
REJECTS_DAYS = 7
#: The most characters of a stranger's text shown at once.
TEXT_SHOWN = 120
#: The most characters of a stranger's text inside a chart.
LABEL_SHOWN = 40
#: The most marks one chart sends to the browser.
MARKS = 2_000
#: The most rows a drill-down page lists at once.
ROWS_SHOWN = 1_000
#: The most segments a comparison shows; the rest is counted as "other".
SEGMENTS = 40
#: How long one query for a page may run before it is interrupted, in seconds.
QUERY_S = 30.0

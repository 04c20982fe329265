"""Declared formats are read by columns: however a file is cut into blocks, the rows are the same."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta

import pytest
from formats_kit import FEW, fixture
from hypothesis import example, given
from hypothesis import strategies as st

from socialroi.errors import FileRefused
from socialroi.intake import Request, careful, coerce, instants, pieces, read, sheet
from socialroi.intake.cells import Bad
from socialroi.intake.formats import helpdesk
from socialroi.intake.headers import columns_of
from socialroi.schema import TABLES

NEVER = re.compile("(?!)")
FILES = (
    "zendesk_tickets.csv",
    "shopify_orders.csv",
    "salesforce_social_posts-report.csv",
    "zammad_tickets.csv",
)
#: Cells that some rule of these formats treats in a way of its own.
ODD = ("", " ", "-", "NULL", "'12", "12.0", "1E+12", "2024-03-31 02:30:00", "2024-10-27 02:30:00", "Offered",
       "4", "2024-02-30 00:00:00", "2024-05-05T10:00:00Z", "2024-05-05 10:00:00 +0200", "closed_by_merge",
       "a\nb", 'a "b"', "7\u00a0")  # fmt: skip
#: What can be wrong with a whole line.
LINES = {
    "as it is": lambda line, header: line,
    "cut": lambda line, header: line.rpartition(",")[0],
    "a lost quote": lambda line, header: line.replace(",", ',"', 1),
    "empty": lambda line, header: "," * header.count(","),
    "a footer": lambda line, header: "Grand Totals (3 records)",
}


def line(cells):
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


@st.composite
def files(draw):
    """A file of a vendor, its rows repeated, changed in places and broken in others."""
    name = draw(st.sampled_from(FILES))
    header, *rows = csv.reader(io.StringIO(fixture(name).decode("utf-8-sig")))
    rows = [row for row in rows if len(row) == len(header)]
    lines = [line(header)]
    for _ in range(draw(st.integers(1, 30))):
        row = list(draw(st.sampled_from(rows)))
        if draw(st.booleans()):
            row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(ODD))
        wrong = draw(st.sampled_from(["as it is"] * 6 + list(LINES)))
        lines.append(LINES[wrong](line(row), lines[0]))
    return name.partition("-")[0].partition(".")[0], "\n".join(lines) + "\n"


def said(path, form):
    """Everything that is said about a file: its rows and rejects, or why it is refused."""
    request = Request(path, "file.csv", format=form, timezone="Europe/Berlin", currency="EUR")
    try:
        parcel = read(request, scan=False)
    except FileRefused as refused:
        return str(refused)
    tables = {name: table.to_pylist() for name, table in parcel.tables.items()}
    return tables, parcel.rejects, parcel.rejected, parcel.rows_read, parcel.notes


@FEW
@given(drawn=files())
def test_the_cut_into_blocks_changes_nothing(write, drawn):
    form, text = drawn
    path = write(text)
    with pytest.MonkeyPatch.context() as patch:
        whole = said(path, form)
        patch.setattr(sheet, "BLOCK", 2)
        assert said(path, form) == whole
        patch.setattr(careful, "HELD", 0)
        assert said(path, form) == whole
        patch.setattr(sheet, "SMALL", 0)
        for name, size in (("LARGEST", 600), ("SMALLEST", 300), ("HELD", 500)):
            patch.setattr(pieces, name, size)
        assert said(path, form) == whole


def test_rows_of_one_record_stand_together_in_the_order_of_the_file(load):
    header = "Id,Created at,Requester id,First reply time in minutes\n"
    tickets = "".join(f"{number},2024-03-01 10:00:00,7,{number % 2 or ''}\n" for number in range(1, 5))
    found = load(header + tickets, timezone="UTC").tables["interactions"]
    assert found["message_id"].to_pylist() == ["1", "1-reply", "2", "3", "3-reply", "4"]
    assert found["record"].to_pylist() == [1, 1, 2, 3, 3, 4]


# What is recognised at a glance is read as by the rule for everything else

digits = st.integers(0, 99).map("{:02d}".format)
offsets = st.sampled_from(["", "Z", " UTC", "+02:00", " +0200", "-05", "+1600", "z"])
years, marks = st.sampled_from(["2024", "1899", "2200", "0000"]), st.sampled_from(" T")
of_our_years = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31))
times = st.one_of(
    st.builds("{}-{}-{}{}{}:{}:{}{}".format, years, digits, digits, marks, digits, digits, digits, offsets),
    st.builds("{:%Y-%m-%d %H:%M:%S}{}".format, of_our_years, offsets),
    st.sampled_from(ODD),
)


def outcome(call):
    try:
        return call()
    except Bad as bad:
        return str(bad)


@given(cell=times)
@example("2024-01-01 24:00:00")
@example("2024-01-01 10:00:00 UTC")
@example("2024-01-01 10:00:60")
def test_a_plain_time_is_what_every_other_form_of_it_is(cell):
    quick = outcome(lambda: instants.wall(cell, None, epoch=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instants, "_PLAIN", NEVER)
        assert quick == outcome(lambda: instants.wall(cell, None, epoch=False))


@given(cell=times, is_utc=st.booleans(), minutes=st.integers(0, 10**6))
def test_a_clock_writes_a_plain_time_as_it_is(cell, is_utc, minutes):
    clock = helpdesk.Clock(frozenset(), None, "Europe/Berlin", is_utc)
    quick = clock.plain(cell)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(helpdesk, "_PLAIN", NEVER)
        assert quick == clock.plain(cell)
    wall = outcome(lambda: instants.utc(instants.wall(cell, None, epoch=False), "UTC"))
    if isinstance(wall, datetime) and cell.endswith(("Z", "z", "UTC")):
        later = wall + timedelta(minutes=minutes)
        assert clock.later(cell, minutes) == f"{later:%Y-%m-%dT%H:%M:%SZ}"


@given(cells=st.lists(st.sampled_from(["1", "1.0", "'1", "1E+5", "null", "", " x", "Ω", "no"]), max_size=9))
def test_a_column_is_read_cell_by_cell(cells):
    column = next(each for each in columns_of(TABLES["orders"]) if each.name == "order_id")
    noted, reader = careful.Counter(), coerce.reader(column, coerce.Setting())
    values, wrong = careful.read_column(cells, reader, noted, required=True)
    alone = careful.Counter()
    each = [careful.read_column([cell], reader, alone, required=True) for cell in cells]
    assert values == [value for (value,), _ in each]
    assert wrong == [(at, reason) for at, (_, bad) in enumerate(each) for _, reason in bad]
    assert noted == alone

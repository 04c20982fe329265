"""Workbooks and Parquet: typed cells become the text a CSV would have had, hostile files a refusal."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from socialroi import limits
from socialroi.errors import FileRefused
from socialroi.intake import Request, child, read, recognise_in_child, run_in_child, sheet, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADER = ["order_id", "ordered_at", "amount", "quantity", "channel"]
ROWS = [
    [1030000000001, datetime(2024, 3, 5, 10, 11, 12), 12.5, 2, "web"],
    ["007", date(2024, 3, 6), 1200, 1, None],
    ["o-3", datetime(2024, 3, 7, 23, 59, 59, 500_000), 0.1 + 0.2, 10, "Größe & <Maß>"],
]
READ = [
    ("1030000000001", datetime(2024, 3, 5, 10, 11, 12), Decimal("12.5"), 2, "web"),
    ("007", datetime(2024, 3, 6), Decimal(1200), 1, None),
    ("o-3", datetime(2024, 3, 7, 23, 59, 59, 500_000), Decimal("0.3"), 10, "größe_&_<maß>"),
]


def book(sheets, **parts):
    """The bytes of an .xlsx with these sheets by name, each rows of cells or XML, and these other `parts`."""
    tags = [f"<sheet name='{name}' sheetId='{at}' r:id='r{at}'/>" for at, name in enumerate(sheets, 1)]
    links = [
        f"<Relationship Id='r{at}' Type='{KINDS}/worksheet' Target='worksheets/sheet{at}.xml'/>"
        for at, _ in enumerate(sheets, 1)
    ]
    styles = "<xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='165'/>"
    written = {
        "[Content_Types].xml": f"<Types xmlns='{PACKAGE}/content-types'><Default Extension='rels' "
        "ContentType='application/vnd.openxmlformats-package.relationships+xml'/><Default Extension='xml' "
        "ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/></Types>",
        "_rels/.rels": f"<Relationships xmlns='{PACKAGE}/relationships'><Relationship Id='r1' Type="
        f"'{KINDS}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{MAIN}' xmlns:r='{KINDS}'><sheets>{''.join(tags)}</sheets>"
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{PACKAGE}/relationships'>{''.join(links)}"
        f"<Relationship Id='r0' Type='{KINDS}/styles' Target='styles.xml'/></Relationships>",
        "xl/styles.xml": f"<styleSheet xmlns='{MAIN}'><numFmts count='2'><numFmt numFmtId='164' formatCode="
        "'yyyy-mm-dd hh:mm:ss'/><numFmt numFmtId='165' formatCode='dd.mm.yyyy'/></numFmts>"
        f"<cellXfs count='3'>{styles}</cellXfs></styleSheet>",
    }
    for at, rows in enumerate(sheets.values(), 1):
        written[f"xl/worksheets/sheet{at}.xml"] = rows if isinstance(rows, str) else grid(rows)
    return zipped({**written, **parts})


def zipped(parts):
    with zipfile.ZipFile(held := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def grid(rows, first=1):
    """The XML of a sheet; its rows begin on line `first`."""
    body = ""
    for line, row in enumerate(rows, first):
        cells = "".join(cell(value, f"{chr(64 + at)}{line}") for at, value in enumerate(row, 1))
        body += f"<row r='{line}'>{cells}</row>"
    return f"<worksheet xmlns='{MAIN}'><sheetData>{body}</sheetData></worksheet>"


def cell(value, place):
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"<c r='{place}' t='b'><v>{int(value)}</v></c>"
    if isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        style = 1 if isinstance(value, datetime) else 2
        return f"<c r='{place}' s='{style}'><v>{(at - datetime(1899, 12, 30)) / timedelta(days=1)!r}</v></c>"
    if isinstance(value, int | float):
        return f"<c r='{place}'><v>{value!r}</v></c>"
    text = value.replace("&", "&amp;").replace("<", "&lt;")
    return f"<c r='{place}' t='inlineStr'><is><t>{text}</t></is></c>"


@pytest.fixture
def here(monkeypatch, write):
    """Read a harmless workbook in this process, which is quicker than a child."""
    monkeypatch.setattr(child, "inside", True)

    def read_here(data, **said):
        return read(Request(write(data, "book.xlsx"), "book.xlsx", **{"timezone": "UTC", **said}))

    return read_here


def rows_of(parcel, names=HEADER):
    (table,) = parcel.tables.values()
    return [tuple(row[name] for name in names) for row in table.to_pylist()]


def test_cells_of_every_type_become_values_of_the_schema(here):
    parcel = here(book({"Orders": [HEADER, *ROWS]}))
    assert rows_of(parcel) == READ
    assert (parcel.format, parcel.rows_read, parcel.rejected, parcel.notes) == ("canonical", 3, 0, ())


def test_booleans_errors_formulas_and_text_that_looks_like_numbers(here):
    header = ["conversation_id", "author_kind", "sent_at", "promotional", "topic"]
    more = (
        "<row r='4'><c r='A4' t='str'><f>1</f><v>k3</v></c><c r='B4' t='inlineStr'><is><t>agent</t></is></c>"
        "<c r='C4' t='d'><v>2024-03-05T10:11:12</v></c><c r='D4'><f>1=1</f><v>1</v></c>"
        "<c r='E4' t='e'><v>#N/A</v></c></row></sheetData>"
    )
    rows = [
        header, ["0012", "customer", "2024-03-05T10:00:00Z", True, "1E5"],
        [12, "peer", ROWS[0][1], False, 1.0],
    ]  # fmt: skip
    parcel = here(book({"A": grid(rows).replace("</sheetData>", more)}))
    assert rows_of(parcel, header) == [
        ("0012", "customer", datetime(2024, 3, 5, 10), True, "1E5"),
        ("12", "peer", datetime(2024, 3, 5, 10, 11, 12), False, "1"),
        ("k3", "agent", datetime(2024, 3, 5, 10, 11, 12), True, None),
    ]


@pytest.mark.parametrize("first", [1, 5])
def test_lines_above_the_header_are_noted_and_rejects_name_the_row_of_the_sheet(here, first):
    bad = ["o-9", "yesterday", 1, 1, "web"]
    above = [["Report of March"], [], ["from", "to"]]
    parcel = here(book({"Orders": grid([*above, HEADER, *ROWS, [], bad], first)}))
    assert rows_of(parcel) == READ
    assert parcel.notes == ("2 lines above the header were not read, beginning 'Report of March'.",)
    assert [(reject.line, reject.column) for reject in parcel.rejects] == [(first + 8, "ordered_at")]
    assert parcel.rows_read == 4


def test_the_first_sheet_with_rows_is_read_and_the_others_are_named(here):
    parcel = here(book({"Empty": [], "Orders": [HEADER, *ROWS], "Other": [["a"]]}))
    assert rows_of(parcel) == READ
    assert parcel.notes == ("Sheet 'Orders' was read and the others were not: Empty, Other.",)


def test_a_table_that_does_not_begin_in_the_corner(here):
    assert rows_of(here(book({"A": grid([[None, *row] for row in [HEADER, *ROWS]], 3)}))) == READ


def test_more_rows_than_become_text_at_once(here, monkeypatch):
    monkeypatch.setattr(workbook, "_PIECE", 2)
    assert rows_of(here(book({"Orders": [HEADER, *ROWS]}))) == READ


def test_a_workbook_is_recognised_in_a_child_like_any_other_file(write):
    path = write(book({"Orders": [HEADER, *ROWS]}), "book.xlsx")
    found = recognise_in_child(Request(path, "book.xlsx"))
    assert (found.format, found.encoding, found.headers) == ("canonical", "xlsx", tuple(HEADER))
    assert found.samples["order_id"] == ("1030000000001", "007", "o-3")
    assert found.questions[0] == "In which time zone are the times of this file?"
    assert rows_of(read(Request(path, "book.xlsx", timezone="UTC"))) == READ
    assert not child.inside


def test_an_empty_workbook_is_refused(here):
    with pytest.raises(FileRefused, match="has no rows"):
        here(book({"Empty": [], "Also": [[], []]}))


@pytest.mark.parametrize("damage", ["cut", "tail", "flipped", "names", "not xml", "lies"])
def test_a_damaged_workbook_is_refused(here, damage):
    whole = book({"Orders": [HEADER, *ROWS]})
    flipped = bytearray(whole)
    start = whole.index(b"sheet1.xml") + len("sheet1.xml")
    flipped[start : start + 20] = bytes(byte ^ 0x55 for byte in flipped[start : start + 20])
    data = {
        "cut": whole[: len(whole) // 2],
        "tail": whole[:-30],
        "flipped": bytes(flipped),
        "names": whole.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"),
        "not xml": zipped({"xl/workbook.xml": "<<"}),
        "lies": book({"Orders": "<worksheet><sheetData><row><c r='A1'><v>1"}),
    }[damage]
    with pytest.raises(FileRefused) as refused:
        here(data)
    assert refused.value.remedy.endswith(".")


def test_a_zip_that_is_no_workbook_is_to_be_unzipped_first(here):
    assert not workbook.is_workbook(memoryview(zipped({"a.csv": "order_id\n1\n"})))
    for data in (zipped({"orders.csv": "order_id\n1\n"}), zipped({}), b"PK\x03\x04" + b"x" * 100):
        with pytest.raises(FileRefused, match=r"zip archive\. Unzip it first"):
            here(data)


def test_a_bomb_is_refused_before_anything_is_unpacked(here, monkeypatch):
    import fastexcel

    monkeypatch.setattr(fastexcel, "read_excel", lambda data: pytest.fail("it was unpacked"))
    data = bytearray(book({"Orders": [HEADER, *ROWS]}))
    listed = data.index(b"PK\x01\x02")  # the first entry of the directory says how large its file is
    data[listed + 24 : listed + 28] = (208 * limits.MIB).to_bytes(4, "little")
    with pytest.raises(FileRefused, match="unpacks to 208 MB in 6 parts"):
        here(bytes(data))
    many = {f"xl/x{n}.xml": "" for n in range(limits.WORKBOOK_MEMBERS)}
    with pytest.raises(FileRefused, match=f"in {limits.WORKBOOK_MEMBERS + 6} parts"):
        here(book({"Orders": [HEADER, *ROWS]}, **many))


def test_a_cell_in_the_last_corner_ends_a_child_and_not_this_process():
    last = "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>"
    corner = grid([["order_id"]]).replace("</sheetData>", last)
    data = book({"Orders": corner})
    assert len(data) < 3_000
    request = Request("book.xlsx", "book.xlsx", profile=limits.UPLOAD)
    for ask in (run_in_child, recognise_in_child):
        with pytest.raises(FileRefused) as refused:
            ask(request, data)
        assert refused.value.remedy


# Parquet


@pytest.fixture
def parquet(tmp_path):
    def read_back(table, **said):
        pq.write_table(table, tmp_path / "orders.parquet")
        return read(Request(tmp_path / "orders.parquet", "orders.parquet", **said), scan=False)

    return read_back


def orders(**columns):
    """Canonical orders with typed columns, some of them others."""
    return pa.table(
        {
            "order_id": pa.array([1030000000001, 2, 3], pa.int64()),
            "customer_id": pa.array(["c1", None, "007"]).dictionary_encode(),
            "ordered_at": pa.array(
                [datetime(2024, 3, 5, 10, 1, 2, 345_678, UTC), datetime(2024, 7, 6, tzinfo=UTC),
                 datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin")),
            "amount": pa.array([Decimal("12.5000"), None, Decimal("0.0001")], pa.decimal128(18, 4)),
            "margin": pa.array([0.25, 7.0, None], pa.float64()),
            "quantity": pa.array([1, None, 3], pa.int32()),
            "status": pa.array(["paid", "pending", None]),
            **columns,
        }
    )  # fmt: skip


def test_typed_columns_come_back_as_they_were(parquet):
    parcel = parquet(orders())
    names = ("order_id", "customer_id", "ordered_at", "amount", "margin", "quantity", "status", "record")
    first = datetime(2024, 3, 5, 10, 1, 2, 345_678)
    assert rows_of(parcel, names) == [
        ("1030000000001", "c1", first, Decimal("12.5"), Decimal("0.25"), 1, "paid", 1),
        ("2", None, datetime(2024, 7, 6), None, Decimal(7), None, "pending", 2),
        ("3", "007", datetime(2024, 3, 31, 0, 59, 59), Decimal("0.0001"), None, 3, None, 3),
    ]
    assert (parcel.rows_read, parcel.rejected, parcel.notes) == (3, 0, ())


def test_an_instant_without_a_zone_is_asked_about_and_a_day_is_a_day(parquet):
    naive = orders(ordered_at=pa.array([datetime(2024, 3, 5, 10)] * 3, pa.timestamp("ns")))
    with pytest.raises(FileRefused, match="do not say their time zone"):
        parquet(naive)
    parcel = parquet(naive, timezone="Europe/Berlin")
    assert {row["ordered_at"] for row in parcel.tables["orders"].to_pylist()} == {datetime(2024, 3, 5, 9)}
    parcel = parquet(orders(ordered_at=pa.array([date(2024, 3, 5)] * 3)), timezone="UTC")
    assert {row["ordered_at"] for row in parcel.tables["orders"].to_pylist()} == {datetime(2024, 3, 5)}


def test_text_kept_as_bytes_is_text_and_bytes_that_are_none_cost_their_row(parquet):
    ids = pa.array(["ö1".encode(), b"\xff\xfe", b"o3"], pa.binary())
    parcel = parquet(orders(order_id=ids))
    assert [row["order_id"] for row in parcel.tables["orders"].to_pylist()] == ["ö1", "o3"]
    assert [(reject.line, reject.reason) for reject in parcel.rejects] == [
        (2, "A cell of this row holds bytes that are no text.")
    ]


def test_what_is_no_number_costs_its_row(parquet):
    parcel = parquet(orders(margin=pa.array([float("nan"), 1.0, 2.0])))
    assert [(reject.line, reject.column, reject.shown) for reject in parcel.rejects] == [(1, "margin", "nan")]


def test_parquet_is_no_upload_and_the_refusal_says_what_to_do(parquet, tmp_path):
    with pytest.raises(FileRefused, match="not read as an upload") as refused:
        parquet(orders(), profile=limits.UPLOAD)
    assert "socialroi ingest" in refused.value.remedy
    with pytest.raises(FileRefused, match="it has no rows"):
        parquet(orders().slice(0, 0))


def test_a_damaged_parquet_file_is_refused_wherever_the_damage_is(parquet, tmp_path):
    parquet(pa.concat_tables([orders()] * 20))
    path = tmp_path / "orders.parquet"
    whole, random = path.read_bytes(), Random(7)
    damaged = [whole[:20], whole[:-9] + whole[-4:], whole[:4] + bytes(len(whole) - 12) + whole[-8:]]
    for _ in range(120):
        flipped = bytearray(whole)
        for _ in range(random.choice([3, 30])):
            flipped[random.randrange(4, len(whole) - 8)] = random.randrange(256)
        damaged.append(bytes(flipped))
    said = [refusal(Request(path, "orders.parquet"), path, data) for data in damaged]
    assert all(said[:3])
    assert len([reason for reason in said if reason]) > 60


def refusal(request, path, data):
    """Why the bytes are refused, or "" when they are read; any other error is an error."""
    path.write_bytes(data)
    try:
        read(request, scan=False)
    except FileRefused as refused:
        return refused.reason
    return ""


def test_many_rows_come_in_batches_with_their_lines(parquet, monkeypatch):
    monkeypatch.setattr(sheet, "SAMPLE", 2)
    table = pa.concat_tables([orders()] * 30)
    table = table.set_column(0, "order_id", pa.array([f"o{n}" for n in range(89)] + [None]))
    parcel = parquet(table)
    assert [row["record"] for row in parcel.tables["orders"].to_pylist()] == list(range(1, 90))
    assert [(reject.line, reject.column) for reject in parcel.rejects] == [(90, "order_id")]

"""The fast lane gives exactly what the careful lane gives, or leaves the file to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialroi import schema
from socialroi.errors import FileRefused
from socialroi.intake import Request, Scan, fast, forms, read, reading
from socialroi.intake.headers import MADE_KEYS
from socialroi.intake.proof import CHUNK, prove

HEAD = (
    "message_id,conversation_id,customer_id,author_id,author_kind,direction,sent_at,channel,"
    "needs_response,text\n"
)
SPOKEN = [
    ("customer", "in", "", '"where, is ""it""?"'),
    ("agent", "out", "no", "here"),
    ("peer", "", "", "thx"),
]
ROWS = [
    f"m{n},k{n // 3},c{n % 7},a{n},{kind},{way},2024-03-0{n % 9 + 1}T10:00:{n:02d}Z,Twitter,{flag},{text}\n"
    for n in range(60)
    for kind, way, flag, text in [SPOKEN[n % 3]]
]
CLEAN = HEAD + "".join(ROWS)


@pytest.fixture
def lanes(tmp_path, monkeypatch):
    """Read the same bytes by both lanes; says also whether the fast lane took the file."""

    def both(text, **said):
        path = tmp_path / "file.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        request = Request(path, "file.csv", **said)
        with monkeypatch.context() as patch:
            patch.setattr(reading, "SMALLEST", 1 << 60)
            careful = outcome(request)
            patch.setattr(reading, "SMALLEST", 0)
            seen = []
            original = fast.read
            patch.setattr(fast, "read", lambda *args, **kw: seen.append(original(*args, **kw)) or seen[-1])
            quick = outcome(request)
            assert counted(scanned(request)) == counted(careful)
        return careful, quick, bool(seen and seen[-1] is not None)

    return both


def outcome(request):
    """Everything a parcel says, as plain values; a refusal as its sentence."""
    try:
        parcel = read(request, scan=False)
    except FileRefused as refused:
        return str(refused)
    return plain(parcel)


def scanned(request):
    """The same for a file left where it is, when the database has settled it as it does."""
    try:
        parcel = read(request)
        (name, scan), *rest = parcel.tables.items()
        if rest or not isinstance(scan, Scan):
            return plain(parcel)
        rows = run(scan)
        if scan.source == "scan":
            rows = rows.set_column(
                rows.column_names.index("record"), "record", pa.array(range(1, rows.num_rows + 1))
            )
        settled = scan.settle(rows.filter(pc.invert(rows["ok"]))["record"].to_pylist())
        if settled is None:
            return plain(scan.reread())
    except FileRefused as refused:
        return str(refused)
    table = rows.filter(rows["ok"]).select([*scan.found, "record"])
    if settled.rows is not None:
        table = pa.concat_tables([table, settled.rows.select(table.column_names)])
    fields = {
        "tables": {name: table.sort_by("record")},
        "rejects": settled.rejects,
        "rejected": settled.rejected,
        "notes": (*parcel.notes, *settled.notes),
    }
    return plain(replace(parcel, **fields))


def counted(said):
    """An outcome without the numbers in its notes: a scan counts rejected rows too."""
    if isinstance(said, str):
        return said
    tables, fields = said
    codes = {re.sub("[0-9]+", "n", note) for note in fields["notes"] if "whether they need" not in note}
    return tables, {**fields, "notes": codes}


def plain(parcel):
    tables = {name: (table.schema, table.to_pylist()) for name, table in parcel.tables.items()}
    fields = ("format", "file_hash", "rows_read", "rejects", "rejected", "timezone", "currency", "notes")
    return tables, {field: getattr(parcel, field) for field in fields}


def run(scan: Scan) -> pa.Table:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        sql, parameters = fast.select(scan)
        return connection.sql(sql, params=parameters).to_arrow_table()


def test_a_clean_file_is_handed_over_as_a_scan_that_gives_the_same_rows(lanes, tmp_path, monkeypatch):
    careful, quick, taken = lanes(CLEAN)
    assert taken
    assert quick == careful
    monkeypatch.setattr(reading, "SMALLEST", 0)
    scan = read(Request(tmp_path / "file.csv", "file.csv")).tables["interactions"]
    assert isinstance(scan, Scan)
    table = run(scan)
    assert (table.num_rows, table.column_names[:-3]) == (scan.rows, [*scan.found, "record"])
    assert set(table["ok"].to_pylist()) == {True}
    assert set(table["record"].to_pylist()) == {None}  # they come in the order of the file


def test_a_scan_runs_where_only_its_file_is_allowed(tmp_path, monkeypatch):
    path = tmp_path / "file.csv"
    path.write_text(CLEAN)
    monkeypatch.setattr(reading, "SMALLEST", 0)
    scan = read(Request(path, "file.csv")).tables["interactions"]
    with fast.connect(scan.path, None) as connection:
        sql, parameters = fast.select(scan)
        assert len(connection.execute(sql, parameters).fetchall()) == 60
        with pytest.raises(duckdb.PermissionException):
            connection.execute(sql, {**parameters, "path": __file__}).fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute("set enable_external_access = true").fetchall()


def test_bad_rows_are_left_out_of_the_scan_and_explained(lanes, tmp_path, monkeypatch):
    bad = ROWS.copy()
    bad[10] = bad[10].replace("2024-03", "2024-13")
    bad[20] = bad[20].replace("peer", "pear")
    bad[30] = bad[30].replace("m30", "1.03006E+13")
    careful, quick, taken = lanes(HEAD + "".join(bad))
    assert taken
    assert quick == careful
    assert [(r.line, r.column) for r in quick[1]["rejects"]] == [
        (12, "sent_at"),
        (22, "author_kind"),
        (32, "message_id"),
    ]
    monkeypatch.setattr(reading, "SMALLEST", 0)
    scan = read(Request(tmp_path / "file.csv", "file.csv")).tables["interactions"]
    assert [row for row, ok in enumerate(run(scan)["ok"].to_pylist(), 1) if not ok] == [11, 21, 31]


def test_unusual_rows_are_read_with_care_and_put_in_their_place(lanes, monkeypatch):
    monkeypatch.setattr(fast, "HEAD", 5)
    odd = ROWS.copy()
    odd[10] = odd[10].replace("2024-03-02T10:00:10Z", "2 Mar 2024 11:00:10 +0100")
    odd[20] = odd[20].replace("m20", "'20").replace(",peer,", ",Member,")
    odd[31] = odd[31].replace(",no,", ",nein,")
    careful, quick, taken = lanes(HEAD + "".join(odd))
    assert taken
    assert quick == careful
    assert len(quick[0]["interactions"][1]) == 60


def test_a_forgotten_zone_late_in_the_file_is_still_a_refusal(lanes):
    late = ROWS.copy()
    late[50] = late[50].replace("Z,Twitter", ",Twitter")
    careful, quick, _ = lanes(HEAD + "".join(late))
    assert quick == careful
    assert "do not say their time zone" in quick


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
@pytest.mark.parametrize(
    "form", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%m/%d/%Y %I:%M %p"]
)
def test_the_nights_in_which_clocks_change(lanes, zone, form):
    start = datetime(2024, 3, 9, 22)
    nights = [
        start + timedelta(days=day, minutes=30 * step)
        for day in (0, 21, 28, 210, 231, 238)
        for step in range(20)
    ]
    nights.append(datetime(2024, 12, 25))
    rows = "".join(f"o{n},c{n},{at.strftime(form)},12.50\n" for n, at in enumerate(nights))
    careful, quick, taken = lanes("order_id,customer_id,ordered_at,amount\n" + rows, timezone=zone)
    assert taken
    assert quick == careful


def test_offsets_that_differ_from_cell_to_cell(lanes):
    times = [
        "2026-04-05 21:06:21 +0400",
        "2026-04-05 22:06:21 +0500",
        "2026-04-05 13:06:21 -0400",
        "2026-04-05 17:06:21 +0000",
    ]
    rows = "".join(f"o{n},{times[n % 4]},5\n" for n in range(40))
    careful, quick, taken = lanes("order_id,ordered_at,amount\n" + rows)
    assert taken
    assert quick == careful
    assert {row["ordered_at"] for row in quick[0]["orders"][1]} == {datetime(2026, 4, 5, 17, 6, 21)}


CASES = {
    "customers": "customer_id,created_at,segment,region\n"
    + "".join(f"c{n},2024-01-0{n % 9 + 1} 10:00:00+02:00, gold ,DE\n" for n in range(30)),
    "customers with addresses": "customer_id,email,handle,segment\n"
    + "".join(f"c{n}, A{n}.b@Shop.example ,@Ann_{n},x\n" for n in range(30))
    + "c30,mailto:a@b.example,ann,x\nc31,nobody,@,x\nc32,é@b.example,Änn,x\n"
    + "c33,,,x\nc34,a@b,a@b,x\nc35,a@b.,null,x\n",
    "customers by address": "email,segment\n"
    + "".join(f"a{n}@shop.example,x\n" for n in range(30))
    + "nobody,x\n",
    "orders with addresses": "order_id,customer_id,email,ordered_at,amount\n"
    + "".join(f"o{n},c{n},A{n}@shop.example,2024-01-05T10:00:00Z,{n}.5\n" for n in range(30)),
    "surveys with addresses": "question,score,scale_min,scale_max,high_is_good,answered_at,handle\n"
    + "".join(f"NPS,{n % 12},0,10,true,2024-01-05T10:00:00Z,@Ann{n}\n" for n in range(36)),
    "messages with addresses": CLEAN.replace("author_id", "username").replace("channel", "email"),
    "customers without types": "customer_id,segment\n"
    + "".join(f"c{n},x\n" for n in range(20))
    + "customer_id,segment\n",
    "orders": "order_id,customer_id,ordered_at,amount,currency,quantity,status\n"
    + "".join(f'o{n},c{n},2024-01-05T10:00:00Z,"1,{n:03d}.50",eur,{n},Shipped\n' for n in range(30)),
    "orders with commas": "order_id;ordered_at;amount;refunded_amount\n"
    + "".join(f"o{n};05.03.2024 10:00;1.{n:03d},5;0\n" for n in range(30)),
    "orders without cents": "order_id,ordered_at,amount\n"
    + "".join(f"o{n},2024-01-05T10:00:00Z,{n}\n" for n in range(30)),
    "orders with one odd amount": "order_id,ordered_at,amount,margin\n"
    + "".join(f"o{n},2024-01-05T10:00:00Z,{'€' if n == 9 else ''}{n}.5,{n}.25\n" for n in range(30)),
    "order_items": "order_id,ordered_at,product_id,quantity,unit_price\n"
    + "".join(f"o{n // 4},2024-01-05T10:00:00Z,p{n % 2},1,2.5\n" for n in range(30)),
    "order_items without order": "ordered_at,product_id,quantity\n"
    + "".join(f"2024-01-05T10:00:00Z,p{n % 2},1\n" for n in range(30)),
    "surveys": "question,score,scale_min,scale_max,high_is_good,answered_at\n"
    + "".join(f"NPS,{n % 12},0,10,true,2024-01-05T10:00:00Z\n" for n in range(36)),
    "interactions without keys": "conversation_id,author_kind,sent_at,sentiment,urgency,visibility\n"
    + "".join(f"k{n},User,2024-01-05T10:00:00Z,-0.{n},0.5,note\n" for n in range(30)),
    "windows line ends": CLEAN.replace("\n", "\r\n"),
    "a mark": "\ufeff" + CLEAN,
    "blank tail": CLEAN + "\n\n",
    "no last line end": CLEAN.rstrip("\n"),
    "tabs": CLEAN.replace(", is", " is").replace(",", "\t"),
    "accents": CLEAN.replace("here", "hiér ☕ 日本"),
    "wide blanks": CLEAN.replace("here", "\u3000here\u00a0"),
    "a stray quote": CLEAN.replace("here", 'he"re', 1),
    "a short row": CLEAN + "m99,k\n",
    "a blank line": CLEAN.replace("\nm5", "\n\nm5", 1),
    "a bare return": CLEAN.replace("here", "he\rre", 1),
    "lines in quotes": CLEAN.replace("where, is", "where,\nis"),
    "swallowed rows": CLEAN.replace(",here\nm2,", ',"here\nm2,', 1).replace("here\n", 'here"\n', 1),
    "unknown columns": "colour," + CLEAN.replace("\n", "\nred,").removesuffix("red,"),
    "the header again": CLEAN + HEAD + "".join(ROWS),
    "nulls": CLEAN.replace("a10,", "NULL,").replace(",Twitter,no", ",N/A,NULL"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("said", [{}, {"keep_text": True, "currency": "USD"}], ids=["plain", "told"])
def test_both_lanes_read_alike(lanes, name, said):
    forced = {"table": "order_items"} if name == "order_items without order" else {}
    careful, quick, _ = lanes(CASES[name], timezone="Europe/Berlin", **said, **forced)
    assert quick == careful


TAKEN = [
    "customers",
    "customers with addresses",
    "customers by address",
    "orders with addresses",
    "surveys with addresses",
    "messages with addresses",
    "customers without types",
    "orders",
    "orders with commas",
    "orders without cents",
    "order_items",
    "order_items without order",
    "surveys",
    "interactions without keys",
    "windows line ends",
    "a mark",
    "blank tail",
    "no last line end",
    "tabs",
    "accents",
    "lines in quotes",
    "unknown columns",
    "nulls",
]


@pytest.mark.parametrize("name", TAKEN)
def test_clean_files_take_the_fast_lane(lanes, name):
    forced = {"table": "order_items"} if name == "order_items without order" else {}
    assert lanes(CASES[name], timezone="Europe/Berlin", **forced)[2]


NEAR = st.sampled_from(
    [
        "2024-03-05T10:00:00Z",
        "2024-03-05 10:00:00+02:00",
        "2024-03-31 02:30:00",
        "2024-10-27 02:30:00 +0400",
        "2024-3-5 1:2:3",
        "2024-03-05",
        "05/03/2024",
        "1709641815",
        "20240305",
        "soon",
        "",
        " ",
        "NULL",
        "2024-03-05T10:00:00.5Z",
        "2024-03-05  10:00:00Z",
        "24-03-05 10:00:00",
        "2024-03-05T10:00:00+99:00",
        "2024-03-05 10:00:60",
        "2200-01-01T00:00:00Z",
        "1899-12-31T00:00:00Z",
    ]
)
MONEY = st.sampled_from(
    [
        "12.50",
        "1,234.50",
        "1.234",
        "1,234",
        "12,5",
        "-3",
        "(3)",
        "€5",
        "5 EUR",
        "1e3",
        "NaN",
        "",
        "0.00001",
        "99999999999999",
        "100000000000000",
        "+4",
        " 7 ",
    ]
)
IDS = st.sampled_from(
    [
        "7",
        "007",
        "1.03E+13",
        "3.0",
        "'12",
        "NULL",
        "null",
        "\\N",
        "",
        " x ",
        "a|b",
        "ünï",
        "7e12",
        '"q"',
        "a,b",
        "x\ny",
        "\u00a0z",
        "''",
    ]
)
WORDS = st.sampled_from(["paid", "Paid", "shipped", "on hold", "odd", "", "voided", "PAID "])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(IDS, NEAR, MONEY, WORDS), min_size=1, max_size=12),
    base=st.sampled_from(
        ["2024-03-05T10:00:00Z", "2024-03-05 10:00:00", "05.03.2024 10:00", "2024-03-05 10:00:00 +0400"]
    ),
    zone=st.sampled_from([None, "Europe/Berlin", "UTC"]),
    amount=st.sampled_from(["12.50", "7", "12,50"]),
)
def test_any_mixture_of_cells_is_read_alike(lanes, rows, base, zone, amount):
    plain = [("id", base, amount, "paid")] * 40
    table = [*plain, *rows, *plain]
    cells = (
        '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n') else cell
        for row in table
        for cell in row
    )
    lines = [",".join(four) for four in zip(*[cells] * 4, strict=True)]
    careful, quick, _ = lanes("order_id,ordered_at,amount,status\n" + "\n".join(lines) + "\n", timezone=zone)
    assert quick == careful


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("order_id,ordered_at,amount", "7,2024-03-05T10:00:00Z,5"),
        ("order_id,line,ordered_at,product_id", "7,1,2024-03-05T10:00:00Z,tea"),
        ("message_id,conversation_id,author_kind,sent_at", "m,c,customer,2024-03-05T10:00:00Z"),
        ("response_id,question,score,scale_min,scale_max,answered_at", "r,csat,4,1,5,2024-03-05T10:00:00Z"),
        ("customer_id,created_at", "ann,2024-03-05T10:00:00Z"),
    ],
)
def test_each_cell_left_empty_in_turn_is_read_alike(lanes, header, row):
    full = row.split(",")
    holes = [
        ",".join(cell if at != hole else "" for at, cell in enumerate(full)) for hole in range(len(full))
    ]
    careful, quick, _ = lanes("\n".join([header, *[row] * 40, *holes, *[row] * 40]) + "\n")
    assert quick == careful


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20), min_size=1, max_size=10
    )
)
def test_any_text_of_a_message_is_read_alike(lanes, texts):
    quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
    rows = "".join(f"k{n},customer,2024-03-05T10:00:00Z,{text}\n" for n, text in enumerate(quoted))
    careful, quick, _ = lanes("conversation_id,author_kind,sent_at,text\n" + rows, keep_text=True)
    assert quick == careful


@given(
    at=st.datetimes(datetime(1902, 1, 1), datetime(2190, 1, 1)),
    form=st.sampled_from(
        ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.%f UTC", "%d.%m.%Y %H:%M:%S Z", "%Y/%m/%d %I:%M:%S %p Z"]
    ),
)
def test_a_form_found_by_us_is_read_by_duckdb_as_the_same_instant(at, form):
    found = forms._form(at.strftime(form), "day-first")
    assert found is not None
    (read_back,) = duckdb.execute(
        "select try_strptime($cell, $form)", {"cell": at.strftime(form), "form": found[1]}
    ).fetchone()
    assert read_back == at.replace(microsecond=at.microsecond if "%f" in form else 0)


@given(st.lists(st.text(alphabet='a,"\n\r \t\u00a0é', max_size=8), min_size=1, max_size=6))
def test_what_is_proven_clean_divides_in_one_way(parts):
    """Whenever the proof accepts bytes, DuckDB and the tokeniser count the same records."""
    from socialroi.intake.tokenise import records

    data = ("h,i\n" + "\n".join(parts)).encode()
    proof = prove(memoryview(data), ",", 2)
    if proof is not None:
        text = data.decode()
        assert proof.records == len([r for r in records(text, ",", 2) if r.cells is not None])
        assert not [r for r in records(text, ",", 2) if r.cells is None]


def test_the_proof_goes_from_chunk_to_chunk_and_finds_records_again():
    rows = [f'{n},"text, {"x" * (n % 50)}\nsecond line {n}"\n'.encode() for n in range(40_000)]
    data = b"id,text\n" + b"".join(rows)
    assert len(data) > 2 * CHUNK
    proof = prove(memoryview(data), ",", 2)
    assert proof is not None
    assert (proof.records, len(proof.marks) > 2) == (40_001, True)
    wanted = [0, 1, 2, 17_000, 39_999, 40_000]
    for record, place in zip(wanted, proof.places(memoryview(data), wanted), strict=True):
        expected = b"id,text" if record == 0 else rows[record - 1].rstrip(b"\n")
        assert data[place.start : place.end] == expected
        assert place.line == (1 if record == 0 else 2 * record)


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n3",
        b"a,b\n1,2\n\n3,4\n",
        b"a,b\n1,\x002\n",
        b"a,b\n1,\xff\n",
        b'a,b\n1,2"\n',
        b'a,b\n"1" ,2\n',
        b"a,b\r\n1,2\n3,4\n",
        b'a,b\n1,"2\n',
        b"a,b\n1,2,\n",
        b"a,b\n1,\xc2\xa02\n",
        b"a,b\n1,2\t\n",
        b'a,b\n1,"\n2"\n',
        b"a,b\n" + b"1," + b"x" * (CHUNK + 1),
        b'a,b,c\n1,"2,3\n4,5",6\n',
    ],
)
def test_what_is_not_clean_is_not_proven(data):
    assert prove(memoryview(data), ",", data.split(b"\n")[0].count(b",") + 1) is None


@pytest.mark.parametrize("table", fast.TABLES)
def test_the_queries_name_every_column_of_the_schema_and_nothing_is_built_from_text(table):
    columns = [column.name for column in schema.TABLES[table].columns]
    rows = fast.query(table, "scan", "rows")
    declared = re.findall(r"null::varchar as (\w+)", rows)
    assert declared == [*columns, "email", "handle"]
    chosen = rows.partition("chosen as (")[2].partition("from judged")[0]
    assert all(re.search(rf"\b{name}\b", chosen) for name in columns)
    made = MADE_KEYS.get(table)
    assert made is None or f"coalesce({made}, $stem || '-' || record)" in chosen
    for source in ("scan", "numbered", "pieces"):
        for question in ("rows", "folds", "range"):
            assert set(re.findall(r"\{|\}|%s", fast.query(table, source, question))) <= {"{", "}"}


def test_a_path_that_duckdb_would_take_for_a_pattern_is_read_with_care(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "SMALLEST", 0)
    path = tmp_path / "orders[1].csv"
    path.write_text(CLEAN)
    assert not isinstance(read(Request(path, "orders[1].csv")).tables["interactions"], Scan)


def test_a_large_file_meets_the_caps_of_an_upload(tmp_path, monkeypatch):
    from socialroi import limits

    monkeypatch.setattr(reading, "SMALLEST", 0)
    path = tmp_path / "file.csv"
    path.write_text(CLEAN)
    few = limits.Profile("upload", None, 10, None, None, None)
    with pytest.raises(FileRefused, match="more than 10 rows"):
        read(Request(path, "file.csv", profile=few))

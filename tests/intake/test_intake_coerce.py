"""Cells of words: ids, choices, flags, and the reasons why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialroi import schema
from socialroi.intake import coerce, identity
from socialroi.intake.cells import Bad, Noted
from socialroi.intake.coerce import Setting
from socialroi.intake.needs import needs_response
from socialroi.limits import TEXT_SHOWN


def reader(table, column):
    return coerce.reader(schema.TABLES[table].column(column), Setting(zone="UTC"))


@pytest.mark.parametrize("cell", ["1.03006E+13", "1.67e+13", "7E+05", "1,5E+10"])
def test_an_id_in_scientific_notation_is_refused_because_its_digits_are_lost(cell):
    with pytest.raises(Bad, match="scientific notation"):
        reader("orders", "order_id")(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("00123", "00123"),
        ("7e12", "7e12"),
        ("NA", "NA"),
        ("None", "None"),
        ("#1001", "#1001"),
        ("3.10", "3.10"),
        ("NULL", None),
        ("\\N", None),
        ("'7210448301122", Noted("7210448301122", "apostrophe")),
        ("'quoted", "'quoted"),
        ("3.0", Noted("3", "float_id")),
        ("155,157", "155,157"),
    ],
)
def test_an_id_stays_the_text_it_is(cell, value):
    assert reader("orders", "order_id")(cell) == value


@pytest.mark.parametrize(("cell", "value"), [
    ("True", True), ("TRUE", True), ("yes", True), ("1", True), ("да", True), ("ja", True), ("t", True),
    ("False", False), ("no", False), ("0", False), ("nein", False), ("NULL", None), ("n/a", None),
])  # fmt: skip
def test_a_flag_in_many_spellings(cell, value):
    assert reader("interactions", "needs_response")(cell) is value


def test_a_flag_that_is_none_is_bad():
    with pytest.raises(Bad, match="neither yes nor no"):
        reader("interactions", "needs_response")("maybe")


@pytest.mark.parametrize(
    ("table", "column", "cell", "value"),
    [
        ("interactions", "author_kind", "End-User", "customer"),
        ("interactions", "author_kind", "AGENT", "agent"),
        ("interactions", "direction", "Inbound", "in"),
        ("orders", "status", "on hold", "pending"),
        ("orders", "status", "On-Hold", "pending"),
        ("orders", "status", "partially_refunded", "paid"),
        ("surveys", "question", "Net Easy", "net_easy"),
        ("surveys", "question", "CES", "ces2"),
        ("interactions", "visibility", "note", "private"),
    ],
)
def test_a_choice_in_another_spelling(table, column, cell, value):
    assert reader(table, column)(cell) == value


def test_a_word_that_is_no_choice_is_bad_and_offers_the_nearest():
    with pytest.raises(Bad, match=r"Did you mean customer\? Accepted: customer, agent"):
        reader("interactions", "author_kind")("costumer")


@pytest.mark.parametrize(
    ("table", "column", "cell", "value"),
    [
        ("interactions", "channel", "Google Reviews", "google_reviews"),
        ("orders", "currency", "eur", "EUR"),
        ("orders", "currency", "€", "EUR"),
        ("calendars", "opens", "9:00", "09:00"),
        ("calendars", "closes", "24:00", "24:00"),
        ("calendars", "weekday", "Mon", 1),
        ("calendars", "weekday", "7", 7),
        ("calendars", "zone", "Europe/Berlin", "Europe/Berlin"),
        ("orders", "refunded_amount", "-5", Noted(5, "sign")),
    ],
)
def test_columns_with_a_form_of_their_own(table, column, cell, value):
    assert reader(table, column)(cell) == value


@pytest.mark.parametrize(("table", "column", "cell"), [
    ("orders", "currency", "dollars"), ("calendars", "opens", "25:00"), ("calendars", "weekday", "8"),
    ("calendars", "zone", "Berlin"), ("interactions", "sentiment", "4"), ("interactions", "urgency", "-0.1"),
    ("promises", "target_s", "-5"),
])  # fmt: skip
def test_values_outside_their_unit_are_bad(table, column, cell):
    with pytest.raises(Bad):
        reader(table, column)(cell)


@pytest.mark.parametrize(
    "column", [c for table in schema.TABLES.values() for c in table.columns], ids=lambda c: c.name
)
@given(cell=st.text(min_size=1, max_size=40))
def test_every_reader_gives_a_value_or_a_sentence(column, cell):
    reason = None
    try:
        coerce.reader(column, Setting(zone="Europe/Berlin"))(cell.strip() or "x")
    except Bad as bad:
        reason = str(bad)
    assert reason is None or reason.endswith(".")


def test_what_is_shown_of_a_cell_is_short():
    assert len(coerce.shown("x" * 1000)) == TEXT_SHOWN
    assert coerce.shown("short") == "short"


@pytest.mark.parametrize(
    ("said", "needed"),
    [
        ("Where is my parcel?", True),
        ("my parcel has not come", True),
        ("Please cancel order 12", True),
        ("this is terrible", True),
        ("thanks but it is still broken", True),
        ("¿dónde está", True),
        ("我的包裹呢？", True),
        ("thanks so much!!", False),
        ("Thank you", False),
        ("🙏🙏❤️", False),
        ("@acme_help", False),
        ("@acme #acme", False),
        ("https://t.co/abc", False),
        ("ok great, thx 👍", False),
        ("danke", False),
        ("!!!", False),
        ("@acme help", True),
        ("hello", True),
        ("hi, thanks for your help", False),
        ("", None),
        (None, None),
    ],
)
def test_whether_a_message_needs_an_answer(said, needed):
    assert needs_response(said) is needed


@pytest.mark.parametrize(
    ("cell", "address"), [("Ann@Example.COM", "ann@example.com"), ("mailto:a@b.co", "a@b.co")]
)
def test_an_email_address_is_lower_case(cell, address):
    assert identity.email(cell) == address


def test_what_is_no_email_address_or_phone_is_left_empty_and_noted():
    assert identity.email("ann at example") == Noted(None, "no_email")
    assert identity.phone("12") == Noted(None, "no_phone")
    assert identity.phone("030 123456") == Noted(None, "no_phone")


@pytest.mark.parametrize("cell", ["+49 30 901820", "0049 30 901820", "'+49 30 901820", "+4930901820"])
def test_one_phone_in_many_spellings_is_one_phone(cell):
    assert identity.phone(cell) == "+4930901820"


def test_a_phone_without_country_code_takes_the_country_of_its_row():
    assert identity.phone("030 901820", "DE") == "+4930901820"


def test_a_handle_is_lower_case_without_its_sign():
    assert identity.handle("@Ann_B") == "ann_b"

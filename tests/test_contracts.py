"""The names of contracts.md, written out again: a change here needs a reason in the README's decisions."""

from __future__ import annotations

import dataclasses

import pytest

from socialroi import result, schema

COLUMNS = {
    "customers": "customer_id created_at segment region acquisition_channel",
    "identities": "kind value customer_id source linked_at",
    "orders": "order_id customer_id ordered_at amount margin refunded_amount currency quantity status channel"
    " acquisition_channel referral_code referred_by",
    "order_items": "order_id line customer_id ordered_at product_id category quantity unit_price"
    " unit_cost currency",
    "interactions": "message_id conversation_id reply_to customer_id author_id author_kind direction sent_at"
    " department agent_id channel visibility needs_response topic sentiment urgency promotional"
    " assignment_kind assigned_arm text"
    # added to the promise: what is kept when the text is dropped
    " text_length has_question has_apology has_sign_off greets_by_name template",
    "surveys": "response_id customer_id conversation_id question score scale_min scale_max"
    " high_is_good asked_at answered_at",
    "costs": "month department kind amount currency",
    "promises": "channel department target_s valid_from",
    "calendars": "department weekday opens closes zone valid_from",
    "holidays": "day department",
    "events": "happened_at kind department label",
    # added to the promise: what the coin said, conversation by conversation
    "assignments": "conversation_id assigned_arm assigned_at planned_share",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_has_exactly_the_promised_columns_in_order(table):
    assert " ".join(schema.TABLES[table].by_name) == COLUMNS[table]


def test_there_are_no_other_tables():
    assert set(schema.TABLES) == set(COLUMNS)


def test_the_closed_words():
    assert schema.AUTHOR_KINDS == ("customer", "agent", "peer", "bot", "campaign", "system")
    assert schema.QUESTIONS == ("net_easy", "ces1", "ces2", "csat", "nps")


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda table: table.name)
def test_no_header_could_mean_two_columns(table):
    names = [name for column in table.columns for name in (column.name, *column.aliases)]
    own = set(table.by_name)
    doubled = {name for name in names if names.count(name) > 1} - own
    assert not doubled
    assert all(schema.normalise(name) == name for name in names)


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda table: table.name)
def test_spellings_lead_to_accepted_words(table):
    for column in table.columns:
        assert set((column.spellings or {}).values()) <= set(column.choices)


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (result.Estimate, {"value", "low", "high", "n", "level", "method"}),
        (result.Unknown, {"code", "sentence", "n"}),
        (result.Check, {"name", "value", "limit", "passed", "sentence"}),
    ],
)
def test_the_shapes_that_scripts_read(shape, fields):
    assert {field.name for field in dataclasses.fields(shape)} == fields


@pytest.mark.parametrize(
    ("low", "value", "high"), [(0.2, 0.1, 0.3), (0, float("nan"), 1), (0, 1, float("inf"))]
)
def test_an_estimate_that_cannot_be_is_refused(low, value, high):
    with pytest.raises(ValueError, match=r"must be finite|outside its interval"):
        result.Estimate(value, low, high, 1, "test")


def test_a_window_of_days_is_inclusive_and_knows_summer_time():
    from datetime import date, datetime

    window = result.Window.of_days(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin")
    assert (window.start, window.end) == (datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22))

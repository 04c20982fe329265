"""Purchases, customers, their days and surveys. Worked by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from store_tables import bought, talk

from socialroi.store import Store


def summary(**tables: pd.DataFrame) -> dict[str, dict[str, Any]]:
    frame = Store.of(tables).frame("select * from customer_summary")
    return {row["customer_id"]: row for row in frame.to_dict("records")}


def purchases(orders: pd.DataFrame, **rest: Any) -> list[tuple[Any, ...]]:
    store = Store.of({"orders": orders, **rest.pop("tables", {})}, **rest)
    return store.rows(
        "select order_id, order_no, day_no, cast(amount as double) from purchases order by ordered_at"
    )


def test_orders_and_days_are_numbered_per_customer() -> None:
    orders = bought(
        "a ann 2026-01-01T10:00 10", "b ann 2026-01-01T12:00 5", "c ann 2026-01-03 7", "d bob 2026-01-02 1"
    )
    assert purchases(orders) == [("a", 1, 1, 10.0), ("b", 2, 1, 5.0), ("d", 1, 1, 1.0), ("c", 3, 2, 7.0)]


def test_running_totals_include_the_order_itself() -> None:
    orders = bought("a ann 2026-01-01 10 margin=4", "b ann 2026-01-02 5 margin=1")
    store = Store.of({"orders": orders})
    rows = store.rows("select cum_orders, cum_amount, cum_margin from purchases order by order_no")
    assert [tuple(map(float, row)) for row in rows] == [(1, 10, 4), (2, 15, 5)]


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("a ann 2026-01-01 10 status=paid", True),
        ("a ann 2026-01-01 10 status=pending", True),
        ("a ann 2026-01-01 10 status=cancelled", False),
        ("a ann 2026-01-01 10 status=test", False),
        ("a ann 2026-01-01 10 status=refunded", False),
        ("a ann 2026-01-01 10 refunded_amount=10", False),
        ("a ann 2026-01-01 10 refunded_amount=9.99", True),
        ("a ann 2026-01-01 0 refunded_amount=0", True),
        ("a ann 2026-01-01 -5", False),
    ],
)
def test_which_orders_count(line: str, counts: bool) -> None:
    assert bool(purchases(bought(line))) is counts


def test_an_order_without_a_customer_is_nobodys() -> None:
    orders = bought("a ann 2026-01-01 10").assign(customer_id=[None])
    store = Store.of({"orders": orders})
    assert store.rows("select * from purchases") == []
    assert store.rows("select * from customer_summary") == []


def test_a_refund_takes_its_share_of_the_margin() -> None:
    store = Store.of({"orders": bought("a ann 2026-01-01 10 margin=4 refunded_amount=5")})
    amount, margin = store.one("select amount, margin from purchases")
    assert (float(amount), float(margin)) == (5.0, 2.0)


def test_a_return_booked_as_an_order_reduces_the_one_before() -> None:
    orders = bought("a ann 2026-01-01 10", "r ann 2026-01-05 -4", "b ann 2026-02-01 8")
    assert purchases(orders) == [("a", 1, 1, 6.0), ("b", 2, 2, 8.0)]


def test_margin_from_the_setting_where_the_file_has_none() -> None:
    orders = bought("a ann 2026-01-01 10", "b ann 2026-01-02 10 margin=9")
    store = Store.of({"orders": orders}, settings={"margin_rate": "0.3"})
    margins = store.rows("select margin from purchases order by order_no")
    assert [float(margin) for (margin,) in margins] == [3.0, 9.0]
    assert Store.of({"orders": orders}).rows("select margin from purchases where order_id = 'a'") == [(None,)]


def test_lines_make_their_orders_and_a_return_line_is_negative() -> None:
    lines = pd.DataFrame(
        {
            "order_id": ["a", "a", "b"],
            "customer_id": ["ann"] * 3,
            "ordered_at": pd.to_datetime(["2026-01-01T10:00", "2026-01-01T10:00", "2026-01-02T00:00"]),
            "product_id": ["p", "q", "p"],
            "quantity": [3, -1, 1],
            "unit_price": [2.0, 1.5, 2.0],
            "unit_cost": [1.0, 1.0, 1.0],
        }
    )
    store = Store.of({"order_items": lines})
    rows = store.rows("select order_id, amount, margin from purchases order by order_no")
    assert [(order, float(amount), float(margin)) for order, amount, margin in rows] == [
        ("a", 4.5, 2.5),
        ("b", 2, 1),
    ]
    assert "orders" in store.coverage()


def test_an_order_beside_its_lines_is_counted_once() -> None:
    lines = pd.DataFrame(
        {"order_id": ["a", "x"], "customer_id": ["ann", "ann"], "quantity": [1, 1], "unit_price": [99.0, 5.0]}
    ).assign(ordered_at=pd.Timestamp("2026-01-02"), product_id="p")
    orders = bought("a ann 2026-01-01 10")
    assert purchases(orders, tables={"order_items": lines}) == [("a", 1, 1, 10.0), ("x", 2, 2, 5.0)]


def test_a_second_order_is_one_on_another_day() -> None:
    found = summary(
        orders=bought("a ann 2026-01-01T10:00 10", "b ann 2026-01-01T20:00 5", "c ann 2026-01-03 7")
    )["ann"]
    assert found["second_order_at"] == datetime(2026, 1, 3)
    assert (found["orders"], found["order_days"], found["first_order_amount"]) == (3, 2, 10.0)
    assert found["first_order_month"] == pd.Timestamp(2026, 1, 1)


def test_the_day_is_that_of_the_reporting_zone() -> None:
    """23:30 and 00:30 UTC are one day in Tokyo (08:30 and 09:30) and two days in London."""
    orders = bought("a ann 2026-01-01T23:30 10", "b ann 2026-01-02T00:30 5")
    assert [row[2] for row in purchases(orders, settings={"reporting_zone": "Asia/Tokyo"})] == [1, 1]
    assert [row[2] for row in purchases(orders, settings={"reporting_zone": "Europe/London"})] == [1, 2]


LANDMARK = (
    "orders first on 1 January, so the landmark is 31 January 00:00; "
    "the message at the end keeps the export open until March"
)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("c1 customer:ann 2026-01-20", "c1 agent 2026-01-31"), "answered"),
        (("c1 customer:ann 2026-01-20", "c1 agent 2026-01-31T00:00:01"), "asked_unanswered"),
        (("c1 customer:ann 2026-01-31", "c1 bot 2026-01-31"), "asked_unanswered"),
        (("c1 customer:ann 2026-01-31T00:00:01", "c1 agent 2026-01-31T00:00:02"), "never_asked"),
        (("c1 customer:ann 2025-11-01", "c1 agent 2025-11-02"), "answered"),
        (("c1 customer:ann 2026-01-20 channel=email", "c1 agent 2026-01-20"), "never_asked"),
    ],
)
def test_status_at_the_landmark(lines: tuple[str, ...], status: str) -> None:
    first, *rest = lines
    opener = first if "channel=" in first else f"{first} channel=twitter"
    messages = talk(opener, *rest, "z customer:zoe 2026-03-01 channel=twitter")
    found = summary(orders=bought("a ann 2026-01-01 10"), interactions=messages)
    assert found["ann"]["engaged"] == status, LANDMARK
    assert found["ann"]["landmark_at"] == datetime(2026, 1, 31)
    assert pd.isna(found["zoe"]["engaged"]), "without an order there is no landmark"


def test_without_interactions_nobody_is_known_not_to_have_asked() -> None:
    assert pd.isna(summary(orders=bought("a ann 2026-01-01 10"))["ann"]["engaged"])


def test_whether_the_contact_time_was_watched() -> None:
    messages = talk("c1 customer:ann 2026-01-01T00:00", "c2 customer:bob 2026-02-10")
    orders = bought("a ann 2026-01-05 10", "b bob 2026-01-20 10", "c cid 2025-12-01 10")
    found = summary(orders=orders, interactions=messages)
    assert {name: row["contact_observed"] for name, row in found.items()} == {
        "ann": True,
        "bob": False,
        "cid": False,
    }


def test_everybody_seen_anywhere_has_a_row() -> None:
    customers = pd.DataFrame({"customer_id": ["dan"], "segment": ["vip"]})
    cancelled = bought("a eve 2026-01-01 10 status=cancelled")
    found = summary(customers=customers, orders=cancelled, interactions=talk("c1 customer:fay 2026-01-01"))
    assert set(found) == {"dan", "eve", "fay"}
    assert (found["eve"]["orders"], found["fay"]["contacts"], found["dan"]["segment"]) == (0, 1, "vip")


def test_customer_days_join_orders_and_contacts() -> None:
    store = Store.of(
        {
            "orders": bought("a ann 2026-01-01T10:00 10", "b ann 2026-01-01T11:00 5"),
            "interactions": talk(
                "c1 customer:ann 2026-01-01", "c1 agent 2026-01-01T01:00", "c2 customer:ann 2026-01-02"
            ),
        }
    )
    rows = store.rows(
        "select day, orders, cast(amount as double), contacts, answered from customer_days order by day"
    )
    assert rows == [(date(2026, 1, 1), 2, 15.0, 1, 1), (date(2026, 1, 2), 0, 0.0, 1, 0)]


def test_an_address_leads_to_its_customer_also_when_the_link_comes_later() -> None:
    identities = pd.DataFrame(
        {
            "kind": ["handle"],
            "value": ["h-ann"],
            "customer_id": ["ann"],
            "linked_at": pd.to_datetime(["2026-02-01"]),
        }
    )
    tables = {"interactions": talk("c1 customer:h-ann 2026-01-05"), "orders": bought("a ann 2026-01-01 10")}
    before = Store.of(tables).rows("select customer_id, linked_at from episodes")
    after = Store.of({**tables, "identities": identities}).rows("select customer_id, linked_at from episodes")
    assert before == [("h-ann", None)]
    assert after == [("ann", datetime(2026, 2, 1))]


def test_surveys_belong_to_the_episode_they_ask_about() -> None:
    messages = talk(
        "c1 customer:ann 2026-01-05 channel=twitter department=care",
        "c1 agent 2026-01-05T01:00",
        "c1 customer:ann 2026-02-05 channel=email department=sales",
        "c1 agent 2026-02-05T01:00",
    )
    surveys = pd.DataFrame(
        {
            "response_id": ["r1", "r2", "r3"],
            "question": "csat",
            "score": [5.0, 1.0, None],
            "conversation_id": ["c1", "c1", None],
            "customer_id": [None, None, "bob"],
            "asked_at": pd.to_datetime(["2026-01-06", "2026-02-06", "2026-02-07"]),
        }
    )
    store = Store.of({"interactions": messages, "surveys": surveys})
    rows = store.rows(
        "select response_id, customer_id, channel, department, score from survey_answers order by 1"
    )
    assert rows == [
        ("r1", "ann", "twitter", "care", 5.0),
        ("r2", "ann", "email", "sales", 1.0),
        ("r3", "bob", None, None, None),
    ]


@pytest.mark.parametrize(
    ("lines", "setting", "currency"),
    [
        (["a ann 2026-01-01 10 currency=EUR", "b bob 2026-01-02 10 currency=EUR"], None, "EUR"),
        (["a ann 2026-01-01 10 currency=EUR", "b bob 2026-01-02 10 currency=USD"], None, None),
        (["a ann 2026-01-01 10 currency=EUR", "b bob 2026-01-02 10 currency=USD"], "GBP", "GBP"),
        (["a ann 2026-01-01 10"], None, None),
        (["a ann 2026-01-01 10"], "GBP", "GBP"),
    ],
)
def test_the_currency_is_the_one_set_or_the_only_one_there_is(
    lines: list[str], setting: str | None, currency: str | None
) -> None:
    settings = {"currency": setting} if setting else {}
    assert Store.of({"orders": bought(*lines)}, settings=settings).currency == currency

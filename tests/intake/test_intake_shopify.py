"""Shopify's orders export, both generations, from invented rows with the habits of real ones."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal

import pytest

from socialroi.intake import Request, recognise

HEADERS_75 = [
    "Name",
    "Email",
    "Financial Status",
    "Paid at",
    "Fulfillment Status",
    "Fulfilled at",
    "Accepts Marketing",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Code",
    "Discount Amount",
    "Shipping Method",
    "Created at",
    "Lineitem quantity",
    "Lineitem name",
    "Lineitem price",
    "Lineitem compare at price",
    "Lineitem sku",
    "Lineitem requires shipping",
    "Lineitem taxable",
    "Lineitem fulfillment status",
    "Billing Name",
    "Billing Street",
    "Billing Address1",
    "Billing Address2",
    "Billing Company",
    "Billing City",
    "Billing Zip",
    "Billing Province",
    "Billing Country",
    "Billing Phone",
    "Shipping Name",
    "Shipping Street",
    "Shipping Address1",
    "Shipping Address2",
    "Shipping Company",
    "Shipping City",
    "Shipping Zip",
    "Shipping Province",
    "Shipping Country",
    "Shipping Phone",
    "Notes",
    "Note Attributes",
    "Cancelled at",
    "Payment Method",
    "Payment Reference",
    "Refunded Amount",
    "Vendor",
    "Outstanding Balance",
    "Employee",
    "Location",
    "Device ID",
    "Id",
    "Tags",
    "Risk Level",
    "Source",
    "Lineitem discount",
    "Tax 1 Name",
    "Tax 1 Value",
    "Tax 2 Name",
    "Tax 2 Value",
    "Tax 3 Name",
    "Tax 3 Value",
    "Tax 4 Name",
    "Tax 4 Value",
    "Tax 5 Name",
    "Tax 5 Value",
    "Phone",
    "Receipt Number",
    "Duties",
    "Billing Province Name",
    "Shipping Province Name",
]
HEADERS_79 = [*HEADERS_75, "Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References"]


def order(name, total, created="2026-04-05 21:06:21 +0400", **more):
    return {
        "Name": name,
        "Total": total,
        "Created at": created,
        "Financial Status": "pending",
        "Currency": "EUR",
        "Lineitem quantity": "1",
        "Lineitem name": "Mug",
        "Lineitem price": total,
        "Lineitem sku": "MUG",
        "Source": "web",
        "Id": "6543210987654",
        "Billing Zip": "'7400",
        "Refunded Amount": "0.00",
        **more,
    }


def line(name, sku, price, created="2026-04-05 21:06:21 +0400", quantity="1", **more):
    """A continuation row: the order's own cells are blank."""
    return {
        "Name": name, "Created at": created, "Lineitem quantity": quantity, "Lineitem name": sku.title(),
        "Lineitem price": price, "Lineitem sku": sku, **more,
    }  # fmt: skip


def export(*rows, headers=HEADERS_79):
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def both(load):
    def loaded(*rows, headers=HEADERS_79, **said):
        parcel = load(export(*rows, headers=headers), **said)
        return parcel, parcel.tables["orders"].to_pylist(), parcel.tables["order_items"].to_pylist()

    return loaded


def test_the_two_generations_have_75_and_79_columns():
    assert (len(HEADERS_75), len(HEADERS_79)) == (75, 79)


@pytest.mark.parametrize("headers", [HEADERS_75, HEADERS_79], ids=["75", "79"])
def test_an_order_of_three_lines_is_one_order_with_one_total(both, headers):
    rows = [
        order("#1001", "30.00", Email="Ann@Example.com"),
        line("#1001", "CUP", "5.00", quantity="2"),
        line("#1001", "MUG", "10"),
    ]
    parcel, orders, items = both(*rows, headers=headers)
    assert (parcel.format, parcel.rows_read, parcel.rejected) == ("shopify_orders", 3, 0)
    assert orders == [{
        "order_id": "#1001", "ordered_at": datetime(2026, 4, 5, 17, 6, 21), "amount": Decimal(30),
        "refunded_amount": Decimal(0), "currency": "EUR", "status": "pending", "channel": "web",
        "email": "ann@example.com", "phone": None, "record": 1,
    }]  # fmt: skip
    assert [(i["product_id"], i["line"], i["quantity"], i["unit_price"]) for i in items] == [
        ("MUG", 1, 1, Decimal(30)), ("CUP", 1, 2, Decimal(5)), ("MUG", 2, 1, Decimal(10)),
    ]  # fmt: skip
    assert {(i["order_id"], i["email"], i["currency"]) for i in items} == {
        ("#1001", "ann@example.com", "EUR")
    }


def test_a_total_repeated_on_every_row_counts_once(both):
    _, orders, items = both(order("#1", "30"), order("#1", "30", **{"Lineitem sku": "CUP"}))
    assert ([o["amount"] for o in orders], len(items)) == ([Decimal(30)], 2)


def test_every_cell_has_its_own_offset(both):
    times = ["2026-04-05 21:06:21 +0400", "2026-04-05 22:06:21 +0500", "2026-04-05 13:06:21 -0400"]
    _, orders, _ = both(*(order(f"#{n}", "5", created=at) for n, at in enumerate(times)))
    assert {o["ordered_at"] for o in orders} == {datetime(2026, 4, 5, 17, 6, 21)}


@pytest.mark.parametrize(("more", "status"), [
    ({"Financial Status": "paid"}, "paid"), ({"Financial Status": "pending"}, "pending"),
    ({"Financial Status": "voided"}, "cancelled"), ({"Financial Status": "partially_refunded"}, "paid"),
    ({"Financial Status": "refunded"}, "refunded"), ({"Financial Status": "expired"}, "cancelled"),
    ({"Cancelled at": "2026-04-06 10:00:00 +0400"}, "cancelled"), ({"Source": "shopify_draft_order"}, "test"),
    ({"Payment Method": "(for testing) Bogus Gateway"}, "test"), ({"Source": "580111"}, "pending"),
])  # fmt: skip
def test_what_became_of_an_order(both, more, status):
    _, ((row),), _ = both(order("#1", "5", **more))
    assert row["status"] == status


def test_refunds_are_positive_amounts_on_the_order(both):
    _, (row,), _ = both(order("#1", "30", **{"Refunded Amount": "12.50"}))
    assert row["refunded_amount"] == Decimal("12.5")


def test_a_customer_is_known_by_phone_of_order_billing_or_shipping_with_its_country(both):
    rows = [
        order("#1", "5", Phone="'+971 50 123 4567"),
        order("#2", "5", **{"Billing Phone": "050 123 4567", "Billing Country": "AE"}),
        order("#3", "5", **{"Shipping Phone": "00971501234567"}),
        order("#4", "5", Phone="12"),
    ]
    parcel, orders, items = both(*rows)
    assert [o["phone"] for o in orders] == ["+971501234567"] * 3 + [None]
    assert [i["phone"] for i in items] == ["+971501234567"] * 3 + [None]
    assert any("phone numbers were not complete" in note for note in parcel.notes)


def test_notes_with_line_breaks_move_the_line_and_not_the_record(both):
    attributes = {"Note Attributes": "a: 1\nb: 2\nc: 3", "Notes": 'say "hi", please'}
    parcel, orders, _ = both(
        order("#1", "5", **attributes), order("#2", "soon"), order("#3", "7"), order("#4", "8")
    )
    (reject,) = parcel.rejects
    assert (reject.line, reject.column, reject.shown) == (5, "Total", "soon")
    assert [o["record"] for o in orders] == [1, 3, 4]


def test_an_order_stands_or_falls_with_all_its_rows(both):
    rows = [order("#1", "5"), line("#1", "CUP", "free"), order("#2", "7"), order("#3", "8"), order("#4", "8")]
    parcel, orders, items = both(*rows)
    assert [(r.line, r.column) for r in parcel.rejects] == [(2, ""), (3, "Lineitem price")]
    assert "Another row of #1" in parcel.rejects[0].reason
    assert [o["order_id"] for o in orders] == ["#2", "#3", "#4"] == [i["order_id"] for i in items]


def test_an_order_without_lines_and_a_line_without_sku(both):
    blank = {"Lineitem quantity": "", "Lineitem name": "", "Lineitem price": "", "Lineitem sku": ""}
    _, orders, items = both(order("#1", "5", **blank), order("#2", "6", **{"Lineitem sku": ""}))
    assert ([o["order_id"] for o in orders], [i["product_id"] for i in items]) == (["#1", "#2"], ["Mug"])


def test_empty_rows_are_rejected(both):
    parcel, orders, _ = both(order("#1", "5"), {"Name": ""}, order("#2", "5"))
    assert [r.reason for r in parcel.rejects] == ["The row is empty."]
    assert len(orders) == 2


def test_an_export_saved_again_without_offsets_needs_a_zone(both):
    row = order("#1", "5", created="2026-04-05 21:06:21")
    _, (read,), _ = both(row, timezone="Asia/Dubai")
    assert read["ordered_at"] == datetime(2026, 4, 5, 17, 6, 21)


def test_a_hand_trimmed_file_is_still_recognised(load):
    parcel = load("Name,Created at,Financial Status,Total\n#1,2026-04-05 21:06:21 +0400,paid,5\n")
    assert (parcel.format, list(parcel.tables)) == ("shopify_orders", ["orders"])


def test_recognition_names_both_tables(write):
    found = recognise(Request(write(export(order("#1", "5"))), "orders_export (3).csv"))
    assert (found.format, found.tables) == ("shopify_orders", ("orders", "order_items"))
    assert found.mapping["Total"] == "orders.amount"
    assert found.mapping["Lineitem sku"] == "order_items.product_id"
    assert found.mapping["Notes"] is None

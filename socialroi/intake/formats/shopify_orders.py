"""Shopify's orders export: one row a line item, the order's own cells on its first row only.

Both generations (75 and 79 columns) and any selection of their columns. The order is taken from the
first row of its `Name` that has a total, and once, even where a file repeats it. Continuation rows
take customer and currency from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from socialroi.intake.blocks import Columns, joined
from socialroi.intake.formats.base import Cells, Format, mapped, records
from socialroi.intake.formats.commerce import phone
from socialroi.intake.headers import Told
from socialroi.intake.rows import EMPTY, Prepared, Row
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: Canonical column -> Shopify's header, in the order in which the rows below give their cells.
ORDERS = {
    "order_id": "Name", "email": "Email", "phone": "Phone", "ordered_at": "Created at",
    "amount": "Total", "refunded_amount": "Refunded Amount", "currency": "Currency",
    "status": "Financial Status", "channel": "Source",
}  # fmt: skip
ITEMS = {
    "order_id": "Name", "email": "Email", "phone": "Phone", "ordered_at": "Created at",
    "product_id": "Lineitem sku", "quantity": "Lineitem quantity", "unit_price": "Lineitem price",
    "currency": "Currency",
}  # fmt: skip


NOTHING = "The row holds neither a total nor a line item."


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Orders, and order items where the file has them."""
    made = {"orders": ORDERS} | ({"order_items": ITEMS} if "lineitem_quantity" in sheet.names else {})
    tables = {
        table: mapped(table, {name: Told(header) for name, header in columns.items()})
        for table, columns in made.items()
    }
    rows = partial(_rows, sheet, items="order_items" in tables)
    return Prepared(tables, rows, request.timezone, request.currency, grouped=True, notes=sheet.notes)


def _rows(sheet: Sheet, *, items: bool) -> Iterator[Row]:
    block = joined(list(sheet.blocks()))
    rows = records(Columns(block, sheet.names))
    heads = _heads(rows)
    empty = set(block.like([""] * len(sheet.headers)))
    for at, (line, number, cells) in enumerate(zip(block.lines, block.numbers, rows, strict=True)):
        name, head = cells["name"], heads[cells["name"]]
        order = head.cells is cells and bool(cells["total"] or cells["financial_status"])
        item = items and bool(cells["lineitem_quantity"])
        if order:
            yield Row(line, number, "orders", _order(head), name)
        if item:
            yield Row(line, number, "order_items", _item(cells, head), name)
        if not order and not item:
            problem = EMPTY if at in empty else NOTHING
            yield Row(line, number, "orders", (name,), problem=problem)
    for number, record in block.problems:
        yield Row(record.line, number, "orders", (record.shown,), problem=record.problem)


class Head(NamedTuple):
    """What the first row of an order says, and the phone number that is read from it."""

    cells: Cells
    phone: str


def _heads(rows: Iterable[Cells]) -> dict[str, Head]:
    """The row of each order that speaks for it: its first with a total, else its first."""
    heads: dict[str, Cells] = {}
    for cells in rows:
        known = heads.setdefault(cells["name"], cells)
        if cells["total"] and not known["total"]:
            heads[cells["name"]] = cells
    return {name: Head(cells, _phone(cells)) for name, cells in heads.items()}


def _order(head: Head) -> tuple[str, ...]:
    cells = head.cells
    return (
        cells["name"], cells["email"], head.phone, cells["created_at"], cells["total"],
        cells["refunded_amount"], cells["currency"], _status(cells), cells["source"],
    )  # fmt: skip


def _item(cells: Cells, head: Head) -> tuple[str, ...]:
    own = head.cells
    return (
        cells["name"], own["email"], head.phone, cells["created_at"] or own["created_at"],
        cells["lineitem_sku"] or cells["lineitem_name"], cells["lineitem_quantity"],
        cells["lineitem_price"], own["currency"],
    )  # fmt: skip


def _status(cells: Cells) -> str:
    """Drafts and the test gateway never were orders; a cancelled order has the day it was cancelled."""
    if cells["source"] == "shopify_draft_order" or "bogus" in cells["payment_method"].lower():
        return "test"
    return "cancelled" if cells["cancelled_at"] else cells["financial_status"]


def _phone(cells: Cells) -> str:
    said = cells["phone"] or cells["billing_phone"] or cells["shipping_phone"]
    return phone(said, cells["billing_country"] or cells["shipping_country"])


FORMAT = Format(
    name="shopify_orders",
    sentence="Orders export of a Shopify shop, known by Name, Created at, Financial Status and Total.",
    tables=("orders", "order_items"),
    keeps_unanswered="unknown",
    identity="E-mail address and phone number of the order, normalised and stored as keyed hashes.",
    needs=(frozenset(("name", "created_at", "financial_status", "total")),),
    notes=(
        "Refunds carry no date in this export, so they are counted on the day of the order.",
        "Voided and cancelled orders, drafts and test payments are read and not counted; pending orders are.",
    ),
    prepare=prepare,
)

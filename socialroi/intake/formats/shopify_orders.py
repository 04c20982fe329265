"""Shopify's orders export: one row a line item, the order's own cells on its first row only.

Both generations (75 and 79 columns) and any selection of their columns. The order is taken from the
first row of its `Name` that has a total, and once, even where a file repeats it. Continuation rows
take customer and currency from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from socialroi import schema
from socialroi.intake.formats.base import Cells, Format, mapped
from socialroi.intake.formats.commerce import phone
from socialroi.intake.headers import Told
from socialroi.intake.rows import Prepared, Row
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet
from socialroi.intake.tokenise import Record

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


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Orders, and order items where the file has them."""
    names = [schema.normalise(header) for header in sheet.headers]
    made = {"orders": ORDERS} | ({"order_items": ITEMS} if "lineitem_quantity" in names else {})
    tables = {
        table: mapped(table, {name: Told(header) for name, header in columns.items()})
        for table, columns in made.items()
    }
    rows = partial(_rows, sheet, names, items="order_items" in tables)
    return Prepared(tables, rows, request.timezone, request.currency, grouped=True, notes=sheet.notes)


def _rows(sheet: Sheet, names: list[str], *, items: bool) -> Iterator[Row]:
    heads = _heads(sheet, names)
    for number, record in enumerate(sheet.records(), 1):
        if record.cells is None:
            yield Row(record.line, number, "orders", (record.shown,), problem=record.problem)
        else:
            yield from _record(record, number, _named(names, record.cells), heads, items=items)


def _named(names: list[str], cells: tuple[str, ...]) -> Cells:
    return Cells(cells, {name: at for at, name in enumerate(names)})


@dataclass(slots=True)
class Head:
    """What the first row of an order says, and on which record it stands."""

    record: int
    cells: Cells
    phone: str = field(init=False)

    def __post_init__(self) -> None:
        self.phone = _phone(self.cells)


def _heads(sheet: Sheet, names: list[str]) -> dict[str, Head]:
    """The row of each order that speaks for it: its first with a total, else its first."""
    heads: dict[str, Head] = {}
    for number, record in enumerate(sheet.records(), 1):
        if record.cells is None:
            continue
        cells = _named(names, record.cells)
        known = heads.get(cells["name"])
        if known is None or (cells["total"] and not known.cells["total"]):
            heads[cells["name"]] = Head(number, cells)
    return heads


def _record(
    record: Record, number: int, cells: Cells, heads: Mapping[str, Head], *, items: bool
) -> Iterator[Row]:
    """The order and the line item one row of the file stands for."""
    name, head = cells["name"], heads[cells["name"]]
    order = head.record == number and bool(cells["total"] or cells["financial_status"])
    item = items and bool(cells["lineitem_quantity"])
    if order:
        yield Row(record.line, number, "orders", _order(head), name)
    if item:
        yield Row(record.line, number, "order_items", _item(cells, head), name)
    if not order and not item:
        problem = "The row is empty." if cells.is_empty else "The row holds neither a total nor a line item."
        yield Row(record.line, number, "orders", (name,), problem=problem)


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

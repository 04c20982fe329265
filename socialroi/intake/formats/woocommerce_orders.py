"""Orders of WooCommerce as the order-export plug-ins write them: one row an order, snake_case headers.

What of the order was paid back stands in a column of sums or, as `amount:5.00|reason:...|date:...`
divided by semicolons, in `refund_items`.
"""

from __future__ import annotations

import re
from decimal import Decimal

from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.commerce import became, making, phone
from socialroi.intake.formats.helpdesk import present, reading
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: WooCommerce's own reports leave out pending, cancelled and failed orders: nobody paid for them.
STATUSES = {
    "pending": "cancelled", "pending_payment": "cancelled", "failed": "cancelled", "cancelled": "cancelled",
    "trash": "cancelled", "processing": "paid", "completed": "paid", "on_hold": "pending",
    "refunded": "refunded", "checkout_draft": "test", "auto_draft": "test", "draft": "test",
}  # fmt: skip
#: Columns of what was paid back, by how much they can be trusted.
REFUNDS = ("refund_items", "refunded_total", "total_refunded", "order_refund", "refund_total")
#: Headers that are read besides.
MORE = ("customer_user", "customer_email", "shipping_phone", "billing_country", "shipping_country")
_REFUND = re.compile(r"(?:^|;)\s*amount:\s*(\d+(?:\.\d+)?)\s*(?=[|;]|$)")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The orders of the file; plug-ins differ in what they call the customer and the refunds."""
    columns: dict[str, From] = {
        "order_id": "order_id",
        "customer_id": Computed(present(sheet, "customer_id", "customer_user"), _customer),
        "ordered_at": "order_date",
        "amount": "order_total",
        "refunded_amount": Computed(present(sheet, *REFUNDS), _refunded),
        "currency": "order_currency",
        "status": Computed("status", status),
        "email": Computed(present(sheet, "billing_email", "customer_email"), _email),
        "phone": Computed(present(sheet, "billing_phone", "shipping_phone"), _phone),
    }
    makes = [Makes("orders", columns), reading("orders", "order_id", *MORE)]
    return making(FORMAT, makes, request, sheet)


def status(cells: Cells) -> str:
    """What became of an order, by WooCommerce's word for it, which may begin with `wc-`."""
    return became(cells["status"].lower().removeprefix("wc-"), STATUSES)


def _customer(cells: Cells) -> str:
    """The account's number; guests have none, or 0."""
    number = cells["customer_id"] or cells["customer_user"]
    return "" if number == "0" else number


def _email(cells: Cells) -> str:
    return cells["customer_email"] or cells["billing_email"]


def _phone(cells: Cells) -> str:
    country = cells["billing_country"] or cells["shipping_country"]
    return phone(cells["billing_phone"] or cells["shipping_phone"], country)


def _refunded(cells: Cells) -> str:
    """The sum of all refunds; a cell of another form stays as it is, to be read or rejected."""
    said = next((cells[name] for name in REFUNDS if cells[name]), "")
    sums = [Decimal(found) for found in _REFUND.findall(said)]
    return str(sum(sums)) if sums and len(sums) == said.count("amount:") else said


FORMAT = Format(
    name="woocommerce_orders",
    sentence="Orders of WooCommerce by an export plug-in, known by order_id, order_date and order_total.",
    tables=("orders",),
    keeps_unanswered="unknown",
    identity="The account's number, with e-mail address and phone number; guests by these alone.",
    needs=(
        known_by("order_id", "order_date", "order_total", "billing_email"),
        known_by("order_id", "order_date", "order_total", "billing_phone"),
        known_by("order_id", "order_date", "order_total", "customer_user"),
        known_by("order_id", "order_date", "order_total", "order_currency", "payment_method"),
    ),
    notes=(
        "Line items are not read: they stand in as many columns as the longest order has lines.",
        "Orders that wait for payment are read and not counted, as in WooCommerce's own reports; orders on "
        "hold are counted.",
        "Refunds are counted on the day of the order.",
        "Times are in the time zone of the site, which the file does not name.",
    ),
    prepare=prepare,
)

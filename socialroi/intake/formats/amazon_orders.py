"""Amazon's all-orders report, a tab-separated file with one row a line of an order and nobody who bought.

The price of a row is that of all its units. The order itself takes its amount from its lines.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from socialroi.intake.formats.base import Cells, Computed, Format, Makes, known_by
from socialroi.intake.formats.helpdesk import reading

#: How an order status begins, and what that means. Tried from the top.
STATUSES = (
    ("shipped - return", "refunded"), ("shipped - reject", "refunded"), ("shipp", "paid"),
    ("partiallyshipped", "paid"), ("unshipped", "paid"), ("pending", "pending"), ("cancel", "cancelled"),
    ("unfulfillable", "cancelled"),
)  # fmt: skip


def _status(cells: Cells) -> str:
    said = cells["order_status"].lower()
    return next((word for begins, word in STATUSES if said.startswith(begins)), cells["order_status"])


def _is_bought(cells: Cells) -> bool:
    return bool(cells["amazon_order_id"]) and not cells["item_status"].lower().startswith("cancel")


def _price(cells: Cells) -> str:
    """The price of one unit; what is no number stays as it is, to be rejected."""
    try:
        return str(Decimal(cells["item_price"]) / int(cells["quantity"]))
    except (InvalidOperation, ValueError, ZeroDivisionError):
        return cells["item_price"]


FORMAT = Format(
    name="amazon_orders",
    sentence="All-orders report of Amazon, known by amazon-order-id, purchase-date and order-status.",
    tables=("orders", "order_items"),
    keeps_unanswered="unknown",
    identity="None: Amazon does not say who bought.",
    certain=False,
    needs=(known_by("amazon-order-id", "purchase-date", "order-status"),),
    makes=(
        Makes(
            "orders",
            {
                "order_id": "amazon-order-id",
                "ordered_at": "purchase-date",
                "currency": "currency",
                "status": Computed("order-status", _status),
                "channel": "sales-channel",
            },
        ),
        Makes(
            "order_items",
            {
                "order_id": "amazon-order-id",
                "ordered_at": "purchase-date",
                "product_id": ("sku", "asin"),
                "quantity": "quantity",
                "unit_price": Computed("item-price", _price),
                "currency": "currency",
            },
            when=_is_bought,
        ),
        reading("order_items", "order_id", "item-status"),
    ),
    notes=(
        "This report does not say who bought, so it is of no use for repurchase: its orders belong to nobody "
        "and cannot be joined to messages.",
        "Amounts are the prices of the items, without shipping and promotions.",
        "Cancelled lines are left out of the items.",
    ),
)

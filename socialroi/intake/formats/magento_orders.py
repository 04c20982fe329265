"""The order grid of Magento and Adobe Commerce as CSV. Order numbers are text with leading zeros."""

from __future__ import annotations

from socialroi.intake.formats.base import Cells, Computed, Format, Makes, known_by
from socialroi.intake.formats.commerce import became

#: Magento's codes and labels, normalised. Closed orders were paid back in full.
STATUSES = {
    "pending": "pending", "pending_payment": "cancelled", "pending_paypal": "cancelled",
    "processing": "paid", "complete": "paid", "closed": "refunded", "canceled": "cancelled",
    "on_hold": "pending", "holded": "pending", "payment_review": "pending", "fraud": "cancelled",
    "suspected_fraud": "cancelled", "paypal_reversed": "refunded", "paypal_canceled_reversal": "paid",
}  # fmt: skip


def _status(cells: Cells) -> str:
    return became(cells["status"], STATUSES)


FORMAT = Format(
    name="magento_orders",
    sentence="Order grid of Magento or Adobe Commerce, known by ID, Purchase Date and Grand Total (Base).",
    tables=("orders",),
    keeps_unanswered="unknown",
    identity="E-mail address of the customer.",
    certain=False,
    needs=(
        known_by("ID", "Purchase Date", "Grand Total (Base)", "Status"),
        known_by("ID", "Purchase Date", "Grand Total (Purchased)", "Status"),
    ),
    makes=(
        Makes(
            "orders",
            {
                "order_id": "ID",
                "ordered_at": "Purchase Date",
                "amount": ("Grand Total (Base)", "Grand Total (Purchased)"),
                "refunded_amount": "Total Refunded",
                "status": Computed("Status", _status),
                "email": "Customer Email",
            },
        ),
    ),
    notes=(
        "Amounts are those in the shop's base currency where the grid has them.",
        "Orders that wait for payment are read and not counted; orders on hold and pending ones are counted.",
        "Refunds are counted on the day of the order.",
    ),
)

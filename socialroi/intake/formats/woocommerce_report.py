"""WooCommerce's Analytics -> Orders report: orders without anybody who placed them.

Two generations, of which the older calls the amount "N. Revenue" and the newer "Net Sales". A refund is
a row of its own, on its own day, with the number of its order and a negative amount.
"""

from __future__ import annotations

from socialroi.intake.formats.base import Cells, Computed, Format, Makes, known_by
from socialroi.intake.formats.woocommerce_orders import status


def _is_refund(cells: Cells) -> bool:
    return (cells["n_revenue"] or cells["net_sales"]).startswith("-")


def _order(cells: Cells) -> str:
    """The order's number; a refund is named for its order and its time, so that it replaces nothing."""
    return f"{cells['order']} refunded {cells['date']}" if _is_refund(cells) else cells["order"]


def _status(cells: Cells) -> str:
    """A refund is negative and has to be counted to be taken off."""
    return "paid" if _is_refund(cells) else status(cells)


FORMAT = Format(
    name="woocommerce_report",
    sentence="Orders report of WooCommerce Analytics, known by Order #, Customer type and N. Revenue.",
    tables=("orders",),
    keeps_unanswered="unknown",
    identity="None: the report has a name and no address, so its orders belong to nobody.",
    needs=(
        known_by("Date", "Order #", "Status", "N. Revenue"),
        known_by("Date", "Order #", "Status", "Customer type", "Net Sales"),
        known_by("Date", "Order #", "Product(s)", "Items sold", "Net Sales"),
    ),
    makes=(
        Makes(
            "orders",
            {
                "order_id": Computed("Order #", _order),
                "ordered_at": "Date",
                "amount": ("N. Revenue", "Net Sales"),
                "quantity": "Items sold",
                "status": Computed("Status", _status),
                "acquisition_channel": "Attribution",
            },
        ),
    ),
    notes=(
        "This report has neither e-mail addresses nor customer ids, so its orders cannot be joined to "
        "customers or to their messages. Ask for an order export by a plug-in instead.",
        "Amounts are net of tax and shipping. Do not load this report beside an order export of the same "
        "shop: it would replace what customers paid.",
        "The report does not name its currency or the time zone of the site.",
    ),
)

"""Stripe's payments export, in its fixed older form and in today's, of which people tick the columns."""

from __future__ import annotations

from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.commerce import became, is_reachable, making
from socialroi.intake.formats.helpdesk import present, reading
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

CREATED = ("Created date (UTC)", "Created (UTC)")
STATUSES = {
    "paid": "paid", "succeeded": "paid", "partially_refunded": "paid", "partial_refund": "paid",
    "refunded": "refunded", "pending": "pending", "processing": "pending", "uncaptured": "pending",
    "requires_capture": "pending", "failed": "cancelled", "blocked": "cancelled", "canceled": "cancelled",
    "cancelled": "cancelled", "incomplete": "cancelled", "expired": "cancelled",
    "requires_payment_method": "cancelled", "requires_action": "cancelled",
    "requires_confirmation": "cancelled",
}  # fmt: skip


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Every payment as an order."""
    columns: dict[str, From] = {
        "order_id": "id",
        "customer_id": Computed("Customer ID", _customer),
        "ordered_at": CREATED,
        "amount": "Amount",
        "refunded_amount": "Amount Refunded",
        "currency": "Currency",
        "status": Computed(present(sheet, "Status", "Captured"), _status),
        "email": "Customer Email",
    }
    utc = frozenset(("ordered_at",))
    makes = [Makes("orders", columns, utc=utc), reading("orders", "order_id", "Mode", "Captured")]
    return making(FORMAT, makes, request, sheet)


def _customer(cells: Cells) -> str:
    """Stripe's customer id where there is no address: one person has as many ids as check-outs as a guest."""
    return "" if is_reachable(cells["customer_email"]) else cells["customer_id"]


def _status(cells: Cells) -> str:
    """What became of a payment; what was only authorised is pending, and without a status not counted."""
    if cells["mode"].lower() == "test":
        return "test"
    is_captured = cells["captured"].lower() != "false"
    if not cells["status"]:
        return "paid" if is_captured else "cancelled"
    said = became(cells["status"], STATUSES)
    return said if is_captured or said != "paid" else "pending"


def _problem(cells: Cells) -> str:
    is_payout = cells["id"].startswith("po_")
    return "This is a payout to the firm and no payment of a customer." if is_payout else ""


FORMAT = Format(
    name="stripe_payments",
    sentence="Payments export of the Stripe dashboard, known by id, Created date (UTC), Amount and Status.",
    tables=("orders",),
    keeps_unanswered="unknown",
    identity="E-mail address of the customer, or else Stripe's customer id.",
    needs=(
        known_by("id", CREATED[0], "Amount", "Status"),
        known_by("id", CREATED[0], "Amount", "Captured"),
        known_by("id", CREATED[1], "Amount", "Amount Refunded", "Status"),
        known_by("id", CREATED[1], "Amount", "Amount Refunded", "Captured"),
    ),
    notes=(
        "Every charge is an order here: an order that was paid in several charges is counted several times, "
        "and one that was paid elsewhere is missing.",
        "A payment of which a part was paid back stays paid, with its refunded amount. Refunds are counted "
        "on the day of the payment.",
        "Failed attempts and test payments are read and not counted; what is authorised and not yet captured "
        "is pending, and counted.",
        "Disputes are not read: a payment lost to one still counts.",
    ),
    problem=_problem,
    prepare=prepare,
)

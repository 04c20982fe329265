"""WooCommerce's Analytics -> Customers report: registered customers and guests, known by e-mail."""

from __future__ import annotations

from socialroi.intake.formats.base import Cells, Computed, Format, Makes, known_by
from socialroi.intake.formats.commerce import UNREACHABLE, is_reachable, place
from socialroi.intake.formats.helpdesk import reading


def _region(cells: Cells) -> str:
    return place(cells["country_region"], cells["region"])


def _problem(cells: Cells) -> str:
    known = cells.is_empty or is_reachable(cells["email"])
    return "" if known else UNREACHABLE


FORMAT = Format(
    name="woocommerce_customers",
    sentence="Customers report of WooCommerce Analytics, known by Username, Sign Up, Email and Total Spend.",
    tables=("customers",),
    keeps_unanswered="unknown",
    identity="E-mail address; the report has no customer id, and user names are not read.",
    needs=(
        known_by("Username", "Sign Up", "Email", "Total Spend"),
        known_by("Last Active", "Email", "Orders", "Total Spend", "AOV"),
    ),
    makes=(
        Makes(
            "customers",
            {
                "created_at": "Sign Up",
                "region": Computed("Country / Region", _region),
                "email": "Email",
            },
        ),
        reading("customers", "email", "Region"),
    ),
    notes=(
        "Orders, Total Spend and AOV are lifetime figures of the day of the export and are not read; "
        "load the orders.",
        "Guests have no day of sign-up; they are known since their first order.",
        "A site in another language translates these headers; name the columns then with --columns.",
    ),
    problem=_problem,
)

"""Shopify's customers export, all three generations: to 2021 without an id, 2022 with one, and today's.

The newest calls the address columns "Default Address ...". Ids and phone numbers begin with the
apostrophe that keeps spreadsheets from counting with them.
"""

from __future__ import annotations

from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.commerce import UNREACHABLE, is_reachable, making, phone, place
from socialroi.intake.formats.helpdesk import present, reading
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: Headers that are read besides.
MORE = ("Default Address Phone", "Default Address Province Code", "Province Code")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The customers of the file, whatever its generation calls their address."""
    number = present(sheet, "Phone", "Default Address Phone")
    country = present(sheet, "Country Code", "Default Address Country Code", "Province Code")
    columns: dict[str, From] = {
        "customer_id": "Customer ID",
        "region": Computed(country, _region),
        "email": "Email",
        "phone": Computed(number, _phone),
    }
    makes = [Makes("customers", columns), reading("customers", "email", *MORE)]
    return making(FORMAT, makes, request, sheet)


def _country(cells: Cells) -> str:
    return cells["default_address_country_code"] or cells["country_code"]


def _region(cells: Cells) -> str:
    return place(_country(cells), cells["default_address_province_code"] or cells["province_code"])


def _phone(cells: Cells) -> str:
    return phone(cells["phone"] or cells["default_address_phone"], _country(cells))


def _problem(cells: Cells) -> str:
    """Why a row is no customer: nothing says who it is."""
    known = cells["customer_id"] or cells.is_empty or is_reachable(cells["email"], _phone(cells))
    return "" if known else UNREACHABLE


FORMAT = Format(
    name="shopify_customers",
    sentence="Customers export of a Shopify shop, known by Email, Total Spent and Total Orders.",
    tables=("customers",),
    keeps_unanswered="unknown",
    identity="Shopify's customer id, with e-mail address and phone number; without ids, these alone.",
    needs=(
        known_by("Email", "Total Spent", "Total Orders", "Accepts Marketing"),
        known_by("Email", "Total Spent", "Total Orders", "Accepts Email Marketing"),
        known_by("Customer ID", "Email", "Total Spent", "Total Orders"),
    ),
    notes=(
        "Total Spent and Total Orders are lifetime figures of the day of the export and are not read; "
        "load the orders.",
        "This export does not say since when somebody is a customer; that is taken from the first order.",
        "Tags are not read as a segment: they are lists, and change after the fact.",
    ),
    problem=_problem,
    prepare=prepare,
)

"""HubSpot's contacts export, of which people choose the columns. Ids are HubSpot's own."""

from __future__ import annotations

from socialroi.intake.formats.base import Cells, Computed, Format, From, Makes, known_by
from socialroi.intake.formats.commerce import making, phone
from socialroi.intake.formats.helpdesk import first_of, person, present, reading
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

PHONES = ("Phone Number", "Mobile Phone Number", "Phone")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """The contacts of the file."""
    columns: dict[str, From] = {
        "customer_id": Computed(present(sheet, "Record ID", "Record ID - Contact"), _customer),
        "created_at": "Create Date",
        "region": ("Country/Region", "Country", "State/Region"),
        "acquisition_channel": ("Original Source", "Original Traffic Source", "Original Source Type"),
        "email": Computed("Email", _email),
        "phone": Computed(present(sheet, *PHONES), _phone),
    }
    makes = [Makes("customers", columns), reading("customers", "email", *PHONES)]
    return making(FORMAT, makes, request, sheet)


def _customer(cells: Cells) -> str:
    return person("hubspot", cells["record_id"] or cells["record_id_contact"])


def _email(cells: Cells) -> str:
    return first_of(cells["email"], ";")


def _phone(cells: Cells) -> str:
    """The first number there is; a country is named in words, which tell no dialling code."""
    said = cells["phone_number"] or cells["mobile_phone_number"] or cells["phone"]
    country = cells["country_region"] or cells["country"]
    return phone(first_of(said, ";"), country if len(country) == 2 else "")


FORMAT = Format(
    name="hubspot_contacts",
    sentence="Contacts export of HubSpot, known by Record ID, Email and First Name.",
    tables=("customers",),
    keeps_unanswered="unknown",
    identity="HubSpot's record id, written hubspot:..., with e-mail address and phone number.",
    certain=False,
    needs=(
        known_by("Record ID", "First Name", "Last Name", "Email"),
        known_by("Record ID", "Email", "Lifecycle Stage"),
        known_by("Record ID", "Email", "Contact owner"),
        known_by("Record ID", "Email", "Lead Status"),
        known_by("Record ID - Contact", "Email"),
    ),
    notes=(
        "Lifecycle stage and lead status are those of the day of the export and are not read: they already "
        "know who bought.",
        "Contacts are joined to orders by e-mail address and phone number; of several in one cell the first "
        "is taken.",
        "Times are in the time zone of the portal, which the file does not name.",
    ),
    prepare=prepare,
)

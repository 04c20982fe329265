"""Chatwoot's export of contacts: the attributes somebody picked, under their raw names.

The default columns are so plain that other tools write them too. A file that is one of our own tables by
its columns is read as that, and any other has to be confirmed.
"""

from __future__ import annotations

from socialroi import schema
from socialroi.intake.formats import canonical, helpdesk
from socialroi.intake.formats.base import Cells, Computed, Format, Makes, known_by, made_by
from socialroi.intake.rows import Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

PLAIN = known_by("id", "name", "email", "phone_number")
ABOUT_PEOPLE = ("customers", "orders", "order_items", "interactions", "surveys")


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Customers; or our own table, when nobody has said that this is Chatwoot's."""
    if request.format is None and _is_ours(sheet):
        return canonical.prepare(request, sheet)
    return made_by(FORMAT, request, sheet)


def _is_ours(sheet: Sheet) -> bool:
    """Whether the other columns are enough for a table of ours."""
    others = {schema.normalise(header) for header in sheet.headers} - PLAIN
    tables = (schema.TABLES[name] for name in ABOUT_PEOPLE)
    return any(
        all(others & {name, *table.column(name).aliases} for name in table.required) for table in tables
    )


def known_as(cells: Cells) -> str:
    """The firm's own number of a contact where it gave one, else Chatwoot's."""
    return cells["identifier"] or helpdesk.person("chatwoot", cells["id"])


FORMAT = Format(
    name="chatwoot_contacts",
    sentence="Chatwoot's export of contacts, known by id, name, email and phone_number.",
    tables=("customers",),
    keeps_unanswered="unknown",
    identity="identifier as the firm's own number, else Chatwoot's contact id; e-mail address and phone.",
    certain=False,
    needs=(PLAIN,),
    notes=("Contacts are people who wrote, not people who bought: most have no order.",),
    makes=(
        Makes(
            "customers",
            {
                "customer_id": Computed("id", known_as),
                "email": "email",
                "phone": "phone_number",
                "created_at": "created_at",
                "region": "country_code",
            },
        ),
        helpdesk.reading("customers", "customer_id", "identifier"),
    ),
    prepare=prepare,
)

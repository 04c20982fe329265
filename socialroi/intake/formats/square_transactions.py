"""Square's transactions export: date, time and the zone, in words, in three columns; refunds as rows.

A refund may carry the transaction of its payment, so it is named for its own payment id and is an order
with a negative amount, which takes it off the purchase before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from socialroi import schema
from socialroi.errors import UsageError
from socialroi.intake import zones
from socialroi.intake.formats.base import Cells, Computed, Format, Makes, known_by, made_by
from socialroi.intake.formats.commerce import became
from socialroi.intake.formats.helpdesk import reading
from socialroi.intake.rows import Ask, Prepared
from socialroi.intake.shapes import Request
from socialroi.intake.sheet import Sheet

#: Square's words for time zones, normalised, and what the rest of the world calls them.
ZONES: Mapping[str, str] = {
    "eastern_time_us_canada": "America/New_York", "central_time_us_canada": "America/Chicago",
    "mountain_time_us_canada": "America/Denver", "pacific_time_us_canada": "America/Los_Angeles",
    "atlantic_time_canada": "America/Halifax", "newfoundland": "America/St_Johns",
    "saskatchewan": "America/Regina", "arizona": "America/Phoenix", "alaska": "America/Juneau",
    "hawaii": "Pacific/Honolulu", "indiana_east": "America/Indiana/Indianapolis",
    "puerto_rico": "America/Puerto_Rico", "london": "Europe/London", "edinburgh": "Europe/London",
    "dublin": "Europe/Dublin", "paris": "Europe/Paris", "madrid": "Europe/Madrid", "tokyo": "Asia/Tokyo",
    "osaka": "Asia/Tokyo", "sapporo": "Asia/Tokyo", "sydney": "Australia/Sydney",
    "canberra": "Australia/Sydney", "melbourne": "Australia/Melbourne", "brisbane": "Australia/Brisbane",
    "hobart": "Australia/Hobart", "adelaide": "Australia/Adelaide", "darwin": "Australia/Darwin",
    "perth": "Australia/Perth", "utc": "UTC",
}  # fmt: skip
STATUSES = {
    "complete": "paid", "completed": "paid", "pending": "pending", "voided": "cancelled",
    "canceled": "cancelled", "failed": "cancelled",
}  # fmt: skip
EVENTS = ("payment", "refund")
#: How many words for zones a question names.
LISTED = 5


def prepare(request: Request, sheet: Sheet) -> Prepared:
    """Payments and refunds, in the one zone that all rows name."""
    words = [] if request.timezone else _words(sheet)
    named = {_zone(word) for word in words}
    zone = named.pop() if len(named) == 1 else None
    prepared = made_by(replace(FORMAT, zone=zone), request, sheet)
    return replace(prepared, asks=(*_asked(words), *prepared.asks)) if words and not zone else prepared


def _words(sheet: Sheet) -> list[str]:
    """What the rows say about their zone, each once."""
    if "time_zone" not in sheet.names:
        return []
    header = sheet.headers[sheet.names.index("time_zone")]
    return sorted({word for (word,) in sheet.cells("time_zone")} - {"", header})


def _zone(word: str) -> str | None:
    """The IANA name of a zone in Square's words, or of one that is an IANA name already."""
    try:
        return ZONES.get(schema.normalise(word)) or zones.zone_named(word).key
    except UsageError:
        return None


def _asked(words: list[str]) -> tuple[Ask, ...]:
    """The question about rows in several zones, or in one that we do not know."""
    listed = ", ".join(map(repr, words[:LISTED]))
    remedy = (
        "Export the locations one by one, or declare one zone for all rows, as in --timezone Europe/Berlin."
    )
    return (Ask(f"In which one time zone are these rows? They say {listed}.", remedy),)


def _is_refund(cells: Cells) -> bool:
    return cells["event_type"].lower() == "refund"


def _order(cells: Cells) -> str:
    number = cells["payment_id"] or cells["transaction_id"]
    return f"refund {number}" if _is_refund(cells) else cells["transaction_id"]


def _at(cells: Cells) -> str:
    return f"{cells['date']} {cells['time']}".strip()


def _status(cells: Cells) -> str:
    """What became of a payment; a refund has to be counted to be taken off."""
    return "paid" if _is_refund(cells) else became(cells["transaction_status"], STATUSES) or "paid"


def _problem(cells: Cells) -> str:
    is_known = cells["event_type"].lower() in EVENTS or cells.is_empty
    return "" if is_known else f"Its event type is neither Payment nor Refund: {cells['event_type'][:40]!r}."


FORMAT = Format(
    name="square_transactions",
    sentence="Transactions export of Square, known by Date, Time, Time Zone, Event Type and Transaction ID.",
    tables=("orders",),
    keeps_unanswered="unknown",
    identity="Square's customer id; sales at the till often have none.",
    certain=False,
    needs=(known_by("Date", "Time", "Time Zone", "Total Collected", "Transaction ID", "Event Type"),),
    makes=(
        Makes(
            "orders",
            {
                "order_id": Computed("Transaction ID", _order),
                "customer_id": "Customer ID",
                "ordered_at": Computed("Date", _at),
                "amount": "Total Collected",
                "status": Computed("Event Type", _status),
                "channel": "Source",
            },
        ),
        reading("orders", "order_id", "Time", "Time Zone", "Payment ID", "Transaction Status"),
    ),
    notes=(
        "Amounts are what was collected, with tax and tips.",
        "Refunds are rows of their own with a negative amount; the column Partial Refunds is not read, so "
        "that none is taken off twice.",
        "The file does not name its currency.",
        "It has customer ids and no addresses: messages are joined to it only by Square's own ids.",
    ),
    problem=_problem,
    prepare=prepare,
)

"""What the loaded data are good for, as facts: what is linked, used, doubtful, empty, covered, and in total.

Everything here counts what is in the database before a metric leaves anything out, so that a reader can
tick it against the system it came from. Shares are 0..1, None where there is nothing to share; instants
are UTC, months and days are those of the reporting zone, money is Decimal beside its currency.
"""

from socialroi.store.facts.coverage import Field, Span, Spans, Traffic, empty_fields, spans
from socialroi.store.facts.linked import Linked, linked
from socialroi.store.facts.totals import Money, Month, control_totals
from socialroi.store.facts.troubles import Trouble, troubles
from socialroi.store.facts.usage import Rows, Usage, together, usage

__all__ = [
    "Field", "Linked", "Money", "Month", "Rows", "Span", "Spans", "Traffic", "Trouble", "Usage",
    "control_totals", "empty_fields", "linked", "spans", "together", "troubles", "usage",
]  # fmt: skip

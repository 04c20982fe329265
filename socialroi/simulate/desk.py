"""What the desk knows about itself: costs, promises, opening hours, holidays, dated changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from socialroi.simulate.care import NEVER
from socialroi.simulate.clock import DAY, Span
from socialroi.simulate.demand import DEPARTMENTS, Contacts
from socialroi.simulate.messages import Talk
from socialroi.simulate.opening import HOURS, ON_HOLIDAYS
from socialroi.simulate.shop import CURRENCY

TABLES = ("costs", "promises", "calendars", "holidays", "events")

_COST_EACH = {"care": 4.2, "marketing": 5.1, "sales": 4.8}  # of handling one conversation
_COST_FIXED = {"care": 900.0, "marketing": 350.0, "sales": 420.0}
_COST_TOOLS = 60.0
#: Where an answer within the hour is what counts, it is also what is promised.
_FAST_S = {"twitter": 3_600, "instagram": 3_600, "facebook": 3_600, "whatsapp": 3_600, "email": 86_400}
_PROMISE_S = {"twitter": 3_600, "instagram": 7_200, "facebook": 7_200, "whatsapp": 1_800, "email": 86_400}
#: Dated changes without any effect: a study of steps should find none.
_EVENTS = (
    (0.25, "campaign", "marketing", "Spring sale announced"),
    (0.50, "team", "care", "Two agents joined the care team"),
    (0.75, "tool", "care", "New inbox introduced"),
)


def tables(
    rng: np.random.Generator, talk: Talk, contacts: Contacts, span: Span, fast: bool
) -> dict[str, pd.DataFrame]:
    """The canonical costs, promises, calendars, holidays and events."""
    return {
        "costs": _costs(rng, talk, contacts, span),
        "promises": _promises(span, _FAST_S if fast else _PROMISE_S),
        "calendars": _calendars(span),
        "holidays": _holidays(span),
        "events": _events(span),
    }


def _costs(rng: np.random.Generator, talk: Talk, contacts: Contacts, span: Span) -> pd.DataFrame:
    """Staff by month and department, growing with the conversations answered; tools for each."""
    last = (span.start + np.timedelta64(span.days - 1, "D")).astype("datetime64[M]")
    months = np.arange(span.start.astype("datetime64[M]"), last + 1)
    done = np.flatnonzero(talk.replied < NEVER)
    month = (span.instants(talk.replied[done]).astype("datetime64[M]") - months[0]).astype(np.int64)
    department = contacts.department[talk.contact[done]]
    rows = []
    for index, name in enumerate(DEPARTMENTS):
        handled = np.bincount(month[department == index], minlength=len(months))
        staff = _COST_FIXED[name] + _COST_EACH[name] * handled * rng.uniform(0.95, 1.05, len(months))
        base = pd.DataFrame({"month": months.astype("datetime64[s]"), "department": name})
        rows += [
            base.assign(kind="staff", amount=staff.round(2)),
            base.assign(kind="tools", amount=_COST_TOOLS),
        ]
    costs = pd.concat(rows).sort_values(["month", "department", "kind"], ignore_index=True)
    return costs.assign(currency=CURRENCY)


def _promises(span: Span, seconds: Mapping[str, int]) -> pd.DataFrame:
    promised = {"channel": list(seconds), "target_s": list(seconds.values())}
    return pd.DataFrame(promised).assign(valid_from=span.start)


def _calendars(span: Span) -> pd.DataFrame:
    return pd.DataFrame(_opening_hours()).assign(zone="UTC", valid_from=span.start)


def _opening_hours() -> Iterator[dict[str, object]]:
    for department, (workday, weekend) in HOURS.items():
        for weekday in range(1, 8):
            hours = workday if weekday <= 5 else weekend
            if hours:
                opens, closes = (f"{hour:02}:00" for hour in hours)
                yield {"department": department, "weekday": weekday, "opens": opens, "closes": closes}


def _holidays(span: Span) -> pd.DataFrame:
    found = span.holidays().astype("datetime64[s]")
    closed = [department for department in DEPARTMENTS if department not in ON_HOLIDAYS]
    return pd.DataFrame({"day": np.repeat(found, len(closed)), "department": closed * len(found)})


def _events(span: Span) -> pd.DataFrame:
    at = np.array([int(share * span.days) * DAY + DAY // 2 for share, *_ in _EVENTS], dtype=np.int64)
    told = pd.DataFrame([rest for _, *rest in _EVENTS], columns=["kind", "department", "label"])
    told.insert(0, "happened_at", span.instants(at))
    return told

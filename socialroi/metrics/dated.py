"""What the firm says happened on a day: marked on charts over time, and where a before/after study parts."""

from __future__ import annotations

from socialroi.result import Event, Window
from socialroi.store import Store

EVENTS = """
select distinct happened_at, department, coalesce(nullif(trim(label), ''), kind, '') as label, kind
from events
where happened_at >= coalesce($start_at, happened_at)
  and happened_at < coalesce($end_at, 'infinity'::timestamp)
  and ($departments is null or department is null or list_contains($departments, department))
order by happened_at, label, kind, department
"""


def events(store: Store, window: Window) -> tuple[Event, ...]:
    """The dated events of the window, oldest first; those of no department concern every one."""
    found = store.rows(
        EVENTS, start_at=window.start, end_at=window.end, departments=list(window.department) or None
    )
    return tuple(Event(at, department, label, kind or "") for at, department, label, kind in found)

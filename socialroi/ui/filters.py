"""The filters every page shares: widgets in the sidebar, values in the URL, one `Window` out.

The widgets are drawn by the router, because a widget bound to the URL lives as long as the script
that draws it: drawn in a page they would be forgotten at every change of page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from socialroi.result import Clock, Window
from socialroi.store import Store
from socialroi.ui import keys
from socialroi.ui.safe import plain, text

CLOCKS: tuple[Clock, ...] = ("calendar", "business")
Versus = Literal["nothing", "period before", "year before"]
COMPARED: tuple[Versus, ...] = ("nothing", "period before", "year before")
HORIZON = 90


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from in one database."""

    first: date | None
    last: date | None
    channels: tuple[str, ...]
    departments: tuple[str, ...]
    segments: tuple[str, ...]
    horizons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the visitor chose; days are inclusive and in the reporting zone, empty means all."""

    start: date | None = None
    end: date | None = None
    channel: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    clock: Clock = "calendar"
    horizon: int = HORIZON
    versus: Versus = "nothing"

    def window(self, zone: str) -> Window:
        """The same as a `Window`: naive UTC instants, half open."""
        return Window(
            start=_midnight(self.start, zone),
            end=_midnight(self.end + timedelta(days=1) if self.end else None, zone),
            channel=self.channel,
            department=self.department,
            segment=self.segment,
            clock=self.clock,
            horizon_days=self.horizon,
        )

    @property
    def is_backwards(self) -> bool:
        """Whether the period ends before it starts."""
        return bool(self.start and self.end and self.end < self.start)


def choices(store: Store) -> Choices:
    """What the filters offer for this database."""
    spans = store.coverage().values()
    zone = store.settings.reporting_zone
    return Choices(
        first=_local_day(min(first for first, _ in spans), zone) if spans else None,
        last=_local_day(max(last for _, last in spans), zone) if spans else None,
        channels=tuple(store.channels()),
        departments=tuple(store.departments()),
        segments=tuple(store.segments()),
        horizons=tuple(store.settings.horizons),
    )


def draw(offer: Choices, *, applies: bool) -> None:
    """The filter widgets, inside the container the caller opened; greyed out where they do nothing."""
    _days(offer, disabled=not applies)
    st.segmented_control(
        "Compare with",
        COMPARED,
        default="nothing",
        required=True,
        key=keys.VERSUS,
        bind="query-params",
        disabled=not applies,
        help="The period of the same length just before yours, or the same days a year before.",
    )
    _several("Channel", keys.CHANNEL, offer.channels, disabled=not applies)
    _several("Department", keys.DEPARTMENT, offer.departments, disabled=not applies)
    _several("Customer segment", keys.SEGMENT, offer.segments, disabled=not applies)
    st.segmented_control(
        "Clock",
        CLOCKS,
        default="calendar",
        required=True,
        key=keys.CLOCK,
        bind="query-params",
        disabled=not applies,
        help="Calendar counts every hour. Business counts opening hours only and needs a calendars file.",
    )
    st.selectbox(
        "Follow-up in days",
        offer.horizons,
        index=_default_index(offer.horizons),
        key=keys.HORIZON,
        bind="query-params",
        disabled=not applies,
        help="How long customers are followed for retention, repurchase and value.",
    )


def chosen() -> Filters:
    """What the visitor chose, read from the widgets of this session; nothing drawn means no filter."""
    state = st.session_state
    return Filters(
        start=state.get(keys.START),
        end=state.get(keys.END),
        channel=tuple(state.get(keys.CHANNEL) or ()),
        department=tuple(state.get(keys.DEPARTMENT) or ()),
        segment=tuple(state.get(keys.SEGMENT) or ()),
        clock=state.get(keys.CLOCK) or "calendar",
        horizon=int(state.get(keys.HORIZON) or HORIZON),
        versus=state.get(keys.VERSUS) or "nothing",
    )


def carry(page: str) -> None:
    """Take the choices along to another page.

    The browser forgets the URL of a widget that it has not shown yet: whoever follows a link while
    a page is still being drawn would otherwise arrive without filters, or at other data.
    """
    state = st.session_state
    if state.get(keys.PAGE, page) != page:
        for key, value in state.get(keys.CARRIED, {}).items():
            state[key] = state.get(key, value)
    state[keys.PAGE] = page


def carried() -> None:
    """Note what is chosen now, for `carry`. Called once the widgets are drawn."""
    state = st.session_state
    state[keys.CARRIED] = {key: state[key] for key in (keys.DATA, keys.WAY, *keys.FILTERS) if key in state}


def clear(names: Sequence[str] = keys.FILTERS) -> None:
    """Put these filters back to "all"."""
    for name in names:
        st.session_state[name] = _DEFAULTS[name]


def chips(filters: Filters) -> list[tuple[str, str]]:
    """One (key, safe words) per active filter, in the order of the sidebar."""
    found = [
        (keys.START, f"from {filters.start}" if filters.start else ""),
        (keys.END, f"to {filters.end}" if filters.end else ""),
        (keys.VERSUS, "" if filters.versus == "nothing" else f"against the {filters.versus}"),
        (keys.CHANNEL, _listed("channel", filters.channel)),
        (keys.DEPARTMENT, _listed("department", filters.department)),
        (keys.SEGMENT, _listed("segment", filters.segment)),
        (keys.CLOCK, "business hours" if filters.clock == "business" else ""),
        (keys.HORIZON, f"followed for {filters.horizon} days" if filters.horizon != HORIZON else ""),
    ]
    return [(key, words) for key, words in found if words]


_DEFAULTS: dict[str, object] = {
    keys.START: None, keys.END: None, keys.VERSUS: "nothing", keys.CHANNEL: [], keys.DEPARTMENT: [],
    keys.SEGMENT: [], keys.CLOCK: "calendar", keys.HORIZON: HORIZON,
}  # fmt: skip


def _days(offer: Choices, *, disabled: bool) -> None:
    for label, key in (("From", keys.START), ("To", keys.END)):
        st.date_input(
            label,
            value=None,
            min_value=offer.first,
            max_value=offer.last,
            key=key,
            bind="query-params",
            disabled=disabled,
            format="YYYY-MM-DD",
        )


def _several(label: str, key: str, options: tuple[str, ...], *, disabled: bool) -> None:
    st.multiselect(
        label,
        options,
        key=key,
        bind="query-params",
        format_func=plain,
        disabled=disabled or not options,
        placeholder="all" if options else "not in these files",
    )


def _default_index(horizons: tuple[int, ...]) -> int:
    return horizons.index(HORIZON) if HORIZON in horizons else 0


def _listed(what: str, names: tuple[str, ...]) -> str:
    shown = " or ".join(text(name, 40) for name in names[:3])
    more = f" or {len(names) - 3} more" if len(names) > 3 else ""
    return f"{what}: {shown}{more}" if names else ""


def _midnight(day: date | None, zone: str) -> datetime | None:
    if day is None:
        return None
    local = datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _local_day(instant: datetime, zone: str) -> date:
    return instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date()

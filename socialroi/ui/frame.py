"""The frame around every page: gate, choice of data, filters, ribbon, chips.

`route` runs first in every page run and draws what lives on all pages. `open_page` is the first
statement of every page: it passes the gate again, so that no way to a page leads around it, and
hands the page its `View`.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from socialroi.charts import format as written
from socialroi.limits import TEXT_SHOWN
from socialroi.result import Unknown
from socialroi.ui import answers, chips, filters, gate, keys, periods, start, trouble, way
from socialroi.ui.health import badge
from socialroi.ui.menu import MENU, Entry, entry_of, home, page_of
from socialroi.ui.safe import text
from socialroi.ui.scope import Scope
from socialroi.ui.view import View
from socialroi.ui.workspaces import NAMES, Workspace, opens_with, workspace

NAME = "socialroi"
FAVICON = "📈"  # a character, not a Material icon: browsers fetch those from an outside host


def route() -> None:
    """Draw the frame and run the page that was asked for."""
    st.set_page_config(page_title=NAME, page_icon=FAVICON, layout="wide")
    gate.check()
    page = st.navigation([home(), *(page_of(entry.url) for entry in MENU)], position="top")
    start.follow()
    filters.carry(page.url_path)
    with st.sidebar, trouble.told():
        _sidebar(entry_of(page.url_path))
        filters.carried()
    with trouble.told():
        page.run()


def open_page(url: str) -> View:
    """The gated frame of one page; stops here when there is nothing this page could show."""
    gate.check()
    entry = entry_of(url)
    chosen = workspace(_chosen_name())
    scope = Scope(str(chosen.folder), chosen.generation)
    if entry.needs_data and scope.store.is_empty:
        start.page()
        st.stop()
    st.title(entry.title, anchor=False)
    way.draw(entry.url)
    if chosen.is_sample:
        start.ribbon(chosen)
    return _view(chosen, scope, entry)


def _sidebar(entry: Entry) -> None:
    chosen = workspace(_choose())
    scope = Scope(str(chosen.folder), chosen.generation)
    if scope.store.is_empty:
        return
    if not entry.filtered:
        st.caption("The filters do not apply to this page.")
    filters.draw(answers.offer(scope), applies=entry.filtered)
    st.button(
        "Reset filters",
        key=keys.RESET,
        on_click=filters.clear,
        disabled=not filters.chips(filters.chosen()),
    )
    way.switch()
    zone = scope.store.settings.reporting_zone
    st.caption(text(f"{written.CONVENTION} Days begin and clocks run in {zone}.", 4 * TEXT_SHOWN))


def _choose() -> str:
    if st.query_params.get(keys.DATA) == "sample":
        st.session_state[keys.DATA] = NAMES[1]
    st.segmented_control(
        "Data",
        NAMES,
        default=opens_with(),
        required=True,
        key=keys.DATA,
        bind="query-params",
        on_change=filters.clear,
        help="Your own files, or one of two invented shops whose true effect is known. They never mix.",
    )
    return _chosen_name()


def _chosen_name() -> str:
    return st.session_state.get(keys.DATA) or opens_with()


def _view(chosen: Workspace, scope: Scope, entry: Entry) -> View:
    picked = filters.chosen() if entry.filtered else filters.Filters()
    if picked.is_backwards:
        st.error("The period ends before it starts. Choose a later end, or an earlier start.")
        st.stop()
    window = picked.window(scope.store.settings.reporting_zone)
    view = View(chosen, picked, replace(scope, window=window), _versus(picked, scope))
    _line(view, entry)
    return view


def _versus(picked: filters.Filters, scope: Scope) -> Scope | Unknown | None:
    """The same filters in the earlier period."""
    days = periods.earlier(picked, answers.offer(scope))
    if days is None or isinstance(days, Unknown):
        return days
    zone = scope.store.settings.reporting_zone
    return replace(scope, window=replace(picked, start=days[0], end=days[1]).window(zone))


def _line(view: View, entry: Entry) -> None:
    """The line under the title: what the filters leave, how good the data are; then the filters."""
    if entry.url != "data":
        with st.container(horizontal=True, vertical_alignment="center", key=keys.LINE):
            if entry.filtered:
                chips.sizes(view)
            with trouble.told():
                badge.draw(view.scope)
    if entry.filtered:
        chips.draw(view)
        chips.compared(view)

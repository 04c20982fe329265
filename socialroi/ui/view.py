"""What a page works with: whose data, which part of it, and how charts are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from socialroi.charts import Look
from socialroi.store import Store
from socialroi.ui.filters import Filters
from socialroi.ui.scope import Scope
from socialroi.ui.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class View:
    """Handed to a page by `open_page`; the only thing that passes from the frame to the page."""

    workspace: Workspace
    filters: Filters
    scope: Scope

    @property
    def store(self) -> Store:
        """The open database."""
        return self.scope.store

    @property
    def look(self) -> Look:
        """How charts are drawn for this visitor; titles are left to the page, where they wrap."""
        is_dark = st.context.theme.type == "dark"
        return Look(theme="dark" if is_dark else "light", currency=self.store.currency, titled=False)

"""What a page works with: whose data, which part of it, and how charts are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from socialroi.charts import Look, dated
from socialroi.result import Reading, Unknown
from socialroi.store import Store
from socialroi.ui import answers
from socialroi.ui.filters import Filters
from socialroi.ui.scope import Scope
from socialroi.ui.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class View:
    """Handed to a page by `open_page`; the only thing that passes from the frame to the page.

    `versus` is the earlier period to compare with, or why there is none; None when nobody asked.
    """

    workspace: Workspace
    filters: Filters
    scope: Scope
    versus: Scope | Unknown | None = None

    @property
    def store(self) -> Store:
        """The open database."""
        return self.scope.store

    def reading(self, key: str) -> Reading:
        """One metric for what is selected, beside its value in the comparison period where one is chosen."""
        found = answers.reading(self.scope, key)
        if not isinstance(self.versus, Scope):
            return found
        return replace(found, compared_with=answers.reading(self.versus, key).value)

    @property
    def look(self) -> Look:
        """How charts are drawn for this visitor; titles are left to the page, where they wrap."""
        is_dark = st.context.theme.type == "dark"
        return Look(
            theme="dark" if is_dark else "light",
            currency=self.store.currency,
            titled=False,
            dated=dated(answers.events(self.scope), self.store.settings.reporting_zone),
        )

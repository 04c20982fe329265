"""The facts about one database, counted once a generation and shared by the health tab and the badge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from socialroi import store
from socialroi.store import facts
from socialroi.store.facts import Field, Linked, Spans, Trouble, Usage
from socialroi.ui.scope import Scope
from socialroi.ui.view import View

#: How many databases' facts are kept.
KEPT = 16
#: Below this share of people tied to orders, comparisons speak of a minority.
LINKED_SHARE = 0.30


@dataclass(frozen=True, slots=True)
class People:
    """Of `everybody` who wrote, `tied` are customers with an order; both 0 without orders or messages.

    Somebody is a known customer, or an account of which nothing says whose it is.
    """

    tied: int
    everybody: int

    @property
    def share(self) -> float | None:
        """The share of them that comparisons rest on."""
        return self.tied / self.everybody if self.everybody else None

    @property
    def is_minority(self) -> bool:
        """Whether comparisons speak of few of the people."""
        return self.share is not None and self.share < LINKED_SHARE


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def linked(scope: Scope) -> Linked:
    """How much is tied to customers. Give `scope.whole`: filters change nothing here."""
    return facts.linked(scope.store)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def usage(scope: Scope) -> Usage:
    """What became of the rows of all files."""
    return facts.usage(scope.store)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def troubles(scope: Scope) -> tuple[Trouble, ...]:
    """What is doubtful, each with what it does to the numbers."""
    return facts.troubles(scope.store)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def fields(scope: Scope) -> tuple[Field, ...]:
    """How empty the columns are."""
    return facts.empty_fields(scope.store)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def spans(scope: Scope) -> Spans:
    """The time the data cover."""
    return facts.spans(scope.store)


def people(known: Linked) -> People:
    """Who wrote, and how many of them are tied to orders; nobody where one of the two is not loaded."""
    strangers = known.authors - known.authors_linked
    if not (known.orders and known.messages):
        return People(0, 0)
    return People(known.customers_both, known.customers_asking + max(strangers, 0))


def reasons(view: View) -> list[tuple[str, int]]:
    """Why rows were left out and how often, as far as that is still kept."""
    counted: Counter[str] = Counter()
    for batch in store.batches(view.store):
        if batch.rows_rejected:
            counted.update(reject.reason for reject in store.rejects(view.workspace.folder, batch.batch))
    return counted.most_common()

"""What the pages on owners and the community ask, made once per question, as in `answers`."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from socialroi.metrics import content, human_voice, newcomers, owner_change, owners, service_recovery
from socialroi.metrics.content import Across, Against
from socialroi.metrics.owners import Who
from socialroi.result import Change, Comparison, Event, Grid, Standings, Unknown
from socialroi.ui.answers import KEPT
from socialroi.ui.scope import Scope

_kept = st.cache_resource(max_entries=KEPT, show_spinner="Comparing like with like")


@_kept
def standings(scope: Scope, by: Who) -> tuple[Standings, ...]:
    """Departments, or kinds of people who answer, on every measure that allows it."""
    return owners.standings(scope.store, scope.window, by)


@_kept
def owner_changes(scope: Scope, event: Event | None = None) -> tuple[Change, ...] | Unknown:
    """Every measure around this event, by default the latest declared change of owner."""
    return owner_change.changes(scope.store, scope.window, event)


@_kept
def promotion(scope: Scope, outcome: str, across: Across) -> Against:
    """The share of promotion against one outcome."""
    return content.against(scope.store, scope.window, outcome, across)


@_kept
def returns(scope: Scope) -> Comparison:
    """Newcomers answered and not answered: who comes back."""
    return newcomers.compare(scope.store, scope.window)


@_kept
def signs(scope: Scope) -> Mapping[str, Comparison]:
    """Ease of conversations with and without each sign of a person."""
    return human_voice.compare(scope.store, scope.window)


@_kept
def recovery(scope: Scope) -> tuple[Grid, Grid]:
    """What follows a failure, put right or not; the same for a first and a second failure."""
    found = service_recovery.outcomes(scope.store, scope.window)
    return found, service_recovery.by_order(scope.store, scope.window)

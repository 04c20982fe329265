"""Dated events: those of the period, of everybody or of the departments chosen, each once."""

from datetime import datetime

import pandas as pd

from socialroi.metrics import dated
from socialroi.result import Event, Window
from socialroi.store import Store

ROWS = (
    (datetime(2026, 3, 1), "campaign", "marketing", "Spring sale"),
    (datetime(2026, 2, 1), "tool", None, "  "),
    (datetime(2026, 3, 1), "campaign", "marketing", "Spring sale"),
    (datetime(2026, 4, 1), "owner_change", "care", "Care takes over"),
)
STORE = Store.of({"events": pd.DataFrame(ROWS, columns=["happened_at", "kind", "department", "label"])})


def labels(**window):
    return [event.label for event in dated.events(STORE, Window(**window))]


def test_oldest_first_each_once_and_named_by_its_kind_without_a_label():
    assert labels() == ["tool", "Spring sale", "Care takes over"]
    assert dated.events(STORE, Window())[0] == Event(datetime(2026, 2, 1), None, "tool", "tool")


def test_the_period_is_half_open():
    assert labels(start=datetime(2026, 3, 1), end=datetime(2026, 4, 1)) == ["Spring sale"]


def test_an_event_of_no_department_concerns_every_one():
    assert labels(department=("care",)) == ["tool", "Care takes over"]


def test_nothing_loaded():
    assert dated.events(Store.of({}), Window()) == ()

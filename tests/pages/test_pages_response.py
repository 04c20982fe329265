"""The response page: the list of who waits, three denominators, capacity."""

from __future__ import annotations

import pandas as pd
import pytest
from pages_kit import words

from socialroi.metrics import waiting_now
from socialroi.result import Estimate, Unknown, Window
from socialroi.store import Store
from socialroi.ui import response, show


@pytest.fixture
def shown(monkeypatch) -> dict[str, pd.DataFrame]:
    """What each table of the page offers for download, by key."""
    kept: dict[str, pd.DataFrame] = {}
    monkeypatch.setattr(show, "_download", lambda whole, key: kept.__setitem__(key, whole))
    return kept


def test_the_list_and_its_download_are_everybody_who_waits_oldest_first(visit, full, shown):
    app = visit(full, "response")
    store = Store.open(full)
    n = int(waiting_now.compute(store, Window()).value.value)
    listed = next(table.value for table in app.dataframe if "Past the promise" in table.value.columns)
    assert len(listed) == len(shown["waiting-now"]) == n > 10
    assert listed["Asked at (UTC)"].is_monotonic_increasing
    assert list(listed["Conversation"]) == list(shown["waiting-now"]["conversation_id"])
    late = shown["waiting-now"]["is_past_promise"]
    assert [word == "yes" for word in listed["Past the promise"]] == list(late)


def test_promises_and_resolution_are_counted_three_ways(visit, full, shown):
    visit(full, "response")
    promises = shown["promises-three-ways"]
    assert list(promises["Counted"]) == ["Events (waits)", "Conversations", "People"]
    assert promises["Share kept"].str.contains(r"\d% \(").all()
    assert list(shown["resolution-three-ways"]["Counted"]) == ["Every answer", "Conversations", "People"]


def test_capacity_follows_the_minutes_put_in(visit, full):
    app = visit(full, "response")
    minutes = next(box for box in app.number_input if box.label.startswith("Minutes"))
    assert "Your data only bound it" in words(app)
    assert "of the promises" in words(app)
    app = minutes.set_value(480.0).run()
    assert "People needed: cannot say" in words(app)


def test_what_the_data_cannot_bound_is_asked_for():
    unknown = Unknown("no_agents", "The answers in these files do not say who gave them.", 9)
    assert response.bound(unknown).endswith("Put in the minutes.")
    assert response._start(unknown) is None
    known = Estimate(100.0, 90.0, 110.0, 9, "t interval")
    assert response._start(known) == 1.5  # 1 min 40 s, to the half minute
    assert "36.0 answers in an hour" in response.bound(known)


def test_a_list_without_promise_or_calendar_says_so():
    row = {
        "conversation_id": "c1", "opened_at": pd.Timestamp("2026-01-05 09:00"), "waited_s": 7200,
        "business_waited_s": None, "promised_s": None, "is_past_promise": None, "channel": "email",
        "department": None, "segment": None, "topic": None,
    }  # fmt: skip
    (line,) = response.legible(pd.DataFrame([row])).to_dict("records")
    assert line["Past the promise"] == "no promise"
    assert line["Has waited"] == "2 h"
    assert "Of it in opening hours" not in line

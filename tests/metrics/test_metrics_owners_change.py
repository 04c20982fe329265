"""A change of owner: planted steps, moving case mix, straddling weeks, control series, words."""

from datetime import timedelta

import pytest
from metric_cases import store

from socialroi.errors import UnknownName
from socialroi.metrics import owner_change
from socialroi.metrics.owner_measures import MEASURES
from socialroi.result import Estimate, Unknown, Window
from socialroi.simulate.desks import Handover, Team, desks
from socialroi.store import Store

ALL = Window()
HANDED = Handover(210, Team("care", answered=0.2, ease=0.4, settles=0.12))


@pytest.fixture(scope="module")
def handed():
    return Store.of(desks((Team("marketing"),), 6_000, 420, seed=1, handover=HANDED).tables)


@pytest.fixture(scope="module")
def found(handed):
    return {one.definition.key: one for one in owner_change.changes(handed, ALL)}


def test_a_planted_step_is_recovered(found):
    # complaints: .55 answered x .80 settled before, .75 x .92 after
    planted = {"answered_24h": 0.2, "net_easy": 40, "stayed_resolved": 0.12, "recovered": 0.25}
    for key, size in planted.items():
        change = found[key]
        assert change.step.low <= size <= change.step.high, key
        assert change.step.is_clear, key
        assert not change.turn.is_clear, key


def test_without_a_control_series_a_step_coincides_and_no_more(found):
    change = found["answered_24h"]
    assert change.verdict == "not_causal"
    assert change.sentence.startswith("An improvement in answered within 24 hours by ")
    assert "coincides with the change: Social handed over." in change.sentence
    assert (change.department, change.label, change.control) == ("care", "Social handed over", None)
    # less waiting is an improvement too
    assert found["wait"].step.high < 0
    assert found["wait"].sentence.startswith("An improvement in wait")


def test_weeks_that_straddle_the_change_are_on_neither_side(found):
    for key, open_days in (("answered_24h", 1), ("stayed_resolved", 8), ("recovered", 8), ("retention", 91)):
        assert owner_change.follow_up_days(key, 90) == open_days
    days = [(p.start - found["answered_24h"].happened_at.date()).days for p in found["answered_24h"].series]
    assert -7 not in days  # its last day is followed into the change
    assert {-14, 0} <= set(days)
    assert all(day % 7 == 0 for day in days)
    resolved = [
        (p.start - found["stayed_resolved"].happened_at.date()).days for p in found["stayed_resolved"].series
    ]
    assert max(day for day in resolved if day < 0) == -21
    assert any("left out because their follow-up runs across" in note for note in found["retention"].notes)


def test_expected_goes_on_as_before(found):
    change = found["answered_24h"]
    after = {p.start: p.value.value for p in change.series if p.start >= change.happened_at.date()}
    assert [day for day, _ in change.expected] == list(after)
    gap = sum(after[day] - value for day, value in change.expected) / len(after)
    assert gap == pytest.approx(0.2, abs=0.1)


def test_too_few_weeks_after_the_follow_up(found):
    assert found["retention"].step.code == "too_short"
    assert found["retention"].verdict == "too_little_data"
    assert found["promise_kept"].step.code == "no_promises"


def test_no_step_when_only_the_case_mix_moves():
    clear = 0
    for seed in range(4):
        moved = Handover(210, mix=(0.10, 0.10, 0.70, 0.10))
        world = Store.of(desks((Team("care"),), 5_000, 420, seed=seed, handover=moved).tables)
        (event,) = owner_change.events(world, ALL)
        for key in ("answered_24h", "net_easy"):
            change = owner_change.change(world, ALL, key, event)
            assert change.verdict in {"no_clear_difference", "not_causal"}
            clear += change.step.is_clear
    assert clear <= 2  # more than 2 of 8 at 5 % happens once in 170


def test_a_control_series_says_what_would_have_happened_anyway():
    made = desks((Team("marketing"),), 9_000, 420, seed=3, handover=HANDED)
    world = Store.of(made.tables)
    (event,) = owner_change.events(world, ALL)
    # everything changed hands, so the channels differ by nothing
    one, other = Window(channel=("twitter", "facebook")), Window(channel=("instagram",))
    same = owner_change.change(world, one, "answered_24h", event, other)
    assert (same.control, same.verdict) == ("instagram", "no_clear_difference")
    # one channel keeps its owner and its old level
    talked = made.tables["interactions"]
    kept = talked["channel"].eq("instagram") & talked["message_id"].str.startswith("a")
    late = talked["sent_at"] >= event.happened_at
    lost = kept & late & (talked["conversation_id"].str[1:].astype(int) % 10 < 3)
    part = Store.of({**made.tables, "interactions": talked[~lost]})
    change = owner_change.change(part, one, "answered_24h", event, other)
    assert change.verdict == "better"
    assert "measured against instagram" in change.sentence
    assert "coincides" not in change.sentence


def test_a_filter_by_department_is_not_applied(handed, found):
    (event,) = owner_change.events(handed, ALL)
    narrow = owner_change.change(handed, Window(department=("care",)), "answered_24h", event)
    assert narrow.step == found["answered_24h"].step


def test_only_declared_changes_are_looked_at(handed):
    assert owner_change.changes(store(), ALL).code == "no_event"
    made = desks((Team("care"),), 500, 300, handover=Handover(150, Team("pr"), declared=False))
    assert isinstance(owner_change.changes(Store.of(made.tables), ALL), Unknown)
    (event,) = owner_change.events(handed, ALL)
    assert owner_change.events(handed, Window(end=event.happened_at)) == ()
    early = owner_change.Event(event.happened_at - timedelta(days=190), None, "x")
    assert owner_change.change(handed, ALL, "answered_24h", early).step.code == "too_short"
    with pytest.raises(UnknownName, match="net_easy"):
        owner_change.change(handed, ALL, "net_easi", event)


def test_the_same_call_gives_the_same_answer(handed, found):
    (event,) = owner_change.events(handed, ALL)
    again = owner_change.change(handed, ALL, "net_easy", event)
    assert isinstance(again.step, Estimate)
    assert (again.step, again.expected) == (found["net_easy"].step, found["net_easy"].expected)
    assert set(found) == set(MEASURES)

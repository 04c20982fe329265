"""What stands behind a headline: parts, waiting times, the curve, robustness."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from socialroi.result import Estimate, Unknown
from socialroi.simulate import firm
from socialroi.store import Store
from socialroi.uplift import study, within


@pytest.fixture(scope="module")
def row():
    made = firm(effect=0.08, seed=2)
    with Store.of(made.tables, keeps_unanswered="yes") as store:
        return study(store, rungs=("A",)).rungs[0]


def by(row, name):
    return {part.label: part for part in row.parts if part.by == name}


@pytest.mark.parametrize("division", ["segment", "channel", "department"])
def test_every_message_is_in_one_part_of_each_division(row, division):
    parts = by(row, division).values()
    assert sum(part.n_treated for part in parts) == row.n_treated
    assert sum(part.n_control for part in parts) == row.n_control


def test_parts_are_wider_than_the_whole_and_lie_around_it(row):
    known = [part.value for part in by(row, "segment").values() if isinstance(part.value, Estimate)]
    whole = row.estimate
    assert len(known) == 2
    assert all(one.high - one.low > whole.high - whole.low for one in known)
    assert min(one.value for one in known) <= whole.value <= max(one.value for one in known)


def test_the_curves_end_at_the_shares_of_the_headline(row):
    ends = {name: steps[-1].value.value for name, steps in row.curve.groups.items()}
    gap = ends["answered"] - ends["unanswered"]
    assert gap == pytest.approx(row.estimate.value, abs=0.02)
    assert row.detail["rmst_days"].value < 0  # answered customers are without an order for a shorter time
    assert all(steps[0].value.value < 0.1 for steps in row.curve.groups.values())


def test_robustness_is_told_on_every_scale(row):
    detail = row.detail
    assert 0 < detail["robustness_value_5_percent"].value < detail["robustness_value"].value < 1
    assert 0 < detail["robustness_value_doubly_robust"].value < 1
    assert 1 < detail["e_value_of_the_limit"].value < detail["e_value"].value


def test_overlap_counts_every_message(row):
    treated, control = row.overlap
    assert (sum(treated), sum(control)) == (row.n_treated, row.n_control)


def test_waiting_times_are_compared_or_a_reason_is_given(row):
    waits = by(row, "wait")
    assert all(isinstance(part.value, Estimate | Unknown) for part in waits.values())
    assert isinstance(row.detail["wait_trend"], Estimate | Unknown)


def test_a_number_that_is_withheld_has_nothing_behind_it():
    made = firm(effect=0.0, seed=4, mechanism="linked_by_reply", customers=2_500)
    with Store.of(made.tables, keeps_unanswered="yes") as store:
        row = study(store, rungs=("A",)).rungs[0]
    assert row.parts == ()
    assert row.curve is None
    assert "e_value" not in row.detail


def waited(minutes, people=60):
    """Messages on a Wednesday at noon, each waiting so many minutes for an answer (None: none came)."""
    at_us = np.arange(len(minutes) * people) * 10**9 + 10**15
    each = np.repeat([0 if m is None else m * 60_000_000 for m in minutes], people)
    never = np.repeat([m is None for m in minutes], people)
    return pd.DataFrame(
        {
            "at_us": at_us, "replied_us": np.where(never, 0, at_us + each), "person": np.arange(len(at_us)),
            "local_weekday": 3, "local_hour": 12,
        }
    )  # fmt: skip


class Told:
    """As much of a finding as the waiting times need."""

    class asked:
        class design:
            start_us = 24 * 3_600_000_000


def test_waiting_times_fall_into_categories_closed_at_the_longer_end():
    dose, names = within._waits(Told, waited([15, 16, 240, 241, 1_440, 1_441, None]))
    assert names == [
        "within 15 minutes", "15 minutes to 1 hour", "1 to 4 hours", "4 to 24 hours",
        "later than 24 hours or never",
    ]  # fmt: skip
    assert dose.reshape(7, -1)[:, 0].tolist() == [0, 1, 2, 3, 3, 4, 4]


def test_a_waiting_time_with_few_people_is_counted_with_the_next_longer_one():
    rows = pd.concat([waited([10], people=49), waited([30, None])], ignore_index=True)
    rows["person"] = np.arange(len(rows))
    dose, names = within._waits(Told, rows)
    assert names == ["15 minutes to 1 hour", "later than 24 hours or never"]
    assert np.bincount(dose).tolist() == [109, 60]


def test_only_messages_of_working_hours_are_asked_how_long_they_waited():
    rows = waited([10, 30])
    rows.loc[:9, "local_hour"] = 18
    rows.loc[10:19, "local_weekday"] = 6
    assert len(within._in_working_hours(rows)) == 100


def test_rare_and_missing_words_have_a_name_of_their_own():
    words = pd.Series([None, *["a"] * 5, *[f"w{i}" for i in range(9)]], dtype="string")
    labels = within._labels(words)
    assert labels[0] in {within.NOT_RECORDED, within.OTHER}
    assert set(labels) <= {"a", within.NOT_RECORDED, within.OTHER, *(f"w{i}" for i in range(9))}
    assert len(set(labels)) <= within.MOST + 1


@pytest.mark.slow
def test_boosted_trees_are_a_check_beside_the_number_and_only_when_asked_for():
    made = firm(effect=0.08, seed=2)
    with Store.of(made.tables, keeps_unanswered="yes") as store:
        asked = study(store, rungs=("A",), boosted=True).rungs[0]
    plain, trees = asked.estimate, asked.detail["boosted"]
    assert isinstance(trees, Estimate | Unknown)
    if isinstance(trees, Estimate):
        assert abs(trees.value - plain.value) < plain.high - plain.value


def test_nothing_is_boosted_unless_asked_for(row):
    assert "boosted" not in row.detail

"""Departments with a planted truth: the tables load, the truths are in them, raw comparisons mislead."""

import numpy as np
import pandas as pd
import pytest

from socialroi.schema import TABLES
from socialroi.simulate.desks import Handover, Team, desks
from socialroi.store import Store

BOTH = (Team("care", answered=0.1, ease=0.2, orders=0.05), Team("marketing"))


def asked(made):
    """Openings with whether an answer came within 24 h."""
    talk = made.tables["interactions"]
    opened = talk[talk["message_id"].str.startswith("m")].set_index("conversation_id")
    answers = talk[talk["message_id"].str.startswith("a")].set_index("conversation_id")["sent_at"]
    wait = (answers.reindex(opened.index) - opened["sent_at"]).dt.total_seconds()
    return opened.assign(answered=wait <= 86_400)


def test_the_same_arguments_give_the_same_tables():
    first, again, other = (desks(BOTH, 300, 200, seed=s) for s in (1, 1, 2))
    for name, frame in first.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert not first.tables["interactions"]["sent_at"].equals(other.tables["interactions"]["sent_at"])


def test_tables_are_canonical_and_load():
    made = desks(BOTH, 300, 200, handover=Handover(100, Team("care")))
    for name, frame in made.tables.items():
        assert set(frame.columns) <= set(TABLES[name].by_name), name
        assert not frame.duplicated(list(TABLES[name].key)).any(), name
    store = Store.of(made.tables)
    assert store.one("select count(*) from episodes") == (300,)
    assert store.departments() == ["care", "marketing"]


def test_what_a_department_adds_is_in_the_files():
    made = desks(BOTH, 20_000, 400, seed=3)
    shares = asked(made).groupby("department")["answered"].mean()
    for name in ("care", "marketing"):
        assert shares[name] == pytest.approx(made.truth[name]["answered"], abs=0.015)
    assert made.truth["care"]["answered"] - made.truth["marketing"]["answered"] == pytest.approx(0.1)
    score = made.tables["surveys"].merge(asked(made).reset_index(), on="conversation_id")
    net = 100.0 * (score["score"] <= 2) - 100.0 * (score["score"] >= 5)
    gap = net.groupby(score["department"]).mean().diff().iloc[-1]
    assert -gap == pytest.approx(20, abs=4)


def test_other_work_makes_a_raw_difference_where_there_is_none():
    made = desks((Team("care", work=(1, 1, 0.3, 0.3)), Team("pr", work=(0.3, 0.3, 1, 1))), 20_000, seed=4)
    shares = asked(made).groupby("department")["answered"].mean()
    assert made.truth["care"] == made.truth["pr"]
    assert shares["care"] - shares["pr"] > 0.08


def test_a_handover_begins_on_its_day():
    made = desks((Team("marketing"),), 5_000, 400, seed=5, handover=Handover(250, Team("care")))
    opened = asked(made)
    day = (opened["sent_at"] - opened["sent_at"].min()).dt.total_seconds() / 86_400
    assert set(opened.loc[day > 250, "department"]) == {"care"}
    assert set(opened.loc[day < 249, "department"]) == {"marketing"}
    event = made.tables["events"].iloc[0]
    assert (event["kind"], event["department"]) == ("owner_change", "care")


def test_only_the_topics_move_where_nobody_hands_over():
    moved = Handover(200, mix=(0.1, 0.1, 0.7, 0.1), declared=False)
    made = desks((Team("care"),), 5_000, 400, seed=6, handover=moved)
    assert "events" not in made.tables
    opened = asked(made)
    late = opened["sent_at"] >= opened["sent_at"].max() - np.timedelta64(190, "D")
    complaints = (opened["topic"] == "complaint").groupby(late).mean()
    assert complaints[True] == pytest.approx(0.7, abs=0.04)
    assert complaints[False] == pytest.approx(0.2, abs=0.05)

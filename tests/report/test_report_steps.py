"""What to do next follows from the data, in a fixed order, and never from nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from socialroi.report.steps import STEPS, Known, next_steps
from socialroi.result import Definition, Estimate, Reading, Study, Unknown
from socialroi.store.facts import Linked

NONE = Unknown("no_data", "No data.")
TABLES = dict.fromkeys(("orders", "interactions", "surveys", "promises", "costs"), 9)


def reading(value, **by):
    return Reading(Definition("k", "Net Easy Score", "points", "up", "Q?", "F.", "S.", "C.", 5), value, by)


def near(value, room=1.0):
    return Estimate(value, value - room, value + room, 400, "m")


def share(value):
    return Estimate(value, value, value, 100, "m")


def study(verdict):
    return Study("retention", 90, {}, (), (), verdict, "S.")


QUIET = Known(
    TABLES, reading(Estimate.count(0)), {"past_promise": Estimate.count(0)}, reading(share(1.0)),
    reading(share(0.9)), Linked(9, 9, 9, 9, 100, 90, 9, 9, 9, 9, 9), study("better"), None, (), "EUR",
)  # fmt: skip


def said(**changes):
    return [step.sentence for step in next_steps(replace(QUIET, **changes))]


def test_nothing_calls_for_nothing():
    assert said() == []


def test_who_waits_beyond_the_promise_comes_first():
    late = {"past_promise": Estimate.count(1_204)}
    waiting = reading(Estimate.count(2_000))
    assert said(waiting=waiting, waiting_detail=late, study=study("cannot_say"))[0] == (
        "Answer the 1,204 questions that have waited longer than promised."
    )
    assert "one question that" in said(waiting_detail={"past_promise": Estimate.count(1)})[0]
    assert "still waiting" in said(waiting=waiting, waiting_detail={"past_promise": NONE})[0]


@pytest.mark.parametrize(
    ("missing", "word"), [("surveys", "how easy"), ("promises", "promise"), ("costs", "costs")]
)
def test_what_the_files_lack(missing, word):
    (told,) = said(tables={**TABLES, missing: 0})
    assert word in told


def test_unlinked_questions():
    few = replace(QUIET.linked, questions_linked=20)
    (told,) = said(linked=few)
    assert "20% are tied" in told
    assert said(linked=few, tables={**TABLES, "orders": 0}) == []


@pytest.mark.parametrize("verdict", ["cannot_say", "too_little_data", "not_causal"])
def test_no_proof_asks_for_a_coin(verdict):
    (told,) = said(study=study(verdict))
    assert "coin" in told


def test_only_clear_differences_are_named():
    far = reading(NONE, care=near(30.0), sales=near(10.0))
    close = reading(NONE, care=near(30.0, 20), sales=near(10.0, 20))
    assert said(split=((close, "department", "ease"),)) == []
    (told,) = said(split=((far, "department", "ease"),))
    assert told.startswith("Find out why: Net Easy Score is better for care (30.0)")


def test_unanswered_and_silent():
    (told,) = said(answered=reading(share(0.8)))
    assert told.startswith("Answer more: 20% of the questions")
    (told,) = said(surveyed=reading(share(0.1)))
    assert "10% are" in told


def test_at_most_three():
    bare = dict.fromkeys(TABLES, 0) | {"interactions": 9, "orders": 9}
    assert len(said(tables=bare, study=study("cannot_say"), answered=reading(share(0.5)))) == STEPS

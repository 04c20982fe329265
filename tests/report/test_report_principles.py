"""The thirteen principles: each says something, no more than the files support, or what to export."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from socialroi import charts, metrics
from socialroi.charts import format as written
from socialroi.metrics import owners, service_recovery
from socialroi.report.principles import PRINCIPLES, scorecard
from socialroi.result import Estimate, Unknown, Window
from socialroi.simulate import firm
from socialroi.simulate.desks import Team, desks
from socialroi.store import Store
from socialroi.ui.menu import MENU
from socialroi.uplift import study

ALL = Window()
NAMES = (
    "Let customers lead", "People, not targets", "Stand up for newcomers", "Care skills in charge",
    "Value first, returns follow", "Returns at the bottom of the funnel", "A Net Easy Score of your own",
    "Keep declared intentions", "The long haul", "Response rates honest about demand",
    "Part of the exchange", "Be human", "Own mistakes and improve",
)  # fmt: skip
#: What a file set without half the tables still has.
HALF = ("customers", "interactions", "costs", "calendars", "holidays")


@pytest.fixture(scope="module")
def tables():
    return dict(firm(customers=500, days=420, seed=4, effect=0.08, answered=0.7).tables)


@pytest.fixture(scope="module")
def full(tables):
    return Store.of(tables)


@pytest.fixture(scope="module")
def half(tables):
    return Store.of({name: table for name, table in tables.items() if name in HALF})


@pytest.fixture(scope="module")
def asked(full):
    return study(full)


@pytest.fixture(scope="module")
def of_full(full, asked):
    return found_by_name(full, asked)


@pytest.fixture(scope="module")
def of_half(half):
    return found_by_name(half, study(half))


def found_by_name(store, asked, window=ALL):
    return {one.principle.name: one for one in scorecard(store, window, asked)}


def test_they_are_the_thirteen_in_their_order():
    assert tuple(one.name for one in PRINCIPLES) == NAMES
    assert all(one.asks.endswith("?") and one.export for one in PRINCIPLES)
    assert {one.page for one in PRINCIPLES} <= {entry.url for entry in MENU}
    for one in PRINCIPLES:
        assert all(metrics.by_key(key) for key in one.keys)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("files", ["of_full", "of_half"])
def test_each_says_something_and_no_more_than_its_evidence(request, files, name):
    found = request.getfixturevalue(files)[name]
    known = [one for one in found.readings if isinstance(one.value, Estimate)]
    assert found.sentence.strip() == found.sentence
    assert found.sentence.endswith(".")
    assert not re.search(r"\bnan\b|\bNone\b(?! of)|!", found.sentence + found.moved)
    if found.grade == "cannot say":
        assert not known
        assert found.sentence.startswith("Your files cannot show this.")
        assert f"To see it, export {found.principle.export}." in found.sentence
        assert found.moved == ""
    else:
        assert known
        for one in known:
            assert written.value_text(one.value, one.definition.unit, "EUR") in found.sentence
        assert "cannot show" not in found.sentence


def test_readings_are_those_of_the_metrics(full, of_full):
    for found in of_full.values():
        for key, one in zip(found.principle.keys, found.readings, strict=True):
            assert one.value == metrics.by_key(key).compute(full, ALL).value


def test_without_half_the_tables_the_rest_names_its_export(of_half):
    told = {name: found.sentence for name, found in of_half.items() if found.grade == "cannot say"}
    assert {
        "Care skills in charge", "Value first, returns follow", "Returns at the bottom of the funnel",
        "A Net Easy Score of your own", "Keep declared intentions", "The long haul",
    } <= set(told)  # fmt: skip
    assert "a survey with the question" in told["A Net Easy Score of your own"]
    assert "a table of promises" in told["Keep declared intentions"]
    assert of_half["Let customers lead"].grade == "measured"
    assert of_half["Response rates honest about demand"].grade == "measured"


def test_nothing_loaded_shows_nothing():
    empty = Store.of({})
    found = scorecard(empty, ALL, study(empty))
    assert len(found) == 13
    assert {one.grade for one in found} == {"cannot say"}


# ---- grades


def studied(asked, verdict, gap):
    """The study with another outcome of its headline."""
    headline = replace(asked.rungs[0], rung="A", estimate=gap, verdict=verdict, naive=gap)
    return replace(asked, rungs=(headline,), verdict=verdict, sentence="What the study says.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verdict", "gap", "grade"),
    [
        ("better", Estimate(0.08, 0.03, 0.13, 900, "ATO"), "effect"),
        ("worse", Estimate(-0.08, -0.13, -0.03, 900, "ATO"), "effect"),
        ("no_clear_difference", Estimate(0.01, -0.03, 0.05, 900, "ATO"), "measured"),
        ("too_little_data", Unknown("counts", "Too few."), "measured"),
        ("cannot_say", Unknown("balance", "Not alike."), "measured"),
        ("not_causal", Estimate(0.08, 0.03, 0.13, 900, "ATO"), "measured"),
    ],
)
def test_an_effect_is_claimed_only_where_the_study_claims_one(full, asked, verdict, gap, grade):
    found = found_by_name(full, studied(asked, verdict, gap))
    assert found["Value first, returns follow"].grade == grade
    assert {one.grade for name, one in found.items() if name != "Value first, returns follow"} <= {
        "comparison", "measured", "cannot say"
    }  # fmt: skip
    sentence = found["Value first, returns follow"].sentence
    if grade == "effect":
        assert charts.takeaway(charts.headline_of(studied(asked, verdict, gap)), "EUR") in sentence
    else:
        assert sentence.endswith("What the study says.")
        assert not re.search(r"raised|lowered|caused|because they were answered\.", sentence)


def test_no_principle_but_that_of_the_study_words_a_cause(of_full):
    for name, found in of_full.items():
        if name != "Value first, returns follow":
            assert not re.search(
                r"\b(effect|raised|caused|thanks to|because)\b", found.sentence + found.moved
            )


def test_care_is_compared_like_with_like_and_only_with_others(tables):
    teams = Team("care", 2, ease=0.5), Team("marketing", 2, work=(0.5, 1, 1, 1.5))
    world = Store.of(desks(teams, 3_000, seed=3).tables)
    found = found_by_name(world, study(world))["Care skills in charge"]
    like = owners.standing(world, ALL, "net_easy", "speaker")
    assert like.verdict == "better"
    assert found.grade == "comparison"
    assert f"By who answers: {like.sentence}" in found.sentence
    alone = Store.of(desks((Team("care"),), 1_500, seed=3).tables)
    found = found_by_name(alone, study(alone))["Care skills in charge"]
    assert (found.grade, "By who answers" in found.sentence) == ("measured", False)


def test_mistakes_put_right_stand_beside_those_that_were_not(full, of_full):
    found = of_full["Own mistakes and improve"]
    cells = service_recovery.outcomes(full, ALL).cells
    right, wrong = (cells[group, "Ordered again"] for group in service_recovery.GROUPS[1:])
    assert found.grade == "comparison"
    assert (
        f"Ordered again within 90 days: {written.value_text(right, 'share')} after a failure put right,"
        in (found.sentence)
    )
    assert f"{written.value_text(wrong, 'share')} after one that was not." in found.sentence


def test_without_orders_mistakes_are_a_level(half, of_half):
    found = of_half["Own mistakes and improve"]
    assert isinstance(found.readings[0].value, Estimate)
    assert found.grade == "measured"


def test_the_long_haul_goes_from_the_first_month_to_the_last(full, of_full):
    course = metrics.by_key("retention").series(full, ALL)
    assert of_full["The long haul"].moved == charts.takeaway(course, "EUR")


def test_a_filter_narrows_what_is_measured_and_leaves_the_study_whole(full, asked):
    one = found_by_name(full, asked, Window(channel=("email",)))
    whole = found_by_name(full, asked)
    name = "Response rates honest about demand"
    assert one[name].readings[0].value != whole[name].readings[0].value


def test_hostile_names_change_no_word(tables):
    said = tables["interactions"]
    evil = said.assign(channel=said["channel"].replace("twitter", "<script>alert(1)</script>"))
    plain, hostile = (Store.of({**tables, "interactions": pd.DataFrame(t)}) for t in (said, evil))
    asked = study(plain)
    for one, two in zip(scorecard(plain, ALL, asked), scorecard(hostile, ALL, asked), strict=True):
        if one.principle.name not in {"Stand up for newcomers", "Let customers lead"}:  # social channels only
            assert "<script" not in two.sentence

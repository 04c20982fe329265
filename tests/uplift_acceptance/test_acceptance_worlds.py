"""The study in the other worlds, and the rules by which benchmarks/acceptance.py judges it."""

import numpy as np
import pytest
from acceptance import (
    CELLS,
    READ,
    READ_FOR_SPEED,
    Cell,
    Run,
    heard_from,
    least_coverage,
    limits,
    most_claims,
    pooled,
    run,
    summarise,
)
from designs import DESIGNS, WORLDS
from designs import run as run_designs

from socialroi.result import Estimate
from socialroi.simulate import MECHANISMS, firm
from socialroi.store import Store
from socialroi.uplift import study

BY_NAME = {cell.name: cell for cell in CELLS}


def test_the_study_of_speed_compares_exactly_the_messages_the_truth_is_about():
    made = firm(customers=4_000, effect=0.08, seed=3, mechanism="fast")
    tables = {name: made.tables[name] for name in (*READ, *READ_FOR_SPEED)}
    with Store.of(tables, settings={"horizons": "90"}) as store:
        [rung] = (row for row in study(store, "retention", 90, ("A", "Aprime")).rungs if row.rung == "Aprime")
    key = made.world.answer_key("fast")
    assert (rung.n_treated, rung.n_control) == (key["answered"].sum(), (~key["answered"]).sum())
    seen = np.where(key["answered"], key["y_answered"], key["y_unanswered"])
    gap = seen[key["answered"]].mean() - seen[~key["answered"]].mean()
    assert isinstance(rung.naive, Estimate)
    assert rung.naive.value == pytest.approx(gap)


@pytest.mark.parametrize("name", ["stable, +8", "triggered, +8", "fast, +8"])
def test_other_worlds_are_not_misjudged(name):
    one = run(BY_NAME[name], seed=1)
    if one.is_shown:
        assert abs(one.value - one.truth) <= (one.high - one.low)  # twice the half-width
    else:
        assert one.failed


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "stable, 0",
        "triggered, +8",
        "recovery, 0",
        "fast, +8",
        "observed margin, +8",
        "recovery margin, +6, four years",
    ],
)
def test_twelve_firms_of_other_worlds_are_judged_rightly(name):
    got = summarise([run(BY_NAME[name], seed) for seed in range(100, 112)])
    if got.shown >= 6:
        assert got.coverage >= 0.7, got
        assert abs(got.bias) <= 4 * got.spread / np.sqrt(got.shown), got
    assert got.false_claims <= 3, got


@pytest.mark.slow
def test_hidden_urgency_misleads_the_study():
    # staff answer the leaving more: answering looks harmful, and no file betrays it
    got = summarise([run(BY_NAME["urgent, 0"], seed) for seed in range(100, 108)])
    assert got.bias < -0.05


def test_every_world_has_a_cell():
    assert {cell.mechanism for cell in CELLS} == set(MECHANISMS)
    assert len(BY_NAME) == len(CELLS)


def test_the_limits_are_those_of_the_acceptance():
    assert [least_coverage(n) for n in (300, 1_000)] == [0.91, 0.91]
    assert (least_coverage(3_000, pooled=True), most_claims(3_000, pooled=True)) == (0.935, 0.06)
    assert most_claims(300) * 300 == 24
    assert 0.84 < least_coverage(40) < 0.86  # the smoke test's .85


def test_a_cell_is_judged_by_its_kind():
    truth = {"truth": 0.0, "verdict": "better", "n_treated": 1, "n_control": 1, "failed": ()}
    shown = [Run(seed, value=0.1, low=0.05, high=0.15, raw_gap=0.2, **truth) for seed in range(300)]
    got = summarise(shown)
    assert (got.coverage, got.false_claims, got.bias) == (0.0, 300, pytest.approx(0.1))
    cell = Cell("any", must_show=True)
    judged = {one.name: one.passed for one in limits(cell, got)}
    assert judged == {
        "share shown": True, "coverage": False, "false claims": False, "raw gap of rung D": True,
    }  # fmt: skip
    assert not list(limits(Cell("any", kind="hidden"), got))
    assert [one.passed for one in limits(Cell("any", kind="silent"), got)] == [False]
    assert [one.passed for one in pooled([(cell, shown), (Cell("h", kind="hidden"), shown)])] == [
        False,
        False,
    ]


def test_a_firm_is_heard_from_the_size_at_which_four_of_five_hear_something():
    def told(n, shown, verdict):
        value = 0.1 if shown else None
        return [Run(0, 0.1, value, value, value, verdict, 1, 1, ())] * n

    cells = [
        (Cell("s", 0.08, answered=0.85, conversations=1_000), told(5, False, "cannot_say")),
        (Cell("m", 0.08, answered=0.85, conversations=2_000), told(5, True, "too_little_data")),
        (Cell("l", 0.08, answered=0.85, conversations=4_000), told(4, True, "better") + told(1, False, "")),
    ]
    number, more = heard_from(cells)
    assert "a number from 2,000" in number
    assert "from 4,000" in more


def test_designs_find_what_they_are_known_to_find():
    said = run_designs("0", seed=1)
    assert set(said) == {*DESIGNS, "1b", "cpu_s"}
    for key in ("1", "2", "4a"):  # loyal customers talk more: a large gap where the truth is nothing
        assert said[key].value > 0.15
        assert said[key].excludes_zero
    assert said["2"].value > said["3"].value
    for key in ("6a", "6b", "6c"):
        assert abs(said[key].value) < 0.1
        assert said[key].truth == 0
    assert said["4b"].placebo[1] > 0  # its placebo finds it out


@pytest.mark.parametrize("world", WORLDS[1:])
def test_both_ways_of_planting_eight_points_plant_eight_points(world):
    said = run_designs(world, seed=1)
    assert said["6b"].truth == pytest.approx(0.08, abs=0.003)
    assert said["6c"].value == pytest.approx(0.08, abs=0.1)

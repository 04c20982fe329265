"""The whole study: on invented firms with a planted truth, and on data that cannot answer."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from uplift_shop import at, message, order, regular, shop

from socialroi.errors import UnknownName, UsageError
from socialroi.result import Estimate, Unknown
from socialroi.simulate import firm
from socialroi.store import Store
from socialroi.uplift import OUTCOMES, study

FIVE = ["counts", "balance", "overlap", "placebo", "linkage"]


def studied(outcome="retention", horizon_days=None, **made):
    invented = firm(**made)
    with Store.of(invented.tables, keeps_unanswered=invented.keeps_unanswered) as store:
        return invented, study(store, outcome, horizon_days)


@pytest.fixture(scope="module")
def nothing_works():
    return studied(effect=0.0, seed=2)


@pytest.fixture(scope="module")
def answering_works():
    return studied(effect=0.08, seed=2)


def of(answer, rung):
    return next(row for row in answer.rungs if row.rung == rung)


def test_no_effect_is_found_where_there_is_none(nothing_works):
    _, answer = nothing_works
    row = of(answer, "A")
    assert [check.name for check in row.checks] == FIVE
    assert all(check.passed for check in row.checks)
    assert row.estimate.low < 0 < row.estimate.high
    assert (answer.verdict, row.verdict) == ("no_clear_difference", "no_clear_difference")
    assert answer.sentence == row.sentence


def test_the_raw_gap_of_the_same_firm_is_large_and_is_only_described(nothing_works):
    _, answer = nothing_works
    row = of(answer, "D")
    assert row.estimate.value > 0.15
    assert row.verdict == "not_causal"
    assert row.checks == ()
    assert answer.sentence != row.sentence


def test_eight_points_are_found_where_there_are_eight(answering_works):
    made, answer = answering_works
    row = of(answer, "A")
    truth = made.true_effect("retention", row.horizon_days, row.estimand)
    assert row.estimate.low <= truth <= row.estimate.high
    assert answer.verdict == "better"
    assert row.sentence.startswith("Answering paid off: ")


def test_the_detail_holds_every_population_and_follow_up(answering_works):
    _, answer = answering_works
    detail = of(answer, "A").detail
    assert {"ATT", "ATU", "ATE", "risk_ratio", "smallest_visible_effect"} <= set(detail)
    assert {"horizon_30_days", "horizon_180_days", "horizon_365_days"} <= set(detail)
    assert {"grace_1_hours", "grace_4_hours", "grace_72_hours", "washout_180_days"} <= set(detail)
    assert {"grace_orders_treated", "linked_unanswered", "pre_sale_messages"} <= set(detail)
    assert detail["risk_ratio"].low > 1


def test_the_notes_say_what_is_assumed_and_what_is_secondary(answering_works):
    _, answer = answering_works
    notes = of(answer, "A").notes
    assert notes[0].startswith(
        "This assumes agents did not choose whom to answer by something these files do not"
    )
    text = " ".join(notes)
    for part in ("Secondary, at 180 days", "Holm-adjusted p", "Negative control", "stronger than", "Totals"):
        assert part in text


def test_the_protocol_is_filled_with_the_firms_own_counts(answering_works):
    _, answer = answering_works
    row, flow = of(answer, "A"), answer.flow
    assert f"{row.n_treated:,}" in answer.protocol["Strategies"]
    assert f"{flow[-1].remaining:,} of {flow[0].remaining:,}" in answer.protocol["Eligibility"]
    assert flow[-1].remaining == row.n_treated + row.n_control
    assert "90 days" in answer.protocol["Follow-up"]
    assert all(line.endswith(".") for line in answer.protocol.values())
    assert all(working.rows > 0 for working in answer.working)


def test_the_order_of_rows_in_the_files_changes_nothing():
    made = firm(effect=0.05, seed=3, customers=2_500)
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in made.tables.items()}
    once, again = (study(Store.of(tables)) for tables in (made.tables, shuffled))
    assert isinstance(of(once, "A").estimate, Estimate)
    assert once == again


def test_a_firm_whose_links_are_made_by_the_reply_gets_no_number():
    _, answer = studied(effect=0.0, seed=4, mechanism="linked_by_reply")
    row = of(answer, "A")
    assert answer.verdict == "cannot_say"
    assert isinstance(row.estimate, Unknown)
    assert row.estimate.code == "linkage"
    assert next(check for check in row.checks if check.name == "linkage").value > 0.3


def test_where_links_are_made_by_the_reply_and_people_are_few_waiting_does_not_help():
    _, answer = studied(effect=0.0, seed=4, mechanism="linked_by_reply", customers=1_500)
    row = of(answer, "A")
    assert row.estimate.code == "counts"
    assert "Waiting will not help: " in row.sentence
    assert "At the current rate" not in row.sentence


def test_a_firm_with_nobody_to_compare_gets_no_number():
    _, answer = studied(effect=0.0, seed=4, mechanism="unanswered_by_hour", customers=2_500)
    row = of(answer, "A")
    assert answer.verdict == "cannot_say"
    assert next(check for check in row.checks if check.name == "overlap").passed is False


def test_a_firm_that_answers_nearly_everybody_is_told_what_is_missing_and_when():
    _, answer = studied(effect=0.08, answered=0.99, seed=4, customers=2_500)
    row = of(answer, "A")
    assert answer.verdict == "cannot_say"
    assert row.estimate.code == "counts"
    assert row.sentence.startswith("We cannot say yet: only ")
    assert "At the current rate" in row.sentence
    assert "fair test" in row.sentence
    assert not any(isinstance(row.detail.get(name), Estimate) for name in ("ATT", "ATU", "ATE", "risk_ratio"))


def test_an_export_without_the_unanswered_cannot_say_and_d_does_not_step_in():
    _, answer = studied(effect=0.0, seed=4, mechanism="answered_only", customers=1_000)
    row = of(answer, "A")
    assert (row.estimate.code, row.verdict, answer.verdict) == ("answered_only", "cannot_say", "cannot_say")
    assert row.sentence == "We cannot say yet: this export holds only answered conversations."
    assert of(answer, "D").verdict == "not_causal"
    assert answer.sentence == row.sentence


@pytest.fixture(scope="module")
def small_firm():
    with Store.of(firm(effect=0.08, seed=6, customers=1_500, days=500).tables) as store:
        yield store


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_every_outcome_answers_in_its_own_words(outcome, small_firm):
    answer = study(small_firm, outcome)
    row = of(answer, "A")
    assert (answer.outcome, row.outcome) == (outcome, outcome)
    assert row.sentence.endswith(".")
    assert isinstance(row.estimate, Unknown) == (row.verdict == "cannot_say")


# ---- data that cannot answer ----


def test_an_empty_store():
    answer = study(Store.of({}))
    assert answer.verdict == "cannot_say"
    assert of(answer, "A").estimate.code == "no_messages"
    assert of(answer, "D").verdict == "cannot_say"
    assert answer.flow[0].remaining == 0


def test_messages_without_orders():
    store = Store.of({"interactions": shop_messages()})
    assert of(study(store), "A").estimate.code == "no_orders"


def shop_messages():
    columns = {
        "message_id": ["m"],
        "conversation_id": ["k"],
        "author_kind": ["customer"],
        "direction": ["in"],
    }
    return pd.DataFrame(
        {**columns, "sent_at": [at(days=100)], "channel": ["twitter"], "customer_id": ["ann"]}
    )


@pytest.mark.parametrize("reply_h", [1.0, None], ids=["all answered", "none answered"])
def test_an_empty_arm_does_not_crash(reply_h):
    people = [f"c{i}" for i in range(30)]
    orders = [one for person in people for one in regular(person)]
    answer = study(shop(orders, [message(person, at(days=100), reply_h) for person in people]))
    row = of(answer, "A")
    assert (row.n_treated, row.n_control) == ((30, 0) if reply_h else (0, 30))
    assert row.estimate.code == "counts"
    assert isinstance(row.naive, Unknown)


@pytest.mark.parametrize(
    ("declared", "says"), [("no", "holds only answered"), ("unknown", "is not declared")]
)
def test_what_the_export_keeps_must_be_declared(declared, says):
    answer = study(shop(regular("ann"), [message("ann", at(days=100))], keeps_unanswered=declared))
    assert of(answer, "A").estimate.code == "answered_only"
    assert says in answer.sentence


def test_margins_must_be_known_and_in_one_currency():
    asked = [message("ann", at(days=100))]
    no_margin = [{**one, "margin": None} for one in regular("ann")]
    assert of(study(shop(no_margin, asked), "margin"), "A").estimate.code == "no_margin"
    mixed = [*regular("ann"), order("ann", at(days=50), currency="USD")]
    assert of(study(shop(mixed, asked), "margin"), "A").estimate.code == "mixed_currency"
    declared = study(shop(no_margin, asked, settings={"margin_rate": "0.4"}), "margin")
    assert of(declared, "A").estimate.code == "counts"


# ---- how it is asked ----


def test_the_horizon_is_the_smallest_that_holds_three_quarters_of_the_gaps():
    asked = [message("ann", at(days=100))]
    for gaps, expected in (((80, 90, 90, 200), 90), ((80, 90, 91, 200), 180), ((200,), 365), ((500,), 365)):
        days = [sum(gaps[:i]) for i in range(len(gaps) + 1)]
        answer = study(shop([order("ann", at(days=day)) for day in days], asked))
        assert answer.horizon_days == expected


def test_a_horizon_may_be_asked_for():
    answer = study(shop(regular("ann"), [message("ann", at(days=100))]), horizon_days=45)
    assert answer.horizon_days == of(answer, "A").horizon_days == 45
    assert "horizon_90_days" in of(answer, "A").detail


@pytest.mark.parametrize("days", [0, -1, 4_000])
def test_an_impossible_horizon_is_refused(days):
    with pytest.raises(UsageError, match="A follow-up lasts from 1 to 3650 days"):
        study(Store.of({}), horizon_days=days)


def test_outcomes_to_come_say_so():
    with pytest.raises(UsageError, match="arrives with a later version"):
        study(Store.of({}), "advocacy")


def test_strangers_get_the_nearest_name():
    with pytest.raises(UnknownName, match="Did you mean 'retention'"):
        study(Store.of({}), "retentoin")
    with pytest.raises(UnknownName, match="rung"):
        study(Store.of({}), rungs=("Z",))
    with pytest.raises(UsageError, match="at least one rung"):
        study(Store.of({}), rungs=())


def test_one_rung_alone():
    store = shop(regular("ann"), [message("ann", at(days=100), 1.0)])
    assert [row.rung for row in study(store, rungs=("D",)).rungs] == ["D"]
    assert [row.rung for row in study(store, rungs=("A",)).rungs] == ["A"]
    assert [row.rung for row in study(store, rungs=("D", "A")).rungs] == ["A", "D"]


def test_a_rung_is_a_whole_row_of_the_contract(nothing_works):
    _, answer = nothing_works
    for row in answer.rungs:
        fields = dataclasses.asdict(row)
        assert all(
            fields[name] not in (None, "")
            for name in ("rung", "population", "estimand", "verdict", "sentence")
        )


def test_rung_d_counts_by_hand():
    # orders end on day 400; ann: answered, last order on day 350; bea: unanswered, day 350; cid: never asked,
    # day 100; dan: answered, day 20. Ever answered 1 of 2 ordered lately, others 2 of 3 with the last buyer.
    orders = [
        *regular("ann"),
        order("ann", at(days=350)),
        order("bea", at(days=350)),
        order("cid", at(days=100)),
        *regular("dan"),
    ]
    asked = [
        message("ann", at(days=100), 1.0),
        message("bea", at(days=100)),
        message("dan", at(days=100), 200.0),
    ]
    row = of(study(shop(orders, asked, orders_end=at(days=400))), "D")
    assert (row.n_treated, row.n_control) == (2, 3)
    assert row.estimate.value == pytest.approx(1 / 2 - 2 / 3)

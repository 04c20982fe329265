"""Is it worth it: on an invented firm with a planted effect, and on data that cannot carry an amount."""

from __future__ import annotations

import dataclasses
from datetime import date

import pandas as pd
import pytest
from uplift_shop import at, message, order, regular, shop

from socialroi.errors import UsageError
from socialroi.result import Estimate, Unknown
from socialroi.simulate import firm
from socialroi.stats import diagnostics
from socialroi.store import Store
from socialroi.uplift.worth import DISCOUNT, roi_at, worth

NAMES = ["repurchase", "retention", "upsell", "cross_sell"]


@pytest.fixture(scope="module")
def made():
    return firm(effect=0.3, answered=0.7, seed=2, customers=4_000)


@pytest.fixture(scope="module")
def opened(made):
    """The firm at a third of what care usually costs it, so that answering clearly pays."""
    costs = made.tables["costs"]
    tables = {**made.tables, "costs": costs.assign(amount=(costs["amount"] / 3).round(2))}
    with Store.of(tables, keeps_unanswered=made.keeps_unanswered) as store:
        yield store


@pytest.fixture(scope="module")
def plain(opened):
    """Half a year, undiscounted, as the planted truth is."""
    return worth(opened, 180, discount=0.0)


def test_the_planted_margin_is_found(made, plain):
    truth = made.true_effect("margin", 180, "ATT")
    assert plain.margin.low <= truth <= plain.margin.high
    assert plain.margin.low > 0
    truth = made.true_effect("margin", 180, "ATU")
    assert plain.unanswered.low <= truth <= plain.unanswered.high


def test_the_bars_add_up_to_the_cent(plain):
    assert [bar.name for bar in plain.bars] == NAMES
    assert [bar.status for bar in plain.bars] == ["measured"] * 4
    assert sum(bar.value.value for bar in plain.bars) == pytest.approx(plain.margin.value, abs=1e-6)


def test_an_effect_on_staying_shows_as_retention_more_than_as_larger_orders(plain):
    value = {bar.name: bar.value.value for bar in plain.bars}
    assert value["retention"] > 0.8 * plain.margin.value
    assert abs(value["repurchase"]) < 0.1 * plain.margin.value


def test_the_return_is_the_margin_over_the_cost(made, plain):
    assert plain.roi.value == pytest.approx(plain.margin.value / plain.cost.value - 1)
    assert plain.roi.high == pytest.approx(plain.margin.high / plain.cost.value - 1)
    assert plain.cost.low == plain.cost.value == plain.cost.high
    assert plain.marginal_cost.value < plain.cost.value
    assert plain.verdict == "better"
    assert plain.sentence.startswith("Within 180 days answering pays: an answer brings EUR ")
    assert plain.currency == "EUR"


def test_it_pays_back_within_the_horizon(plain):
    months = plain.payback_months
    assert 1 <= months.low <= months.value <= months.high <= 6
    assert months.value == int(months.value)


def test_the_breakeven_stands_beside_the_effect_on_retention(plain):
    assert 0 < plain.breakeven_effect.low < plain.breakeven_effect.value < plain.breakeven_effect.high < 1
    assert plain.effect.low > 0
    assert roi_at(plain.breakeven_effect.value, plain.breakeven_effect.value) == 0


def test_a_predicted_value_is_apart_and_says_so(plain):
    assert plain.residual.status == "modelled"
    assert "excludes model error" in plain.residual.sentence
    assert "excludes model error" in plain.residual.value.method
    assert plain.residual.value.value > 0


def test_attribution_stands_beside(plain):
    leads, referrals = plain.beside
    assert (leads.name, leads.status, referrals.name) == ("leads", "measured", "referrals")
    assert leads.value.low == leads.value.value > 0
    assert referrals.value.code == "no_referral_code"
    assert "not an effect" in leads.sentence


def test_the_costs_are_those_of_the_file(made, plain):
    assert sum(row.amount for row in plain.costs) == pytest.approx(
        made.tables["costs"]["amount"].sum() / 3, abs=1
    )
    assert {row.kind for row in plain.costs} == {"staff", "tools"}
    assert plain.costs[0].month == date(2024, 11, 1)


def test_the_notes_say_what_is_not_counted(plain):
    text = " ".join(plain.notes)
    for part in (
        "agents did not choose",
        "Nothing is discounted",
        "refunds carry no date",
        "Cost per answer",
    ):
        assert part in text
    (total,) = [note for note in plain.notes if note.startswith("Over the ")]
    assert "answered conversations that were compared: +EUR " in total
    assert "were not compared is unknown and counts as nothing" in total


def test_every_condition_is_listed_and_the_working_shown(plain):
    names = [check.name for check in plain.checks]
    assert names == ["counts", "balance", "overlap", "placebo", "linkage", "money", "totals"]
    assert all(check.passed for check in plain.checks)
    assert len(plain.working) >= 8
    assert all(isinstance(one.rows, int) for one in plain.working)


def test_later_money_counts_less_and_two_calls_agree(opened, plain):
    found = worth(opened, 180)
    assert DISCOUNT > 0
    assert 0.9 * plain.margin.value < found.margin.value < plain.margin.value
    assert sum(bar.value.value for bar in found.bars) == pytest.approx(found.margin.value, abs=1e-6)
    assert any("discounted at 10% a year" in note for note in found.notes)
    again = worth(opened, 180)
    assert again == found


def test_the_longest_follow_up_is_taken_and_an_amount_it_cannot_carry_is_withheld(opened, monkeypatch):
    monkeypatch.setattr(
        diagnostics, "SMD_LIMIT", 0.0
    )  # as if the unanswered could not stand for the answered
    found = worth(opened)
    assert found.horizon_days == 365
    assert found.margin.code == found.roi.code == found.payback_months.code == "totals"
    assert {bar.status for bar in (*found.bars, found.residual)} == {"unknown"}
    assert [bar.name for bar in found.bars] == NAMES
    assert found.verdict == "cannot_say"
    assert isinstance(found.cost, Estimate)
    assert isinstance(found.breakeven_effect, Estimate)
    assert found.sentence.startswith("We cannot say yet: an amount for all answered messages cannot rest on")
    assert "An answer pays from +" in found.sentence
    assert any("A shorter follow-up" in note and "30, 90, 180 days" in note for note in found.notes)


def test_what_money_needs_withholds_it(opened):
    found = worth(opened, 30)
    assert found.margin.code == "money"
    assert found.sentence.startswith(
        "We cannot say yet: an amount of money needs the test on the time before"
    )


@pytest.fixture(scope="module")
def without(made):
    """The same firm without margins, costs of goods, categories and what care cost."""
    tables = dict(made.tables)
    del tables["costs"]
    tables["orders"] = tables["orders"].drop(columns="margin")
    tables["order_items"] = tables["order_items"].drop(columns=["unit_cost", "category"])
    with Store.of(tables, keeps_unanswered=made.keeps_unanswered) as store:
        yield worth(store, 180)


def test_without_margins_it_is_revenue_and_no_return(without, plain):
    assert without.estimand.startswith("revenue over 180 days")
    assert without.margin.value > 1.5 * plain.margin.value
    assert without.roi.code == without.payback_months.code == without.breakeven_effect.code == "no_margin"
    assert without.verdict == "cannot_say"
    assert "more revenue" in without.sentence
    assert any(note.startswith("Revenue, not margin: ") for note in without.notes)


def test_without_categories_what_is_beyond_the_usual_stays_together(without):
    bars = {bar.name: bar for bar in without.bars}
    assert bars["cross_sell"].value.code == "no_categories"
    known = sum(bar.value.value for name, bar in bars.items() if name != "cross_sell")
    assert known == pytest.approx(without.margin.value, abs=1e-6)
    assert "in whatever category" in bars["upsell"].sentence


def test_without_costs_it_says_what_to_load(without):
    assert without.cost.code == without.marginal_cost.code == "no_costs"
    assert without.costs == ()
    assert [bar.value.code for bar in without.beside] == ["no_costs", "no_referral_code"]


# ---- data that cannot answer ----


def bills(amount=100.0, **more):
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    row = {"department": "care", "kind": "staff", "amount": amount, "currency": "EUR", **more}
    return pd.DataFrame({"month": months}).assign(**row)


def many(people=40, **asked):
    """Customers with two orders before a message on day 100 and one of margin 40 after it; half answered."""
    orders, messages = [], []
    for number in range(people):
        name = f"c{number:03d}"
        orders += [*regular(name), order(name, at(days=120), 80.0)]
        messages.append(message(name, at(days=100), 1.0 if number % 2 else None, **asked))
    return orders, messages


def test_an_empty_store():
    found = worth(Store.of({}))
    assert found.margin.code == "no_messages"
    assert found.cost.code == "no_costs"
    assert found.verdict == "cannot_say"
    assert found.currency is None
    assert all(isinstance(bar.value, Unknown) for bar in (*found.bars, found.residual, *found.beside))
    assert isinstance(found.unanswered, Unknown)


def test_too_few_people_leave_cost_and_breakeven():
    # 20 answers in one month (day 100 is in April) for 100: 5 each; who orders again brings 40: 12.5 points
    orders, messages = many()
    found = worth(shop(orders, messages, costs=bills()), 90, discount=0.0)
    assert found.margin.code == "counts"
    assert found.cost.value == 5
    assert found.breakeven_effect.value == pytest.approx(0.125)
    assert found.sentence == (
        "We cannot say yet: only 20 people were answered within 24 hours; about 100 are needed. An answer "
        "costs EUR 5.00. An answer pays from +12.5 points of retention on."
    )
    assert found.effect.code == "counts"


def test_discounted_money_moves_the_breakeven():
    # the order comes 19 days after time zero: 40 / 1.1 ** (19 / 365) = 39.8020
    orders, messages = many()
    found = worth(shop(orders, messages, costs=bills()), 90)
    assert found.breakeven_effect.value == pytest.approx(5 / (40 / 1.1 ** (19 / 365)), rel=1e-6)


def test_too_few_who_order_again_give_no_breakeven():
    orders, messages = many(people=19)
    found = worth(shop(orders, messages, costs=bills()), 90)
    assert found.breakeven_effect.code == "counts"
    assert "Only 19 of the customers compared ordered again" in found.breakeven_effect.sentence


def test_an_export_of_answered_conversations_only():
    orders, messages = many()
    found = worth(shop(orders, messages, keeps_unanswered="no", costs=bills()))
    assert found.margin.code == found.effect.code == "answered_only"
    assert found.cost.value == 5


def test_two_currencies():
    orders, messages = many()
    found = worth(shop([*orders, order("c001", at(days=50), currency="USD")], messages, costs=bills()))
    assert found.margin.code == found.roi.code == found.breakeven_effect.code == "mixed_currency"
    assert found.currency is None


def test_costs_in_another_currency_than_orders():
    orders, messages = many()
    found = worth(shop(orders, messages, costs=bills(currency="GBP")), 90)
    assert found.cost.code == found.breakeven_effect.code == "mixed_currency"
    assert found.costs == ()


def test_neither_margins_nor_amounts():
    orders, messages = many()
    bare = [{**one, "margin": None, "amount": None} for one in orders]
    found = worth(shop(bare, messages, costs=bills()), 90)
    assert found.margin.code == found.breakeven_effect.code == "no_amount"


def test_the_follow_up_is_the_primary_one_where_none_has_enough_people():
    orders, messages = many()
    assert worth(shop(orders, messages)).horizon_days == 180  # three of four gaps are at most 100 days


@pytest.mark.parametrize("days", [0, -1, 4_000])
def test_an_impossible_follow_up_is_refused(days):
    with pytest.raises(UsageError, match="A follow-up lasts from 1 to 3650 days"):
        worth(Store.of({}), days)


def test_conversations_of_nobody_have_no_value_and_share_the_cost():
    orders, messages = many()
    strangers = [message(None, at(days=100, hours=hour), 1.0) for hour in range(5)]
    found = worth(shop(orders, [*messages, *strangers], costs=bills()), 90)
    assert found.cost.value == 4  # 100 over 25 answers
    assert any(
        "The value of 5 answered social conversations that were not compared (5 of them with nobody" in note
        for note in found.notes
    )


# ---- attribution ----


def beside(*orders, **tables):
    """Leads and referrals where 4 answers were given in January at known cost."""
    asked = [message(f"c{i}", at(days=3 + i), 1.0) for i in range(4)]
    found = worth(shop(list(orders), asked, costs=bills(), **tables), 90)
    return {bar.name: bar for bar in found.beside}


def test_leads_and_referrals_by_hand():
    # January's first orders: ann by Instagram (margin 30), bob by search with a code (10), cid by both (20),
    # dan with a code of his own (5); eve came by Facebook in another year
    first = {"acquisition_channel": "search"}
    bars = beside(
        order("ann", at(days=1), 60.0, acquisition_channel="Instagram"),
        order("ann", at(days=2), 99.0, acquisition_channel="instagram"),
        order("bob", at(days=2), 20.0, **first, referral_code="R1", referred_by="ann"),
        order("cid", at(days=3), 40.0, acquisition_channel="facebook", referral_code="R2"),
        order("dan", at(days=4), 10.0, **first, referral_code="R3", referred_by="dan"),
        order("eve", at(days=400), 40.0, acquisition_channel="facebook"),
    )
    assert (bars["leads"].value.value, bars["leads"].value.n) == ((30 + 20) / 4, 2)
    assert (bars["referrals"].value.value, bars["referrals"].value.n) == (10 / 4, 1)
    assert bars["leads"].status == bars["referrals"].status == "measured"


def test_where_the_order_does_not_say_the_customer_does():
    people = pd.DataFrame({"customer_id": ["ann", "bob"], "acquisition_channel": ["instagram", "search"]})
    bars = beside(order("ann", at(days=1), 60.0), order("bob", at(days=1), 60.0), customers=people)
    assert bars["leads"].value.value == 30 / 4


def test_mapped_but_nobody_by_social_is_a_measured_zero():
    bars = beside(order("ann", at(days=1), acquisition_channel="search"))
    assert (bars["leads"].value.value, bars["leads"].status) == (0, "measured")


def test_not_mapped_is_unknown():
    bars = beside(order("ann", at(days=1)))
    assert (bars["leads"].value.code, bars["leads"].status) == ("no_acquisition_channel", "unknown")


def test_an_answer_is_plain_data(plain):
    assert dataclasses.asdict(plain)["margin"]["value"] == plain.margin.value

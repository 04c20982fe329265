"""What is planted is really there: both worlds are simulated again by other means and compared."""

import json

import numpy as np
import pandas as pd
import pytest

from socialroi.errors import UsageError
from socialroi.simulate import firm
from socialroi.simulate.clock import DAY, GRACE
from socialroi.simulate.truth import ESTIMANDS, HORIZONS, POPULATIONS

NIGHT = [22, 23, 0, 1, 2, 3, 4, 5, 6]


def test_without_an_effect_every_true_effect_is_exactly_zero(null_firm):
    values = {row["value"] for row in null_firm.truth["effects"]}
    assert values == {0.0}
    assert "-0.0" not in json.dumps(null_firm.truth)


def test_without_an_effect_both_worlds_are_the_same(null_firm):
    key = null_firm.world.answer_key()
    assert (key["y_answered"] == key["y_unanswered"]).all()
    assert not null_firm.world.case.care.lost.any()


def test_truth_has_the_shape_of_the_contract(helped_firm):
    truth = helped_firm.truth
    assert set(truth) == {"mechanism", "effects", "n_answered", "n_unanswered"}
    cells = [(row["outcome"], row["horizon_days"], row["estimand"]) for row in truth["effects"]]
    wanted = [(o, h, e) for o in POPULATIONS for h in HORIZONS for e in ESTIMANDS]
    assert cells == wanted
    assert all(set(row) == {"outcome", "horizon_days", "estimand", "value"} for row in truth["effects"])


def test_the_effect_asked_for_is_the_effect_on_the_answered_within_90_days(helped_firm):
    assert helped_firm.true_effect("retention", 90, "ATT") == pytest.approx(0.08, abs=0.001)
    assert helped_firm.true_effect("retention", 90, "ATO") == pytest.approx(0.08, abs=0.01)


def test_a_harmful_answer_can_be_planted(null_firm):
    harmful = firm(effect=-0.06, seed=1)
    assert harmful.true_effect("retention", 90, "ATT") == pytest.approx(-0.06, abs=0.001)
    assert harmful.true_effect("margin", 180, "ATT") < 0
    assert len(harmful.tables["orders"]) < len(null_firm.tables["orders"])


def test_the_truth_is_the_mean_difference_of_the_two_worlds(helped_firm):
    # the truth averages over the coin, the answer key shows one throw of it: equal within its noise
    key = helped_firm.world.answer_key()
    gain = (key["y_answered"] - key["y_unanswered"]).to_numpy()
    answered = key["answered"].to_numpy()
    for estimand, who in (("ATT", answered), ("ATU", ~answered), ("ATE", np.ones(len(key), bool))):
        noise = gain[who].std() / np.sqrt(who.sum())
        assert helped_firm.true_effect("retention", 90, estimand) == pytest.approx(
            gain[who].mean(), abs=4 * noise
        )


def test_the_files_show_the_world_that_belongs_to_each_assignment(helped_firm):
    # the outcome counted plainly from the files equals the potential outcome of the arm taken
    key = helped_firm.world.answer_key()
    orders = _counted(helped_firm)
    start = helped_firm.world.case.span.start
    t0 = start + (key["at_s"].to_numpy() + GRACE).astype("timedelta64[s]")
    trials = pd.DataFrame({"customer_id": [f"c{c}" for c in key["customer"]], "t0": t0}).reset_index()
    pairs = trials.merge(orders, on="customer_id")
    inside = (pairs["ordered_at"] > pairs["t0"]) & (
        pairs["ordered_at"] <= pairs["t0"] + pd.Timedelta(days=90)
    )
    seen = pairs[inside].groupby("index").size().reindex(trials["index"], fill_value=0).to_numpy() > 0
    expected = np.where(key["answered"], key["y_answered"], key["y_unanswered"])
    assert (seen == expected).all()


def test_turning_one_answer_round_gives_the_other_potential_outcome(helped_firm):
    # brute force: the customer's whole life told again with one answer changed, for 300 messages
    world = helped_firm.world
    contacts, care = world.case.contacts, world.case.care
    key = world.answer_key()
    rng = np.random.default_rng(0)
    at_stake = np.flatnonzero(care.at_stake[key["contact"]])
    chosen = np.concatenate([rng.choice(at_stake, 150, replace=False), rng.choice(len(key), 150)])
    for row in key.iloc[chosen].itertuples():
        for answered, expected in ((True, row.y_answered), (False, row.y_unanswered)):
            lost_at = np.inf
            for other in np.flatnonzero(contacts.customer == row.customer):  # in order of time
                if contacts.at[other] >= lost_at:
                    break
                is_answered = answered if other == row.contact else care.answered[other]
                if care.at_stake[other] and not is_answered:
                    lost_at = min(lost_at, contacts.at[other] + GRACE)
            own = (world.orders.customer == row.customer) & world.orders.counts
            t0 = row.at_s + GRACE
            at = world.orders.at[own]
            assert ((at > t0) & (at <= min(t0 + 90 * DAY, lost_at))).any() == expected


def test_at_no_effect_customers_who_were_ever_answered_order_far_more(null_firm):
    # rung D, plainly: the raw gap a careless dashboard reports where the truth is nothing
    orders = _counted(null_firm)
    recent = orders["ordered_at"] >= orders["ordered_at"].max() - pd.Timedelta(days=90)
    talk = null_firm.tables["interactions"]
    answers = (
        (talk["author_kind"] == "agent") & (talk["visibility"] == "public") & (talk["channel"] != "email")
    )
    customers = null_firm.tables["customers"]["customer_id"]
    active = customers.isin(orders.loc[recent, "customer_id"])
    engaged = customers.isin(talk.loc[answers, "customer_id"])
    assert active[engaged].mean() - active[~engaged].mean() > 0.15


def test_a_plain_weighted_comparison_recovers_the_truth(null_firm, helped_firm):
    # inverse-propensity weights with the true propensity, mean over four firms each
    for effect in (0.0, 0.08):
        firms = [null_firm if effect == 0 else helped_firm]
        firms += [firm(effect=effect, seed=seed) for seed in (2, 3, 4)]
        errors = [
            _weighted(one.world.answer_key()) - one.true_effect("retention", 90, "ATO") for one in firms
        ]
        assert np.mean(errors) == pytest.approx(0, abs=3 * 0.024 / np.sqrt(len(firms)))


def test_hidden_intentions_mislead_a_comparison_where_the_truth_is_zero(null_firm):
    raw = {}
    for mechanism in ("observed", "hidden"):
        keys = [firm(seed=seed, mechanism=mechanism).world.answer_key() for seed in (2, 3, 4)]
        raw[mechanism] = np.mean([_raw(key) for key in keys])
    assert raw["observed"] < 0.04
    assert raw["hidden"] > raw["observed"] + 0.04


def test_a_short_firm_leaves_out_horizons_nobody_was_followed_for():
    short = firm(customers=500, days=150, seed=1)
    assert {row["horizon_days"] for row in short.truth["effects"]} == {30, 90}
    with pytest.raises(KeyError):
        short.true_effect("retention", 365, "ATT")


@pytest.mark.parametrize("effect", [0.95, -0.95])
def test_an_effect_larger_than_anybody_orders_is_refused(effect):
    with pytest.raises(UsageError, match="out of reach"):
        firm(customers=500, effect=effect)


def _counted(one):
    orders = one.tables["orders"]
    return orders.loc[orders["status"] == "paid", ["customer_id", "ordered_at"]]


def _weighted(key):
    """Overlap-weighted difference of the outcomes shown, by the true propensity."""
    answered, chance = key["answered"].to_numpy(), key["propensity"].to_numpy()
    shown = np.where(answered, key["y_answered"], key["y_unanswered"])
    treated = np.average(shown[answered], weights=(1 - chance)[answered])
    return treated - np.average(shown[~answered], weights=chance[~answered])


def _raw(key):
    answered = key["answered"]
    return key["y_answered"][answered].mean() - key["y_unanswered"][~answered].mean()

"""The invented firm as its files show it: sizes, habits, mechanisms."""

import numpy as np
import pandas as pd
import pytest

from socialroi.errors import UnknownName, UsageError
from socialroi.schema import SOCIAL_CHANNELS, TABLES
from socialroi.simulate import MECHANISMS, firm
from socialroi.simulate.clock import is_night


def test_the_same_seed_gives_the_same_firm(small_firm):
    again = firm(customers=400, days=400, effect=0.05, seed=5)
    for name, frame in small_firm.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert again.truth == small_firm.truth


def test_another_seed_gives_another_firm(small_firm):
    other = firm(customers=400, days=400, effect=0.05, seed=6)
    assert (
        not other.tables["orders"]["amount"].head(50).equals(small_firm.tables["orders"]["amount"].head(50))
    )


def test_an_effect_changes_nothing_about_who_the_people_are(null_firm, helped_firm):
    pd.testing.assert_frame_equal(null_firm.tables["customers"], helped_firm.tables["customers"])
    # lost customers take orders away and add none
    before, after = null_firm.tables["orders"], helped_firm.tables["orders"]
    key = ["customer_id", "ordered_at", "amount"]
    assert len(after) < len(before)
    assert len(after.merge(before, on=key)) == len(after)


def test_tables_are_canonical(null_firm):
    for name, frame in null_firm.tables.items():
        assert set(frame.columns) <= set(TABLES[name].by_name), name
        for column in TABLES[name].required:
            assert frame[column].notna().all() or column == "customer_id", (name, column)
        for column in TABLES[name].columns:
            if column.choices and column.name in frame:
                assert set(frame[column.name].dropna()) <= set(column.choices), (name, column.name)


def test_channels_are_social_apart_from_email(null_firm):
    channels = set(null_firm.tables["interactions"]["channel"])
    assert channels - set(SOCIAL_CHANNELS) == {"email"}


def test_keys_are_unique(null_firm):
    for name in ("customers", "orders", "order_items", "interactions", "surveys", "costs", "holidays"):
        assert not null_firm.tables[name].duplicated(list(TABLES[name].key)).any(), name


def test_lines_add_up_to_their_orders(null_firm):
    items, orders = null_firm.tables["order_items"], null_firm.tables["orders"].set_index("order_id")
    sums = (items["unit_price"] * items["quantity"]).groupby(items["order_id"]).sum()
    costs = (items["unit_cost"] * items["quantity"]).groupby(items["order_id"]).sum()
    assert set(sums.index) == set(orders.index)
    assert np.allclose(orders["amount"], sums[orders.index])
    assert np.allclose(orders["margin"], (sums - costs)[orders.index])
    assert 0.36 < orders["margin"].sum() / orders["amount"].sum() < 0.44


def test_everything_lies_within_the_days_asked_for(small_firm):
    first, end = pd.Timestamp("2026-11-01") - pd.Timedelta(days=400), pd.Timestamp("2026-11-01")
    for name, column in (("orders", "ordered_at"), ("interactions", "sent_at"), ("surveys", "asked_at")):
        times = small_firm.tables[name][column]
        assert times.min() >= first
        assert times.max() < end


@pytest.mark.parametrize("share", [0.6, 0.85, 0.97])
def test_the_share_answered_in_time_is_the_share_asked_for(share):
    one = firm(answered=share, seed=2)
    n = one.truth["n_answered"] + one.truth["n_unanswered"]
    noise = np.sqrt(share * (1 - share) / n)
    assert one.truth["n_answered"] / n == pytest.approx(share, abs=4 * noise)
    openings = _openings(one)
    assert openings["in_time"].mean() == pytest.approx(share, abs=0.02)


def test_unanswered_messages_depend_on_hour_queue_and_segment(null_firm):
    case = null_firm.world.case
    asked = case.contacts.comparable & case.care.exists
    answered = case.care.answered
    night, long = is_night(case.contacts.at), case.care.queue >= 4
    assert answered[asked & ~night].mean() - answered[asked & night].mean() > 0.1
    assert answered[asked & ~long].mean() - answered[asked & long].mean() > 0.03
    plus = null_firm.world.people.segment[case.contacts.customer] == 1
    assert answered[asked & plus].mean() > answered[asked & ~plus].mean()


def test_too_few_stay_unanswered_at_97_percent_for_a_study():
    for seed in range(3):
        key = firm(answered=0.97, seed=seed).world.answer_key()
        assert (~key["answered"]).sum() < 100


def test_enough_stay_unanswered_at_85_percent_for_a_study():
    for seed in range(3):
        key = firm(answered=0.85, seed=seed).world.answer_key()
        assert (~key["answered"]).sum() > 250


def test_conversations_hold_what_a_store_must_see_through(null_firm):
    talk = null_firm.tables["interactions"]
    assert {"customer", "agent", "bot", "campaign"} == set(talk["author_kind"])
    assert (talk["visibility"] == "private").any()
    assert talk.loc[talk["author_kind"] == "campaign", "customer_id"].isna().all()
    openings = talk[talk["topic"].notna()]
    assert (openings["needs_response"] == False).any()  # noqa: E712 - three-valued
    assert not openings["conversation_id"].duplicated().any()
    assert talk["sent_at"].is_monotonic_increasing


def test_an_answer_never_precedes_its_question(null_firm):
    talk = null_firm.tables["interactions"].set_index("message_id")
    answers = talk[talk["reply_to"].notna()]
    opened = talk["sent_at"].reindex(answers["reply_to"])
    assert (answers["sent_at"].to_numpy() > opened.to_numpy()).all()


def test_surveys_are_easier_after_a_fast_answer(null_firm):
    surveys = null_firm.tables["surveys"]
    waits = _openings(null_firm).set_index("conversation_id")["wait_h"]
    for question, sign in (("net_easy", 1), ("csat", -1)):  # low is good, high is good
        one = surveys[(surveys["question"] == question) & surveys["score"].notna()]
        wait = waits.reindex(one["conversation_id"]).to_numpy()
        fast, slow = one["score"][wait < 1].mean(), one["score"][wait > 6].mean()
        assert sign * (slow - fast) > 0.3
    assert 0.2 < surveys["score"].notna().mean() < 0.6
    assert (surveys["score"].isna() == surveys["answered_at"].isna()).all()


def test_mechanisms_say_what_they_do():
    assert {"observed", "hidden", "vip", "linked_by_reply", "unanswered_by_hour"} <= set(MECHANISMS)
    assert all(one.sentence.endswith(".") and one.name == name for name, one in MECHANISMS.items())


def test_an_unknown_mechanism_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'observed'"):
        firm(mechanism="observd")


@pytest.mark.parametrize(
    "wrong", [{"customers": 0}, {"days": 30}, {"answered": 0.0}, {"answered": 1.0}, {"answered": 85}]
)
def test_impossible_firms_are_refused(wrong):
    with pytest.raises(UsageError):
        firm(**wrong)


def test_linked_by_reply_leaves_the_unanswered_without_a_customer():
    one = _openings(firm(customers=2_000, seed=1, mechanism="linked_by_reply"))
    assert one.loc[one["wait_h"].notna(), "linked"].all()
    assert one.loc[one["wait_h"].isna(), "linked"].mean() < 0.5


def test_vip_answers_those_who_order_often():
    world = firm(seed=1, mechanism="vip").world
    case = world.case
    asked = case.contacts.comparable
    often = world.people.recognised[case.contacts.customer] > 0
    assert case.care.answered[asked & often].mean() - case.care.answered[asked & ~often].mean() > 0.08


def test_hidden_answers_the_leaving_less_and_they_leave():
    world = firm(seed=1, mechanism="hidden").world
    key = world.answer_key()
    leaving = world.case.contacts.leaving[key["contact"]]
    assert key["answered"][~leaving].mean() - key["answered"][leaving].mean() > 0.1
    assert key["y_answered"][~leaving].mean() - key["y_answered"][leaving].mean() > 0.2


def test_unanswered_by_hour_leaves_nobody_to_compare():
    key = firm(seed=1, mechanism="unanswered_by_hour").world.answer_key()
    night = is_night(key["at_s"].to_numpy())
    assert key["answered"][~night].mean() > 0.98
    assert key["answered"][night].mean() < 0.4


def test_randomised_names_the_arm_and_keeps_to_it():
    one = firm(customers=2_000, seed=1, mechanism="randomised")
    talk = one.tables["interactions"]
    thrown = talk[talk["assigned_arm"].notna()].merge(_openings(one), on="conversation_id", how="inner")
    assert len(thrown) == one.truth["n_answered"] + one.truth["n_unanswered"]
    last_day = thrown["sent_at"] >= pd.Timestamp("2026-10-31")  # an answer may lie beyond the files
    held = thrown.loc[~last_day, "assigned_arm"] == "hold"
    assert (held == ~thrown.loc[~last_day, "in_time"]).all()


def test_answered_only_hides_the_unanswered_and_says_so():
    one = firm(customers=2_000, seed=1, mechanism="answered_only")
    assert one.keeps_unanswered == "no"
    assert _openings(one)["wait_h"].notna().all()


def _openings(one):
    """Social openings that need an answer: when, how long they waited (hours), linked or not."""
    talk = one.tables["interactions"]
    answers = talk[(talk["author_kind"] == "agent") & (talk["visibility"] == "public")]
    first = answers.groupby("conversation_id")["sent_at"].min()
    opened = talk[talk["topic"].notna() & (talk["channel"] != "email") & talk["needs_response"].eq(True)]
    wait = (first.reindex(opened["conversation_id"]).to_numpy() - opened["sent_at"]).dt.total_seconds() / 3600
    return pd.DataFrame(
        {
            "conversation_id": opened["conversation_id"],
            "wait_h": wait,
            "in_time": wait < 24,
            "linked": opened["customer_id"].notna(),
        }
    )

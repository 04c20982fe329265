"""Worlds beside `observed`: each does what its sentence says, and its truth is what was planted."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from socialroi.errors import UsageError
from socialroi.intake import Request
from socialroi.simulate import MECHANISMS, firm
from socialroi.simulate.care import Care
from socialroi.simulate.clock import DAY, GRACE, HOUR, Span
from socialroi.simulate.demand import DEPARTMENTS, TOPICS, Contacts, Orders
from socialroi.simulate.mechanisms import Problem
from socialroi.simulate.opening import is_staffed, seconds_to_opening
from socialroi.simulate.shop import Basket
from socialroi.simulate.spending import Windows, spend
from socialroi.simulate.truth import CONTRASTS, ESTIMANDS, HORIZONS, POPULATIONS, Book, Case
from socialroi.store import ingest

NEW = ("stable", "triggered", "recovery", "urgent", "fast")


@pytest.fixture(scope="module")
def worlds():
    return {name: firm(mechanism=name, effect=0.08, seed=1) for name in NEW}


@pytest.mark.parametrize("name", NEW)
def test_every_outcome_horizon_and_estimand_has_its_truth(worlds, name):
    contrasts = CONTRASTS if name == "fast" else ("answered",)
    # who writes only after purchases and ordered once at least 30 days ago hardly ever writes
    outcomes = [one for one in POPULATIONS if (name, one) != ("triggered", "repurchase")]
    for contrast in contrasts:
        for outcome in outcomes:
            for horizon in HORIZONS:
                for estimand in set(ESTIMANDS) - ({"ATU"} if name == "fast" else set()):  # 97 % answered
                    assert worlds[name].true_effect(outcome, horizon, estimand, contrast) > 0


@pytest.mark.parametrize("name", NEW)
def test_files_load_without_an_option_and_again_are_the_same(name, tmp_path):
    for again in ("one", "two"):
        firm(customers=300, days=300, seed=4, mechanism=name, effect=0.05).write(tmp_path / again)
    assert _hashes(tmp_path / "one") == _hashes(tmp_path / "two")
    paths = sorted((tmp_path / "one").glob("*.csv"))
    counts = ingest(tmp_path / "db", [Request(path=path, label=path.name) for path in paths])
    assert all(one.rows_loaded and not one.rows_rejected for one in counts)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stable", "triggered", "recovery", "fast"])
def test_weighting_by_the_true_chance_of_an_answer_recovers_the_truth(name):
    contrast, errors = ("fast" if name == "fast" else "answered"), []
    for seed in range(16):
        made = firm(mechanism=name, effect=0.08, seed=seed)
        key = made.world.answer_key(contrast)
        treated, chance = key["answered"].to_numpy(), key["propensity"].to_numpy()
        seen = np.where(treated, key["y_answered"], key["y_unanswered"])
        found = np.average(seen[treated], weights=(1 - chance)[treated])
        found -= np.average(seen[~treated], weights=chance[~treated])
        errors.append(found - made.true_effect("retention", 90, "ATO", contrast))
    assert np.mean(errors) == pytest.approx(0, abs=3 * 0.025 / np.sqrt(len(errors)))


# nobody leaves


@pytest.mark.parametrize("name", ["stable", "triggered", "recovery"])
def test_nobody_silently_leaves(name):
    made = firm(mechanism=name, seed=1)
    people = made.world.people
    # then orders come at each one's own rate to the end: as many in the last 90 days as the rates say
    old = people.buyer & (people.joins < 500)
    orders = made.world.orders
    late = orders.at > made.world.case.span.end - 90 * DAY
    n = np.bincount(orders.customer[late], minlength=len(people))[old].sum()
    expected = 90 * people.rate[old].sum()
    assert n == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_in_a_stable_world_loyal_customers_write_more_readily():
    readily = {}
    for name in ("stable", "triggered"):
        world = firm(mechanism=name, seed=1).world
        orders = np.bincount(world.orders.customer, minlength=len(world.people))
        written = np.bincount(world.case.contacts.customer, minlength=len(world.people))
        often = world.people.rate > np.median(world.people.rate)
        readily[name] = [written[who].sum() / orders[who].sum() for who in (often, ~often)]
    assert readily["stable"][0] > 1.2 * readily["stable"][1]
    assert readily["triggered"][0] == pytest.approx(readily["triggered"][1], rel=0.1)


def test_in_a_triggered_world_every_conversation_follows_an_order_of_the_same_customer():
    world = firm(mechanism="triggered", seed=1).world
    contacts, orders = world.case.contacts, world.orders
    key = orders.customer * world.case.span.end + orders.at
    last = np.searchsorted(key, contacts.customer * world.case.span.end + contacts.at) - 1
    assert (orders.customer[last] == contacts.customer).all()
    assert (contacts.at - orders.at[last] >= 2 * HOUR).mean() > 0.97  # else another order came between
    assert not np.isin(contacts.topic, [TOPICS.index("presale"), TOPICS.index("campaign")]).any()


# recovery


def test_an_order_hangs_on_the_last_problem_before_it():
    # days: customer 0 writes at 10 (a problem), 40 (a problem) and 45 (praise); customer 1 never
    contacts = _contacts([0, 0, 0], [10, 40, 45], topic=["delivery", "return", "praise"])
    windows = Windows.of(contacts)
    assert (windows.after // DAY).tolist() == [11, 41, 46]
    assert (windows.until // DAY).tolist() == [41, 131, 46]  # until the next one, 90 days, nothing
    orders = _orders([0, 0, 0, 0, 0, 1], [5, 11, 12, 60, 140, 60])
    assert windows.deciding(orders, contacts).tolist() == [-1, -1, 0, 1, -1, -1]


def test_a_problem_takes_a_share_and_an_answer_gives_part_of_it_back():
    # two orders of 20.00 with a cost of 12.00, so a margin of 8.00; problems take 4 of 16 a head, a quarter
    basket = _basket([2000, 2000, 2000], [1200, 1200, 1200])
    hangs, helped = np.array([True, True, False]), np.array([True, False, False])
    spending = spend(Problem(lowers=4, restores=3), 16.0, basket, hangs, helped)
    assert spending.if_unanswered.margin.tolist() == [6.0, 6.0, 8.0]
    assert spending.if_answered.margin.tolist() == [7.5, 7.5, 8.0]  # a sixteenth is still taken
    assert spending.actual.margin.tolist() == [7.5, 6.0, 8.0]
    assert spending.actual.amount.tolist() == [18.75, 15.0, 20.0]
    assert spending.restored.tolist() == [1.5, 1.5, 0.0]


def test_a_problem_cannot_take_more_than_there_is():
    basket = _basket([2000], [1200])
    with pytest.raises(UsageError, match="cannot take"):
        spend(Problem(9, 1), 8.0, basket, np.array([True]), np.array([True]))


def test_recovery_plants_six_of_margin_and_nothing_else():
    made = firm(mechanism="recovery", seed=1)
    assert made.true_effect("margin", 90, "ATT") == pytest.approx(6, abs=0.01)
    assert made.true_effect("margin", 180, "ATT") == pytest.approx(6, abs=1)
    others = [row["value"] for row in made.truth["effects"] if row["outcome"] != "margin"]
    assert set(others) == {0.0}


def test_the_files_of_recovery_hold_the_margins_of_the_arm_taken():
    # told again in plain Python: margin after every eligible message, and with its one answer turned round
    world = firm(mechanism="recovery", seed=1, customers=1_500).world
    case, care = world.case, world.case.care
    undisturbed = firm(mechanism="recovery", seed=1, customers=1_500).world  # the same draws
    assert np.array_equal(undisturbed.basket.price, world.basket.price)
    on = case.windows.deciding(world.orders, case.contacts)
    eligible = case.eligible("margin", 90)
    restored = case.margin_restored(90)
    _, spent = case.book.between(
        case.contacts.customer, case.contacts.at + GRACE, case.contacts.at + GRACE + 90 * DAY
    )
    for contact in np.flatnonzero(eligible)[:200]:
        own = world.orders.customer == case.contacts.customer[contact]
        t0 = case.contacts.at[contact] + GRACE
        inside = own & world.orders.counts & (world.orders.at > t0) & (world.orders.at <= t0 + 90 * DAY)
        assert spent[contact] == pytest.approx(world.basket.margin[inside].sum())
        worth = world.basket.margin[inside & (on == contact)].sum()
        # 4/10 or 10/10 of the same share are gone: what an answer is worth follows from what is left
        share = _share_taken(world)
        left = 1 - share * (0.4 if care.helped[contact] else 1.0)
        assert restored[contact] == pytest.approx(worth / left * 0.6 * share, abs=0.06 * max(inside.sum(), 1))


def test_who_writes_in_a_recovery_world_spends_less_although_answers_help():
    gaps = []
    for seed in range(4):
        world = firm(mechanism="recovery", seed=seed).world
        orders, contacts = world.orders, world.case.contacts
        first = np.full(len(world.people), 2**62)
        np.minimum.at(first, orders.customer[orders.counts], orders.at[orders.counts])
        since = contacts.at - first[contacts.customer]
        wrote = np.zeros(len(first), bool)
        wrote[contacts.customer[contacts.social & (since > 0) & (since <= 30 * DAY)]] = True
        followed = first + 120 * DAY <= world.case.span.end
        _, margin = world.case.book.between(np.arange(len(first)), first + 30 * DAY, first + 120 * DAY)
        gaps.append(margin[wrote & followed].mean() - margin[~wrote & followed].mean())
    assert np.mean(gaps) < -3


def test_retention_and_recovery_can_be_planted_together():
    # whoever is lost when unanswered loses what an unanswered customer still spends
    made = firm(mechanism="recovery", effect=0.08, seed=1)
    case, gain = made.world.case, made.world.policy.gain
    who = case.eligible("margin", 90) & case.care.answered
    spent = case.bought_if_kept(90)["margin"][who]
    more = case.margin_restored(90)[who]
    by_hand = spent.mean() - ((1 - gain) * (spent - more)).mean()
    assert made.true_effect("margin", 90, "ATT") == pytest.approx(by_hand, abs=1e-5)
    assert made.true_effect("retention", 90, "ATT") == pytest.approx(0.08, abs=0.001)


# urgent


def test_urgency_is_hidden_answered_more_and_followed_by_leaving(tmp_path):
    made = firm(mechanism="urgent", seed=1)
    assert made.tables["interactions"]["urgency"].isna().all()
    made.write(tmp_path)
    assert "urgency" not in pd.read_csv(tmp_path / "interactions.csv", nrows=1)
    key = made.world.answer_key()
    urgent = made.world.case.contacts.leaving[key["contact"]]
    assert key["answered"][urgent].mean() - key["answered"][~urgent].mean() > 0.1
    assert key["y_answered"][~urgent].mean() - key["y_answered"][urgent].mean() > 0.2
    assert {row["value"] for row in made.truth["effects"]} == {0.0}


# fast


def test_speed_is_all_that_counts_by_hand():
    # both order on days 1 and 2 and write on day 100, a Monday; A's answer is quick, B's is not
    span = Span(730)
    contacts = _contacts([0, 1], [100, 100], hour=10)
    monday = contacts.at + DAY * ((4 - (span.start.astype("datetime64[D]").astype(int) + 100) % 7) % 7)
    contacts = _contacts([0, 1], monday // DAY, hour=10)
    care = Care(
        answered=np.array([True, True]), propensity=np.array([0.9, 0.9]), queue=np.zeros(2, np.int64),
        exists=np.ones(2, bool), quick=np.array([True, False]), quick_chance=np.array([0.5, 0.25]),
        wait=np.array([60, 7200]), at_stake=np.zeros(2, bool), lost=np.zeros(2, bool),
    )  # fmt: skip
    # A orders again after 20 days for 50, B after 20 days for 30 and after 100
    t0 = int(contacts.at[0]) // DAY + 1
    orders = _orders([0, 0, 0, 1, 1, 1, 1], [1, 2, t0 + 20, 1, 2, t0 + 20, t0 + 100])
    case = Case(contacts, care, Book.of(orders, np.array([9, 9, 50, 9, 9, 30, 7.0])), 2, span)
    rows = [
        {**row, "contrast": contrast}
        for contrast in CONTRASTS
        for row in case.effects(gain=0.5, contrast=contrast)
    ]
    told = {(r["contrast"], r["outcome"], r["horizon_days"], r["estimand"]): r["value"] for r in rows}
    assert told["fast", "margin", 90, "ATT"] == 25  # half of A's 50
    assert told["fast", "margin", 90, "ATU"] == 15  # half of B's 30: a quick answer would have kept B
    assert told["fast", "margin", 180, "ATU"] == 18.5
    assert told["fast", "retention", 90, "ATE"] == 0.5
    # weights 0.45 * 0.55 and 0.225 * 0.775
    assert told["fast", "margin", 90, "ATO"] == pytest.approx(
        (25 * 0.2475 + 15 * 0.174375) / 0.421875, abs=1e-6
    )
    assert told["answered", "margin", 90, "ATT"] == 12.5  # B's answer was too slow to keep anybody
    assert not any(estimand == "ATU" for contrast, *_, estimand in told if contrast == "answered")


def test_fast_answers_nearly_everybody_and_half_of_them_within_the_hour(worlds):
    made = worlds["fast"]
    n = made.truth["n_answered"] + made.truth["n_unanswered"]
    assert made.truth["n_answered"] / n == pytest.approx(0.97, abs=0.01)
    key = made.world.answer_key("fast")
    assert 0.45 < key["answered"].mean() < 0.8
    assert made.true_effect("retention", 90, "ATT", "fast") == pytest.approx(0.08, abs=0.001)
    # late answers keep nobody: the effect of any answer is that of the share of quick ones among them
    quick = made.world.case.care.quick[made.world.answer_key()["contact"]]
    assert made.true_effect("retention", 90, "ATT") == pytest.approx(0.08 * quick.mean(), abs=0.01)


def test_fast_waits_in_the_files_are_those_of_the_truth(worlds):
    made = worlds["fast"]
    case = made.world.case
    talk = made.tables["interactions"]
    answers = talk[(talk["author_kind"] == "agent") & (talk["visibility"] == "public")]
    first = answers.groupby("conversation_id")["sent_at"].min()
    opened = talk[talk["topic"].notna()].set_index("conversation_id")["sent_at"]
    waited = (first - opened.reindex(first.index)).dt.total_seconds()
    contact = first.index.str[1:].astype(int)
    in_time = waited <= GRACE
    assert (case.care.answered[contact] == in_time).all()
    assert ((waited <= HOUR) == case.care.helped[contact]).all()
    assert set(made.tables["promises"].query("channel != 'email'")["target_s"]) == {HOUR}


def test_fast_depends_on_what_the_files_hold(worlds):
    case = worlds["fast"].world.case
    contacts, quick = case.contacts, case.care.quick
    assert not quick[~case.is_staffed].any()
    there = case.is_staffed & contacts.comparable
    evening, long = contacts.at % DAY >= 18 * HOUR, case.care.queue >= 4
    for slower in (evening, long, contacts.topic == TOPICS.index("complaint")):
        assert quick[there & ~slower].mean() - quick[there & slower].mean() > 0.04
    assert quick[there].mean() == pytest.approx(case.care.quick_chance[there].mean(), abs=0.03)


def test_a_customer_is_lost_in_fast_by_any_answer_that_is_not_quick(worlds):
    care = worlds["fast"].world.case.care
    assert (care.lost == (care.at_stake & ~(care.answered & care.quick))).all()
    assert (care.lost & care.answered).sum() > 10


def test_the_fast_truth_is_the_mean_difference_of_the_two_worlds(worlds):
    for contrast in CONTRASTS:
        key = worlds["fast"].world.answer_key(contrast)
        gain = (key["y_answered"] - key["y_unanswered"])[key["answered"]]
        truth = worlds["fast"].true_effect("retention", 90, "ATT", contrast)
        assert truth == pytest.approx(gain.mean(), abs=4 * gain.std() / np.sqrt(len(gain)))


@pytest.mark.parametrize(
    ("department", "hour", "day", "staffed", "opens_in_h"),
    [
        ("care", 10.0, "2026-10-26", True, 0),  # a Monday
        ("care", 5.9, "2026-10-26", False, 1.1),
        ("care", 6.5, "2026-10-26", True, 0.5),  # opens within the hour
        ("care", 21.9, "2026-10-26", True, 0),
        ("care", 22.0, "2026-10-26", False, 0),
        ("care", 8.5, "2026-10-25", True, 0.5),  # a Sunday, from nine
        ("sales", 10.0, "2026-10-25", False, 0),
        ("sales", 17.9, "2026-10-26", True, 0),
        ("sales", 10.0, "2025-12-25", False, 0),  # a holiday, on which care works
        ("care", 10.0, "2025-12-25", True, 0),
    ],
)
def test_somebody_is_there_in_opening_hours(department, hour, day, staffed, opens_in_h):
    span = Span(730)
    days = (np.datetime64(day) - span.start.astype("datetime64[D]")).astype(int)
    at = np.array([int(days * DAY + hour * HOUR)])
    which = np.array([DEPARTMENTS.index(department)])
    assert is_staffed(which, at, span, HOUR).tolist() == [staffed]
    if opens_in_h:
        assert seconds_to_opening(which, at, span)[0] == pytest.approx(opens_in_h * HOUR, abs=1)


# size


@pytest.mark.parametrize("a_year", [300, 2_000, 9_000])
def test_a_firm_has_about_the_conversations_asked_for(a_year):
    made = firm(customers=8_000, seed=1, conversations_a_year=a_year)
    talk = made.tables["interactions"]
    openings = talk["topic"].notna() & (talk["channel"] != "email")
    assert openings.sum() / 2 == pytest.approx(a_year, rel=0.05)


def test_people_and_orders_do_not_depend_on_how_often_they_write():
    usual, few = firm(customers=500, seed=1), firm(customers=500, seed=1, conversations_a_year=50)
    pd.testing.assert_frame_equal(usual.tables["orders"], few.tables["orders"])


def test_no_conversations_at_all_cannot_be_asked_for():
    with pytest.raises(UsageError, match="some conversations"):
        firm(conversations_a_year=0)


def test_tables_are_made_once_and_do_not_depend_on_which_is_asked_first():
    one, other = firm(customers=300, days=300, seed=4), firm(customers=300, days=300, seed=4)
    assert one.tables["costs"] is one.tables["costs"]
    for name in reversed(list(other.tables)):
        pd.testing.assert_frame_equal(other.tables[name], one.tables[name])
    assert len(one.tables) == len(list(one.tables))
    with pytest.raises(KeyError):
        one.tables["identities"]


def test_the_usual_share_answered_is_the_worlds_own():
    assert {name: one.answered for name, one in MECHANISMS.items() if one.answered != 0.85} == {"fast": 0.97}


def _contacts(customer, day, topic=None, hour=12):
    n = len(customer)
    number = np.array([TOPICS.index(name) for name in topic or ["delivery"] * n])
    at = (np.asarray(day) * DAY + hour * HOUR).astype(np.int64)
    return Contacts(
        customer=np.array(customer), at=at, topic=number, department=np.zeros(n, np.int64),
        channel=np.zeros(n, np.int64), sentiment=np.zeros(n), urgency=np.zeros(n),
        asks=number != TOPICS.index("praise"), leaving=np.zeros(n, bool),
    )  # fmt: skip


def _orders(customer, day):
    """Orders at noon; the order of a message's own day comes with it, not after it."""
    at = np.array(day, dtype=np.int64) * DAY + 12 * HOUR
    return Orders(np.array(customer), at, np.ones(len(at), bool))


def _basket(price, cost):
    n = len(price)
    zeros = np.zeros(n, np.int64)
    return Basket(
        order=np.arange(n), category=zeros, product=zeros, quantity=zeros + 1,
        price=np.array(price), cost=np.array(cost), amount=np.array(price) / 100,
        margin=(np.array(price) - np.array(cost)) / 100, channel=zeros,
    )  # fmt: skip


def _share_taken(world):
    """The share of margin a problem takes, read off the orders that hang on an unanswered message."""
    on = world.case.windows.deciding(world.orders, world.case.contacts)
    counted = world.orders.counts & (on >= 0)
    restored = np.diff(world.case.restored.running)
    margin = world.basket.margin[world.orders.counts]
    left_off = (counted & ~world.case.care.helped[on])[world.orders.counts]
    # restored = 0.6 * share * whole, margin = (1 - share) * whole
    ratio = restored[left_off].sum() / margin[left_off].sum()
    return ratio / (0.6 + ratio)


def _hashes(directory):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


@pytest.mark.parametrize("item", ["ease", "satisfaction"])
def test_an_answer_that_foretells_is_one_point_better_and_nothing_else_changes(item):
    plain, told = (firm(customers=400, days=500, seed=9, foretells=each).tables for each in (None, item))
    question, other = ("net_easy", "csat") if item == "ease" else ("csat", "net_easy")
    before, after = plain["surveys"], told["surveys"]
    same = before["question"] == other
    pd.testing.assert_frame_equal(before[same], after[same])
    pd.testing.assert_frame_equal(plain["orders"], told["orders"])
    shift = (after["score"] - before["score"])[before["question"] == question].dropna()
    better = -1.0 if item == "ease" else 1.0
    assert set(shift) == {0.0, better}
    # whose order within 90 days follows, of those who had room to be better
    room = (before["score"] > 1) if item == "ease" else (before["score"] < 5)
    rows = before[(before["question"] == question) & before["score"].notna() & room]
    orders = plain["orders"]
    kept = orders[~orders["status"].isin(["cancelled", "test", "refunded"])]
    when = {who: list(part) for who, part in kept.groupby("customer_id")["ordered_at"]}
    for at, row in rows.iterrows():
        later = [o - row["answered_at"] for o in when.get(row["customer_id"], [])]
        returns = any(pd.Timedelta(0) < one <= pd.Timedelta(days=90) for one in later)
        assert (after.loc[at, "score"] != row["score"]) == returns

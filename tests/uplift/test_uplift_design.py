"""Rung A's design: who is compared, what counts as an answer, what is known before, what comes after."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from uplift_shop import at, interactions, message, order, regular, shop

from socialroi.uplift.messages import emulate
from socialroi.uplift.outcomes import MARGIN, ORDERS, REPURCHASE, RETENTION

PAST = [
    "orders", "amount", "recency_days", "tenure_days", "contacts", "contact_days",
    "orders_30", "orders_90", "orders_365", "amount_30", "amount_90", "amount_365",
]  # fmt: skip
ASKED = at(days=100, hours=9)
HORIZON = 90


def trial(store, outcome=RETENTION, days=HORIZON, grace_h=24.0):
    return emulate(store, outcome, (days,), grace_h).trial(days)


def one(store, outcome=RETENTION, days=HORIZON):
    rows = trial(store, outcome, days)
    assert len(rows) == 1
    return rows.iloc[0]


def left_out(store, outcome=RETENTION, days=HORIZON):
    """Reasons that left somebody out, with how many."""
    flow = emulate(store, outcome, (days,)).flow(days)
    return {step.sentence: step.left_out for step in flow if step.left_out}


def of_two_orders(*orders, **asked):
    """A customer with orders on days 0 and 20 who asks on day 100; more orders as given."""
    return shop([*regular("ann"), *orders], [message("ann", ASKED, **asked)])


def test_the_plain_case_by_hand():
    # orders on days 0 and 20 at midnight, message on day 100 at 9 o'clock, answered after 2 h,
    # an order 10 days after it: within (t0, t0 + 90 d]
    row = one(of_two_orders(order("ann", ASKED + pd.Timedelta(days=10)), reply_h=2))
    assert row.answered
    assert row.y == 1
    assert row.orders == 2
    assert row.amount == 20
    assert row.recency_days == pytest.approx(80 + 9 / 24)
    assert row.tenure_days == pytest.approx(100 + 9 / 24)
    assert (row.orders_30, row.orders_90, row.orders_365) == (0, 1, 2)
    assert row.contacts == 0
    assert np.isnan(row.contact_days)
    assert row.grace_orders == 0


@pytest.mark.parametrize(
    ("hours", "us", "answered"), [(0, 0, True), (23, 0, True), (24, -1, True), (24, 0, False), (30, 0, False)]
)
def test_an_answer_counts_from_the_message_to_just_before_time_zero(hours, us, answered):
    reply = hours + us / 3.6e9
    assert one(of_two_orders(reply_h=reply)).answered == answered


def test_a_bot_is_no_answer():
    assert not one(of_two_orders(reply_h=1, reply_kind="bot")).answered


@pytest.mark.parametrize(
    ("hours", "us", "y"),
    [(24, 0, 0), (24, 1, 1), (24 + 24 * HORIZON, 0, 1), (24 + 24 * HORIZON, 1, 0)],
    ids=["at time zero", "just after it", "at the very end", "just after the end"],
)
def test_the_outcome_counts_in_the_half_open_follow_up(hours, us, y):
    later = order("ann", ASKED + pd.Timedelta(hours=hours) + pd.Timedelta(us, "us"))
    assert one(of_two_orders(later)).y == y


@pytest.mark.parametrize(("us", "before"), [(-1, 3), (0, 2), (1, 2)])
def test_an_order_at_the_instant_of_the_message_is_after_it(us, before):
    row = one(of_two_orders(order("ann", ASKED + pd.Timedelta(us, "us"))))
    assert row.orders == before
    assert row.grace_orders == 3 - before


def test_moving_an_order_to_the_message_changes_nothing_known_before_it():
    apart = one(of_two_orders(order("ann", ASKED + pd.Timedelta(hours=30))))
    moved = one(of_two_orders(order("ann", ASKED)))
    pd.testing.assert_series_equal(apart[PAST], moved[PAST], check_names=False)
    assert (apart.y, moved.y) == (1, 0)


def test_orders_of_one_day_are_told_apart_by_the_clock():
    same_day = [order("ann", ASKED - pd.Timedelta(hours=1)), order("ann", ASKED + pd.Timedelta(hours=1))]
    assert one(of_two_orders(*same_day)).orders == 3


def test_two_orders_at_one_instant_are_two():
    twice = [order("ann", at(days=50)), order("ann", at(days=50))]
    assert one(of_two_orders(*twice)).orders == 4


def test_windows_are_closed_at_the_far_end():
    row = one(of_two_orders(order("ann", ASKED - pd.Timedelta(days=30))))
    assert row.orders_30 == 1


def test_orders_and_margin_are_summed_and_nobody_is_dropped():
    later = [order("ann", ASKED + pd.Timedelta(days=d), 30.0) for d in (5, 6)]
    assert one(of_two_orders(*later), ORDERS).y == 2
    assert one(of_two_orders(*later), MARGIN).y == 30
    assert one(of_two_orders(), MARGIN).y == 0


def test_each_outcome_has_its_population():
    once, twice = [order("bea", at())], regular("ann")
    store = shop([*once, *twice], [message("ann", ASKED), message("bea", ASKED)])
    people = {
        outcome.key: sorted(trial(store, outcome)["customer_id"])
        for outcome in (RETENTION, REPURCHASE, ORDERS, MARGIN)
    }
    assert people == {
        "retention": ["ann"], "repurchase": ["bea"], "orders": ["ann", "bea"], "margin": ["ann", "bea"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"channel": "email"}, "The channel is not a social one."),
        ({"needs_response": False}, "The message needs no answer."),
        ({"topic": "Pre-Sale"}, "The message is a question before a purchase; those are reported apart."),
    ],
)
def test_a_message_is_left_out_for(asked, reason):
    assert left_out(of_two_orders(**asked))[reason] == 1 + (reason == "The channel is not a social one.")


def test_unlinked_strangers_and_newcomers_are_left_out():
    late = [order("cat", ASKED - pd.Timedelta(days=29)), order("cat", ASKED - pd.Timedelta(days=20))]
    asked = [message(None, ASKED), message("nobody", ASKED), message("cat", ASKED)]
    found = left_out(shop([*regular("ann"), *late], asked))
    assert found["The message is not linked to anybody."] == 1
    assert found["Whoever wrote was not known as a customer before the message."] == 1
    assert found["The customer's first order was less than 30 days before the message, or never."] == 1


def test_a_follow_up_that_is_not_over_is_left_out():
    end = ASKED + pd.Timedelta(days=1 + HORIZON)
    asked = [message("ann", ASKED), message("ann", ASKED + pd.Timedelta(1, "us"), conversation_id="other")]
    found = left_out(shop(regular("ann"), asked, orders_end=end))
    assert found == {
        "The channel is not a social one.": 1,
        "The order export ends before the 90 days of follow-up are over.": 1,
    }


def test_a_message_whose_time_for_an_answer_was_not_seen_is_left_out():
    store = shop(regular("ann"), [message("ann", ASKED)], messages_end=ASKED + pd.Timedelta(hours=23))
    assert left_out(store)["The message export ends before the time for an answer is over."] == 1


def test_a_link_made_after_the_message_is_left_out_and_one_made_before_is_not():
    asked = [message("@ann", at(days=100)), message("@ann", at(days=120), conversation_id="second")]
    link = {
        "kind": "handle",
        "value": "@ann",
        "customer_id": "ann",
        "source": "desk",
        "linked_at": at(days=110),
    }
    store = shop(regular("ann"), asked, identities=pd.DataFrame([link]))
    assert trial(store)["opened_at"].tolist() == [at(days=120)]
    reason = "The link to the customer was made only after the message, perhaps by the answer."
    assert left_out(store)[reason] == 1


@pytest.mark.parametrize("declared", ["no", "unknown"])
def test_an_export_that_may_lack_the_unanswered_is_left_out(declared):
    store = shop(regular("ann"), [message("ann", ASKED)], keeps_unanswered=declared)
    assert left_out(store)["The export is not declared to keep unanswered conversations."] == 1
    assert trial(store).empty


def test_the_placebo_looks_at_the_quarter_before_and_knows_only_what_was_before_that():
    asked = at(days=300)
    inside, gap = asked - pd.Timedelta(days=14) - pd.Timedelta(1, "us"), asked - pd.Timedelta(days=14)
    before = asked - pd.Timedelta(days=104)
    for extra, y, orders in (
        (inside, 1, 2),
        (gap, 0, 2),
        (before, 1, 2),
        (before - pd.Timedelta(1, "us"), 0, 3),
    ):
        store = shop([*regular("ann"), order("ann", extra)], [message("ann", asked)])
        day = 86_400_000_000
        rows = emulate(store, RETENTION, (HORIZON,)).earlier(HORIZON, -104 * day, -14 * day)
        assert (rows["y"].item(), rows["orders"].item()) == (y, orders)


def test_the_grace_time_moves_time_zero():
    store = of_two_orders(order("ann", ASKED + pd.Timedelta(hours=30)), reply_h=10)
    assert trial(store, grace_h=4.0)["answered"].tolist() == [False]
    assert trial(store, grace_h=72.0)["y"].tolist() == [0]


def test_another_grace_time_is_the_same_as_having_asked_for_it_at_once():
    orders, asked = random_shop(5)
    store = shop(orders, asked, orders_end=at(days=480))
    for hours in (1.0, 4.0, 72.0):
        once = emulate(store, RETENTION, (90, 30), hours).trial(90)
        later = emulate(store, RETENTION, (90, 30)).with_grace(hours).trial(90)
        pd.testing.assert_frame_equal(once, later)


# ---- a second implementation: plain loops over plain rows ----


def random_shop(seed):
    """Customers with orders and messages on whole half days, so that ties are frequent."""
    rng = np.random.default_rng(seed)

    def moment():
        return at(hours=12 * int(rng.integers(0, 2 * 500)))

    people = [f"c{i}" for i in range(12)]
    orders = [
        order(
            str(rng.choice(people)), moment(), float(rng.integers(1, 50)),
            status="paid" if rng.random() < 0.9 else "cancelled",
        )
        for _ in range(80)
    ]  # fmt: skip
    asked = [
        message(
            None if rng.random() < 0.1 else str(rng.choice(people)), moment(),
            reply_h=None if rng.random() < 0.4 else float(rng.choice([1, 12, 23.5, 24, 40])),
            channel=str(rng.choice(["twitter", "facebook", "email"])),
            needs_response=bool(rng.random() < 0.9), topic=str(rng.choice(["delivery", "presale", "return"])),
        )
        for _ in range(300)
    ]  # fmt: skip
    return orders, asked


def by_hand(orders, asked, orders_end, days, fewest):
    """The trial rows by the words of the protocol, one message at a time; key: message id."""
    hour, day = pd.Timedelta(hours=1), pd.Timedelta(days=1)
    paid = [o for o in orders if o["status"] == "paid"]
    rows = {}
    for number, m in enumerate(asked):
        when, who = m["sent_at"], m["customer_id"]
        own = sorted((o["ordered_at"], o["amount"]) for o in paid if o["customer_id"] == who)
        before = [(t, a) for t, a in own if t < when]
        start, end = when + 24 * hour, when + 24 * hour + days * day
        if (
            m["channel"] == "email" or not m["needs_response"] or who is None or m["topic"] == "presale"
            or len(before) < fewest or before[0][0] > when - 30 * day or end > orders_end
        ):  # fmt: skip
            continue
        contacts = [o["sent_at"] for o in asked if o["customer_id"] == who and o["sent_at"] < when]
        rows[f"m{number:05d}"] = {
            "answered": m["reply_h"] is not None and m["reply_h"] < 24,
            "y": float(any(start < t <= end for t, _ in own)),
            "grace_orders": sum(when <= t <= start for t, _ in own),
            "orders": len(before),
            "amount": sum(a for _, a in before),
            "recency_days": (when - before[-1][0]) / day,
            "tenure_days": (when - before[0][0]) / day,
            "contacts": len(contacts),
            "contact_days": (when - max(contacts)) / day if contacts else np.nan,
            **{f"orders_{w}": sum(t >= when - w * day for t, _ in before) for w in (30, 90, 365)},
            **{f"amount_{w}": sum(a for t, a in before if t >= when - w * day) for w in (30, 90, 365)},
        }
    return rows


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("outcome", "days"), [(RETENTION, 90), (RETENTION, 30)])
def test_the_same_rows_as_a_second_implementation(seed, outcome, days):
    orders, asked = random_shop(seed)
    end = at(days=480)
    kept = [o for o in orders if o["ordered_at"] <= end]
    rows = trial(shop(kept, asked, orders_end=end), outcome, days).set_index("episode_id")
    expected = pd.DataFrame.from_dict(by_hand(kept, asked, end, days, 2), orient="index")
    assert len(rows) > 20
    assert sorted(rows.index) == sorted(expected.index)
    pd.testing.assert_frame_equal(
        rows.loc[expected.index, expected.columns].astype(float), expected.astype(float),
        check_names=False, check_index_type=False,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_conversation_is_accounted_for(seed):
    orders, asked = random_shop(seed)
    design = emulate(shop(orders, asked, orders_end=at(days=480)), RETENTION, (90,))
    flow = design.flow(90)
    assert flow[0].remaining == len(asked) + 1
    assert sum(step.left_out for step in flow) + flow[-1].remaining == flow[0].remaining
    for before, after in itertools.pairwise(flow):
        assert before.remaining - after.left_out == after.remaining
    assert flow[-1].remaining == len(design.trial(90))


def test_messages_that_are_still_followed_are_pending_and_not_compared():
    end = ASKED + pd.Timedelta(days=60)
    design = emulate(shop(regular("ann"), [message("ann", ASKED)], orders_end=end), RETENTION, (HORIZON,))
    assert (design.eligible(HORIZON).sum(), design.pending(HORIZON).sum()) == (0, 1)


def test_loading_the_same_people_twice_under_other_ids_changes_nobodys_past():
    """Rows of one customer never leak into another's: doubling the firm doubles the rows, unchanged."""
    orders, asked = random_shop(7)
    twin = [{**o, "customer_id": f"twin {o['customer_id']}"} for o in orders]
    copies = [{**m, "customer_id": m["customer_id"] and f"twin {m['customer_id']}"} for m in asked]
    single, double = (
        trial(shop(o, m, orders_end=at(days=500)))
        for o, m in ((orders, asked), (orders + twin, asked + copies))
    )
    again = pd.concat([single, single])[[*PAST, "y", "answered"]]
    columns = [*PAST, "y", "answered"]
    pd.testing.assert_frame_equal(
        double[columns].sort_values(columns, ignore_index=True), again.sort_values(columns, ignore_index=True)
    )


def test_interactions_of_the_helper_are_what_the_tests_think():
    table = interactions([message("ann", ASKED, reply_h=2)])
    assert table["direction"].tolist() == ["in", "out"]
    assert (table["sent_at"].iloc[1] - table["sent_at"].iloc[0]) == pd.Timedelta(hours=2)

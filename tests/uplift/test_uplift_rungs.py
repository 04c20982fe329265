"""The other rungs' designs by hand: chance (R), speed (A'), buyers (B), first answers (C)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from uplift_shop import at, message, order, regular, shop

from socialroi.result import Estimate, Unknown
from socialroi.uplift import messages, study
from socialroi.uplift.outcomes import ORDERS, REPURCHASE, RETENTION
from socialroi.uplift.rungs import buyers, chance, first_answers, speed

H = 90
ASKED = at(days=100, hours=9)


def rung(store, name, **options):
    return next(row for row in study(store, rungs=(name,), **options).rungs if row.rung == name)


# ---- B: buyers ----


def just_bought(name, *talk, day=100):
    """Two old orders and one on `day`, and conversations."""
    return [*regular(name), order(name, at(days=day))], list(talk)


def b_shop(orders, asked):
    """Messages are loaded from the start on."""
    return shop(orders, [message("the first writer", at(), channel="email"), *asked])


def b_trial(store, outcome=RETENTION):
    return buyers.emulate(store, outcome, (H,)).trial(H)


@pytest.mark.parametrize(
    ("wrote_after_h", "reply_h", "treated"),
    [
        (0, 1.0, True),
        (-1, 2.0, False),  # opened before the order
        (24 * 6, 1.0, True),
        (24 * 7 - 1, 0.5, True),
        (24 * 7 - 1, 1.0, False),  # answered at time zero, not before it
        (24, None, False),
    ],
)
def test_a_buyer_is_treated_by_an_answer_within_seven_days_of_the_order(wrote_after_h, reply_h, treated):
    talk = message("ann", at(days=100, hours=wrote_after_h), reply_h)
    orders, asked = just_bought("ann", talk)
    # somebody else is answered after an order too, else no other order is drawn
    more, others = just_bought("bea", message("bea", at(days=100, hours=1), 1.0))
    rows = b_trial(b_shop([*orders, *more], [*asked, *others]))
    treated_orders = set(
        rows.loc[rows["treated"], ["customer_id", "ordered_at"]].itertuples(index=False, name=None)
    )
    assert (("ann", at(days=100)) in treated_orders) is treated


def test_the_order_itself_is_known_and_the_next_seven_days_count_for_nobody():
    talk = message("ann", at(days=101), 1.0)
    for when, y in (
        (at(days=107), 0.0),
        (at(days=107, us=2), 1.0),
        (at(days=107 + H), 1.0),
        (at(days=198), 0.0),
    ):
        orders, asked = just_bought("ann", talk)
        rows = b_trial(b_shop([*orders, order("ann", when)], asked))
        row = rows[rows["ordered_at"] == at(days=100)].iloc[0]
        assert (row["treated"], row["orders"], row["y"]) == (True, 3, y), when


def test_an_order_whose_week_is_not_in_the_messages_is_left_out():
    orders, asked = just_bought("ann", message("ann", at(days=101), 1.0))
    design = buyers.emulate(shop(orders, asked, messages_end=at(days=106)), RETENTION, (H,))
    left_out = {step.sentence: step.left_out for step in design.flow(H)}
    assert left_out["The messages of the 7 days after the order are not loaded."] >= 1
    assert not design.trial(H)["treated"].any()


def test_at_a_first_order_repurchase_is_asked_and_retention_is_not():
    orders = [order("ann", at(days=100))]
    store = b_shop(orders, [message("ann", at(days=101), 1.0)])
    assert len(b_trial(store, REPURCHASE)) == 1
    assert len(b_trial(store, RETENTION)) == 0


# ---- C: first answers ----


def crowd(n, *, first_day=0):
    """Customers who bought and never wrote."""
    return [
        row
        for i in range(n)
        for row in (order(f"q{i}", at(days=first_day)), order(f"q{i}", at(days=first_day + 20)))
    ]


def c_design(store, outcome=RETENTION):
    return first_answers.emulate(store, outcome, (H,))


def test_a_customer_is_treated_on_the_day_of_the_first_answer_and_compared_with_others_of_that_day():
    asked = [message("ann", at(days=99, hours=23), 2.0), message("ann", at(days=150), 1.0)]
    rows = c_design(shop([*regular("ann"), *crowd(40)], asked)).trial(H)
    assert rows.loc[rows["treated"], ["customer_id", "day"]].to_numpy().tolist() == [["ann", at(days=100)]]
    others = rows[~rows["treated"]]
    assert set(others["day"]) == {at(days=100)}
    assert 1 <= len(others) <= first_answers.CONTROLS
    assert "ann" not in set(others["customer_id"])


def test_controls_are_not_chosen_by_their_future():
    """Everybody is answered, one after the other: those answered later are controls, those before are not."""
    names = [f"p{i}" for i in range(30)]
    orders = [row for name in names for row in regular(name)]
    asked = [message(name, at(days=100 + 2 * i), 1.0) for i, name in enumerate(names)]
    rows = c_design(shop(orders, asked)).trial(H)
    others = rows[~rows["treated"]]
    day_of = {name: at(days=100 + 2 * i) for i, name in enumerate(names)}
    assert len(others) > 20
    assert all(day_of[name] > day for name, day in zip(others["customer_id"], others["day"], strict=True))


def test_nothing_of_the_day_itself_is_in_the_past_and_nothing_of_it_counts():
    asked = [message("ann", at(days=100, hours=9), 1.0)]
    people = [*regular("ann"), *crowd(10)]
    plain = c_design(shop(people, asked)).trial(H)
    for hour, orders, y in ((0, 2, 0.0), (23, 2, 0.0), (25, 2, 1.0), (-1, 3, 0.0)):
        moved = c_design(shop([*people, order("ann", at(days=100, hours=hour))], asked)).trial(H)
        ann, before = moved[moved["treated"]].iloc[0], plain[plain["treated"]].iloc[0]
        assert (ann["orders"], ann["y"]) == (orders, y), hour
        if hour >= 0:
            assert ann["recency_days"] == before["recency_days"]


def test_time_before_the_first_answer_is_nobodys_merit():
    """Immortal time: whoever is answered late had to stay that long, and those days count for neither arm."""
    asked = [message("ann", at(days=400), 1.0)]
    rows = c_design(shop([*regular("ann"), order("ann", at(days=300)), *crowd(10)], asked)).trial(H)
    ann = rows[rows["treated"]].iloc[0]
    assert (ann["orders"], ann["y"]) == (3, 0.0)


def test_newcomers_are_no_controls():
    late = [order(f"n{i}", at(days=80 + i % 3)) for i in range(50)]
    design = c_design(shop([*regular("ann"), *late], [message("ann", at(days=100), 1.0)]), ORDERS)
    assert set(design.units["customer_id"]) == {"ann"}


def test_the_same_customers_are_drawn_every_time():
    asked = [message("ann", at(days=100), 1.0)]
    store = shop([*regular("ann"), *crowd(60)], asked)
    pd.testing.assert_frame_equal(c_design(store).units, c_design(store).units)


# ---- A': speed ----


def fast_of(store):
    design, _ = speed._divided(messages.emulate(store, RETENTION, (H,)), store)
    return design


@pytest.mark.parametrize(("reply_h", "fast"), [(0.5, True), (1.0, True), (1.001, False), (None, False)])
def test_fast_is_within_an_hour_where_nothing_was_promised(reply_h, fast):
    rows = fast_of(shop(regular("ann"), [message("ann", ASKED, reply_h)])).trial(H)
    assert rows["treated"].tolist() == [fast]


def test_fast_is_what_was_promised_on_that_day_the_most_specific_first():
    promises = pd.DataFrame(
        {
            "channel": [None, "twitter", "twitter"],
            "department": [None, None, None],
            "target_s": [7_200.0, 600.0, 1_800.0],
            "valid_from": [None, None, at(days=90).date()],
        }
    )
    asked = [
        message("ann", at(days=60), 0.4),
        message("ann", at(days=100), 0.4),
        message("ann", at(days=110), 1.9, channel="facebook"),
    ]
    rows = fast_of(shop(regular("ann"), asked, promises=promises)).trial(H)
    # 24 minutes against 10 and, from day 90, against 30; 114 minutes against two hours elsewhere
    assert rows["treated"].tolist() == [False, True, True]


def test_a_message_that_nobody_could_answer_in_time_is_left_out():
    open_by_day = pd.DataFrame(
        [
            {"department": None, "weekday": day, "opens": "08:00", "closes": "18:00", "zone": "UTC"}
            for day in range(1, 8)
        ]
    )
    asked = [
        message("ann", at(days=100, hours=3), 5.5),
        message("ann", at(days=110, hours=7.5), 0.9),
        message("ann", at(days=120, hours=17.9), 0.9),
    ]
    design = fast_of(shop(regular("ann"), asked, calendars=open_by_day))
    left_out = {step.sentence: step.left_out for step in design.flow(H)}
    assert left_out["Nobody was at work between the message and the end of the promised time."] == 1
    assert len(design.trial(H)) == 2


def test_speed_is_asked_only_where_answering_itself_lacks_people():
    few = shop(regular("ann"), [message("ann", ASKED, 1.0)])
    assert rung(few, "Aprime").estimate.code == "counts"
    orders, asked = [], []
    for i in range(240):
        orders += [*regular(f"c{i}"), *([order(f"c{i}", ASKED + pd.Timedelta(days=9))] if i % 3 else [])]
        asked.append(message(f"c{i}", ASKED + pd.Timedelta(minutes=i), 1.0 if i % 2 else None))
    row = rung(shop(orders, asked), "Aprime")
    assert row.estimate.code == "not_needed"
    assert row.sentence.startswith("Not asked:")


def test_without_topics_speed_is_withheld():
    design = fast_of(shop(regular("ann"), [message("ann", ASKED, 0.5, topic=None)]))
    check = speed._topics(design)
    assert (check.passed, check.value) == (False, 0.0)
    assert speed._topics(fast_of(shop(regular("ann"), [message("ann", ASKED, 0.5, topic="return")]))).passed


# ---- R: chance ----


def tossed(n=400, *, arms=("answer", "hold"), share=0.5, seed=1, obeyed=True):
    """Customers whose answer a coin decided; those assigned to be answered order again more often."""
    rng = np.random.default_rng(seed)
    orders, asked = [], []
    for i in range(n):
        name, first = f"c{i}", rng.random() < share
        orders += regular(name)
        if rng.random() < 0.4 + 0.2 * first:
            orders.append(order(name, ASKED + pd.Timedelta(days=10)))
        reply = 1.0 if first == obeyed else None
        asked.append(
            message(
                name, ASKED, reply, assignment_kind="randomised", assigned_arm=arms[0] if first else arms[1]
            )
        )
    return shop(orders, asked)


def test_the_randomised_answer_is_the_plain_difference_of_the_arms_as_assigned():
    row = rung(tossed(obeyed=False), "R")
    assert isinstance(row.estimate, Estimate)
    assert row.estimate.value == pytest.approx(row.naive.value)
    assert (row.estimate.low, row.estimate.high) == pytest.approx((row.naive.low, row.naive.high), abs=1e-9)
    assert row.detail["answered_as_assigned_first"].value == 0.0
    assert row.verdict == "better"


def test_where_chance_gave_a_number_it_is_the_verdict():
    answer = study(tossed(), rungs=("R", "A", "D"))
    assert answer.rungs[0].rung == "R"
    assert answer.sentence == answer.rungs[0].sentence


@pytest.mark.parametrize("arms", [("treatment", "control"), ("Answer first", "hold_out")[::1]])
def test_the_arms_go_by_several_names(arms):
    row = rung(tossed(120, arms=arms), "R")
    known = arms == ("treatment", "control")
    assert (getattr(row.estimate, "code", None) == "arms") is not known


def test_messages_that_chance_did_not_decide_are_left_out():
    orders = [*regular("ann"), *regular("bea")]
    asked = [
        message("ann", ASKED, 1.0, assignment_kind="randomised", assigned_arm="answer"),
        message("bea", ASKED, 1.0),
        message("bea", at(days=120), 1.0, assignment_kind="randomised", assigned_arm="hold"),
    ]
    row = rung(shop(orders, asked), "R")
    assert (row.n_treated, row.n_control) == (1, 1)


def test_without_a_test_the_rung_says_how_to_get_one():
    row = rung(shop(regular("ann"), [message("ann", ASKED, 1.0)]), "R")
    assert isinstance(row.estimate, Unknown)
    assert row.estimate.code == "not_randomised"


@pytest.mark.parametrize(("share", "passed"), [(0.5, True), (0.3, False)])
def test_the_arms_must_have_the_planned_sizes(share, passed):
    design = chance._divided(messages.emulate(tossed(share=share), RETENTION, (H,)), ("answer", "hold"))
    design.units["planned_share"] = 0.5
    check = chance._ratio(design)
    assert check.passed is passed
    design.units["planned_share"] = np.nan
    assert chance._ratio(design).passed is None

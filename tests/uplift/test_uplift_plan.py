"""Plan a fair test: how many come in, what each length would show, and the coin. Worked by hand."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from uplift_shop import at, message, order, regular, shop

from socialroi.errors import UnknownName, UsageError
from socialroi.simulate import firm as simulated
from socialroi.store import Store
from socialroi.uplift.fair_test.plan import LENGTHS, plan
from socialroi.uplift.fair_test.randomise import Line, blocks, for_waiting, kept, sealed_list
from socialroi.uplift.messages import emulate
from socialroi.uplift.outcomes import outcome_named

FIRST = 100  # the day of the first message


def firm(n: int = 80, weeks: int = 20, orders_again=lambda number: number % 2, **said) -> Store:
    """`n` conversations over `weeks`, each of another customer with two orders before it.

    Time zero is a day after the message; whoever `orders_again` does so ten days after that.
    """
    step = weeks * 7 / n
    days = [FIRST + number * step for number in range(n)]
    names = [f"c{number}" for number in range(n)]
    orders = [one for name in names for one in regular(name)]
    for number, (name, day) in enumerate(zip(names, days, strict=True)):
        orders += [order(name, at(days=day + 11, hours=i)) for i in range(int(orders_again(number)))]
    messages = [message(name, at(days=day)) for name, day in zip(names, days, strict=True)]
    return shop(orders, messages, messages_end=at(days=FIRST + weeks * 7), **said)


def chance_to_see(effect: float, p: float, n1: int, n0: int) -> float:
    """Power of the two-sided test of two shares at 5 %, the plain way."""
    normal, q = NormalDist(), p + effect
    pooled = (n1 * q + n0 * p) / (n1 + n0)
    null = (pooled * (1 - pooled) * (1 / n1 + 1 / n0)) ** 0.5
    real = (q * (1 - q) / n1 + p * (1 - p) / n0) ** 0.5
    return normal.cdf((effect - normal.inv_cdf(0.975) * null) / real)


# How many, and what they do anyway


@pytest.mark.parametrize("key", ["retention", "repurchase", "orders"])
def test_the_plan_counts_whom_the_study_compares(key):
    made = simulated(customers=1_500, seed=5)
    with Store.of(made.tables, keeps_unanswered="yes") as store:
        design = emulate(store, outcome_named(key), (90,))
        rows = design.trial(90)
        found = plan(store, key, 90)
        span = store.one("select max(last_at) from coverage where table_name = 'interactions'")[0]
    recent = pd.Timestamp(span) - pd.Timedelta(weeks=26) <= pd.to_datetime(design.units["opened_at"])
    ours = int((recent & (design.eligible(90) | design.pending(90))).sum())
    # the study asks besides that the time for an answer is over before the export ends
    assert found.per_week * 26 == pytest.approx(ours, abs=12)
    if key != "orders":
        assert found.level == pytest.approx(rows["y"].mean(), abs=0.01)


def test_the_plain_case_by_hand():
    # 80 conversations in 20 weeks are 4 a week; every other customer orders again
    made = plan(firm(), "retention", 90)
    assert (made.outcome, made.horizon_days, made.share, made.hold_h) == ("retention", 90, 0.5, 24.0)
    assert made.per_week == pytest.approx(4)
    assert made.level == 0.5
    # of 4 or 8 on each side not even a rise to everybody would be seen
    assert [(r.weeks, r.answered, r.held) for r in made.reach] == [
        (8, 16, 16), (12, 24, 24), (26, 52, 52), (52, 104, 104),
    ]  # fmt: skip
    assert chance_to_see(0.5, 0.5, 8, 8) < 0.8 < chance_to_see(0.5, 0.5, 16, 16)
    last = made.reach[-1]
    assert chance_to_see(last.smallest, 0.5, 104, 104) == pytest.approx(0.8, abs=1e-6)
    # 2.80 standard errors of two halves among 104 each: 2.80 * sqrt(0.5 / 104) = 0.194, a little less
    # because shares further from one half differ less by chance
    assert last.smallest == pytest.approx(0.194, abs=0.006)
    assert (made.worthwhile, made.weeks) == (0.05, None)
    assert made.sentence.startswith(
        "About 4.0 comparable conversations come in a week; 50% of their customers "
    )
    assert "Even 52 weeks would not show an effect of 5.0 points" in made.sentence


def test_the_first_length_that_shows_what_is_worthwhile():
    made = plan(firm(), "retention", 90, worthwhile=0.2)
    assert (made.worthwhile, made.weeks) == (0.2, 52)
    # 52 weeks, a day of waiting, 90 days of follow-up: 364 + 1 + 90
    assert "A test of 52 weeks would show an effect of 20.0 points" in made.sentence
    assert "455 days after the first toss" in made.sentence
    assert "455 days after the first toss" in made.recipe[-1]


def test_a_length_is_not_offered_when_the_study_would_show_no_number():
    # 104 on each side would show a rise of 15 points above 5 %, but bring about 5 buyers to a side, not 20
    made = plan(firm(orders_again=lambda number: number % 20 == 0), "retention", 90, worthwhile=0.15)
    assert made.level == pytest.approx(0.05)
    assert made.reach[-1].smallest < 0.15
    assert made.weeks is None
    assert "fewer who order or do not" in made.sentence


def test_a_share_divides_the_arms():
    made = plan(firm(), "retention", 90, share=0.75)
    assert [(r.answered, r.held) for r in made.reach][-2:] == [(78, 26), (156, 52)]
    assert made.reach[-1].smallest > plan(firm(), "retention", 90).reach[-1].smallest


def test_what_nearly_everybody_does_is_judged_like_what_nearly_nobody_does():
    often = plan(firm(orders_again=lambda number: number % 10 != 0), "retention", 90)
    seldom = plan(firm(orders_again=lambda number: number % 10 == 0), "retention", 90)
    assert (often.level, seldom.level) == (pytest.approx(0.9), pytest.approx(0.1))
    assert [r.smallest for r in often.reach] == pytest.approx([r.smallest for r in seldom.reach])


def test_amounts_go_by_their_mean_and_spread():
    # orders after time zero 0, 1, 2, 0, 1, 2 ...: 60 conversations, margin 5 an order.
    # mean 5; squares 20 * (0 + 25 + 100) = 2500; variance (2500 - 300**2 / 60) / 59 = 1000 / 59
    store = firm(60, 20, lambda number: number % 3)
    made = plan(store, "margin", 90)
    assert (made.per_week, made.level) == (pytest.approx(3), pytest.approx(5))
    sd = (1000 / 59) ** 0.5
    assert made.reach[-1].answered == made.reach[-1].held == 78
    assert made.reach[-1].smallest == pytest.approx((1.959964 + 0.841621) * sd * (2 / 78) ** 0.5, rel=1e-6)
    assert made.worthwhile == pytest.approx(0.5), "a tenth of what they bring anyway"
    orders = plan(store, "orders", 90)
    assert orders.level == pytest.approx(1)
    assert orders.reach[-1].smallest == pytest.approx(made.reach[-1].smallest / 5)


def test_an_order_counts_from_after_the_wait_to_the_end_of_the_follow_up():
    edges = [
        ("during the wait", at(days=FIRST, hours=24), 0), ("after it", at(days=FIRST, hours=24, us=1), 1),
        ("on the last day", at(days=FIRST + 91), 1), ("too late", at(days=FIRST + 91, us=1), 0),
    ]  # fmt: skip
    for why, when, level in edges:
        store = shop([*regular("ann"), order("ann", when)], [message("ann", at(days=FIRST))],
                     messages_end=at(days=FIRST + 7))  # fmt: skip
        assert plan(store, "retention", 90).level == level, why


def test_only_the_last_26_weeks_say_how_many_come_in():
    # 30 conversations in the first of 40 weeks, 52 in the last 26
    early = [message(f"e{n}", at(days=FIRST, hours=n)) for n in range(30)]
    late = [message(f"l{n}", at(days=FIRST + 14 * 7 + 3 + n * 3.5)) for n in range(52)]
    orders = [one for asked in (*early, *late) for one in regular(asked["customer_id"])]
    made = plan(shop(orders, [*early, *late], messages_end=at(days=FIRST + 40 * 7)), "retention", 30)
    assert made.per_week == pytest.approx(52 / 26)


def test_weeks_that_no_export_covers_do_not_count():
    # two exports of 4 weeks with 12 weeks between them, 8 conversations each: 16 in 8 weeks
    rows = []
    for batch, start in (("winter", FIRST), ("summer", FIRST + 16 * 7)):
        for n in range(9):
            common = {"batch_id": batch, "channel": "twitter", "author_kind": "customer", "direction": "in"}
            name = f"{batch}{n}"
            rows.append({"message_id": name, "conversation_id": name, "customer_id": name if n < 8 else None,
                         "sent_at": at(days=start + n * 3.5), **common})  # fmt: skip
    orders = [one for row in rows if row["customer_id"] for one in regular(row["customer_id"])]
    bought = pd.DataFrame([*orders, order("last", at(days=900))]).assign(
        order_id=lambda f: f.index.astype(str)
    )
    made = plan(Store.of({"orders": bought, "interactions": pd.DataFrame(rows)}), "retention", 90)
    assert made.per_week == pytest.approx(2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("another channel", {"channel": "email"}),
        ("no answer needed", {"needs_response": False}),
        ("nobody known", {"customer_id": None}),
        ("one order only", {"customer_id": "new"}),
        ("no order at all", {"customer_id": "stranger"}),
    ],
)
def test_who_is_not_comparable_does_not_count(name, said):
    asked = message("ann", at(days=FIRST))
    other = {**message("bob", at(days=FIRST)), "needs_response": True, **said}
    orders = [*regular("ann"), *regular("bob"), order("new", at())]
    store = shop(orders, [{**asked, "needs_response": True}, other], messages_end=at(days=FIRST + 7))
    assert plan(store, "retention", 90).per_week == pytest.approx(1), name


def test_repurchase_is_about_customers_with_one_order():
    orders = [order("new", at()), *regular("ann"), order("new", at(days=FIRST + 30))]
    messages = [message("new", at(days=FIRST)), message("ann", at(days=FIRST))]
    made = plan(shop(orders, messages, messages_end=at(days=FIRST + 7)), "repurchase", 90)
    assert (made.per_week, made.level) == (pytest.approx(1), 1)
    assert plan(shop(orders, messages, messages_end=at(days=FIRST + 7)), "orders", 90).per_week == 2


# What is missing


def test_follow_ups_that_still_run_make_the_hardest_case():
    made = plan(firm(orders_again=lambda number: 0, orders_end=at(days=FIRST + 21)), "retention", 90)
    assert (made.per_week, made.level) == (pytest.approx(4), 0.5)
    assert made.reach
    assert "nobody has been followed for 90 days yet" in made.sentence


@pytest.mark.parametrize(
    ("store", "part"),
    [
        (lambda: Store.of({}), "No social messages are loaded"),
        (lambda: shop(regular("ann"), []), "No social messages are loaded"),
        (lambda: shop([], [message("ann", at(), needs_response=False)]), "needs an answer"),
        (lambda: shop(regular("ann"), [message(None, at(days=FIRST))]), "is linked to a customer"),
        (
            lambda: shop(regular("ann"), [message("bob", at(days=FIRST))], messages_end=at(days=FIRST + 7)),
            "none since 11 Apr 2025 came from customers with at least two orders",
        ),
        (
            lambda: shop(regular("ann"), [message("ann", at(days=FIRST))], messages_end=at(days=FIRST + 700)),
            "so there is nobody to plan for",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_raised(store, part):
    for outcome in ("retention", "margin"):
        made = plan(store(), outcome)
        assert (made.per_week, made.reach, made.weeks) == (0, (), None)
        if outcome == "retention":
            assert part in made.sentence
        assert made.recipe


def test_no_orders_is_said():
    asked = pd.DataFrame([{"message_id": "m", "conversation_id": "k", "customer_id": "ann", "sent_at": at(),
                           "channel": "twitter", "author_kind": "customer", "direction": "in"}])  # fmt: skip
    made = plan(Store.of({"interactions": asked}))
    assert (made.per_week, made.reach) == (0, ())
    assert "No orders are loaded" in made.sentence


def test_amounts_without_spread_or_margin_cannot_be_planned():
    flat = plan(firm(orders_again=lambda number: 0), "orders", 90)
    assert (flat.reach, flat.weeks) == ((), None)
    assert flat.per_week == pytest.approx(4)
    assert "plan for retention instead" in flat.sentence
    orders = [{**one, "margin": None} for one in regular("ann")]
    bare = plan(shop(orders, [message("ann", at(days=FIRST))], messages_end=at(days=FIRST + 7)), "margin", 90)
    assert "load margins or declare a margin rate" in bare.sentence


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"outcome": "retenton"}, UnknownName), ({"share": 0}, UsageError), ({"share": 1}, UsageError),
        ({"share": 0.513}, UsageError), ({"horizon_days": 0}, UsageError), ({"hold_h": 0}, UsageError),
        ({"hold_h": 1000}, UsageError),
    ],
)  # fmt: skip
def test_questions_that_cannot_be(said, error):
    with pytest.raises(error):
        plan(Store.of({}), **said)


def test_the_recipe_says_what_a_team_must_know():
    steps = plan(firm(), "retention", 90, hold_h=4).recipe
    said = " ".join(steps)
    for part in ("safety", "4 hours", "Nobody is ignored for good", "do not skip", "do not look ahead",
                 "Load the list as it is", "seed"):  # fmt: skip
        assert part in said.replace("Do not", "do not"), part
    assert all(step.endswith(".") for step in steps)
    assert [r.weeks for r in plan(firm(), "orders").reach] == list(LENGTHS)


# The coin


def arms(draw) -> list[str]:
    return [line.assigned_arm for line in draw.lines]


@pytest.mark.parametrize("seed", range(20))
def test_every_block_keeps_the_share_and_its_length_varies(seed):
    made = list(itertools.islice(blocks(Fraction(1, 2), np.random.default_rng(seed)), 60))
    assert {len(block) for block in made} == {2, 4, 6}
    assert all(Counter(block)["answer"] * 2 == len(block) for block in made)
    thirds = list(itertools.islice(blocks(Fraction(2, 3), np.random.default_rng(seed)), 60))
    assert {len(block) for block in thirds} == {3, 6, 9}
    assert all(Counter(block)["answer"] * 3 == len(block) * 2 for block in thirds)


@pytest.mark.parametrize("seed", range(20))
def test_the_list_never_strays_from_the_share(seed):
    walk = np.cumsum([1 if arm == "answer" else -1 for arm in arms(sealed_list(501, 0.5, seed))])
    assert abs(walk).max() <= 3, "half of the longest block"
    even = np.flatnonzero(walk == 0) + 1
    assert np.diff(even).max() <= 6


def test_nobody_can_guess_the_next_line_from_the_place_in_the_list():
    """Whoever believes in blocks of 4 and bets on what they lack wins less often than with blocks of 4."""
    won = bets = 0
    for seed in range(200):
        list_ = arms(sealed_list(40, 0.5, seed))
        for start in range(0, 40, 4):
            one, two, _, four = list_[start : start + 4]
            if one == two:  # then both others would be the other arm
                bets += 1
                won += four != one
    assert bets > 500
    assert 0.4 < won / bets < 0.75


def test_the_same_seed_gives_the_same_list_and_another_another():
    assert sealed_list(50, 0.5, 7) == sealed_list(50, 0.5, 7)
    assert arms(sealed_list(50, 0.5, 7)) != arms(sealed_list(50, 0.5, 8))
    fresh, other = sealed_list(50, 0.5), sealed_list(50, 0.5)
    assert fresh.seed != other.seed
    assert sealed_list(50, 0.5, fresh.seed) == fresh, "the seed that was drawn proves the list"
    assert arms(sealed_list(20, 0.5, 7)) == arms(sealed_list(50, 0.5, 7))[:20]


def test_the_list_is_to_be_filled_in_and_does_not_hold_its_seed():
    draw = sealed_list(3, 0.667, 123_456_789)
    assert draw.lines[1] == Line(2, "", draw.lines[1].assigned_arm, "", 0.666667)
    frame = draw.frame()
    assert list(frame) == ["sequence", "conversation_id", "assigned_arm", "assigned_at", "planned_share"]
    assert "123456789" not in frame.to_csv()


@pytest.mark.parametrize(
    ("share", "part"), [(0.5, (1, 2)), (0.667, (2, 3)), (0.6, (3, 5)), (0.85, (17, 20)), (0.05, (1, 20))]
)
def test_shares_that_blocks_can_keep(share, part):
    assert kept(share) == Fraction(*part)


@pytest.mark.parametrize("share", [-1, 0, 0.01, 0.513, 0.99, 1, float("nan")])
def test_shares_that_they_cannot(share):
    with pytest.raises(UsageError):
        kept(share)


@pytest.mark.parametrize(("n", "seed"), [(0, 1), (100_001, 1), (10, -1)])
def test_lists_that_cannot_be(n, seed):
    with pytest.raises(UsageError):
        sealed_list(n, 0.5, seed)


def waiting_room(**tables: pd.DataFrame) -> Store:
    """The export ends on day 10 at midnight; k00000 and so on are numbered as they stand here."""
    end = at(days=10)
    messages = [
        message("ann", end - pd.Timedelta(hours=2)),  # k0 waits
        message("bob", end - pd.Timedelta(hours=20)),  # k1 waits longer
        message("cid", end - pd.Timedelta(hours=24)),  # k2 is due an answer
        message("dan", end - pd.Timedelta(hours=5), 1),  # k3 is answered
        message("eve", end - pd.Timedelta(hours=5), channel="email"),  # k4 is no social one
        message("fay", end - pd.Timedelta(hours=5), needs_response=False),  # k5 says thanks
        message(None, end - pd.Timedelta(hours=1)),  # k6 waits, whoever it is
    ]
    return shop([], [{"needs_response": True, **one} for one in messages], messages_end=end, **tables)


def test_those_who_wait_get_a_toss_each_the_oldest_first():
    draw = for_waiting(waiting_room(), 0.5, 5, drawn_at=datetime(2025, 1, 11, 9, 30, tzinfo=UTC))
    assert [line.conversation_id for line in draw.lines] == ["k00001", "k00000", "k00006"]
    assert {line.assigned_at for line in draw.lines} == {"2025-01-11T09:30:00Z"}
    assert arms(draw) == arms(sealed_list(3, 0.5, 5))
    assert len(for_waiting(waiting_room(), 0.5, 5, hold_h=48).lines) == 4


def test_nobody_is_drawn_twice():
    drawn = pd.DataFrame({"conversation_id": ["k00001"], "assigned_arm": ["hold"]})
    draw = for_waiting(waiting_room(assignments=drawn), 0.5, 5)
    assert [line.conversation_id for line in draw.lines] == ["k00000", "k00006"]
    assert {line.assigned_at for line in draw.lines} == {""}


def test_where_nobody_waits_the_list_is_empty():
    assert for_waiting(Store.of({}), 0.5, 5).lines == ()
    assert list(for_waiting(Store.of({}), 0.5, 5).frame()) == list(sealed_list(1, 0.5).frame())

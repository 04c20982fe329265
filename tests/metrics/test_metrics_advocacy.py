"""Unasked mentions, their mood, and customers who bring customers."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from community_cases import post
from metric_cases import DAY, HOUR, at, orders, store
from scipy import stats

from socialroi.metrics import earned_mention_rate, positive_mention_share, referral_value, viral_coefficient
from socialroi.result import Window
from socialroi.store import Store


def say(name: str, who: str | None, day: float = 0, **more: object) -> dict[str, object]:
    """A remark of a customer on a social channel that needs no answer."""
    row = post(name, name, who, at(day * DAY), kind="customer", channel="twitter", needs_response=False)
    return row | more


def talk() -> list[dict[str, object]]:
    """Five earned mentions: u1 and u2 by ann, u3 by bob, u4 by nobody known, u5 by a member.

    Not earned: a question (by flag), one with a question mark, a comment under a campaign, an answer, an
    e-mail, a message of staff.
    """
    return [
        say("u1", "ann", sentiment=0.9), say("u2", "ann", 1, sentiment=0.25), say("u3", "bob", sentiment=0.2),
        say("u4", None, sentiment=-0.7), say("u5", "mem", author_kind="peer"),
        say("q1", "cat", needs_response=True, sentiment=-1.0), say("q2", "cat", has_question=True),
        post("camp", "camp", None, at(0), kind="campaign", way="out", channel="twitter"),
        say("c1", "cat", 1, conversation_id="camp"), say("r1", "cat", 2, reply_to="u1"),
        say("e1", "cat", channel="email"),
        post("s1", "s1", "staff", at(0), kind="agent", way="out", channel="twitter"),
    ]  # fmt: skip


def shop(rows: list[dict[str, object]] | None = None, buyers: int = 8, **tables: pd.DataFrame) -> Store:
    frame = pd.DataFrame(talk() if rows is None else rows)
    for name in ("needs_response", "has_question"):
        if name in frame:
            frame[name] = frame[name].astype("boolean")
    bought = orders({f"k{i}": [0] for i in range(buyers)}, end_day=100)
    return store(**{"interactions": frame, "orders": bought, **tables})


def test_earned_mentions_by_hand():
    # 5 mentions, 8 customers ordered: 62.5 for 100. Ann spoke twice: 4 + 1 + 1 + 1 = 7 over 5 is the design
    # effect 1.4; so the limits are those of 5 / 1.4 = 3.571 mentions (half a chi-squared quantile), times 1.4
    reading = earned_mention_rate.compute(shop(), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(62.5), 8)
    assert reading.value.low == pytest.approx(100 / 8 * 1.4 * stats.chi2.ppf(0.025, 2 * 5 / 1.4) / 2)
    assert reading.value.high == pytest.approx(100 / 8 * 1.4 * stats.chi2.ppf(0.975, 2 + 2 * 5 / 1.4) / 2)
    assert set(earned_mention_rate.rows(shop(), Window())["message_id"]) == {"u1", "u2", "u3", "u4", "u5"}
    detail = earned_mention_rate.compute_detail(shop(), Window())
    assert {name: value.value for name, value in detail.items()} == {
        "mentions": 5, "authors": 4, "active_customers": 8,
    }  # fmt: skip


def test_mood_by_hand():
    # 0.9 and 0.25 are positive, 0.2 is not, -0.7 is negative; u5 says nothing: 2 of 4, too few
    value = positive_mention_share.compute(shop(), Window()).value
    assert (value.code, value.n) == ("too_few", 4)
    reading = positive_mention_share.compute(shop([*talk(), say("u6", "dan", sentiment=-0.25)]), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(2 / 5), 5)
    assert reading.notes == ("1 of 6 earned mentions carry no sentiment and are left out.",)
    detail = positive_mention_share.compute_detail(
        shop([*talk(), say("u6", "dan", sentiment=-0.25)]), Window()
    )
    assert (detail["negative"].value, detail["mentions"].value) == (pytest.approx(2 / 5), 6)


def test_silence_is_zero_only_where_social_posts_are_loaded():
    asked = [say(f"q{i}", f"p{i}", needs_response=i > 0) for i in range(6)]
    quiet = shop([*asked[1:], say("t", "x", 200)])  # nobody spoke unasked in the first 100 days
    value = earned_mention_rate.compute(quiet, Window(end=at(100 * DAY))).value
    assert value.code == "not_recorded"
    one_thank = shop(asked)
    assert earned_mention_rate.compute(one_thank, Window()).value.value == pytest.approx(100 / 8)
    only_mail = shop([say("m", "x", channel="email")])
    assert earned_mention_rate.compute(only_mail, Window()).value.code == "no_data"


def test_more_customers_do_not_make_more_mentions():
    assert earned_mention_rate.compute(shop(buyers=16), Window()).value.value == pytest.approx(62.5 / 2)


def test_customers_have_no_department_and_speak_elsewhere_than_they_buy():
    for by in ("channel", "department", "engaged"):
        (value,) = earned_mention_rate.compute(shop(), Window(by=by)).by.values()
        assert value.code == "not_applicable"


def told(names: dict[str, str | None], days: dict[str, float] | None = None) -> pd.DataFrame:
    """One first order of margin 4 a customer, day 0 unless said, and who recommended; ends on day 200."""
    frame = orders({who: [(days or {}).get(who, 0)] for who in names}, end_day=200, margin=4.0)
    return frame.assign(referred_by=frame["customer_id"].map(names.get))


BROUGHT = {
    "a": None, "b": "a", "c": "a", "d": "b", "e": "e", "f": "stranger", "g": None, "h": "a",
}  # fmt: skip


def test_referrals_by_hand():
    # b c d f h were recommended (e named herself): five of margin 4 = 20, by a (12), b (4) and a stranger (4)
    found = store(orders=told(BROUGHT))
    reading = referral_value.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(4), 5)
    detail = referral_value.compute_detail(found, Window())
    assert (detail["total"].value, detail["referrers"].value, detail["self_referrals"].value) == (20, 3, 1)
    assert detail["per_referrer"].code == "too_few"
    assert detail["referred_share"].value == pytest.approx(5 / 8)
    assert "1 first orders name their own customer and are left out." in reading.notes


def test_a_code_says_that_but_not_who():
    frame = told(dict.fromkeys(BROUGHT)).assign(referral_code=["x"] * 5 + [None] * 3 + [None])
    found = store(orders=frame.drop(columns="referred_by"))
    assert referral_value.compute(found, Window()).value.n == 5
    assert referral_value.compute_detail(found, Window())["per_referrer"].code == "no_referrer"
    assert viral_coefficient.compute(found, Window()).value.code == "no_referrer"


def test_later_orders_and_returned_ones_bring_nothing():
    frame = told(BROUGHT)
    again = frame[frame["customer_id"] == "a"].assign(
        order_id="a-again", ordered_at=at(9 * DAY), referred_by="b"
    )
    gone = frame.assign(refunded_amount=frame["amount"].where(frame["customer_id"] == "h", 0.0))
    assert referral_value.compute(store(orders=pd.concat([frame, again])), Window()).value.n == 5
    assert referral_value.compute(store(orders=gone), Window()).value.code == "too_few"


def test_without_any_column_the_export_is_named():
    plain = store(orders=orders({f"k{i}": [0] for i in range(9)}, end_day=200))
    value = referral_value.compute(plain, Window()).value
    assert value.code == "not_recorded"
    assert "referred_by" in value.sentence


def test_customers_brought_by_hand():
    # within 90 days a brought b (day 10) and c (day 80), not h (day 120); b brought d; e herself does not
    # count: 3 for 7 whose 90 days are over by day 200 (h has had 80): 3/7
    days = {"b": 10, "c": 80, "d": 30, "h": 120}
    found = store(orders=told(BROUGHT, days))
    reading = viral_coefficient.compute(found, Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(3 / 7), 7)
    detail = viral_coefficient.compute_detail(found, Window())
    assert {detail[name].code for name in ("invitations_per_customer", "conversion")} == {"no_invitations"}
    assert list(viral_coefficient.rows(found, Window())["brought"]) == [2, 1]


def test_a_second_id_is_no_other_person():
    # a recommends herself under another id that the identities file says is hers
    linked = pd.DataFrame({"kind": ["external"], "value": ["a2"], "customer_id": ["a"], "source": ["crm"]})
    found = store(orders=told(BROUGHT | {"a": "a2"}), identities=linked)
    assert referral_value.compute_detail(found, Window())["self_referrals"].value == 2


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_of_brought(seed):
    rng = random.Random(seed)
    names = [f"k{i}" for i in range(80)]
    days = {who: rng.randrange(180) for who in names}
    referrers = {who: rng.choice([None, *names]) for who in names}
    found = store(orders=told(referrers, days))
    ripe = [who for who in names if days[who] + 90 <= 200]
    brought = sum(
        1
        for who in ripe
        for other in names
        if referrers[other] == who and other != who and days[who] <= days[other] <= days[who] + 90
    )
    value = viral_coefficient.compute(found, Window()).value
    assert (value.value, value.n) == (pytest.approx(brought / len(ripe)), len(ripe))
    paid = sum(1 for who in names if referrers[who] and referrers[who] != who)
    assert referral_value.compute_detail(found, Window())["total"].value == pytest.approx(4 * paid)


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_of_mentions(seed):
    rng = random.Random(seed)
    rows = []
    for i in range(500):
        rows.append(say(f"m{i}", rng.choice(["a", "b", "c", None]), i / 10,
            needs_response=rng.random() < 0.5, has_question=rng.random() < 0.3,
            channel=rng.choice(["twitter", "email"]), sentiment=rng.choice([None, -1.0, 0.0, 1.0]),
            reply_to=rng.choice([None, None, "m1"]), conversation_id=f"t{rng.randrange(400)}"))  # fmt: skip
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row["conversation_id"], row["message_id"])
    earned = [
        r for r in rows
        if first[r["conversation_id"]] == r["message_id"] and r["channel"] == "twitter"
        and not r["needs_response"] and not r["has_question"] and r["reply_to"] is None
    ]  # fmt: skip
    found = shop(rows)
    assert earned_mention_rate.compute(found, Window()).value.value == pytest.approx(100 * len(earned) / 8)
    known = [r["sentiment"] for r in earned if r["sentiment"] is not None]
    value = positive_mention_share.compute(found, Window()).value
    assert (value.value, value.n) == (pytest.approx(sum(s > 0 for s in known) / len(known)), len(known))


def test_hours_are_enough():
    # a mention an hour before the window begins is not of it
    window = Window(start=at(HOUR))
    assert earned_mention_rate.compute_detail(shop(), window)["mentions"].value == 1

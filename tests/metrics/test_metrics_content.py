"""What the brand posts, who begins, and whether outcomes move with promotion."""

from __future__ import annotations

import random

import pandas as pd
import pytest
from community_cases import post
from metric_cases import DAY, at, conversation, store, talk

from socialroi.errors import UnknownName
from socialroi.metrics import content, customer_led_share, promotional_share
from socialroi.result import Window
from socialroi.store import Store


def brand(name: str, day: float, promotional: bool | None, **more: object) -> dict[str, object]:
    return post(name, name, None, at(day * DAY), kind="campaign", way="out", promotional=promotional) | more


def table(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.assign(promotional=frame["promotional"].astype("boolean"))


def page() -> Store:
    """Eight posts (five promote, two do not, one does not say), four conversations, three answers by staff.

    A post by an agent counts; what staff say under a post of the brand and in answers does not.
    """
    posts = [brand(f"p{i}", i, i < 5) for i in range(6)]
    posts += [brand("mute", 6, None), brand("own", 7, False, author_kind="agent")]
    posts += [brand("under", 8, True, conversation_id="p0")]
    asked = [
        row for i in range(4) for row in conversation(f"c{i}", "k" + str(i % 3), 60 if i < 3 else None, i)
    ]
    return store(interactions=table([*posts, *asked]))


def test_promotional_share_by_hand():
    # 5 promote of the 7 that say so
    reading = promotional_share.compute(page(), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(5 / 7), 7)
    assert reading.notes == ("1 of 8 posts do not say whether they promote and are left out.",)
    # 8 posts and 3 answers
    detail = promotional_share.compute_detail(page(), Window())
    assert detail["posts_per_reply"].value == pytest.approx(8 / 3)
    assert detail["promotional_per_reply"].value == pytest.approx(5 / 3)
    assert (detail["posts"].value, detail["replies"].value) == (8, 3)


def test_posts_per_reply_is_the_odds_of_a_share():
    # 20 posts, 80 answers: 0.2 of 100, Wilson 0.1334 to 0.2888; odds 0.25, 0.1539 to 0.4061
    value = promotional_share.per_reply(20, 80)
    assert value.value == pytest.approx(0.25)
    assert (value.low, value.high) == (pytest.approx(0.1539, abs=2e-4), pytest.approx(0.4061, abs=2e-4))
    assert promotional_share.per_reply(3, 0).code == "no_replies"
    assert promotional_share.per_reply(0, 3).code == "no_posts"


def test_customers_begin_by_hand():
    # 4 conversations of customers k0 k1 k2 k0, 8 of the brand: 4 of 12
    reading = customer_led_share.compute(page(), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(4 / 12), 12)


def test_exports_without_posts_say_what_is_missing():
    rows = [conversation(f"c{i}", f"k{i}", 60, i) for i in range(8)]
    tickets = store(interactions=talk(*rows, end_s=DAY))
    assert customer_led_share.compute(tickets, Window()).value.code == "no_posts"
    assert promotional_share.compute(tickets, Window()).value.code == "no_data"
    mute = store(interactions=table([brand(f"p{i}", i, None) for i in range(9)]))
    assert promotional_share.compute(mute, Window()).value.code == "not_recorded"


@pytest.mark.parametrize("seed", range(3))
def test_second_implementation_on_a_random_page(seed):
    rng = random.Random(seed)
    rows = []
    for i in range(200):
        kind = rng.choice(["campaign", "agent", "customer", "peer", "bot"])
        rows.append(post(f"m{i}", f"t{rng.randrange(120)}", rng.choice("abcdefgh"), at(i), kind=kind,
            way="in" if kind in {"customer", "peer"} else "out", promotional=rng.choice([True, False, None]),
            visibility=rng.choice(["public", "public", "private"])))  # fmt: skip
    first: dict[str, dict[str, object]] = {}
    for row in rows:
        if row["visibility"] == "public" and row["author_kind"] != "bot":
            first.setdefault(row["conversation_id"], row)
    by_members = [r for r in first.values() if r["author_kind"] in {"customer", "peer"}]
    flagged = [r["promotional"] for r in first.values()
        if r["author_kind"] in {"campaign", "agent"} and r["promotional"] is not None]  # fmt: skip
    found = store(interactions=table(rows))
    led, sold = customer_led_share.compute(found, Window()), promotional_share.compute(found, Window())
    assert (led.value.value, led.value.n) == (pytest.approx(len(by_members) / len(first)), len(first))
    assert (sold.value.value, sold.value.n) == (pytest.approx(sum(flagged) / len(flagged)), len(flagged))


def months(rising: bool) -> Store:
    """Twelve months of ten posts and twenty questions; promotion rises, the answered fall or not."""
    rows = []
    for month in range(12):
        start = month * 30.4 + 1
        rows += [brand(f"p{month}-{i}", start + i, i < month * 0.8 + 1) for i in range(10)]
        for i in range(20):
            answered = i < (18 - month if rising else (12, 15, 9)[month % 3])
            rows += conversation(
                f"c{month}-{i}", f"k{month}-{i}", 60 if answered else None, (start + i) * DAY
            )
    rows += [brand("end", 400, None)]
    return store(interactions=table(rows + conversation("last", "z", 60, 399 * DAY)))


def test_outcomes_against_the_share_by_month():
    falling = content.against(months(rising=True), Window(), "response_rate")
    assert len(falling.pairs) >= 12
    assert falling.correlation.value < -0.9
    assert falling.correlation.high < -0.7
    flat = content.against(months(rising=False), Window(), "response_rate")
    assert flat.correlation.low < 0 < flat.correlation.high
    # no word of cause
    said = " ".join((falling.definition.caveat, falling.definition.formula, falling.definition.question))
    assert not any(word in said for word in ("cause", "effect", "leads to", "because"))


def test_channels_and_unknown_outcomes():
    few = content.against(months(rising=True), Window(), "response_rate", "channel")
    assert few.correlation.code == "too_few"
    with pytest.raises(UnknownName, match="response_rate"):
        content.against(months(rising=True), Window(), "respond_rate")

"""Engaged against unengaged by the landmark: who counts as what, and when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from metric_cases import DAY, conversation, marker, orders, store

from socialroi.errors import UnknownName
from socialroi.metrics import landmark, repurchase, retention, time_to_second_order
from socialroi.result import Estimate, Unknown, Window
from socialroi.store import Store


def world(
    people: dict[str, tuple[tuple[float, ...], float | None, float | None]],
    *,
    end: float = 300,
    channel: str = "twitter",
    **columns: object,
) -> dict[str, pd.DataFrame]:
    """Customers as name: (order days, day of asking or None, day of the answer or None)."""
    talks = [
        conversation(
            name, name, None if reply is None else (reply - asked) * DAY, asked * DAY, channel=channel
        )
        for name, (_, asked, reply) in people.items()
        if asked is not None
    ]
    before = conversation("before", "nobody", 1, -DAY, channel=channel)
    rows = [row for one in (before, *talks) for row in one] + marker(end * DAY, (channel,))
    bought = {name: days for name, (days, _, _) in people.items()}
    return {"interactions": pd.DataFrame(rows), "orders": orders(bought, end, **columns)}


# Six of each kind; "late" is answered on day 31 only, "mail" by e-mail only, so neither is engaged.
KINDS = {
    "answered": ((0, 60), 10, 11),
    "asked": ((0,), 10, None),
    "late": ((0, 70), 10, 31),
    "never": ((0, 80), None, None),
    "after": ((0, 90), 40, 41),
}


def five_kinds() -> dict[str, tuple[tuple[float, ...], float | None, float | None]]:
    return {f"{kind}{i}": told for kind, told in KINDS.items() for i in range(6)}


def test_status_is_fixed_on_day_thirty():
    # By day 30: answered 6; asked in vain: asked 6 and late 6; never asked: never 6 and after 6.
    compared = landmark.compare(store(**world(five_kinds())), "retention", Window())
    sizes = {name: value.n for name, value in compared.groups.items()}
    assert sizes == {"answered": 6, "asked_unanswered": 12, "never_asked": 12, "unengaged": 24}
    shares = {name: value.value for name, value in compared.groups.items()}
    assert shares == {"answered": 1, "asked_unanswered": 0.5, "never_asked": 1, "unengaged": 0.75}


def test_orders_until_day_thirty_are_nobodys_merit():
    people = {f"c{i}": ((0, 20, 30), 10, 11) for i in range(6)} | {
        f"d{i}": ((0,), None, None) for i in range(6)
    }
    compared = landmark.compare(store(**world(people)), "retention", Window())
    assert compared.groups["answered"].value == 0


def test_email_is_not_social():
    compared = landmark.compare(store(**world(five_kinds(), channel="email")), "retention", Window())
    assert compared.groups["answered"].code == "too_few"
    assert compared.groups["never_asked"].n == 30


def test_repurchase_is_among_those_with_one_order_day():
    people = {f"a{i}": ((0, 60) if i < 3 else (0,), 10, 11) for i in range(6)}
    people |= {f"x{i}": ((0, 12, 60), 10, 11) for i in range(6)}  # two order-days by day 30: not asked about
    people |= {f"n{i}": ((0,), None, None) for i in range(6)}
    compared = landmark.compare(store(**world(people)), "repurchase", Window())
    assert (compared.groups["answered"].n, compared.groups["answered"].value) == (6, pytest.approx(0.5))


def test_value_counts_only_what_came_after():
    compared = landmark.compare(
        store(**world(five_kinds(), margin=4.0)), "clv_historical", Window(horizon_days=75)
    )
    # up to age 75: answered one order of margin 4, late (asked in vain) likewise, asked and never none
    assert compared.groups["answered"].value == pytest.approx(4)
    assert compared.groups["asked_unanswered"].value == pytest.approx(2)
    assert compared.groups["never_asked"].value == 0
    assert compared.definition.name == "Margin after day 30"
    short = landmark.compare(store(**world(five_kinds())), "clv_historical", Window(horizon_days=30))
    assert short.raw.code == "too_short"


def test_a_small_side_has_no_difference():
    compared = landmark.compare(store(**world(five_kinds())), "retention", Window())
    assert compared.raw == Unknown(
        "too_few", "Only 6 customers on one side; a difference needs 50 on each.", 6
    )
    assert compared.standardised.code == "too_few"


def test_customers_whose_conversations_are_not_loaded_have_no_status():
    people = five_kinds() | {f"early{i}": ((-20, 50), None, None) for i in range(4)}
    compared = landmark.compare(store(**world(people)), "retention", Window())
    assert compared.groups["never_asked"].n == 12
    assert any(note.startswith("4 customers are left out") for note in compared.notes)


def test_without_conversations_nobody_is_engaged():
    compared = landmark.compare(store(orders=orders({"a": (0, 50)}, 300)), "retention", Window())
    assert compared.raw.code == "no_interactions"
    assert landmark.compare(Store.of({}), "retention", Window()).raw.code == "no_data"


@pytest.mark.parametrize("kept", ["no", "unknown"])
def test_answered_exports_are_compared_two_ways_only(kept):
    found = Store.of(world(five_kinds()), keeps_unanswered=kept)
    compared = landmark.compare(found, "retention", Window())
    assert (compared.groups["answered"].n, compared.groups["unengaged"].n) == (6, 24)
    assert compared.groups["asked_unanswered"].code == "answered_only"
    assert any("only answered conversations" in note for note in compared.notes)
    assert set(retention.compute(found, Window(by="engaged")).by) == {"answered", "unengaged"}


def test_by_engaged_is_the_landmark_everywhere():
    found = store(**world(five_kinds()))
    compared = landmark.compare(found, "repurchase", Window())
    by = repurchase.compute(found, Window(by="engaged")).by
    assert by == {name: compared.groups[name] for name in ("answered", "asked_unanswered", "never_asked")}
    gaps = time_to_second_order.compute(found, Window(by="engaged"))
    assert gaps.by["answered"].value == 30 * DAY  # ordered on day 60, counted from day 30
    assert any("A difference, not an effect" in note for note in gaps.notes)


def test_another_outcome_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'retention'"):
        landmark.compare(Store.of({}), "retantion", Window())


def confounded(n: int = 1200, effect: float = 0.0, seed: int = 3) -> Store:
    """Big spenders ask (and are answered) more often and come back more often, whatever is answered."""
    rng = np.random.default_rng(seed)
    big = rng.random(n) < 0.5
    answered = rng.random(n) < np.where(big, 0.6, 0.2)
    back = rng.random(n) < np.where(big, 0.7, 0.3) + effect * answered
    people = {
        f"c{i}": (
            (0.1, 60.1) if back[i] else (0.1,),
            10 if answered[i] else None,
            11 if answered[i] else None,
        )
        for i in range(n)
    }
    tables = world(people)
    amount = {f"c{i}": 100.0 if big[i] else 10.0 for i in range(n)}
    first = tables["orders"]["order_id"].astype(str).str.endswith("-0")
    tables["orders"].loc[first, "amount"] = tables["orders"]["customer_id"].map(amount)[first]
    return store(**tables)


def test_standardising_removes_what_the_first_order_shows():
    # Truth 0: raw is about 0.16 (those who ask spend more), the standardised interval holds 0.
    compared = landmark.compare(confounded(), "retention", Window())
    assert isinstance(compared.raw, Estimate)
    assert isinstance(compared.standardised, Estimate)
    assert compared.raw.low > 0.05
    assert compared.standardised.low < 0 < compared.standardised.high
    assert abs(compared.standardised.value) < 0.06


def test_raw_difference_is_newcombes():
    from socialroi.stats import intervals

    compared = landmark.compare(confounded(effect=0.1), "retention", Window())
    one, none = compared.groups["answered"], compared.groups["unengaged"]
    expected = intervals.newcombe(round(one.value * one.n), one.n, round(none.value * none.n), none.n)
    assert (compared.raw.low, compared.raw.value, compared.raw.high) == pytest.approx(
        (expected.low, expected.value, expected.high)
    )


def test_groups_that_hardly_overlap_are_not_comparable():
    people = {f"a{i}": ((0.1, 60), 10, 11) for i in range(80)} | {
        f"n{i}": ((100.1,), None, None) for i in range(80)
    }
    people |= {f"m{i}": ((100.1, 150), None, None) for i in range(80)}
    tables = world(people)
    compared = landmark.compare(store(**tables), "retention", Window())
    assert compared.standardised.code == "not_comparable"


def test_the_curve_starts_at_day_thirty_and_rises():
    curve = landmark.curve(confounded(), Window())
    assert set(curve.groups) == {"answered", "unengaged"}
    for steps in curve.groups.values():
        levels = [step.value.value for step in steps]
        assert (steps[0].x, levels[0]) == (0, 0)
        assert levels == sorted(levels)
        assert len(steps) <= landmark.CURVE_POINTS
    assert any(abs(step.x - 30) < 0.01 for step in curve.groups["answered"])  # day 60 is 30 days on


def test_three_curves_where_the_unanswered_are_known():
    curve = landmark.curve(store(**world(five_kinds())), Window(), three_way=True)
    assert set(curve.groups) == {"answered", "asked_unanswered", "never_asked"}


def test_time_without_a_second_order_by_hand():
    # from day 30: answered back on day 60, so 30 days; never asked on day 80 and 90, so 50 and 60;
    # asked in vain never, and on day 70: the whole 90 days and 40
    compared = landmark.compare(store(**world(five_kinds())), "days_without_order", Window())
    days = {name: value.value / DAY for name, value in compared.groups.items()}
    assert days == pytest.approx(
        {"answered": 30, "asked_unanswered": (90 + 40) / 2, "never_asked": (50 + 60) / 2, "unengaged": 60}
    )
    assert compared.definition.unit == "seconds"


def test_the_restricted_mean_is_the_area_under_the_curve():
    found = confounded()
    compared = landmark.compare(found, "days_without_order", Window(horizon_days=60))
    for name, steps in landmark.curve(found, Window()).groups.items():
        inside = [step for step in steps if step.x < 60]
        edges = [step.x for step in inside] + [60]
        area = sum((1 - step.value.value) * (edges[at + 1] - edges[at]) for at, step in enumerate(inside))
        assert compared.groups[name].value / DAY == pytest.approx(area, rel=1e-6)


def test_standardised_time_removes_what_the_first_order_shows():
    # truth 0: big spenders ask more and come back more, so answered ones wait shorter, raw only
    compared = landmark.compare(confounded(), "days_without_order", Window())
    assert compared.raw.high < 0
    assert compared.standardised.low < 0 < compared.standardised.high
    assert compared.raw.value == pytest.approx(
        compared.groups["answered"].value - compared.groups["unengaged"].value
    )


def test_a_follow_up_longer_than_the_data_has_no_restricted_mean():
    people = {f"a{i}": ((0,), 10, 11) for i in range(6)} | {f"n{i}": ((0,), None, None) for i in range(6)}
    compared = landmark.compare(store(**world(people)), "days_without_order", Window(horizon_days=365))
    assert compared.groups["answered"].code == "not_observed"

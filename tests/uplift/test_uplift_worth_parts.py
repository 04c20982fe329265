"""The partition of every later order, by hand, by a second implementation, and for random shops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from uplift_shop import at, message, order, regular, shop

from socialroi.stats.causal import Assignment
from socialroi.uplift.messages import emulate
from socialroi.uplift.outcomes import MARGIN
from socialroi.uplift.worth import partition
from socialroi.uplift.worth.measure import REVENUE, Measure
from socialroi.uplift.worth.partition import NAMES, divide

ASKED = at(days=100, hours=9)
ZERO = ASKED + pd.Timedelta(hours=24)
DAY = pd.Timedelta(days=1)
#: ann's orders before the message: margins 5 and 15, so 10 on average; both of the category home.
BEFORE = (order("ann", at(), 10.0), order("ann", at(days=20), 30.0))


def items(*lines):
    """Lines (order number, category, price, cost) as order_items."""
    rows = [
        {"order_id": f"o{number:05d}", "product_id": f"p{i}", "line": 1, "category": category,
         "quantity": 1, "unit_price": price, "unit_cost": cost, "currency": "EUR"}
        for i, (number, category, price, cost) in enumerate(lines)
    ]  # fmt: skip
    return pd.DataFrame(rows)


KNOWN = ((0, "home", 10, 5), (1, "home", 30, 15))


def split(store, days=90, discount=0.0, outcome=MARGIN, has_categories=True):
    design = emulate(store, outcome, (days,))
    rows = design.trial(days)
    parts = divide(
        store, rows, design.start_us, days, use_margin=outcome is MARGIN, has_categories=has_categories,
        discount=discount,
    )  # fmt: skip
    assert discount or parts.total == pytest.approx(rows["y"].to_numpy(), abs=1e-3)
    return rows, parts


def of(*orders, lines=KNOWN, **more):
    """The only message's parts, in the order of the bars."""
    store = shop([*BEFORE, *orders], [message("ann", ASKED)], order_items=items(*lines))
    _, parts = split(store, **more)
    return tuple(float(values[0]) for values in parts.each.values())


def later(days, amount, margin, **more):
    return order("ann", ZERO + days * DAY, amount, margin=margin, **more)


def test_one_order_by_hand():
    # margin 25: 20 in home (known), 5 in garden (new). 10 as usual (her third order, so retention),
    # 5 cross-sold, 25 - 10 - 5 = 10 beyond the usual
    lines = (*KNOWN, (2, "home", 30, 10), (2, "garden", 20, 15))
    assert of(later(10, 50, 25), lines=lines) == (0, 10, 10, 5)


def test_an_order_half_of_which_was_repaid():
    # margin after the refund 12.5, a fifth of it in garden: 10 + (12.5 - 10 - 2.5) + 2.5
    lines = (*KNOWN, (2, "home", 30, 10), (2, "garden", 20, 15))
    assert of(later(10, 50, 25, refunded_amount=25.0), lines=lines) == (0, 10, 0, 2.5)


def test_a_return_booked_as_an_order_of_its_own_reduces_the_order_before_it():
    # 25 - 8 = 17 kept
    assert of(later(10, 50, 25), later(12, -16, -8)) == (0, 10, 7, 0)


def test_a_smaller_order_is_a_negative_upsell():
    assert of(later(10, 8, 4)) == (0, 10, -6, 0)


def test_an_order_wholly_in_a_new_category():
    # as usual 10, cross-sold 25, and 25 - 10 - 25 = -10 not bought where she used to buy
    assert of(later(10, 50, 25), lines=(*KNOWN, (2, "garden", 50, 25))) == (0, 10, -10, 25)


def test_second_and_third_orders():
    # bea's one order before brought 5; the second one after brings 10 (+5), the third 20 (+15)
    orders = [order("bea", at()), order("bea", ZERO + DAY, 20.0), order("bea", ZERO + 2 * DAY, 40.0)]
    _, parts = split(shop(orders, [message("bea", ASKED)]))
    assert [float(values[0]) for values in parts.each.values()] == [5, 5, 20, 0]


def test_an_order_within_the_grace_time_counts_as_her_second_and_is_not_divided():
    orders = [order("bea", at()), order("bea", ASKED + DAY / 2), order("bea", ZERO + DAY, 40.0)]
    _, parts = split(shop(orders, [message("bea", ASKED)]))
    assert [float(values[0]) for values in parts.each.values()] == [0, 5, 15, 0]


def test_nobody_who_buys_nothing_is_dropped():
    assert of() == (0, 0, 0, 0)


def test_where_costs_are_unknown_lines_divide_by_their_amounts():
    lines = (*KNOWN, (2, "home", 30, 10), (2, "garden", 20, None))  # a margin of 25, 20/50 of it new
    assert of(later(10, 50, 25), lines=lines) == (0, 10, 5, 10)


def test_a_line_sold_at_a_loss_does_not_turn_the_division_around():
    lines = (*KNOWN, (2, "home", 30, 40), (2, "garden", 20, 5))  # margins -10 and 15: by amounts, 20/50
    assert of(later(10, 50, 5), lines=lines) == (0, 10, -7, 2)


def test_lines_without_category_are_nothing_new():
    assert of(later(10, 50, 25), lines=(*KNOWN, (2, None, 50, 25))) == (0, 10, 15, 0)
    assert of(later(10, 50, 25), lines=(*KNOWN, (2, " ", 50, 25))) == (0, 10, 15, 0)


@pytest.mark.parametrize(("us", "cross"), [(-1, 0), (0, 25), (1, 25)])
def test_a_category_is_new_unless_bought_strictly_before_the_message(us, cross):
    first = order("ann", ASKED + pd.Timedelta(us, "us"), 20.0)
    lines = (*KNOWN, (2, "garden", 20, 10), (3, "garden", 50, 25))
    assert of(first, later(10, 50, 25), lines=lines)[3] == cross


def test_a_category_new_at_the_first_message_is_new_for_every_order_after_it_and_known_at_the_next():
    asked = [message("ann", ASKED), message("ann", ASKED + 20 * DAY)]
    lines = (*KNOWN, (2, "garden", 50, 25), (3, "garden", 50, 25))
    store = shop([*BEFORE, later(10, 50, 25), later(30, 50, 25)], asked, order_items=items(*lines))
    _, parts = split(store)
    assert parts.each["cross_sell"].tolist() == [50, 0]
    # before the second message she had brought 5, 15 and 25: 15 on average
    assert parts.each["retention"].tolist() == [20, 15]


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (ZERO, 0), (ZERO + pd.Timedelta(1, "us"), 1),
        (ZERO + 90 * DAY, 1), (ZERO + 90 * DAY + pd.Timedelta(1, "us"), 0),
    ],
)  # fmt: skip
def test_the_follow_up_is_half_open(moment, counts):
    assert of(order("ann", moment, 20.0))[1] == 10 * counts


def test_the_mean_before_knows_nothing_of_the_instant_of_the_message():
    # an order of margin 100 at the message itself belongs to neither side
    assert of(order("ann", ASKED, 200.0), later(10, 50, 25)) == (0, 10, 15, 0)


def test_money_a_year_later_is_discounted():
    # 365 days after time zero at 10 %: margin 22 is 20, the usual 10 is 9.090909
    _, parts = split(shop([*BEFORE, later(365, 44, 22)], [message("ann", ASKED)]), days=400, discount=0.10)
    assert float(parts.total[0]) == pytest.approx(20, abs=1e-5)
    assert float(parts.each["retention"][0]) == pytest.approx(10 / 1.1, abs=1e-5)


def test_steps_of_thirty_days():
    orders = (
        later(30, 10, 5),
        order("ann", ZERO + 30 * DAY + pd.Timedelta(1, "us"), 14.0),
        later(89, 20, 10),
    )
    _, parts = split(shop([*BEFORE, *orders], [message("ann", ASKED)]), days=80)
    assert parts.steps == 3
    assert parts.so_far.tolist() == [[5, 12, 12]]
    assert parts.total.tolist() == [12]


def test_without_categories_everything_beyond_the_usual_is_upsell():
    lines = (*KNOWN, (2, "home", 30, 10), (2, "garden", 20, 15))
    assert of(later(10, 50, 25), lines=lines, has_categories=False) == (0, 10, 15, 0)


def test_revenue_is_divided_alike():
    # amounts before 10 and 30: 20; 50 now, 20 of it in garden
    lines = (*KNOWN, (2, "home", 30, 10), (2, "garden", 20, 15))
    assert of(later(10, 50, None), lines=lines, outcome=REVENUE) == (0, 20, 10, 20)


def test_an_order_without_known_margin_brings_nothing_and_changes_no_mean():
    unknown = order("ann", at(days=30), 10.0, margin=None)
    assert of(unknown, later(10, 50, 25), later(11, 10, None)) == (0, 10, 15, 0)


def test_merged_people_share_their_categories():
    link = {"kind": "handle", "value": "@ann", "customer_id": "ann", "source": "desk", "linked_at": at()}
    orders = [*BEFORE, order("@ann", at(days=30), 20.0, margin=10.0), later(10, 50, 25)]
    lines = (*KNOWN, (2, "garden", 20, 10), (3, "garden", 50, 25))
    store = shop(orders, [message("ann", ASKED)], order_items=items(*lines), identities=pd.DataFrame([link]))
    _, parts = split(store)
    assert [float(values[0]) for values in parts.each.values()] == [0, 10, 15, 0]


def test_categories_must_be_known_of_nearly_every_order():
    orders, asked = list(regular("ann", n=40, every_days=2)), [message("ann", ASKED)]
    for known, enough in ((41, True), (39, True), (38, False), (0, False)):  # of 41 with the last buyer's
        lines = items(*((number, "home", 10, 5) for number in range(known)))
        store = shop(orders, asked, order_items=lines) if known else shop(orders, asked)
        assert Measure.of(store).has_categories is enough


# ---- random shops ----

CATEGORIES = ("home", "garden", "sport", None)


def random_shop(seed, people=12):
    """Customers with random orders and lines who write once or twice, refunds and losses included."""
    rng = np.random.default_rng(seed)
    orders, lines, asked = [], [], []
    for number in range(people):
        name = f"c{number:03d}"
        days = np.sort(rng.uniform(0, 300, rng.integers(1, 9)))
        for day in days:
            amount = round(float(rng.uniform(5, 80)), 2)
            margin = round(amount * float(rng.uniform(-0.1, 0.7)), 2)
            refund = round(amount * 0.3, 2) if rng.random() < 0.2 else None
            lines += [
                (len(orders), rng.choice(CATEGORIES), round(float(rng.uniform(1, 50)), 2), cost)
                for cost in (
                    round(float(rng.uniform(0, 40)), 2) if rng.random() < 0.8 else None
                    for _ in range(rng.integers(0, 4))
                )
            ]  # fmt: skip
            orders.append(order(name, at(days=float(day)), amount, margin=margin, refunded_amount=refund))
        asked += [
            message(name, at(days=float(day)), 1.0 if rng.random() < 0.5 else None)
            for day in rng.uniform(60, 200, rng.integers(1, 3))
        ]
    return shop(orders, asked, order_items=items(*lines), orders_end=at(days=700))


def by_hand(store, rows, start_us, days):
    """The same partition, one order after the other."""
    bought = store.frame(
        "select customer_id, order_id, order_no, epoch_us(ordered_at) as us, margin::double as margin "
        "from purchases order by customer_id, order_no"
    )
    lines = store.frame("select * from order_items")
    lines["amount"] = lines["unit_price"].astype(float)
    lines["gain"] = lines["amount"] - lines["unit_cost"].astype(float)
    for unit in rows.itertuples():
        own = bought[bought["customer_id"] == unit.customer_id]
        before = own[own["us"] < unit.at_us]
        seen = set(lines[lines["order_id"].isin(before["order_id"])]["category"].dropna())
        told = dict.fromkeys(NAMES, 0.0)
        start, end = unit.at_us + start_us, unit.at_us + start_us + days * 86_400_000_000
        for one in own[(own["us"] > start) & (own["us"] <= end)].itertuples():
            share = new_share(lines[lines["order_id"] == one.order_id], seen)
            usual = before["margin"].mean()
            told["repurchase" if one.order_no == 2 else "retention"] += usual
            told["cross_sell"] += one.margin * share
            told["upsell"] += one.margin * (1 - share) - usual
        yield told


def new_share(lines, seen):
    """The share of an order in categories not seen before."""
    by_category = {}
    for line in lines.itertuples():
        name = line.category if isinstance(line.category, str) else ""
        amount, gain = by_category.get(name, (0.0, 0.0))
        by_category[name] = (amount + line.amount, gain + line.gain)
    gains = [gain for _, gain in by_category.values()]
    by_gain = bool(gains) and not np.isnan(gains).any() and min(gains) >= 0 and sum(gains) > 0
    weight = {name: (gain if by_gain else amount) for name, (amount, gain) in by_category.items()}
    total = sum(weight.values())
    return sum(w for name, w in weight.items() if name and name not in seen) / total if total else 0.0


@pytest.mark.parametrize("seed", range(4))
def test_a_second_implementation_agrees(seed):
    store = random_shop(seed)
    design = emulate(store, MARGIN, (90,))
    rows, parts = split(store)
    expected = list(by_hand(store, rows, design.start_us, 90))
    for name, values in parts.each.items():
        assert values == pytest.approx([told[name] for told in expected], abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_for_random_firms_the_bars_add_up_to_the_total(seed):
    rng = np.random.default_rng(seed)
    rows, parts = split(random_shop(seed, people=150))
    x = np.column_stack([rng.normal(size=len(rows)), rows["orders"].to_numpy(float)])
    model = Assignment.of(rows["treated"].to_numpy(bool), x, rows["person"].to_numpy(), splits=3)
    for estimand in ("ATT", "ATU"):
        total = partition.effect(model, parts.total, estimand)
        bars = partition.bars(model, parts, estimand)
        assert [bar.status for bar in bars] == ["measured"] * 4
        assert sum(bar.value.value for bar in bars) == pytest.approx(total.value, abs=1e-9)
    last = partition.effect(model, parts.so_far[:, -1], "ATU")
    assert last.value == pytest.approx(total.value, abs=1e-9)


def test_what_nobody_bought_is_a_measured_zero_and_what_is_not_told_is_unknown():
    rows, parts = split(random_shop(1, people=60), has_categories=False)
    model = Assignment.of(rows["treated"].to_numpy(bool), np.zeros((len(rows), 0)), rows["person"].to_numpy())
    assert partition.effect(model, np.zeros(len(rows)), "ATT").value == 0
    bars = {bar.name: bar for bar in partition.bars(model, parts)}
    assert (bars["cross_sell"].status, bars["cross_sell"].value.code) == ("unknown", "no_categories")
    known = sum(bar.value.value for name, bar in bars.items() if name != "cross_sell")
    assert known == pytest.approx(partition.effect(model, parts.total, "ATT").value, abs=1e-9)


def test_nobody_to_divide():
    rows, parts = split(shop(list(BEFORE), []))
    assert len(rows) == len(parts.total) == 0
    assert parts.so_far.shape == (0, 3)

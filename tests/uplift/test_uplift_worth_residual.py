"""What a model expects after the horizon: the histories it starts from, and when it is not believed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from uplift_shop import at, message, order, shop

from socialroi.result import Unknown
from socialroi.stats.btyd import BgNbd, GammaGamma
from socialroi.stats.causal import Assignment
from socialroi.uplift.messages import emulate
from socialroi.uplift.outcomes import MARGIN
from socialroi.uplift.worth.residual import histories_at, models_of, residual

ASKED = at(days=100, hours=9)
DAY = pd.Timedelta(days=1)


def history(*orders, days=90):
    store = shop(list(orders), [message("ann", ASKED)])
    design = emulate(store, MARGIN, (days,))
    found, _ = histories_at(store, design.trial(days), design.follow_up_us(days), use_margin=True)
    return tuple(found.iloc[0][["x", "t_x", "age", "mean_value"]].astype(float))


def test_a_history_by_hand():
    # orders on days 0, 20 (two, margins 5 and 3) and 110; the follow-up ends on day 191 at 9 o'clock:
    # two days with a purchase after the first, the last 110 days on, 191 days old, (8 + 9) / 2 on average
    found = history(
        order("ann", at()), order("ann", at(days=20, hours=1)), order("ann", at(days=20, hours=8), 6.0),
        order("ann", at(days=110), 18.0), order("ann", at(days=192), 99.0),
    )  # fmt: skip
    assert found == (2, 110, 191, 8.5)


def test_who_bought_once_has_no_mean():
    x, t_x, age, mean = history(order("ann", at(hours=20)))
    assert (x, t_x, age) == (0, 0, 190)
    assert np.isnan(mean)


@pytest.mark.parametrize(("us", "x"), [(0, 1), (1, 0)])
def test_the_end_of_the_follow_up_belongs_to_it(us, x):
    last = ASKED + 91 * DAY + pd.Timedelta(us, "us")
    assert history(order("ann", at()), order("ann", last))[0] == x


def buyers(n=3_000, days=600, related=False, vanish=False, seed=0):
    """Days on which customers bought: Poisson until they leave, as the model has it, or not."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(1, n + 1):
        rate = rng.gamma(1.0, 0.012)
        first = int(rng.integers(0, days // 2))
        stays = int(rng.geometric(rng.beta(1.0, 3.0)))  # leaves after one of the purchases
        until = days * 2 // 3 if vanish else days
        worth = 20 + 2_000 * rate if related else rng.gamma(5.0, 5.0)
        bought = first + np.cumsum(np.maximum(rng.exponential(1 / rate, 40), 1)).astype(int)
        for day in (first, *np.unique(bought[: stays - 1][bought[: stays - 1] < until])):
            rows.append((customer, int(day), float(worth * rng.gamma(10.0, 0.1))))
    return pd.DataFrame(rows, columns=["customer", "day", "value"]).drop_duplicates(["customer", "day"])


def test_models_that_knew_the_last_third_are_used():
    often, much, tested = models_of(buyers())
    assert isinstance(often, BgNbd)
    assert isinstance(much, GammaGamma)
    assert "The model expected" in tested


def test_a_failed_backtest_refuses():
    # everybody stops at two thirds of the time, which no history before that shows
    found = models_of(buyers(vanish=True).pipe(lambda t: pd.concat([t, t.tail(1).assign(day=599)])))
    assert found.code == "backtest"
    assert "No value after the horizon is predicted." in found.sentence


def test_few_customers_are_no_basis():
    found = models_of(buyers(n=60))
    assert found.code == "backtest"
    assert "200" in found.sentence


def test_spending_that_goes_with_frequency_refuses():
    found = models_of(buyers(related=True))
    assert found.code == "related"
    assert "correlation" in found.sentence


def test_a_refusal_is_an_unknown_bar():
    people = [f"c{i}" for i in range(8)]
    store = shop(
        [order(name, at(days=d)) for name in people for d in (0, 20)],
        [message(name, ASKED, 1.0 if i % 2 else None) for i, name in enumerate(people)],
    )
    design = emulate(store, MARGIN, (90,))
    rows = design.trial(90)
    model = Assignment.of(rows["treated"].to_numpy(bool), np.zeros((8, 0)), rows["person"].to_numpy())
    bar, working = residual(
        store, rows, model, design.follow_up_us(90), 90, use_margin=True, discount=0.1
    )  # fmt: skip
    assert bar.status == "unknown"
    assert isinstance(bar.value, Unknown)
    assert bar.sentence == bar.value.sentence
    assert len(working) == 1

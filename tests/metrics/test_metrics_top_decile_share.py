"""The share of the best tenth: by hand, by a second way, on real purchases, and its interval."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from metric_cases import orders, store

from socialroi.metrics import top_decile_share
from socialroi.metrics.top_decile_share import best_share
from socialroi.result import Window
from socialroi.store import Store


def shop(totals: list[float], **columns: object) -> Store:
    """One order per customer of these totals."""
    table = orders({f"c{i}": (0,) for i in range(len(totals))}, 100, currency="EUR")
    table["amount"] = [*totals, 1.0]
    return store(orders=table.assign(**columns))


def test_by_hand():
    # Ten customers with 90 and ninety with 10: 900 of 1,800. q = 10, mean = 18: a large customer moves
    # the share by (80 + 1 - 45) / 18 = 2, a small one by (1 - 5) / 18 = -2/9. Squares: 10 x 4 + 90 x 4/81
    # = 44.44; se = sqrt(44.44 / 99 / 100) = 0.0670; on the logit scale 0.0670 / 0.25 = 0.2680;
    # t(9) = 2.2622: 0 +- 0.6063, which is 0.3529 to 0.6471.
    reading = top_decile_share.compute(shop([90.0] * 10 + [10.0] * 90), Window())
    value = reading.value
    assert (value.value, value.n) == (pytest.approx(0.5), 100)
    assert (value.low, value.high) == (pytest.approx(0.3529, abs=5e-5), pytest.approx(0.6471, abs=5e-5))
    assert reading.definition.name == "Share of the best tenth in revenue"


def test_a_tenth_that_is_no_whole_number():
    # A tenth of 55 is 5.5 customers: 5 x 100 + half of 10, of 1,000.
    assert top_decile_share.compute(shop([100.0] * 5 + [10.0] * 50), Window()).value.value == pytest.approx(
        0.505
    )


def test_equal_customers_at_the_border_are_exchangeable():
    # 30 with 10 and 30 with 1: the best tenth is six of the thirty, whichever: 60 of 330.
    value = top_decile_share.compute(shop([10.0, 1.0] * 30), Window()).value
    assert value.value == pytest.approx(60 / 330)
    assert top_decile_share.compute(shop([1.0] * 30 + [10.0] * 30), Window()).value == value


def test_fewer_than_ten_customers_have_no_best_tenth():
    assert top_decile_share.compute(shop([5.0] * 9), Window()).value.code == "too_few"


def test_all_alike_and_one_for_all():
    alike = top_decile_share.compute(shop([7.0] * 60), Window()).value
    assert (alike.value, alike.low) == (pytest.approx(0.1), pytest.approx(0.1))
    assert alike.high > 0.1
    alone = top_decile_share.compute(shop([7.0] + [0.0] * 59), Window()).value
    assert (alone.value, alone.high) == (1, 1)
    assert alone.low < 1


def test_losses_count_as_nothing():
    # Margin: five customers bring 10, one loses 1,000, the others bring 1: 50 of 50 + 49.
    margin = [10.0] * 5 + [-1000.0] + [1.0] * 49 + [1.0]
    reading = top_decile_share.compute(shop([20.0] * 55, margin=margin), Window())
    assert reading.value.value == pytest.approx((50 + 0.5) / 99)
    assert reading.definition.name == "Share of the best tenth"
    assert "1 customers brought less than nothing and count as 0." in reading.notes


def test_nothing_brought_and_too_few():
    assert top_decile_share.compute(shop([0.0] * 60), Window()).value.code == "nothing_brought"
    value = top_decile_share.compute(shop([5.0] * 49), Window()).value
    assert (value.code, value.n) == ("too_few", 49)


def test_currencies_are_never_added():
    table = orders({f"c{i}": (0,) for i in range(60)}, 100, currency="EUR")
    table.loc[3, "currency"] = "USD"
    assert top_decile_share.compute(store(orders=table), Window()).value.code == "mixed_currencies"


def test_rows_are_the_best_first():
    rows = top_decile_share.rows(shop([float(i) for i in range(60)]), Window())
    assert list(rows["amount"][:2]) == [59, 58]
    assert (rows["place"] <= 0.1).sum() == 6


def plain(totals: list[float]) -> float:
    ranked = sorted(totals, reverse=True)
    n = len(ranked)
    best = sum(value * min(1, max(0, n / 10 - place)) for place, value in enumerate(ranked))
    return best / sum(ranked)


@pytest.mark.parametrize("seed", range(5))
def test_second_implementation_and_what_may_not_matter(seed):
    rng = random.Random(seed)
    totals = [rng.lognormvariate(3, 1) for _ in range(50 + rng.randrange(200))]
    value = best_share(np.array(totals))
    assert value.value == pytest.approx(plain(totals))
    assert 0.1 <= value.low <= value.value <= value.high <= 1
    scaled = best_share(100 * np.array(totals))
    assert (scaled.value, scaled.low) == (pytest.approx(value.value), pytest.approx(value.low))
    assert best_share(np.array(totals * 2)).value == pytest.approx(value.value)


def test_the_interval_covers():
    # Gamma of shape 2: q = 3.8897 and 1 - L(0.9) = P(Gamma(3) > q) = e^-q (1 + q + q^2 / 2) = 0.2549.
    q = 3.8897201698674295
    truth = math.exp(-q) * (1 + q + q * q / 2)
    rng = np.random.default_rng(4)
    found = [best_share(rng.gamma(2, 10, 300)) for _ in range(400)]
    assert sum(value.low <= truth <= value.high for value in found) / 400 >= 0.92
    assert np.mean([value.value for value in found]) == pytest.approx(truth, abs=0.003)


DATA = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_sample.txt"


def test_cdnow_equals_pandas():
    if not DATA.exists():
        pytest.skip("CDNOW_sample.txt is not here; it belongs in ../shared/data beside the project")
    names = ["master", "customer_id", "day", "cds", "amount"]
    frame = pd.read_csv(DATA, sep=r"\s+", header=None, names=names, dtype={"customer_id": str, "day": str})
    table = frame.assign(
        order_id=frame.index.astype(str), ordered_at=pd.to_datetime(frame["day"], format="%Y%m%d")
    )
    found = Store.of({"orders": table[["order_id", "customer_id", "ordered_at", "amount"]]})
    spent = frame.groupby("customer_id")["amount"].sum().tolist()
    value = top_decile_share.compute(found, Window()).value
    assert (value.n, value.value) == (2357, pytest.approx(plain(spent)))

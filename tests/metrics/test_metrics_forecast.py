"""Predicted value and the probability of still being a customer: by hand, published, and when refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from metric_cases import DAY, at, orders, store

from socialroi.cli import main
from socialroi.metrics import clv_predicted, forecast, p_alive
from socialroi.result import Window
from socialroi.stats import btyd
from socialroi.store import Store

# ---- by hand ---------------------------------------------------------------------------------

# The orders end on day 200. (x, t_x, T): a (2, 100, 200), b (1, 30, 150), c (1, 150, 150), d (3, 60, 200),
# e (1, 90, 100): its two orders of day 190 are one purchase. f and g bought on one day only.
SEVEN = {
    "a": (0, 40, 100),
    "b": (50, 80),
    "c": (50, 200),
    "d": (0, 20, 40, 60),
    "e": (100, 190, 190.1),
    "f": (10,),
    "g": (150, 150.2),
}
HISTORIES = {"a": (2, 100, 200), "b": (1, 30, 150), "c": (1, 150, 150), "d": (3, 60, 200), "e": (1, 90, 100)}
ONCE = {"f": (0, 0, 190), "g": (0, 0, 50)}
R, ALPHA, A, B = 0.5, 40.0, 0.8, 2.5
P, Q, GAMMA = 6.0, 4.0, 15.0


def known(names: tuple[str, ...], values: tuple[float, ...]) -> btyd.Fit:
    """A fit to thousands of customers: every parameter is known to one percent."""
    return btyd.Fit(names, np.array(values), np.eye(len(values)) * 1e-4, -1.0, 5000)


@pytest.fixture
def given(monkeypatch) -> None:
    """Models whose parameters are given, and a test that was passed."""
    often = btyd.BgNbd(R, ALPHA, A, B, known(("r", "alpha", "a", "b"), (R, ALPHA, A, B)))
    much = btyd.GammaGamma(P, Q, GAMMA, known(("p", "q", "gamma"), (P, Q, GAMMA)))
    passed = btyd.Backtest(
        66, 7, 5, 10.0, 10, (), True, "The model expected 10 purchases where 10 were made."
    )
    monkeypatch.setattr(btyd, "backtest", lambda *_: passed)
    monkeypatch.setattr(btyd, "fit_bgnbd", lambda *_: often)
    monkeypatch.setattr(btyd, "fit_gamma_gamma", lambda *_: much)


def alive(x: float, t_x: float, age: float) -> float:
    if x == 0:
        return 1.0
    return 1 / (1 + A / (B + x - 1) * ((ALPHA + age) / (ALPHA + t_x)) ** (R + x))


def hyp2f1(a: float, b: float, c: float, z: float) -> float:
    term = total = 1.0
    for n in range(20_000):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) < 1e-15 * abs(total):
            break
    return total


def bought(t: float, x: float, t_x: float, age: float) -> float:
    """E[Y(t) | x, t_x, T] as published."""
    f = hyp2f1(R + x, B + x, A + B + x - 1, t / (ALPHA + age + t))
    odds = ((ALPHA + age) / (ALPHA + age + t)) ** (R + x)
    return (A + B + x - 1) / (A - 1) * (1 - odds * f) * alive(x, t_x, age)


def test_p_alive_by_hand(given):
    # a: 0.8 / 3.5 x (240 / 140) ^ 2.5 = 0.8796, so 1 / 1.8796 = 0.5320; b: 0.32 x (190 / 70) ^ 1.5 = 1.4310,
    # 0.4114; c: 0.32 x 1, 0.7576; d: 0.8 / 4.5 x (240 / 100) ^ 3.5 = 3.8073, 0.2080; e: 0.32 x (140 / 130)
    # ^ 1.5 = 0.3576, 0.7366. Mean 2.6456 / 5 = 0.5291. f and g are left out.
    reading = p_alive.compute(store(orders=orders(SEVEN, 200)), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(0.5291, abs=5e-5), 5)
    assert reading.value.value == pytest.approx(sum(alive(*one) for one in HISTORIES.values()) / 5)
    assert reading.notes == (
        "Model tested on the last 66 days. The model expected 10 purchases where 10 were made.",
        "2 customers who bought on one day only are left out: the model cannot tell if they left.",
    )
    detail = p_alive.compute_detail(store(orders=orders(SEVEN, 200)), Window())
    assert detail["with_one_time_buyers"].value == pytest.approx((5 * reading.value.value + 2) / 7)


def test_p_alive_interval_by_hand(given):
    # Every log parameter has an error of 1 %: se = 0.01 x root of the sum of squared slopes.
    def mean(**more: float) -> float:
        of = {"r": R, "alpha": ALPHA, "a": A, "b": B} | more
        found = [
            1 / (1 + of["a"] / (of["b"] + x - 1) * ((of["alpha"] + T) / (of["alpha"] + t)) ** (of["r"] + x))
            for x, t, T in HISTORIES.values()
        ]
        return sum(found) / len(found)

    h, at_hand = 1e-5, {"r": R, "alpha": ALPHA, "a": A, "b": B}
    slopes = [(mean(**{k: v * (1 + h)}) - mean(**{k: v * (1 - h)})) / (2 * h) for k, v in at_hand.items()]
    se = 0.01 * math.hypot(*slopes)
    value = p_alive.compute(store(orders=orders(SEVEN, 200)), Window()).value
    assert (value.high - value.low) / 2 == pytest.approx(1.96 * se, rel=1e-3)


def test_p_alive_rows_are_recency_frequency_and_money(given):
    rows = p_alive.rows(store(orders=orders(SEVEN, 200)), Window())
    assert list(rows["customer_id"]) == ["d", "b", "a", "e", "c"]
    first = rows.iloc[0]
    assert (first["recency_d"], first["order_days"], float(first["amount"])) == (140, 4, 40)
    assert first["p_alive"] == pytest.approx(alive(3, 60, 200))


def test_predicted_value_by_hand(given):
    # Every order has a margin of 4. e's repeat day has two orders, so its mean is 8; nobody else's differs
    # from 4, and f and g, of whom nothing is known, are worth everybody's mean of 6 x 15 / 3 = 30.
    # a: 6 x (15 + 2 x 4) / (6 x 2 + 4 - 1) = 138 / 15 = 9.2.
    spend = {"a": 9.2, "b": 6 * 19 / 9, "c": 6 * 19 / 9, "d": 6 * 27 / 21, "e": 6 * 23 / 9, "f": 30, "g": 30}
    total = 0.0
    for name, history in (HISTORIES | ONCE).items():
        # twelve parts of the year, each discounted from its middle at 10 % a year
        marks = [bought(365 * k / 12, *history) if k else 0.0 for k in range(13)]
        total += spend[name] * sum((marks[k + 1] - marks[k]) / 1.1 ** ((k + 0.5) / 12) for k in range(12))
    reading = clv_predicted.compute(store(orders=orders(SEVEN, 200, margin=4.0, currency="EUR")), Window())
    assert (reading.value.value, reading.value.n) == (pytest.approx(total / 7), 7)
    assert reading.definition.name == "Predicted CLV"
    assert reading.notes[0] == "Discounted at 10% a year."
    assert "excludes model error" in reading.value.method


def test_predicted_value_is_that_of_the_estimator(given):
    reading = clv_predicted.compute(store(orders=orders(SEVEN, 200, margin=4.0)), Window())
    x, t_x, age = np.array([*HISTORIES.values(), *ONCE.values()], dtype=float).T
    mean = np.array([4, 4, 4, 4, 8, np.nan, np.nan])
    often, much = btyd.fit_bgnbd(x, t_x, age), btyd.fit_gamma_gamma(x, mean)
    value = btyd.mean_residual_value(
        often, much, x, t_x, age, m=mean, horizon=365, discount=math.log(1.1) / 365
    )
    assert (reading.value.value, reading.value.low) == (pytest.approx(value.value), pytest.approx(value.low))
    assert reading.value.high == pytest.approx(value.high)


def test_segments_share_one_model(given):
    customers = pd.DataFrame({"customer_id": list("abcdefg"), "segment": list("ppppppp")})
    found = store(orders=orders(SEVEN, 200, margin=4.0), customers=customers)
    for metric in (clv_predicted, p_alive):
        reading = metric.compute(found, Window(by="segment"))
        assert reading.by == {"p": reading.value}
        alone = metric.compute(found, Window(start=at(45 * DAY), end=at(195 * DAY))).value
        assert (alone.code, alone.n) == ("too_few", {"clv_predicted": 4, "p_alive": 3}[metric.DEFINITION.key])


def test_spending_that_goes_with_frequency_is_a_warning(given):
    # Means 30, 20, 20, 40, 20 for x = 2, 1, 1, 3, 1: a correlation of 1. When all are 10 there is none.
    table = orders(SEVEN, 200)
    who = table["order_id"].str[0]
    table["amount"] = who.map({"a": 30.0, "b": 20.0, "c": 20.0, "d": 40.0, "e": 10.0}).fillna(10.0)
    notes = clv_predicted.compute(store(orders=table), Window()).notes
    assert (
        "Correlation of how often and how much customers buy: 1.00, which the model does not allow: read it"
        " with doubt."
    ) in notes
    table["amount"] = who.map({"e": 5.0}).fillna(10.0)
    assert not any(
        "Correlation" in note for note in clv_predicted.compute(store(orders=table), Window()).notes
    )


def test_losses_are_counted(given):
    table = orders(SEVEN, 200, margin=4.0)
    table.loc[table["order_id"] == "b-1", "margin"] = -1.0
    notes = clv_predicted.compute(store(orders=table), Window()).notes
    assert "1 customers whose repeat orders bring nothing count with everybody's mean." in notes


# ---- known truth -----------------------------------------------------------------------------


def planted(customers: int, until: float = 500) -> tuple[dict[str, list[float]], list[bool], int]:
    """What customers bought by day 500, who of those who came back was still there, orders in the year after.

    Rates gamma (0.8, 1 / 25), chances of leaving beta (0.8, 2.5); from day `until` on nobody buys.
    """
    rng = np.random.default_rng(11)
    days, still, later = {}, [], 0
    for i in range(customers):
        rate, chance, now = rng.gamma(0.8, 1 / 25), rng.beta(0.8, 2.5), float(rng.integers(0, 200))
        made, left_at = [now], math.inf
        while left_at == math.inf:
            now += rng.exponential(1 / rate)
            if now > 500 + 365:
                break
            made.append(now)
            left_at = now if rng.random() < chance else math.inf
        days[f"c{i}"] = [day for day in made if day <= until]
        later += sum(day > 500 for day in made)
        if len({at(day * DAY).date() for day in made if day <= 500}) > 1:
            still.append(left_at > 500)
    return days, still, later


def test_the_model_finds_what_was_planted():
    days, still, later = planted(1500)
    table = orders(days, 500)
    table["amount"] = np.random.default_rng(1).gamma(4, 10, len(table)).round(2)
    found = store(orders=table)
    value = p_alive.compute(found, Window()).value
    assert value.n == len(still)
    assert value.value == pytest.approx(np.mean(still), abs=0.04)
    predicted = clv_predicted.compute(found, Window()).value
    # at 40 an order, discounted for half a year
    assert predicted.value == pytest.approx(later / 1500 * 40 / 1.1**0.5, rel=0.12)


# ---- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", [clv_predicted, p_alive])
def test_few_customers_are_no_model(metric):
    found = store(orders=orders(planted(200)[0], 500))
    reading = metric.compute(found, Window(by="segment"))
    assert reading.value.code == "backtest"
    assert reading.value.sentence.startswith("Nothing is predicted. Only ")
    assert reading.value.sentence.endswith(" customers came back; a model needs 200.")
    assert list(reading.by.values()) == [reading.value]
    assert any("a model needs 200." in note for note in reading.notes)
    rows = metric.rows(found, Window())
    assert len(rows) >= 100
    assert not {"p_alive", "predicted"} & set(rows.columns)


@pytest.mark.parametrize("metric", [clv_predicted, p_alive])
def test_a_shop_that_closed_was_not_foretold(metric):
    reading = metric.compute(store(orders=orders(planted(600, until=330)[0], 500)), Window())
    assert reading.value.code == "backtest"
    assert "further off than 25%, so it is not used." in reading.value.sentence
    assert any(note.startswith("Model tested on the last ") for note in reading.notes)


@pytest.mark.parametrize("metric", [clv_predicted, p_alive])
def test_one_day_of_orders_is_too_short(metric):
    day = store(orders=orders({f"c{i}": (0, 0.1) for i in range(9)}, 0.2))
    reading = metric.compute(day, Window())
    assert reading.value.sentence == "Nothing is predicted. 1 days of orders are too few to test a model on."
    assert "1 days of orders are too few to test a model on." in reading.notes


def test_nobody_bought():
    assert forecast.buying(store(orders=orders({}, 50))).code == "no_data"


# ---- published -------------------------------------------------------------------------------

DATA = Path(__file__).parents[3] / "shared" / "data" / "CDNOW_sample.txt"


@pytest.fixture(scope="module")
def cdnow() -> Path:
    if not DATA.exists():
        pytest.skip("CDNOW_sample.txt is not here; it belongs in ../shared/data beside the project")
    return DATA


@pytest.fixture(scope="module")
def purchases(cdnow) -> pd.DataFrame:
    names = ["master", "customer_id", "day", "cds", "amount"]
    frame = pd.read_csv(cdnow, sep=r"\s+", header=None, names=names, dtype={"customer_id": str, "day": str})
    ordered_at = pd.to_datetime(frame["day"], format="%Y%m%d")
    return frame.assign(ordered_at=ordered_at, order_id=frame.index.astype(str))[
        ["order_id", "customer_id", "ordered_at", "amount"]
    ]


@pytest.mark.parametrize("metric", [clv_predicted, p_alive])
def test_cdnow_backtest_as_published(metric, purchases):
    # Fader, Hardie & Lee 2005: 39 of the 78 weeks held out.
    reading = metric.compute(Store.of({"orders": purchases}), Window(), holdout_d=273)
    told = (
        "Model tested on the last 273 days. The model expected 1,653 purchases where 1,882 were made (-12%)."
    )
    assert told in reading.notes
    assert reading.value.n == {"clv_predicted": 2357, "p_alive": 1139}[metric.DEFINITION.key]


def test_cdnow_first_customer_as_published(purchases):
    # With (0.243, 4.414, 0.793, 2.426) in weeks and customer 1 at (2, 30.43, 38.86):
    # 1 / (1 + 0.793 / 3.426 x (43.274 / 34.844) ^ 2.243) = 1 / 1.3763 = 0.7266.
    early = purchases[purchases["ordered_at"] <= "1997-09-30"]
    rows = p_alive.rows(Store.of({"orders": early}), Window(), most=10_000)
    assert len(rows) == 946
    first = rows[rows["customer_id"] == "0001"].iloc[0]
    assert first["p_alive"] == pytest.approx(0.7266, abs=0.0005)
    assert (first["order_days"], first["recency_d"]) == (3, 59)


def test_cdnow_through_the_command_line(cdnow, tmp_path, capsys):
    db = str(tmp_path / "db")
    columns = "1=customer_id,3=ordered_at,4=quantity,5=amount"
    words = ["ingest", "--db", db, str(cdnow), "--table", "orders", "--no-header", "--columns", columns]
    assert main([*words, "--timezone", "UTC", "--currency", "USD"]) == 0
    capsys.readouterr()
    assert main(["metrics", "--db", db, "clv_predicted", "--json"]) == 0
    (value,) = json.loads(capsys.readouterr().out)
    assert main(["metrics", "--db", db, "p_alive", "--json"]) == 0
    (still,) = json.loads(capsys.readouterr().out)
    # the same by the estimators alone, on all 78 weeks
    names = ["master", "customer", "day", "cds", "amount"]
    frame = pd.read_csv(cdnow, sep=r"\s+", header=None, names=names, dtype={"day": str})
    day = (pd.to_datetime(frame["day"], format="%Y%m%d") - pd.Timestamp("1970-01-01")).dt.days
    people = btyd.histories(frame["customer"].to_numpy(), day.to_numpy())
    spent = frame.assign(day=day).groupby(["customer", "day"])["amount"].sum().reset_index()
    repeat = spent[spent["customer"].duplicated()].groupby("customer")["amount"].mean()
    mean = repeat.reindex(people.code).to_numpy()
    often = btyd.fit_bgnbd(people.x, people.t_x, people.age)
    expected = btyd.mean_residual_value(
        often,
        btyd.fit_gamma_gamma(people.x, mean),
        people.x,
        people.t_x,
        people.age,
        m=mean,
        horizon=365,
        discount=math.log(1.1) / 365,
    )
    for key in ("value", "low", "high"):
        assert value["value"][key] == pytest.approx(getattr(expected, key), rel=1e-6)
    again = people.x > 0
    probability = often.p_alive(people.x, people.t_x, people.age)[again].mean()
    assert (still["value"]["n"], still["value"]["value"]) == (again.sum(), pytest.approx(probability))

"""Four files of a marketplace go in by mapping alone, and agree with a count by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from socialroi.intake import Request
from socialroi.metrics import (
    churn,
    dissatisfied_but_staying,
    non_response,
    quadrant,
    satisfied_but_leaving,
)
from socialroi.metrics.predictors import which_predicts
from socialroi.result import Window
from socialroi.stats.discrimination import delong
from socialroi.store import Store, ingest

OLIST = Path(__file__).parents[3] / "shared" / "data" / "olist"

pytestmark = pytest.mark.skipif(
    not OLIST.is_dir(), reason="the folder ../shared/data with real exports is not here"
)


def file(name: str, table: str, columns: str, **said) -> Request:
    """One file, mapped as on the command line."""
    path = OLIST / f"olist_{name}_dataset.csv"
    pairs = dict(pair.split("=") for pair in columns.split(","))
    return Request(path, path.name, table=table, columns=pairs, **said)


REQUESTS = [
    file(
        "customers", "identities", "customer_id=value,customer_unique_id=customer_id",
        fixed={"kind": "external"},
    ),
    file("orders", "orders", "order_id=order_id", timezone="America/Sao_Paulo", currency="BRL"),
    file("orders", "identities", "order_id=value,customer_id=customer_id", fixed={"kind": "external"}),
    file(
        "order_payments", "order_items",
        "order_id=order_id,payment_sequential=line,payment_type=product_id,payment_value=unit_price",
        currency="BRL",
    ),
    file(
        "order_reviews", "surveys",
        "review_id=response_id,order_id=customer_id,review_score=csat:1-5,review_creation_date=asked_at,"
        "review_answer_timestamp=answered_at", timezone="America/Sao_Paulo",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("olist") / "db"
    loaded = ingest(folder, REQUESTS)
    with Store.open(folder) as store:
        yield store, loaded


def rows(name: str) -> list[dict[str, str]]:
    with (OLIST / f"olist_{name}_dataset.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_row_is_loaded(store):
    _, loaded = store
    names = ["customers", "orders", "orders", "order_payments", "order_reviews"]
    assert [done.rows_read for done in loaded] == [len(rows(name)) for name in names]
    assert [done.rows_rejected for done in loaded] == [0] * 5


def test_people_and_orders_are_those_of_the_files(store):
    db, _ = store
    (people,) = db.one("select count(*) from customer_summary")
    (orders,) = db.one("select count(*) from orders")
    assert (people, orders) == (8016, 8135)
    assert people == len({row["customer_unique_id"] for row in rows("customers")})


def test_what_was_paid_is_the_sum_of_an_orders_payments(store):
    db, _ = store
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows("order_payments"):
        paid[row["order_id"]] += Decimal(row["payment_value"])
    found = dict(db.rows("select order_id, amount from purchases"))
    bought = {
        row["order_id"] for row in rows("orders") if row["order_status"] not in {"canceled", "unavailable"}
    }
    assert set(found) <= bought
    assert len(bought) - len(found) < 20  # paid nothing, or refunded whole
    assert all(amount == paid[order] for order, amount in found.items() if amount is not None)
    assert sum(amount is None for amount in found.values()) == sum(order not in paid for order in found)


def test_every_review_is_by_a_person_and_scales_are_those_declared(store):
    db, _ = store
    (people, unknown) = db.one(
        "select count(distinct customer_id), count(*) - count(customer_id) from survey_answers"
    )
    assert (people > 7500, unknown) == (True, 0)
    (lows, highs, best) = db.one(
        "select min(scale_min), max(scale_max), bool_and(high_is_good) from survey_answers"
    )
    assert (lows, highs, best) == (1, 5, True)
    counted = {row["review_score"] for row in rows("order_reviews")}
    assert counted == {"1", "2", "3", "4", "5"}


# ---- satisfaction before later orders, with its honest verdict --------------------------------


def test_reviews_alone_cannot_say_whether_ease_or_satisfaction_tells(store):
    db, _ = store
    found = which_predicts(db, Window())
    assert found.verdict == "cannot tell apart"
    assert {found.ease.code, found.satisfaction.code, found.as_asked.code} == {"unpaired"}
    assert found.sentence.startswith("0 ease and ")
    assert "It takes an export in which both answers of a survey" in found.sentence
    assert quadrant.quadrant(db, Window()).absent.code == "unpaired"


def followed(db, days: int):
    """In plain Python: score and whether an order followed within `days`, of reviews followed that long."""
    orders: dict[str, list] = defaultdict(list)
    for who, at in db.rows("select customer_id, ordered_at from purchases"):
        orders[who].append(at)
    (begin, end) = db.one("select first_at, last_at from coverage where table_name = 'orders'")
    span, latest = timedelta(days=days), {}
    answers = db.rows(
        "select customer_id, coalesce(conversation_id, response_id), response_id, score, answered_at"
        " from survey_answers where score is not null order by answered_at, response_id"
    )
    for who, subject, _, score, at in answers:
        latest[who, subject] = (score, at)
    return [
        (score, any(at < order <= at + span for order in orders[who]))
        for (who, _), (score, at) in latest.items()
        if at >= begin and at + span <= end
    ]


def test_nearly_everybody_leaves_yet_satisfaction_tells_who_comes_back(store):
    db, _ = store
    days = churn.threshold(db)
    assert days is not None
    reading = satisfied_but_leaving.compute(db, Window())
    rows = followed(db, days)
    happy = [came for score, came in rows if score >= 4]
    assert (reading.value.value, reading.value.n) == (pytest.approx(1 - sum(happy) / len(happy)), len(happy))
    # a marketplace: nearly everybody leaves, satisfied or not, and of all customers even more; the sample
    # holds more late deliveries than the whole, so these are shares of the sample
    assert reading.value.low > 0.97
    assert reading.compared_with.value > reading.value.value
    assert dissatisfied_but_staying.compute(db, Window()).value.high < 0.01
    # and still the score tells: 37 of 2,097 who gave a 5 came back, 5 of 1,866 who gave a 1
    area = delong([score for score, _ in rows], [came for _, came in rows])
    assert (sum(came for _, came in rows), len(rows)) == (54, 5401)
    assert area.value == pytest.approx(0.686, abs=0.001)
    assert area.low > 0.6


def test_files_without_the_silent_are_not_weighted(store):
    db, _ = store
    assert non_response.weighted(db, Window()).absent.code == "answered_only"

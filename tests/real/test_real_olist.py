"""Four files of a marketplace go in by mapping alone, and agree with a count by hand."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from socialroi.intake import Request
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

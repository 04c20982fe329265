"""What is older than a day goes by order, conversation and survey; nothing is halved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from store_files import MESSAGES, ORDERS, load

from socialroi import store
from socialroi.errors import UsageError
from socialroi.store import Store, removing

DAY = date(2026, 2, 1)


def loaded(folder: Path) -> Path:
    load(
        folder,
        "orders.csv",
        ORDERS,
        "old,ann,2026-01-31 22:59:59,1,EUR",
        "eve,ann,2026-01-31 23:30:00,1,EUR",
        "new,ann,2026-02-01 10:00:00,1,EUR",
    )
    load(
        folder,
        "items.csv",
        "order_id,customer_id,ordered_at,product_id,quantity,unit_price,currency",
        "old,,2026-01-31 22:59:59,mug,1,1,EUR",
        "new,,2026-02-01 10:00:00,mug,1,1,EUR",
    )
    load(
        folder,
        "messages.csv",
        MESSAGES,
        "m1,k1,ann,customer,2026-01-05 10:00:00,x",
        "m2,k1,,agent,2026-01-05 11:00:00,x",
        "m3,k2,ann,customer,2026-01-31 10:00:00,x",
        "m4,k2,,agent,2026-02-02 10:00:00,x",
    )
    load(
        folder, "surveys.csv", "response_id,customer_id,question,score,scale_min,scale_max,answered_at",
        "r1,ann,csat,4,1,5,2026-01-05 10:00:00", "r2,ann,csat,4,1,5,2026-02-05 10:00:00",
    )  # fmt: skip
    load(folder, "customers.csv", "customer_id,created_at", "ann,2025-01-01 10:00:00")
    return folder / "db"


def test_a_conversation_that_went_on_stays_whole_and_books_agree(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    rehearsed = removing.expire(db, DAY, dry_run=True)
    done = removing.expire(db, DAY)
    # midnight UTC: both orders of January, the line of the one, the conversation that ended, the first survey
    assert done.rows == rehearsed.rows == {"interactions": 2, "order_items": 1, "orders": 2, "surveys": 1}
    assert (done.is_done, rehearsed.is_done) == (True, False)
    with Store.open(db) as opened:
        assert opened.rows("select order_id from orders order by all") == [("new",)]
        assert opened.rows("select message_id from interactions order by all") == [("m3",), ("m4",)]
        assert opened.rows("select waited_s from episodes") == [(2 * 86400.0,)]
        assert opened.one("select count(*) from customers") == (1,), "customers stay"
        for batch in store.batches(opened):
            assert batch.rows_read == (
                batch.rows_loaded + batch.rows_rejected + batch.rows_duplicate + batch.rows_removed
            )
    assert all(check.passed for check in store.doctor(db))
    assert removing.expire(db, DAY).rows == {}


def test_the_day_begins_in_the_reporting_zone(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    store.set_setting(db, "reporting_zone", "Europe/Berlin")
    removing.expire(db, DAY)
    with Store.open(db) as opened:  # 23:30 UTC is half past midnight in Berlin
        assert opened.rows("select order_id from orders order by all") == [("eve",), ("new",)]


def test_a_day_to_come_is_a_mistake(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    with pytest.raises(UsageError, match="still to come"):
        removing.expire(db, date(2190, 1, 1))


def test_older_versions_and_their_bytes_go_too(tmp_path: Path) -> None:
    db = loaded(tmp_path)
    load(tmp_path, "again.csv", ORDERS, "old,ann,2026-01-31 22:59:59,7,EUR")
    removing.expire(db, DAY)
    with Store.open(db) as opened:
        assert opened.one("select count(*) from superseded_orders") == (0,)
    assert [path.name for path in db.glob("generation-*")] == ["generation-000007.duckdb"]

"""Loading: merged by key, counted exactly, taken back exactly, all or nothing."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_files import MESSAGES, ORDERS, contents, load, request, same

from socialroi import limits, schema, store
from socialroi.errors import FileRefused, StoreDamaged, UnknownName, UsageError
from socialroi.intake import Parcel, Request, Scan, read
from socialroi.intake.rows import ARROW
from socialroi.store import Store, engine, identities, ingest, merging, rejected, sql

A = "a,ann,2026-01-01 10:00:00,10.00,EUR"
B = "b,bob,2026-01-02 10:00:00,20.00,EUR"
C = "c,cid,2026-01-03 10:00:00,30.00,EUR"
A2 = "a,ann,2026-01-01 10:00:00,12.50,EUR"


def counts(done: store.Loaded) -> tuple[int, int, int, int]:
    return done.rows_read, done.rows_loaded, done.rows_rejected, done.rows_duplicate


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    first = load(tmp_path, "orders.csv", ORDERS, A, B)
    with Store.open(tmp_path / "db") as opened:
        generation = opened.generation
    again = load(tmp_path, "orders.csv", ORDERS, A, B)
    assert counts(again) == (2, 0, 0, 2)
    assert again.batch == first.batch
    assert "already loaded" in again.notes[0]
    with Store.open(tmp_path / "db") as opened:
        assert opened.generation == generation, "nothing new is published"


def test_an_overlapping_file_adds_what_is_new(tmp_path: Path) -> None:
    load(tmp_path, "january.csv", ORDERS, A, B)
    done = load(tmp_path, "february.csv", ORDERS, B, C)
    assert counts(done) == (2, 1, 0, 1)
    assert contents(tmp_path / "db")["orders"]["order_id"].tolist() == ["a", "b", "c"]


def test_the_newer_version_of_a_row_wins_and_undo_brings_the_older_back(tmp_path: Path) -> None:
    load(tmp_path, "january.csv", ORDERS, A, B)
    before = contents(tmp_path / "db")
    done = load(tmp_path, "february.csv", ORDERS, A2, B, C)
    assert counts(done) == (3, 2, 0, 1)
    assert "1 rows replaced an older version." in done.notes
    assert contents(tmp_path / "db")["orders"]["amount"].tolist() == [12.5, 20.0, 30.0]
    store.undo(tmp_path / "db", done.batch)
    same(contents(tmp_path / "db"), before)
    assert all(check.passed for check in store.doctor(tmp_path / "db"))


def test_a_batch_whose_rows_a_later_one_repeats_is_not_taken_back_alone(tmp_path: Path) -> None:
    first = load(tmp_path, "january.csv", ORDERS, A, B)
    second = load(tmp_path, "february.csv", ORDERS, B, C)
    with pytest.raises(UsageError, match=second.batch):
        store.undo(tmp_path / "db", first.batch)
    store.undo(tmp_path / "db", second.batch)
    store.undo(tmp_path / "db", first.batch)
    with Store.open(tmp_path / "db") as opened:
        assert opened.is_empty
        assert store.batches(opened) == []


def test_an_unknown_batch_is_named(tmp_path: Path) -> None:
    done = load(tmp_path, "january.csv", ORDERS, A)
    with pytest.raises(UnknownName, match="Did you mean"):
        store.undo(tmp_path / "db", done.batch[:-1] + "x")


def test_a_key_twice_in_one_file_keeps_the_last(tmp_path: Path) -> None:
    done = load(tmp_path, "orders.csv", ORDERS, A, B, A2)
    assert counts(done) == (3, 2, 0, 1)
    assert contents(tmp_path / "db")["orders"]["amount"].tolist() == [12.5, 20.0]


def test_columns_a_file_does_not_have_keep_what_was_known(tmp_path: Path) -> None:
    load(tmp_path, "crm.csv", "customer_id,created_at,segment", "ann,2025-01-01 00:00:00,vip")
    load(tmp_path, "shop.csv", "customer_id,created_at,region", "ann,2025-01-01 00:00:00,DE")
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select segment, region from customers") == [("vip", "DE")]


LINES = "order_id,customer_id,ordered_at,product_id,quantity,unit_price"
LINE = "a,ann,2026-01-01 10:00:00,p,1,2.50"


def test_equal_lines_of_one_order_are_real_sales(tmp_path: Path) -> None:
    done = load(tmp_path, "lines.csv", LINES, LINE, LINE, LINE.replace(",p,", ",q,"))
    assert counts(done) == (3, 3, 0, 0)
    assert (
        load(tmp_path, "more.csv", LINES, LINE, LINE, "b,bob,2026-01-02 10:00:00,p,1,2.50").rows_duplicate
        == 2
    )
    with Store.open(tmp_path / "db") as opened:
        rows = opened.rows("select order_id, product_id, line from order_items order by all")
        assert rows == [("a", "p", 1), ("a", "p", 2), ("a", "q", 1), ("b", "p", 1)]
        assert opened.one("select amount from purchases where order_id = 'a'")[0] == pytest.approx(7.5)


def test_rows_without_a_customer_are_loaded_and_counted(tmp_path: Path) -> None:
    done = load(tmp_path, "orders.csv", ORDERS, A, "z,,2026-01-02 10:00:00,5.00,EUR")
    assert (done.rows_loaded, done.rows_unlinked) == (2, 1)


def test_every_row_read_is_loaded_rejected_or_a_duplicate(tmp_path: Path) -> None:
    done = load(tmp_path, "orders.csv", ORDERS, A, A, B, "c,cid,no time,1.00,EUR")
    assert counts(done) == (4, 2, 1, 1)
    assert [(reject.line, reject.column) for reject in done.rejects] == [(5, "ordered_at")]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.sampled_from([A, B, C, A2]), min_size=1, max_size=6), cut=st.integers(0, 6))
def test_a_file_in_two_parts_is_the_same_as_in_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], cut: int
) -> None:
    whole, parts = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("parts")
    load(whole, "all.csv", ORDERS, *rows)
    for name, part in (("first.csv", rows[:cut]), ("second.csv", rows[cut:])):
        if part:
            load(parts, name, ORDERS, *part)
    left, right = (contents(folder / "db", "batch_id", "record") for folder in (whole, parts))
    for name in ("orders", "customers"):
        columns = [column for column in left[name] if column != "customer_id"]  # two workspaces, two keys
        assert left[name][columns].equals(right[name][columns])


def test_a_clean_file_is_read_by_the_writer_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also under a relative path; the rows are those of the careful lane, hashes included."""
    monkeypatch.setattr("socialroi.intake.reading.SMALLEST", 1)
    rows = [f"o{i},p{i % 5},2026-01-0{1 + i % 9} 10:00:00,{i}.50,EUR" for i in range(2500)]
    asked = request(tmp_path, "orders.csv", ORDERS, *rows)
    parcel = read(asked)
    assert isinstance(parcel.tables["orders"], Scan)
    monkeypatch.chdir(tmp_path)
    (fast,) = ingest("db", [replace(asked, path=Path("files/orders.csv"))])
    assert counts(fast) == (2500, 2500, 0, 0)
    monkeypatch.setattr("socialroi.intake.reading.SMALLEST", 10**9)
    load(tmp_path / "careful", "orders.csv", ORDERS, *rows)
    left, right = (
        contents(db, "batch_id")["orders"].drop(columns="customer_id")
        for db in (tmp_path / "db", tmp_path / "careful" / "db")
    )
    pd.testing.assert_frame_equal(left, right)


def test_an_upload_is_read_in_a_child(tmp_path: Path) -> None:
    asked = request(tmp_path, "orders.csv", ORDERS, A, B, profile=limits.UPLOAD)
    (done,) = ingest(tmp_path / "db", [asked], lane="upload")
    assert counts(done) == (2, 2, 0, 0)
    (again,) = ingest(tmp_path / "db", [asked], lane="upload")
    assert counts(again) == (2, 0, 0, 2)


def test_addresses_join_what_different_files_call_one_person(tmp_path: Path) -> None:
    """The shop knows ann by number and e-mail, the inbox by e-mail alone. Two sharing a phone stay two."""
    shop = {
        "email": ["ann@x.example", None, None],
        "phone": [None, "+491", "+491"],
        "customer_id": ["1", "2", "3"],
    }
    inbox = {"email": ["ann@x.example", None, "new@x.example"], "phone": [None, "+491", None]}
    parcels = {
        "shop.csv": parcel_of(
            "orders", {**shop, "order_id": ["a", "b", "c"], "ordered_at": [datetime(2026, 1, 1)] * 3}
        ),
        "inbox.csv": parcel_of(
            "interactions",
            {
                **inbox, "message_id": ["m1", "m2", "m3"], "conversation_id": ["c1", "c2", "c3"],
                "author_kind": ["customer"] * 3, "sent_at": [datetime(2026, 1, 5)] * 3,
            },
        ),
    }  # fmt: skip
    for name in ("inbox.csv", "shop.csv"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("socialroi.intake.read", lambda asked, **_: parcels[asked.label])
            ingest(tmp_path / "db", [request(tmp_path, name, name)])
    key = identities.read_key(tmp_path / "db" / "key")
    ann, new = identities.pseudonym(key, "external", "1"), identities.pseudonym(key, "email", "new@x.example")
    phone = identities.pseudonym(key, "phone", "+491")
    with Store.open(tmp_path / "db") as opened:
        found = opened.rows("select message_id, customer_id, linked_at from episodes order by message_id")
        assert found == [("m1", ann, datetime(2026, 1, 1)), ("m2", phone, None), ("m3", new, None)]
        assert identities.find(opened, key, "ANN@x.example") == [ann]
        batch = store.batches(opened)[0]
    assert batch.table == "orders"
    store.undo(tmp_path / "db", batch.batch)
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select customer_id = $ann from episodes where message_id = 'm1'", ann=ann) == (
            False,
        )


def parcel_of(table: str, columns: dict[str, Any]) -> Parcel:
    """What the intake would hand over for a file that knows people by address."""
    rows = pa.table({**columns, "record": range(1, len(next(iter(columns.values()))) + 1)})
    return Parcel(
        "made", f"{table}.csv", f"{table:0<64}", len(rows), {table: rows}, (), 0, "yes", "UTC", None, ()
    )


def test_several_files_become_visible_together_or_not_at_all(tmp_path: Path) -> None:
    good = request(tmp_path, "orders.csv", ORDERS, A)
    bad = request(tmp_path, "bad.csv", "nothing,that,fits", "1,2,3")
    with pytest.raises(FileRefused):
        ingest(tmp_path / "db", [good, bad])
    assert not (tmp_path / "db" / "current").exists()
    refused: list[str] = []
    done = ingest(tmp_path / "db", [good, bad], on_refused=lambda asked, _: refused.append(asked.label))
    assert [loaded.file for loaded in done] == ["orders.csv"]
    assert refused == ["bad.csv"]


def test_a_missing_file_is_said_before_anything_happens(tmp_path: Path) -> None:
    asked = request(tmp_path, "orders.csv", ORDERS, A)
    Path(asked.path).unlink()
    with pytest.raises(UsageError, match=r"orders\.csv"):
        ingest(tmp_path / "db", [asked])
    assert not (tmp_path / "db").exists()


def test_the_ledger_lists_loads_newest_first(tmp_path: Path) -> None:
    first = load(tmp_path, "january.csv", ORDERS, A)
    second = load(tmp_path, "messages.csv", MESSAGES, "m1,c1,ann,customer,2026-01-05 10:00:00,twitter")
    with Store.open(tmp_path / "db") as opened:
        listed = store.batches(opened)
    assert [batch.batch for batch in listed] == [second.batch, first.batch]
    assert [batch.table for batch in listed] == ["interactions", "orders"]
    assert listed[1].rows_loaded == 1


def test_keeps_unanswered_reaches_the_episodes(tmp_path: Path) -> None:
    said = {"keeps_unanswered": "yes"}
    load(tmp_path, "messages.csv", MESSAGES, "m1,c1,ann,customer,2026-01-05 10:00:00,twitter", **said)
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select keeps_unanswered, customer_id like 'c_%' from episodes") == ("yes", True)


def test_rejected_cells_lie_beside_the_database_for_the_owner_only(tmp_path: Path) -> None:
    done = load(tmp_path, "orders.csv", ORDERS, A, "b,bob,no time,1.00,EUR")
    kept = store.rejects(tmp_path / "db", done.batch)
    assert kept == list(done.rejects)
    (file,) = (tmp_path / "db" / "rejects").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    load(tmp_path, "orders.csv", ORDERS, A, "b,bob,2026-01-02 10:00:00,1.00,EUR")
    assert not list((tmp_path / "db" / "rejects").iterdir()), "repaired: gone"


def test_rejected_cells_leave_after_a_week_and_with_their_batch(tmp_path: Path) -> None:
    done = load(tmp_path, "orders.csv", ORDERS, A, "b,bob,no time,1.00,EUR")
    (file,) = (tmp_path / "db" / "rejects").iterdir()
    age = (limits.REJECTS_DAYS * 24 + 1) * 3600
    os.utime(file, (file.stat().st_atime, file.stat().st_mtime - age))
    assert rejected.expire(tmp_path / "db") == 1
    file.write_text(json.dumps({"file": "orders.csv", "rejects": []}))
    store.undo(tmp_path / "db", done.batch)
    assert not file.exists()
    assert store.rejects(tmp_path / "db", done.batch) == []


def test_rejects_that_cannot_be_read_are_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "rejects").mkdir()
    (tmp_path / "rejects" / "b0001-aa.json").write_text('{"file": "x", "rejects": [[7, "amount"]]}')
    with pytest.raises(StoreDamaged, match="b0001-aa"):
        rejected.read(tmp_path, "b0001-aa")


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("reporting_zone", "Europe/Berln", UnknownName),
        ("reporting_zon", "UTC", UnknownName),
        ("margin_rate", "1.2", UsageError),
        ("margin_rate", "nan", UsageError),
        ("currency", "euro", UsageError),
        ("episode_silence_h", "-1", UsageError),
        ("keep_text", "perhaps", UsageError),
        ("horizons", "30,soon", UsageError),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(tmp_path: Path, key: str, value: str, error: type) -> None:
    with pytest.raises(error):
        store.set_setting(tmp_path / "db", key, value)
    assert not (tmp_path / "db").exists()


def test_a_zone_rebuilds_what_depends_on_it(tmp_path: Path) -> None:
    load(tmp_path, "messages.csv", MESSAGES, "m1,c1,ann,customer,2026-07-05 10:00:00,twitter")
    store.set_setting(tmp_path / "db", "business_zone", "Europe/Berlin")
    store.set_setting(tmp_path / "db", "horizons", "90, 30")
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select local_hour from episodes") == (12,)
        assert opened.settings.horizons == (30, 90)
    store.set_setting(tmp_path / "db", "business_zone", "")
    with Store.open(tmp_path / "db") as opened:
        assert opened.one("select local_hour from episodes") == (10,)


def test_the_tables_are_those_of_the_schema(tmp_path: Path) -> None:
    store.create(tmp_path / "db")
    described = """
        select column_name, lower(data_type)
        from duckdb_columns()
        where table_name = $table
        order by column_index
    """
    with Store.open(tmp_path / "db") as opened:
        for table in schema.TABLES.values():
            expected = [
                (column.name, schema.SQL_TYPES[column.kind].replace(" ", "")) for column in table.columns
            ]
            found = opened.rows(described, table=table.name)
            assert found == [*expected, ("batch_id", "varchar"), ("record", "bigint")], table.name
            aside = opened.rows(described, table=f"superseded_{table.name}")
            assert aside == [*found, ("replaced_by", "varchar")]


def a_value(kind: schema.Kind, n: int) -> Any:
    """The n-th of many different values of that kind."""
    return {
        "text": f"text {n}", "instant": datetime(2026, 1, 1) + timedelta(days=n), "day": date(2026, 1, 1 + n),
        "money": Decimal(n), "integer": n, "number": float(n), "boolean": bool(n % 2),
    }[kind]  # fmt: skip


def merged(con: engine.Connection, table: schema.Table, batch: str, row: dict[str, Any]) -> merging.Merged:
    """One row of one file brought into an open database."""
    columns = {name: pa.array([value], ARROW[table.column(name).kind]) for name, value in row.items()}
    return merging.merge(con, parcel_of(table.name, columns), batch, table.name)


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda table: table.name)
def test_every_column_is_kept_compared_and_left_alone_when_absent(table: schema.Table) -> None:
    """A row with all columns is kept; the same is a duplicate; one other value replaces just that one."""
    con = engine.connect_memory()
    engine.change(con, sql.model("tables"))
    identities.prepare(con, "key")
    said = {column.name: a_value(column.kind, 1) for column in table.columns}
    stored = {name: hashed(table, name, value, said) for name, value in said.items()}
    assert merged(con, table, "b1", said)[:3] == (1, 1, 0)
    assert merged(con, table, "b2", said)[:3] == (1, 0, 0)
    for column in table.columns:
        assert state(con, table) == stored
        if column.name not in table.key:
            changed = {**{key: said[key] for key in table.key}, column.name: a_value(column.kind, 2)}
            assert merged(con, table, f"b{column.name}", changed)[:3] == (1, 1, 1)
            stored[column.name] = hashed(table, column.name, changed[column.name], said)


def state(con: engine.Connection, table: schema.Table) -> dict[str, Any]:
    """The only row of a table, without its batch and record."""
    frame = con.execute("select * exclude (batch_id, record) from query_table($1)", [table.name])
    names, rows = [column[0] for column in frame.description], frame.fetchall()
    return dict(zip(names, *rows, strict=True))


def hashed(table: schema.Table, name: str, value: Any, said: dict[str, Any]) -> Any:
    """What is kept of a value: of personal ones a keyed hash."""
    if not table.column(name).personal:
        return value
    kind = said["kind"] if name == "value" else "external"
    return identities.pseudonym("key", kind, value, "a_" if name in ("author_id", "agent_id") else "c_")


def test_the_first_rows_of_a_table_are_merged_like_later_ones(tmp_path: Path) -> None:
    """A key twice in the first file: the last row stays, the cut-off covers both, and undo empties all."""
    rows = ["m1,c1,ann,customer,2026-01-09 10:00:00,x", "m1,c1,bob,customer,2026-01-05 10:00:00,x"]
    done = load(tmp_path, "first.csv", MESSAGES, *rows, rows[0].replace("m1", "m2"))
    assert (done.rows_read, done.rows_loaded, done.rows_duplicate) == (3, 2, 1)
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select message_id, day(sent_at) from interactions order by all") == [
            ("m1", 5), ("m2", 9),
        ]  # fmt: skip
        assert opened.one("select day(first_at), day(last_at) from batch_coverage") == (5, 9)
    store.undo(tmp_path / "db", done.batch)
    with Store.open(tmp_path / "db") as opened:
        assert opened.is_empty


def test_a_newer_export_takes_the_place_of_an_older_load(tmp_path):

    def asked(name: str, text: str) -> Request:
        path = tmp_path / name
        path.write_text(text)
        return Request(path, name)

    head = "order_id,customer_id,ordered_at,amount\n"
    first = asked("first.csv", head + "1,a,2024-01-01T00:00:00Z,5\n2,b,2024-01-02T00:00:00Z,5\n")
    second = asked("second.csv", head + "2,b,2024-01-02T00:00:00Z,7\n")
    db = tmp_path / "db"
    (old,) = ingest(db, [first])
    with pytest.raises(UnknownName):
        ingest(db, [second], replace="b0009-nothing")
    with pytest.raises(FileRefused):
        ingest(db, [asked("bad.csv", "x,y\n1,2\n")], replace=old.batch, on_refused=lambda *_: None)
    with Store.open(db) as opened:
        assert opened.one("select count(*) from orders") == (2,)
    (new,) = ingest(db, [second], replace=old.batch)
    with Store.open(db) as opened:
        assert opened.rows("select order_id, amount from orders") == [("2", 7)]
        assert [batch.batch for batch in store.batches(opened)] == [new.batch]
    (again,) = ingest(db, [second], replace=new.batch)
    assert again.rows_loaded == 1


def test_posts_that_answer_nobody_do_not_extend_what_is_known_of_a_channel(tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text(
        "message_id,conversation_id,author_kind,direction,sent_at,channel\n"
        "1,a,customer,in,2024-02-01T00:00:00Z,twitter\n"
        "2,p,campaign,out,2024-09-01T00:00:00Z,twitter\n"
        "3,q,campaign,out,2024-09-01T00:00:00Z,facebook\n"
    )
    ingest(tmp_path / "db", [Request(path, "messages.csv")])
    with Store.open(tmp_path / "db") as opened:
        rows = opened.rows("select channel, last_at from batch_coverage")
    assert [(channel, last.month) for channel, last in rows] == [("twitter", 2)]


def test_the_numbers_of_two_tools_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Two helpdesks both have a ticket 7; a second export of the first may bring it again."""
    columns = {
        "message_id": ["7", "8"], "conversation_id": ["7", "8"], "author_kind": ["customer"] * 2,
        "sent_at": [datetime(2026, 1, 5)] * 2,
    }  # fmt: skip

    def come(form: str, day: int) -> None:
        made = parcel_of("interactions", {**columns, "sent_at": [datetime(2026, 1, day)] * 2})
        made = replace(made, format=form, file_hash=f"{form}{day:0>9}", label=f"{form}.csv")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("socialroi.intake.read", lambda asked, **_: made)
            ingest(tmp_path / "db", [request(tmp_path, f"{form}-{day}.csv", form, str(day))])

    come("zendesk_tickets", 5)
    come("zendesk_comments", 6)
    with pytest.raises(FileRefused, match=r"2 of its interactions .* zendesk_comments files .* '7'"):
        come("freshdesk_tickets", 7)
    come("canonical", 8)
    with Store.open(tmp_path / "db") as opened:
        assert opened.rows("select distinct sent_at from interactions") == [(datetime(2026, 1, 8),)]

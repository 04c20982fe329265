"""The child process: the same rows as in this process, and a death that is only a refusal."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace

import pytest

from socialroi import limits
from socialroi.errors import FileRefused, UsageError
from socialroi.intake import (
    Request,
    child,
    headers_in_child,
    read,
    recognise,
    recognise_in_child,
    run_in_child,
)

ORDERS = (
    "order_id,email,ordered_at,amount\n"
    + "".join(f"{n},a{n}@b.co,2024-01-05T10:00:00Z,{n}.5\n" for n in range(9))
    + "x,,soon,1\n"
)
UPLOAD = Request("nowhere", "../../orders.csv", currency="EUR", profile=limits.UPLOAD)


def test_the_child_reads_what_the_parent_would_have_read(write):
    parcel = run_in_child(UPLOAD, ORDERS.encode())
    own = read(replace(UPLOAD, path=write(ORDERS)))
    assert parcel.tables["orders"].equals(own.tables["orders"])
    assert replace(parcel, tables={}) == replace(own, tables={})
    assert [(r.line, r.column, r.shown) for r in parcel.rejects] == [(11, "ordered_at", "soon")]


def test_a_refusal_comes_back_in_the_same_words(write):
    with pytest.raises(FileRefused, match=r"^\.\./\.\./orders\.csv: it looks like no table"):
        run_in_child(UPLOAD, b"foo,bar\n1,2\n")
    with pytest.raises(UsageError, match="There is no time zone named 'Berlin'"):
        run_in_child(replace(UPLOAD, timezone="Berlin"), ORDERS.encode())


def test_a_path_is_read_as_well_and_a_missing_one_is_refused(write, tmp_path):
    assert run_in_child(UPLOAD, write(ORDERS)).rows_read == 10
    with pytest.raises(FileRefused, match="cannot be opened"):
        run_in_child(replace(UPLOAD, path=tmp_path / "missing.csv"))


def test_too_many_bytes_are_refused_before_any_child_is_started(monkeypatch):
    monkeypatch.setattr(child, "_run", lambda *_: pytest.fail("a child was started"))
    small = replace(UPLOAD, profile=replace(limits.UPLOAD, max_bytes=10))
    with pytest.raises(FileRefused, match=r'socialroi ingest --db DB "\.\./\.\./orders\.csv"'):
        run_in_child(small, ORDERS.encode())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="resource limits need a system that has them")
@pytest.mark.parametrize(("limit", "word"), [
    ({"memory_bytes": 120 * limits.MIB}, "memory|stopped"), ({"wall_s": 0.01}, "longer than 0.01 seconds"),
])  # fmt: skip
def test_a_child_that_needs_too_much_is_a_refused_file(limit, word):
    with pytest.raises(FileRefused, match=word) as refused:
        run_in_child(replace(UPLOAD, profile=replace(limits.UPLOAD, **limit)), ORDERS.encode())
    assert "socialroi ingest" in refused.value.remedy


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (-signal.SIGKILL, "more memory than 2 GiB"),
        (-signal.SIGXCPU, "longer than 20 seconds"),
        (124, "longer than 30 seconds"),
        (-signal.SIGSEGV, "stopped"),
        (1, "stopped"),
        (0, "stopped"),
    ],
)
def test_every_kind_of_death_is_said_in_plain_words(monkeypatch, code, word):
    monkeypatch.setattr(child, "_run", lambda *_: code)
    with pytest.raises(FileRefused, match=word):
        run_in_child(UPLOAD, ORDERS.encode())


@pytest.mark.parametrize("boom", [MemoryError, RecursionError, SystemExit, KeyboardInterrupt, ValueError])
def test_whatever_breaks_in_the_child_is_left_as_a_result(tmp_path, monkeypatch, boom):
    request = {"path": "x", "label": "x", "profile": _profile()}
    (tmp_path / "request.json").write_text(json.dumps({"task": "read", "request": request}))

    def broken(*_args, **_said):
        raise boom

    monkeypatch.setattr("socialroi.intake.reading.read", broken)
    child.main(str(tmp_path))
    assert json.loads((tmp_path / "result.json").read_text()) == {"died": boom.__name__}


def _profile():
    return {field: getattr(limits.UPLOAD, field) for field in limits.Profile.__dataclass_fields__}


def test_the_child_gets_no_secrets_from_the_environment(monkeypatch):
    monkeypatch.setenv("SOCIALROI_SECRET", "x")
    assert "SOCIALROI_SECRET" not in child._environment()


def test_nothing_of_an_upload_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run_in_child(UPLOAD, ORDERS.encode())
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_is_not_of_the_schema_is_not_taken_from_a_child(tmp_path):
    import pyarrow as pa

    table = pa.table({"order_id": ["1"], "evil": ["x"], "record": pa.array([1], pa.int64())})
    with (
        pa.OSFile(str(tmp_path / "orders.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)
    with pytest.raises(FileRefused, match="stopped"):
        child._table(UPLOAD, tmp_path / "orders.arrow", "orders", 100)


def test_looking_at_a_file_happens_in_a_child_too_and_says_the_same(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order_id,customer,ordered_at,amount\n1,ann,2026-01-01 10:00,5\n", encoding="utf-8")
    request = Request(path=path, label="orders.csv", profile=limits.UPLOAD)
    assert recognise_in_child(request) == recognise(request)


def test_headers_of_a_file_that_is_no_table_we_know(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("Wann,Wer,Wieviel\n2026-01-01,ann,5\n", encoding="utf-8")
    request = Request(path=path, label="odd.csv", profile=limits.UPLOAD)
    with pytest.raises(FileRefused):
        recognise_in_child(request)
    assert headers_in_child(request) == ("Wann", "Wer", "Wieviel")

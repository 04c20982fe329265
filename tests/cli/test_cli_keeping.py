"""erase, person, expire, backup, restore and doctor as a script meets them: exit codes and JSON."""

from __future__ import annotations

import fcntl
import io
import json
import stat
from pathlib import Path

import pytest

from socialroi.cli import machine, main

ORDERS = """order_id,customer_id,email,ordered_at,amount,currency
A1,ann,ann@mail.example,2026-01-05T10:00:00Z,20.00,EUR
A2,bob,bob@mail.example,2026-01-06T10:00:00Z,30.00,EUR
A3,ann,ann@mail.example,2026-03-01T10:00:00Z,40.00,EUR
"""


@pytest.fixture
def ask(capsys):
    """Run a command; its exit code and what it printed on either side."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def db(ask, tmp_path) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    assert ask("ingest", "--db", tmp_path / "db", tmp_path / "orders.csv")[0] == 0
    return tmp_path / "db"


def test_erase_counts_first_then_erases_then_says_it_is_done(ask, db, tmp_path):
    whom = ("erase", "--db", db, "--customer", "Ann@mail.example")
    code, out, _ = ask(*whom, "--dry-run", "--json")
    (rehearsed,) = json.loads(out)
    assert (code, rehearsed["rows"], rehearsed["is_done"]) == (0, {"links": 1, "orders": 2}, False)
    code, out, _ = ask(*whom, "--json")
    (done,) = json.loads(out)
    assert (code, done["rows"], done["is_done"]) == (0, rehearsed["rows"], True)
    assert set(done) == {"rows", "files", "is_done", "sentence"}
    code, out, _ = ask(*whom)
    assert (code, "Erased before" in out) == (0, True)
    code, out, _ = ask("ingest", "--db", db, tmp_path / "orders.csv", "--json")
    (again,) = json.loads(out)
    assert (code, again["rows_loaded"], again["rows_rejected"], again["rows_duplicate"]) == (0, 0, 2, 1)
    assert "2 rows of it were erased" in " ".join(again["notes"])
    (tmp_path / "orders.csv").write_text(ORDERS + "A9,ann,,2026-04-01T10:00:00Z,1,EUR\n", encoding="utf-8")
    code, out, _ = ask("ingest", "--db", db, tmp_path / "orders.csv")
    assert "3 rows of erased customers left out" in out


def test_whom_to_erase_may_come_from_standard_input(ask, db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("bob\n"))
    code, out, _ = ask("erase", "--db", db, "--customer", "-", "--json")
    assert (code, json.loads(out)[0]["rows"]["orders"]) == (0, 1)


@pytest.mark.parametrize("command", ["erase", "person"])
def test_nobody_or_several_is_wrong_usage(ask, db, tmp_path, command):
    more = ("--out", tmp_path / "x.json") if command == "person" else ()
    for typed in ("nobody", "", " "):
        code, out, err = ask(command, "--db", db, "--customer", typed, *more)
        assert (code, out) == (2, ""), err
    handles = "order_id,handle,ordered_at,amount,currency\nB1,ann,2026-01-05T10:00:00Z,20.00,EUR\n"
    (tmp_path / "handles.csv").write_text(handles, encoding="utf-8")
    assert ask("ingest", "--db", db, tmp_path / "handles.csv")[0] == 0
    code, _, err = ask(command, "--db", db, "--customer", "ann", *more)
    assert code == 2
    assert "an id" in err
    assert "a handle" in err
    one = err.partition("c_")[2][:16]
    assert ask(command, "--db", db, "--customer", f"c_{one}", *more)[0] == 0
    assert ask(command, "--db", db, "--customer", "bob", "--kind", "emial", *more)[0] == 2


def test_person_writes_a_private_file_with_every_row(ask, db, tmp_path):
    out_file = tmp_path / "ann.json"
    code, out, _ = ask("person", "--db", db, "--customer", "ann", "--out", out_file, "--json")
    (summary,) = json.loads(out)
    assert code == 0
    assert summary["rows"]["orders"] == 2
    assert stat.S_IMODE(out_file.stat().st_mode) == 0o600
    answer = json.loads(out_file.read_text(encoding="utf-8"))
    orders = next(table for table in answer["tables"] if table["table"] == "orders")
    assert [(row["order_id"], row["amount"]) for row in orders["rows"]] == [
        ("A1", "20.0000"),
        ("A3", "40.0000"),
    ]
    assert orders["about"]
    assert "Names" in answer["not_stored"][0]
    assert "A2" not in out_file.read_text(encoding="utf-8")
    assert "mail.example" not in out_file.read_text(encoding="utf-8")
    code, _, err = ask("person", "--db", db, "--customer", "ann", "--out", out_file)
    assert (code, "there already" in err) == (2, True)
    assert ask("person", "--db", db, "--customer", "ann", "--out", tmp_path / "no" / "x.json")[0] == 2


def test_expire_counts_removes_and_warns(ask, db):
    code, out, _ = ask("expire", "--db", db, "--before", "2026-02-01", "--dry-run", "--json")
    assert (code, json.loads(out)[0]["rows"]) == (0, {"orders": 2})
    code, out, _ = ask("expire", "--db", db, "--before", "2026-02-01")
    assert (code, "2 rows from before 2026-02-01 are gone" in out) == (0, True)
    assert ask("expire", "--db", db, "--before", "2190-01-01")[0] == 2
    assert ask("expire", "--db", db, "--before", "yesterday")[0] == 2


def test_backup_and_restore_there_and_back(ask, db, tmp_path):
    file = tmp_path / "b.tar"
    code, out, _ = ask("backup", "--db", db, "--out", file, "--json")
    (made,) = json.loads(out)
    assert (code, set(made["files"])) == (0, {"database.duckdb", "key"})
    before = ask("metrics", "--db", db, "--json")[1]
    assert ask("backup", "--db", db, "--out", file)[0] == 2
    assert ask("restore", file, "--db", db)[0] == 2
    assert ask("restore", tmp_path / "none.tar", "--db", db)[0] == 2
    assert ask("backup", "--db", db, "--out", tmp_path / "no" / "b.tar")[0] == 2
    code, out, _ = ask("restore", file, "--db", tmp_path / "new", "--json")
    (back,) = json.loads(out)
    assert (code, back["rows"]["orders"], back["made_at"]) == (0, 3, made["made_at"])
    assert ask("metrics", "--db", tmp_path / "new", "--json")[1] == before
    assert ask("restore", file, "--db", db, "--replace")[0] == 0
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    code, out, err = ask("restore", file, "--db", tmp_path / "newer", "--json")
    assert (code, out) == (3, "")
    assert "Nothing was changed" in err


def test_a_second_writer_is_told_to_wait(ask, db, tmp_path):
    file = tmp_path / "b.tar"
    assert ask("backup", "--db", db, "--out", file)[0] == 0
    with (db / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert ask("erase", "--db", db, "--customer", "ann")[0] == 4
        assert ask("expire", "--db", db, "--before", "2026-02-01")[0] == 4
        assert ask("restore", file, "--db", db, "--replace")[0] == 4
        # those that only look do not wait
        assert ask("erase", "--db", db, "--customer", "ann", "--dry-run")[0] == 0
        assert ask("person", "--db", db, "--customer", "ann", "--out", tmp_path / "a.json")[0] == 0
        assert ask("backup", "--db", db, "--out", tmp_path / "b2.tar")[0] == 0


@pytest.mark.parametrize(
    "words", [("erase", "--customer", "ann"), ("backup",), ("expire", "--before", "2026-01-01")]
)
def test_without_a_database_it_says_what_to_do(ask, tmp_path, words):
    more = ("--out", tmp_path / "x") if words[0] == "backup" else ()
    code, out, err = ask(*words, "--db", tmp_path / "none", *more)
    assert (code, out) == (1, "")
    assert "socialroi ingest --db" in err


# doctor ---------------------------------------------------------------------------------------------


def found(ask, db) -> tuple[int, dict[str, tuple[bool | None, str]]]:
    code, out, _ = ask("doctor", "--db", db, "--json")
    return code, {row["check"]: (row["passed"], row["sentence"]) for row in json.loads(out)}


def test_doctor_looks_at_what_surrounds_the_rows(ask, db):
    code, checks = found(ask, db)
    assert code == 0
    assert list(checks) == [
        "opens", "reads", "books", "derived", "private", "key", "tidy", "disk", "locked down",
        "versions", "licences", "serving",
    ]  # fmt: skip
    assert all(passed is not False for passed, _ in checks.values())


def test_doctor_notices_what_is_open_left_over_or_of_another_key(ask, db):
    (db / "current").chmod(0o644)
    (db / "generation-000009.duckdb").touch(mode=0o600)
    (db / "key").write_text("0" * 64)
    code, checks = found(ask, db)
    assert code == 1
    assert [name for name, (passed, _) in checks.items() if passed is False] == ["private", "key", "tidy"]
    assert "current" in checks["private"][1]
    assert "generation-000009" in checks["tidy"][1]
    assert "chmod" in checks["private"][1]


def test_doctor_on_a_damaged_file_names_the_way_back(ask, db):
    (db / "generation-000001.duckdb").write_bytes(b"\0" * 20_000)
    code, checks = found(ask, db)
    assert code == 1
    assert "socialroi restore FILE --db" in checks["opens"][1]


def test_versions_are_compared_with_the_lock(tmp_path):
    (tmp_path / "run.lock").write_text(
        "duckdb==0.0.1 \\\n    --hash=sha256:aa\nno-such-thing==1.0 \\\n    --hash=sha256:bb\n"
        "winonly==3 ; sys_platform == 'nowhere' \\\n    --hash=sha256:cc\n"
    )
    check = machine._versions(tmp_path / "run.lock")
    assert (check.passed, check.value) == (None, 2)
    assert "no-such-thing missing (tested: 1.0)" in check.sentence
    assert machine._versions(tmp_path / "none.lock").passed is None


def test_settings_that_would_open_the_dashboard_are_named(tmp_path):
    settings = tmp_path / "config.toml"
    sound = Path(machine.__file__).parents[2] / ".streamlit" / "config.toml"
    loose = {"STREAMLIT_CLIENT_SHOW_ERROR_LINKS": "true"}
    settings.write_text(sound.read_text().replace('allowedHosts = ["localhost", "127.0.0.1"]', ""))
    assert machine._settings(sound, {}).passed is True
    assert "server.allowedHosts" in machine._settings(settings, {}).sentence
    assert "client.showErrorLinks" in machine._settings(sound, loose).sentence
    # the flags of `serve` hold over the environment
    assert machine._settings(sound, {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}).passed is True
    assert machine._settings(tmp_path / "none.toml", {}).passed is False

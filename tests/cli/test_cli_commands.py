"""The command line as a script meets it: files in, JSON out, exit codes."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest

from socialroi.cli import main

ORDERS = """order_id,customer_id,ordered_at,amount,currency
A1,ann,2026-01-05T10:00:00Z,20.00,EUR
A2,bob,2026-01-06T10:00:00+02:00,twenty,EUR
A3,ann,2026-02-30T10:00:00Z,30.00,EUR
A4,cyn,2026-03-01T10:00:00Z,40.00,EUR
A5,,2026-03-02T10:00:00Z,50.00,EUR
A6,cyn,1.03E+13,60.00,EUR
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


@pytest.fixture
def ask(capsys, tmp_path):
    """Run a command on the test's own database; return its exit code and what it printed."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_bad_rows_are_listed_with_line_column_and_what_was_there(ask, orders, tmp_path):
    code, out, _ = ask("ingest", "--db", tmp_path / "db", orders, "--json")
    (answer,) = json.loads(out)
    assert code == 0
    assert (answer["rows_read"], answer["rows_loaded"], answer["rows_rejected"]) == (6, 3, 3)
    assert answer["rows_unlinked"] == 1
    assert [(r["line"], r["column"], r["shown"]) for r in answer["rejects"]] == [
        (3, "amount", "twenty"),
        (4, "ordered_at", "2026-02-30T10:00:00Z"),
        (7, "ordered_at", "1.03E+13"),
    ]


def test_the_same_file_twice_changes_nothing(ask, orders, tmp_path):
    ask("ingest", "--db", tmp_path / "db", orders)
    before = ask("metrics", "--db", tmp_path / "db", "--json")[1]
    code, out, _ = ask("ingest", "--db", tmp_path / "db", orders, "--json")
    (answer,) = json.loads(out)
    assert (code, answer["rows_loaded"]) == (0, 0)
    assert ask("metrics", "--db", tmp_path / "db", "--json")[1] == before


def test_times_without_a_zone_are_refused_until_one_is_named(ask, orders, tmp_path):
    orders.write_text(ORDERS.replace("Z,", ",").replace("+02:00", ""), encoding="utf-8")
    code, out, err = ask("ingest", "--db", tmp_path / "db", orders, "--json")
    assert (code, json.loads(out)) == (3, [])
    assert "--timezone" in err
    code, _, _ = ask("ingest", "--db", tmp_path / "db", orders, "--timezone", "Europe/Berlin")
    assert code == 0


def test_a_second_writer_is_told_to_wait(ask, orders, tmp_path):
    ask("ingest", "--db", tmp_path / "db", orders)
    with (tmp_path / "db" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, _, err = ask("derive", "--db", tmp_path / "db")
    assert code == 4
    assert err.startswith("socialroi: ")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("metrics", "--db", "x", "--by", "chanel"), "Did you mean channel?"),
        (("ingst", "--db", "x"), "Did you mean ingest?"),
        (("metrics", "--db", "x", "--clok", "business"), "Did you mean --clock?"),
        (("erase", "--db", "x", "--customer", "ann", "--kind", "emial"), "Did you mean email?"),
        (("ingest", "--db", "x", "nowhere.csv"), "There is no file 'nowhere.csv'"),
    ],
)
def test_wrong_calls_exit_2_and_help(ask, words, hint):
    code, out, err = ask(*words)
    assert (code, out) == (2, "")
    assert hint in err


def test_names_that_the_data_do_not_hold_are_wrong_usage(ask, simulated):
    code, _, err = ask("metrics", "--db", simulated, "--channel", "instagramm")
    assert code == 2
    assert "instagram" in err
    code, _, err = ask("metrics", "--db", simulated, "first_respons_time")
    assert code == 2
    assert "first_response_time" in err


@pytest.fixture(scope="module")
def simulated(tmp_path_factory) -> Path:
    """A small invented firm, loaded through the command line without any option."""
    folder = tmp_path_factory.mktemp("cli")
    assert (
        main(["simulate", "--out", str(folder / "out"), "--customers", "900", "--days", "500", "--seed", "4"])
        == 0
    )
    files = sorted(str(path) for path in (folder / "out").glob("*.csv"))
    assert main(["ingest", "--db", str(folder / "db"), *files]) == 0
    return folder / "db"


def test_metrics_speak_the_contract(ask, simulated):
    code, out, _ = ask("metrics", "--db", simulated, "--by", "channel", "--json")
    readings = json.loads(out)
    assert code == 0
    assert {reading["key"] for reading in readings} >= {
        "first_response_time", "response_rate", "sla_attainment", "net_easy", "csat",
        "next_reply_time", "first_touch_time", "waiting_now", "backlog", "resolution",
        "ces1", "ces2", "nps", "survey_response_rate",
        "retention", "repurchase", "time_to_second_order", "clv_historical",
        "churn", "p_alive", "clv_predicted", "top_decile_share",
    }  # fmt: skip
    for reading in readings:
        assert {"key", "name", "unit", "better", "value", "by", "definition"} <= set(reading)
        for value in (reading["value"], *(part["value"] for part in reading["by"])):
            assert set(value) in (
                {"value", "low", "high", "n", "level", "method"},
                {"code", "sentence", "n"},
            )
    known = {reading["key"] for reading in readings if "value" in reading["value"]}
    assert {"first_response_time", "response_rate", "retention", "net_easy"} <= known


def test_uplift_speaks_the_contract(ask, simulated):
    code, out, _ = ask("uplift", "--db", simulated, "--horizon", 90, "--json")
    rows = json.loads(out)
    assert code == 0
    assert {row["rung"] for row in rows} == {"R", "A", "Aprime", "B", "C", "D"}
    for row in rows:
        assert {
            "rung", "outcome", "horizon_days", "population", "estimand", "estimate", "naive", "n_treated",
            "n_control", "checks", "verdict", "sentence",
        } <= set(row)  # fmt: skip
    assert next(row for row in rows if row["rung"] == "D")["verdict"] == "not_causal"


def test_settings_batches_and_undo(ask, simulated):
    code, out, _ = ask("settings", "--db", simulated, "reporting_zone=Europe/Berlin", "--json")
    assert code == 0
    assert {"key": "reporting_zone", "value": "Europe/Berlin"} in json.loads(out)
    assert ask("settings", "--db", simulated, "reporting_zone=Mars/Base")[0] == 2
    listed = json.loads(ask("batches", "--db", simulated, "--json")[1])
    assert len(listed) >= 5
    assert ask("undo", "--db", simulated, "no-such-batch")[0] == 2
    assert ask("doctor", "--db", simulated)[0] == 0

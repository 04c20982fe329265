"""`socialroi plan`: the table, the recipe, the list, and the way of the list back into the database."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from socialroi.cli import answers, main


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Path:
    """Two loaded files: 40 customers with 2 orders each, and a message of each, 4 a day for 10 days."""
    folder = tmp_path_factory.mktemp("plan")
    orders, messages = ["order_id,customer_id,ordered_at,amount,margin,currency"], [
        "message_id,conversation_id,customer_id,author_kind,sent_at,channel,keeps_unanswered"
    ]  # fmt: skip
    for number in range(40):
        orders += [f"o{number}-{n},c{number},2025-0{n}-01T10:00:00Z,20,10,EUR" for n in (1, 2)]
        when = f"2025-03-{1 + number // 4:02}T{8 + number % 4 * 4:02}:00:00Z"
        messages.append(f"m{number},k{number},c{number},customer,{when},twitter,yes")
    orders += [f"again{n},c{n},2025-03-20T10:00:00Z,20,10,EUR" for n in range(0, 40, 2)]
    orders.append("last,stranger,2026-01-01T10:00:00Z,20,10,EUR")
    for name, lines in (("orders", orders), ("messages", messages)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = [str(folder / f"{name}.csv") for name in ("orders", "messages")]
    assert main(["ingest", "--db", str(folder / "db"), *files]) == 0
    return folder / "db"


@pytest.fixture
def ask(capsys):
    """Run a command; return its exit code and what it printed."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_and_the_recipe(ask, firm):
    code, out, err = ask("plan", "--db", firm, "--horizon", 90)
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split() == ["weeks", "answered", "held", "smallest", "effect", "seen"]
    # 40 conversations in 9 days and 12 hours: 29.5 a week, 1,532 in 52 weeks
    assert lines[5].split()[:3] == ["52", "766", "766"]
    assert "About 29 comparable conversations come in a week; 50% of their customers ordered again" in out
    assert "\n 1. Agree beforehand" in out


def test_json_is_one_array_with_the_fields_of_the_plan(ask, firm):
    code, out, _ = ask("plan", "--db", firm, "--horizon", 90, "--share", 0.75, "--json")
    (answer,) = json.loads(out)
    assert code == 0
    assert (answer["share"], answer["level"], answer["list"]) == (0.75, 0.5, None)
    assert set(answer) == {
        "outcome", "horizon_days", "share", "hold_h", "per_week", "level", "worthwhile", "weeks", "reach",
        "recipe", "sentence", "list",
    }  # fmt: skip
    assert set(answer["reach"][0]) == {"weeks", "answered", "held", "smallest"}


def test_amounts_are_told_in_money(ask, firm):
    code, out, _ = ask("plan", "--db", firm, "--horizon", 90, "--outcome", "margin")
    assert code == 0
    assert "EUR" in out.splitlines()[1]


def test_a_list_is_written_its_seed_only_said(ask, firm, tmp_path):
    path = tmp_path / "list.csv"
    code, out, err = ask("plan", "--db", firm, "--list", 12, "--out", path, "--seed", 987654321)
    assert code == 0
    assert f"Wrote 12 tosses to {path}." in out
    assert "seed 987654321" in err
    assert "987654321" not in out + path.read_text("utf-8")
    listed = rows(path)
    assert [row["sequence"] for row in listed] == [str(n) for n in range(1, 13)]
    assert {row["conversation_id"] + row["assigned_at"] for row in listed} == {""}
    assert {row["planned_share"] for row in listed} == {"0.5"}
    again = tmp_path / "again.csv"
    (answer,) = json.loads(
        ask("plan", "--db", firm, "--list", 12, "--out", again, "--seed", 987654321, "--json")[1]
    )
    assert answer["list"] == {"file": str(again), "lines": 12, "seed": 987654321}
    assert again.read_bytes() == path.read_bytes()


def test_a_list_goes_out_is_filled_in_and_comes_back(ask, firm, tmp_path):
    """Out, two lines used, in again: no option needed, ten lines set aside, two conversations assigned."""
    path = tmp_path / "list.csv"
    ask("plan", "--db", firm, "--list", 12, "--out", path, "--seed", 1)
    listed = pd.read_csv(path, dtype=str, keep_default_na=False)
    listed.loc[:1, ["conversation_id", "assigned_at"]] = [["k1", "2025-03-01T13:00:00Z"], ["k2", ""]]
    listed.to_csv(path, index=False)
    db = tmp_path / "db"
    assert ask("ingest", "--db", db, firm.parent / "messages.csv")[0] == 0
    code, out, err = ask("ingest", "--db", db, path, "--json")
    (loaded,) = json.loads(out)
    assert (code, err) == (0, "")
    assert (loaded["table"], loaded["rows_read"], loaded["rows_loaded"]) == ("assignments", 12, 2)
    assert loaded["rows_rejected"] == 10
    assert all("not used yet" in reject["reason"] for reject in loaded["rejects"])
    waits = tmp_path / "waits.csv"
    ask("plan", "--db", db, "--waiting", "--out", waits)
    # the export ends with m39 on day 10 at 20:00; m36 to m39 came within the day before it
    assert [row["conversation_id"] for row in rows(waits)] == ["k36", "k37", "k38", "k39"]
    assert ask("ingest", "--db", db, waits)[0] == 0
    ask("plan", "--db", db, "--waiting", "--out", tmp_path / "more.csv")
    assert rows(tmp_path / "more.csv") == [], "nobody is drawn twice"


def test_no_cell_of_a_list_becomes_a_formula():
    frame = pd.DataFrame({"sequence": [1], "conversation_id": ["=cmd|' /C calc'!A0"]})
    assert answers.csv(frame) == "\ufeffsequence,conversation_id\r\n1,'=cmd|' /C calc'!A0\r\n".encode()


def test_a_list_in_use_is_never_written_over(ask, firm, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("in use", encoding="utf-8")
    code, out, err = ask("plan", "--db", firm, "--list", 12, "--out", path)
    assert (code, out) == (2, "")
    assert "there already" in err
    assert path.read_text("utf-8") == "in use"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--list", 10), "--out FILE"),
        (("--out", "x.csv"), "--list N or --waiting"),
        (("--list", 10, "--waiting", "--out", "x.csv"), "not allowed with"),
        (("--share", 1.5), "between 0 and 1"),
        (("--outcome", "retenton"), "Did you mean retention?"),
        (("--horizon", 0), "from 1 to 3650 days"),
        (("--list", 0, "--out", "x.csv"), "from 1 to 100,000 lines"),
        (("--list", 5, "--out", "nowhere/x.csv"), "cannot be written"),
    ],
)
def test_wrong_calls_exit_2(ask, firm, words, hint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = ask("plan", "--db", firm, *words)
    assert (code, out) == (2, "")
    assert hint in err
    assert list(tmp_path.iterdir()) == []


def test_a_firm_without_orders_is_told_what_is_missing(ask, firm, tmp_path):
    ask("ingest", "--db", tmp_path / "db", firm.parent / "messages.csv")
    code, out, _ = ask("plan", "--db", tmp_path / "db")
    assert code == 0
    assert "No orders are loaded" in out

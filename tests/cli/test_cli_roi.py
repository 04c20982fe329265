"""`socialroi roi`: the contract's JSON, and a table a person can read."""

from __future__ import annotations

import json

import pytest

from socialroi.cli import main
from socialroi.simulate import firm

CONTRACT = [
    "estimand",
    "margin",
    "cost",
    "roi",
    "breakeven_effect",
    "payback_months",
    "bars",
    "verdict",
    "sentence",
]
ESTIMATE = {"value", "low", "high", "n", "level", "method"}
UNKNOWN = {"code", "sentence", "n"}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A small invented firm as its own files, loaded."""
    folder = tmp_path_factory.mktemp("roi")
    files = firm(customers=600, days=400, effect=0.08, answered=0.8, seed=3).write(folder / "files")
    tables = [str(path) for path in files if path.suffix == ".csv"]
    assert main(["ingest", "--db", str(folder / "db"), *tables]) == 0
    return folder / "db"


@pytest.fixture
def ask(capsys, database):
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main(["roi", "--db", str(database), *words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


def test_the_json_of_the_contract(ask):
    code, out, _ = ask("--horizon", "60", "--json")
    (answer,) = json.loads(out)
    assert code == 0
    assert set(CONTRACT) <= set(answer)
    for name in ("margin", "cost", "roi", "breakeven_effect", "payback_months", "effect", "marginal_cost"):
        assert set(answer[name]) in (ESTIMATE, UNKNOWN)
    assert [bar["name"] for bar in answer["bars"]] == ["repurchase", "retention", "upsell", "cross_sell"]
    assert all(bar["status"] in ("measured", "modelled", "unknown") for bar in answer["bars"])
    assert (answer["horizon_days"], answer["currency"]) == (60, "EUR")
    assert set(answer["costs"][0]) == {"month", "department", "kind", "amount", "answered"}


def test_the_table_names_the_currency_and_ends_with_why(ask):
    code, out, _ = ask("--horizon", "60")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("per answered conversation")
    assert any(line.startswith("cost  ") and "EUR " in line for line in lines)
    assert any(line.startswith("margin over 60 days") for line in lines)
    _, told, _ = ask("--horizon", "60", "--json")
    (answer,) = json.loads(told)
    assert answer["sentence"] in out
    assert "load costs" not in out.lower()


@pytest.mark.parametrize("days", ["0", "4000", "soon"])
def test_an_impossible_horizon_is_a_wrong_call(ask, days):
    code, out, err = ask("--horizon", days)
    assert (code, out) == (2, "")
    assert err.startswith("socialroi: ")

"""`socialroi report`: a file that holds the data's numbers, and plain words when it cannot be written."""

from __future__ import annotations

import json

import pytest

from socialroi.cli import main
from socialroi.simulate import firm


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    files = firm(customers=300, days=400, seed=3).write(folder / "files")
    tables = [str(path) for path in files if path.suffix == ".csv"]
    assert main(["ingest", "--db", str(folder / "db"), *tables]) == 0
    return str(folder / "db")


@pytest.mark.parametrize("ending", ["html", "pptx"])
def test_it_writes_the_file_and_says_of_which_data(db, tmp_path, capsys, ending):
    out = tmp_path / f"r.{ending}"
    capsys.readouterr()
    assert main(["report", "--db", db, "--out", str(out), "--commentary", "Ours.", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["bytes"] == out.stat().st_size > 10_000
    assert len(told["fingerprint"]) == 16


def test_filters_go_into_it(db, tmp_path, capsys):
    out = tmp_path / "r.html"
    assert main(["report", "--db", db, "--out", str(out), "--channel", "email", "--horizon", "180"]) == 0
    page = out.read_text(encoding="utf-8")
    assert "<dd>channel email</dd>" in page
    assert "<dd>180 days</dd>" in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--out", "r.pdf"], ".html or .pptx"),
        (["--out", "no/such/folder/r.html"], "cannot be written"),
        (["--out", "r.html", "--channel", "emial"], "email"),
    ],
)
def test_what_cannot_be_is_said(db, tmp_path, monkeypatch, capsys, words, told):
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(["report", "--db", db, *words]) == 2
    assert told in capsys.readouterr().err

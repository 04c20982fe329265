"""The files: they read back as they were, load without an option, and the samples are theirs."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from socialroi.schema import TABLES
from socialroi.simulate import firm
from socialroi.simulate.samples import SHOPS

SAMPLES = Path(__file__).parents[2] / "sample_data"
FILES = {f"{name}.csv" for name in TABLES} - {"identities.csv", "assignments.csv"}


@pytest.fixture(scope="module")
def written(small_firm, tmp_path_factory):
    directory = tmp_path_factory.mktemp("firm") / "new" / "folder"
    small_firm.write(directory)
    return directory


def test_every_table_is_written_with_the_truth_beside_it(small_firm, tmp_path):
    paths = small_firm.write(tmp_path)
    assert {path.name for path in paths} == FILES | {"truth.json", "README.txt"}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}


def test_truth_json_is_the_truth(small_firm, written):
    assert json.loads((written / "truth.json").read_text()) == small_firm.truth


@pytest.mark.parametrize("name", sorted(path.removesuffix(".csv") for path in FILES))
def test_files_read_back_as_they_were(small_firm, written, name):
    frame = small_firm.tables[name]
    known = frame.loc[:, frame.notna().any()]
    cells = pd.read_csv(written / f"{name}.csv", dtype=str, keep_default_na=False)
    declared = ["keeps_unanswered"] if name == "interactions" else []
    assert list(cells) == list(known) + declared
    assert len(cells) == len(frame)
    for column in known:
        kind = TABLES[name].column(column).kind
        _assert_same(cells[column], known[column], kind)


def _assert_same(cells, values, kind):
    empty = values.isna().to_numpy()
    assert ((cells == "") == empty).all()
    cells, values = cells[~empty], values[~empty]
    if kind == "instant":
        assert cells.str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
        assert (pd.to_datetime(cells).dt.tz_localize(None).to_numpy() == values.to_numpy()).all()
    elif kind == "day":
        assert (pd.to_datetime(cells, format="%Y-%m-%d").to_numpy() == values.to_numpy()).all()
    elif kind in {"money", "number", "integer"}:
        assert np.allclose(cells.astype(float), values.astype(float), rtol=0, atol=1e-9)
    elif kind == "boolean":
        assert (cells == values.map({True: "true", False: "false"}).astype(str)).all()
    else:
        assert (cells == values.astype(str)).all()


def test_the_interactions_declare_whether_they_keep_the_unanswered(written, tmp_path):
    assert set(pd.read_csv(written / "interactions.csv")["keeps_unanswered"]) == {"yes"}
    firm(customers=200, days=200, mechanism="answered_only").write(tmp_path)
    assert set(pd.read_csv(tmp_path / "interactions.csv")["keeps_unanswered"]) == {"no"}
    assert "--keeps-unanswered no" in (tmp_path / "README.txt").read_text()


def test_every_amount_names_its_currency(written):
    for name in ("orders", "order_items", "costs"):
        assert pd.read_csv(written / f"{name}.csv")["currency"].notna().all()


@pytest.mark.parametrize("shop", sorted(SHOPS))
def test_the_sample_is_what_its_command_writes(shop, tmp_path):
    firm(**SHOPS[shop].arguments).write(tmp_path)
    made, kept = _hashes(tmp_path), _hashes(SAMPLES / shop)
    assert made == kept, "run `python -m socialroi.simulate.samples` and commit what it writes"


def test_the_samples_are_small():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 6_000_000


def test_harbour_is_helped_and_lantern_leaves_too_few_unanswered():
    harbour, lantern = (
        json.loads((SAMPLES / shop / "truth.json").read_text()) for shop in ("harbour", "lantern")
    )
    assert _effect(harbour) == pytest.approx(0.08, abs=0.002)
    assert harbour["n_unanswered"] > 400
    assert lantern["n_unanswered"] < 100


def test_the_samples_say_that_they_are_invented_and_how_they_were_made():
    text = (SAMPLES / "README.md").read_text()
    assert "invented" in text
    for shop in SHOPS.values():
        assert shop.command in text


def _effect(truth):
    [row] = [
        r
        for r in truth["effects"]
        if (r["outcome"], r["horizon_days"], r["estimand"]) == ("retention", 90, "ATT")
    ]
    return row["value"]


def _hashes(directory):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}

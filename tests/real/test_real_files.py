"""Files nobody on this project wrote, through the command line, against a hand computation in pandas."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from socialroi.cli import main
from socialroi.store import Store

DATA = Path(__file__).parents[3] / "shared" / "data"
ANSWERED = """
select count(distinct conversation_id),
    count(distinct case when direction = 'out' then conversation_id end)
from interactions
"""
CDNOW, COFFEE = DATA / "CDNOW_sample.txt", DATA / "coffee_Posts.xml"


def need(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not here; it belongs in ../shared/data beside the project")
    return path


def answers(capsys, *words: object) -> list[dict]:
    capsys.readouterr()
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory) -> Path:
    db = tmp_path_factory.mktemp("cdnow") / "db"
    columns = "1=customer_id,3=ordered_at,4=quantity,5=amount"
    words = ["ingest", "--db", db, need(CDNOW), "--table", "orders", "--no-header", "--columns", columns]
    assert main([*map(str, words), "--timezone", "UTC", "--currency", "USD"]) == 0
    return db


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    names = ["customer", "sample", "day", "cds", "dollars"]
    frame = pd.read_csv(need(CDNOW), sep=r"\s+", header=None, names=names, dtype=str)
    return frame.assign(day=pd.to_datetime(frame["day"], format="%Y%m%d"))


def reading(capsys, db: Path, key: str, *words: object) -> dict:
    return answers(capsys, "metrics", "--db", db, key, *words)[0]["value"]


def test_cdnow_is_loaded_whole(capsys, cdnow, purchases):
    loaded = answers(capsys, "batches", "--db", cdnow)
    assert [row["rows_loaded"] for row in loaded] == [6919] == [len(purchases)]
    assert purchases["customer"].nunique() == 2357


@pytest.mark.parametrize("horizon", [30, 90, 180, 365])
def test_cdnow_repurchase_equals_pandas(capsys, cdnow, purchases, horizon):
    first = purchases.groupby("customer")["day"].min()
    ripe = first[first + pd.Timedelta(days=horizon) <= purchases["day"].max()]
    later = purchases.join(ripe.rename("first"), on="customer", how="inner")
    within = later[
        (later["day"] > later["first"]) & (later["day"] <= later["first"] + pd.Timedelta(days=horizon))
    ]
    value = reading(capsys, cdnow, "repurchase", "--horizon", horizon)
    assert value["n"] == len(ripe)
    assert value["value"] == pytest.approx(within["customer"].nunique() / len(ripe), abs=1e-12)


def test_cdnow_retention_equals_pandas(capsys, cdnow, purchases):
    end = purchases["day"].max()
    span = pd.Timedelta(days=90)
    month_end = max(day for day in pd.date_range("1997-02-01", end, freq="MS") if day + span <= end)
    day = purchases["day"]
    before = set(purchases[(day >= month_end - span) & (day < month_end)]["customer"])
    after = set(purchases[(day >= month_end) & (day < month_end + span)]["customer"])
    value = reading(capsys, cdnow, "retention", "--horizon", 90)
    assert (value["n"], value["value"]) == (len(before), pytest.approx(len(before & after) / len(before)))


@pytest.fixture(scope="module")
def coffee(tmp_path_factory) -> Path:
    db = tmp_path_factory.mktemp("coffee") / "db"
    assert main(["ingest", "--db", str(db), str(need(COFFEE))]) == 0
    return db


def test_coffee_keeps_its_unanswered_questions(capsys, coffee):
    (batch,) = answers(capsys, "batches", "--db", coffee)
    assert batch["rows_loaded"] + batch["rows_rejected"] == 592
    posts = pd.read_xml(need(COFFEE), parser="etree")
    questions = posts[posts["PostTypeId"] == 1]
    with Store.open(coffee) as store:
        asked, answered = store.one(ANSWERED)
    assert asked == len(questions) == 225
    assert answered == (questions["AnswerCount"] > 0).sum() == 212
    assert answered / asked == pytest.approx(0.942, abs=0.0005)


def test_coffee_response_rate_counts_answers_by_another_person(capsys, coffee):
    posts = pd.read_xml(need(COFFEE), parser="etree")
    questions = posts[posts["PostTypeId"] == 1]
    sent_at = pd.to_datetime(posts[posts["PostTypeId"].isin([1, 2])]["CreationDate"])
    old = questions[sent_at[questions.index] <= sent_at.max() - pd.Timedelta(hours=24)]
    by = posts[posts["PostTypeId"] == 2].merge(old, left_on="ParentId", right_on="Id", suffixes=("", "_q"))
    others = by[by["OwnerUserId"] != by["OwnerUserId_q"]]
    rate = reading(capsys, coffee, "response_rate")
    assert rate["n"] == len(old) == 224
    assert rate["value"] == pytest.approx(others["Id_q"].nunique() / len(old))


def test_coffee_median_counts_the_unanswered(capsys, coffee):
    value = reading(capsys, coffee, "first_response_time")
    assert value["value"] / 60 > 99.5
    assert "another person" in value["method"]

"""What goes to a cluster, and what may be opened of what comes back."""

from __future__ import annotations

import json
import shutil

import pyarrow.parquet as pq
import pytest
from cluster_cases import derive_here, differences, export, firm, said

from socialroi.cli import main
from socialroi.errors import StoreDamaged, StoreError, UsageError
from socialroi.store import Store, samples, set_setting
from socialroi.store.cluster import layout, opening, spark
from socialroi.store.facts import linked


@pytest.fixture(scope="module")
def here():
    return firm()


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster") / "out"
    derive_here(firm(), folder)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOCIALROI_HOME", str(tmp_path / "home"))


def test_a_folder_of_derived_tables_says_what_the_database_says(here, derived):
    with Store.open(derived) as there:
        assert differences(here, there) == {}
        assert said(here) == said(there)
        assert there.tables() == here.tables()
        assert linked(there) == linked(here)
        assert there.settings == here.settings
        assert not there.holds_facts
    assert here.holds_facts


def test_what_is_opened_holds_no_message_text_and_no_column_but_those_figures_read(derived):
    with Store.open(derived) as there:
        columns = there.rows(
            "select column_name from information_schema.columns where table_name = 'interactions'"
        )
        tables = {name for (name,) in there.rows("select table_name from information_schema.tables")}
        with pytest.raises(StoreError):
            there.rows("select count(customer_id) from interactions")
    assert {name for (name,) in columns} == {
        "conversation_id", "sent_at", "author_kind", "direction", "visibility", "agent_id", "department",
    }  # fmt: skip
    assert not {"surveys", "identities", "links", "superseded_orders"} & tables


def test_it_is_copied_once_and_again_only_when_a_file_changes(derived, tmp_path):
    own = shutil.copytree(derived, tmp_path / "own")
    first = opening.opened(own)
    assert opening.opened(own) == first
    table = own / "costs" / "part-0.parquet"
    pq.write_table(pq.read_table(table).slice(0, 0), table)
    assert opening.opened(own) != first


def test_what_was_derived_elsewhere_is_not_changed_here(derived):
    with pytest.raises(UsageError, match="derived elsewhere"):
        set_setting(opening.opened(derived), "currency", "USD")


@pytest.mark.parametrize("name", ["bursts", "kept_orders", "zone_offsets"])
def test_a_folder_that_lacks_a_table_is_refused(derived, tmp_path, name):
    own = shutil.copytree(derived, tmp_path / "own")
    shutil.rmtree(own / name)
    with pytest.raises(StoreDamaged, match=name):
        Store.open(own)


def test_a_folder_with_another_column_is_refused(derived, tmp_path):
    own = shutil.copytree(derived, tmp_path / "own")
    file = own / "episodes" / "part-0.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["engaged"]), file)
    with pytest.raises(StoreDamaged, match="engaged"):
        Store.open(own)


def test_a_run_that_did_not_end_is_refused(derived, tmp_path):
    own = shutil.copytree(derived, tmp_path / "own")
    (own / layout.MANIFEST).write_text(json.dumps({"finished": False, "layout": 8, "made_of": "x"}))
    with pytest.raises(StoreDamaged, match="not finished"):
        Store.open(own)


def test_the_export_has_every_table_no_text_and_is_not_written_over(tmp_path, capsys):
    db = samples.ensure("lantern")
    out = tmp_path / "raw"
    assert main(["derive", "--db", str(db), "--export", str(out), "--json"]) == 0
    rows = {row["table"]: row["rows"] for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == set(layout.INPUTS)
    with Store.open(db) as store:
        assert {name: rows[name] for name in store.tables()} == store.tables()
    messages = pq.read_table(out / "interactions")
    assert messages.column("text").null_count == messages.num_rows
    assert str(messages.schema.field("sent_at").type) == "timestamp[us]"
    assert main(["derive", "--db", str(db), "--export", str(out)]) == 2


@pytest.mark.parametrize(
    "call",
    [
        ["derive"],
        ["derive", "--db", "x", "--master", "local[2]"],
        ["derive", "--engine", "spark", "--master", "local[2]"],
        ["derive", "--engine", "spark", "--master", "local[2]", "--input", "i", "--out", "o", "--db", "x"],
        ["serve", "--derived", "nowhere"],
    ],
)
def test_a_wrong_call_says_how_it_goes(call, capsys):
    assert main(call) == 2
    assert "socialroi: " in capsys.readouterr().err


def test_a_cluster_is_not_asked_for_what_is_not_there_or_made_of_something_else(here, tmp_path, monkeypatch):
    monkeypatch.setattr(spark, "_session", lambda master: pytest.fail("nothing was to be asked"))
    source, out = tmp_path / "in", tmp_path / "out"
    with pytest.raises(UsageError, match="interactions or orders"):
        spark.derive(source, out, "local[1]")
    export(here, source)
    out.mkdir()
    (out / "mine.txt").write_text("precious")
    with pytest.raises(UsageError, match="holds something else"):
        spark.derive(source, out, "local[1]")
    (out / layout.MANIFEST).write_text(json.dumps({"made_of": "other data"}))
    with pytest.raises(UsageError, match="--fresh"):
        spark.derive(source, out, "local[1]")


def test_with_fresh_every_finished_table_is_made_again(here, tmp_path, monkeypatch):
    class Asked(Exception):
        pass

    def ask(master):
        raise Asked

    monkeypatch.setattr(spark, "_session", ask)
    source, out = tmp_path / "in", tmp_path / "out"
    export(here, source)
    with pytest.raises(Asked):
        spark.derive(source, out, "local[1]")
    mark = out / "episodes" / "_SUCCESS"
    mark.parent.mkdir()
    mark.touch()
    with pytest.raises(Asked):
        spark.derive(source, out, "local[1]")
    assert mark.exists()
    with pytest.raises(Asked):
        spark.derive(source, out, "local[1]", fresh=True)
    assert not mark.exists()
    assert json.loads((out / layout.MANIFEST).read_text())["finished"] is False

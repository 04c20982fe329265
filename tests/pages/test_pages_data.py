"""Files in and out again, as a visitor does it."""

import stat
import time

import pytest
from pages_kit import words

from socialroi.store import Store
from socialroi.ui import keys, upload

GOOD = b"order_id,customer_id,ordered_at,amount,currency\n1,ann,2026-01-02T10:00:00Z,10.5,EUR\n"
NAIVE = b"order_id,customer_id,ordered_at,amount\n1,ann,2026-07-02T10:00:00,10.5\n"
ODD = b"kunde;wann;betrag\na1;2026-01-02T10:00:00Z;10,5\na2;2026-01-03T10:00:00Z;11,5\n"


def chosen(app, name, content):
    """The data page with one file in the uploader."""
    uploader = app.get("file_uploader")[0]
    uploader.upload(name, content, "text/csv")
    return app.run()


def loaded(app):
    app.button(key=keys.LOAD).click().run()
    assert not app.exception
    return app


def test_nothing_is_stored_before_load(visit, tmp_path):
    app = chosen(visit(tmp_path / "db", "data"), "orders.csv", GOOD)
    assert "Recognised as" in words(app)
    assert not (tmp_path / "db" / "current").exists()


def test_load_then_overview(visit, tmp_path):
    app = loaded(chosen(visit(tmp_path / "db", "data"), "orders.csv", GOOD))
    assert "What was loaded" in words(app)
    with Store.open(tmp_path / "db") as store:
        assert store.tables()["orders"] == 1


def test_a_load_can_be_taken_back(visit, tmp_path):
    app = loaded(chosen(visit(tmp_path / "db", "data"), "orders.csv", GOOD))
    box = app.selectbox(key=keys.UNDO)
    box.set_value(box.options[0].split(",")[0]).run()
    app.button(key=keys.UNDO_GO).click().run()
    assert not app.exception
    with Store.open(tmp_path / "db") as store:
        assert store.tables()["orders"] == 0


def test_times_without_a_zone_are_asked_for(visit, tmp_path):
    app = chosen(visit(tmp_path / "db", "data"), "orders.csv", NAIVE)
    zone = next(box for box in app.selectbox if "time zone" in box.label)
    zone.set_value("Europe/Berlin")
    next(box for box in app.text_input if "currency" in box.label).set_value("eur")
    loaded(app.run())
    with Store.open(tmp_path / "db") as store:
        assert str(store.one("select min(ordered_at) from purchases")[0]) == "2026-07-02 08:00:00"
        assert store.one("select min(currency) from purchases")[0] == "EUR"


def test_a_file_we_do_not_know_can_be_mapped_by_hand(visit, tmp_path):
    app = chosen(visit(tmp_path / "db", "data"), "kasse.csv", ODD)
    assert app.error
    by_label = {box.label: box for box in app.selectbox}
    by_label["What does it hold?"].set_value("orders").run()
    for label, header in (
        ("order_id (needed)", "kunde"),
        ("ordered_at (needed)", "wann"),
        ("amount", "betrag"),
    ):
        next(box for box in app.selectbox if box.label == label).set_value(header)
    loaded(app.run())
    with Store.open(tmp_path / "db") as store:
        assert store.one("select count(*), sum(amount) from orders")[0] == 2


def test_a_file_that_is_no_table_is_refused_in_a_sentence(visit, tmp_path):
    app = chosen(visit(tmp_path / "db", "data"), "noise.csv", b"\x00\x01\x02" * 50)
    assert not app.exception
    assert "noise" in app.error[0].value
    assert "reference" not in app.error[0].value


@pytest.mark.parametrize(
    "name", ["../../../../etc/cron.d/x.csv", "..\\x.csv", "a/b/c.csv", "con.csv\n", "x.sh"]
)
def test_a_name_is_a_label_never_a_path(monkeypatch, tmp_path, name):
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    staged = upload.stage(name, GOOD)
    assert staged.path.parent == tmp_path / "db" / "incoming"
    assert staged.path.stem == staged.digest
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [staged.path]


def test_only_the_owner_reads_uploads(monkeypatch, tmp_path):
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    staged = upload.stage("a.csv", GOOD)
    assert stat.S_IMODE(staged.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(staged.path.parent.stat().st_mode) == 0o700


def test_uploads_left_behind_are_swept_after_a_day(monkeypatch, tmp_path):
    monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
    staged = upload.stage("a.csv", GOOD)
    assert upload.sweep(staged.path.parent, time.time()) == 0
    assert upload.sweep(staged.path.parent, time.time() + upload.STAGED_S + 60) == 1


def test_the_sample_is_never_written_to(visit, full, tmp_path, monkeypatch):
    from socialroi.ui import workspaces

    monkeypatch.setattr(workspaces, "sample_folder", lambda name: full)
    before = (full / "current").read_text()
    app = visit(tmp_path / "db", "data", data="harbour")
    loaded(chosen(app, "orders.csv", GOOD))
    assert (full / "current").read_text() == before
    assert (tmp_path / "db" / "current").exists()


def test_health_says_which_questions_can_be_answered(visit, full):
    app = visit(full, "data", tab="Health")
    table = app.dataframe[0].value
    assert set(table.columns) == {"Question", "Page", "Can be answered", "Needs"}
    assert (table["Can be answered"] == "yes").all()


def test_health_without_data_promises_nothing(visit, tmp_path):
    app = visit(tmp_path / "db", "data", tab="Health")
    assert (app.dataframe[0].value["Can be answered"] == "no").all()

"""What a load leaves behind on the page: receipts, rejected rows and their repair, the way back."""

import json
import stat

import pytest
from intake_kit import BROKEN, GOOD, chosen, headers, load, says
from pages_kit import words

from socialroi.errors import UsageError
from socialroi.store import Store
from socialroi.ui import exports, keys
from socialroi.ui.intake import loading, repair
from socialroi.ui.intake.answers import Answers

pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture
def db(tmp_path):
    """Where the visitor's own data will be."""
    return tmp_path / "db"


@pytest.fixture
def broken_load(visit, copy, broken_orders):
    """The data page after a file with three bad rows was loaded."""
    return visit(copy(broken_orders), "data")


def repaired(app, row, column, value):
    """The page after one cell of the grid was corrected and the repaired rows were asked for."""
    (grid,) = app.data_editor
    app.session_state[grid.key] = {
        "edited_rows": {row: {str(column): value}},
        "added_rows": [],
        "deleted_rows": [],
    }
    app.run()
    next(b for b in app.button if b.label == "Check the repaired rows").click().run()
    return app


class TestReceipts:
    def test_what_was_loaded_is_said(self, broken_load):
        assert says(broken_load, "What was loaded", "Rows of orders.csv that were left out")
        table = broken_load.dataframe[0].value
        assert table.iloc[0].to_dict() == {
            "File": "orders.csv", "Holds": "orders", "Rows read": 7, "Loaded": 4, "Left out": 3,
            "Already here": 0, "Without a customer": 0,
        }  # fmt: skip

    def test_they_are_there_at_once_and_after_a_reload(self, visit, db):
        app = load(chosen(visit(db, "data"), ("orders.csv", BROKEN)), db)
        for page in (app, visit(db, "data")):
            assert says(page, "What was loaded", "Rows of orders.csv that were left out")

    def test_they_can_be_put_away(self, broken_load):
        broken_load.button(key=keys.HIDE).click().run()
        assert "What was loaded" not in words(broken_load)
        assert says(broken_load, "Loads so far")

    def test_the_upload_is_gone_and_the_record_holds_no_row(self, broken_load, db):
        assert not list((db / "incoming").iterdir())
        record = (db / loading.RECORD).read_text()
        assert "ann" not in record
        assert stat.S_IMODE((db / loading.RECORD).stat().st_mode) == 0o600

    def test_a_refused_file_is_said_and_stays(self, visit, db, monkeypatch):
        def refusing(*_, **__):
            raise UsageError("No room for this file.")

        app = chosen(visit(db, "data"), ("orders.csv", GOOD))
        monkeypatch.setattr(loading.store, "ingest", refusing)
        app = load(app, db)
        assert says(app, "No room for this file.")
        assert "orders.csv" in headers(app)

    def test_what_nobody_foresaw_shows_a_reference_and_nothing_else(self, visit, db, monkeypatch):
        def failing(*_, **__):
            raise ValueError("cannot cast 'Ann Smith'")

        app = chosen(visit(db, "data"), ("orders.csv", GOOD))
        monkeypatch.setattr(loading.store, "ingest", failing)
        app = load(app, db)
        assert says(app, "under reference")
        assert "Ann" not in words(app)

    def test_a_running_load_is_shown_to_every_window_and_no_second_one_starts(self, visit, db):
        db.mkdir(mode=0o700)
        lock = loading._locked(db)
        record = loading.Load("2026-01-01 10:00", (loading.Done("orders.csv", "reading"),))
        loading._write(db, record)
        app = visit(db, "data")
        assert says(app, "orders.csv is being read and loaded")
        assert not app.get("file_uploader")
        assert loading.begin(db, []) is None
        loading.os.close(lock)
        app = visit(db, "data")  # the process that held the lock is gone
        assert says(app, "the server stopped before this file was loaded")
        assert app.get("file_uploader")

    def test_the_sample_is_never_written_to(self, visit, full, db, monkeypatch):
        from socialroi.ui import workspaces

        monkeypatch.setattr(workspaces, "sample_folder", lambda name: full)
        before = (full / "current").read_text()
        app = visit(db, "data", data="harbour")
        assert says(app, "You are looking at an invented shop")
        load(chosen(app, ("orders.csv", GOOD)), db)
        assert (full / "current").read_text() == before
        assert (db / "current").exists()


class TestRepair:
    def test_a_repaired_row_goes_through_the_steps_and_in(self, broken_load, db):
        app = repaired(broken_load, 1, 3, "10.00")
        assert says(app, "orders (repaired).csv", "1 of 1 rows would load")
        load(app, db)
        with Store.open(db) as store:
            assert store.one("select count(*), sum(amount) from orders") == (5, 39.5)

    def test_what_is_repaired_is_no_longer_kept(self, broken_load, db):
        load(repaired(broken_load, 1, 3, "10.00"), db)
        (kept,) = (db / "repair").iterdir()
        assert "ten, or so" not in kept.read_text()
        assert [record[0] for record in json.loads(kept.read_text())["records"]] == [3, 6]
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    def test_with_the_last_row_repaired_nothing_is_kept(self, visit, db):
        content = BROKEN.replace(b"2026-01-32", b"2026-01-31").replace(b"cem,,", b"cem,2026-01-01T10:00:00Z,")
        app = load(chosen(visit(db, "data"), ("orders.csv", content)), db)
        load(repaired(app, 0, 3, "10.00"), db)
        assert not list((db / "repair").iterdir())
        assert not list((db / "rejects").iterdir())

    @pytest.mark.parametrize("file", ["orders.csv", "orders (repaired).csv", "orders"])
    def test_repaired_twice_is_still_called_repaired(self, file):
        assert repair.name_of(file) == "orders (repaired).csv"

    def test_a_row_that_is_still_wrong_is_refused_again(self, broken_load):
        app = repaired(broken_load, 1, 3, "eleven")
        assert says(app, "Correct the cells above and check again.")
        assert app.button(key=keys.LOAD).disabled

    def test_nothing_to_check_before_a_cell_is_changed(self, broken_load):
        assert next(b for b in broken_load.button if b.label == "Check the repaired rows").disabled

    def test_the_download_has_line_reason_and_every_cell_and_no_formula(self, broken_load, db):
        (file,) = (db / "repair").iterdir()
        frame = repair.frame_of(repair.read(db, file.stem))
        assert list(frame.columns)[:3] == ["socialroi line", "socialroi reason", "order_id"]
        assert list(frame["socialroi line"]) == [3, 4, 6]
        assert "5,cem,,-3.00,EUR" in exports.csv(frame).decode("utf-8-sig")

    def test_no_cell_of_the_download_becomes_a_formula(self):
        cells = ("=1+1", "-3.00", "-1+1", "@x")
        kept = repair.Kept("b", "f", ("a", "b", "c", "=d"), (repair.Record(2, "r", cells),), Answers())
        text = exports.csv(repair.frame_of(kept)).decode("utf-8-sig")
        assert text.splitlines()[1] == "2,r,'=1+1,-3.00,'-1+1,'@x"
        assert text.splitlines()[0].endswith("'=d")

    def test_the_downloaded_rows_can_be_corrected_and_chosen_again(self, broken_load, visit, db):
        (file,) = (db / "repair").iterdir()
        text = exports.csv(repair.frame_of(repair.read(db, file.stem))).decode("utf-8-sig")
        right = (
            text.replace("2026-01-32", "2026-01-31")
            .replace('"ten, or so"', "10.00")
            .replace("cem,,", "cem,2026-01-08T10:00:00Z,")
        )
        app = chosen(visit(db, "data"), ("fixed.csv", right.encode()))
        assert says(app, "3 of 3 rows would load")

    def test_rows_that_stand_together_are_loaded_together(self):
        rows = [
            (3, "The amount is no number.", ("1", "x")),
            (4, "Another row of '1' was rejected, on line 3.", ("1", "")),
        ]
        records = tuple(repair.Record(*row) for row in rows)
        kept = repair.Kept("b", "f", ("a", "b"), records, Answers())
        assert kept.stand_together
        assert repair.chosen(kept, [{"0": "1", "1": "x"}, {"0": "1", "1": ""}]) == []
        changed = repair.chosen(kept, [{"0": "1", "1": "9"}, {"0": "1", "1": ""}])
        assert [record.line for record in changed] == [3, 4]


class TestBatches:
    def test_a_load_can_be_taken_back(self, broken_load, db):
        app = broken_load
        look = app.selectbox(key=keys.UNDO)
        look.set_value(look.options[0].split(":")[0]).run()
        app.button(key=keys.UNDO_GO).click().run()
        assert not app.exception
        assert "What was loaded" not in words(app)
        assert not list((db / "repair").iterdir())
        with Store.open(db) as store:
            assert store.tables()["orders"] == 0

    def test_what_an_earlier_load_left_out_can_be_looked_at(self, broken_load, visit, db):
        load(chosen(broken_load, ("more.csv", GOOD.replace(b"\n1,", b"\n99,"))), db)
        app = visit(db, "data")
        assert "Rows of" not in words(app)
        look = app.selectbox(key=keys.UNDO)
        first = next(name for name in look.options if "orders.csv" in name)
        look.set_value(first.split(":")[0]).run()
        assert says(app, "that were left out")

    def test_bytes_that_are_loaded_already_are_told_before_loading(self, broken_load):
        app = chosen(broken_load, ("again.csv", BROKEN))
        assert says(app, "This exact file is already loaded, as b0001")

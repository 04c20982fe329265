"""Files in and out again, step by step, as a visitor does it."""

import json
import stat
import time

import pytest
from intake_kit import (
    BROKEN,
    GOOD,
    NAIVE,
    ODD,
    SURVEY,
    box,
    by_hand,
    chosen,
    field,
    headers,
    load,
    says,
    steps,
)
from pages_kit import words

from socialroi.store import Store
from socialroi.ui import keys
from socialroi.ui.intake import staging

pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture
def db(tmp_path):
    """Where the visitor's own data will be."""
    return tmp_path / "db"


@pytest.fixture
def data(visit, db):
    """The data page of somebody without data."""
    return visit(db, "data")


class TestFiles:
    """Step 1."""

    def test_nothing_is_stored_before_load(self, data, db):
        app = chosen(data, ("orders.csv", GOOD))
        assert says(app, "recognised as orders", "1 of 1 rows would load")
        assert not (db / "current").exists()

    def test_all_five_steps_are_numbered(self, data):
        app = chosen(data, ("orders.csv", GOOD))
        assert [label[2:3] for label in steps(app)] == ["1", "2", "3", "4", "5"]

    def test_several_files_each_have_their_own_steps(self, data, db):
        app = chosen(data, ("orders.csv", GOOD), ("kasse.csv", ODD))
        assert headers(app) == ["orders.csv", "kasse.csv"]
        assert says(app, "1 row of 1 file; not yet ready: 1")
        load(app, db)
        assert headers(app)[-2] == "kasse.csv"  # it waits where it was

    def test_the_same_bytes_twice_are_listed_once(self, data):
        app = chosen(data, ("orders.csv", GOOD), ("copy.csv", GOOD))
        assert headers(app) == ["orders.csv"]
        assert says(app, "copy.csv holds the same bytes")
        next(b for b in app.button if b.label == "Put away").click().run()
        assert not says(app, "holds the same bytes")

    def test_a_file_chosen_again_after_its_load_is_no_copy_of_one_below(self, data, db):
        app = load(chosen(data, ("orders.csv", GOOD)), db)
        app = chosen(app, ("orders.csv", GOOD))
        assert headers(app).count("orders.csv") == 1
        assert not says(app, "holds the same bytes")

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "the file is empty. Export it again"),
            (GOOD.splitlines(keepends=True)[0], "It has no rows. Export it again"),
        ],
    )
    def test_a_file_without_rows_is_refused_in_a_sentence(self, data, content, said):
        app = chosen(data, ("orders.csv", content))
        assert says(app, said)
        assert app.button(key=keys.LOAD).disabled

    def test_a_file_can_be_put_away(self, data, db):
        app = chosen(data, ("orders.csv", GOOD))
        next(b for b in app.button if b.label == "Put away").click().run()
        assert not headers(app)
        assert not list((db / "incoming").iterdir())

    def test_a_file_that_is_no_table_is_refused_in_a_sentence(self, data):
        app = chosen(data, ("noise.csv", b"\x00\x01\x02" * 50))
        assert not app.exception
        assert says(app, "holds a NUL character", "Export it again")
        assert "reference" not in words(app)
        assert app.button(key=keys.LOAD).disabled

    def test_one_refused_file_leaves_the_others_alone(self, data, db):
        app = load(chosen(data, ("noise.csv", b"PK\x03\x04" * 9), ("orders.csv", GOOD)), db)
        assert says(app, "Unzip it first")
        with Store.open(db) as store:
            assert store.tables()["orders"] == 1

    @pytest.mark.parametrize(
        "name", ["../../../../etc/cron.d/x.csv", "..\\x.csv", "a/b/c.csv", "con.csv\n", "x.sh"]
    )
    def test_a_name_is_a_label_never_a_path(self, monkeypatch, tmp_path, name):
        monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
        staged = staging.stage(name, GOOD)
        assert staged.path.parent == tmp_path / "db" / "incoming"
        assert staged.path.stem == staged.digest
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == [staged.path]

    def test_only_the_owner_reads_uploads(self, monkeypatch, tmp_path):
        monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
        staged = staging.stage("a.csv", GOOD)
        assert stat.S_IMODE(staged.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(staged.path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(staged.path.parent.parent.stat().st_mode) == 0o700

    def test_uploads_left_behind_are_swept_after_a_day(self, monkeypatch, tmp_path):
        monkeypatch.setenv("SOCIALROI_DB", str(tmp_path / "db"))
        staged = staging.stage("a.csv", GOOD)
        assert staging.sweep(staged.path.parent, time.time()) == 0
        assert staging.sweep(staged.path.parent, time.time() + staging.STAGED_S + 60) == 1

    @pytest.mark.parametrize("ending", ["csv", "tsv", "txt", "xlsx", "json", "jsonl", "ndjson", "xml", "js"])
    def test_the_uploader_takes_every_kind_we_read(self, data, ending):
        assert f".{ending}" in data.get("file_uploader")[0].allowed_type


class TestWhatItIs:
    """Step 2."""

    def test_format_encoding_and_delimiter_are_said_in_plain_words(self, data):
        app = chosen(data, ("orders.csv", "order_id;ordered_at\n1;2026-01-02T10:00:00Z\n".encode("utf-16")))
        assert says(app, "It holds orders.", "UTF-16, divided by semicolons, 2 columns.")

    def test_lines_above_the_header_are_told(self, data):
        app = chosen(data, ("orders.csv", b"Report of January,,,,\n" + GOOD))
        assert says(app, "above the header was not read")

    def test_times_without_a_zone_are_asked_for(self, data, db):
        app = chosen(data, ("orders.csv", NAIVE))
        assert app.button(key=keys.LOAD).disabled
        assert says(app, "Still to say: the time zone of its times")
        box(app, "time zone").set_value("Europe/Berlin")
        field(app, "currency").set_value("eur")
        load(app.run(), db)
        with Store.open(db) as store:
            assert str(store.one("select min(ordered_at) from purchases")[0]) == "2026-07-02 08:00:00"
            assert store.one("select min(currency) from purchases")[0] == "EUR"

    def test_a_zone_is_never_guessed(self, data):
        assert box(chosen(data, ("orders.csv", NAIVE)), "time zone").value is None

    def test_a_currency_that_is_none_is_said(self, data):
        app = chosen(data, ("orders.csv", NAIVE))
        box(app, "time zone").set_value("UTC")
        field(app, "currency").set_value("e1")
        assert says(app.run(), "no currency code")

    def test_a_format_known_only_by_its_columns_has_to_be_confirmed(self, data, db, monkeypatch):
        from socialroi.ui.intake import looking

        sure = looking.recognised

        def unsure(path, label, answers):
            found = sure(path, label, answers)
            return type(found)(**{**{f: getattr(found, f) for f in found.__slots__}, "certain": False})

        monkeypatch.setattr(looking, "recognised", unsure)
        app = chosen(data, ("orders.csv", GOOD))
        assert says(app, "Still to say: what this file is")
        assert app.button(key=keys.LOAD).disabled
        app.checkbox[0].check().run()
        assert not app.button(key=keys.LOAD).disabled

    def test_another_format_can_be_chosen_and_is_refused_where_it_does_not_fit(self, data):
        app = chosen(data, ("orders.csv", GOOD))
        box(app, "Read it as").set_value("stack_exchange").run()
        assert app.error
        assert app.button(key=keys.LOAD).disabled
        box(app, "Read it as").set_value("").run()
        assert not app.error

    def test_the_words_of_the_command_line_do_not_reach_the_page(self, data):
        app = chosen(data, ("kasse.csv", ODD), ("orders.csv", NAIVE))
        assert "--" not in words(app)


class TestColumns:
    """Step 3."""

    def test_a_file_we_do_not_know_can_be_mapped_by_hand(self, data, db):
        app = chosen(data, ("kasse.csv", ODD))
        assert says(app, "It cannot be read as it is")
        by_hand(app, "orders")
        assert says(app, "still to say: a column for ordered_at")
        for header, column in (("kunde", "order_id"), ("wann", "ordered_at"), ("betrag", "amount")):
            box(app, f"What {header} is").set_value(column)
        load(app.run(), db)
        with Store.open(db) as store:
            assert store.one("select count(*), sum(amount) from orders") == (2, 22)

    def test_the_cells_of_each_column_stand_beside_it(self, data):
        app = chosen(data, ("kasse.csv", ODD))
        by_hand(app, "orders")
        assert says(app, "10,5, 11,5")

    def test_close_names_are_chosen_at_first_and_marked(self, data):
        content = b"order_number;order_dates;amounts\n1;2026-01-02T10:00:00Z;10.5\n"
        app = chosen(data, ("kasse.csv", content))
        by_hand(app, "orders")
        assert box(app, "What order dates is").value == "ordered_at"
        assert box(app, "What amounts is").value == "amount"
        assert says(app, "Chosen because the names are close.")

    def test_two_columns_cannot_be_the_same(self, data):
        app = chosen(data, ("kasse.csv", ODD))
        by_hand(app, "orders")
        for header in ("kunde", "wann"):
            box(app, f"What {header} is").set_value("ordered_at")
        assert says(app.run(), "which one column is ordered_at")

    def test_a_column_that_was_recognised_can_be_left_out(self, data, db):
        app = opened(chosen(data, ("orders.csv", GOOD)))
        box(app, "What customer id is").set_value("").run()
        assert says(app, "4 of 5 are read")
        load(app, db)
        with Store.open(db) as store:
            assert store.one("select count(customer_id) from orders")[0] == 0

    def test_what_was_chosen_holds_while_the_step_is_closed(self, data):
        app = opened(chosen(data, ("orders.csv", GOOD)))
        box(app, "What customer id is").set_value("").run()
        assert says(opened(app, is_open=False), "4 of 5 are read")

    def test_a_survey_column_becomes_a_question_once_its_scale_is_declared(self, data, db):
        app = chosen(data, ("survey.csv", SURVEY))
        by_hand(app, "surveys")
        box(app, "What When is").set_value("answered_at")
        box(app, "What How easy").set_value("net_easy")
        app.run()
        assert says(app, "the lowest and the highest answer of How easy was it")
        assert field(app, "Lowest").value is None  # scales are declared, never guessed
        field(app, "Lowest").set_value(1)
        field(app, "Highest").set_value(5).run()
        box(app, "Direction").set_value("low-is-good")
        box(app, "time zone").set_value("UTC")
        load(app.run(), db)
        rows = "select question, score, scale_min, scale_max, high_is_good from surveys order by score"
        with Store.open(db) as store:
            assert store.rows(rows) == [("net_easy", 4, 1, 5, False), ("net_easy", 5, 1, 5, False)]

    def test_columns_the_file_lacks_can_have_one_value_for_all_rows(self, data, db):
        app = chosen(data, ("links.csv", b"Mail,Nummer\nann@example.org,k1\nbob@example.org,k2\n"))
        by_hand(app, "identities")
        box(app, "What Mail is").set_value("value")
        box(app, "What Nummer is").set_value("customer_id").run()
        next(m for m in app.multiselect if "file lacks" in m.label).set_value(["kind"]).run()
        next(b for b in app.selectbox if b.label == "kind").set_value("email")
        load(app.run(), db)
        with Store.open(db) as store:
            assert store.one("select count(*) filter (where kind = 'email') from identities")[0] == 2

    def test_a_file_without_names_of_columns(self, data, db):
        app = chosen(data, ("kasse.txt", b"a1,2026-01-02T10:00:00Z,10.5\na2,2026-01-03T10:00:00Z,11\n"))
        by_hand(app, "orders")
        app.checkbox[0].uncheck().run()
        for header, column in (("1", "order_id"), ("2", "ordered_at"), ("3", "amount")):
            box(app, f"What {header} is").set_value(column)
        load(app.run(), db)
        with Store.open(db) as store:
            assert store.one("select count(*) from orders")[0] == 2


class TestChecks:
    """Step 4."""

    def test_a_dry_run_says_what_would_be_left_out_and_why(self, data, db):
        app = chosen(data, ("orders.csv", BROKEN))
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown == {"Rows read": "7", "Would load": "4", "Left out": "3", "Name a customer": "100.0%"}
        table = app.dataframe[0].value
        assert list(table["Line"]) == [3, 4, 6]
        assert list(table["Column"]) == ["ordered_at", "amount", "ordered_at"]
        assert list(table["What stands there"])[:2] == ["2026-01-32T10:00:00Z", "ten, or so"]
        assert says(app, "From 2 Jan 2026 to 6 Feb 2026, in UTC.")
        assert not (db / "current").exists()

    def test_rejects_can_be_narrowed_down(self, data):
        rows = b"".join(
            b"%d,ann,2026-01-02T10:00:00Z,%s,EUR\n" % (n, b"ten" if n < 6 else b"1") for n in range(20)
        )
        late = b"21,ann,soon,1,EUR\n"
        app = chosen(data, ("orders.csv", GOOD.split(b"\n")[0] + b"\n" + rows + late))
        column = next(b for b in app.selectbox if b.label == "Column")
        assert column.options == ["6 x amount", "1 x ordered_at"]
        column.set_value("ordered_at").run()
        assert list(app.dataframe[0].value["Line"]) == [22]

    def test_dates_that_can_be_read_two_ways_are_asked_about(self, data, db):
        content = b"order_id,ordered_at,amount\n1,03/04/2026 10:00,1\n2,05/06/2026 11:00,1\n"
        app = chosen(data, ("orders.csv", content))
        box(app, "time zone").set_value("UTC").run()
        assert says(app, "can be read two ways")
        (order,) = [radio for radio in app.radio if "How are the dates" in radio.label]
        order.set_value("day-first")
        load(app.run(), db)
        with Store.open(db) as store:
            assert str(store.one("select min(ordered_at) from orders")[0]) == "2026-04-03 10:00:00"

    def test_a_large_file_is_checked_when_asked(self, data, monkeypatch):
        from socialroi.ui.intake import checks

        monkeypatch.setattr(checks, "AT_ONCE", 10)
        app = chosen(data, ("orders.csv", GOOD))
        assert app.button(key=keys.LOAD).disabled
        next(b for b in app.button if b.label == "Check every row").click().run()
        assert not app.button(key=keys.LOAD).disabled

    def test_answers_without_a_day_are_pointed_out(self, data):
        app = chosen(
            data, ("surveys.csv", b"customer_id,question,score,scale_min,scale_max\nann,csat,4,1,5\n")
        )
        assert says(app, "No column says when")


class TestAsLastTime:
    """What was said about a source is offered again."""

    @pytest.fixture
    def once(self, visit, copy, named_columns):
        """The data page after an export of the source was loaded."""
        return visit(copy(named_columns), "data")

    NEXT = b"kunde;wann;betrag\nb1;2026-02-02T10:00:00Z;99,5\n"

    def test_its_answers_are_filled_in(self, once, db):
        app = chosen(once, ("kasse-februar.csv", self.NEXT))
        assert any(toggle.label.startswith("As last time, on ") for toggle in app.toggle)
        load(app, db)
        with Store.open(db) as store:
            assert store.one("select sum(amount) from orders")[0] == 121.5

    def test_it_can_be_switched_off(self, once):
        app = chosen(once, ("kasse-februar.csv", self.NEXT))
        next(t for t in app.toggle if t.label.startswith("As last time")).set_value(False).run()
        assert app.button(key=keys.LOAD).disabled
        assert box(app, "What does it hold?").value is None

    def test_it_can_be_forgotten(self, once, db):
        app = chosen(once, ("kasse-februar.csv", self.NEXT))
        next(b for b in app.button if b.label == "Forget these answers").click().run()
        assert not [t for t in app.toggle if t.label.startswith("As last time")]
        assert json.loads((db / "mappings.json").read_text()) == {}

    def test_it_holds_no_cell_and_only_its_owner_reads_it(self, once, db):
        kept = (db / "mappings.json").read_text()
        assert not [cell for cell in ("a1", "10,5", "2026-01-02") if cell in kept]
        assert stat.S_IMODE((db / "mappings.json").stat().st_mode) == 0o600


def opened(app, is_open=True):
    """The page with step 3 of its one file open or closed."""
    (staged,) = app.session_state[keys.PENDING]
    app.session_state[staged.key("three")] = is_open
    return app.run()

"""The health tab and its badge on every other page."""

import json

import pytest
from intake_kit import says, unescaped
from pages_kit import PAGES, words

from socialroi.intake import Request
from socialroi.store import ingest
from socialroi.ui import keys

ASKING = "message_id,conversation_id,customer_id,author_id,author_kind,direction,sent_at,channel\n"


@pytest.fixture(scope="session")
def strangers(tmp_path_factory):
    """A shop in whose exports one of twenty people who write is known as a customer."""
    folder = tmp_path_factory.mktemp("strangers")
    rows = [
        f"m{n},c{n},{'ann' if n == 0 else ''},a{n},customer,in,2026-01-{n + 1:02d}T10:00:00Z,x"
        for n in range(20)
    ]
    (folder / "messages.csv").write_text(ASKING + "\n".join(rows))
    (folder / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,amount,currency,status\n"
        "1,ann,2026-01-02T10:00:00Z,10,EUR,paid\n2,bob,2026-01-03T10:00:00Z,7,EUR,cancelled\n"
        "3,bob,soon,7,EUR,paid\n"
    )
    files = [folder / "messages.csv", folder / "orders.csv"]
    ingest(folder / "db", [Request(path=file, label=file.name, keeps_unanswered="yes") for file in files])
    return folder / "db"


def frame_with(app, column):
    """The first table of the page that has this column."""
    return next(one.value for one in app.dataframe if column in one.value.columns)


class TestTab:
    def test_which_questions_can_be_answered(self, visit, full):
        table = frame_with(visit(full, "data", tab="Health"), "Can be answered")
        assert (table["Can be answered"] == "yes").all()

    def test_without_data_it_promises_nothing(self, visit, tmp_path):
        app = visit(tmp_path / "db", "data", tab="Health")
        assert (frame_with(app, "Can be answered")["Can be answered"] == "no").all()
        assert not app.error
        assert not app.warning
        assert says(app, "Nothing is loaded yet.")
        assert not says(app, "Nothing is doubtful")
        assert not app.metric

    def test_the_headline_is_who_can_be_tied_to_orders(self, visit, strangers):
        app = visit(strangers, "data", tab="Health")
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["People tied to orders"] == "5.0%"
        assert says(app, "These results describe 1 of 20 people.")

    def test_no_banner_where_most_people_are_known(self, visit, full):
        assert not visit(full, "data", tab="Health").warning

    def test_rows_and_why_they_were_left_out(self, visit, strangers):
        app = visit(strangers, "data", tab="Health")
        rows = frame_with(app, "Rows read").set_index("Table")
        assert rows.loc["orders", ["Rows read", "Used", "Left out"]].tolist() == [3, 2, 1]
        assert says(app, "Rows left out: 1. They are in no figure.")
        assert any("This is not a date" in str(table.value) for table in app.table)

    def test_every_doubt_says_what_it_does(self, visit, strangers):
        app = visit(strangers, "data", tab="Health")
        doubts = next(one.value for one in app.table if "What this does to your numbers" in one.value.columns)
        said = unescaped(" ".join(doubts.astype(str).to_numpy().ravel()))
        assert "Orders were cancelled. 1 of 2 No figure counts them." in said

    def test_spans_and_empty_fields(self, visit, strangers):
        app = visit(strangers, "data", tab="Health")
        spans = frame_with(app, "First (UTC)").set_index("Table")
        assert spans.loc["messages", "Last (UTC)"] == "20 Jan 2026"
        empty = frame_with(app, "Rows without it")
        assert ("messages", "department", "100.0%") in set(
            empty[["Table", "Column", "Empty"]].itertuples(index=False, name=None)
        )


class TestControlTotals:
    def entered(self, app, value):
        (grid,) = app.data_editor
        edits = {"edited_rows": {0: {"Yours": value}}, "added_rows": [], "deleted_rows": []}
        app.session_state[grid.key] = edits
        return app.run()

    def test_orders_by_month_stand_beside_an_input(self, visit, strangers):
        (grid,) = visit(strangers, "data", tab="Health").data_editor
        assert grid.value["Month"].tolist() == ["Jan 2026"]
        assert grid.value["As we read it"].tolist() == [2]
        assert grid.value["Yours"].isna().all()

    def test_a_difference_is_shown_and_explained(self, visit, copy, strangers):
        app = self.entered(visit(copy(strangers), "data", tab="Health"), 1)
        table = next(one.value for one in app.table if "What lies between" in one.value.columns)
        assert unescaped(table["What lies between"][0]) == "Yours is exactly ours without 1 cancelled order."

    def test_figures_are_kept_for_next_time(self, visit, copy, strangers):
        db = copy(strangers)
        self.entered(visit(db, "data", tab="Health"), 1)
        assert json.loads((db / "control-totals.json").read_text()) == {"Orders": {"2026-01-01": 1.0}}
        (grid,) = visit(db, "data", tab="Health").data_editor
        assert grid.value["Yours"].tolist() == [1]

    def test_revenue_and_conversations_can_be_compared_too(self, visit, strangers):
        app = visit(strangers, "data", tab="Health")
        control = next(one for one in app.button_group if one.key == keys.COMPARE)
        assert [unescaped(name) for name in control.options] == ["Orders", "Revenue, EUR", "Conversations"]


class TestBadge:
    @pytest.mark.parametrize("page", [page for page in PAGES if page != "data"])
    def test_every_other_page_has_it(self, visit, strangers, page):
        (link,) = [
            one for one in visit(strangers, page).get("page_link") if "of rows used" in one.proto.label
        ]
        assert link.proto.label == "Data: 96% of rows used, 5% linked"
        assert "tab=Health" in link.proto.query_string

    def test_without_data_there_is_none(self, visit, tmp_path):
        for page in ("overview", "glossary"):
            app = visit(tmp_path / "db", page)
            assert not [one for one in app.get("page_link") if "of rows used" in one.proto.label]

    def test_without_messages_it_speaks_of_rows_only(self, visit, orders_only):
        app = visit(orders_only, "overview")
        assert [one.proto.label for one in app.get("page_link") if "Data:" in one.proto.label] == [
            "Data: 100% of rows used"
        ]
        assert words(app)

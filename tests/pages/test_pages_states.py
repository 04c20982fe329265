"""Every page in every state of the data: it says something true, and nothing fails."""

import re

import pytest
from pages_kit import PAGES, words


def is_fine(app):
    """No exception, no reference number, a title."""
    assert not app.exception
    assert "under reference" not in words(app)
    assert app.title


@pytest.mark.parametrize("page", PAGES)
def test_full_data(visit, full, page):
    app = visit(full, page)
    is_fine(app)
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_nobody_left_unanswered(visit, all_answered, page):
    app = visit(all_answered, page)
    is_fine(app)
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_orders_only(visit, orders_only, page):
    app = visit(orders_only, page)
    is_fine(app)
    assert not app.error


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"data", "glossary"}])
def test_no_data_offers_a_start(visit, tmp_path, page):
    app = visit(tmp_path, page)
    is_fine(app)
    assert {button.label for button in app.button} == {"Try the sample data", "Load my exports"}
    assert not app.metric


@pytest.mark.parametrize("page", ["data", "glossary"])
def test_no_data_pages_that_need_none(visit, tmp_path, page):
    is_fine(visit(tmp_path, page))


@pytest.mark.parametrize("page", PAGES)
def test_a_broken_database_is_said_plainly(visit, broken, page):
    app = visit(broken, page)
    assert not app.exception
    said = "\n".join(error.value for error in app.error)
    assert "database" in said
    assert "Traceback" not in said
    assert not app.metric


def test_numbers_come_with_interval_and_n(visit, full):
    app = visit(full)
    shown = [metric for metric in app.metric if metric.label == "First response time"]
    assert re.search(r"\d (min|h|s)", shown[0].value)
    assert re.search(r"95% interval .* n\s=\s[\d,]+", words(app))


def test_cannot_say_never_shows_the_raw_gap(visit, all_answered):
    app = visit(all_answered, "is_it_real")
    assert "annot say" in words(app)
    assert all(metric.label.startswith("A\N{PRIME}: answered fast") for metric in app.metric)


def test_every_number_has_its_explanation(visit, full):
    said = words(visit(full, "response"))
    for part in ("*Formula.*", "*What it does not say.*", "*Source.*", "*Computed as.*"):
        assert said.count(part) >= 3


def test_every_chart_has_words_for_those_who_do_not_see_it(visit, full):
    for page in ("response", "ease", "loyalty"):
        charts = visit(full, page).get("plotly_chart")
        assert charts
        assert all(len(chart.proto.alt) > 20 for chart in charts)


def test_every_chart_has_its_table(visit, full):
    app = visit(full, "response")
    assert len(app.dataframe) >= len(app.get("plotly_chart"))


def test_no_chart_sends_its_data_anywhere(visit, full):
    for chart in visit(full, "response").get("plotly_chart"):
        assert '"sendChartToCloud"' in chart.proto.config.split("modeBarButtonsToRemove")[1]


def test_costs_card_asks_for_costs(visit, orders_only):
    assert "Load what social care costs" in words(visit(orders_only))


def test_two_workspaces_never_share_an_answer(visit, full, all_answered):
    """The cache knows whose data it holds: the same page, the same filters, other numbers."""
    first, second, again = visit(full), visit(all_answered), visit(full)
    numbers = [[metric.value for metric in app.metric] for app in (first, second, again)]
    assert numbers[0] == numbers[2] != numbers[1]


def test_the_invented_shop_says_so_on_every_page(visit, full, tmp_path, monkeypatch):
    from socialroi.ui import workspaces

    monkeypatch.setattr(workspaces, "sample_folder", lambda name: full)
    for page in PAGES:
        app = visit(tmp_path, page, data="harbour")
        assert "Invented shop, true effect known" in "".join(
            badge.proto.body for badge in app.get("markdown")
        )
        assert any(button.label == "Start with my files" for button in app.button)


def test_the_word_sample_leads_to_an_invented_shop(visit, full, tmp_path, monkeypatch):
    from socialroi.ui import workspaces

    monkeypatch.setattr(workspaces, "sample_folder", lambda name: full)
    assert "This is **harbour**" in words(visit(tmp_path, data="sample"))

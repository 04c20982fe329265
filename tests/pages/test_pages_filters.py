"""Filters: from the URL to every page, and back to all."""

from pages_kit import words

from socialroi.ui import keys


def metric_of(app, label):
    return next(metric.value for metric in app.metric if metric.label == label)


def test_a_filter_in_the_url_filters(visit, full):
    everything = visit(full, "response")
    filtered = visit(full, "response", channel="email")
    assert filtered.multiselect(key=keys.CHANNEL).value == ["email"]
    assert "all" in words(everything)
    assert " of " in next(c.value for c in filtered.caption if "questions" in c.value)


def test_a_filter_holds_on_the_next_page(visit, full):
    app = visit(full, "response", channel="email")
    app.switch_page("../../../pages/ease.py").run()
    assert app.multiselect(key=keys.CHANNEL).value == ["email"]


def test_a_chip_takes_its_filter_away(visit, full):
    app = visit(full, "response", channel="email", department="care")
    app.button(key=f"{keys.CHIPS}-{keys.CHANNEL}").click().run()
    assert app.multiselect(key=keys.CHANNEL).value == []
    assert app.multiselect(key=keys.DEPARTMENT).value == ["care"]


def test_reset_takes_all_away(visit, full):
    app = visit(full, "response", channel="email", clock="business", horizon="180")
    app.button(key=keys.RESET).click().run()
    assert app.multiselect(key=keys.CHANNEL).value == []
    assert app.selectbox(key=keys.HORIZON).value == 90
    assert app.button(key=keys.RESET).disabled


def test_junk_in_the_url_is_dropped(visit, full):
    app = visit(full, "response", channel="<script>", clock="lunar", horizon="9999", data="../../etc")
    assert not app.exception
    assert not app.error
    assert app.multiselect(key=keys.CHANNEL).value == []


def test_a_period_backwards_is_said_and_nothing_is_shown(visit, full):
    query = {keys.START: "2026-03-01", keys.END: "2026-01-01"}
    app = visit(full, "response", **query)
    if app.date_input(key=keys.START).value is None:  # outside the data: dropped like any junk
        query = {}
    assert not app.exception
    assert bool(app.error) is bool(query)


def test_pages_without_filters_grey_them_out(visit, full):
    app = visit(full, "glossary")
    assert app.multiselect(key=keys.CHANNEL).disabled

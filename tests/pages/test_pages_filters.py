"""Filters: from the URL to every page, and back to all."""

import re
from datetime import timedelta

from intake_kit import unescaped
from pages_kit import words

from socialroi.charts import format as written
from socialroi.store import Store
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


def days_of(visit, full):
    """The first and the last day of the data."""
    offered = visit(full, "response").date_input(key=keys.START)
    return offered.min, offered.max


def test_a_comparison_period_stands_beside_every_headline(visit, full):
    first, last = days_of(visit, full)
    start = first + (last - first) / 2 + timedelta(days=1)
    app = visit(full, "response", versus="period before", **{keys.START: start.isoformat()})
    told = unescaped(words(app))
    assert f"Compared with {written.day(start - (last - start) - timedelta(days=1))}" in told
    assert re.search(r"Before: .*n = [\d,]+\. Difference: ", told)
    verdicts = [badge.proto.body for badge in app.get("markdown") if "badge[" in badge.proto.body]
    assert any("No clear difference" in said or "Better" in said for said in verdicts)


def test_what_is_compared_is_the_same_metric_in_the_earlier_period(visit, full):
    first, last = days_of(visit, full)
    start = first + (last - first) / 2 + timedelta(days=1)
    earlier = {
        keys.START: (start - (last - start) - timedelta(days=1)).isoformat(),
        keys.END: (start - timedelta(days=1)).isoformat(),
    }
    then = metric_of(visit(full, "response", **earlier), "Response rate")
    now = unescaped(words(visit(full, "response", versus="period before", **{keys.START: start.isoformat()})))
    assert f"Before: {then}, n" in now


def test_without_a_first_day_it_says_why_nothing_is_compared(visit, full):
    app = visit(full, "response", versus="year before")
    assert any("choose a first day" in unescaped(info.value) for info in app.info)
    assert "Before: " not in words(app)


def test_the_overview_speaks_of_the_period_chosen(visit, full):
    first, last = days_of(visit, full)
    start = first + (last - first) / 2 + timedelta(days=1)
    app = visit(full, "overview", versus="period before", **{keys.START: start.isoformat()})
    assert "period compared with" in unescaped(words(app))


def test_customers_are_counted_beside_questions_and_orders(visit, full):
    def customers(app):
        said = next(c.value for c in app.caption if "customers" in c.value and "orders" in c.value)
        return [int(n.replace(",", "")) for n in re.findall(r"[\d,]+", said.split(" customers")[0])]

    (everybody,) = customers(visit(full, "response"))
    some, of = customers(visit(full, "response", channel="email"))
    assert of == everybody > some > 0
    with Store.open(full) as store:
        asked = "select count(distinct customer_id) from episodes where channel = 'email'"
        ((known,),) = store.rows(asked)
        ((total,),) = store.rows(
            "select count(distinct customer_id) from (select customer_id from episodes union all "
            "select customer_id from purchases) where customer_id is not null"
        )
    assert (some, of) == (known, total)


def test_how_numbers_and_days_are_written_is_said(visit, full):
    assert "Numbers are written 1,234.5, days 14 Mar 2026" in unescaped(words(visit(full)))

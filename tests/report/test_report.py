"""A report says what the dashboard says, asks nobody for anything, and its charts can be edited."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from socialroi import charts, metrics
from socialroi.charts import format as written
from socialroi.report import as_html, as_slides, report
from socialroi.report.contents import Section, fingerprint
from socialroi.result import Estimate, Window
from socialroi.simulate import firm
from socialroi.store import Store

HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def store():
    """An invented firm, one channel of which has a name that wants out."""
    tables = dict(firm(customers=500, days=420, seed=4, effect=0.08, answered=0.7).tables)
    said = tables["interactions"].drop(columns="keeps_unanswered", errors="ignore")
    tables["interactions"] = said.assign(channel=said["channel"].replace("twitter", HOSTILE))
    return Store.of(tables)


@pytest.fixture(scope="module")
def whole(store):
    return report(store, Window(), commentary="First line.\n<b>Second</b> line.")


@pytest.fixture(scope="module")
def page(whole):
    return as_html(whole).decode()


@pytest.fixture(scope="module")
def deck(whole):
    return Presentation(io.BytesIO(as_slides(whole)))


class Seen(HTMLParser):
    """What a browser would make of a page: its tags, what they would fetch, and the text outside scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.fetched, self.handlers, self.text, self._in_script = [], [], [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._in_script = tag in {"script", "style"}
        self.fetched += [
            value for name, value in attrs if name in {"src", "href", "action", "data", "srcset"}
        ]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if not self._in_script:
            self.text.append(data)


def test_numbers_are_those_of_the_metrics(store, whole, page):
    text = " ".join(Seen(page).text)
    for section in whole.sections:
        for reading in section.readings:
            own = metrics.by_key(reading.definition.key).compute(store, Window())
            assert reading.value == own.value
            if isinstance(own.value, Estimate):
                assert written.value_text(own.value, own.definition.unit, store.currency) in text


def test_the_page_asks_for_nothing_outside(page):
    seen = Seen(page)
    assert seen.fetched == []
    assert seen.handlers == []
    assert not set(seen.tags) & {"link", "iframe", "img", "object", "embed", "base", "form"}
    assert "default-src 'none'" in unescape(page.split("<style>")[0])


def test_a_name_cannot_break_out(page):
    assert HOSTILE not in page
    assert HOSTILE in " ".join(Seen(page).text)  # shown as the text it is
    assert "&lt;b&gt;Second&lt;/b&gt; line." in page


def test_figures_survive_as_json(whole, page):
    drawn = json.loads(re.search(r"^const figures = (.*);$", page, re.M).group(1))
    assert len(drawn) == sum(len(section.charts) for section in whole.sections)
    assert page.count('role="figure"') == len(drawn)
    assert page.count("The numbers in this chart") == len(drawn)


def test_no_button_leads_to_a_cloud(page):
    config = json.loads(re.search(r"^const config = (.*);$", page, re.M).group(1))
    assert config["modeBarButtons"] == [["toImage"]]
    assert "sendChartToCloud" in config["modeBarButtonsToRemove"]


def test_the_same_data_make_the_same_bytes(store, whole, page):
    again = report(store, Window(), commentary=whole.commentary)
    assert as_html(again).decode() == page


def test_filters_and_settings_are_said(store):
    found = dict(report(store, Window(channel=("instagram",), clock="business", horizon_days=180)).facts)
    assert found["Filters"] == "channel instagram"
    assert found["Follow-up"] == "180 days"
    assert found["Clock"] == "opening hours"
    assert found["Data fingerprint"] == fingerprint(store)


def test_a_filter_changes_the_numbers(store, whole):
    part = report(store, Window(channel=("instagram",)))
    assert part.cards[0].detail != whole.cards[0].detail


def test_every_slide_has_a_title_and_every_picture_its_slide(deck, whole):
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert all(titles)
    takeaways = {charts.clean(chart.takeaway, 220) for section in whole.sections for chart in section.charts}
    assert takeaways <= set(titles)
    assert all(slide.notes_slide.notes_text_frame.text for slide in deck.slides if slide.shapes[-1].has_chart)


def test_charts_are_charts_with_alt_text(deck):
    found = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert len(found) >= 8
    for shape in found:
        assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 20
        assert shape.chart.part.chart_workbook.xlsx_part is not None  # its numbers can be edited


def test_slides_hold_the_numbers_of_the_tables(deck, whole):
    by_title = {
        slide.shapes.title.text_frame.text: next((s.chart for s in slide.shapes if s.has_chart), None)
        for slide in deck.slides
    }
    bars = 0
    for chart in (c for section in whole.sections for c in section.charts):
        native = by_title[charts.clean(chart.takeaway, 220)]
        if native is None or "value" not in chart.tidy or {"period", "month", "waited"} & set(chart.tidy):
            continue
        bars += 1
        scale = 3600 if "seconds" in set(chart.tidy["unit"]) else 1
        known = chart.tidy[chart.tidy["value"].notna()]
        shown = native.plots[0].series[0]
        assert list(shown.values) == pytest.approx((known["value"] / scale).tolist())
        above = shown._element.find(qn("c:errBars")).find(qn("c:plus")).iter(qn("c:v"))
        expected = ((known["high"] - known["value"]) / scale).fillna(0.0).tolist()
        assert [float(v.text) for v in above] == pytest.approx(expected)
    assert bars >= 3


def test_slides_hold_no_character_that_breaks_them(whole):
    odd = Section("\x00\x0b odd", "why\x1f?", (), (), ("a\x02b",))
    deck = Presentation(io.BytesIO(as_slides(replace(whole, sections=(odd,), title="\x00"))))
    assert len(deck.slides) >= 3


def test_nothing_loaded_is_a_report_too():
    empty = report(Store.of({}), Window())
    assert dict(empty.facts)["Data until"] == "no data"
    assert {card.verdict for card in empty.cards} <= {"cannot_say", "too_little_data"}
    assert as_html(empty)
    assert as_slides(empty)

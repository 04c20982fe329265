"""A figure that leaves the house: one button, PNG; no way to a cloud; nothing fetched, nothing run."""

import re
import shutil

import pytest
from chart_shapes import definition, est, survival
from hostile_names import HOSTILE

from socialroi import charts
from socialroi.result import Curve, Reading

CHROMIUM = shutil.which("chromium")
#: The size of every piece of text in every chart, in pixels: none may be blown up by a name.
TEXT_SIZES = """[...document.querySelectorAll('.main-svg text, .main-svg tspan')]
    .map(text => parseFloat(getComputedStyle(text).fontSize))"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
]


def test_the_settings_offer_png_and_nothing_else():
    settings = charts.config("First response time / by channel")
    assert settings["modeBarButtons"] == [["toImage"]]
    assert "sendChartToCloud" in settings["modeBarButtonsToRemove"]
    assert settings["showSendToCloud"] is False
    assert settings["plotlyServerURL"] == ""
    assert settings["displaylogo"] is False
    assert settings["toImageButtonOptions"]["filename"] == "first-response-time-by-channel"


def test_settings_are_fresh_each_time():
    charts.config()["modeBarButtons"].append(["sendChartToCloud"])
    assert charts.config()["modeBarButtons"] == [["toImage"]]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_file_names_are_plain(name):
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", charts.slug(name))


def _pictures():
    names = [name.encode("utf-8", "replace").decode() for name in HOSTILE]
    for start in range(0, len(names), 8):
        part = names[start : start + 8]
        by = {name: est(0.3 + 0.05 * i, 0.1) for i, name in enumerate(part)}
        yield charts.interval_bars(Reading(definition(), est(0.5, 0.1), by=by))
        groups = {name: survival(0.001 * (i + 1)) for i, name in enumerate(part[:3])}
        yield charts.survival_curve(Curve(definition(), part[3], groups))


@pytest.mark.browser
def test_hostile_names_in_a_real_browser(tmp_path):
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "Chromium is not installed: make chromium"
    config = charts.config("x")
    parts = [
        chart.figure().to_html(full_html=False, include_plotlyjs=i == 0, config=config)
        for i, chart in enumerate(_pictures())
    ]
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{''.join(parts)}", encoding="utf-8")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_page(viewport={"width": 390, "height": 900})
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        tab.goto(page.as_uri())
        tab.wait_for_function(f"document.querySelectorAll('.modebar').length === {len(parts)}")
        assert tab.locator(".js-plotly-plot a:not(.modebar-btn), .js-plotly-plot image").count() == 0
        assert tab.locator(".js-plotly-plot script, .js-plotly-plot iframe, .js-plotly-plot img").count() == 0
        titles = [button.get_attribute("data-title") for button in tab.locator(".modebar-btn").all()]
        assert titles == ["Download plot as a PNG"] * len(parts)
        assert max(tab.evaluate(TEXT_SIZES)) <= 18
        browser.close()
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)

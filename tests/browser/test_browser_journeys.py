"""What people do, in a real browser."""

import re
from pathlib import Path

import pytest
from browser_kit import looking, serving, settled
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = ("overview", "response", "ease", "loyalty", "is-it-real", "data", "glossary")

#: Six orders: three as they should be, and a day that does not exist, a word for an amount, no time.
ORDERS = """order_id,customer_id,ordered_at,amount,currency
1,ann,2026-01-02T10:00:00Z,10.50,EUR
2,ann,2026-01-32T10:00:00Z,11.00,EUR
3,bob,2026-01-05T10:00:00Z,ten,EUR
4,bob,2026-01-06T10:00:00Z,12.00,EUR
5,cem,,3.00,EUR
6,cem,2026-02-05T10:00:00Z,3.00,EUR
"""


def test_one_click_to_the_sample_a_filter_and_the_same_view_elsewhere(browser, home, tmp_path):
    with serving(home, tmp_path / "db") as address, looking(browser, address) as site:
        page = site.open("")
        expect(page.get_by_text("is that difference really made by answering?")).to_be_visible()
        page.get_by_role("button", name="Try the sample data").click()
        expect(page.get_by_text("Invented shop, true effect known")).to_be_visible()
        expect(page.get_by_test_id("stMetricValue").first).to_be_visible()
        settled(page)
        page.get_by_role("link", name="Response", exact=True).first.click()
        expect(page).to_have_url(re.compile("/response"))
        settled(page)
        box = page.locator(".st-key-channel")
        box.locator("input").click()
        page.get_by_role("option", name="email").click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="channel: email")).to_be_visible()
        expect(page).to_have_url(re.compile("channel=email"))
        settled(page)
        url, numbers = page.url, page.get_by_test_id("stMetricValue").all_inner_texts()
        assert "data=harbour" in url
        site_path = url.removeprefix(address)
    with serving(home, tmp_path / "db") as fresh, looking(browser, fresh) as other:
        page = other.open(site_path.lstrip("/"))
        expect(page.get_by_role("button", name="channel: email")).to_be_visible()
        assert page.get_by_test_id("stMetricValue").all_inner_texts() == numbers


def test_filters_survive_a_change_of_page(site):
    page = site.open("response?data=harbour&channel=email")
    page.get_by_role("link", name="Ease", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/ease\?.*channel=email"))
    expect(page.get_by_role("button", name="channel: email")).to_be_visible()
    assert "data=harbour" in page.url


def test_a_file_with_three_bad_rows_shows_exactly_those_three(browser, home, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    with serving(home, tmp_path / "db") as address, looking(browser, address) as site:
        page = site.open("data")
        page.locator("input[type=file]").set_input_files(str(file))
        expect(page.get_by_text("Recognised as")).to_be_visible()
        assert not (tmp_path / "db" / "current").exists()  # nothing is stored before Load
        page.get_by_role("button", name="Load", exact=True).click()
        expect(page.get_by_role("heading", name="Rows that were left out")).to_be_visible()
        settled(page)
        with page.expect_download() as download:
            page.locator(".st-key-csv-rejected button").click()
        lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(",")[1:3] for line in lines[1:]] == [
            ["3", "ordered_at"],
            ["4", "amount"],
            ["6", "ordered_at"],
        ]
        assert not list((tmp_path / "db" / "incoming").iterdir())  # the upload is gone again
        page.get_by_role("link", name="Overview", exact=True).first.click()
        settled(page)
        expect(page.get_by_text("all 3 orders")).to_be_visible()
        expect(page.get_by_text("Invented shop")).to_have_count(0)


def test_start_with_my_files_leaves_the_sample(site):
    page = site.open("overview?data=lantern")
    page.get_by_role("button", name="Start with my files").click()
    expect(page).to_have_url(re.compile("/data"))
    expect(page.get_by_text("Invented shop")).to_have_count(0)
    assert "lantern" not in page.url


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_anybody_else(site, name):
    page = site.open(f"{name}?data=harbour")
    page.wait_for_timeout(300)
    assert site.outside == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(browser, server, name):
    with looking(browser, server, viewport={"width": 390, "height": 844}) as site:
        page = site.open(f"{name}?data=harbour")
        main = "document.querySelector('[data-testid=stMain]')"
        assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

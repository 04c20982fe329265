"""What people do, in a real browser."""

import re
from pathlib import Path

import pytest
from browser_kit import looking, pick, serving, settled, typed
from playwright.sync_api import expect

from socialroi.ui import show

pytestmark = pytest.mark.browser

PAGES = (
    "overview",
    "response",
    "ease",
    "loyalty",
    "is-it-real",
    "worth-it",
    "who-owns-social",
    "community",
    "community?tab=Newcomers",
    "principles",
    "data",
    "data?tab=Health",
    "glossary",
)

#: Six orders: three as they should be, and a day that does not exist, a word for an amount, no time.
ORDERS = """order_id,customer_id,ordered_at,amount,currency
1,ann,2026-01-02T10:00:00Z,10.50,EUR
2,ann,2026-01-32T10:00:00Z,11.00,EUR
3,bob,2026-01-05T10:00:00Z,ten,EUR
4,bob,2026-01-06T10:00:00Z,12.00,EUR
5,cem,,3.00,EUR
6,cem,2026-02-05T10:00:00Z,3.00,EUR
"""
SURVEY = """Stamp,Who,How easy was it?
2026-05-02 10:00,ann,4
2026-05-03 11:30,bob,5
"""


def test_one_click_to_the_sample_a_filter_and_the_same_view_elsewhere(site, browser, home, tmp_path):
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
    with serving(home, tmp_path / "db") as fresh, looking(browser, fresh) as other:
        # the first request of this server is a deep link, and it meets the whole frame
        page = other.open(url.removeprefix(site.address).lstrip("/"))
        expect(page.get_by_role("button", name="channel: email")).to_be_visible()
        expect(page.get_by_text("Invented shop, true effect known")).to_be_visible()
        assert page.get_by_test_id("stMetricValue").all_inner_texts() == numbers


def test_filters_survive_a_change_of_page_and_the_badge_leads_to_the_health_tab(site):
    page = site.open("response?data=harbour&channel=email")
    page.get_by_role("link", name="Ease", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/ease\?.*channel=email"))
    expect(page.get_by_role("button", name="channel: email")).to_be_visible()
    assert "data=harbour" in page.url
    settled(page)
    page.get_by_role("link", name=re.compile("of rows used")).click()
    expect(page.get_by_role("heading", name="Do our totals match yours?")).to_be_visible()
    assert "data=harbour" in page.url


def test_a_link_followed_while_the_page_is_still_being_drawn_keeps_the_filters(site):
    page = site.page
    page.goto(f"{site.address}/response?data=harbour&channel=email")
    page.wait_for_selector("h1")
    page.get_by_role("link", name="Ease", exact=True).first.click()
    expect(page.get_by_role("button", name="channel: email")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/ease\?.*channel=email"))
    assert "data=harbour" in page.url


def test_from_a_broken_file_to_a_whole_one(browser, own, tmp_path):
    """Five steps, a receipt that a reload does not lose, exactly the three bad rows, one of them repaired."""
    address, db = own
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    with looking(browser, address) as site:
        page = site.open("data")
        page.locator("input[type=file]").set_input_files(str(file))
        expect(page.get_by_text("3 of 6 rows would load, 3 left out")).to_be_visible()
        assert not (db / "current").exists()  # nothing is stored before Load
        page.get_by_role("button", name="Load", exact=True).click()
        expect(page.get_by_role("heading", name="that were left out")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="that were left out")).to_be_visible()
        settled(page)
        with page.expect_download() as download:
            page.locator("[class*=st-key-csv-rejected] button").click()
        lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(",")[:2] for line in lines[1:]] == [
            ["3", "ordered_at"],
            ["4", "amount"],
            ["6", "ordered_at"],
        ]
        assert not list((db / "incoming").iterdir())  # the upload is gone again
        page.get_by_text("Repair the rows of").click()
        grid = page.locator("[class*=st-key-grid] canvas").first
        typed(page, grid, row=1, column=5, value="10.00", height=show.TWO_LINES)
        page.get_by_role("button", name="Check the repaired rows").click()
        expect(page.get_by_text("1 of 1 rows would load, none left out")).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Load", exact=True).click()
        expect(page.get_by_text("orders (repaired).csv").first).to_be_attached()
        settled(page)
        page.get_by_role("link", name="Overview", exact=True).first.click()
        settled(page)
        expect(page.get_by_text("all 4 orders")).to_be_visible()
        expect(page.get_by_role("link", name="Data: 57% of rows used")).to_be_visible()
        expect(page.get_by_text("Invented shop")).to_have_count(0)


def test_the_columns_of_a_recognised_file_can_be_looked_at(browser, own, tmp_path):
    """Step 3 is closed while nothing is asked, and it opens: the browser cannot open an empty step."""
    address, _ = own
    file = tmp_path / "columns.csv"
    file.write_text(ORDERS.replace("ann", "eve"), encoding="utf-8")
    with looking(browser, address) as site:
        page = site.open("data")
        page.locator("input[type=file]").set_input_files(str(file))
        page.get_by_text("5 of 5 are read").click()
        expect(page.get_by_role("combobox", name="What amount is")).to_be_visible()


def test_a_survey_nobody_knows_is_mapped_with_the_keyboard(browser, own, tmp_path):
    """Columns, question, scale and zone said by typing and Enter alone, then loaded."""
    address, db = own
    file = tmp_path / "survey.csv"
    file.write_text(SURVEY, encoding="utf-8")
    with looking(browser, address) as site:
        page = site.open("data")
        page.locator("input[type=file]").set_input_files(str(file))
        pick(page, "What does it hold?", "survey answers")
        pick(page, "What Stamp is", "answered_at")
        pick(page, "What Who is", "customer_id")
        pick(page, "What How easy was it is", "net_easy")
        for label, value in (("Lowest", "1"), ("Highest", "5")):
            page.get_by_label(label).fill(value)
            page.get_by_label(label).press("Enter")
        pick(page, "In which time zone", "Europe/Berlin")
        expect(page.get_by_text("2 of 2 rows would load, none left out")).to_be_visible()
        settled(page)
        page.get_by_role("button", name="Load", exact=True).click()
        expect(page.get_by_text("2 of 2 rows would load, none left out")).to_have_count(0)
        expect(page.get_by_role("heading", name="What was loaded")).to_be_visible()
        settled(page)
        assert "net_easy:1-5" in (db / "mappings.json").read_text()


def test_start_with_my_files_leaves_the_sample(site):
    page = site.open("overview?data=lantern")
    page.get_by_role("button", name="Start with my files").click()
    expect(page).to_have_url(re.compile("/data"))
    expect(page.get_by_text("Invented shop")).to_have_count(0)
    assert "lantern" not in page.url


@pytest.mark.parametrize("name", PAGES)
def test_no_page_asks_anybody_else_or_scrolls_sideways_on_a_phone(phone, name):
    page = phone.open(f"{name}{'&' if '?' in name else '?'}data=harbour")
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.wait_for_timeout(300)
    assert phone.outside == []

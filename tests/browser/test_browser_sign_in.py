"""Who gets in, and what they may do: a server open to the network, a real OpenID provider, a real browser.

Numbers 29 and 30 of the table of threats.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_kit import Site, looking, serving, settled
from oidc_kit import provider, sign_in, signing_in
from playwright.sync_api import Page, expect

from socialroi.intake import Request
from socialroi.store import ingest
from socialroi.ui import access, gate
from socialroi.ui.menu import MENU

pytestmark = pytest.mark.browser

#: One of these on a page means that something of the data is on it.
PLANTED = ("plantedchannel", "planted.csv", "plantedcell")
ORDERS = "order_id,customer_id,ordered_at,amount,currency\n" + "".join(
    f"o{n},p{n % 9},2026-01-{1 + n % 28:02d}T10:00:00Z,{n}.00,EUR\n" for n in range(60)
)
MESSAGES = "message_id,conversation_id,customer_id,author_kind,sent_at,channel\n" + "".join(
    f"q{n},c{n},p{n % 9},customer,2026-01-{1 + n % 28:02d}T09:00:00Z,plantedchannel\n"
    f"a{n},c{n},,agent,2026-01-{1 + n % 28:02d}T1{n % 9}:30:00Z,plantedchannel\n"
    for n in range(60)
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    """A database with a channel, a file and a rejected cell that can be recognised anywhere."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "planted.csv").write_text(ORDERS + "o99,p1,plantedcell,1,EUR\n", encoding="utf-8")
    (folder / "messages.csv").write_text(MESSAGES, encoding="utf-8")
    names = ("planted.csv", "messages.csv")
    ingest(folder / "db", [Request(folder / n, n, keeps_unanswered="yes") for n in names])
    return folder / "db"


@pytest.fixture(scope="module")
def asked() -> Iterator[str]:
    with provider() as whom:
        yield whom


@pytest.fixture(scope="module")
def guarded(home, shop, asked, tmp_path_factory) -> Iterator[str]:
    with signing_in(home, shop, tmp_path_factory.mktemp("secrets"), asked) as address:
        yield address


def seen(page: Page) -> list[str]:
    """What of the data is anywhere in the page, shown or not."""
    html = page.content()
    return [word for word in PLANTED if word in html]


def visit(site: Site, path: str) -> Page:
    assert site.page is not None
    site.page.goto(f"{site.address}/{path}")
    return settled(site.page)


def test_nobody_sees_anything_before_signing_in_not_even_on_a_first_deep_link(
    browser, home, shop, asked, tmp_path
):
    """Every page of a server that has answered nobody yet, the last of the menu first."""
    with signing_in(home, shop, tmp_path, asked) as address, looking(browser, address) as site:
        for entry in reversed(MENU):
            page = visit(site, f"{entry.url}?data=mine")
            expect(page.get_by_role("heading", name="Please sign in")).to_be_visible()
            assert seen(page) == []
            assert page.get_by_test_id("stMetricValue").count() == 0
            assert page.get_by_test_id("stSidebar").count() == 0


def test_an_analyst_gets_in_and_has_every_button(browser, guarded):
    with looking(browser, guarded) as site:
        page = sign_in(visit(site, "response"), "ann")
        page = visit(site, "response")
        assert "plantedchannel" in seen(page) or page.get_by_test_id("stMetricValue").count() > 0
        assert page.locator("[class*=st-key-csv-]").count() > 0
        page = visit(site, "data")
        assert page.locator("input[type=file]").count() == 1
        page.get_by_text("planted.csv").first.wait_for(state="attached")


def test_a_viewer_sees_figures_and_can_neither_load_nor_undo_nor_take_rows(browser, guarded, shop):
    current = (shop / "current").read_text(encoding="utf-8")
    with looking(browser, guarded) as site:
        sign_in(visit(site, "overview"), "vic")
        for entry in MENU:
            page = visit(site, f"{entry.url}?data=mine")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            # the table's own toolbar may copy the figures that are on the screen anyway
            assert page.locator("[class*=st-key-csv-]").count() == 0, entry.url
            for name in ("Load", "Take it back", "Put away"):
                assert page.get_by_role("button", name=name, exact=True).count() == 0, (entry.url, name)
            assert page.locator("input[type=file]").count() == 0
            assert page.get_by_text("Show the cases behind").count() == 0
            assert "plantedcell" not in seen(page), "a rejected cell is a stranger's own words"
        page = visit(site, "data?data=mine")
        expect(page.get_by_text(access.VIEWER[:40])).to_be_visible()
        page = visit(site, "overview?data=mine")
        expect(page.get_by_role("button", name="Download as a web page")).to_be_visible()
    assert (shop / "current").read_text(encoding="utf-8") == current


@pytest.mark.parametrize("who", ["eve", "una"])
def test_somebody_on_no_list_is_told_and_sees_nothing(browser, guarded, who):
    """Eve is on no list; Una gives an address on the list that her provider has not verified."""
    with looking(browser, guarded) as site:
        page = sign_in(visit(site, "response"), who)
        expect(page.get_by_text(gate.UNLISTED[:60])).to_be_visible()
        for entry in MENU:
            page = visit(site, f"{entry.url}?data=mine")
            expect(page.get_by_text(gate.UNLISTED[:60])).to_be_visible()
            assert seen(page) == []
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="End session").click()  # the provider asks too
        expect(page.get_by_role("heading", name="Please sign in")).to_be_visible()


def test_a_sign_in_ends_and_so_do_the_buttons_of_a_page_still_open(browser, home, shop, tmp_path):
    """After so many seconds: the open page gives no file, a part of it says so, and so does every page."""
    lasts_s = 45
    with (
        provider(lasts_s) as whom,
        signing_in(home, shop, tmp_path, whom) as address,
        looking(browser, address) as site,
    ):
        sign_in(visit(site, "response"), "ann")
        began = time.monotonic()  # the sign-in is older than this, so it ends earlier
        page = visit(site, "response?data=mine")
        button = page.locator("[class*=st-key-csv-] button").first
        expect(button).to_be_attached()
        time.sleep(max(0.0, began + lasts_s + 1 - time.monotonic()))
        taken: list[object] = []
        page.on("download", lambda file: taken.append(file.url))
        button.dispatch_event("click")
        page.wait_for_timeout(4_000)
        assert taken == []
        for entry in MENU:
            page = visit(site, f"{entry.url}?data=mine")
            expect(page.get_by_text(gate.EXPIRED)).to_be_visible()
            assert seen(page) == []


@pytest.mark.parametrize(
    ("secret", "said"), [("short", gate.WEAK), ('"""', gate.BROKEN)], ids=["weak", "broken"]
)
def test_settings_that_would_let_strangers_in_let_nobody_in(browser, home, shop, tmp_path, secret, said):
    """On loopback too, where a server without such settings would show everything."""
    file = tmp_path / "secrets.toml"
    file.write_text(f'[auth]\ncookie_secret = "{secret}"\n', encoding="utf-8")
    with (
        serving(home, shop, "--secrets.files", str(file)) as address,
        looking(browser, address) as site,
    ):
        page = visit(site, "response?data=mine")
        expect(page.get_by_text(said[:50])).to_be_visible()
        assert seen(page) == []

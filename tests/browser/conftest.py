"""A server of its own per test that needs a fresh one, and Debian's Chromium to look at it with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_kit import CHROMIUM, FLAGS, PATIENCE_MS, Site, looking, serving
from playwright.sync_api import Browser, expect, sync_playwright


@pytest.fixture(
    scope="module"
)  # Playwright keeps an event loop running, in which no other test can start its own
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is not installed: make chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """Where the sample shops are built once for all servers of this run."""
    from socialroi.store import samples

    folder = tmp_path_factory.mktemp("home")
    samples.ensure_all(folder)
    return folder


@pytest.fixture(scope="session")
def server(home, tmp_path_factory) -> Iterator[str]:
    """One server without data of its own, for all tests that change nothing."""
    with serving(home, tmp_path_factory.mktemp("none") / "db") as address:
        yield address


@pytest.fixture(scope="session")
def own(home, tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """One server and its database, for the journeys that load files into it."""
    db = tmp_path_factory.mktemp("own") / "db"
    with serving(home, db) as address:
        yield address, db


@pytest.fixture
def site(browser, server) -> Iterator[Site]:
    """A new window on the shared server."""
    with looking(browser, server) as found:
        yield found


@pytest.fixture(scope="module")
def phone(browser, server) -> Iterator[Site]:
    """A phone on the shared server, kept so that each page need not fetch the program again."""
    with looking(browser, server, viewport={"width": 390, "height": 844}) as found:
        yield found


@pytest.fixture(scope="module", params=["light", "dark"])
def lit(browser, server, request) -> Iterator[Site]:
    """A window on the shared server by day and by night, kept likewise."""
    with looking(browser, server, color_scheme=request.param) as found:
        yield found

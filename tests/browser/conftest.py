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


@pytest.fixture
def site(browser, server) -> Iterator[Site]:
    """A new window on the shared server."""
    with looking(browser, server) as found:
        yield found
